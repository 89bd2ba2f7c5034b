//! What can be made of a policy: each a policy again.

use std::fmt;

use super::{
    Decision, Exemptions, InClass, Inquiry, Policy, RefusalClass, Timing, answer_by, shielded,
};
use crate::reply::ReplyCode;
use crate::trace::{Level, Note};
use crate::verdict::{Judgement, NotARefusal, Reason, Refusal, Rule, Stage, Subject, Verdict};

/// Combinators on every [`Policy`].
///
/// ```
/// use mailward::policy::{Exemption, PolicyExt, policy_fn};
/// use mailward::verdict::{Reason, Refusal, Stage, Subject};
///
/// let strict = policy_fn(|_| Refusal::new(Reason::custom("closed", Subject::Client)));
/// let mild = strict.softened().unless(Exemption::Authenticated).at(Stage::Mail).named("closing-time");
/// # let _ = mild;
/// ```
pub trait PolicyExt: Policy + Sized {
    /// Gives it a name: the id of its rule in traces, counters and diffs. From here on its panic, and its being overdue
    /// at the deadline, mean 451 in its name.
    fn named(self, rule: impl Into<Rule>) -> Named<Self> {
        Named {
            policy: self,
            rule: rule.into(),
        }
    }

    /// Judges it from this stage on, whatever the guard's order is: an accept then lasts as long as its fact, and trouble
    /// that has passed is judged after all. A chain is moved with all members that have no stage of their own by `at`.
    fn at(self, stage: Stage) -> At<Self> {
        At {
            policy: self,
            stage,
        }
    }

    /// Passes over whom one of these grounds exempts.
    fn unless(self, exempt: impl Into<Exemptions>) -> Unless<Self> {
        Unless {
            policy: self,
            exempt: exempt.into(),
        }
    }

    /// Decides and records, but does not act: it neither refuses, accepts, nor doubts. One that panics, or is overdue at
    /// the deadline, is recorded as such and refuses nobody.
    fn dry_run(self) -> DryRun<Self> {
        DryRun { policy: self }
    }

    /// Shows each judgement to the host: for logs, metrics, or learning.
    fn inspect<F: Fn(&Inquiry<'_>, &Judgement) + Send + Sync>(self, look: F) -> Inspect<Self, F> {
        Inspect { policy: self, look }
    }

    /// Refuses with this code (RFC 2505 item 13). Trouble, and what is in doubt because of it, keeps its own 4yz.
    /// Secure wording speaks only the code's class, so a 421 closes the connection in friendly mode alone.
    ///
    /// # Errors
    /// When the code is not from 400 to 599, or is 521.
    fn answering(self, code: ReplyCode) -> Result<Answering<Self>, NotARefusal> {
        Refusal::new(Reason::custom("", Subject::Client))
            .with_code(code)
            .map(|_| Answering { policy: self, code })
    }

    /// Refuses in this class, with the usual code of the event (RFC 2505 item 13). Trouble, and what is in doubt because
    /// of it, stays temporary.
    fn in_class(self, class: RefusalClass) -> InClass<Self> {
        InClass {
            policy: self,
            class,
        }
    }

    /// Refuses only for now: every 5yz becomes the 4yz of its event.
    fn softened(self) -> Softened<Self> {
        Softened { policy: self }
    }
}

impl<P: Policy> PolicyExt for P {}

/// A combinator is asked when its inner policy is, and named after it.
macro_rules! like_inner {
    () => {
        fn timing(&self) -> Timing {
            self.policy.timing()
        }

        fn kind(&self) -> &'static str {
            self.policy.kind()
        }
    };
}

/// A policy with a name, made by [`PolicyExt::named`].
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::{PolicyExt, RefuseAt};
///
/// let guard = Guard::builder(perimeter, shared)
///     .refuse_at(RefuseAt::Earliest)
///     .check(VerifiedClient::new().named("reverse-names"))
///     .build();
/// let (_, greeting) = guard.connect_blocking(client);
/// assert_eq!(greeting.rule.unwrap().as_str(), "reverse-names");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Named<P> {
    policy: P,
    rule: Rule,
}

impl<P: Policy> Policy for Named<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let recorder = inquiry.recorder;
        let mark = recorder.mark();
        let decision = shielded(&self.policy, inquiry);
        if let Some(clear) = decision.as_ready().filter(|judgement| judgement.is_clear()) {
            if recorder.level() == Level::Full || recorder.mark() > mark {
                record(inquiry, mark, clear);
                recorder.attribute(mark, &self.rule);
            }
            return decision; // there is nothing in it to put a name to
        }
        decision.map(move |judgement| {
            record(inquiry, mark, &judgement);
            recorder.attribute(mark, &self.rule);
            judgement.named(&self.rule)
        })
    }

    like_inner!();
}

/// Records what a check came to, unless a rule inside it has done so already.
fn record(inquiry: &Inquiry<'_>, mark: usize, judgement: &Judgement) {
    let recorder = inquiry.recorder;
    match judgement.verdict() {
        _ if judgement.rule().is_some() => {}
        Verdict::Refuse(refusal) => recorder.decision(|| Note::Refused(refusal.clone())),
        Verdict::Accept => recorder.decision(|| Note::Accepted),
        Verdict::Proceed if judgement.doubt().is_none() && !recorder.is_concluded(mark) => {
            recorder.evidence(|| Note::Clean);
        }
        Verdict::Proceed => {}
    }
    if let Some(doubted) = judgement
        .doubt()
        .refuse
        .as_deref()
        .filter(|doubted| doubted.rule.is_none())
    {
        recorder.decision(|| Note::MightRefuse(doubted.refusal.clone()));
    }
    if let Some(doubted) = judgement
        .doubt()
        .accept
        .as_deref()
        .filter(|doubted| doubted.rule.is_none())
    {
        recorder.decision(|| Note::MightAccept(doubted.refusal.clone()));
    }
}

/// A policy judged at a stage of its own, made by [`PolicyExt::at`].
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::PolicyExt;
/// use mailward::verdict::Stage;
///
/// let check = VerifiedClient::new().at(Stage::Mail);
/// let guard = Guard::builder(perimeter, shared).check(check).build();
/// let (mut dialogue, greeting) = guard.connect_blocking(client);
/// assert!(!greeting.is_refusal());
/// dialogue.line(b"EHLO mail.example.com");
/// assert!(dialogue.line(b"MAIL FROM:<ann@example.com>").is_refusal());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct At<P> {
    policy: P,
    stage: Stage,
}

impl<P: Policy> Policy for At<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        if self.policy.timing() != Timing::Parts {
            return self.policy.check(inquiry);
        }
        Decision::later(async move {
            let moved = inquiry.moving_parts();
            self.policy.check(&moved).await
        })
    }

    fn timing(&self) -> Timing {
        Timing::At(self.stage)
    }

    fn kind(&self) -> &'static str {
        self.policy.kind()
    }
}

/// A policy that passes somebody over, made by [`PolicyExt::unless`].
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::{Exemption, PolicyExt, RefuseAt};
///
/// let partner: ClientIp = "192.0.2.7".parse()?;
/// let check = VerifiedClient::new().unless(Exemption::when(move |session| session.client().ip() == partner));
/// let guard = Guard::builder(perimeter, shared).refuse_at(RefuseAt::Earliest).check(check).build();
/// assert!(guard.connect_blocking(client).1.is_refusal());
/// assert!(!guard.connect_blocking(partner).1.is_refusal());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Unless<P> {
    policy: P,
    exempt: Exemptions,
}

impl<P: Policy> Policy for Unless<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.exempt.unless(inquiry, || self.policy.check(inquiry))
    }

    like_inner!();
}

/// A policy that only records, made by [`PolicyExt::dry_run`].
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::{PolicyExt, RefuseAt};
///
/// let check = VerifiedClient::new().dry_run();
/// let guard = Guard::builder(perimeter, shared).refuse_at(RefuseAt::Earliest).check(check).build();
/// let (_, greeting) = guard.connect_blocking(client);
/// assert!(!greeting.is_refusal());
/// assert_eq!(greeting.trace.would().count(), 1); // what it would have refused
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DryRun<P> {
    policy: P,
}

impl<P: Policy> Policy for DryRun<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let recorder = inquiry.recorder;
        let mark = recorder.mark();
        answer_by(inquiry.deadline, &self.policy, inquiry).map(move |answer| {
            match answer {
                _ if !inquiry.is_first_time(self.timing()) => recorder.forget(mark),
                Ok(judgement) => {
                    record(inquiry, mark, &judgement);
                    recorder.rehearse(mark);
                }
                Err(note) => recorder.decision(|| note),
            }
            Judgement::PROCEED
        })
    }

    like_inner!();
}

/// A policy whose judgements the host sees, made by [`PolicyExt::inspect`].
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::{PolicyExt, RefuseAt};
/// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
///
/// let refused = Arc::new(AtomicUsize::new(0));
/// let counter = refused.clone();
/// let check = VerifiedClient::new().inspect(move |_, judgement| {
///     counter.fetch_add(judgement.verdict().refusal().iter().count(), Ordering::Relaxed);
/// });
/// let guard = Guard::builder(perimeter, shared).refuse_at(RefuseAt::Earliest).check(check).build();
/// let _ = guard.connect_blocking(client);
/// assert_eq!(refused.load(Ordering::Relaxed), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Inspect<P, F> {
    policy: P,
    look: F,
}

impl<P: Policy, F: Fn(&Inquiry<'_>, &Judgement) + Send + Sync> Policy for Inspect<P, F> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.policy.check(inquiry).map(move |judgement| {
            (self.look)(inquiry, &judgement);
            judgement
        })
    }

    like_inner!();
}

impl<P: fmt::Debug, F> fmt::Debug for Inspect<P, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspect")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// A policy that refuses with one code, made by [`PolicyExt::answering`].
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::{PolicyExt, RefuseAt};
/// use mailward::reply::ReplyCode;
/// use mailward::verdict::Then;
/// use mailward::wording::Security;
///
/// let check = VerifiedClient::new().answering(ReplyCode::SERVICE_NOT_AVAILABLE)?;
/// let guard = Guard::builder(perimeter, shared).security(Security::Friendly);
/// let guard = guard.refuse_at(RefuseAt::Earliest).check(check).build();
/// let (_, greeting) = guard.connect_blocking(client);
/// assert_eq!(greeting.reply.code(), ReplyCode::SERVICE_NOT_AVAILABLE);
/// assert_eq!(greeting.then, Then::Close); // whoever says 421 closes
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Answering<P> {
    policy: P,
    code: ReplyCode,
}

impl<P: Policy> Policy for Answering<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.policy.check(inquiry).map(|judgement| {
            judgement.map_refusal(|refusal| {
                match refusal.clone().with_code(self.code) {
                    Ok(answering) => answering,
                    Err(_) => refusal, // trouble and doubt are never refused for good
                }
            })
        })
    }

    like_inner!();
}

/// A policy that refuses only for now, made by [`PolicyExt::softened`].
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::{PolicyExt, RefuseAt};
///
/// let check = VerifiedClient::new().softened();
/// let guard = Guard::builder(perimeter, shared).refuse_at(RefuseAt::Earliest).check(check).build();
/// let (_, greeting) = guard.connect_blocking(client);
/// assert!(greeting.verdict.refusal().unwrap().is_temporary()); // the peer may come again
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Softened<P> {
    policy: P,
}

impl<P: Policy> Policy for Softened<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.policy
            .check(inquiry)
            .map(|judgement| judgement.map_refusal(Refusal::softened))
    }

    like_inner!();
}

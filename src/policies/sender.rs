//! Domains of senders.

use super::OnTrouble;
use crate::address::{Domain, ReversePath};
use crate::mailroute::MailRoute;
use crate::policy::{Decision, Exemptions, Inquiry, Policy, Timing};
use crate::verdict::{Judgement, Reason, Refusal, Stage, Subject};

/// What becomes of a sender that has a fault.
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::{SenderDomain, Treatment};
/// use mailward::policy::RefuseAt;
/// use mailward::verdict::Stage;
///
/// for (treatment, code) in [(Treatment::Accept, 250), (Treatment::Defer, 450), (Treatment::Refuse, 550)] {
///     let builder = Guard::builder(perimeter.clone(), shared.clone()).refuse_at(RefuseAt::Earliest);
///     let guard = builder.check(SenderDomain::new().unqualified(treatment)).build();
///     let (mut dialogue, _) = guard.connect_blocking(client);
///     dialogue.line(b"EHLO mail.example.com");
///     assert_eq!(dialogue.line(b"MAIL FROM:<ann>").verdict.code(Stage::Mail).as_u16(), code);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: RFC 2505 item 13 has 2yz, 4yz and 5yz"
)]
pub enum Treatment {
    /// It is accepted.
    Accept,
    /// It is refused for now.
    Defer,
    /// It is refused for good.
    Refuse,
}

impl Treatment {
    fn judge(self, reason: Reason) -> Judgement {
        match self {
            Self::Accept => Judgement::PROCEED,
            Self::Defer => Refusal::temporary(reason).into(),
            Self::Refuse => Refusal::permanent(reason).into(),
        }
    }
}

/// Refuses senders without a domain, and those whose domain takes no mail.
///
/// An unqualified sender is refused (550 5.1.7), one whose domain names no host is deferred (450 4.1.8, RFC 2505 item
/// 9), one whose domain has a null MX is refused (550 5.7.27, RFC 7505). The null reverse-path always passes (RFC 2505
/// item 6a), and so do our own domains (item 6b) and address literals. Trouble defers unless told otherwise. Passes
/// over internal and authenticated clients.
///
/// ```
/// use mailward::policies::{SenderDomain, Treatment};
///
/// let check = SenderDomain::new().unresolvable(Treatment::Refuse);
/// # let _ = check;
/// ```
#[derive(Clone, Debug)]
pub struct SenderDomain {
    unqualified: Treatment,
    unresolvable: Treatment,
    null_mx: Treatment,
    on_trouble: OnTrouble,
    exempt: Exemptions,
}

impl SenderDomain {
    /// The defaults above.
    #[must_use]
    pub fn new() -> Self {
        Self {
            unqualified: Treatment::Refuse,
            unresolvable: Treatment::Defer,
            null_mx: Treatment::Refuse,
            on_trouble: OnTrouble::Defer,
            exempt: Exemptions::own_users(),
        }
    }

    /// Senders without a domain, or with one of a single label.
    #[must_use]
    pub const fn unqualified(mut self, treatment: Treatment) -> Self {
        self.unqualified = treatment;
        self
    }

    /// Senders whose domain names no host.
    #[must_use]
    pub const fn unresolvable(mut self, treatment: Treatment) -> Self {
        self.unresolvable = treatment;
        self
    }

    /// Senders whose domain says that it takes no mail.
    #[must_use]
    pub const fn null_mx(mut self, treatment: Treatment) -> Self {
        self.null_mx = treatment;
        self
    }

    /// What to do in trouble.
    #[must_use]
    pub const fn on_trouble(mut self, on_trouble: OnTrouble) -> Self {
        self.on_trouble = on_trouble;
        self
    }

    /// Whom to pass over instead of internal and authenticated clients.
    #[must_use]
    pub fn exempting(mut self, exempt: impl Into<Exemptions>) -> Self {
        self.exempt = exempt.into();
        self
    }

    fn examine<'a>(&'a self, sender: &ReversePath, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        if !is_qualified(sender) {
            return Decision::ready(self.unqualified.judge(Reason::UnqualifiedSender));
        }
        if sender
            .mailbox()
            .is_none_or(|mailbox| inquiry.perimeter.is_local(mailbox.domain()))
        {
            return Decision::ready(Judgement::PROCEED);
        }
        inquiry
            .sender_route()
            .map(|route| route.map_or(Judgement::PROCEED, |route| self.judge(route)))
    }

    fn judge(&self, route: &MailRoute) -> Judgement {
        match route {
            MailRoute::Exchangers(_) | MailRoute::Address => Judgement::PROCEED,
            MailRoute::NullMx => self.null_mx.judge(Reason::NullMxSender),
            MailRoute::Nowhere(_) => self
                .unresolvable
                .judge(Reason::UnresolvableSender(route.clone())),
            MailRoute::Trouble(error) => self.on_trouble.judge(Subject::Sender, *error),
        }
    }
}

/// The null reverse-path has nothing to qualify.
fn is_qualified(sender: &ReversePath) -> bool {
    match sender.mailbox().map(|mailbox| mailbox.domain()) {
        Some(Domain::Name(name)) => name.is_qualified(),
        Some(Domain::Literal(_)) => true,
        None => sender.is_null(),
    }
}

impl Default for SenderDomain {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy for SenderDomain {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let Some(sender) = inquiry.session.sender() else {
            return Decision::ready(Judgement::PROCEED);
        };
        self.exempt
            .unless(inquiry, || self.examine(sender, inquiry))
    }

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Mail)
    }

    fn kind(&self) -> &'static str {
        "sender-domain"
    }
}

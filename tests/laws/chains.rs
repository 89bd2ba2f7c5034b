//! Laws of chains and combinators.

use mailward::clock::ManualClock;
use mailward::dns::{DnsError, MemoryDns};
use mailward::policy::{Chain, Decision, Inquiry, Policy, PolicyExt};
use mailward::relay::Perimeter;
use mailward::session::Session;
use mailward::trace::{Level, Recorder};
use mailward::verdict::{Judgement, Reason, Refusal, Rule, Stage, Subject, Verdict};
use proptest::prelude::*;
use proptest::sample::select;

use crate::util::{ip, name};

/// A policy that gives a judgement, at once or later.
#[derive(Clone, Debug)]
struct Says(Judgement, bool);

impl Policy for Says {
    fn check<'a>(&'a self, _: &'a Inquiry<'a>) -> Decision<'a> {
        if self.1 {
            Decision::later(async { self.0.clone() })
        } else {
            Decision::ready(self.0.clone())
        }
    }
}

fn judgements() -> impl Strategy<Value = Judgement> {
    let closed = || Refusal::new(Reason::custom("closed", Subject::Client));
    let trouble = || Refusal::dns_trouble(Subject::Client, DnsError::Timeout);
    let one = prop_oneof![
        4 => Just(Judgement::PROCEED),
        2 => Just(Judgement::might_refuse(trouble())),
        2 => Just(Judgement::might_accept(trouble())),
        1 => Just(Judgement::from(Verdict::Accept)),
        1 => Just(Judgement::from(closed())),
        1 => Just(Judgement::from(closed().softened())),
        1 => Just(Judgement::from(trouble())),
    ];
    // Two in one give a verdict with doubt.
    let names = select(vec!["a", "b", "c"]);
    (one.clone(), one, names)
        .prop_map(|(one, other, rule)| one.and(|| other).named(&Rule::from(rule)))
}

fn members() -> impl Strategy<Value = Vec<Says>> {
    proptest::collection::vec(
        (judgements(), any::<bool>()).prop_map(|(judgement, later)| Says(judgement, later)),
        0..8,
    )
}

fn judge(policy: &dyn Policy) -> Judgement {
    let session = Session::connect(ip("203.0.113.9"));
    let (dns, clock, recorder) = (
        MemoryDns::empty(),
        ManualClock::new(),
        Recorder::new(Level::Full),
    );
    let perimeter = Perimeter::new(name("mx.example.org"));
    let inquiry = Inquiry::new(
        &session,
        Stage::Recipient,
        &dns,
        &perimeter,
        &clock,
        &recorder,
    );
    policy.check(&inquiry).wait()
}

fn chain(members: &[Says]) -> Chain {
    members.iter().cloned().fold(Chain::new(), Chain::then)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Law 10: chains are associative, with the empty chain as their identity, doubts included.
    #[test]
    fn chains_are_a_monoid(members in members(), cuts in (0..9_usize, 0..9_usize)) {
        let (first, second) = (cuts.0.min(members.len()), cuts.1.min(members.len()));
        let (first, second) = (first.min(second), first.max(second));
        let flat = judge(&chain(&members));
        let [a, b, c] = [&members[..first], &members[first..second], &members[second..]];
        let boxed = |members: &[Says]| -> Box<dyn Policy> { Box::new(chain(members)) };
        for nested in [
            Chain::new().then(chain(a).then(chain(b))).then(chain(c)),
            Chain::new().then(chain(a)).then(chain(b).then(chain(c))),
            Chain::new().then(boxed(a)).then(boxed(b)).then(boxed(c)),
            Chain::new().then(Box::new(Chain::new().then(boxed(a)).then(boxed(b)))).then(boxed(c)),
            Chain::new().then(Chain::new()).then(chain(&members)).then(Chain::new()),
            Chain::new().then(boxed(&[])).then(boxed(&members)).then(boxed(&[])),
        ] {
            prop_assert_eq!(judge(&nested), flat.clone());
        }
        let folded = members.iter().fold(Judgement::default(), |row, next| row.and(|| next.0.clone()));
        prop_assert_eq!(flat, folded);
    }

    /// Law 10: whatever `dry_run` is made of never refuses, accepts or doubts; `softened` never answers 5yz.
    #[test]
    fn dry_runs_never_refuse_and_softened_ones_not_for_good(members in members()) {
        prop_assert_eq!(judge(&chain(&members).dry_run()), Judgement::PROCEED);
        prop_assert_eq!(judge(&chain(&members).named("x").dry_run().named("y")), Judgement::PROCEED);
        let softened = judge(&chain(&members).softened());
        prop_assert!(softened.verdict().refusal().is_none_or(Refusal::is_temporary));
        prop_assert!(softened.settled().verdict().refusal().is_none_or(Refusal::is_temporary));
    }

    /// Settling is done once: what is settled stays.
    #[test]
    fn what_is_settled_stays(judgement in judgements()) {
        let once = judgement.settled();
        prop_assert!(once.doubt().is_none());
        prop_assert_eq!(once.clone().settled(), once);
    }
}

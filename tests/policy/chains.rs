//! Chains, and when a policy is due.

use mailward::policy::{Chain, Policy, PolicyExt, RefuseAt, Timing};
use mailward::verdict::{Judgement, Stage, Verdict};

use crate::{refusal, says, stranger, trouble};

#[test]
fn a_chain_ends_at_the_first_that_is_decisive() {
    let decisive: [Judgement; 2] = [refusal().into(), Verdict::Accept.into()];
    for decision in decisive {
        for late in [0, 1, 2, 3] {
            let members = [
                says(Judgement::PROCEED),
                says(decision.clone()),
                says(Judgement::PROCEED),
            ];
            let members = members.map(|member| if late == 3 { member.later() } else { member });
            let chain = (0..3).fold(Chain::new(), |chain, at| {
                let member = members[at].clone();
                chain.then(if at == late { member.later() } else { member })
            });
            assert_eq!(stranger().judge(&chain), decision);
            assert_eq!(
                members.map(|member| member.asked()),
                [1, 1, 0],
                "late: {late}"
            );
        }
    }
    assert_eq!(stranger().judge(&Chain::new()), Judgement::PROCEED);
    assert!(Chain::new().is_empty());
}

#[test]
fn a_chain_is_ready_as_long_as_its_members_are() {
    let scene = stranger();
    let ready = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(refusal()));
    assert!(ready.check(&scene.inquiry(Stage::Recipient)).is_ready());
    let later = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(refusal()).later());
    assert!(!later.check(&scene.inquiry(Stage::Recipient)).is_ready());
}

#[test]
fn doubt_goes_along() {
    for later in [false, true] {
        let member = |judgement: Judgement| {
            if later {
                says(judgement).later()
            } else {
                says(judgement)
            }
        };
        let chain = Chain::new()
            .then(member(Judgement::might_refuse(trouble())).named("first"))
            .then(member(Judgement::might_accept(trouble())).named("second"))
            .then(member(Judgement::might_refuse(trouble())).named("third"))
            .then(member(Verdict::Accept.into()).named("fourth"))
            .then(member(refusal().into()));
        let judgement = stranger().judge(&chain);
        assert_eq!(judgement.verdict(), &Verdict::Accept);
        assert_eq!(judgement.rule().unwrap().as_str(), "fourth");
        let (_, _, doubt) = judgement.into_parts();
        let rule =
            |doubted: Option<Box<mailward::verdict::Doubted>>| doubted.unwrap().rule.unwrap();
        assert_eq!(rule(doubt.refuse).as_str(), "first");
        assert_eq!(rule(doubt.accept).as_str(), "second");
    }
}

#[test]
fn a_chain_in_a_chain_is_its_members() {
    let inner = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(Verdict::Accept));
    let outer = Chain::new().then(inner).then(says(refusal()));
    assert_eq!(outer.len(), 2);
    assert_eq!(format!("{outer:?}"), r#"["chain", "policy"]"#);
    // One that cannot be taken apart behaves the same.
    let boxed: Box<dyn Policy> = Box::new(
        Chain::new()
            .then(says(Judgement::PROCEED))
            .then(says(Verdict::Accept)),
    );
    let outer = Chain::new().then(boxed).then(says(refusal()));
    assert_eq!(stranger().judge(&outer).verdict(), &Verdict::Accept);
    assert_eq!(outer.timing(), Timing::Parts);
}

#[test]
fn when_a_policy_is_due() {
    let scene = stranger();
    let all = [
        Stage::Connect,
        Stage::Greeting,
        Stage::Mail,
        Stage::Recipient,
        Stage::Data,
    ];
    let due = |order, timing: Timing| -> Vec<Stage> {
        let due = |stage: &Stage| scene.inquiry(*stage).refusing_at(order).is_due(timing);
        all.into_iter().filter(due).collect()
    };
    let rcpt = [Stage::Recipient];
    for facts in [
        Stage::Connect,
        Stage::Greeting,
        Stage::Mail,
        Stage::Recipient,
    ] {
        assert_eq!(due(RefuseAt::Recipient, Timing::Facts(facts)), rcpt);
        let from: Vec<Stage> = all
            .into_iter()
            .filter(|stage| (facts..=Stage::Recipient).contains(stage))
            .collect();
        assert_eq!(due(RefuseAt::Earliest, Timing::Facts(facts)), from);
        for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
            assert_eq!(due(order, Timing::At(facts)), from);
        }
    }
    for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
        for timing in [Timing::At(Stage::Data), Timing::Facts(Stage::Data)] {
            assert_eq!(due(order, timing), [Stage::Data]);
        }
        assert_eq!(due(order, Timing::Parts), all);
    }
}

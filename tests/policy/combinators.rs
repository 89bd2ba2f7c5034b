//! What is put around one policy.

use std::sync::{Arc, Mutex};

use mailward::policies::VerifiedClient;
use mailward::policy::{Chain, Exemption, Policy, PolicyExt, Timing, policy_fn};
use mailward::reply::ReplyCode;
use mailward::trace::Note;
use mailward::verdict::{Event, Judgement, Stage, Verdict};

use crate::{refusal, says, stranger, trouble};

#[test]
fn combinators_keep_the_timing_and_kind_of_what_is_in_them() {
    let inner = || VerifiedClient::new();
    let policies: [Box<dyn Policy>; 6] = [
        Box::new(inner().named("x")),
        Box::new(inner().unless(Exemption::Postmaster)),
        Box::new(inner().dry_run()),
        Box::new(inner().inspect(|_, _| ())),
        Box::new(inner().softened()),
        Box::new(inner().answering(ReplyCode::MAILBOX_UNAVAILABLE).unwrap()),
    ];
    for policy in policies {
        assert_eq!(
            (policy.timing(), policy.kind()),
            (Timing::Facts(Stage::Connect), "verified-client")
        );
    }
    let moved = inner().at(Stage::Mail);
    assert_eq!(
        (moved.timing(), moved.kind()),
        (Timing::At(Stage::Mail), "verified-client")
    );
}

#[test]
fn a_name_is_given_to_what_has_none() {
    let mut scene = stranger();
    let judgement = scene.judge(&says(refusal()).named("inner").named("outer"));
    assert_eq!(judgement.rule().unwrap().as_str(), "inner");
    assert_eq!(
        scene.trace().to_string(),
        "inner: refused 550 5.7.1 closed\n"
    );
    let _ = scene.judge(&says(Judgement::PROCEED).named("inner").named("outer"));
    assert_eq!(scene.trace().to_string(), "inner: clean\n");
    let _ = scene.judge(&says(Verdict::Accept).named("rule"));
    assert_eq!(scene.trace().to_string(), "rule: accepted\n");
    let _ = scene.judge(
        &says(Judgement::might_refuse(trouble()))
            .named("inner")
            .named("outer"),
    );
    assert_eq!(
        scene.trace().to_string(),
        "inner: might have refused 451 4.4.3 dns-trouble\n"
    );
    let _ = scene.judge(&says(Judgement::might_accept(trouble())).named("rule"));
    assert_eq!(
        scene.trace().to_string(),
        "rule: might have accepted 451 4.4.3 dns-trouble\n"
    );
}

#[test]
fn a_dry_run_records_and_does_not_act() {
    let mut scene = stranger();
    for (judgement, recorded) in [
        (
            Judgement::from(refusal()),
            "rule: would have refused 550 5.7.1 closed\n",
        ),
        (Verdict::Accept.into(), "rule: would have accepted\n"),
        (Judgement::PROCEED, "rule: clean\n"),
        (
            Judgement::might_refuse(trouble()),
            "rule: might have refused 451 4.4.3 dns-trouble\n",
        ),
    ] {
        for policy in [says(judgement.clone()), says(judgement.clone()).later()] {
            assert_eq!(
                scene.judge(&policy.clone().dry_run().named("rule")),
                Judgement::PROCEED
            );
            assert_eq!(scene.trace().to_string(), recorded);
            assert_eq!(
                scene.judge(&policy.named("rule").dry_run()),
                Judgement::PROCEED
            );
            assert_eq!(scene.trace().to_string(), recorded);
        }
    }
    let whole = Chain::new()
        .then(says(Judgement::PROCEED))
        .then(says(refusal()).named("rule"))
        .dry_run();
    assert_eq!(scene.judge(&whole), Judgement::PROCEED);
    let trace = scene.trace();
    let would: Vec<_> = trace
        .would()
        .map(|(rule, refusal)| (rule.unwrap().as_str(), refusal.event()))
        .collect();
    assert_eq!(would, [("rule", Event::Custom)]);
}

#[test]
fn a_dry_run_that_breaks_down_refuses_nobody() {
    let mut scene = stranger();
    let broken = policy_fn(|_| -> Judgement { std::panic::panic_any("as the test wants it") });
    assert_eq!(
        scene.judge(&broken.dry_run().named("rule")),
        Judgement::PROCEED
    );
    assert!(
        scene
            .trace()
            .entries()
            .iter()
            .any(|entry| entry.note == Note::Panicked)
    );
}

#[test]
fn a_dry_run_is_recorded_at_its_first_stage_only() {
    let mut scene = stranger();
    let policy = says(refusal()).at(Stage::Mail).dry_run().named("rule");
    for (stage, entries) in [(Stage::Mail, 1), (Stage::Recipient, 0)] {
        let inquiry = scene.inquiry(stage);
        assert_eq!(policy.check(&inquiry).wait(), Judgement::PROCEED);
        assert_eq!(scene.trace().would().count(), entries, "{stage}");
    }
}

#[test]
fn softened_and_answering_change_the_code() {
    let scene = stranger();
    let code = |policy: &dyn Policy| {
        scene
            .judge(policy)
            .verdict()
            .refusal()
            .unwrap()
            .code()
            .as_u16()
    };
    let answer = |code| ReplyCode::new(code).unwrap();
    assert_eq!(code(&says(refusal()).softened()), 450);
    assert_eq!(code(&says(refusal()).later().softened()), 450);
    assert_eq!(code(&says(refusal()).answering(answer(571)).unwrap()), 571);
    assert_eq!(
        code(&says(refusal()).softened().answering(answer(571)).unwrap()),
        571
    );
    assert_eq!(
        code(&says(refusal()).answering(answer(571)).unwrap().softened()),
        450
    );
    // Trouble, and doubt because of it, stay temporary.
    assert_eq!(code(&says(trouble()).answering(answer(550)).unwrap()), 451);
    assert_eq!(
        code(&says(refusal().in_doubt()).answering(answer(550)).unwrap()),
        450
    );
    assert_eq!(code(&says(trouble()).answering(answer(421)).unwrap()), 421);
    // What is no refusal is left alone.
    for judgement in [
        Judgement::PROCEED,
        Verdict::Accept.into(),
        Judgement::might_refuse(trouble()),
    ] {
        assert_eq!(scene.judge(&says(judgement.clone()).softened()), judgement);
        assert_eq!(
            scene.judge(&says(judgement.clone()).answering(answer(550)).unwrap()),
            judgement
        );
    }
    for code in [200, 250, 354, 521] {
        let error = says(refusal()).answering(answer(code)).err().unwrap();
        let text = format!(
            "reply code {code} cannot refuse this: expected 400 to 599 but 521, and 4yz for trouble or doubt"
        );
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn inspect_sees_and_changes_nothing() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let policy = says(refusal()).inspect(move |inquiry, judgement| {
        log.lock().unwrap().push((inquiry.stage, judgement.clone()));
    });
    assert_eq!(stranger().judge(&policy), refusal().into());
    assert_eq!(
        *seen.lock().unwrap(),
        [(Stage::Recipient, refusal().into())]
    );
}

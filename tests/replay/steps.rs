//! What a step says.

use mailward::dns::MemoryDns;
use mailward::guard::{Firmness, Guard};
use mailward::policies::{SenderTable, VerifiedClient};
use mailward::policy::{PolicyExt, RefuseAt, policy_fn};
use mailward::replay::{Replay, World};
use mailward::table::MailboxTable;
use mailward::verdict::{Reason, Refusal, Subject};
use mailward::wording::Security;
use serde_json::json;

use crate::{NAMED, brief, home, named_clients, replay, run, steps};

#[test]
fn a_session_that_is_refused_at_rcpt() {
    let line = r#"{"id":"s1","client":"203.0.113.9","port":34567,"commands":["EHLO mail.example.com","MAIL FROM:<ann@example.com>","RCPT TO:<bob@example.org>","QUIT"]}"#;
    let mut output = Vec::new();
    let mut replay = replay("", named_clients);
    let summary = replay.run(line.as_bytes(), &mut output).unwrap();
    assert_eq!((summary.lines(), summary.malformed()), (1, 0));
    let expected = concat!(
        r#"{"id":"s1","steps":["#,
        r#"{"command":"connect","verdict":"proceed","code":220,"reply":"220 mx.example.org ESMTP","reason":null,"rule":null,"then":"continue","queries":0},"#,
        r#"{"command":"EHLO mail.example.com","verdict":"proceed","code":250,"reply":"250 mx.example.org ESMTP","reason":null,"rule":null,"then":"continue","queries":0},"#,
        r#"{"command":"MAIL FROM:<ann@example.com>","verdict":"proceed","code":250,"enhanced":"2.1.0","reply":"250 2.1.0 Sender ok.","reason":null,"rule":null,"then":"continue","queries":0},"#,
        r#"{"command":"RCPT TO:<bob@example.org>","verdict":"refuse","code":554,"enhanced":"5.7.0","reply":"554 5.7.0 Closing transmission channel.","reason":"unverified-client","rule":"names","then":"continue","queries":1},"#,
        r#"{"command":"QUIT","verdict":"proceed","code":221,"enhanced":"2.0.0","reply":"221 2.0.0 Closing transmission channel.","reason":null,"rule":null,"then":"close","queries":0}"#,
        "]}\n",
    );
    assert_eq!(String::from_utf8(output).unwrap(), expected);
}

#[test]
fn queries_are_those_of_the_step() {
    let mut replay = replay(NAMED, |guard| {
        named_clients(guard.refuse_at(RefuseAt::Earliest))
    });
    let steps = steps(
        &mut replay,
        &json!(["EHLO a.example", "MAIL FROM:<>", "RCPT TO:<b@example.org>"]),
    );
    let queries: Vec<_> = steps.iter().map(|step| step["queries"].clone()).collect();
    assert_eq!(queries, [2, 0, 0, 0]);
}

#[test]
fn a_refused_greeting_waits_for_quit() {
    let mut replay = replay("", |guard| {
        named_clients(guard.refuse_at(RefuseAt::Earliest))
    });
    let steps = steps(&mut replay, &json!(["EHLO a.example", "QUIT", "NOOP"]));
    let then: Vec<_> = steps.iter().map(|step| step["then"].clone()).collect();
    assert_eq!(then, ["await-quit", "await-quit", "close"]);
    assert_eq!(
        brief(&steps),
        [
            "connect 554 unverified-client",
            "EHLO a.example 503 bad-sequence",
            "QUIT 221 -",
        ]
    );
    assert!(steps[0].get("enhanced").is_none());
}

#[test]
fn a_closed_connection_hears_nothing() {
    let mut replay = replay("", |guard| {
        guard.check(policy_fn(|_| {
            Refusal::temporary(Reason::custom("full", Subject::Client)).closing()
        }))
    });
    let steps = steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>", "NOOP", {"tls": true}, "QUIT"]),
    );
    assert_eq!(
        brief(&steps),
        [
            "connect 220 -",
            "MAIL FROM:<> 250 -",
            "RCPT TO:<b@example.org> 450 full"
        ]
    );
    assert_eq!(steps[2]["then"], "close");
}

#[test]
fn an_accept_and_its_rule_are_told() {
    let table = MailboxTable::for_senders()
        .rule("<>".parse().unwrap(), "OK".parse().unwrap())
        .unwrap();
    let mut replay = replay("", |guard| {
        guard.check(SenderTable::new(table.build()).named("ours"))
    });
    let steps = steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]),
    );
    assert_eq!(steps[2]["verdict"], "accept");
    assert_eq!(steps[2]["rule"], "ours");
    assert_eq!(steps[2]["reason"], json!(null));
}

#[test]
fn a_dry_run_says_what_it_would_have_done() {
    for (security, code) in [(Security::Friendly, 550), (Security::Secure, 554)] {
        let mut replay = replay("", |guard| {
            let custom = policy_fn(|_| Refusal::new(Reason::custom("second", Subject::Client)));
            guard
                .security(security)
                .check(VerifiedClient::new().dry_run().named("names"))
                .check(custom.dry_run())
        });
        let steps = steps(
            &mut replay,
            &json!([
                "MAIL FROM:<>",
                "RCPT TO:<b@example.org>",
                "RCPT TO:<b@example.net>"
            ]),
        );
        assert!(steps[1].get("would").is_none());
        assert_eq!(steps[2]["verdict"], "proceed");
        let would = json!({"verdict": "refuse", "code": code, "reason": "unverified-client", "rule": "names"});
        assert_eq!(steps[2]["would"], would, "{security:?}");
        assert!(steps[3].get("would").is_none(), "relay control has spoken");
    }
}

/// A soft guard would not have refused for good.
#[test]
fn a_dry_run_of_a_soft_guard_would_have_said_450() {
    let mut replay = replay("", |guard| {
        guard
            .security(Security::Friendly)
            .firmness(Firmness::Soft)
            .check(VerifiedClient::new().dry_run().named("names"))
    });
    let steps = steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]),
    );
    let would =
        json!({"verdict": "refuse", "code": 450, "reason": "unverified-client", "rule": "names"});
    assert_eq!(steps[2]["would"], would);
}

/// The code is the one that the refusal has where it is spoken.
#[test]
fn a_dry_run_at_connect_would_have_said_554() {
    let mut replay = replay("", |guard| {
        guard
            .security(Security::Friendly)
            .refuse_at(RefuseAt::Earliest)
            .check(VerifiedClient::new().dry_run())
    });
    let steps = steps(&mut replay, &json!(["QUIT"]));
    assert_eq!(steps[0]["code"], 220);
    assert_eq!(steps[0]["would"]["code"], 554);
}

#[test]
fn lines_of_a_long_reply_are_joined() {
    let text = format!("{} {}", "x".repeat(400), "y".repeat(400));
    let mut replay = replay("", |guard| {
        let host = crate::name("mx.example.org");
        let wording = mailward::wording::Wording::new(Security::Friendly, host);
        let event = mailward::verdict::Event::RelayDenied;
        guard.wording(wording.with_text(event, &text).unwrap())
    });
    let steps = steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.net>"]),
    );
    let (first, second) = ("x".repeat(400), "y".repeat(400));
    let expected = format!("550-5.7.1 {first}\n550 5.7.1 {second}");
    assert_eq!(steps[2]["reply"], expected);
}

#[test]
fn the_id_of_the_session_is_the_id_of_texts() {
    let mut replay = replay("", |guard| {
        let host = crate::name("mx.example.org");
        let wording = mailward::wording::Wording::new(Security::Friendly, host);
        let event = mailward::verdict::Event::RelayDenied;
        guard.wording(wording.with_text(event, "No, {id}.").unwrap())
    });
    let line = r#"{"id":"a b\u0000","client":"203.0.113.9","commands":["MAIL FROM:<>","RCPT TO:<b@example.net>"]}"#;
    let (values, _) = run(&mut replay, line);
    assert_eq!(values[0]["id"], "a b\0");
    assert_eq!(values[0]["steps"][2]["reply"], "550 5.7.1 No, a?b?.");
}

#[test]
fn a_guard_that_cannot_be_built_is_no_replay() {
    let world = World::simulated(MemoryDns::empty());
    let error = Replay::try_over(world, |_| Err("no policy")).unwrap_err();
    assert_eq!(error, "no policy");
    let world = World::simulated(MemoryDns::empty());
    let built = Replay::try_over(world, |shared| {
        Ok::<_, ()>(Guard::builder(home(), shared).build())
    });
    assert_eq!(steps(&mut built.unwrap(), &json!([])).len(), 1);
}

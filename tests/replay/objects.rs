//! What is no command line.

use mailward::policy::policy_fn;
use mailward::session::{Report, Transport};
use mailward::verdict::{Judgement, Reason, Refusal, Subject};
use mailward::wording::{Security, Wording};
use serde_json::{Value, json};

use crate::{NAMED, brief, named_clients, replay, run, steps};

/// What a policy sees at RCPT after these commands, told by its reason.
fn seen(before: &Value, see: fn(&mailward::policy::Inquiry<'_>) -> String) -> String {
    let mut replay = replay("", |guard| {
        guard.check(policy_fn(move |inquiry| -> Judgement {
            Refusal::new(Reason::custom(see(inquiry), Subject::Client)).into()
        }))
    });
    let mut commands = before.as_array().unwrap().clone();
    commands.extend([json!("MAIL FROM:<>"), json!("RCPT TO:<b@example.org>")]);
    let steps = steps(&mut replay, &Value::Array(commands));
    steps.last().unwrap()["reason"].as_str().unwrap().to_owned()
}

#[test]
fn a_login_and_tls_are_facts() {
    let user = |inquiry: &mailward::policy::Inquiry<'_>| format!("{:?}", inquiry.session.user());
    assert_eq!(seen(&json!([]), user), "None");
    assert_eq!(
        seen(&json!([{"authenticated": "ann"}]), user),
        "Some(\"ann\")"
    );
    // What was said in the clear is forgotten.
    assert_eq!(
        seen(&json!([{"authenticated": "ann"}, {"tls": true}]), user),
        "None"
    );
    let tls = |inquiry: &mailward::policy::Inquiry<'_>| {
        (inquiry.session.transport() == Transport::Tls).to_string()
    };
    assert_eq!(seen(&json!([]), tls), "false");
    assert_eq!(seen(&json!([{"tls": true}]), tls), "true");
}

#[test]
fn reports_are_counted() {
    let counts = |inquiry: &mailward::policy::Inquiry<'_>| {
        let all = [
            Report::UnknownUser,
            Report::AuthFailed,
            Report::Accepted,
            Report::Refused,
            Report::EarlyTalker,
        ];
        format!("{:?}", all.map(|report| inquiry.session.reported(report)))
    };
    let told = json!([
        {"report": "unknown-user"}, {"report": "unknown-user"}, {"report": "auth-failed"}, {"early-talker": true},
        "RSET", {"report": "accepted"}, {"report": "unknown-user"}, {"report": "refused"}
    ]);
    assert_eq!(seen(&told, counts), "[3, 1, 1, 1, 1]");
    assert_eq!(seen(&json!([]), counts), "[0, 0, 0, 0, 0]");
}

#[test]
fn objects_are_no_steps() {
    let mut replay = replay("", |guard| guard);
    let objects = json!([
        {"tls": true}, {"authenticated": "ann"}, {"report": "accepted"}, {"early-talker": true}, {"wait": "5m"},
        {"zone": "a.example. A 192.0.2.1"}
    ]);
    assert_eq!(brief(&steps(&mut replay, &objects)), ["connect 220 -"]);
}

#[test]
fn raw_octets_are_a_command_line() {
    let mut replay = replay("", |guard| guard);
    let steps = steps(
        &mut replay,
        &json!([{"raw": "45484C4f206d61696C2e6578616d706c65"}, {"raw": "4e4f4f500d0a"}, {"raw": ""}, {"raw": "fffe5c"}]),
    );
    assert_eq!(
        brief(&steps),
        [
            "connect 220 -",
            "EHLO mail.example 250 -",
            "NOOP\\r\\n 250 -",
            " 500 bad-syntax",
            "\\xff\\xfe\\\\ 500 bad-syntax",
        ]
    );
}

#[test]
fn control_characters_are_bad_syntax() {
    let mut replay = replay("", |guard| guard);
    for command in [
        "RCPT TO:<bo\0b@example.org>",
        "NOOP\r\nNOOP",
        "NOOP\nNOOP",
        "NO\u{1b}[31mOP",
        "\0",
    ] {
        let steps = steps(&mut replay, &json!([command]));
        assert_eq!(steps[1]["reason"], "bad-syntax", "{command:?}");
        assert_eq!(steps[1]["command"], command);
        assert_eq!(steps[1]["code"], 500);
    }
}

#[test]
fn parameters_are_no_objection_and_extensions_the_hosts() {
    let mut replay = replay("", |guard| guard);
    let steps = steps(
        &mut replay,
        &json!([
            "EHLO a.example",
            "STARTTLS",
            "AUTH PLAIN AGFubgBzZWNyZXQ=",
            "MAIL FROM:<> SIZE=1000 X-OURS=1",
            "HELP"
        ]),
    );
    let briefly = brief(&steps);
    assert_eq!(
        briefly[2..],
        [
            "STARTTLS 502 command-disabled",
            "AUTH PLAIN AGFubgBzZWNyZXQ= 502 command-disabled",
            "MAIL FROM:<> SIZE=1000 X-OURS=1 250 -",
            "HELP 502 command-disabled",
        ]
    );
}

/// A transaction up to DATA; what follows; and whether the transaction has ended by then.
fn after_data(then: &Value) -> Vec<String> {
    let mut replay = replay("", |guard| guard);
    let mut commands = vec![
        json!("MAIL FROM:<>"),
        json!("RCPT TO:<b@example.org>"),
        json!("DATA"),
    ];
    commands.extend(then.as_array().unwrap().clone());
    brief(&steps(&mut replay, &Value::Array(commands)))[3..].to_vec()
}

#[test]
fn a_dot_ends_the_message() {
    assert_eq!(
        after_data(&json!([".", "RCPT TO:<c@example.org>"])),
        [
            "DATA 354 -",
            ". 250 -",
            "RCPT TO:<c@example.org> 503 bad-sequence"
        ]
    );
    assert_eq!(after_data(&json!([{"raw": "2e0d0a"}]))[1], ".\\r\\n 250 -");
    // A second one is a command, and none that anybody knows.
    assert_eq!(after_data(&json!([".", "."]))[2], ". 500 bad-syntax");
}

#[test]
fn a_message_whose_end_was_left_out_has_come() {
    assert_eq!(
        after_data(&json!(["MAIL FROM:<a@example.com>", "."])),
        [
            "DATA 354 -",
            "MAIL FROM:<a@example.com> 250 -",
            ". 500 bad-syntax"
        ]
    );
    assert_eq!(
        after_data(&json!([{"report": "refused"}, "DATA"])),
        ["DATA 354 -", "DATA 503 bad-sequence"]
    );
    assert_eq!(
        after_data(&json!([{"report": "accepted"}, "."])),
        ["DATA 354 -", ". 250 -"]
    );
    assert_eq!(
        after_data(&json!([{"wait": "1s"}, {"tls": true}])),
        ["DATA 354 -"]
    );
}

#[test]
fn zone_changes_last() {
    let mut replay = replay(NAMED, named_clients);
    let commands = json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]);
    let refused = |steps: &[Value]| steps[2]["reason"].clone();
    assert_eq!(refused(&steps(&mut replay, &commands)), Value::Null);
    let changing = json!([{"zone": "mail.example.com. A 192.0.2.1"}, "MAIL FROM:<>", "RCPT TO:<b@example.org>", "QUIT", {"zone": NAMED}]);
    assert_eq!(refused(&steps(&mut replay, &changing)), "unverified-client");
    // What was said after the end has happened too.
    assert_eq!(refused(&steps(&mut replay, &commands)), Value::Null);
    let next = json!([{"zone": "mail.example.com. A !nxdomain"}]);
    steps(&mut replay, &next);
    assert_eq!(refused(&steps(&mut replay, &commands)), "unverified-client");
    // And from one run to the next.
    let line = json!({"id": "s2", "client": "203.0.113.9", "commands": commands});
    let (values, _) = run(&mut replay, line.to_string());
    assert_eq!(values[0]["steps"][2]["reason"], "unverified-client");
}

#[test]
fn a_reason_of_the_hosts_own_is_told_as_it_is() {
    let mut replay = replay("", |guard| {
        let host = crate::name("mx.example.org");
        guard
            .wording(Wording::new(Security::Friendly, host))
            .check(policy_fn(|inquiry| {
                match inquiry.session.reported(Report::UnknownUser) {
                    0 => Judgement::PROCEED,
                    _ => Refusal::permanent(Reason::custom("guesses", Subject::Client)).into(),
                }
            }))
    });
    let steps = steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<a@example.org>", {"report": "unknown-user"}, "RCPT TO:<b@example.org>"]),
    );
    assert_eq!(
        brief(&steps)[2..],
        [
            "RCPT TO:<a@example.org> 250 -",
            "RCPT TO:<b@example.org> 550 guesses"
        ]
    );
}

//! What each key of a check does.

use mailward::verdict::{Stage, Then};

use crate::util::client;
use crate::{after, code, guard, recipient, reply};

const TABLE: &str = "[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n";
const VERIFIED: &str = "[[check]]\nkind = 'verified-client'\n";

#[test]
fn name() {
    let rule = |text: &str| {
        recipient(&guard(text, ""), "bob@example.org")
            .rule
            .unwrap()
            .to_string()
    };
    assert_eq!(rule(TABLE), "client-table-1");
    assert_eq!(
        rule(&format!("{TABLE}dry-run = true\n{TABLE}")),
        "client-table-2"
    );
    assert_eq!(rule(&format!("{TABLE}name = 'bad-hosts'\n")), "bad-hosts");
}

#[test]
fn class_and_code() {
    let friendly =
        |text: &str, zone: &str| reply(&guard(&format!("security = 'friendly'\n{text}"), zone));
    let text = "Your IP address or subnet is in my list of bad ones.\r\n";
    assert_eq!(friendly(TABLE, ""), format!("554 5.7.1 {text}"));
    assert_eq!(
        friendly(&format!("{TABLE}class = 'temporary'\n"), ""),
        format!("450 4.7.1 {text}")
    );
    assert_eq!(
        friendly(&format!("{TABLE}class = 'permanent'\n"), ""),
        format!("554 5.7.1 {text}")
    );
    assert_eq!(
        friendly(&format!("{TABLE}code = 550\n"), ""),
        format!("550 5.7.1 {text}")
    );
    assert_eq!(
        friendly(&format!("{TABLE}code = 452\n"), ""),
        format!("452 4.7.1 {text}")
    );
    // What is usually deferred, refused for good; but never for trouble.
    let sender = "[[check]]\nkind = 'sender-domain'\nclass = 'permanent'\n";
    assert!(friendly(sender, "").starts_with("550 5.1.8 "));
    assert!(friendly(sender, "example.com. MX !servfail").starts_with("451 4.4.3 "));
    let outcome = recipient(
        &guard(&format!("security = 'friendly'\n{TABLE}code = 421\n"), ""),
        "bob@example.org",
    );
    assert_eq!((code(&outcome), outcome.then), (421, Then::Close));
}

#[test]
fn dry_run() {
    let outcome = recipient(
        &guard(&format!("{TABLE}dry-run = true\n"), ""),
        "bob@example.org",
    );
    assert_eq!((code(&outcome), outcome.trace.would().count()), (250, 1));
}

#[test]
fn at() {
    let refused = |stage: &str| {
        let guard = guard(&format!("{TABLE}at = '{stage}'\n"), "");
        let (mut dialogue, greeting) = guard.connect_blocking(client("203.0.113.9"));
        let mut refused = vec![(Stage::Connect, greeting.is_refusal())];
        for (stage, line) in [
            (Stage::Greeting, "EHLO mail.example.com"),
            (Stage::Mail, "MAIL FROM:<>"),
            (Stage::Recipient, "RCPT TO:<bob@example.org>"),
            (Stage::Data, "DATA"),
        ] {
            refused.push((stage, dialogue.line(line.as_bytes()).is_refusal()));
        }
        refused
            .into_iter()
            .find(|(_, refused)| *refused)
            .unwrap()
            .0
            .to_string()
    };
    for stage in ["connect", "greeting", "mail", "recipient", "data"] {
        assert_eq!(refused(stage), stage);
    }
}

#[test]
fn unless() {
    let hears = |text: &str, from: &str, user: Option<&str>, to: &str| {
        let guard = guard(
            &format!(
                "perimeter.networks = ['198.51.100.7', '192.0.2.0/24']\nperimeter.postmaster-exempt = false\n{text}"
            ),
            "",
        );
        let (mut dialogue, _) = guard.connect_blocking(client(from));
        assert!(!dialogue.line(b"EHLO mail.example.com").is_refusal());
        if let Some(user) = user {
            dialogue.authenticated(user);
        }
        assert!(!dialogue.line(b"MAIL FROM:<>").is_refusal());
        dialogue
            .line(format!("RCPT TO:<{to}>").as_bytes())
            .is_refusal()
    };
    let bob = "bob@example.org";
    for (unless, inside, user, postmaster) in [
        ("", false, false, true),
        ("unless = []\n", true, true, true),
        ("unless = ['internal']\n", false, false, true), // whoever has logged in is internal
        ("unless = ['authenticated']\n", true, false, true),
        ("unless = ['postmaster']\n", true, true, false),
    ] {
        let text = format!("{VERIFIED}{unless}");
        assert!(hears(&text, "203.0.113.9", None, bob));
        assert_eq!(hears(&text, "192.0.2.7", None, bob), inside, "{unless}");
        assert_eq!(
            hears(&text, "203.0.113.9", Some("ann"), bob),
            user,
            "{unless}"
        );
        assert_eq!(
            hears(&text, "203.0.113.9", None, "postmaster@example.org"),
            postmaster,
            "{unless}"
        );
    }
    // A table judges everybody, unless told otherwise.
    assert!(hears(TABLE, "203.0.113.9", Some("ann"), bob));
    assert!(!hears(
        &format!("{TABLE}unless = ['authenticated']\n"),
        "203.0.113.9",
        Some("ann"),
        bob
    ));
}

#[test]
fn verified_client() {
    let zone = "9.113.0.203.in-addr.arpa. PTR mail.example.com.";
    assert_eq!(
        code(&recipient(&guard(VERIFIED, zone), "bob@example.org")),
        554
    );
    let any = format!("{VERIFIED}require = 'reverse-name'\n");
    assert_eq!(code(&recipient(&guard(&any, zone), "bob@example.org")), 250);
    assert_eq!(code(&recipient(&guard(&any, ""), "bob@example.org")), 554);
}

#[test]
fn blocklist() {
    let zone = "9.113.0.203.k3y.a.bl.example. A 127.0.0.2\n9.113.0.203.k3y.a.bl.example. TXT \"an open proxy\"";
    let hears = |keys: &str| {
        reply(&guard(
            &format!(
                "security = 'friendly'\n[[check]]\nkind = 'blocklist'\n[[check.zone]]\nzone = 'k3y.a.bl.example'\n{keys}"
            ),
            zone,
        ))
    };
    assert_eq!(
        hears(""),
        "554 5.7.1 Your IP address is in my RBL list. (a.bl.example)\r\n"
    );
    assert_eq!(
        hears("label = 'zen'\n"),
        "554 5.7.1 Your IP address is in my RBL list. (zen)\r\n"
    );
    assert_eq!(
        hears("label = 'zen'\ntext = 'dns'\n"),
        "554 5.7.1 Your IP address is in my RBL list. (zen: an open proxy)\r\n"
    );
    assert_eq!(
        hears("label = 'zen'\ntext = 'Ask us.'\n"),
        "554 5.7.1 Your IP address is in my RBL list. (zen: Ask us.)\r\n"
    );
    assert!(hears("family = 'v4'\n").starts_with("554 "));
    assert!(hears("family = 'v6'\n").starts_with("250 "));
    assert!(hears("[[check.zone]]\nzone = 'b.bl.example'\n").starts_with("554 "));
}

#[test]
fn greeting() {
    let hears = |keys: &str, helo: &str| {
        let guard = guard(
            &format!("refuse-at = 'earliest'\n[[check]]\nkind = 'greeting'\n{keys}"),
            "",
        );
        code(
            &guard
                .connect_blocking(client("203.0.113.9"))
                .0
                .line(helo.as_bytes()),
        )
    };
    assert_eq!(hears("", "EHLO mail..example"), 501);
    assert_eq!(hears("", "EHLO mx.example.org"), 554);
    assert_eq!(hears("", "EHLO localhost"), 250);
    assert_eq!(hears("refuse = ['not-qualified']\n", "EHLO localhost"), 504);
    assert_eq!(
        hears("refuse = ['not-qualified']\n", "EHLO mx.example.org"),
        250
    );
    assert_eq!(hears("refuse = []\n", "EHLO mail..example"), 250);
}

#[test]
fn sender_domain() {
    let hears = |keys: &str, from: &str| {
        let zone = "null.example. MX 0 .";
        let guard = guard(
            &format!(
                "refuse-at = 'earliest'\nsecurity = 'friendly'\n[[check]]\nkind = 'sender-domain'\n{keys}"
            ),
            zone,
        );
        let mut dialogue = after(&guard, client("203.0.113.9"), &["EHLO mail.example.com"]);
        code(&dialogue.line(format!("MAIL FROM:<{from}>").as_bytes()))
    };
    for (key, from, usual) in [
        ("unqualified", "ann", 550),
        ("unresolvable", "ann@no.example", 450),
        ("null-mx", "ann@null.example", 550),
    ] {
        assert_eq!(hears("", from), usual);
        for (word, code) in [("accept", 250), ("defer", 450), ("refuse", 550)] {
            assert_eq!(
                hears(&format!("{key} = '{word}'\n"), from),
                code,
                "{key} {word}"
            );
        }
    }
}

#[test]
fn tables() {
    let sender = guard("[[check]]\nkind = 'sender-table'\nfile = 'auth.user'\n", "");
    let hears = |guard: &mailward::Guard, from: &str, to: &str| {
        let from = format!("MAIL FROM:<{from}>");
        let mut dialogue = after(
            guard,
            client("203.0.113.9"),
            &["EHLO mail.example.com", &from],
        );
        code(&dialogue.line(format!("RCPT TO:<{to}>").as_bytes()))
    };
    let bob = "bob@example.org";
    assert_eq!(hears(&sender, "ann@spam.example", bob), 554);
    assert_eq!(hears(&sender, "ann@news.spam.example", bob), 250);
    let implied = guard(
        "[[check]]\nkind = 'sender-table'\nfile = 'auth.user'\nsubdomains = 'implied'\n",
        "",
    );
    assert_eq!(hears(&implied, "ann@news.spam.example", bob), 554);
    let recipients = guard(
        "[[check]]\nkind = 'recipient-table'\nfile = 'recipients'\n",
        "",
    );
    assert_eq!(hears(&recipients, "ann@spam.example", bob), 250);
    assert_eq!(
        hears(&recipients, "ann@spam.example", "old@example.org"),
        550
    );
}

#[test]
fn the_row_is_in_file_order() {
    let list = "[[check]]\nkind = 'blocklist'\nzone = [{ zone = 'bl.example' }]\n";
    let zone = "9.113.0.203.bl.example. A 127.0.0.2\n9.100.51.198.bl.example. A 127.0.0.2";
    let decides = |text: &str, from: &str| {
        let lines = ["EHLO mail.example.com", "MAIL FROM:<>"];
        let mut dialogue = after(&guard(text, zone), client(from), &lines);
        dialogue
            .line(b"RCPT TO:<bob@example.org>")
            .rule
            .unwrap()
            .to_string()
    };
    assert_eq!(
        decides(&format!("{list}{TABLE}"), "203.0.113.9"),
        "blocklist-1"
    );
    assert_eq!(
        decides(&format!("{TABLE}{list}"), "203.0.113.9"),
        "client-table-1"
    );
    // An OK ends the row too.
    assert_eq!(
        decides(&format!("{TABLE}{list}"), "198.51.100.9"),
        "client-table-1"
    );
}

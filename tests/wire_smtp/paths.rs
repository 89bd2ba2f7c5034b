//! The paths of MAIL and RCPT.

use std::error::Error;

use mailward::wire::smtp::Command;

use crate::{command, prints, refused};

#[test]
fn a_path_may_hold_blanks_and_brackets_inside_quotes_and_literals() {
    let line = r#"MAIL FROM:<"a> \"b"@example.org> SIZE=1"#;
    let Command::Mail { from, params } = command(line) else {
        panic!("not MAIL");
    };
    assert_eq!(from.to_string(), r#"<"a> \"b"@example.org>"#);
    assert_eq!(params.to_string(), "SIZE=1");
    prints(
        "RCPT TO:<a@[IPv6:2001:db8::1]>",
        "RCPT TO:<a@[IPv6:2001:db8::1]>",
    );
}

#[test]
fn every_form_of_path_prints_and_parses() {
    for line in [
        "MAIL FROM:<joe>",
        "MAIL FROM:<@a.example,@b.example:u@c.example>",
        "MAIL FROM:<jos\u{e9}@example.org> SMTPUTF8",
        "RCPT TO:<POSTMASTER>",
        "RCPT TO:<postmaster@Example.org>",
        "RCPT TO:<@a.example:u@c.example> NOTIFY=NEVER",
        "RCPT TO:<a%b@example.org>",
        r#"RCPT TO:<"a\b"@example.org>"#,
        "RCPT TO:<a@[192.0.2.1]>",
    ] {
        let parsed = command(line);
        assert_eq!(command(&parsed.to_string()), parsed, "{line}");
    }
}

const SENDER: &str = "501 5.1.7 malformed sender path";
const RECIPIENT: &str = "501 5.1.3 malformed recipient path";

#[test]
fn bad_sender_paths() {
    for line in [
        "MAIL FROM:",
        "MAIL FROM:ann@example.org",
        "MAIL FROM:<ann@example.org",
        "MAIL FROM:<ann@>",
        "MAIL FROM:<<ann@example.org>>",
        "MAIL FROM:<\"ann@example.org>",
        "MAIL FROM:<ann@[192.0.2.1>",
        "MAIL FROM:ann@example.org SIZE=1",
    ] {
        refused(line, "MAIL: malformed sender path", SENDER);
        let error = Command::parse(line.as_bytes()).unwrap_err();
        assert!(error.source().is_some(), "{line:?}");
    }
    refused(
        b"MAIL FROM:<\xff@example.org>",
        "MAIL: malformed sender path",
        SENDER,
    );
}

#[test]
fn bad_recipient_paths() {
    for line in [
        "RCPT TO:",
        "RCPT TO:bob@example.net",
        "RCPT TO:<bob@example.net",
        "RCPT TO:<bob@>",
    ] {
        refused(line, "RCPT: malformed recipient path", RECIPIENT);
    }
    refused(
        b"RCPT TO:<\xff@example.org>",
        "RCPT: malformed recipient path",
        RECIPIENT,
    );
}

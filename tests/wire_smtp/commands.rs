//! Verbs and the commands they begin.

use mailward::wire::smtp::{Command, Verb};

use crate::{command, prints, refused};

#[test]
fn every_verb_is_found_in_any_case() {
    assert!(Verb::ALL.is_sorted());
    for &verb in Verb::ALL {
        assert_eq!(Verb::find(verb.as_str().as_bytes()), Some(verb));
        assert_eq!(
            Verb::find(verb.to_string().to_lowercase().as_bytes()),
            Some(verb)
        );
        let error = Command::parse(format!("{verb} \0").as_bytes()).unwrap_err();
        assert_eq!(error.verb(), Some(verb));
    }
    for wrong in ["", "HELO ", "HEL", "HELOO", "MAİL", "LHLO"] {
        assert_eq!(Verb::find(wrong.as_bytes()), None);
    }
}

#[test]
fn every_command_has_a_wire_form() {
    for (line, expected) in [
        ("EHLO mail.example.org\r\n", "EHLO mail.example.org"),
        ("ehlo [IPv6:2001:db8::1]", "EHLO [IPv6:2001:db8::1]"),
        ("EHLO  two words  ", "EHLO two words"),
        ("helo _x..y_", "HELO _x..y_"),
        ("HELO ex\u{e4}mple", "HELO ex\u{e4}mple"),
        ("MAIL FROM:<>\r\n", "MAIL FROM:<>"),
        ("mail from:<ann@example.org>", "MAIL FROM:<ann@example.org>"),
        (
            "MAIL FROM:<> size=10 BODY=8BITMIME  ",
            "MAIL FROM:<> SIZE=10 BODY=8BITMIME",
        ),
        (
            "Rcpt To:<bob@example.net> notify=NEVER",
            "RCPT TO:<bob@example.net> NOTIFY=NEVER",
        ),
        ("data", "DATA"),
        ("DATA \r\n", "DATA"),
        ("RSET", "RSET"),
        ("NOOP", "NOOP"),
        ("NOOP whatever it is", "NOOP"),
        ("QUIT   ", "QUIT"),
        ("StartTLS", "STARTTLS"),
        ("VRFY ann", "VRFY ann"),
        ("EXPN list", "EXPN list"),
        ("ETRN @example.org", "ETRN @example.org"),
        ("HELP", "HELP"),
        ("HELP mail", "HELP mail"),
        ("AUTH login", "AUTH LOGIN"),
        ("AUTH EXTERNAL =", "AUTH EXTERNAL ="),
        ("AUTH plain AGFubgBzZWNyZXQ=", "AUTH PLAIN AGFubgBzZWNyZXQ="),
    ] {
        prints(line, expected);
    }
}

#[test]
fn each_command_knows_its_verb() {
    for &verb in Verb::ALL {
        let rest = match verb {
            Verb::Mail => " FROM:<>",
            Verb::Rcpt => " TO:<a@example.org>",
            Verb::Data | Verb::Quit | Verb::Rset | Verb::StartTls => "",
            _ => " x",
        };
        assert_eq!(command(&format!("{verb}{rest}")).verb(), verb);
    }
}

#[test]
fn missing_and_unexpected_arguments() {
    for verb in ["EHLO", "HELO", "VRFY", "EXPN", "ETRN", "AUTH"] {
        for line in [
            verb.to_string(),
            format!("{verb} "),
            format!("{verb}   \r\n"),
        ] {
            let log = format!("{verb}: argument missing");
            refused(line, &log, "501 5.5.4 argument missing");
        }
    }
    for verb in ["DATA", "QUIT", "RSET", "STARTTLS"] {
        let log = format!("{verb}: no argument allowed");
        refused(format!("{verb} x"), &log, "501 5.5.4 no argument allowed");
    }
    for line in [
        "MAIL",
        "MAIL ",
        "MAIL FROM",
        "MAIL TO:<>",
        "MAIL FROM :<>",
        "MAIL  FROM:<>",
    ] {
        refused(line, "MAIL: FROM: expected", "501 5.5.4 FROM: expected");
    }
    for line in [
        "RCPT",
        "RCPT T",
        "RCPT FROM:<a@example.org>",
        "RCPT <a@example.org>",
    ] {
        refused(line, "RCPT: TO: expected", "501 5.5.4 TO: expected");
    }
    let blank = "501 5.5.4 blank after the colon";
    refused(
        "MAIL FROM: <a@example.org>",
        "MAIL: blank after the colon",
        blank,
    );
    refused(
        "RCPT TO: <a@example.org>",
        "RCPT: blank after the colon",
        blank,
    );
    let after = "501 5.5.4 blank expected after the path";
    for line in [
        "MAIL FROM:<a@example.org>SIZE=1",
        "MAIL FROM:<a@example.org>>",
        "MAIL FROM:<>x",
    ] {
        refused(line, "MAIL: blank expected after the path", after);
    }
    refused(
        "RCPT TO:<a@example.org>,",
        "RCPT: blank expected after the path",
        after,
    );
    let not_text = "501 5.5.4 argument is not UTF-8";
    refused(b"HELO caf\xe9", "HELO: argument is not UTF-8", not_text);
}

#[test]
fn unknown_verbs() {
    let wire = "500 5.5.1 command unrecognized";
    let lines = [
        "HELOO x",
        "GET / HTTP/1.1",
        " QUIT",
        "MAILFROM:<>",
        "LHLO x",
        "\u{e9}",
        "BDAT 1",
        ".",
    ];
    for line in lines {
        refused(line, "command: command unrecognized", wire);
    }
    refused(b"\xff\xfe", "command: command unrecognized", wire);
    for line in ["", "\r\n"] {
        refused(line, "command: empty line", "500 5.5.2 empty line");
    }
}

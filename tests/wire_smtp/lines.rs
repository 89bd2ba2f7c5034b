//! The octets and the length of a line.

use std::time::Instant;

use mailward::wire::smtp::Command;

use crate::{prints, refused};

/// Where two parties might disagree about the end of a line, there is no command.
#[test]
fn control_characters_are_never_part_of_a_command() {
    let wire = "500 5.5.2 control character in the line";
    for octet in (0..32).chain([127]) {
        let octet = char::from(octet);
        for line in [
            format!("HELO a{octet}b"),
            format!("HELO a{octet}"),
            format!("HELO{octet}"),
        ] {
            let error = Command::parse(line.as_bytes()).unwrap_err();
            assert_eq!(error.reply().to_string(), format!("{wire}\r\n"), "{line:?}");
        }
        let line = format!("MAIL FROM:<a{octet}b@example.org>\r\n");
        refused(line, "MAIL: control character in the line", wire);
    }
    refused("HELO a\u{85}b", "HELO: control character in the line", wire);
    refused("\u{0}", "command: control character in the line", wire);
    refused("QUIT\n", "QUIT: control character in the line", wire);
    refused("QUIT\r\n\r\n", "QUIT: control character in the line", wire);
    refused(
        "RSET \r\nQUIT\r\n",
        "RSET: control character in the line",
        wire,
    );
}

#[test]
fn the_length_of_a_line_is_limited_by_its_verb() {
    let too_long = "500 5.5.2 line too long";
    let auth_too_long = "500 5.5.6 line too long";
    let fits = format!("EHLO {}", "x".repeat(505));
    prints(&format!("{fits}\r\n"), &fits);
    refused(format!("{fits}x"), "EHLO: line too long", too_long);
    refused(format!("{fits}x\r\n"), "EHLO: line too long", too_long);
    refused("x".repeat(511), "command: line too long", too_long);
    refused(
        "x".repeat(510),
        "command: command unrecognized",
        "500 5.5.1 command unrecognized",
    );

    let fits = format!("MAIL FROM:<> X={}", "x".repeat(1698));
    prints(&fits, &fits);
    refused(
        format!("{fits}x"),
        "MAIL: too many parameters",
        "501 5.5.4 too many parameters",
    );
    refused(
        format!("MAIL {}", "x".repeat(2042)),
        "MAIL: line too long",
        too_long,
    );

    let fits = format!("AUTH XOAUTH2 {}", "A".repeat(12256));
    prints(&fits, &fits);
    refused(
        format!("AUTH PLAIN {}", "A".repeat(12276)),
        "AUTH: line too long",
        auth_too_long,
    );
    refused(
        format!("AUTH A {}", "A".repeat(12264)),
        "AUTH: line too long",
        auth_too_long,
    );
}

/// Refused by its length alone: the time does not grow with the line.
#[test]
fn a_line_of_a_mebibyte_is_answered_at_once() {
    for start in [
        "",
        "EHLO ",
        "MAIL FROM:<",
        "RCPT TO:<@",
        "AUTH PLAIN ",
        "NOOP \0",
    ] {
        for filler in ["x", " ", "\"", "\u{e9}", "@a,", "<", "\\"] {
            let line = format!("{start}{}", filler.repeat((1 << 20) / filler.len()));
            let begun = Instant::now();
            for _ in 0..1000 {
                let error = Command::parse(line.as_bytes()).unwrap_err();
                assert!(error.to_string().ends_with(": line too long"));
            }
            assert!(begun.elapsed().as_millis() < 500, "{start:?} {filler:?}");
        }
    }
}

//! Tests of `mailward::wire::smtp`.

use std::error::Error;
use std::time::Instant;

use mailward::reply::Class;
use mailward::wire::smtp::{Argument, Command, CommandError, InitialResponse, Parameters, Verb};
use proptest::prelude::*;

#[track_caller]
fn command(line: &str) -> Command {
    Command::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

/// Parses, prints, parses again.
#[track_caller]
fn prints(line: &str, expected: &str) {
    let parsed = command(line);
    assert_eq!(parsed.to_string(), expected);
    assert_eq!(command(expected), parsed);
}

#[track_caller]
fn refused(line: impl AsRef<[u8]>, log: &str, wire: &str) {
    let line = line.as_ref();
    let error = Command::parse(line).expect_err(&String::from_utf8_lossy(line));
    assert_eq!(error.to_string(), log);
    assert_eq!(error.reply().to_string(), format!("{wire}\r\n"));
    assert_codes_agree(&error);
}

fn assert_codes_agree(error: &CommandError) {
    assert_eq!(error.code().class(), Class::Permanent);
    let reply = error.reply();
    assert_eq!(reply.code(), error.code());
    assert_eq!(reply.enhanced(), error.code().enhanced(error.detail()));
}

fn parameters(text: &str) -> Parameters {
    text.parse().unwrap()
}

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

#[test]
fn parameters_are_read_and_kept_in_order() {
    let all = parameters("size=10 Body=8BITMIME SMTPUTF8 envid=QQ314159 AUTH=<> X-Y=\u{e9}");
    let pairs: Vec<_> = all.iter().map(|one| (one.keyword(), one.value())).collect();
    let expected = [
        ("SIZE", Some("10")),
        ("BODY", Some("8BITMIME")),
        ("SMTPUTF8", None),
        ("ENVID", Some("QQ314159")),
        ("AUTH", Some("<>")),
        ("X-Y", Some("\u{e9}")),
    ];
    assert_eq!(pairs, expected);
    assert_eq!(all.get("body").unwrap().value(), Some("8BITMIME"));
    assert_eq!(all.get("BOD"), None);
    assert_eq!(all.get(""), None);
    assert_eq!(parameters(""), Parameters::default());
    assert!(parameters("").is_empty());
    assert_eq!(parameters("").iter().count(), 0);
}

#[test]
fn malformed_parameters() {
    for wrong in [
        " ", "=", "=x", "SIZE=", "SIZE==1", "A=b=c", "-A", "A_B", "A  B", "A ", " A", "\u{e9}=1",
        "A=\t",
    ] {
        let error = wrong.parse::<Parameters>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "command: malformed parameter",
            "{wrong:?}"
        );
        assert_eq!(
            error.reply().to_string(),
            "501 5.5.4 malformed parameter\r\n"
        );
    }
    let line = "MAIL FROM:<a@example.org>  SIZE=1";
    refused(
        line,
        "MAIL: malformed parameter",
        "501 5.5.4 malformed parameter",
    );
    let line = "RCPT TO:<a@example.org> NOTIFY=NEVER notify=NEVER";
    refused(
        line,
        "RCPT: parameter given twice",
        "501 5.5.4 parameter given twice",
    );
    let many = |count: u32| {
        (0..count)
            .map(|n| format!("P{n}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(parameters(&many(32)).iter().count(), Parameters::MAX_COUNT);
    let error = many(33).parse::<Parameters>().unwrap_err();
    assert_eq!(error.to_string(), "command: too many parameters");
}

#[test]
fn parameters_that_were_not_offered() {
    let both = parameters("SIZE=1 BODY=7BIT");
    assert_eq!(both.recognise(&["body", "X", "Size"]), Ok(()));
    assert_eq!(parameters("").recognise(&[]), Ok(()));
    for offered in [&[][..], &["SIZE"], &["BODY"], &["SIZ", "BODY"]] {
        let error = both.recognise(offered).unwrap_err();
        assert_eq!(error.to_string(), "command: parameter not recognized");
        assert_eq!(
            error.reply().to_string(),
            "555 5.5.4 parameter not recognized\r\n"
        );
        assert_codes_agree(&error);
    }
}

#[test]
fn the_declared_size() {
    assert_eq!(parameters("").size(), Ok(None));
    assert_eq!(parameters("size=0").size(), Ok(Some(0)));
    assert_eq!(
        parameters("SIZE=18446744073709551615").size(),
        Ok(Some(u64::MAX))
    );
    assert_eq!(
        parameters("SIZE=99999999999999999999").size(),
        Ok(Some(u64::MAX))
    );
    for wrong in [
        "SIZE",
        "SIZE=-1",
        "SIZE=+1",
        "SIZE=1k",
        "SIZE=000000000000000000001",
    ] {
        let error = parameters(wrong).size().unwrap_err();
        assert_eq!(error.to_string(), "command: SIZE is not a number of octets");
        assert_eq!(
            error.reply().to_string(),
            "501 5.5.4 SIZE is not a number of octets\r\n"
        );
    }
}

#[test]
fn auth_is_checked_and_kept_from_debug() {
    let parsed = command("AUTH PLAIN AGFubgBzZWNyZXQ=");
    assert!(!format!("{parsed:?}").contains("AGFubg"));
    for wrong in [
        "A",
        "AAA",
        "====",
        "AAAA=",
        "A===",
        "AA=A",
        "AAA\u{e9}",
        "AA A",
        " AAAA",
        "AAAAA",
        "==",
    ] {
        let error = wrong.parse::<InitialResponse>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "command: initial response is not base64",
            "{wrong:?}"
        );
        let wire = "501 5.5.2 initial response is not base64";
        refused(
            format!("AUTH PLAIN {wrong}"),
            "AUTH: initial response is not base64",
            wire,
        );
    }
    let wire = "501 5.5.4 malformed mechanism name";
    for wrong in ["PLA.IN", "\u{e9}", "ABCDEFGHIJKLMNOPQRSTU", "="] {
        refused(
            format!("AUTH {wrong}"),
            "AUTH: malformed mechanism name",
            wire,
        );
    }
    command("AUTH ABCDEFGHIJKLMNOPQRST");
}

#[test]
fn an_argument_is_one_line_of_bounded_text() {
    assert_eq!(" a b ".parse::<Argument>().unwrap().as_str(), "a b");
    for (wrong, expected) in [
        (String::new(), "command: argument missing"),
        ("  ".into(), "command: argument missing"),
        ("a\nb".into(), "command: control character in the line"),
        ("x".repeat(506), "command: argument too long"),
    ] {
        assert_eq!(wrong.parse::<Argument>().unwrap_err().to_string(), expected);
    }
}

/// Lines near the grammar: words of it in any order, with damage.
fn near_command() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "MAIL ", "RCPT ", "FROM:", "TO:", "<", ">", "@", "ann", "example.org", "\"", "\\", " ",
            "[192.0.2.1]", "[IPv6:::1]", "SIZE=1", "BODY=8BITMIME", "@a,@b:", ":", "=", "AUTH PLAIN ",
            "EHLO ", "HELP", "NOOP", "Postmaster", "\u{e9}", "\r\n", "+", "%", "!",
        ]).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// Lines that mostly parse.
fn likely_command() -> impl Strategy<Value = String> {
    let path = r#"(<>|<[a-z.+=']{1,9}@[a-z]{1,5}\.[a-z]{2,4}>|<"[ -~]{0,9}"@example\.org>)"#;
    let parameters = "( [A-Za-z][A-Za-z0-9-]{0,5}(=[!-<>-~]{1,9})?){0,4}";
    let matching = |pattern: &str| proptest::string::string_regex(pattern).unwrap();
    prop_oneof![
        matching(&format!(
            "[Mm][Aa][Ii][Ll] [Ff]ROM:{path}{parameters} {{0,2}}"
        )),
        matching(&format!("RCPT TO:{path}{parameters}")),
        matching("(EHLO|helo|VRFY|expn|Etrn|HELP|NOOP) [!-~][ -~]{0,20}"),
        matching("AUTH [A-Za-z0-9_-]{1,20}( (=|([A-Za-z0-9+/]{4}){0,3}[A-Za-z0-9+/]{2}==))?"),
        matching("(DATA|quit|RSET|StartTLS|HELP|NOOP) {0,2}"),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_parses_again(line in prop_oneof![near_command(), likely_command()]) {
        if let Ok(parsed) = Command::parse(line.as_bytes()) {
            let printed = parsed.to_string();
            prop_assert!(printed.len() + 2 <= parsed.verb().max_line_len());
            prop_assert!(!printed.contains(char::is_control));
            prop_assert_eq!(Command::parse(printed.as_bytes()), Ok(parsed.clone()));
            prop_assert_eq!(Command::parse(format!("{printed}\r\n").as_bytes()), Ok(parsed));
        }
    }

    #[test]
    fn the_final_crlf_makes_no_difference(line in prop_oneof![near_command(), likely_command()]) {
        prop_assume!(!line.ends_with("\r\n"));
        let with = Command::parse(format!("{line}\r\n").as_bytes());
        prop_assert_eq!(Command::parse(line.as_bytes()), with);
    }

    #[test]
    fn any_octets_are_parsed_or_refused(octets in any::<Vec<u8>>(), verb in 0..Verb::ALL.len()) {
        let _ = Command::parse(&octets);
        let line = [Verb::ALL[verb].as_str().as_bytes(), b" ", &octets].concat();
        match Command::parse(&line) {
            Ok(parsed) => prop_assert_eq!(parsed.verb(), Verb::ALL[verb]),
            Err(error) => {
                assert_codes_agree(&error);
                prop_assert_eq!(error.verb(), Some(Verb::ALL[verb]));
            }
        }
    }

    #[test]
    fn parameters_print_and_parse(text in "( ?[A-Za-z][A-Za-z0-9-]{0,3}(=[!-<>-~é]{1,5})?){0,5}") {
        if let Ok(parsed) = text.trim_start().parse::<Parameters>() {
            prop_assert_eq!(parsed.to_string().parse(), Ok(parsed.clone()));
            for one in parsed.iter() {
                prop_assert_eq!(parsed.get(&one.keyword().to_lowercase()), Some(one));
            }
        }
    }
}

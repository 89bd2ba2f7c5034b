//! What holds for any line.

use mailward::wire::smtp::{Command, Parameters, Verb};
use proptest::prelude::*;

use crate::assert_codes_agree;

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

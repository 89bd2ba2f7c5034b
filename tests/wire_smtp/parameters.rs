//! Parameters and arguments.

use mailward::wire::smtp::{Argument, InitialResponse, Parameters};

use crate::{assert_codes_agree, command, parameters, refused};

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

//! Tests of `mailward::reply`: small domains whole, the rest by property.

use std::sync::Arc;

use mailward::reply::{Class, Detail, EnhancedCode, Reply, ReplyCode, ReplyText};
use proptest::prelude::*;

fn codes() -> impl Iterator<Item = ReplyCode> {
    (200..=599).map(|number| ReplyCode::new(number).unwrap())
}

fn text(text: &str) -> ReplyText {
    ReplyText::parse(text).unwrap()
}

fn printed(code: u16, detail: Option<Detail>, words: &str) -> String {
    Reply::new(ReplyCode::new(code).unwrap(), detail, text(words)).to_string()
}

#[test]
fn every_number_is_a_code_or_an_error() {
    for number in 0..=u16::MAX {
        match ReplyCode::new(number) {
            Ok(code) => {
                assert!((200..=599).contains(&number));
                assert_eq!(code, number);
                assert_eq!(code.class().digit(), number / 100);
                assert_eq!(code.to_string(), number.to_string());
                assert_eq!(number.to_string().parse(), Ok(code));
                assert_eq!(ReplyCode::try_from(u16::from(code)), Ok(code));
            }
            Err(error) => {
                assert!(!(200..=599).contains(&number));
                let expected = format!("reply code {number}: not from 200 to 599");
                assert_eq!(error.to_string(), expected);
            }
        }
    }
}

#[test]
fn a_code_is_three_digits() {
    for wrong in [
        "",
        "25",
        "2500",
        "+25",
        " 250",
        "250 ",
        "2x0",
        "２５０",
        "-25",
        "0250",
    ] {
        let error = wrong.parse::<ReplyCode>().unwrap_err();
        let expected = format!("reply code {wrong:?}: not three digits");
        assert_eq!(error.to_string(), expected);
    }
    let error = "199".parse::<ReplyCode>().unwrap_err();
    assert_eq!(error.to_string(), "reply code 199: not from 200 to 599");
}

#[test]
fn errors_show_the_beginning_of_what_was_given() {
    let long = "é".repeat(1000);
    let error = long.parse::<ReplyCode>().unwrap_err();
    let expected = format!("reply code \"{}..\": not three digits", "é".repeat(20));
    assert_eq!(error.to_string(), expected);
    let error = "a\r\n\u{1b}".parse::<ReplyCode>().unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"reply code "a\r\n\u{1b}": not three digits"#
    );
}

#[test]
fn the_registry_is_in_order_and_named() {
    assert!(ReplyCode::REGISTERED.is_sorted_by(|a, b| a < b));
    for code in codes() {
        let registered = ReplyCode::REGISTERED.contains(&code);
        assert_eq!(code.phrase().is_some(), registered, "{code}");
    }
    assert!(Detail::REGISTERED.is_sorted_by(|a, b| a < b));
    for detail in Detail::REGISTERED {
        assert_eq!(Detail::new(detail.subject(), detail.detail()), Ok(*detail));
    }
    assert_eq!(
        ReplyCode::OK.phrase(),
        Some("requested mail action okay, completed")
    );
}

#[test]
fn the_class_of_every_code_is_its_first_digit() {
    for code in codes() {
        assert_eq!(code.class().digit(), code.as_u16() / 100);
        assert_eq!(code.is_transient(), code.class() == Class::Transient);
        assert_eq!(code.is_permanent(), code.class() == Class::Permanent);
    }
}

/// All 400 codes with all details of the registry, and the corners.
#[test]
fn the_enhanced_class_is_the_first_digit() {
    let corners = [(0, 999), (999, 0), (999, 999)].map(|(s, d)| Detail::new(s, d).unwrap());
    for code in codes() {
        for &detail in Detail::REGISTERED.iter().chain(&corners) {
            let reply = Reply::new(code, Some(detail), ReplyText::NO_REASON);
            let Some(enhanced) = code.enhanced(detail) else {
                assert_eq!(code.class(), Class::Intermediate);
                assert_eq!(reply.enhanced(), None);
                assert_eq!(reply.to_string(), format!("{code} no reason given\r\n"));
                continue;
            };
            assert_eq!(enhanced.class(), code.class());
            assert_eq!(enhanced.detail(), detail);
            assert_eq!(
                enhanced.to_string().as_bytes()[0],
                code.to_string().as_bytes()[0]
            );
            assert_eq!(enhanced.to_string().parse(), Ok(enhanced));
            assert_eq!(reply.enhanced(), Some(enhanced));
            assert_eq!(
                reply.to_string(),
                format!("{code} {enhanced} no reason given\r\n")
            );
        }
    }
}

#[test]
fn every_detail_prints_and_parses() {
    for subject in 0..=999 {
        for detail in 0..=999 {
            let made = Detail::new(subject, detail).unwrap();
            if subject % 37 == 0 || detail % 37 == 0 {
                assert_eq!(made.to_string().parse(), Ok(made));
            }
        }
    }
    let error = Detail::new(7, 1000).unwrap_err();
    assert_eq!(
        error.to_string(),
        "enhanced detail 7.1000: a number above 999"
    );
    assert!(Detail::new(1000, 0).is_err());
}

#[test]
fn what_is_not_a_detail_or_an_enhanced_code() {
    for wrong in [
        "", ".", "7", "7.", ".1", "7.1.1", "7.01", "07.1", "7.1000", "7.-1", "7.+1", "7. 1",
    ] {
        let error = wrong.parse::<Detail>().unwrap_err();
        let hint = "not two numbers from 0 to 999 as in \"7.25\"";
        assert_eq!(
            error.to_string(),
            format!("enhanced detail {wrong:?}: {hint}")
        );
    }
    for wrong in [
        "", "5", "5.7", "3.7.1", "1.7.1", "55.7.1", "5.7.1.1", "5.7.01", " 5.7.1",
    ] {
        let error = wrong.parse::<EnhancedCode>().unwrap_err();
        let hint = "not a class of 2, 4 or 5 and two numbers as in \"5.7.25\"";
        assert_eq!(
            error.to_string(),
            format!("enhanced code {wrong:?}: {hint}")
        );
    }
}

#[test]
fn an_operators_text_is_taken_or_refused() {
    assert_eq!(text(" go away ").as_str(), "go away");
    assert_eq!("no".parse::<ReplyText>(), Ok(text("no")));
    let long = "x".repeat(ReplyText::MAX_LEN);
    assert_eq!(text(&long).as_str(), long);
    for (wrong, expected) in [
        ("", r#"reply text "": empty"#),
        ("  ", r#"reply text "  ": empty"#),
        (
            "a\rb",
            r#"reply text "a\rb": unusable character '\r' at octet 1"#,
        ),
        (
            "a\n",
            r#"reply text "a\n": unusable character '\n' at octet 1"#,
        ),
        (
            "a\0",
            r#"reply text "a\0": unusable character '\0' at octet 1"#,
        ),
        (
            "a\tb",
            r#"reply text "a\tb": unusable character '\t' at octet 1"#,
        ),
        (
            "a\u{7f}",
            r#"reply text "a\u{7f}": unusable character '\u{7f}' at octet 1"#,
        ),
        (
            "señor",
            r#"reply text "señor": unusable character 'ñ' at octet 2"#,
        ),
    ] {
        assert_eq!(ReplyText::parse(wrong).unwrap_err().to_string(), expected);
    }
    let error = ReplyText::parse(&"x".repeat(2049)).unwrap_err();
    let cut = "x".repeat(40);
    let expected = format!("reply text \"{cut}..\": 2049 octets long, the limit is 2048");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn anything_can_be_sanitized() {
    for (given, expected) in [
        ("hello", "hello"),
        ("  hello \r\n", "hello"),
        ("", "no reason given"),
        (" \t\r\n ", "no reason given"),
        ("\0", "?"),
        ("a\r\n250 ok\r\n", "a?250 ok"),
        ("a\u{e9}\u{e9}b\u{e9}", "a?b?"),
        ("\u{202e}evil", "?evil"),
    ] {
        assert_eq!(ReplyText::sanitize(given).as_str(), expected);
    }
    let huge = "\u{e9}x".repeat(1 << 20);
    assert_eq!(ReplyText::sanitize(&huge).as_str(), "?x".repeat(1024));
}

#[test]
fn utf8_stays_only_where_it_was_negotiated() {
    let kept = ReplyText::sanitize_utf8("señor\u{7}\u{85}\u{202e}\u{200b}!");
    assert_eq!(kept.as_str(), "señor?!");
    assert!(!kept.is_ascii());
    assert!(!Reply::new(ReplyCode::OK, None, kept.clone()).is_ascii());
    assert_eq!(kept.into_ascii().as_str(), "se?or?!");
    let long = ReplyText::sanitize_utf8(&"é".repeat(3000));
    assert_eq!(long.as_str(), "é".repeat(1024));
}

#[test]
fn a_static_text_is_checked_too() {
    const GOOD: ReplyText = ReplyText::from_static(" so it is ");
    assert_eq!(GOOD, text("so it is"));
    for wrong in ["", " ", "a\r\nb", "a\n", "señor", "\0"] {
        assert_eq!(ReplyText::from_static(wrong), ReplyText::NO_REASON);
    }
    let long: &'static str = Box::leak("x".repeat(2049).into_boxed_str());
    assert_eq!(ReplyText::from_static(long), ReplyText::NO_REASON);
    assert_eq!(format!("{GOOD:?} {GOOD:>10}"), "\"so it is\"   so it is");
}

#[test]
fn replies_print_their_wire_form() {
    assert_eq!(printed(250, None, "ok"), "250 ok\r\n");
    assert_eq!(printed(550, Some(Detail::POLICY), "no"), "550 5.7.1 no\r\n");
    assert_eq!(printed(450, Some(Detail::POLICY), "no"), "450 4.7.1 no\r\n");
    assert_eq!(printed(354, Some(Detail::OTHER), "go on"), "354 go on\r\n");
}

#[test]
fn multiline_replies_repeat_code_and_enhanced_code() {
    let lines = ["one", "two", "three"].map(text);
    let reply = Reply::multiline(ReplyCode::OK, Some(Detail::OTHER), lines.clone());
    assert_eq!(
        reply.to_string(),
        "250-2.0.0 one\r\n250-2.0.0 two\r\n250 2.0.0 three\r\n"
    );
    assert!(reply.texts().eq(&lines));
    let debug = r#"Reply { code: 250, enhanced: Some(2.0.0), texts: ["one", "two", "three"] }"#;
    assert_eq!(format!("{reply:?}"), debug);
    let none = Reply::multiline(ReplyCode::OK, None, []);
    assert_eq!(none.to_string(), "250 no reason given\r\n");
    let endless = Reply::multiline(ReplyCode::OK, None, std::iter::repeat(text("x")));
    assert_eq!(endless.texts().count(), Reply::MAX_TEXTS);
}

#[test]
fn long_texts_are_broken_at_blanks_where_there_are_any() {
    let fits = "x".repeat(506);
    assert_eq!(printed(250, None, &fits), format!("250 {fits}\r\n"));
    let over = "x".repeat(507);
    assert_eq!(
        printed(250, None, &over),
        format!("250-{fits}\r\n250 x\r\n")
    );
    let two = format!("{fits} {fits}");
    assert_eq!(
        printed(250, None, &two),
        format!("250-{fits}\r\n250 {fits}\r\n")
    );
    let blanks = format!("a{}b", " ".repeat(1000));
    assert_eq!(printed(250, None, &blanks), "250-a\r\n250 b\r\n");
    let words = format!("{} {fits}", "y".repeat(10));
    assert_eq!(
        printed(250, None, &words),
        format!("250-{}\r\n250 {fits}\r\n", "y".repeat(10))
    );
    let enhanced = printed(550, Some(Detail::new(999, 999).unwrap()), &fits);
    assert_eq!(enhanced.lines().next().unwrap().len(), 510);
}

#[test]
fn the_most_lines_of_one_text_are_ten() {
    // The worst case: words that fill a line and one octet more, a short word after each.
    for first in [1, 2, 240, 495, 496, 497, 505, 506, 507] {
        for second in [1, 2, 10, 490, 496, 506, 507] {
            let words = format!("{} {} ", "x".repeat(first), "y".repeat(second)).repeat(2048);
            let kept = ReplyText::sanitize(&words);
            let reply = Reply::new(ReplyCode::OK, Some(Detail::new(999, 999).unwrap()), kept);
            assert!(reply.to_string().lines().count() <= 10);
        }
    }
}

#[test]
fn types_can_cross_threads() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Reply>();
    check::<ReplyText>();
    check::<ReplyCode>();
    check::<EnhancedCode>();
    let shared: Arc<Reply> = Arc::new(Reply::new(ReplyCode::OK, None, text("ok")));
    assert_eq!(*shared, shared.as_ref().clone());
}

/// What the law says of a printed reply.
#[track_caller]
fn assert_well_formed(reply: &Reply) {
    let wire = reply.to_string();
    let body = wire.strip_suffix("\r\n").expect("a final CRLF");
    let lines: Vec<&str> = body.split("\r\n").collect();
    let (last, others) = lines.split_last().unwrap();
    for line in &lines {
        assert!(
            line.len() + 2 <= Reply::MAX_LINE_LEN,
            "{} octets",
            line.len() + 2
        );
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert_eq!(line.get(..3), Some(reply.code().to_string().as_str()));
        if let Some(enhanced) = reply.enhanced() {
            assert!(line[4..].starts_with(&format!("{enhanced} ")), "{line:?}");
        }
        assert!(!line.ends_with(' '), "{line:?}");
    }
    assert!(others.iter().all(|line| line.as_bytes()[3] == b'-'));
    assert_eq!(last.as_bytes()[3], b' ');
    assert_eq!(wire.is_ascii(), reply.is_ascii());
}

/// Words of all lengths round the width of a line, and arbitrary characters between.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<String>(),
        (0usize..700).prop_map(|len| "w".repeat(len)),
        (0usize..700).prop_map(|len| "é".repeat(len)),
        "[ \r\n\t\0-]{0,9}",
        "\r?\n250[ -]ok",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.join(" "))
}

fn any_detail() -> impl Strategy<Value = Option<Detail>> {
    let detail = (0u16..=999, 0u16..=999).prop_map(|(s, d)| Detail::new(s, d).unwrap());
    proptest::option::of(detail)
}

fn any_code() -> impl Strategy<Value = ReplyCode> {
    (200u16..=599).prop_map(|number| ReplyCode::new(number).unwrap())
}

proptest! {
    #[test]
    fn a_reply_is_well_formed_whatever_text_went_in(
        code in any_code(), detail in any_detail(), words in any_text()
    ) {
        let reply = Reply::new(code, detail, ReplyText::sanitize(&words));
        assert_well_formed(&reply);
        prop_assert!(reply.is_ascii());
        prop_assert!(reply.to_string().lines().count() <= 10);
        let reply = Reply::new(code, detail, ReplyText::sanitize_utf8(&words));
        assert_well_formed(&reply);
        prop_assert!(reply.to_string().lines().count() <= 10);
    }

    #[test]
    fn multiline_replies_are_well_formed(
        code in any_code(), detail in any_detail(), all in proptest::collection::vec(any_text(), 0..5)
    ) {
        let texts = all.iter().map(|words| ReplyText::sanitize(words));
        assert_well_formed(&Reply::multiline(code, detail, texts));
    }

    #[test]
    fn nothing_but_blanks_is_lost_in_breaking(
        code in any_code(), detail in any_detail(), words in any_text()
    ) {
        let text = ReplyText::sanitize(&words);
        let reply = Reply::new(code, detail, text.clone());
        let prefix = reply.enhanced().map_or(4, |enhanced| 5 + enhanced.to_string().len());
        let told: String = reply.to_string().lines().map(|line| &line[prefix..]).collect();
        prop_assert_eq!(told.replace(' ', ""), text.as_str().replace(' ', ""));
    }

    #[test]
    fn sanitizing_is_idempotent_and_parses(words in any_text()) {
        let once = ReplyText::sanitize(&words);
        prop_assert_eq!(&ReplyText::sanitize(once.as_str()), &once);
        prop_assert_eq!(&ReplyText::parse(once.as_str()).unwrap(), &once);
        let utf8 = ReplyText::sanitize_utf8(&words);
        prop_assert_eq!(&ReplyText::sanitize_utf8(utf8.as_str()), &utf8);
        prop_assert!(utf8.into_ascii().is_ascii());
    }

    #[test]
    fn any_text_is_parsed_or_refused(words in any::<String>()) {
        let _ = words.parse::<ReplyCode>();
        let _ = words.parse::<EnhancedCode>();
        if let Ok(detail) = words.parse::<Detail>() {
            prop_assert_eq!(detail.to_string(), words.clone());
        }
        if let Ok(kept) = ReplyText::parse(&words) {
            prop_assert_eq!(kept.as_str(), words.trim_ascii());
        }
    }
}

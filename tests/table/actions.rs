//! Actions: what is read, and what is none.

use mailward::reply::{Detail, ReplyCode, ReplyText};
use mailward::table::{Action, Rejection};

#[test]
fn actions_are_read_and_printed() {
    for (text, printed) in [
        ("OK", "OK"),
        ("ok", "OK"),
        ("Ok whatever follows", "OK"),
        ("1234567890", "OK"),
        ("DUNNO", "DUNNO"),
        ("dunno", "DUNNO"),
        ("REJECT", "REJECT"),
        ("reject go away", "REJECT go away"),
        ("\tREJECT \t go  away ", "REJECT go  away"),
        ("REJECT 5.7.1 go away", "REJECT 5.7.1 go away"),
        ("REJECT 4.7.1", "REJECT 5.7.1"),
        ("REJECT 5.7 is no code", "REJECT 5.7 is no code"),
        ("REJECT 12 times", "REJECT 12 times"),
        ("DEFER", "DEFER"),
        ("Defer 5.7.1 later", "DEFER 4.7.1 later"),
        ("550 no", "550 no"),
        ("450 4.7.1 later", "450 4.7.1 later"),
        ("450 5.7.1 later", "450 4.7.1 later"),
        ("554 5.7.1", "554 5.7.1"),
        ("421 closing", "421 closing"),
        ("400 lowest", "400 lowest"),
        ("599 highest", "599 highest"),
        ("LOG", "LOG"),
        ("log seen again", "LOG seen again"),
    ] {
        let action: Action = text.parse().unwrap();
        assert_eq!(action.to_string(), printed, "{text}");
        assert_eq!(printed.parse::<Action>().unwrap(), action, "{text}");
    }
}

#[test]
fn what_is_no_action_says_why() {
    for (text, message) in [
        ("", "\"\": an action is missing"),
        ("  ", "\"  \": an action is missing"),
        (
            "ALLOW",
            "ALLOW: not an action; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text",
        ),
        (
            "RELAY",
            "RELAY: a table never lets anybody relay; that is the business of [perimeter]",
        ),
        (
            "250 fine",
            "\"250 fine\": a refusal has a reply code from 400 to 599",
        ),
        (
            "399 fine",
            "\"399 fine\": a refusal has a reply code from 400 to 599",
        ),
        (
            "600 no",
            "\"600 no\": a refusal has a reply code from 400 to 599",
        ),
        (
            "099 no",
            "\"099 no\": a refusal has a reply code from 400 to 599",
        ),
        (
            "521 no",
            "\"521 no\": 521 is for hosts that take no mail from anybody (RFC 7504)",
        ),
        (
            "REJECT 550 no",
            "\"REJECT 550 no\": a reply code stands instead of REJECT or DEFER, not behind it",
        ),
        (
            "defer 450",
            "\"defer 450\": a reply code stands instead of REJECT or DEFER, not behind it",
        ),
        (
            "REJECT a\nb",
            "\"REJECT a\\nb\": reply text \"a\\nb\": unusable character '\\n' at octet 1",
        ),
    ] {
        assert_eq!(Action::parse(text).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_rejection_knows_its_parts() {
    let plain = Rejection::permanent();
    assert!(plain.is_permanent());
    assert_eq!(
        (plain.code(), plain.detail(), plain.text()),
        (None, None, None)
    );
    assert!(!Rejection::temporary().is_permanent());

    let text = ReplyText::from_static("no");
    let full = Rejection::with_code(ReplyCode::TRANSACTION_FAILED).unwrap();
    let full = full.with_detail(Detail::POLICY).with_text(text.clone());
    assert!(full.is_permanent());
    assert_eq!(full.code(), Some(ReplyCode::TRANSACTION_FAILED));
    assert_eq!(
        (full.detail(), full.text()),
        (Some(Detail::POLICY), Some(&text))
    );
    assert_eq!(Action::from(full.clone()), Action::Refuse(full));
}

#[test]
fn a_rejection_never_accepts() {
    for number in 200..=599 {
        let code = ReplyCode::new(number).unwrap();
        let expected = number >= 400 && number != 521;
        assert_eq!(Rejection::with_code(code).is_ok(), expected, "{number}");
    }
    assert_eq!(
        Rejection::with_code(ReplyCode::OK).unwrap_err().to_string(),
        "250: a refusal has a reply code from 400 to 599",
    );
}

//! Verdicts, refusals and how judgements compose.

mod util;

use mailward::dns::DnsError;
use mailward::fcrdns::Fcrdns;
use mailward::mailroute::{Absence, MailRoute};
use mailward::reply::{Detail, ReplyCode, ReplyText};
use mailward::verdict::{
    Doubt, Event, Judgement, Reason, Refusal, Rule, Stage, Subject, Then, Verdict,
};
use util::name;

/// A reason of each event, made with evidence where there is some.
fn reasons() -> Vec<Reason> {
    vec![
        Reason::BadClient(Some(ReplyText::from_static("go away"))),
        Reason::UnverifiedClient(Fcrdns::NoName),
        Reason::ListedClient(hit()),
        Reason::MalformedGreeting,
        Reason::MissingGreeting,
        Reason::UnqualifiedGreeting,
        Reason::BareAddressGreeting,
        Reason::ForgedGreeting,
        Reason::UnresolvableGreeting,
        Reason::MismatchedGreeting,
        Reason::BadSender(None),
        Reason::ExcludedSender,
        Reason::UnqualifiedSender,
        Reason::UnresolvableSender(MailRoute::Nowhere(Absence::NoSuchName)),
        Reason::NullMxSender,
        Reason::RelayDenied,
        Reason::RoutedRecipient,
        Reason::BadRecipient(None),
        Reason::CommandDisabled,
        Reason::BadSyntax(ReplyText::from_static("argument missing")),
        Reason::BadSequence(ReplyText::from_static("Send MAIL first.")),
        Reason::DnsTrouble(Subject::Client, DnsError::Timeout),
        Reason::PolicyTrouble,
        Reason::custom("no-mail-on-sundays", Subject::Client),
    ]
}

fn hit() -> mailward::rbl::Hit {
    let zone = mailward::rbl::Zone::new(name("bl.example.net")).labelled("bl");
    let answer = Ok(mailward::dns::Answer::of(
        [[127, 0, 0, 2].into()],
        std::time::Duration::ZERO,
    ));
    zone.interpret(&answer).hit().unwrap().clone()
}

#[test]
fn there_is_a_reason_of_each_event() {
    let events: Vec<Event> = reasons().iter().map(Reason::event).collect();
    assert_eq!(events, Event::ALL);
}

/// The codes of `spec`: RFC 5321, RFC 7372, RFC 7505 and those of the events in between.
#[test]
fn usual_codes() {
    let expected = [
        ("554 5.7.1 bad-client", "450 4.7.1 bad-client"),
        (
            "550 5.7.25 unverified-client",
            "450 4.7.25 unverified-client",
        ),
        ("554 5.7.1 listed-client", "450 4.7.1 listed-client"),
        (
            "501 5.5.4 malformed-greeting",
            "450 4.7.0 malformed-greeting",
        ),
        ("503 5.5.1 missing-greeting", "450 4.7.0 missing-greeting"),
        (
            "504 5.5.2 unqualified-greeting",
            "450 4.7.0 unqualified-greeting",
        ),
        (
            "550 5.7.1 bare-address-greeting",
            "450 4.7.1 bare-address-greeting",
        ),
        ("550 5.7.1 forged-greeting", "450 4.7.1 forged-greeting"),
        (
            "450 4.7.1 unresolvable-greeting",
            "450 4.7.1 unresolvable-greeting",
        ),
        (
            "550 5.7.1 mismatched-greeting",
            "450 4.7.0 mismatched-greeting",
        ),
        ("550 5.7.1 bad-sender", "450 4.7.1 bad-sender"),
        ("550 5.7.1 excluded-sender", "450 4.7.1 excluded-sender"),
        (
            "550 5.1.7 unqualified-sender",
            "450 4.1.7 unqualified-sender",
        ),
        (
            "450 4.1.8 unresolvable-sender",
            "450 4.1.8 unresolvable-sender",
        ),
        ("550 5.7.27 null-mx-sender", "450 4.7.27 null-mx-sender"),
        ("550 5.7.1 relay-denied", "451 4.7.1 relay-denied"),
        ("550 5.7.1 routed-recipient", "451 4.7.1 routed-recipient"),
        ("550 5.7.1 bad-recipient", "450 4.7.1 bad-recipient"),
        ("502 5.5.1 command-disabled", "451 4.5.1 command-disabled"),
        ("501 5.5.2 bad-syntax", "451 4.5.2 bad-syntax"),
        ("503 5.5.1 bad-sequence", "451 4.5.1 bad-sequence"),
        ("451 4.4.3 dns-trouble", "451 4.4.3 dns-trouble"),
        ("451 4.3.0 policy-trouble", "451 4.3.0 policy-trouble"),
        (
            "550 5.7.1 no-mail-on-sundays",
            "450 4.7.1 no-mail-on-sundays",
        ),
    ];
    for (reason, (usual, softened)) in reasons().into_iter().zip(expected) {
        assert_eq!(Refusal::new(reason.clone()).to_string(), usual);
        assert_eq!(
            Refusal::new(reason.clone()).softened().to_string(),
            softened
        );
        assert_eq!(
            Refusal::new(reason.clone()).in_doubt().to_string(),
            softened
        );
        let temporary = Refusal::temporary(reason.clone());
        assert_eq!(temporary.to_string(), softened);
        let closes = softened.starts_with("421");
        for refusal in [temporary, Refusal::new(reason).softened()] {
            assert_eq!(refusal.then() == Then::Close, closes, "{refusal}");
        }
    }
}

#[test]
fn trouble_is_never_refused_for_good() {
    for reason in [
        Reason::DnsTrouble(Subject::Sender, DnsError::Refused),
        Reason::PolicyTrouble,
    ] {
        assert!(Refusal::permanent(reason.clone()).is_temporary());
        let error = Refusal::new(reason.clone())
            .with_code(ReplyCode::MAILBOX_UNAVAILABLE)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "reply code 550 cannot refuse this: expected 400 to 599 but 521, and 4yz for trouble or doubt"
        );
        assert!(
            Refusal::new(reason)
                .with_code(ReplyCode::MAILBOX_BUSY)
                .is_ok()
        );
    }
    let doubted = Refusal::new(Reason::BadSender(None)).in_doubt();
    let other = doubted.with_code(ReplyCode::LOCAL_ERROR).unwrap();
    assert!(other.with_code(ReplyCode::MAILBOX_UNAVAILABLE).is_err());
}

#[test]
fn a_refusal_has_no_positive_code_and_not_521() {
    for code in (200..600).map(|code| ReplyCode::new(code).unwrap()) {
        let made = Refusal::new(Reason::RelayDenied).with_code(code);
        let may = (400..600).contains(&code.as_u16()) && code.as_u16() != 521;
        assert_eq!(made.is_ok(), may, "{code}");
        let Ok(refusal) = made else { continue };
        assert_eq!(refusal.code(), code);
        assert_eq!(refusal.enhanced().unwrap().class(), code.class());
        assert_eq!(
            refusal.then(),
            if code.as_u16() == 421 {
                Then::Close
            } else {
                Then::Continue
            }
        );
    }
}

#[test]
fn at_the_opening_a_refusal_for_good_is_a_554() {
    for reason in reasons() {
        let refusal = Refusal::new(reason);
        for stage in [Stage::Greeting, Stage::Mail, Stage::Recipient, Stage::Data] {
            assert_eq!(refusal.clone().at(stage), refusal);
        }
        let there = refusal.clone().at(Stage::Connect);
        assert_eq!(there.then(), Then::AwaitQuit);
        assert_eq!(
            there.code().as_u16(),
            if refusal.is_temporary() {
                refusal.code().as_u16()
            } else {
                554
            }
        );
    }
    let own = Refusal::new(Reason::BadClient(None))
        .with_code(ReplyCode::MAILBOX_UNAVAILABLE)
        .unwrap();
    assert_eq!(
        own.at(Stage::Connect).code(),
        ReplyCode::MAILBOX_UNAVAILABLE
    );
    let closing = Refusal::new(Reason::BadClient(None)).closing();
    assert_eq!(closing.at(Stage::Connect).then(), Then::Close);
    let detail = Refusal::new(Reason::BadClient(None)).with_detail(Detail::SECURITY);
    assert_eq!(detail.to_string(), "554 5.7.0 bad-client");
}

#[test]
fn codes_of_verdicts() {
    for (stage, code) in [
        (Stage::Connect, 220),
        (Stage::Greeting, 250),
        (Stage::Mail, 250),
        (Stage::Recipient, 250),
        (Stage::Data, 354),
    ] {
        assert_eq!(Verdict::Proceed.code(stage).as_u16(), code);
        assert_eq!(Verdict::Accept.code(stage).as_u16(), code);
        assert_eq!(
            Verdict::from(Refusal::new(Reason::RelayDenied))
                .code(stage)
                .as_u16(),
            550
        );
    }
    let words = [
        Verdict::Proceed,
        Verdict::Accept,
        Refusal::new(Reason::RelayDenied).into(),
    ]
    .map(|it| it.to_string());
    assert_eq!(words, ["proceed", "accept", "refuse"]);
}

fn named(judgement: Judgement, rule: &str) -> Judgement {
    judgement.named(&Rule::from(rule))
}

fn doubtful() -> Refusal {
    Refusal::dns_trouble(Subject::Client, DnsError::Timeout)
}

/// How a row of two ends: `R` refuses for good, `r` for now, `A` accepts, `P` proceeds, `?` might have refused, `!`
/// might have accepted.
#[test]
fn how_rows_end() {
    let judgement = |letter| match letter {
        'R' => Refusal::new(Reason::BadRecipient(None)).into(),
        'r' => Refusal::temporary(Reason::BadRecipient(None)).into(),
        'A' => Verdict::Accept.into(),
        'P' => Judgement::PROCEED,
        '?' => Judgement::might_refuse(doubtful()),
        '!' => Judgement::might_accept(doubtful()),
        _ => unreachable!(),
    };
    let row = |letters: &str| {
        let all = letters.chars().enumerate();
        let all = all.map(|(at, letter)| named(judgement(letter), &format!("{letter}{at}")));
        all.fold(Judgement::default(), |row, next| row.and(|| next))
            .settled()
    };
    for (letters, verdict, rule) in [
        ("", "proceed", None),
        ("P", "proceed", None),
        ("PA", "accept", Some("A1")),
        ("AR", "accept", Some("A0")),
        ("RA", "550 5.7.1 bad-recipient", Some("R0")),
        ("?", "451 4.4.3 dns-trouble", Some("?0")),
        ("?P", "451 4.4.3 dns-trouble", Some("?0")),
        ("P??", "451 4.4.3 dns-trouble", Some("?1")),
        ("?A", "451 4.4.3 dns-trouble", Some("?0")),
        ("?R", "550 5.7.1 bad-recipient", Some("R1")),
        ("?r", "450 4.7.1 bad-recipient", Some("r1")),
        ("A?", "accept", Some("A0")),
        ("!", "proceed", None),
        ("!A", "accept", Some("A1")),
        ("!R", "451 4.4.3 dns-trouble", Some("!0")),
        ("!r", "450 4.7.1 bad-recipient", Some("r1")),
        ("R!", "550 5.7.1 bad-recipient", Some("R0")),
        ("?!R", "451 4.4.3 dns-trouble", Some("!1")),
        ("!?R", "451 4.4.3 dns-trouble", Some("!0")),
        ("!?P", "451 4.4.3 dns-trouble", Some("?1")),
    ] {
        let settled = row(letters);
        let said = settled
            .verdict()
            .refusal()
            .map_or_else(|| settled.verdict().to_string(), ToString::to_string);
        assert_eq!(
            (said.as_str(), settled.rule().map(Rule::as_str)),
            (verdict, rule),
            "{letters}"
        );
        assert!(settled.doubt().is_none());
    }
}

#[test]
fn the_first_name_stays() {
    let judgement = named(named(Verdict::Accept.into(), "inner"), "outer");
    assert_eq!(judgement.rule().unwrap().as_str(), "inner");
    assert_eq!(named(Judgement::PROCEED, "rule"), Judgement::PROCEED);
    let (_, _, doubt) =
        named(named(Judgement::might_refuse(doubtful()), "inner"), "outer").into_parts();
    assert_eq!(doubt.refuse.unwrap().rule.unwrap().as_str(), "inner");
    assert!(Doubt::default().is_none());
}

#[test]
fn keys_are_read_back() {
    for event in Event::ALL {
        assert_eq!(event.key().parse(), Ok(*event));
        assert_eq!(event.to_string(), event.key());
        assert!(
            event
                .key()
                .bytes()
                .all(|octet| octet.is_ascii_lowercase() || octet == b'-')
        );
    }
    assert_eq!(
        "Bad-Client".parse::<Event>().unwrap_err().to_string(),
        "unknown event"
    );
    assert_eq!(Reason::custom("closed", Subject::Client).key(), "closed");
    assert_eq!(
        Reason::DnsTrouble(Subject::Sender, DnsError::Timeout).subject(),
        Subject::Sender
    );
}

//! What peers are told.

mod util;

use std::collections::BTreeSet;
use std::time::Duration;

use mailward::address::{ForwardPath, ReversePath};
use mailward::dns::{Answer, DnsError};
use mailward::fcrdns::Fcrdns;
use mailward::mailroute::{Absence, MailRoute};
use mailward::rbl::{Hit, Zone};
use mailward::reply::{Detail, ReplyCode, ReplyText};
use mailward::session::{Hello, Session};
use mailward::verdict::{Event, Reason, Refusal, Stage, Subject};
use mailward::wording::{Security, TableTexts, Wording};
use util::{client, dns, fcrdns, ip, name};

fn wording(security: Security) -> Wording {
    Wording::new(security, name("mx.example.org"))
}

fn session() -> Session {
    let mut session = Session::connect(ip("203.0.113.9"));
    session.greet(Hello::Ehlo, "mail.example.com");
    session.mail(ReversePath::parse("<ann@example.com>").unwrap());
    session.rcpt(ForwardPath::parse("<bob@example.org>").unwrap());
    session
}

fn hit(label: &str, codes: &[[u8; 4]]) -> Hit {
    let zone = Zone::new(name("bl.example.net")).labelled(label);
    let answer = Ok(Answer::of(
        codes.iter().map(|&code| code.into()),
        Duration::ZERO,
    ));
    zone.interpret(&answer).hit().unwrap().clone()
}

/// What is said of a reason at a stage, without the line end.
fn said(wording: &Wording, refusal: Refusal, stage: Stage) -> String {
    let reply = wording.refuse(&refusal.at(stage), stage, &session());
    reply.to_string().trim_end().to_owned()
}

/// The seven events of TCP/IP Services for OpenVMS, at their stages, in both modes.
#[test]
fn the_fourteen_texts() {
    const SECURE: &str = "Closing transmission channel.";
    let rows: [(Reason, Stage, &str, &str); 7] = [
        (
            Reason::UnverifiedClient(Fcrdns::NoName),
            Stage::Connect,
            SECURE,
            "I can't backtranslate your IP address to a host name.",
        ),
        (
            Reason::BadClient(None),
            Stage::Connect,
            SECURE,
            "Your IP address or subnet is in my list of bad ones.",
        ),
        (
            Reason::ListedClient(hit("bl", &[[127, 0, 0, 2]])),
            Stage::Connect,
            SECURE,
            "Your IP address is in my RBL list.",
        ),
        (
            Reason::BadSender(None),
            Stage::Mail,
            SECURE,
            "That sender address is in my list of bad ones.",
        ),
        (
            Reason::UnqualifiedSender,
            Stage::Mail,
            SECURE,
            "That sender address is unqualified.",
        ),
        (
            Reason::UnresolvableSender(MailRoute::Nowhere(Absence::NoAddress)),
            Stage::Mail,
            SECURE,
            "That sender address is unresolvable into a host name or MX domain.",
        ),
        (
            Reason::RelayDenied,
            Stage::Recipient,
            "User not local, Relay disabled.",
            "Both you and the recipient are unknown to me. I will not relay.",
        ),
    ];
    for (reason, stage, secure, friendly) in rows {
        let event = reason.event();
        let refusal = Refusal::permanent(reason);
        let text = |security| {
            let line = said(&wording(security), refusal.clone(), stage);
            let words = if stage == Stage::Connect { 1 } else { 2 };
            line.splitn(words + 1, ' ').last().unwrap().to_owned()
        };
        assert_eq!(text(Security::Secure), secure, "{event}");
        // A list's label follows, for the peer's postmaster.
        let follows = if event == Event::ListedClient {
            " (bl)"
        } else {
            ""
        };
        assert_eq!(
            text(Security::Friendly),
            format!("{friendly}{follows}"),
            "{event}"
        );
    }
}

/// Reasons of all events, twice each with other evidence, codes and texts.
fn variants() -> Vec<Refusal> {
    let text = || Some(ReplyText::from_static("we know you"));
    let mismatch = fcrdns(
        "203.0.113.9",
        "9.113.0.203.in-addr.arpa. PTR other.example.",
    );
    let plain = [
        Reason::BadClient(None),
        Reason::BadClient(text()),
        Reason::UnverifiedClient(Fcrdns::NoName),
        Reason::UnverifiedClient(mismatch),
        Reason::ListedClient(hit("bl", &[[127, 0, 0, 2]])),
        Reason::ListedClient(hit("zen", &[[127, 0, 0, 4], [127, 0, 0, 10]])),
        Reason::BareAddressGreeting,
        Reason::ForgedGreeting,
        Reason::UnresolvableGreeting,
        Reason::MismatchedGreeting,
        Reason::BadSender(None),
        Reason::BadSender(text()),
        Reason::UnqualifiedSender,
        Reason::UnresolvableSender(MailRoute::Nowhere(Absence::NoAddress)),
        Reason::UnresolvableSender(MailRoute::Nowhere(Absence::NoSuchName)),
        Reason::NullMxSender,
        Reason::RelayDenied,
        Reason::RoutedRecipient,
        Reason::BadRecipient(None),
        Reason::BadRecipient(text()),
        Reason::DnsTrouble(Subject::Client, DnsError::Timeout),
        Reason::DnsTrouble(Subject::Greeting, DnsError::ServerFailure),
        Reason::DnsTrouble(Subject::Sender, DnsError::Refused),
        Reason::DnsTrouble(Subject::Recipient, DnsError::Overdue),
        Reason::PolicyTrouble,
        Reason::custom("closed", Subject::Client),
        Reason::custom("also closed", Subject::Client),
    ];
    let mut refusals = Vec::new();
    for reason in plain {
        let both = [
            Refusal::permanent(reason.clone()),
            Refusal::temporary(reason),
        ];
        for refusal in both {
            let own = ReplyCode::new(refusal.code().as_u16() + 3).unwrap();
            refusals.push(
                refusal
                    .clone()
                    .with_code(own)
                    .unwrap()
                    .with_detail(Detail::SYNTAX),
            );
            refusals.push(refusal.closing());
        }
    }
    refusals
}

#[test]
fn secure_mode_has_two_lines_for_everything_before_rcpt() {
    let secure = wording(Security::Secure);
    for stage in [Stage::Connect, Stage::Greeting, Stage::Mail] {
        let lines: BTreeSet<String> = variants()
            .into_iter()
            .map(|refusal| said(&secure, refusal, stage))
            .collect();
        let bare = stage < Stage::Mail;
        let expected = if bare {
            ["450 Try again later.", "554 Closing transmission channel."]
        } else {
            [
                "450 4.7.0 Try again later.",
                "554 5.7.0 Closing transmission channel.",
            ]
        };
        assert!(lines.iter().eq(expected), "{stage}: {lines:?}");
    }
}

#[test]
fn secure_mode_tells_the_class_of_the_event_at_rcpt() {
    let secure = wording(Security::Secure);
    for refusal in variants() {
        let event = refusal.event();
        let peers = [Subject::Client, Subject::Greeting, Subject::Sender]
            .contains(&refusal.reason().subject());
        let expected = match (event, refusal.is_temporary()) {
            (Event::RelayDenied | Event::RoutedRecipient, false) => {
                "550 5.7.1 User not local, Relay disabled."
            }
            (Event::RelayDenied | Event::RoutedRecipient, true) => {
                "451 4.7.1 User not local, Relay disabled."
            }
            (Event::PolicyTrouble, _) => "451 4.3.0 Try again later.",
            (_, false) if peers => "554 5.7.0 Closing transmission channel.",
            (_, true) if peers => "450 4.7.0 Try again later.",
            (Event::DnsTrouble, _) => "451 4.4.3 Try again later.",
            (_, false) => "550 5.7.1 Recipient refused.",
            (_, true) => "450 4.7.1 Try again later.",
        };
        assert_eq!(
            said(&secure, refusal, Stage::Recipient),
            expected,
            "{event}"
        );
    }
}

#[test]
fn both_modes_say_the_same_of_syntax_and_sequence() {
    for reason in [
        Reason::MalformedGreeting,
        Reason::MissingGreeting,
        Reason::UnqualifiedGreeting,
        Reason::CommandDisabled,
        Reason::BadSyntax(ReplyText::from_static("argument missing")),
        Reason::BadSequence(ReplyText::from_static("Send MAIL first.")),
    ] {
        for stage in [Stage::Greeting, Stage::Mail, Stage::Recipient] {
            let [friendly, secure] = [Security::Friendly, Security::Secure]
                .map(|security| said(&wording(security), Refusal::new(reason.clone()), stage));
            assert_eq!(friendly, secure);
        }
    }
}

#[test]
fn greetings_of_either_side_carry_no_enhanced_code() {
    for security in [Security::Friendly, Security::Secure] {
        let wording = wording(security);
        for refusal in variants() {
            for stage in [Stage::Connect, Stage::Greeting] {
                let reply = wording.refuse(&refusal, stage, &session());
                assert_eq!(reply.enhanced(), None);
            }
            for stage in [Stage::Mail, Stage::Recipient, Stage::Data] {
                let reply = wording.refuse(&refusal, stage, &session());
                assert_eq!(reply.enhanced().unwrap().class(), reply.code().class());
            }
        }
    }
}

#[test]
fn consents() {
    let wording = wording(Security::Secure);
    for (stage, line) in [
        (Stage::Connect, "220 mx.example.org ESMTP\r\n"),
        (Stage::Greeting, "250 mx.example.org ESMTP\r\n"),
        (Stage::Mail, "250 2.1.0 Sender ok.\r\n"),
        (Stage::Recipient, "250 2.1.5 Recipient ok.\r\n"),
        (Stage::Data, "354 End data with <CR><LF>.<CR><LF>\r\n"),
    ] {
        assert_eq!(wording.proceed(stage).to_string(), line);
    }
    assert_eq!(wording.done().to_string(), "250 2.0.0 Ok.\r\n");
    assert_eq!(wording.bye().code().as_u16(), 221);
    assert_eq!(wording.cannot_verify().code().as_u16(), 252);
    assert_eq!(wording.hostname(), &name("mx.example.org"));
    assert_eq!(wording.security(), Security::Secure);
}

/// 7 events x 2 modes x { the mode's text, the operator's }.
#[test]
fn a_text_for_one_event_leaves_the_others() {
    let listed = || Refusal::new(Reason::ListedClient(hit("bl", &[[127, 0, 0, 2]])));
    let others = || {
        variants()
            .into_iter()
            .filter(|refusal| refusal.event() != Event::ListedClient)
    };
    for security in [Security::Friendly, Security::Secure] {
        let plain = wording(security);
        let own = wording(security)
            .with_text(Event::ListedClient, "Listed. Ask us.")
            .unwrap();
        let line = said(&own, listed(), Stage::Recipient);
        assert!(line.ends_with(" Listed. Ask us."), "{line}");
        assert_eq!(line[..9], said(&plain, listed(), Stage::Recipient)[..9]);
        for refusal in others() {
            let [with, without] =
                [&own, &plain].map(|wording| said(wording, refusal.clone(), Stage::Recipient));
            assert_eq!(with, without);
        }
    }
}

#[test]
fn texts_of_tables_count_in_secure_mode_only_where_the_operator_says_so() {
    let refusal = || {
        Refusal::new(Reason::BadClient(Some(ReplyText::from_static(
            "we know you",
        ))))
    };
    let secure = wording(Security::Secure);
    assert_eq!(
        said(&secure, refusal(), Stage::Mail),
        "554 5.7.0 Closing transmission channel."
    );
    let secure = secure.with_table_texts(TableTexts::Always);
    assert_eq!(
        said(&secure, refusal(), Stage::Mail),
        "554 5.7.0 we know you"
    );
    let friendly = wording(Security::Friendly);
    assert_eq!(
        said(&friendly, refusal(), Stage::Mail),
        "554 5.7.1 we know you"
    );
    // A rule's own text goes before that of the event.
    let friendly = friendly.with_text(Event::BadClient, "Go away.").unwrap();
    assert_eq!(
        said(&friendly, refusal(), Stage::Mail),
        "554 5.7.1 we know you"
    );
}

#[test]
fn placeholders_are_filled_once() {
    let text = "{client} {name} {helo} {sender} {recipient} {zone} {text} {code} {hostname} }";
    let wording = wording(Security::Friendly)
        .with_text(Event::ListedClient, text)
        .unwrap();
    let zone =
        dns("9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.9");
    let mut session = Session::connect(ip("203.0.113.9"));
    let refusal = Refusal::new(Reason::ListedClient(hit("{client}", &[[127, 0, 0, 2]])));
    let reply = wording.refuse(&refusal, Stage::Connect, &session);
    assert_eq!(
        reply.to_string(),
        "554 203.0.113.9 unknown    {client}  554 mx.example.org }\r\n"
    );

    session.client_name(&zone).wait();
    session.greet(Hello::Ehlo, "{sender}\u{1b}[31m\r\n250 ok \u{fc}");
    session.mail(ReversePath::parse("<\"{recipient} x\"@example.com>").unwrap());
    session.rcpt(ForwardPath::parse("<{code}@example.org>").unwrap());
    let reply = wording
        .refuse(&refusal, Stage::Recipient, &session)
        .to_string();
    let expected = "554 5.7.1 203.0.113.9 mail.example.com {sender}?[31m?250 ok ? \"{recipient} x\"@example.com \
                    {code}@example.org {client}  554 mx.example.org }\r\n";
    assert_eq!(reply, expected);
}

#[test]
fn the_hosts_id_of_the_connection_is_spoken() {
    let wording = wording(Security::Friendly)
        .with_text(Event::BadClient, "Refused, {id}.")
        .unwrap();
    let refusal = Refusal::new(Reason::BadClient(None));
    let said = |session: &Session| {
        let reply = wording.refuse(&refusal, Stage::Mail, session);
        reply.to_string()
    };
    let mut session = Session::connect(client("203.0.113.9").identified("s1"));
    assert_eq!(said(&session), "554 5.7.1 Refused, s1.\r\n");
    session.tls();
    assert_eq!(said(&session), "554 5.7.1 Refused, s1.\r\n");
    let hostile = client("203.0.113.9").identified("x\r\n250 ok\u{1b}[31m\u{fc}");
    assert_eq!(
        said(&Session::connect(hostile)),
        "554 5.7.1 Refused, x??250?ok?[31m?.\r\n"
    );
    for unnamed in [client("203.0.113.9"), client("203.0.113.9").identified("")] {
        assert_eq!(
            said(&Session::connect(unnamed)),
            "554 5.7.1 Refused, -.\r\n"
        );
    }
}

#[test]
fn texts_that_cannot_be_spoken() {
    let error = |security, text: &str| {
        wording(security)
            .with_text(Event::BadClient, text)
            .unwrap_err()
            .to_string()
    };
    let known = "expected client, name, helo, sender, recipient, zone, text, code, id or hostname in braces";
    for (security, text, expected) in [
        (
            Security::Friendly,
            "{",
            "brace without its partner; expected a placeholder such as {client}".to_owned(),
        ),
        (
            Security::Friendly,
            "see {client",
            "brace without its partner; expected a placeholder such as {client}".to_owned(),
        ),
        (
            Security::Friendly,
            "{clinet}",
            format!("unknown placeholder {{clinet}}; {known}"),
        ),
        (
            Security::Friendly,
            "{}",
            format!("unknown placeholder {{}}; {known}"),
        ),
        (
            Security::Friendly,
            "{Client}",
            format!("unknown placeholder {{Client}}; {known}"),
        ),
        (
            Security::Secure,
            "{clinet}",
            format!("unknown placeholder {{clinet}}; {known}"),
        ),
        (
            Security::Secure,
            "{client}",
            "placeholder {client} works in friendly mode only".to_owned(),
        ),
    ] {
        assert_eq!(error(security, text), expected, "{text}");
    }
    for text in ["", "two\r\nlines", "bell\u{7}", "gr\u{fc}n"] {
        for security in [Security::Friendly, Security::Secure] {
            assert!(!error(security, text).is_empty(), "{text:?}");
        }
    }
    assert!(
        wording(Security::Secure)
            .with_text(Event::BadClient, "plain }")
            .is_ok()
    );
}

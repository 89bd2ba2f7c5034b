//! Laws of replies.

use std::time::Duration;

use mailward::address::{ForwardPath, ReversePath};
use mailward::dns::{Answer, DnsError};
use mailward::fcrdns::Fcrdns;
use mailward::rbl::Zone;
use mailward::reply::{Detail, ReplyCode, ReplyText};
use mailward::session::{Hello, Session};
use mailward::verdict::{Event, Reason, Refusal, Stage, Subject};
use mailward::wording::{Security, Wording};
use proptest::prelude::*;
use proptest::sample::select;

use crate::util::{ip, name};

/// Any text, with more of what hurts than chance would bring.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,40}",
        select(vec![
            "\r\n",
            "\n",
            "\0",
            "\u{1b}[31m",
            "{client}",
            "{",
            "}",
            "250 ok",
            "\u{fc}",
            "\u{202e}",
            "  "
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "[a-z]{200,700}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// A reason with evidence that a peer, or the owner of a zone, has written.
fn reasons() -> impl Strategy<Value = Reason> {
    let hit = (hostile(), proptest::collection::vec(any::<[u8; 3]>(), 1..4)).prop_map(
        |(label, codes)| {
            let codes = codes
                .into_iter()
                .map(|[a, b, c]| [127, a.min(254), b, c.max(2)].into());
            let zone = Zone::new(name("bl.example.net")).labelled(label.as_str());
            zone.interpret(&Ok(Answer::of(codes, Duration::ZERO)))
                .hit()
                .cloned()
        },
    );
    let text = || hostile().prop_map(|text| ReplyText::sanitize(&text));
    prop_oneof![
        hit.prop_filter_map("lists nobody", |hit| hit.map(Reason::ListedClient)),
        proptest::option::of(text()).prop_map(Reason::BadClient),
        proptest::option::of(text()).prop_map(Reason::BadSender),
        proptest::option::of(text()).prop_map(Reason::BadRecipient),
        Just(Reason::UnverifiedClient(Fcrdns::NoName)),
        Just(Reason::ForgedGreeting),
        Just(Reason::UnqualifiedSender),
        Just(Reason::RelayDenied),
        Just(Reason::RoutedRecipient),
        Just(Reason::PolicyTrouble),
        Just(Reason::DnsTrouble(Subject::Client, DnsError::Timeout)),
        hostile().prop_map(|key| Reason::custom(key, Subject::Client)),
    ]
}

fn refusals() -> impl Strategy<Value = Refusal> {
    let code = (400..600_u16).prop_map(|code| ReplyCode::new(code).unwrap());
    let detail = (0..1000_u16, 0..1000_u16).prop_filter_map("no detail", |(subject, detail)| {
        Detail::new(subject, detail).ok()
    });
    (
        reasons(),
        proptest::option::of(code),
        proptest::option::of(detail),
        any::<bool>(),
    )
        .prop_map(|(reason, code, detail, soft)| {
            let refusal = if soft {
                Refusal::temporary(reason)
            } else {
                Refusal::new(reason)
            };
            let refusal = match code {
                Some(code) => refusal.clone().with_code(code).unwrap_or(refusal),
                None => refusal,
            };
            match detail {
                Some(detail) => refusal.with_detail(detail),
                None => refusal,
            }
        })
}

fn sessions() -> impl Strategy<Value = Session> {
    let local = "[a-z0-9=+._-]{1,60}";
    (hostile(), local, local).prop_map(|(greeting, from, to)| {
        let mut session = Session::connect(ip("203.0.113.9"));
        session.greet(Hello::Ehlo, &greeting);
        let from = ReversePath::parse(&format!("<\"{from}\"@example.com>"));
        session.mail(from.unwrap_or(ReversePath::NULL));
        if let Ok(to) = ForwardPath::parse(&format!("<\"{to}\"@example.org>")) {
            session.rcpt(to);
        }
        session
    })
}

const STAGES: [Stage; 5] = [
    Stage::Connect,
    Stage::Greeting,
    Stage::Mail,
    Stage::Recipient,
    Stage::Data,
];
const EVERYTHING: &str =
    "{client} {name} {helo} {sender} {recipient} {zone} {text} {code} {hostname}";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Laws 2 and 3: the form of a reply holds whatever text goes in, and the enhanced class is the code's first digit.
    #[test]
    fn a_reply_keeps_its_form(refusal in refusals(), session in sessions(), stage in select(STAGES.to_vec()), own in any::<bool>()) {
        for security in [Security::Friendly, Security::Secure] {
            let plain = Wording::new(security, name("mx.example.org"));
            let wording = match security {
                Security::Friendly if own => plain.with_text(refusal.event(), EVERYTHING).unwrap(),
                _ => plain,
            };
            let reply = wording.refuse(&refusal.clone().at(stage), stage, &session).to_string();
            prop_assert!(reply.ends_with("\r\n"), "{reply:?}");
            let lines: Vec<&str> = reply.trim_end_matches("\r\n").split("\r\n").collect();
            let code = &reply[..3];
            for (at, line) in lines.iter().enumerate() {
                let last = at + 1 == lines.len();
                prop_assert!(line.len() + 2 <= 512);
                prop_assert!(line.bytes().all(|octet| (b' '..=b'~').contains(&octet)), "{line:?}");
                prop_assert_eq!(&line[..4], format!("{code}{}", if last { ' ' } else { '-' }));
                if stage > Stage::Greeting {
                    prop_assert_eq!(&line[4..6], format!("{}.", &code[..1]));
                }
            }
            prop_assert!(matches!(code.as_bytes()[0], b'4' | b'5'));
            prop_assert_eq!(code.starts_with('4'), refusal.is_temporary());
        }
    }

    /// Law 9: a secure reply depends on event and class only, not on evidence, nor on a rule's code and text.
    #[test]
    fn secure_replies_tell_event_and_class_only(
        refusal in refusals(),
        session in sessions(),
        stage in select(STAGES.to_vec()),
    ) {
        let wording = Wording::new(Security::Secure, name("mx.example.org"));
        let reply = wording.refuse(&refusal.clone().at(stage), stage, &session);
        let bare = match refusal.event() {
            Event::ListedClient => return Ok(()), // its hits differ among themselves; see below
            Event::BadClient => Reason::BadClient(None),
            Event::BadSender => Reason::BadSender(None),
            Event::BadRecipient => Reason::BadRecipient(None),
            Event::Custom => Reason::custom("", Subject::Client),
            _ => refusal.reason().clone(),
        };
        let bare = if refusal.is_temporary() { Refusal::temporary(bare) } else { Refusal::permanent(bare) };
        let nobody = Session::connect(ip("192.0.2.7"));
        prop_assert_eq!(reply, wording.refuse(&bare.at(stage), stage, &nobody));
    }

    /// Law 9 for whole dialogues: whatever a list found, and whatever it says of it, the secure replies are those of
    /// any other check of clients.
    #[test]
    fn secure_replies_to_peers_are_all_alike(refusal in refusals(), session in sessions(), stage in select(STAGES.to_vec())) {
        let peer = matches!(refusal.reason().subject(), Subject::Client | Subject::Greeting | Subject::Sender);
        prop_assume!(peer || stage < Stage::Recipient);
        let wording = Wording::new(Security::Secure, name("mx.example.org"));
        let reply = wording.refuse(&refusal.clone().at(stage), stage, &session);
        let any = Reason::BadClient(None);
        let any = if refusal.is_temporary() { Refusal::temporary(any) } else { Refusal::permanent(any) };
        prop_assert_eq!(reply, wording.refuse(&any.at(stage), stage, &session));
    }
}

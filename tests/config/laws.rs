//! Printing and parsing undo each other; no octets break the reader.

use std::time::Duration;

use mailward::config::{
    Answer, Check, CheckConfig, Config, Coverage, Effect, Everyone, Ground, TableFile, ZoneConfig,
    ZoneText,
};
use mailward::diagnostic::Diagnostics;
use mailward::guard::{Firmness, Postmaster, Service};
use mailward::policies::{GreetingFault, OnTrouble, Require, Treatment};
use mailward::policy::{RefusalClass, RefuseAt};
use mailward::rbl::Families;
use mailward::reply::{ReplyCode, ReplyText};
use mailward::table::Subdomains;
use mailward::verdict::{Event, Stage};
use mailward::wording::{Security, TableTexts};
use proptest::prelude::*;
use proptest::sample::select;

use crate::util::{ip, name, network, pattern};
use crate::{EXAMPLE, parsed};

fn on_trouble() -> impl Strategy<Value = Option<OnTrouble>> {
    proptest::option::of(select(vec![
        OnTrouble::Proceed,
        OnTrouble::DeferIfPermit,
        OnTrouble::Defer,
    ]))
}

fn table() -> impl Strategy<Value = TableFile> {
    ("[a-z/.\"\\\\ \u{e9}\n]{1,12}", any::<bool>()).prop_map(|(file, implied)| {
        let mut table = TableFile::new(file);
        if implied {
            table.subdomains = Subdomains::Implied;
        }
        table
    })
}

fn zone() -> impl Strategy<Value = ZoneConfig> {
    let text = prop_oneof![
        Just(ZoneText::None),
        Just(ZoneText::Dns),
        "[a-z\"\\\\']{4,9}".prop_map(|text| ZoneText::Fixed(ReplyText::parse(&text).unwrap())),
    ];
    let family = select(vec![Families::Both, Families::V4, Families::V6]);
    (
        "[a-z]{1,5}\\.example",
        proptest::option::of("[!-~]{1,9}"),
        text,
        family,
    )
        .prop_map(|(domain, label, text, family)| {
            let mut zone = ZoneConfig::new(name(&domain));
            (zone.label, zone.text, zone.family) = (label, text, family);
            zone
        })
}

fn treatment() -> impl Strategy<Value = Treatment> {
    select(vec![Treatment::Accept, Treatment::Defer, Treatment::Refuse])
}

fn kind() -> impl Strategy<Value = Check> {
    let faults = vec![
        GreetingFault::Malformed,
        GreetingFault::Missing,
        GreetingFault::Mismatch,
    ];
    prop_oneof![
        (proptest::collection::vec(zone(), 1..3), on_trouble())
            .prop_map(|(zones, on_trouble)| Check::Blocklist { zones, on_trouble }),
        (table(), on_trouble())
            .prop_map(|(table, on_trouble)| Check::ClientTable { table, on_trouble }),
        (
            proptest::collection::vec(select(faults), 0..3),
            on_trouble()
        )
            .prop_map(|(refuse, on_trouble)| Check::Greeting { refuse, on_trouble }),
        table().prop_map(|table| Check::RecipientTable { table }),
        table().prop_map(|table| Check::SenderTable { table }),
        (treatment(), treatment(), treatment(), on_trouble()).prop_map(
            |(unqualified, unresolvable, null_mx, on_trouble)| {
                Check::SenderDomain {
                    unqualified,
                    unresolvable,
                    null_mx,
                    on_trouble,
                }
            }
        ),
        (
            select(vec![Require::ForwardConfirmed, Require::ReverseName]),
            on_trouble()
        )
            .prop_map(|(require, on_trouble)| Check::VerifiedClient {
                require,
                on_trouble
            }),
    ]
}

fn check() -> impl Strategy<Value = CheckConfig> {
    let answers = vec![
        Answer::Usual,
        Answer::Class(RefusalClass::Temporary),
        Answer::Class(RefusalClass::Permanent),
        Answer::Code(ReplyCode::SERVICE_NOT_AVAILABLE),
        Answer::Code(ReplyCode::MAILBOX_UNAVAILABLE),
    ];
    let stages = vec![
        Stage::Connect,
        Stage::Greeting,
        Stage::Mail,
        Stage::Recipient,
        Stage::Data,
    ];
    let grounds = vec![Ground::Internal, Ground::Authenticated, Ground::Postmaster];
    let unless = proptest::option::of(proptest::collection::vec(select(grounds), 0..3));
    let effect = select(vec![Effect::Act, Effect::DryRun]);
    (
        kind(),
        select(answers),
        effect,
        proptest::option::of(select(stages)),
        unless,
    )
        .prop_map(|(check, answer, effect, at, unless)| {
            let mut check = CheckConfig::new(check);
            (check.answer, check.effect, check.at, check.unless) = (answer, effect, at, unless);
            check
        })
}

fn service() -> impl Strategy<Value = Service> {
    let networks = vec![network("192.0.2.0/24"), network("2001:db8::/32")];
    select(vec![
        Service::Off,
        Service::Noncommittal,
        Service::On,
        Service::For([].into()),
        Service::For(networks.into()),
    ])
}

prop_compose! {
    fn config()(
        checks in proptest::collection::vec(check(), 0..4),
        commands in [service(), service(), service()],
        switches in any::<[bool; 6]>(),
        lists in any::<[bool; 7]>(),
        millis in 1..100_000_000_u64,
        numbers in (1..9_999_usize, 0..9_999_usize),
        text in proptest::option::of("[a-z\"\\\\']{1,9}"),
        named in any::<bool>(),
    ) -> Config {
        let mut config = Config::new(name("mx.example.org"));
        let [friendly, early, texts, soft, judged, everyone] = switches;
        if friendly { config.security = Security::Friendly; }
        if early { config.refuse_at = RefuseAt::Earliest; }
        if texts { config.text_in_secure = TableTexts::Always; }
        if soft { config.soft = Firmness::Soft; }
        let inside = &mut config.perimeter;
        if judged { inside.postmaster_exempt = Postmaster::Judged; }
        if everyone {
            inside.everyone = Everyone::Meant;
            inside.relay_to.push(Coverage::Everything);
        }
        let domains = [pattern("example.org"), pattern("*.example.org")].map(Coverage::Names);
        let networks = [network("192.0.2.0/24"), network("::1")];
        if lists[0] { inside.networks.extend(networks); }
        if lists[1] { inside.names.extend(domains.clone()); }
        if lists[2] { inside.domains.extend(domains.clone()); }
        if lists[3] { inside.relay_to.extend(domains); }
        if lists[4] { inside.backup_mx.extend(networks); }
        if lists[5] { inside.literals.push(ip("192.0.2.25")); }
        if lists[6] { inside.proxy_protocol.extend(networks); }
        [config.commands.vrfy, config.commands.expn, config.commands.etrn] = commands;
        config.dns.deadline = Duration::from_millis(millis);
        (config.dns.in_flight, config.dns.cache) = numbers;
        config.texts.extend(text.map(|text| (Event::BadClient, text)));
        config.checks = checks;
        if named && let Some(first) = config.checks.first_mut() {
            first.name = Some("a\"rule'".to_owned());
        }
        config
    }
}

proptest! {
    #[test]
    fn a_configuration_is_what_its_text_says(config in config()) {
        let text = config.to_toml();
        prop_assert_eq!(parsed(&text), config, "{}", text);
    }

    #[test]
    fn no_octets_break_the_reader(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut found = Diagnostics::new();
        let read = Config::parse("policy.toml", text, &mut found);
        prop_assert_eq!(read.is_none(), found.has_errors());
    }

    #[test]
    fn no_change_of_a_file_breaks_the_reader(
        cuts in proptest::collection::vec((0..EXAMPLE.len(), 0..40_usize, "[\\[\\]={}\"'.,a-z0-9#\n-]{0,6}"), 1..6),
    ) {
        let mut text = EXAMPLE.as_bytes().to_vec();
        for (at, len, instead) in cuts {
            let start = at.min(text.len());
            let end = (start + len).min(text.len());
            text.splice(start..end, instead.into_bytes());
        }
        let mut found = Diagnostics::new();
        let read = Config::parse("policy.toml", &text, &mut found);
        prop_assert_eq!(read.is_none(), found.has_errors());
        if let Some(config) = read {
            prop_assert_eq!(parsed(&config.to_toml()), config);
        }
    }
}

#[test]
fn the_example_is_what_its_print_says() {
    let config = parsed(EXAMPLE);
    assert_eq!(parsed(&config.to_toml()), config);
}

//! The classic open-relay tests, each driven through a whole guard: nothing of the kind leaves us.

mod util;

use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::guard::{BlockingDialogue, Guard, Postmaster, Shared};
use mailward::policies::{ClientTable, SenderTable};
use mailward::policy::RefuseAt;
use mailward::relay::Perimeter;
use mailward::table::{Action, HostTable, MailboxTable};
use mailward::verdict::Event;
use mailward::wording::Security;
use util::{client, dns, ip, name, network, pattern};

/// What an inside client hears of the same recipient.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Inside {
    /// It is taken.
    Taken,
    /// It is no forward-path.
    Syntax,
}

use Inside::{Syntax, Taken};

/// MAIL FROM, RCPT TO, and what an inside client hears. T is foreign, L our domain, H our host, A our address, R a
/// domain we relay to.
const ROWS: [(&str, &str, Inside); 66] = [
    ("<nobody@{T}>", "<nobody@{T}>", Taken),
    ("<probe@other.example>", "<victim@{T}>", Taken),
    ("<probe@localhost>", "<victim@{T}>", Taken),
    ("<probe>", "<victim@{T}>", Taken),
    ("<>", "<victim@{T}>", Taken),
    ("<probe@{L}>", "<victim@{T}>", Taken),
    ("<probe@{H}>", "<victim@{T}>", Taken),
    ("<probe@{A}>", "<victim@{T}>", Taken),
    ("<probe@{R}>", "<victim@{T}>", Taken),
    ("<postmaster@{L}>", "<victim@{T}>", Taken),
    ("<victim@{T}>", "<victim@{T}>", Taken),
    // 12: the percent hack
    ("<probe@{L}>", "<victim%{T}@{A}>", Taken),
    ("<probe@{L}>", "<victim%{T}@{H}>", Taken),
    ("<probe@{L}>", "<victim%{T}@{L}>", Taken),
    ("<probe@{L}>", "<victim%{T}@{R}>", Taken),
    ("<probe@{L}>", "<victim%{T}>", Syntax),
    ("<probe@{L}>", "<victim%{T}@>", Syntax),
    // 18: quoted
    ("<probe@{L}>", "<\"victim@{T}\">", Syntax),
    ("<probe@{L}>", "<\"victim%{T}\">", Syntax),
    ("<probe@{L}>", "<\"victim@{T}\"@{A}>", Taken),
    ("<probe@{L}>", "<\"victim@{T}\"@{H}>", Taken),
    ("<probe@{L}>", "<\"victim@{T}\"@{L}>", Taken),
    ("<probe@{L}>", "<\"victim%{T}\"@{L}>", Taken),
    // 24: twice at
    ("<probe@{L}>", "<victim@{T}@{A}>", Syntax),
    ("<probe@{L}>", "<victim@{T}@{H}>", Syntax),
    ("<probe@{L}>", "<victim@{T}@{L}>", Syntax),
    ("<probe@{L}>", "<victim@{T}@{R}>", Syntax),
    ("<probe@{L}>", "<victim@{L}@{T}>", Syntax),
    // 29: source routes
    ("<probe@{L}>", "<@{A}:victim@{T}>", Syntax),
    ("<probe@{L}>", "<@{H}:victim@{T}>", Taken),
    ("<probe@{L}>", "<@{L}:victim@{T}>", Taken),
    ("<probe@{L}>", "<@{R}:victim@{T}>", Taken),
    ("<probe@{L}>", "<@{L},@other.example:victim@{T}>", Taken),
    ("<probe@{L}>", "<@{T}:victim%{T}@{L}>", Taken),
    // 35: UUCP
    ("<probe@{L}>", "<{T}!victim>", Syntax),
    ("<probe@{L}>", "<{T}!victim@{A}>", Taken),
    ("<probe@{L}>", "<{T}!victim@{H}>", Taken),
    ("<probe@{L}>", "<{T}!victim@{L}>", Taken),
    ("<probe@{L}>", "<{L}!{T}!victim>", Syntax),
    ("<probe@{L}>", "<\"{T}!victim\"@{L}>", Taken),
    ("<probe@{L}>", "<{T}!victim@{R}>", Taken),
    // 42: mixed
    ("<probe@{L}>", "<victim%other.example%{T}@{L}>", Taken),
    ("<probe@{L}>", "<@{L}:{T}!victim>", Syntax),
    ("<probe@{L}>", "<{T}!victim%other.example@{L}>", Taken),
    // 45: encapsulated
    (
        "<probe@{L}>",
        "<IMCEASMTP-victim+40third+2Eexample@{L}>",
        Taken,
    ),
    (
        "<probe@{L}>",
        "<imceasmtp-victim+40third+2Eexample@{L}>",
        Taken,
    ),
    ("<probe@{L}>", "<\"IMCEA victim@{T}\"@{L}>", Taken),
    // 48: commas
    ("<probe@{L}>", "<\"a@{L}, victim@{T}\"@{L}>", Taken),
    ("<probe@{L}>", "<\"victim@{T},\"@{L}>", Taken),
    ("<probe@{L}>", "<a@{L}>,<victim@{T}>", Syntax),
    // 51: escaped
    ("<probe@{L}>", "<victim%40{T}@{L}>", Taken),
    ("<probe@{L}>", "<\"victim\\@{T}\"@{L}>", Taken),
    ("<probe@{L}>", "<victim\\@{T}@{L}>", Syntax),
    ("<probe@{L}>", "<\"victim@{T}\"@{R}>", Taken),
    // 55: comments, doubled quotes, empty routes
    ("<probe@{L}>", "<victim@{T}({L})>", Syntax),
    ("<probe@{L}>", "<victim(@{L})@{T}>", Syntax),
    ("<probe@{L}>", "<\"\"victim@{T}\"\"@{L}>", Syntax),
    ("<probe@{L}>", "<@:victim@{T}>", Syntax),
    ("<probe@{L}>", "<:victim@{T}@{L}>", Syntax),
    // 60: DECnet
    ("<probe@{L}>", "<victim:{T}@{L}>", Syntax),
    ("<probe@{L}>", "<{T}::victim@{L}>", Syntax),
    ("<probe@{L}>", "<\"{T}::victim\"@{L}>", Taken),
    // 63: addresses that are nobody's
    ("<probe@{L}>", "<victim@[203.0.113.77]>", Taken),
    ("<probe@{L}>", "<victim@localhost>", Taken),
    ("<probe@{L}>", "<victim@[127.0.0.1]>", Taken),
    ("<probe@{L}>", "<victim@[0.0.0.0]>", Taken),
];

fn fill(row: &str) -> String {
    row.replace("{T}", "third.example")
        .replace("{L}", "local.example")
        .replace("{H}", "mx.local.example")
        .replace("{A}", "[192.0.2.25]")
        .replace("{R}", "relay.example")
}

/// The three perimeters, and for each the domains we take mail for.
fn configurations() -> [(&'static str, Perimeter, &'static [&'static str]); 3] {
    let empty = Perimeter::new(name("mx.local.example"));
    let site = empty
        .clone()
        .domain(pattern("local.example"))
        .network(network("192.0.2.0/24"))
        .network(network("127.0.0.0/8"));
    let all = site
        .clone()
        .domain(pattern("*.local.example"))
        .relay_to(pattern("relay.example"))
        .relay_to(pattern("*.relay.example"))
        .name(pattern("*.local.example"))
        .literal(ip("192.0.2.25"))
        .proxy(network("192.0.2.10"));
    [
        ("nothing but a host name", empty, &["mx.local.example"]),
        (
            "a domain and networks",
            site,
            &["mx.local.example", "local.example"],
        ),
        (
            "names, literals, a proxy and domains to relay to",
            all,
            &[
                "mx.local.example",
                "local.example",
                "a.local.example",
                "relay.example",
                "[192.0.2.25]",
            ],
        ),
    ]
}

/// Everybody from whom we take no relayed mail, whatever they say. The second one's reverse name claims to be inside.
fn outside() -> Vec<Client> {
    vec![
        client("203.0.113.9"),
        client("203.0.113.10"),
        client("203.0.113.11"),
        client("2001:db8::9"),
        Client::proxied(ip("203.0.113.9"), ip("192.0.2.10")),
        Client::proxied(ip("127.0.0.1"), ip("192.0.2.10")),
        Client::proxied(ip("192.0.2.25"), ip("192.0.2.10")),
        Client::proxied(ip("192.0.2.10"), ip("192.0.2.10")),
        Client::proxied(ip("192.0.2.7"), ip("203.0.113.1")),
        Client::unnamed(ip("203.0.113.1")),
    ]
}

const ZONE: &str = "
    9.113.0.203.in-addr.arpa.  PTR  mail.third.example.
    mail.third.example.        A    203.0.113.9
    10.113.0.203.in-addr.arpa. PTR  inside.local.example.
    inside.local.example.      A    192.0.2.7
    12.113.0.203.in-addr.arpa. PTR  roaming.local.example.
    roaming.local.example.     A    203.0.113.12
    third.example.             MX   10 mx.local.example.
    ";

/// The rows of checks: none, and those that accept whatever they can.
#[derive(Clone, Copy, Debug)]
enum Row {
    Empty,
    Accepting,
}

fn guard(
    perimeter: Perimeter,
    row: Row,
    refuse_at: RefuseAt,
    security: Security,
    zone: MemoryDns,
) -> Guard {
    let builder = Guard::builder(perimeter, Shared::new(zone, ManualClock::new()))
        .refuse_at(refuse_at)
        .security(security);
    match row {
        Row::Empty => builder.build(),
        Row::Accepting => {
            let hosts = ["0.0.0.0/0", "::/0", "mail.third.example", "*.local.example"];
            let hosts = hosts.into_iter().fold(HostTable::builder(), |table, host| {
                table.rule(host.parse().unwrap(), Action::Accept).unwrap()
            });
            let senders = ["<>", "local.example", "third.example", "probe@"];
            let senders = senders
                .into_iter()
                .fold(MailboxTable::for_senders(), |table, sender| {
                    table.rule(sender.parse().unwrap(), Action::Accept).unwrap()
                });
            builder
                .check(ClientTable::new(hosts.build()))
                .check(SenderTable::new(senders.build()))
                .postmaster(Postmaster::Judged)
                .build()
        }
    }
}

/// Drives one row up to RCPT. The dialogue before it must have been taken, or the row would prove nothing.
fn begin(guard: &Guard, client: Client, from: &str) -> BlockingDialogue {
    let (mut dialogue, greeting) = guard.connect_blocking(client);
    assert!(!greeting.is_refusal());
    for line in [
        "EHLO mail.third.example".to_owned(),
        format!("MAIL FROM:{}", fill(from)),
    ] {
        let outcome = dialogue.line(line.as_bytes());
        assert_eq!(outcome.reply.code().as_u16(), 250, "{line}");
    }
    dialogue
}

/// RCPT was refused for good, and nobody is left whom DATA would reach.
fn is_refused(dialogue: &mut BlockingDialogue, to: &str) -> bool {
    let outcome = dialogue.line(format!("RCPT TO:{}\r\n", fill(to)).as_bytes());
    let refused = outcome.is_refusal() && outcome.reply.code().is_permanent();
    let nobody =
        dialogue.session().accepted_recipients() == 0 && dialogue.session().recipient().is_none();
    refused && nobody && dialogue.line(b"DATA").reply.code().as_u16() == 503
}

#[test]
fn no_row_relays() {
    let mut passed = 0;
    for (what, perimeter, _) in configurations() {
        let mut refused = Vec::new();
        for (number, (from, to, _)) in (1..).zip(ROWS) {
            if everybody_is_refused(&perimeter, from, to) {
                refused.push(number);
            }
        }
        println!("{}/66 refused: {what}", refused.len());
        let all: Vec<i32> = (1..=66).collect();
        assert_eq!(refused, all, "{what}");
        passed += 1;
    }
    assert_eq!(passed, 3);
}

fn everybody_is_refused(perimeter: &Perimeter, from: &str, to: &str) -> bool {
    [Row::Empty, Row::Accepting].into_iter().all(|row| {
        [RefuseAt::Recipient, RefuseAt::Earliest]
            .into_iter()
            .all(|order| {
                let guard = guard(perimeter.clone(), row, order, Security::Secure, dns(ZONE));
                outside()
                    .into_iter()
                    .all(|client| is_refused(&mut begin(&guard, client, from), to))
            })
    })
}

#[test]
fn the_list_is_whole() {
    assert_eq!(ROWS.len(), 66);
    let mut rows: Vec<_> = ROWS.iter().map(|(from, to, _)| (from, to)).collect();
    rows.sort_unstable();
    rows.dedup();
    // Row 11 differs from the others in its sender alone, row 1 in both.
    assert_eq!(rows.len(), 66, "a row stands twice");
    for mark in ["{T}", "{L}", "{H}", "{A}", "{R}"] {
        assert!(ROWS.iter().any(|(_, to, _)| to.contains(mark)), "{mark}");
    }
}

#[test]
fn trouble_relays_nothing_either() {
    let zone = || {
        dns(
            "*.113.0.203.in-addr.arpa. PTR !servfail\n*.ip6.arpa. PTR !timeout\n*.example. ANY !servfail",
        )
    };
    for (what, perimeter, _) in configurations() {
        for (from, to, _) in ROWS {
            let guard = guard(
                perimeter.clone(),
                Row::Accepting,
                RefuseAt::Recipient,
                Security::Friendly,
                zone(),
            );
            for client in outside() {
                let mut dialogue = begin(&guard, client, from);
                let outcome = dialogue.line(format!("RCPT TO:{}", fill(to)).as_bytes());
                assert!(outcome.is_refusal(), "{what}: {from} {to}: {outcome:?}");
                assert_eq!(
                    dialogue.session().accepted_recipients(),
                    0,
                    "{what}: {from} {to}"
                );
            }
        }
    }
}

#[test]
fn refused_recipients_beside_accepted_ones_stay_out() {
    let (_, perimeter, _) = configurations().into_iter().next_back().unwrap();
    let guard = guard(
        perimeter,
        Row::Accepting,
        RefuseAt::Recipient,
        Security::Secure,
        dns(ZONE),
    );
    for (from, to, _) in ROWS {
        let mut dialogue = begin(&guard, client("203.0.113.9"), from);
        let taken = |dialogue: &mut BlockingDialogue| dialogue.line(b"RCPT TO:<bob@local.example>");
        assert_eq!(taken(&mut dialogue).reply.code().as_u16(), 250);
        let outcome = dialogue.line(format!("RCPT TO:{}", fill(to)).as_bytes());
        assert!(outcome.reply.code().is_permanent(), "{to}");
        assert_eq!(taken(&mut dialogue).reply.code().as_u16(), 250);
        assert_eq!(dialogue.session().accepted_recipients(), 2, "{to}");
    }
}

#[test]
fn inside_clients_send_where_they_like() {
    for (what, perimeter, _) in configurations() {
        let by_network = perimeter.networks().first().map(|_| client("192.0.2.7"));
        let by_name = perimeter.names().next().map(|_| client("203.0.113.12"));
        let by_login = Some(client("203.0.113.9"));
        let guard = guard(
            perimeter,
            Row::Empty,
            RefuseAt::Recipient,
            Security::Secure,
            dns(ZONE),
        );
        for client in [by_network, by_name, by_login].into_iter().flatten() {
            for (from, to, expected) in ROWS {
                let mut dialogue = begin(&guard, client, from);
                if client.ip() == ip("203.0.113.9") {
                    dialogue.authenticated("ann");
                }
                let outcome = dialogue.line(format!("RCPT TO:{}", fill(to)).as_bytes());
                let code = outcome.reply.code().as_u16();
                assert_eq!(
                    code,
                    if expected == Taken { 250 } else { 501 },
                    "{what}: {client:?}: {to}"
                );
            }
        }
    }
}

const LOOK_ALIKES: [&str; 36] = [
    // VERP
    "list-bounces+ann=third.example",
    "bounce-mc.us1_123456.7890-ann=third.example",
    "owner-list*ann=third.example",
    // SRS
    "SRS0=HHH=TT=third.example=victim",
    "srs0=hhh=tt=third.example=victim",
    "SRS0+HHH=TT=third.example=victim",
    "SRS1=GGG=second.example==HHH=TT=third.example=victim",
    "SRS1-GGG=second.example=-HHH=TT=third.example=victim",
    // BATV
    "prvs=1234567890=ann",
    "prvs=ann/1234567890",
    "btv1==1234567890==ann",
    // Extensions
    "ann+lists",
    "ann+third.example",
    "ann-third.example",
    "+",
    // Quoted blanks, dots and signs
    "\"john doe\"",
    "\" ann \"",
    "\"ann..bee\"",
    "\"ann\\\"bee\\\"\"",
    "\"a;b<c>[d]\"",
    // Apostrophes and the other signs of an atom
    "o'brien",
    "d'arcy-o'neill",
    "ann_bee",
    "a.b.c",
    "#ann",
    "$ann",
    "ann&bee",
    "/S=ann/O=site/",
    "{ann}",
    "~ann",
    "third.example",
    "192.0.2.1",
    // All but an encapsulation prefix
    "imce-ann",
    "ximceasmtp-ann",
    "IMCEA",
    "postmaster",
];

#[test]
fn look_alikes_are_taken_for_our_domains() {
    for (what, perimeter, domains) in configurations() {
        let guard = guard(
            perimeter,
            Row::Empty,
            RefuseAt::Recipient,
            Security::Secure,
            dns(ZONE),
        );
        for domain in domains {
            let mut dialogue = begin(&guard, client("203.0.113.9"), "<ann@third.example>");
            for local in LOOK_ALIKES {
                let outcome = dialogue.line(format!("RCPT TO:<{local}@{domain}>").as_bytes());
                assert_eq!(
                    outcome.reply.code().as_u16(),
                    250,
                    "{what}: {local}@{domain}"
                );
            }
            assert_eq!(dialogue.session().accepted_recipients(), LOOK_ALIKES.len());
        }
        let mut dialogue = begin(&guard, client("203.0.113.9"), "<>");
        for postmaster in [
            "<Postmaster>",
            "<POSTMASTER>",
            "<postmaster@mx.local.example>",
        ] {
            let outcome = dialogue.line(format!("RCPT TO:{postmaster}").as_bytes());
            assert_eq!(outcome.reply.code().as_u16(), 250, "{what}: {postmaster}");
        }
    }
}

#[test]
fn a_refused_row_says_why() {
    let (_, perimeter, _) = configurations().into_iter().next_back().unwrap();
    let guard = guard(
        perimeter,
        Row::Empty,
        RefuseAt::Recipient,
        Security::Friendly,
        dns(ZONE),
    );
    for (from, to, inside) in ROWS {
        let outcome = begin(&guard, client("203.0.113.9"), from)
            .line(format!("RCPT TO:{}", fill(to)).as_bytes());
        let refusal = outcome.verdict.refusal().unwrap();
        let syntax = refusal.event() == Event::BadSyntax;
        assert_eq!(syntax, inside == Syntax, "{to}: {refusal}");
        let rule = outcome.rule.as_ref().map(|rule| rule.as_str());
        assert_eq!(
            rule,
            if syntax { None } else { Some("relay-control") },
            "{to}"
        );
        let by_control = matches!(refusal.event(), Event::RelayDenied | Event::RoutedRecipient);
        assert!(syntax || by_control, "{to}: {refusal}");
    }
}

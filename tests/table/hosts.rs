//! Host tables.

use mailward::client::{ClientIp, Network};
use mailward::fcrdns::VerifiedName;
use mailward::table::{Action, HostPattern, HostTable, MailboxPattern, Subdomains};
use proptest::prelude::*;

use crate::util::{confirmed, ip};

#[test]
fn host_patterns_are_read_and_printed() {
    for (text, printed) in [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("192.0.2", "192.0.2.0/24"),
        ("10", "10.0.0.0/8"),
        ("10.11.*.*", "10.11.0.0/16"),
        ("Host.Example.", "host.example"),
        ("*.example", "*.example"),
        (".example", "*.example"),
        ("4u.example", "4u.example"),
        ("localhost", "localhost"),
    ] {
        let pattern: HostPattern = text.parse().unwrap();
        assert_eq!(pattern.to_string(), printed, "{text}");
        assert_eq!(printed.parse::<HostPattern>().unwrap(), pattern, "{text}");
    }
}

#[test]
fn what_is_no_host_pattern_says_why() {
    for (text, message) in [
        (
            "192.168.1.0/23",
            "192.168.1.0/23: host bits set; the network is 192.168.0.0/23",
        ),
        (
            "::ffff:192.0.2.0/90",
            "::ffff:192.0.2.0/90: the prefix of an IPv4-mapped network is 96 to 128 bits long",
        ),
        ("10.300", "10.300: not an address or a network"),
        (
            "host.example/24",
            "host.example/24: not an address or a network",
        ),
        ("*", "*: not an address or a network"),
        ("a..example", "a..example: empty label at octet 3"),
        ("", "\"\": the name is empty"),
    ] {
        assert_eq!(HostPattern::parse(text).unwrap_err().to_string(), message);
    }
}

#[track_caller]
fn hosts(rules: &[(&str, &str)]) -> HostTable {
    let mut builder = HostTable::builder();
    for (pattern, action) in rules {
        builder
            .insert(pattern.parse().unwrap(), action.parse().unwrap())
            .unwrap();
    }
    builder.build()
}

fn found(table: &HostTable, client: &str, names: &[VerifiedName]) -> String {
    table
        .lookup(ip(client), names)
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[test]
fn the_most_particular_host_rule_decides() {
    let mut rules = vec![
        ("mail.a.b.example", "550 name"),
        ("*.a.b.example", "550 near"),
        ("*.b.example", "550 far"),
        ("*.example", "550 farther"),
        ("203.0.113.9", "550 address"),
        ("203.0.113.8/31", "550 thirty-one"),
        ("203.0.113.0/24", "550 twenty-four"),
        ("0.0.0.0/0", "550 everybody"),
    ];
    let names = confirmed("203.0.113.9", &["mail.a.b.example"]);
    while let Some((pattern, action)) = rules.first().copied() {
        let mut turned = rules.clone();
        turned.reverse();
        for rules in [&rules, &turned] {
            assert_eq!(
                found(&hosts(rules), "203.0.113.9", &names),
                format!("{pattern} {action}")
            );
        }
        rules.remove(0);
    }
    assert_eq!(found(&hosts(&[]), "203.0.113.9", &names), "");
}

#[test]
fn every_confirmed_name_counts_in_its_order() {
    let table = hosts(&[
        ("two.example", "550 2"),
        ("one.example", "550 1"),
        ("*.b.example", "550 b"),
        ("*.a.example", "550 a"),
    ]);
    let found = |names: &[&str]| found(&table, "203.0.113.9", &confirmed("203.0.113.9", names));
    assert_eq!(found(&["one.example", "two.example"]), "one.example 550 1");
    assert_eq!(found(&["two.example", "one.example"]), "two.example 550 2");
    assert_eq!(found(&["x.a.example", "x.b.example"]), "*.a.example 550 a");
    assert_eq!(found(&["x.b.example", "x.a.example"]), "*.b.example 550 b");
    // A name itself goes before what lies above another one.
    assert_eq!(found(&["x.a.example", "two.example"]), "two.example 550 2");
    assert_eq!(found(&["other.example"]), "");
}

#[test]
fn names_match_at_the_border_of_a_label() {
    let table = hosts(&[("*.example.org", "550 below"), ("example.net", "550 exact")]);
    let found = |name| found(&table, "203.0.113.9", &confirmed("203.0.113.9", &[name]));
    assert_eq!(found("a.example.org"), "*.example.org 550 below");
    assert_eq!(found("a.b.example.org"), "*.example.org 550 below");
    assert_eq!(found("example.org"), "");
    assert_eq!(found("badexample.org"), "");
    assert_eq!(found("example.net"), "example.net 550 exact");
    assert_eq!(found("a.example.net"), "");
    assert_eq!(found("org"), "");
}

#[test]
fn implied_subdomains_are_those_of_postfix() {
    let table = HostTable::builder()
        .subdomains(Subdomains::Implied)
        .rule(
            "example.org".parse().unwrap(),
            "550 implied".parse().unwrap(),
        )
        .unwrap()
        .rule(
            "*.a.example.org".parse().unwrap(),
            "550 said".parse().unwrap(),
        )
        .unwrap()
        .rule("a.example.org".parse().unwrap(), "550 a".parse().unwrap())
        .unwrap()
        .build();
    let found = |name| found(&table, "203.0.113.9", &confirmed("203.0.113.9", &[name]));
    assert_eq!(found("example.org"), "example.org 550 implied");
    assert_eq!(found("b.example.org"), "example.org 550 implied");
    assert_eq!(found("a.example.org"), "a.example.org 550 a");
    assert_eq!(found("b.a.example.org"), "*.a.example.org 550 said");
    assert_eq!(found("badexample.org"), "");
}

#[test]
fn mapped_and_plain_addresses_are_one() {
    let table = hosts(&[
        ("::ffff:203.0.113.9", "550 one"),
        ("::ffff:198.51.100.0/120", "550 net"),
        ("::/0", "550 six"),
    ]);
    assert_eq!(found(&table, "203.0.113.9", &[]), "203.0.113.9 550 one");
    assert_eq!(
        found(&table, "::ffff:203.0.113.9", &[]),
        "203.0.113.9 550 one"
    );
    assert_eq!(
        found(&table, "::ffff:198.51.100.7", &[]),
        "198.51.100.0/24 550 net"
    );
    assert_eq!(found(&table, "::203.0.113.9", &[]), "::/0 550 six");
    assert_eq!(found(&table, "192.0.2.1", &[]), "");
}

#[test]
fn dunno_ends_the_search_and_log_does_not() {
    let table = hosts(&[
        ("203.0.113.9", "LOG seen"),
        ("203.0.113.8/31", "LOG near"),
        ("203.0.113.0/28", "DUNNO"),
        ("203.0.113.0/24", "REJECT"),
    ]);
    assert_eq!(found(&table, "203.0.113.9", &[]), "203.0.113.0/28 DUNNO");
    assert_eq!(found(&table, "203.0.113.99", &[]), "203.0.113.0/24 REJECT");
    let all: Vec<_> = table
        .matches(ip("203.0.113.9"), &[])
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        all,
        [
            "203.0.113.9 LOG seen",
            "203.0.113.8/31 LOG near",
            "203.0.113.0/28 DUNNO",
            "203.0.113.0/24 REJECT"
        ]
    );
}

#[test]
fn name_rules_are_known_to_be_there() {
    assert!(!hosts(&[]).has_name_rules());
    assert!(!hosts(&[("192.0.2.1", "OK"), ("10", "OK")]).has_name_rules());
    assert!(hosts(&[("192.0.2.1", "OK"), ("*.example", "OK")]).has_name_rules());
    assert_eq!(hosts(&[("192.0.2.1", "OK"), ("10", "OK")]).rules().len(), 2);
}

#[test]
fn two_host_rules_for_one_pattern_are_an_error() {
    for (one, other, message) in [
        (
            "192.0.2.1",
            "192.0.2.1/32",
            "192.0.2.1/32 REJECT: there is a rule for this pattern already: 192.0.2.1 OK",
        ),
        (
            "192.0.2.1",
            "::ffff:192.0.2.1",
            "192.0.2.1 REJECT: there is a rule for this pattern already: 192.0.2.1 OK",
        ),
        (
            "10",
            "10.0.0.0/8",
            "10.0.0.0/8 REJECT: there is a rule for this pattern already: 10.0.0.0/8 OK",
        ),
        (
            ".example",
            "*.EXAMPLE",
            "*.example REJECT: there is a rule for this pattern already: *.example OK",
        ),
        (
            "a.example",
            "A.example.",
            "a.example REJECT: there is a rule for this pattern already: a.example OK",
        ),
    ] {
        let mut builder = HostTable::builder()
            .rule(one.parse().unwrap(), Action::Accept)
            .unwrap();
        let error = builder
            .insert(other.parse().unwrap(), "REJECT".parse().unwrap())
            .unwrap_err();
        assert_eq!(error.to_string(), message);
        // The builder is as it was.
        assert_eq!(builder.build().rules().len(), 1);
    }
}

fn any_ip() -> impl Strategy<Value = ClientIp> {
    // Few different bits, so that networks and clients meet.
    let v4 = (0..4_u32, 0..4_u32)
        .prop_map(|(high, low)| ClientIp::from(std::net::Ipv4Addr::from(high << 30 | low)));
    let v6 = (0..4_u128, 0..4_u128)
        .prop_map(|(high, low)| ClientIp::from(std::net::Ipv6Addr::from(high << 126 | low)));
    prop_oneof![v4, v6]
}

fn any_network() -> impl Strategy<Value = Network> {
    let lengths = prop_oneof![
        Just(0_u8),
        Just(1),
        Just(2),
        Just(30),
        Just(31),
        Just(32),
        Just(126),
        Just(127),
        Just(128)
    ];
    (any_ip(), lengths).prop_filter_map("host bits", |(ip, len)| Network::new(ip.as_ip(), len).ok())
}

proptest! {
    /// The table finds what a walk over all networks finds: the longest that holds the client.
    #[test]
    fn the_longest_network_decides(networks in prop::collection::vec(any_network(), 0..20), client in any_ip()) {
        let mut builder = HostTable::builder();
        let mut entered: Vec<Network> = Vec::new();
        for network in networks {
            let new = !entered.contains(&network);
            let added = builder.insert(network.into(), Action::Accept);
            prop_assert_eq!(added.is_ok(), new);
            entered.push(network);
        }
        let table = builder.build();
        let longest = entered.iter().filter(|network| network.contains(client)).max_by_key(|network| network.prefix_len());
        let found = table.lookup(client, &[]).map(|rule| rule.pattern().clone());
        prop_assert_eq!(found, longest.copied().map(HostPattern::Network));
    }

    #[test]
    fn reading_never_panics(text in "\\PC*") {
        let _ = (Action::parse(&text), HostPattern::parse(&text), MailboxPattern::parse(&text));
    }

    #[test]
    fn what_is_printed_reads_the_same(text in "(REJECT|DEFER|LOG|OK|550|450) ?(5\\.7\\.1|4\\.2\\.2)? ?[ -~]{0,20}") {
        if let Ok(action) = Action::parse(&text) {
            prop_assert_eq!(Action::parse(&action.to_string()), Ok(action));
        }
    }
}

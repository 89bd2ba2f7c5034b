//! Tables: which rule decides about a host, a sender or a recipient.

mod util;

use mailward::address::Sender;
use mailward::client::{ClientIp, Network};
use mailward::fcrdns::VerifiedName;
use mailward::reply::{Detail, ReplyCode, ReplyText};
use mailward::table::{
    Action, HostPattern, HostTable, MailboxPattern, MailboxTable, MailboxTableBuilder, Rejection,
    Subdomains,
};
use proptest::prelude::*;
use util::{confirmed, ip, mailbox, recipient};

// Actions

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
            "PERMIT",
            "PERMIT: not an action; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text",
        ),
        (
            "RELAY",
            "RELAY: a table never lets anybody relay; that is the perimeter's business",
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

// Hosts

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

// Mailboxes

#[test]
fn mailbox_patterns_are_read_and_printed() {
    for (text, printed) in [
        ("Ann@Example.ORG", "Ann@example.org"),
        ("ann+list@example.org", "ann+list@example.org"),
        ("\"john doe\"@example.org", "\"john doe\"@example.org"),
        ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
        ("example.org", "example.org"),
        ("*.example.org", "*.example.org"),
        (".example.org", "*.example.org"),
        ("[IPv6:2001:DB8::1]", "[IPv6:2001:db8::1]"),
        ("root@", "root@"),
        ("<>", "<>"),
    ] {
        let pattern: MailboxPattern = text.parse().unwrap();
        assert_eq!(pattern.to_string(), printed, "{text}");
        assert_eq!(
            printed.parse::<MailboxPattern>().unwrap(),
            pattern,
            "{text}"
        );
    }
}

#[test]
fn what_is_no_mailbox_pattern_says_why() {
    for (text, message) in [
        (
            "*@example.org",
            "*@example.org: for all of a domain write the domain alone",
        ),
        ("@example.org", "@example.org: empty local part at octet 1"),
        ("@", "\"\": empty local part at octet 1"),
        ("*", "*: a pattern needs a name, as in *.example.org"),
        (
            "[1.2.3]",
            "[1.2.3]: the literal at octet 1 is not an IPv4 address",
        ),
        (
            "ann@example..org",
            "ann@example..org: empty label at octet 13",
        ),
    ] {
        assert_eq!(
            MailboxPattern::parse(text).unwrap_err().to_string(),
            message
        );
    }
}

#[track_caller]
fn filled(mut builder: MailboxTableBuilder, rules: &[(&str, &str)]) -> MailboxTable {
    for (pattern, action) in rules {
        builder
            .insert(pattern.parse().unwrap(), action.parse().unwrap())
            .unwrap();
    }
    builder.build()
}

#[track_caller]
fn senders(rules: &[(&str, &str)]) -> MailboxTable {
    filled(MailboxTable::for_senders(), rules)
}

fn of(table: &MailboxTable, text: &str) -> String {
    table
        .lookup(&mailbox(text))
        .map(ToString::to_string)
        .unwrap_or_default()
}

#[test]
fn the_most_particular_mailbox_rule_decides() {
    let mut rules = vec![
        ("ann+list@a.b.example", "550 full"),
        ("ann@a.b.example", "550 plain"),
        ("a.b.example", "550 domain"),
        ("*.b.example", "550 near"),
        ("*.example", "550 far"),
        ("ann+list@", "550 local"),
        ("ann@", "550 plain local"),
    ];
    while let Some((pattern, action)) = rules.first().copied() {
        let mut turned = rules.clone();
        turned.reverse();
        for rules in [&rules, &turned] {
            assert_eq!(
                of(&senders(rules), "ann+list@a.b.example"),
                format!("{pattern} {action}")
            );
        }
        rules.remove(0);
    }
    assert_eq!(of(&senders(&[]), "ann+list@a.b.example"), "");
}

#[test]
fn local_parts_are_compared_folded_and_unquoted() {
    let table = senders(&[
        ("Ann@example.org", "550 ann"),
        ("JOSÉ@example.org", "550 jose"),
        ("Root@", "550 root"),
    ]);
    for text in [
        "ann@example.org",
        "ANN@EXAMPLE.ORG",
        "\"aNN\"@example.org",
        "ann+x@example.org",
        "Ann+@example.org",
    ] {
        assert_eq!(of(&table, text), "Ann@example.org 550 ann", "{text}");
    }
    for text in ["josé@example.org", "JosÉ+x@example.org"] {
        assert_eq!(of(&table, text), "JOSÉ@example.org 550 jose", "{text}");
    }
    for text in [
        "root@third.example",
        "ROOT+x@[192.0.2.1]",
        "\"root\"@example.org",
    ] {
        assert_eq!(of(&table, text), "Root@ 550 root", "{text}");
    }
    for text in [
        "anna@example.org",
        "jose@example.org",
        "+ann@example.org",
        "ann@example.net",
        "\"ann \"@example.org",
    ] {
        assert_eq!(of(&table, text), "", "{text}");
    }
}

#[test]
fn the_longest_address_is_found_however_folding_grows_it() {
    // Two octets each, three when folded.
    let grown = format!("{}@example.org", "Ⱥ".repeat(121));
    let table = senders(&[(&grown, "550 long"), ("example.org", "550 domain")]);
    assert_eq!(mailbox(&grown).to_string().len(), 254);
    assert_eq!(of(&table, &grown), format!("{grown} 550 long"));
    let local = format!("{}@", "Ⱥ".repeat(126));
    assert_eq!(senders(&[(&local, "550 long")]).rules().len(), 1);
}

#[test]
fn hidden_borders_find_no_other_rule() {
    let table = senders(&[
        ("b@c.example", "550 mailbox"),
        ("*.example", "550 below"),
        ("a@", "550 local"),
        ("[x:a@b.example]", "550 literal"),
    ]);
    assert_eq!(of(&table, "\"a@b\"@c.test"), "");
    assert_eq!(of(&table, "\".example\"@c.test"), "");
    assert_eq!(of(&table, "\"a@b@c.example\"@test"), "");
    assert_eq!(of(&table, "\"[x:a\"@b.test"), "");
    assert_eq!(
        of(&table, "z@[x:a@b.example]"),
        "[x:a@b.example] 550 literal"
    );
    assert_eq!(of(&table, "z@[x:y@z.example]"), "");
}

#[test]
fn literals_have_their_own_rules() {
    let table = senders(&[
        ("[192.0.2.1]", "550 literal"),
        ("ann@[192.0.2.1]", "OK"),
        ("[IPv6:2001:db8::1]", "550 six"),
    ]);
    assert_eq!(of(&table, "bob@[192.0.2.1]"), "[192.0.2.1] 550 literal");
    assert_eq!(
        of(&table, "bob@[IPv6:::ffff:192.0.2.1]"),
        "[192.0.2.1] 550 literal"
    );
    assert_eq!(of(&table, "ann@[192.0.2.1]"), "ann@[192.0.2.1] OK");
    assert_eq!(
        of(&table, "bob@[ipv6:2001:DB8:0::1]"),
        "[IPv6:2001:db8::1] 550 six"
    );
    assert_eq!(of(&table, "bob@[192.0.2.2]"), "");
}

#[test]
fn implied_subdomains_hold_for_domains_too() {
    let builder = MailboxTable::for_recipients().subdomains(Subdomains::Implied);
    let table = filled(
        builder,
        &[("example.org", "550 implied"), ("ann@example.org", "OK")],
    );
    assert_eq!(of(&table, "bob@example.org"), "example.org 550 implied");
    assert_eq!(of(&table, "bob@a.b.example.org"), "example.org 550 implied");
    assert_eq!(of(&table, "ann@a.example.org"), "example.org 550 implied");
    assert_eq!(of(&table, "bob@badexample.org"), "");
}

#[test]
fn the_null_path_is_never_refused() {
    let error = |builder: MailboxTableBuilder, action: &str| {
        builder
            .rule(MailboxPattern::Null, action.parse().unwrap())
            .unwrap_err()
            .to_string()
    };
    for action in ["REJECT", "DEFER", "450 later"] {
        assert_eq!(
            error(MailboxTable::for_senders(), action),
            format!("<> {action}: the null reverse-path must not be refused"),
        );
    }
    assert_eq!(
        error(MailboxTable::for_recipients(), "OK"),
        "<> OK: no recipient has the null path"
    );
    let twice = MailboxTable::for_senders()
        .rule(MailboxPattern::Null, Action::Accept)
        .unwrap();
    assert_eq!(
        error(twice, "DUNNO"),
        "<> DUNNO: there is a rule for this pattern already: <> OK"
    );

    let table = senders(&[("<>", "OK"), ("ann@", "REJECT")]);
    assert_eq!(table.lookup_null().unwrap().to_string(), "<> OK");
    assert_eq!(table.lookup_sender(&Sender::Null), table.lookup_null());
    assert_eq!(
        senders(&[("ann@", "REJECT"), ("example.org", "REJECT")]).lookup_null(),
        None
    );
    assert_eq!(senders(&[("<>", "LOG bounce")]).lookup_null(), None);
}

#[test]
fn senders_and_recipients_without_a_domain() {
    let table = senders(&[
        ("joe@", "550 joe"),
        ("postmaster@", "OK"),
        ("joe@example.org", "550 other"),
    ]);
    let sender = |text: &str| {
        table
            .lookup_sender(&Sender::parse(text).unwrap())
            .map(ToString::to_string)
    };
    assert_eq!(sender("Joe+x").as_deref(), Some("joe@ 550 joe"));
    assert_eq!(sender("jim"), None);
    assert_eq!(
        sender("joe@example.org").as_deref(),
        Some("joe@example.org 550 other")
    );
    let to = |text: &str| {
        table
            .lookup_recipient(&recipient(text))
            .map(ToString::to_string)
    };
    assert_eq!(to("POSTMASTER").as_deref(), Some("postmaster@ OK"));
    assert_eq!(
        to("postmaster@third.example").as_deref(),
        Some("postmaster@ OK")
    );
    assert_eq!(to("jim@third.example"), None);
}

#[test]
fn two_mailbox_rules_for_one_pattern_are_an_error() {
    for (one, other, message) in [
        (
            "ann@example.org",
            "ANN@example.org",
            "ANN@example.org DUNNO: there is a rule for this pattern already: ann@example.org OK",
        ),
        (
            "\"ann\"@example.org",
            "ann@example.org",
            "ann@example.org DUNNO: there is a rule for this pattern already: ann@example.org OK",
        ),
        (
            "root@",
            "Root@",
            "Root@ DUNNO: there is a rule for this pattern already: root@ OK",
        ),
        (
            "*.example",
            ".example",
            "*.example DUNNO: there is a rule for this pattern already: *.example OK",
        ),
        (
            "[IPv6:::ffff:192.0.2.1]",
            "[192.0.2.1]",
            "[192.0.2.1] DUNNO: there is a rule for this pattern already: [192.0.2.1] OK",
        ),
    ] {
        let builder = MailboxTable::for_senders()
            .rule(one.parse().unwrap(), Action::Accept)
            .unwrap();
        let error = builder
            .rule(other.parse().unwrap(), Action::Dunno)
            .unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn log_rules_are_noted_on_the_way_to_the_one_that_decides() {
    let table = senders(&[
        ("ann@example.org", "LOG seen"),
        ("example.org", "DUNNO"),
        ("ann@", "REJECT"),
    ]);
    assert_eq!(of(&table, "ann@example.org"), "example.org DUNNO");
    let all: Vec<_> = table
        .matches(&mailbox("ann@example.org"))
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        all,
        [
            "ann@example.org LOG seen",
            "example.org DUNNO",
            "ann@ REJECT"
        ]
    );
    assert!(!table.is_empty() && senders(&[]).is_empty());

    let table = senders(&[
        ("<>", "LOG bounce"),
        ("postmaster@", "LOG bare"),
        ("joe@", "LOG joe"),
    ]);
    let sender = |text: &str| {
        table
            .matches_sender(&Sender::parse(text).unwrap())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(sender("<>"), ["<> LOG bounce"]);
    assert_eq!(sender("joe"), ["joe@ LOG joe"]);
    assert_eq!(sender("joe@example.org"), ["joe@ LOG joe"]);
    assert_eq!(sender("jim"), [""; 0]);
    for text in ["Postmaster", "postmaster@example.org"] {
        let to = recipient(text);
        let noted = table.matches_recipient(&to).map(ToString::to_string);
        assert!(noted.eq(["postmaster@ LOG bare"]), "{text}");
        assert_eq!(table.lookup_recipient(&to), None, "{text}");
    }
}

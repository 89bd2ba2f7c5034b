//! Sender and recipient tables.

use mailward::address::Sender;
use mailward::table::{Action, MailboxPattern, MailboxTable, MailboxTableBuilder, Subdomains};

use crate::util::{mailbox, recipient};

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

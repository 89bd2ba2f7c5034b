//! Greetings: what is claimed, whether it is ours, and whether it holds.

mod util;

use mailward::dns::DnsError;
use mailward::fcrdns::Fcrdns;
use mailward::helo::{self, Claim, Identity, LiteralMatch, Ourselves, Standing};
use proptest::prelude::*;
use util::{confirmed, dns, fcrdns, ip, name, pattern};

#[test]
fn names_are_read() {
    for (argument, expected) in [
        ("mail.example", "mail.example"),
        ("MAIL.Example", "mail.example"),
        ("mail.example.", "mail.example"),
        ("mail_out.example", "mail_out.example"),
        ("mail.example \t ", "mail.example"),
        ("localhost", "localhost"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("4u.example", "4u.example"),
        ("192.0.2.1.example", "192.0.2.1.example"),
    ] {
        assert_eq!(
            helo::read(argument),
            Claim::Name(name(expected)),
            "{argument}"
        );
    }
}

#[test]
fn only_names_of_two_labels_are_qualified() {
    for (argument, qualified) in [
        ("mail.example", true),
        ("localhost.localdomain", true),
        ("localhost", false),
        ("localhost.", false),
        ("MAILSERVER", false),
        ("[192.0.2.1]", true),
        ("192.0.2.1", true),
        ("no name", true),
    ] {
        assert_eq!(helo::read(argument).is_qualified(), qualified, "{argument}");
    }
}

#[test]
fn addresses_without_brackets_are_told_from_names() {
    for (argument, address) in [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8::9", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("203.0.113.9 ", "203.0.113.9"),
    ] {
        assert_eq!(
            helo::read(argument),
            Claim::BareAddress(ip(address)),
            "{argument}"
        );
        assert_eq!(
            helo::read(argument).literal(ip(address)),
            LiteralMatch::NotALiteral,
            "{argument}"
        );
    }
}

#[test]
fn malformed_arguments_are_neither() {
    for argument in [
        "",
        " ",
        ".",
        "..",
        "mail..example",
        ".mail.example",
        "mail.example..",
        "-mail.example",
        "mail-.example",
        "mail example",
        "mail.example and more",
        " mail.example",
        "mail@example",
        "<mail.example>",
        "mail,example",
        "mail;example",
        "mail:example",
        "\"mail\".example",
        "(mail).example",
        "mail\\.example",
        "mail/example",
        "mail\texample",
        "mail.example\r",
        "mail\0.example",
        "bücher.example",
        "256.1.1.1",
        "1.2.3",
        "01.2.3.4",
        "12345",
        "203.0.113.9.",
        "203.0.113.9:25",
        "fe80::1%eth0",
        "IPv6:2001:db8::9",
        "[",
        "[]",
        "[]]",
        "[203.0.113.9",
        "203.0.113.9]",
        "[256.1.1.1]",
        "[01.2.3.4]",
        "[::1]",
        "[2001:db8::9]",
        "[IPv6:203.0.113.9]",
        "[IPv6:fe80::1%eth0]",
        "[mail.example]",
        "[203.0.113.9]more",
        "[203.0.113.9].",
        "[ 203.0.113.9]",
        "[203.0.113.9 ]",
        "[203.0.113.9] bücher",
    ] {
        assert_eq!(helo::read(argument), Claim::Malformed, "{argument:?}");
    }
    assert_eq!(
        helo::read(&format!("{}.example", "a".repeat(64))),
        Claim::Malformed
    );
    assert_eq!(helo::read(&"a.".repeat(200)), Claim::Malformed);
}

#[test]
fn literals_equal_the_peer_in_any_spelling() {
    use LiteralMatch::{NotALiteral, Other, Peer};
    for (argument, client, expected) in [
        ("[203.0.113.9]", "203.0.113.9", Peer),
        ("[203.0.113.9]", "::ffff:203.0.113.9", Peer),
        ("[IPv6:::ffff:203.0.113.9]", "203.0.113.9", Peer),
        ("[ipv6:2001:DB8:0:0::9]", "2001:db8::9", Peer),
        ("[203.0.113.9] relay of Example Inc.", "203.0.113.9", Peer),
        ("[203.0.113.9]", "203.0.113.10", Other),
        ("[203.0.113.9]", "::203.0.113.9", Other),
        ("[192.168.1.2]", "203.0.113.9", Other),
        ("[x25:203.0.113.9]", "203.0.113.9", Other),
        ("mail.example", "203.0.113.9", NotALiteral),
        ("203.0.113.9", "203.0.113.9", NotALiteral),
        ("[203.0.113.9", "203.0.113.9", NotALiteral),
    ] {
        assert_eq!(
            helo::read(argument).literal(ip(client)),
            expected,
            "{argument} from {client}"
        );
    }
}

fn ours() -> Ourselves {
    Ourselves::new(name("mx.example.org"))
        .domain(pattern("example.org"))
        .domain(pattern("*.example.net"))
        .literal(ip("192.0.2.25"))
        .literal(ip("2001:db8::25"))
}

const OURS: [&str; 10] = [
    "mx.example.org",
    "MX.EXAMPLE.ORG.",
    "example.org",
    "a.example.net",
    "a.b.example.net",
    "[192.0.2.25]",
    "192.0.2.25",
    "[IPv6:::ffff:192.0.2.25]",
    "[IPv6:2001:db8::25]",
    "2001:db8::25",
];

const THEIRS: [&str; 10] = [
    "mail.example",
    "mx2.example.org",
    "badexample.org",
    "example.net",
    "mx.example.org.third.example",
    "[192.0.2.26]",
    "192.0.2.26",
    "[x25:192.0.2.25]",
    "",
    "mx example.org",
];

#[test]
fn our_names_and_addresses_are_known() {
    for argument in OURS {
        assert!(ours().includes(&helo::read(argument)), "{argument}");
    }
    for argument in THEIRS {
        assert!(!ours().includes(&helo::read(argument)), "{argument}");
    }
}

#[test]
fn who_takes_our_identity_forges_it() {
    let strange = fcrdns(
        "203.0.113.9",
        "9.113.0.203.in-addr.arpa. PTR mail.example.\nmail.example. A 203.0.113.9",
    );
    assert_eq!(strange.names().len(), 1);
    let forged = fcrdns(
        "203.0.113.9",
        "9.113.0.203.in-addr.arpa. PTR mx.example.org.\nmx.example.org. A 192.0.2.25",
    );
    assert!(matches!(forged, Fcrdns::Mismatch(_)));
    for client in [&strange, &forged, &Fcrdns::NoName] {
        for argument in OURS {
            assert_eq!(
                ours().identity(&helo::read(argument), client),
                Identity::Forged,
                "{argument}"
            );
        }
        for argument in THEIRS {
            assert_eq!(
                ours().identity(&helo::read(argument), client),
                Identity::Theirs,
                "{argument}"
            );
        }
    }
}

#[test]
fn our_other_exchanger_may_greet_with_its_confirmed_name_and_no_other() {
    let other = Fcrdns::Confirmed {
        names: confirmed("203.0.113.9", &["mail.example", "mx2.example.net"]).into(),
        trouble: None,
    };
    let identity = |argument| ours().identity(&helo::read(argument), &other);
    assert_eq!(identity("MX2.example.net"), Identity::Shared);
    assert_eq!(identity("mx3.example.net"), Identity::Forged);
    assert_eq!(identity("mx.example.org"), Identity::Forged);
    assert_eq!(identity("[192.0.2.25]"), Identity::Forged);
    assert_eq!(identity("mail.example"), Identity::Theirs);
}

#[test]
fn a_confirmed_name_does_not_hide_the_trouble_of_another() {
    let other = Fcrdns::Confirmed {
        names: confirmed("203.0.113.9", &["mail.example"]).into(),
        trouble: Some(DnsError::Timeout),
    };
    let identity = |argument| ours().identity(&helo::read(argument), &other);
    assert_eq!(
        identity("mx2.example.net"),
        Identity::Trouble(DnsError::Timeout)
    );
    assert_eq!(identity("[192.0.2.25]"), Identity::Forged);
}

#[test]
fn trouble_matters_only_where_a_name_could_have_excused() {
    let trouble = Fcrdns::Trouble(DnsError::Timeout);
    for argument in OURS {
        let claim = helo::read(argument);
        let expected = match claim {
            Claim::Name(_) => Identity::Trouble(DnsError::Timeout),
            _ => Identity::Forged,
        };
        assert_eq!(ours().identity(&claim, &trouble), expected, "{argument}");
    }
    for argument in THEIRS {
        assert_eq!(
            ours().identity(&helo::read(argument), &trouble),
            Identity::Theirs,
            "{argument}"
        );
    }
}

/// What a lookup may come to, as records for the name `h.example`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Peer,
    Others,
    Nothing,
    Timeout,
}

const FOUND: [Found; 4] = [Found::Peer, Found::Others, Found::Nothing, Found::Timeout];

fn record(kind: &str, found: Found, peer: &str, other: &str) -> String {
    match found {
        Found::Peer => format!("h.example. {kind} {other}\nh.example. {kind} {peer}\n"),
        Found::Others => format!("h.example. {kind} {other}\n"),
        Found::Nothing => String::new(),
        Found::Timeout => format!("h.example. {kind} !timeout\n"),
    }
}

/// All outcomes of the three lookups, for a client of either family.
#[test]
fn a_name_stands_as_its_records_say() {
    for v6 in [false, true] {
        for own in FOUND {
            for other in FOUND {
                for exchangers in [Found::Others, Found::Nothing, Found::Timeout] {
                    let (a, aaaa) = if v6 { (other, own) } else { (own, other) };
                    let zone = record("A", a, "203.0.113.9", "203.0.113.10")
                        + &record("AAAA", aaaa, "2001:db8::9", "2001:db8::10")
                        + &record("MX", exchangers, "", "10 mail.third.example.");
                    let client = ip(if v6 { "2001:db8::9" } else { "203.0.113.9" });
                    let dns = dns(&zone);
                    let standing = helo::resolve(&name("h.example"), client, &[], &dns).wait();
                    let exists =
                        matches!(other, Found::Peer | Found::Others) || exchangers == Found::Others;
                    let trouble = other == Found::Timeout || exchangers == Found::Timeout;
                    let expected = match own {
                        Found::Peer => Standing::Confirmed,
                        Found::Others => Standing::Mismatch,
                        Found::Timeout => Standing::Trouble(DnsError::Timeout),
                        Found::Nothing if exists => Standing::Mismatch,
                        Found::Nothing if trouble => Standing::Trouble(DnsError::Timeout),
                        Found::Nothing => Standing::Unresolvable,
                    };
                    assert_eq!(standing, expected, "{zone}");
                    assert_eq!(
                        dns.query_count(),
                        if own == Found::Nothing { 3 } else { 1 },
                        "{zone}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_confirmed_name_is_not_asked_again() {
    let dns = dns("h.example. A !servfail");
    let verified = confirmed("203.0.113.9", &["g.example", "h.example"]);
    let client = ip("203.0.113.9");
    assert_eq!(
        helo::resolve(&name("h.example"), client, &verified, &dns).wait(),
        Standing::Confirmed
    );
    assert_eq!(dns.query_count(), 0);
    let standing = helo::resolve(&name("i.example"), client, &verified, &dns).wait();
    assert_eq!(standing, Standing::Unresolvable);
}

#[test]
fn a_null_exchanger_is_none() {
    let stands =
        |zone| helo::resolve(&name("h.example"), ip("203.0.113.9"), &[], &dns(zone)).wait();
    assert_eq!(stands("h.example. MX 0 ."), Standing::Unresolvable);
    assert_eq!(stands("h.example. TXT \"here\""), Standing::Unresolvable);
    assert_eq!(stands("h.example. MX 10 mail.example."), Standing::Mismatch);
}

#[test]
fn a_mapped_address_is_no_ipv6_address() {
    let dns = dns("h.example. AAAA ::ffff:203.0.113.9");
    let standing = helo::resolve(&name("h.example"), ip("203.0.113.9"), &[], &dns).wait();
    assert_eq!(standing, Standing::Mismatch);
}

#[test]
fn the_mapped_form_of_a_client_is_the_same_client() {
    let dns = dns("h.example. A 203.0.113.9");
    assert_eq!(
        helo::resolve(&name("h.example"), ip("::ffff:203.0.113.9"), &[], &dns).wait(),
        Standing::Confirmed
    );
}

#[test]
fn answers_from_memory_are_ready() {
    let dns = dns("");
    assert!(helo::resolve(&name("h.example"), ip("203.0.113.9"), &[], &dns).is_ready());
}

proptest! {
    #[test]
    fn reading_never_panics(argument in ".*") {
        let _ = helo::read(&argument);
    }

    /// What is read as a name prints as that name, so nothing was read into it.
    #[test]
    fn a_name_is_what_was_said(argument in "[a-zA-Z0-9._\\[\\]: -]{0,40}") {
        if let Claim::Name(found) = helo::read(&argument) {
            let said = argument.trim_end_matches(' ').to_ascii_lowercase();
            prop_assert_eq!(said.strip_suffix('.').unwrap_or(&said), found.as_str());
        }
    }
}

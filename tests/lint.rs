//! What a file may not have meant, and the proof of relay control.
#![cfg(feature = "config")]

#[path = "util/mod.rs"]
mod util;

use mailward::clock::ManualClock;
use mailward::config::{Config, MemoryFiles};
use mailward::diagnostic::Diagnostics;
use mailward::dns::MemoryDns;
use mailward::guard::{Guard, Shared};
use mailward::lint::lint;
use mailward::relay::Perimeter;

use util::{name, network, pattern};

fn shared() -> Shared {
    Shared::new(MemoryDns::empty(), ManualClock::new())
}

/// All that is said of a whole file, which loads.
#[track_caller]
fn said_of(text: &str) -> String {
    let mut found = Diagnostics::new();
    let config =
        Config::parse("policy.toml", text, &mut found).unwrap_or_else(|| panic!("{found}"));
    let files = MemoryFiles::new()
        .with("auth.mta", "spam.example REJECT\n")
        .with("auth.user", "spam.example REJECT\n");
    let guard = config.build(&files, shared(), &mut found).unwrap();
    assert!(found.is_empty(), "{found}");
    lint(&config, &guard, &mut found);
    found.to_string()
}

/// The same for what stands below the first two lines.
#[track_caller]
fn said(text: &str) -> String {
    said_of(&format!(
        "hostname = 'mx.example.org'\nperimeter.domains = ['example.org']\n{text}"
    ))
}

#[track_caller]
fn warns(text: &str, warnings: &[&str]) {
    let expected: String = warnings
        .iter()
        .map(|warning| warning.replacen(' ', " warning: ", 1))
        .map(|warning| format!("policy.toml:{warning}\n"))
        .collect();
    assert_eq!(said(text), expected, "{text}");
}

#[test]
fn the_example_of_the_contract_is_clean() {
    let text = include_str!("config/example.toml").replace("\"recipients\"", "\"auth.user\"");
    assert_eq!(said_of(&text), "");
}

#[test]
fn the_whole_file() {
    warns(
        "soft = true",
        &["3:8: nothing is refused for good while soft is true"],
    );
    warns(
        "dns.deadline = '301s'",
        &[
            "3:16: clients need wait no longer than 5 minutes for an answer (RFC 5321 section 4.5.3.2)",
        ],
    );
    warns("dns.deadline = '300s'", &[]);
    assert_eq!(
        said_of("hostname = 'mx'\nperimeter.relay-to = ['example.org']"),
        "policy.toml:1:12: warning: mx is no full host name\n"
    );
    assert_eq!(
        said_of("hostname = 'mx.example.org'\n[perimeter]\n"),
        "policy.toml:2:1: warning: no domains: mail is taken for mx.example.org alone\n"
    );
}

#[test]
fn a_perimeter_as_wide_as_the_world() {
    let everyone =
        "3:22: nothing guards the perimeter against being too wide while everyone is true";
    warns("perimeter.everyone = true", &[everyone]);
    warns(
        "perimeter.everyone = true\nperimeter.networks = ['0.0.0.0/0']\nperimeter.names = ['*.com']\nperimeter.relay-to = ['*']",
        &[
            everyone,
            "4:22: more public space in networks than an IPv4 /8",
            "5:20: *.com in names covers all names below com",
            "6:23: * in relay-to covers every name",
        ],
    );
    warns(
        "perimeter.backup-mx = ['::/0']",
        &[
            "3:23: more public space in backup-mx than an IPv6 /20: a domain that names us in its MX may have us send there",
        ],
    );
}

#[test]
fn entries_of_the_perimeter_that_do_nothing() {
    warns(
        "perimeter.networks = ['192.0.2.0/24', '192.0.2.10']\nperimeter.proxy-protocol = ['192.0.2.8/30']",
        &[
            "3:39: 192.0.2.10/32 makes nobody internal: 192.0.2.8/30 in proxy-protocol says that only proxies are there",
        ],
    );
    warns(
        "perimeter.relay-to = ['a.example.org', 'example.org', 'example.net']",
        &["3:40: example.org is never sent on: example.org in domains says that we deliver for it"],
    );
    assert_eq!(
        said_of(
            "hostname = 'mx.example.org'\nperimeter.domains = ['*.example.org']\nperimeter.relay-to = ['*.a.example.org', 'example.org']"
        ),
        "policy.toml:3:23: warning: *.a.example.org is never sent on: *.example.org in domains says that we deliver for it\n"
    );
}

#[test]
fn rules_that_can_never_fire() {
    let never = |place: &str, name: &str| {
        format!("{place}: this can never fire: {name} judges by the same before")
    };
    let list = "[[check]]\nkind = 'blocklist'\nzone = [{ zone = 'bl.example' }]\n";
    let verified = "[[check]]\nkind = 'verified-client'\n";
    let greeting = "[[check]]\nkind = 'greeting'\n";
    let table = "[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n";
    warns(&format!("{list}{list}"), &[&never("8:9", "blocklist-1")]);
    warns(
        &format!("{table}{table}"),
        &[&never("8:8", "client-table-1")],
    );
    warns(
        &format!("{verified}{verified}require = 'reverse-name'\n"),
        &[&never("5:1", "verified-client-1")],
    );
    warns(
        &format!("{greeting}name = 'manners'\n{greeting}refuse = ['malformed']\n"),
        &[&never("6:1", "manners")],
    );
    // These can.
    warns(&format!("{list}dry-run = true\n{list}"), &[]);
    warns(&format!("{list}{list}unless = []\n"), &[]);
    warns(&format!("{list}at = 'data'\n{list}"), &[]);
    warns(
        &format!("{verified}require = 'reverse-name'\n{verified}"),
        &[],
    );
    warns(
        &format!("{greeting}{greeting}refuse = ['malformed', 'missing']\n"),
        &[],
    );
    warns(
        "[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n[[check]]\nkind = 'sender-table'\nfile = 'auth.mta'\n",
        &[],
    );
    let one_family =
        "[[check]]\nkind = 'blocklist'\nzone = [{ zone = 'bl.example', family = 'v4' }]\n";
    warns(&format!("{one_family}{list}"), &[]);
    warns(
        &format!("{list}{one_family}"),
        &[&never("8:9", "blocklist-1")],
    );
}

#[test]
fn a_long_row_is_read_in_linear_time() {
    let check = "[[check]]\nkind = 'greeting'\nrefuse = ['missing']\n";
    let begun = std::time::Instant::now();
    let found = said(&check.repeat(8_000));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let lines: Vec<_> = found.lines().collect();
    assert_eq!(lines.len(), Diagnostics::MOST);
    for (at, line) in lines.iter().enumerate() {
        let place = 6 + 3 * at;
        assert_eq!(
            *line,
            format!(
                "policy.toml:{place}:1: warning: this can never fire: greeting-1 judges by the same before"
            )
        );
    }
}

#[test]
fn odd_checks() {
    warns(
        "[[check]]\nkind = 'blocklist'\nzone = [{ zone = 'a.bl.example' }, { zone = 'a.bl.example' }]",
        &["5:36: the list a.bl.example is asked before"],
    );
    warns(
        "[[check]]\nkind = 'greeting'\nrefuse = []",
        &["5:10: this check refuses nothing"],
    );
    warns(
        "[[check]]\nkind = 'greeting'\nrefuse = ['missing', 'missing']",
        &["5:22: this fault stands here twice"],
    );
    warns(
        "[[check]]\nkind = 'greeting'\nrefuse = ['mismatch']",
        &["5:11: RFC 5321 section 4.1.4 forbids to refuse mail for a mismatch"],
    );
    warns(
        "[[check]]\nkind = 'recipient-table'\nfile = 'auth.user'\nat = 'data'",
        &["6:6: this check can never fire: no single recipient is judged at data"],
    );
}

#[test]
fn permanent_answers_to_what_may_pass() {
    let for_good =
        "a name that cannot be resolved now is refused for good (RFC 2505 item 9 would wait)";
    let sender = "[[check]]\nkind = 'sender-domain'\n";
    warns(
        &format!("{sender}unresolvable = 'refuse'"),
        &[&format!("5:16: {for_good}")],
    );
    warns(
        &format!("{sender}class = 'permanent'"),
        &[&format!("5:9: {for_good}")],
    );
    warns(
        &format!("{sender}code = 550"),
        &[&format!("5:8: {for_good}")],
    );
    warns(&format!("{sender}code = 450"), &[]);
    warns(
        &format!("{sender}unresolvable = 'accept'\nclass = 'permanent'"),
        &[],
    );
    warns(
        "[[check]]\nkind = 'greeting'\nrefuse = ['unresolvable']\nclass = 'permanent'",
        &[&format!("6:9: {for_good}")],
    );
}

#[test]
fn postmaster_is_known_at_rcpt() {
    let what = "the check is judged at connect, where nobody knows yet of postmaster";
    let check = "[[check]]\nkind = 'verified-client'\nunless = ['internal', 'postmaster']\n";
    warns(check, &[]);
    warns(
        &format!("{check}at = 'connect'"),
        &[&format!("5:23: {what}")],
    );
    warns(
        &format!("refuse-at = 'earliest'\n{check}"),
        &[&format!("6:23: {what}")],
    );
    warns(
        &format!("refuse-at = 'earliest'\n{check}at = 'recipient'"),
        &[],
    );
}

/// What is said when the guard is not the one of the file.
#[track_caller]
fn disagreement(text: &str, perimeter: Perimeter) -> String {
    let mut found = Diagnostics::new();
    let config = Config::parse("policy.toml", text, &mut found).unwrap();
    let guard = Guard::builder(perimeter, shared()).build();
    lint(&config, &guard, &mut found);
    found
        .iter()
        .filter(|one| one.to_string().contains(": error: "))
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_guard_that_is_not_what_the_file_says_is_an_error() {
    let text = "hostname = 'mx.example.org'\n[perimeter]\ndomains = ['*.example.org']\nnetworks = ['192.0.2.0/24']\nnames = ['*.example.net']\nliterals = ['198.51.100.25']\nproxy-protocol = ['198.51.100.10']\n";
    let own = || {
        Perimeter::new(name("mx.example.org"))
            .domain(pattern("*.example.org"))
            .literal("198.51.100.25".parse().unwrap())
            .proxy(network("198.51.100.10"))
    };
    let (net, names) = (network("192.0.2.0/24"), pattern("*.example.net"));
    let full = || own().network(net).name(names.clone());
    assert_eq!(disagreement(text, full()), "");
    let error = |what: &str| {
        format!("policy.toml:2:1: error: relay control {what}, which is not what the file says")
    };
    let cases = [
        (
            own().name(names.clone()).network(network("192.0.2.0/23")),
            error("permits mail from outside to outside, from 192.0.3.0 to <bob@[198.51.100.24]>"),
        ),
        (
            full().network(network("192.0.1.255")),
            error(
                "permits mail from outside to outside, from 192.0.1.255 to <bob@[198.51.100.24]>",
            ),
        ),
        (
            full().name(pattern("example.net")),
            error(
                "permits mail from outside to outside, from 0.0.0.0 (example.net) to <bob@[198.51.100.24]>",
            ),
        ),
        (
            full().domain(pattern("example.org")),
            error("permits mail from outside to outside, from 0.0.0.0 to <bob@example.org>"),
        ),
        (
            full().relay_to(pattern("third.example")),
            error("permits mail from outside to outside, from 0.0.0.0 to <bob@third.example>"),
        ),
        (
            full().literal("198.51.100.26".parse().unwrap()),
            error("permits mail from outside to outside, from 0.0.0.0 to <bob@[198.51.100.26]>"),
        ),
        (
            own().name(names.clone()),
            error("does not permit mail from 192.0.2.0 to <bob@[198.51.100.24]>"),
        ),
        (
            own().network(net),
            error("does not permit mail from 0.0.0.0 (x.example.net) to <bob@[198.51.100.24]>"),
        ),
    ];
    for (perimeter, expected) in cases {
        assert_eq!(disagreement(text, perimeter), expected);
    }
}

#[test]
fn a_file_with_many_borders_is_clean() {
    use std::fmt::Write;
    let mut text = String::from("hostname = 'mx.example.org'\n[perimeter]\nnetworks = [");
    for at in 0..600 {
        write!(text, "'10.{}.{}.{}',", at / 256, at % 256, at % 16 * 16).unwrap();
    }
    text.push_str("]\ndomains = [");
    for at in 0..600 {
        write!(text, "'d{at}.example',").unwrap();
    }
    text.push_str("]\n");
    let mut found = Diagnostics::new();
    let config = Config::parse("policy.toml", &text, &mut found).unwrap();
    let guard = config
        .build(&MemoryFiles::new(), shared(), &mut found)
        .unwrap();
    lint(&config, &guard, &mut found);
    assert!(found.is_empty(), "{found}");
}

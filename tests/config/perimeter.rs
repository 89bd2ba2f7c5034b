//! The guards against opening the relay by accident.

use mailward::config::{Config, Coverage, Everyone, MemoryFiles};
use mailward::diagnostic::Diagnostics;
use mailward::dns::MemoryDns;
use mailward::{Shared, clock::ManualClock};

use crate::util::{client, name};
use crate::{after, code, errors, guard, parsed};

fn networks(networks: &str) -> String {
    format!("hostname = 'mx.example.org'\n[perimeter]\nnetworks = {networks}\n")
}

const WIDE_V4: &str = "policy.toml:3:12: error: more public space in networks than an IPv4 /8; expected narrower ones, or everyone = true\n";
const WIDE_V6: &str = "policy.toml:3:12: error: more public space in networks than an IPv6 /20; expected narrower ones, or everyone = true\n";

#[test]
fn networks_wider_than_an_8_or_a_20_are_an_error() {
    for wide in [
        "['0.0.0.0/0']",
        "['0.0.0.0/1', '128.0.0.0/1']",
        "['8.0.0.0/8', '9.0.0.1']",
        "['8.0.0.0/7']",
        "['9.128.0.0/9', '8.0.0.0/8']",
        "['8.0.0.0/8', '8.0.0.0/9', '9.0.0.0/24']",
        "['::ffff:0:0/96']",
    ] {
        assert_eq!(errors(&networks(wide)), WIDE_V4, "{wide}");
    }
    for wide in [
        "['::/0']",
        "['::/1', '8000::/1']",
        "['2000::/19']",
        "['2001::/20', '2001:1000::1']",
    ] {
        assert_eq!(errors(&networks(wide)), WIDE_V6, "{wide}");
    }
    assert_eq!(
        errors(&networks("['0.0.0.0/0', '::/0']")),
        format!("{WIDE_V4}{WIDE_V6}")
    );
}

#[test]
fn as_wide_as_that_is_no_error() {
    for narrow in [
        "['8.0.0.0/8']",
        "['8.0.0.0/9', '8.128.0.0/9', '8.8.8.8']",
        "['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', '8.0.0.0/8']",
        "['2000::/20', 'fc00::/7', 'fe80::/10']",
        "['8.0.0.0/8', '2000::/20']",
    ] {
        assert_eq!(
            parsed(&networks(narrow)).perimeter.everyone,
            Everyone::Forbidden
        );
    }
}

#[test]
fn names_that_are_too_general_are_an_error() {
    for key in ["names", "domains", "relay-to"] {
        let text = format!(
            "hostname = 'mx.example.org'\nperimeter.{key} = ['example.org', '*', '*.com', '.org']"
        );
        let column = |word: &str| text.lines().nth(1).unwrap().find(word).unwrap() + 1;
        let expected = format!(
            "policy.toml:2:{}: error: * in {key} covers every name; expected a longer pattern, or everyone = true\n\
             policy.toml:2:{}: error: *.com in {key} covers all names below com; expected a longer pattern, or everyone = true\n\
             policy.toml:2:{}: error: *.org in {key} covers all names below org; expected a longer pattern, or everyone = true\n",
            column("'*'"),
            column("'*.com'"),
            column("'.org'"),
        );
        assert_eq!(errors(&text), expected);
    }
    // That host alone, and all below two labels.
    parsed("hostname = 'mx.example.org'\nperimeter.domains = ['com', '*.co.uk']");
}

#[test]
fn who_means_everyone_may_say_so() {
    let outside = ["EHLO mail.example.com", "MAIL FROM:<ann@example.com>"];
    let everyone = "[perimeter]\neveryone = true\n";
    let relays = |text: &str, zone: &str| {
        let text = format!("hostname = 'mx.example.org'\n{everyone}{text}");
        let guard = crate::built(&parsed(&text), &MemoryFiles::new(), zone);
        let mut dialogue = after(&guard, client("203.0.113.9"), &outside);
        code(&dialogue.line(b"RCPT TO:<bob@third.example>")) == 250
    };
    let zone =
        "9.113.0.203.in-addr.arpa. PTR mail.third.example.\nmail.third.example. A 203.0.113.9";
    assert!(relays("networks = ['0.0.0.0/0']", ""));
    assert!(relays("relay-to = ['*']", ""));
    assert!(relays("domains = ['*']", ""));
    assert!(relays("domains = ['*.example']", ""));
    assert!(relays("names = ['*']", zone));
    assert!(relays("names = ['*.example']", zone));
    assert!(!relays("names = ['*']", ""));
    assert!(!relays("", zone));
}

#[test]
fn what_is_made_in_code_is_guarded_too() {
    let mut config = Config::new(name("mx.example.org"));
    config.perimeter.relay_to.push(Coverage::Everything);
    let mut found = Diagnostics::new();
    let shared = Shared::new(MemoryDns::empty(), ManualClock::new());
    assert!(
        config
            .build(&MemoryFiles::new(), shared.clone(), &mut found)
            .is_none()
    );
    assert_eq!(
        found.to_string(),
        "policy.toml:1:1: error: * in relay-to covers every name; expected a longer pattern, or everyone = true\n"
    );
    config.perimeter.everyone = Everyone::Meant;
    assert!(
        config
            .build(&MemoryFiles::new(), shared, &mut found)
            .is_some()
    );
}

#[test]
fn each_list_lets_in_whom_it_names() {
    let lists = [
        "networks = ['192.0.2.0/24']",
        "names = ['*.example.org']",
        "relay-to = ['partner.example']",
        "backup-mx = ['198.51.100.0/24']",
        "literals = ['192.0.2.25']",
        "proxy-protocol = ['192.0.2.10']",
    ];
    let text: String = lists
        .iter()
        .map(|list| format!("perimeter.{list}\n"))
        .collect();
    let zone = "9.113.0.203.in-addr.arpa. PTR mail.example.org.\nmail.example.org. A 203.0.113.9\n\
                friend.example. MX 10 mail.friend.example.\nfriend.example. MX 20 mx.example.org.\n\
                mail.friend.example. A 198.51.100.25";
    let guard = guard(&text, zone);
    let may = |from: &str, to: &str| {
        let lines = ["EHLO mail.example.com", "MAIL FROM:<>"];
        let mut dialogue = after(&guard, client(from), &lines);
        code(&dialogue.line(format!("RCPT TO:<{to}>").as_bytes())) == 250
    };
    let elsewhere = "bob@third.example";
    assert!(may("192.0.2.7", elsewhere) && may("203.0.113.9", elsewhere));
    assert!(!may("192.0.2.10", elsewhere) && !may("203.0.113.8", elsewhere));
    for inside in [
        "bob@example.org",
        "bob@partner.example",
        "bob@[192.0.2.25]",
        "bob@friend.example",
        "bob@mx.example.org",
    ] {
        assert!(may("203.0.113.8", inside), "{inside}");
    }
}

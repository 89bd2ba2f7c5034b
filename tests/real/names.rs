//! Names and addresses, asked of nsd itself and of unbound in front of it.

use std::time::Duration;

use mailward::dns::{Answer, Dns, DnsError, HickoryDns, Txt};

use crate::servers::{Site, nsd, resolver};
use crate::{ip, name, told};

/// Questions whose outcome is the same whomever one asks.
const OUTCOMES: [(&str, &str, &str); 38] = [
    ("A", "mail.example", "203.0.113.2"),
    ("AAAA", "mail.example", "2001:db8::2"),
    ("A", "several.example", "203.0.113.8, 203.0.113.9"),
    ("A", "under_score.example", "203.0.113.15"),
    ("A", "www.example", "203.0.113.2"),
    ("AAAA", "far.example", "2001:db8::2"),
    ("A", "abroad.example", "203.0.113.40"),
    ("AAAA", "several.example", "no data"),
    ("A", "text.example", "no data"),
    ("A", "hollow.example", "no data"),
    ("AAAA", "abroad.example", "no data"),
    ("MX", "far.example", "no data"),
    ("A", "nowhere.example", "no such name"),
    ("MX", "nowhere.example", "no such name"),
    ("A", "dangling.example", "no such name"),
    ("A", "loop1.example", "ServerFailure"),
    ("MX", "loop2.example", "ServerFailure"),
    ("A", "host.broken.example", "ServerFailure"),
    ("A", "lost.example", "ServerFailure"),
    ("A", "elsewhere.net", "Refused"),
    ("MX", "shop.example", "10 mx1.example, 20 mx2.example"),
    ("MX", "null.example", "0 ."),
    ("MX", "odd.example", "10 ?"),
    ("MX", "mail.example", "no data"),
    ("PTR", "203.0.113.2", "mail.example"),
    ("PTR", "203.0.113.5", "no such name"),
    ("PTR", "203.0.113.6", "nowhere.example, second.example"),
    ("PTR", "203.0.113.7", "ServerFailure"),
    ("PTR", "203.0.113.12", "classless.example"),
    ("PTR", "203.0.113.13", "ServerFailure"),
    ("PTR", "203.0.113.17", "abroad-client.example"),
    ("PTR", "203.0.113.18", "pc\\.local.example"),
    ("PTR", "203.0.113.19", "nul\\000.example"),
    ("PTR", "203.0.113.21", "a\\032b.example"),
    ("PTR", "203.0.113.22", "\\255.example"),
    ("PTR", "203.0.113.23", "."),
    ("PTR", "2001:db8::2", "mail.example"),
    ("PTR", "2001:db8::3", "no such name"),
];

fn outcome(dns: &HickoryDns, kind: &str, what: &str) -> String {
    if kind == "PTR" {
        return told(&dns.ptr(ip(what)).wait());
    }
    let owner = name(what);
    match kind {
        "A" => told(&dns.a(owner.borrowed()).wait()),
        "AAAA" => told(&dns.aaaa(owner.borrowed()).wait()),
        _ => told(&dns.mx(owner.borrowed()).wait()),
    }
}

#[track_caller]
fn all_outcomes(dns: &HickoryDns) {
    let found = OUTCOMES.map(|(kind, what, _)| (kind, what, outcome(dns, kind, what)));
    let expected = OUTCOMES.map(|(kind, what, outcome)| (kind, what, outcome.to_owned()));
    assert_eq!(found, expected);
}

fn two_hundred_names(dns: &HickoryDns) {
    let mut names: Vec<_> = (0..200).map(|n| format!("many{n}.example")).collect();
    names.sort_unstable();
    assert_eq!(told(&dns.ptr(ip("203.0.113.11")).wait()), names.join(", "));
}

fn texts(dns: &HickoryDns) {
    let found = dns.txt(name("text.example").borrowed()).wait().unwrap();
    assert_eq!(
        found.records(),
        [Txt::new(b"two strings, one of them \xff\0")]
    );
    let found = dns
        .txt(name("_spf.mail.example").borrowed())
        .wait()
        .unwrap();
    assert_eq!(found.records(), [Txt::new(b"v=spf1 -all")]);
}

#[test]
fn nsd_gives_every_outcome() {
    let Some(server) = nsd() else { return };
    let dns = resolver(&server);
    all_outcomes(&dns);
    two_hundred_names(&dns);
    texts(&dns);
}

#[test]
fn nsd_says_how_long_answers_may_be_kept() {
    let Some(server) = nsd() else { return };
    let dns = resolver(&server);
    let ttl = |owner: &str| {
        dns.a(name(owner).borrowed())
            .wait()
            .unwrap()
            .ttl()
            .as_secs()
    };
    assert_eq!(ttl("mail.example"), 300);
    assert_eq!(ttl("far.example"), 20); // the alias on the way
    assert_eq!(ttl("nowhere.example"), 60);
    assert_eq!(ttl("text.example"), 60);
    assert_eq!(ttl("hollow.example"), 60);
}

#[test]
fn unbound_gives_every_outcome() {
    let Some(site) = Site::start() else { return };
    let dns = site.dns();
    all_outcomes(&dns);
    two_hundred_names(&dns);
    texts(&dns);
}

#[test]
fn a_server_that_is_stopped_is_silence_until_it_goes_on() {
    let Some(site) = Site::start() else { return };
    let dns = HickoryDns::builder()
        .servers([site.resolver.address()])
        .timeout(Duration::from_millis(300))
        .attempts(1)
        .build()
        .unwrap();
    site.resolver.signal("STOP");
    let owner = name("mail.example");
    assert_eq!(dns.a(owner.borrowed()).wait(), Err(DnsError::Timeout));
    site.resolver.signal("CONT");
    let found = site.dns().a(owner.borrowed()).wait();
    assert!(matches!(found, Ok(Answer::Records { .. })), "{found:?}");
}

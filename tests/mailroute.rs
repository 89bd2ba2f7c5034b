//! Where mail goes: exchangers, the implicit MX, the null MX, nowhere, and what trouble makes of it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mailward::clock::{Clock, ManualClock, Moment};
use mailward::dns::{DnsError, MemoryDns};
use mailward::mailroute::{self, Absence, MailRoute};
use mailward::name::Name;
use mailward::step::Step;
use proptest::prelude::*;

#[track_caller]
fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// The route to `example.org` of a zone; from memory, so the answer must be ready.
#[track_caller]
fn route(zone: &str) -> MailRoute {
    let dns = MemoryDns::parse(zone).unwrap();
    mailroute::resolve(&name("example.org"), &dns)
        .into_ready()
        .expect("a deferred answer")
}

fn exchangers(zone: &str) -> Vec<String> {
    route(zone)
        .exchangers()
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Runs a step on a manual clock, which jumps from one wake-up to the next.
fn drive<T: Unpin>(clock: &ManualClock, step: Step<'_, T>) -> T {
    let mut step = pin!(step);
    loop {
        if let Poll::Ready(value) = step.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        clock.advance(
            clock
                .next_wake()
                .expect("nothing to wait for")
                .since(clock.now()),
        );
    }
}

#[test]
fn exchangers_come_by_preference_and_then_by_name() {
    let zone =
        "example.org. MX 20 c.example.\n MX 10 b.example.\n MX 20 a.example.\n MX 0 d.example.";
    assert_eq!(
        exchangers(zone),
        [
            "0 d.example",
            "10 b.example",
            "20 a.example",
            "20 c.example"
        ]
    );
}

#[test]
fn with_exchangers_no_address_is_asked_for() {
    let dns = MemoryDns::parse("example.org. MX 10 mx.example.\nexample.org. A !servfail").unwrap();
    assert_eq!(
        mailroute::resolve(&name("example.org"), &dns)
            .wait()
            .exchangers()
            .len(),
        1
    );
    assert_eq!(dns.query_count(), 1);
}

#[test]
fn exchangers_are_found_behind_an_alias() {
    assert_eq!(
        exchangers("example.org. CNAME other.example.\nother.example. MX 5 mx.example."),
        ["5 mx.example"]
    );
}

#[test]
fn without_exchangers_an_address_of_either_family_serves() {
    assert_eq!(route("example.org. A 192.0.2.1"), MailRoute::Address);
    assert_eq!(route("example.org. AAAA 2001:db8::1"), MailRoute::Address);
    assert!(route("example.org. A 192.0.2.1").exchangers().is_empty());
}

#[test]
fn a_domain_that_does_not_exist_is_asked_about_once() {
    let dns = MemoryDns::empty();
    let found = mailroute::resolve(&name("example.org"), &dns).wait();
    assert_eq!(found, MailRoute::Nowhere(Absence::NoSuchName));
    assert_eq!(dns.query_count(), 1);
}

#[test]
fn a_domain_without_exchanger_and_address_gets_no_mail() {
    assert_eq!(
        route("example.org. TXT x"),
        MailRoute::Nowhere(Absence::NoAddress)
    );
    assert_eq!(
        route("x.example.org. A 192.0.2.1"),
        MailRoute::Nowhere(Absence::NoAddress),
        "an empty non-terminal"
    );
}

#[test]
fn a_null_mx_stands_alone_and_has_preference_zero() {
    for (records, found) in [
        ("MX 0 .", MailRoute::NullMx),
        ("MX 10 .", MailRoute::Nowhere(Absence::UnusableExchangers)),
        (
            "MX 0 .\n MX 10 .",
            MailRoute::Nowhere(Absence::UnusableExchangers),
        ),
    ] {
        assert_eq!(
            route(&format!("example.org. {records}\n A 192.0.2.1")),
            found,
            "{records}"
        );
    }
    assert_eq!(
        exchangers("example.org. MX 0 .\n MX 10 mx.example."),
        ["10 mx.example"],
        "the root is ignored"
    );
}

#[test]
fn exchangers_that_are_no_hosts_are_ignored() {
    for unusable in [
        "192.0.2.1.",
        "a\\.b.example.",
        "a\\000.example.",
        "a/b.example.",
    ] {
        let alone = route(&format!("example.org. MX 10 {unusable}\n A 192.0.2.1"));
        assert_eq!(
            alone,
            MailRoute::Nowhere(Absence::UnusableExchangers),
            "{unusable}"
        );
        assert_eq!(
            exchangers(&format!(
                "example.org. MX 10 {unusable}\n MX 20 mx.example."
            )),
            ["20 mx.example"]
        );
    }
}

#[test]
fn trouble_with_the_exchangers_is_trouble_whatever_the_addresses_say() {
    for (word, error) in [
        ("servfail", DnsError::ServerFailure),
        ("timeout", DnsError::Timeout),
        ("refused", DnsError::Refused),
    ] {
        let found = route(&format!("example.org. MX !{word}\n A 192.0.2.1"));
        assert_eq!(found, MailRoute::Trouble(error));
        assert!(found.is_trouble());
    }
}

/// What the lookups of both families may come to, and what the two of them together mean.
#[test]
fn two_families_and_four_outcomes_each() {
    let outcomes = ["data", "!nodata", "!nxdomain", "!timeout"];
    for four in outcomes {
        for six in outcomes {
            let a = four.replace("data", if four == "data" { "192.0.2.1" } else { "data" });
            let aaaa = six.replace("data", if six == "data" { "2001:db8::1" } else { "data" });
            let found = route(&format!("example.org. MX !nodata\n A {a}\n AAAA {aaaa}"));
            let expected = match (four, six) {
                ("data", _) | (_, "data") => MailRoute::Address,
                ("!timeout", _) | (_, "!timeout") => MailRoute::Trouble(DnsError::Timeout),
                ("!nxdomain", "!nxdomain") => MailRoute::Nowhere(Absence::NoSuchName),
                _ => MailRoute::Nowhere(Absence::NoAddress),
            };
            assert_eq!(found, expected, "A {four}, AAAA {six}");
        }
    }
}

#[test]
fn of_two_troubles_that_of_the_a_record_is_reported() {
    let found = route("example.org. MX !nodata\n A !refused\n AAAA !timeout");
    assert_eq!(found, MailRoute::Trouble(DnsError::Refused));
}

#[test]
fn both_families_are_asked_at_once_and_the_first_address_decides() {
    for (a, aaaa, seconds) in [
        ("!delay=2s !nodata", "!delay=3s !nodata", 3),
        ("!delay=1s 192.0.2.1", "!delay=1h !timeout", 1),
        ("!delay=1h !timeout", "!delay=1s 2001:db8::1", 1),
        ("!nodata", "!delay=1s 2001:db8::1", 1),
        ("!delay=1s 192.0.2.1", "!nodata", 1),
        ("!delay=1h 192.0.2.1", "2001:db8::1", 0),
    ] {
        let clock = ManualClock::new();
        let zone = format!("example.org. MX !nodata\n A {a}\n AAAA {aaaa}");
        let dns = MemoryDns::parse(&zone).unwrap().with_clock(clock.clone());
        drive(&clock, mailroute::resolve(&name("example.org"), &dns));
        assert_eq!(
            clock.now(),
            Moment::after_start(Duration::from_secs(seconds)),
            "A {a}, AAAA {aaaa}"
        );
        assert_eq!(
            clock.next_wake(),
            None,
            "A {a}, AAAA {aaaa}: the other question is given up"
        );
    }
}

proptest! {
    /// Law 11: the outcome does not depend on the order in which the answers come.
    #[test]
    fn the_order_of_the_answers_changes_nothing(
        data in (0..4_usize, 0..5_usize, 0..5_usize),
        delays in (0..3_u32, 0..3_u32, 0..3_u32),
    ) {
        let mx = ["!nodata", "!servfail", "0 .", "10 mx.example."][data.0];
        let a = ["192.0.2.1", "!nodata", "!nxdomain", "!timeout", "!servfail"][data.1];
        let aaaa = ["2001:db8::1", "!nodata", "!nxdomain", "!timeout", "!servfail"][data.2];
        let clock = ManualClock::new();
        let late = format!(
            "example.org. MX !delay={}s {mx}\n A !delay={}s {a}\n AAAA !delay={}s {aaaa}",
            delays.0, delays.1, delays.2
        );
        let dns = MemoryDns::parse(&late).unwrap().with_clock(clock.clone());
        let found = drive(&clock, mailroute::resolve(&name("example.org"), &dns));
        prop_assert_eq!(found, route(&format!("example.org. MX {mx}\n A {a}\n AAAA {aaaa}")));
    }
}

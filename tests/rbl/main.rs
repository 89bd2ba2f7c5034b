//! Lists: what is asked, what lists, what never does, and that order changes nothing.

mod known;
mod meaning;
mod questions;
mod several;
mod texts;

use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mailward::client::ClientIp;
use mailward::clock::{Clock, ManualClock};
use mailward::dns::{Answer, MemoryDns};
use mailward::name::Name;
use mailward::rbl::{self, Hit, Listing, Skip, Zone};
use mailward::step::Step;
use proptest::prelude::*;

const CLIENT: &str = "203.0.113.9";

#[track_caller]
fn ip(text: &str) -> ClientIp {
    text.parse().unwrap()
}

#[track_caller]
fn zone(domain: &str) -> Zone {
    Zone::new(Name::parse(domain).unwrap())
}

fn interpret(codes: &[Ipv4Addr]) -> Listing {
    zone("bl.example").interpret(&Ok(Answer::of(
        codes.iter().copied(),
        Duration::from_secs(60),
    )))
}

fn codes(text: &str) -> Vec<Ipv4Addr> {
    text.split_whitespace()
        .map(|code| code.parse().unwrap())
        .collect()
}

/// What the lists of a zone file say of the client; from memory, so the answer must be ready.
#[track_caller]
fn look_up(client: &str, zones: &[Zone], text: &str) -> Vec<Listing> {
    let dns = MemoryDns::parse(text).unwrap();
    rbl::look_up(ip(client), zones, rbl::never_asked(), &dns)
        .into_ready()
        .expect("a deferred answer")
}

fn labels(listings: &[Listing]) -> Vec<&str> {
    listings
        .iter()
        .filter_map(Listing::hit)
        .map(Hit::label)
        .collect()
}

fn text(listing: &Listing) -> Option<&str> {
    listing.hit()?.text().map(|text| text.as_str())
}

fn asked(dns: &MemoryDns) -> Vec<String> {
    dns.queries().iter().map(ToString::to_string).collect()
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

const UNDECISIVE: Listing = Listing::Skipped(Skip::Undecisive);
const ABSENT: Listing = Listing::Absent {
    ttl: Duration::ZERO,
};

#[test]
fn a_key_in_a_zones_name_is_never_printed() {
    let zones = [zone("s3cr3tk3y.zen.example").labelled("zen").with_text()];
    let found = look_up(
        CLIENT,
        &zones,
        "*.zen.example. A 127.0.0.2\n*.zen.example. TXT listed",
    );
    let printed = format!("{zones:?} {found:?} {}", zones[0].label());
    assert!(!printed.contains("s3cr3t"), "{printed}");
    assert!(printed.contains("zen"), "{printed}");
}

#[test]
fn a_label_is_the_zones_name_unless_there_is_another() {
    assert_eq!(zone("BL.example.").label(), "bl.example");
    assert_eq!(zone("bl.example").labelled("ours").label(), "ours");
}

proptest! {
    #[test]
    fn only_good_codes_list(records in proptest::collection::vec(any::<[u8; 4]>().prop_map(|[a, b, c, d]| {
        // Mostly inside 127/8, and there mostly near its borders.
        Ipv4Addr::new(if a < 200 { 127 } else { a }, if b < 100 { 0 } else if b < 200 { 255 } else { b },
            if c < 100 { 0 } else if c < 200 { 255 } else { c }, d % 5)
    }), 0..6)) {
        let good = |code: &Ipv4Addr| code.is_loopback() && code.octets()[..3] != [127, 255, 255]
            && *code != Ipv4Addr::LOCALHOST && *code != Ipv4Addr::new(127, 0, 0, 0);
        let listing = interpret(&records);
        prop_assert_eq!(listing.hit().is_some(), records.iter().any(good));
        if let Some(hit) = listing.hit() {
            prop_assert!(hit.codes().iter().all(good));
            prop_assert!(hit.codes().is_sorted());
        }
        let mut turned = records.clone();
        turned.reverse();
        prop_assert_eq!(interpret(&turned), listing);
    }
}

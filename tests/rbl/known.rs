//! What is known already is not asked again.

use mailward::dns::MemoryDns;
use mailward::rbl::{self, Zone};

use crate::{CLIENT, UNDECISIVE, codes, interpret, ip, labels, zone};

#[test]
fn what_is_known_is_not_asked_again() {
    let zones = ["a.example", "b.example"].map(zone);
    let dns = MemoryDns::parse("*.b.example. A 127.0.0.2").unwrap();
    let first = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
    dns.forget_queries();
    let memo = |zone: &Zone| {
        zones
            .iter()
            .position(|known| known == zone)
            .map(|at| first[at].clone())
    };
    assert_eq!(
        rbl::look_up_known(memo, ip(CLIENT), &zones, &[], &dns).wait(),
        first
    );
    assert_eq!(dns.query_count(), 0);
}

#[test]
fn what_did_not_matter_then_may_matter_now() {
    let zones = ["a.example", "b.example"].map(zone);
    let dns = MemoryDns::parse("*.b.example. A 127.0.0.2").unwrap();
    let found = rbl::look_up_known(|_| Some(UNDECISIVE), ip(CLIENT), &zones, &[], &dns).wait();
    assert_eq!(labels(&found), ["b.example"]);
    assert_eq!(dns.query_count(), 2);
}

#[test]
fn a_known_listing_decides_before_anybody_is_asked() {
    let zones = ["a.example", "b.example"].map(zone);
    let dns = MemoryDns::empty();
    let hit = interpret(&codes("127.0.0.2"));
    let known = |zone: &Zone| (zone.label() == "a.example").then(|| hit.clone());
    let found = rbl::look_up_known(known, ip(CLIENT), &zones, &[], &dns).wait();
    assert_eq!(found, [hit.clone(), UNDECISIVE]);
    assert_eq!(dns.query_count(), 0);
}

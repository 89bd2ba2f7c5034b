//! Block lists of a real rbldnsd, asked of itself and through unbound.

use std::net::Ipv4Addr;

use mailward::dns::{Dns, HickoryDns};
use mailward::rbl::{self, Listing, Zone};

use crate::servers::{Site, rbldnsd, resolver};
use crate::{ip, name, told};

const ZONES: [&str; 4] = [
    "bl.example",
    "multi.example",
    "err.example",
    "parked.example",
];

/// What each list says of a client, in words. One at a time: where one lists, the others need not be asked.
fn listings(client: &str, dns: &HickoryDns) -> Vec<String> {
    let says = |zone: &str| {
        let zones = [Zone::new(name(zone)).with_text()];
        let found = rbl::look_up(ip(client), &zones, rbl::never_asked(), dns).wait();
        found.iter().map(shown).collect::<String>()
    };
    ZONES.map(says).to_vec()
}

fn shown(listing: &Listing) -> String {
    match listing.hit().and_then(|hit| hit.text()) {
        Some(text) => format!("{listing}: {text}"),
        None => listing.to_string(),
    }
}

fn all_lists(dns: &HickoryDns) {
    assert_eq!(
        listings("203.0.113.9", dns),
        [
            "listed 127.0.0.2: Listed, see https://bl.example/?ip=203.0.113.9",
            "listed 127.0.0.2, 127.0.0.4, 127.0.0.10: A / B / C",
            "refused 127.255.255.254",
            "broken 192.0.2.1",
        ]
    );
    assert_eq!(
        listings("203.0.113.10", dns),
        [
            "absent",
            "listed 127.0.0.10: C",
            "refused 127.255.255.254",
            "broken 192.0.2.1",
        ]
    );
    assert_eq!(
        listings("2001:db8::9", dns),
        [
            "listed 127.0.0.2: Listed 2001:db8::9",
            "absent",
            "absent",
            "absent"
        ]
    );
    assert_eq!(listings("2001:db8::8", dns)[0], "absent");
}

#[test]
fn rbldnsd_lists() {
    let Some(server) = rbldnsd() else { return };
    all_lists(&resolver(&server));
}

#[test]
fn rbldnsd_lists_through_unbound() {
    let Some(site) = Site::start() else { return };
    all_lists(&site.dns());
}

#[test]
fn rbldnsd_says_how_long_answers_may_be_kept() {
    let Some(server) = rbldnsd() else { return };
    let dns = resolver(&server);
    let found = |listed: &str| dns.a(name(listed).borrowed()).wait();
    let listed = found("9.113.0.203.bl.example");
    assert_eq!(
        listed.as_ref().unwrap().records(),
        [Ipv4Addr::new(127, 0, 0, 2)]
    );
    assert_eq!(listed.unwrap().ttl().as_secs(), 120);
    let absent = found("10.113.0.203.bl.example");
    assert_eq!(
        (told(&absent).as_str(), absent.unwrap().ttl().as_secs()),
        ("no such name", 60)
    );
    let unsaid = found("11.113.0.203.multi.example"); // its sets have no SOA
    assert_eq!(
        (told(&unsaid).as_str(), unsaid.unwrap().ttl().as_secs()),
        ("no such name", 0)
    );
}

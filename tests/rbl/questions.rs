//! What is asked of a list, and of which.

use mailward::client::Network;
use mailward::dns::MemoryDns;
use mailward::rbl::{self, Families, Listing, Skip};

use crate::{ABSENT, CLIENT, asked, ip, labels, look_up, zone};

#[test]
fn an_ipv4_client_is_asked_about_by_its_octets_reversed() {
    assert_eq!(
        zone("bad.example.com.")
            .query(ip("192.0.2.99"))
            .unwrap()
            .as_str(),
        "99.2.0.192.bad.example.com"
    );
}

#[test]
fn an_ipv6_client_is_asked_about_by_its_nibbles_reversed() {
    // RFC 5782 section 2.4.
    assert_eq!(
        zone("ugly.example.com")
            .query(ip("2001:db8:1:2:3:4:567:89ab"))
            .unwrap()
            .as_str(),
        "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com"
    );
}

#[test]
fn a_mapped_client_asks_the_v4_name() {
    let dns = MemoryDns::parse("9.113.0.203.bl.example. A 127.0.0.2").unwrap();
    let zones = [zone("bl.example").families(Families::V4)];
    let found = rbl::look_up(ip("::ffff:203.0.113.9"), &zones, &[], &dns).wait();
    assert_eq!(labels(&found), ["bl.example"]);
    assert_eq!(asked(&dns), ["A 9.113.0.203.bl.example"]);
}

#[test]
fn a_list_is_asked_about_its_families_only() {
    let (four, six) = (ip("192.0.2.1"), ip("2001:db8::1"));
    for (families, takes_four, takes_six) in [
        (Families::Both, true, true),
        (Families::V4, true, false),
        (Families::V6, false, true),
    ] {
        let zone = zone("bl.example").families(families);
        assert_eq!(zone.query(four).is_ok(), takes_four, "{families:?}");
        assert_eq!(zone.query(six).is_ok(), takes_six, "{families:?}");
    }
    let zones = [zone("bl.example").families(Families::V4)];
    assert_eq!(
        look_up("2001:db8::1", &zones, ""),
        [Listing::Skipped(Skip::Family)]
    );
}

#[test]
fn a_name_that_would_be_too_long_is_skipped() {
    let long = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "a".repeat(45));
    assert_eq!(long.len(), 237);
    assert_eq!(
        zone(&long).query(ip("192.0.2.99")).unwrap().as_str().len(),
        248
    );
    assert_eq!(
        zone(&long).query(ip("192.100.200.199")).map(|_| ()),
        Ok(()),
        "253 octets are a name"
    );
    assert_eq!(
        zone(&format!("{long}a"))
            .query(ip("192.100.200.199"))
            .map(|_| ()),
        Err(Skip::NameTooLong)
    );
    let listings = look_up("2001:db8::1", &[zone(&long)], "");
    assert_eq!(listings, [Listing::Skipped(Skip::NameTooLong)]);
}

#[test]
fn networks_that_mean_something_else_everywhere_are_never_asked_about() {
    let zones = [
        zone("bl.example"),
        zone("two.example").families(Families::V6),
    ];
    for client in [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.0.0.2",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "ff02::1",
        "::ffff:10.0.0.1",
    ] {
        let dns = MemoryDns::empty();
        let found = rbl::look_up(ip(client), &zones, rbl::never_asked(), &dns).wait();
        assert_eq!(
            found,
            [
                Listing::Skipped(Skip::NeverAsked),
                Listing::Skipped(Skip::NeverAsked)
            ],
            "{client}"
        );
        assert_eq!(dns.query_count(), 0, "{client}");
    }
    assert_eq!(
        rbl::never_asked().len(),
        13,
        "each of them must be readable"
    );
}

#[test]
fn neighbours_and_documentation_networks_are_asked_about() {
    for client in [
        "1.0.0.0",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "128.0.0.0",
        "172.15.0.1",
        "172.32.0.0",
        "192.169.0.0",
        "223.255.255.255",
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.1",
        "2001:db8::1",
        "::2",
        "fe00::1",
        "fec0::1",
    ] {
        assert_eq!(
            look_up(client, &[zone("bl.example")], ""),
            [ABSENT],
            "{client}"
        );
    }
}

#[test]
fn the_networks_are_the_callers_to_set() {
    let dns = MemoryDns::parse("1.0.0.10.bl.example. A 127.0.0.2").unwrap();
    let zones = [zone("bl.example")];
    assert_eq!(
        labels(&rbl::look_up(ip("10.0.0.1"), &zones, &[], &dns).wait()),
        ["bl.example"]
    );
    let never: [Network; 1] = ["203.0.113.0/24".parse().unwrap()];
    let found = rbl::look_up(ip(CLIENT), &zones, &never, &dns).wait();
    assert_eq!(found, [Listing::Skipped(Skip::NeverAsked)]);
}

//! Checks of the client: its name, and the lists.

use mailward::policies::{Blocklist, OnTrouble, Require, VerifiedClient};
use mailward::policy::Exemptions;
use mailward::rbl::{Families, Zone};

use crate::util::{client, name};
use crate::{DOUBT, PROCEED, TROUBLE, scene, stranger};

#[test]
fn verified_clients() {
    let good = "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.9";
    let other = "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.10";
    let refused = "550 5.7.25 unverified-client";
    for (zone, confirmed, any) in [
        (good, PROCEED, PROCEED),
        (other, refused, PROCEED),
        ("", refused, refused),
    ] {
        assert_eq!(stranger(zone).says(&VerifiedClient::new()), confirmed);
        assert_eq!(
            stranger(zone).says(&VerifiedClient::new().require(Require::ReverseName)),
            any
        );
    }
    for zone in [
        "9.113.0.203.in-addr.arpa. PTR !servfail",
        &format!("{other}\nmail.example.com. A !timeout"),
    ] {
        let check = VerifiedClient::default;
        assert_eq!(stranger(zone).says(&check()), PROCEED);
        assert_eq!(
            stranger(zone).says(&check().on_trouble(OnTrouble::DeferIfPermit)),
            DOUBT
        );
        assert_eq!(
            stranger(zone).says(&check().on_trouble(OnTrouble::Defer)),
            TROUBLE
        );
    }
}

#[test]
fn block_lists() {
    let zone = |label: &str| Zone::new(name(&format!("{label}.example.net")));
    let lists = || Blocklist::new([zone("one"), zone("two")]);
    let zone = |one: &str, two: &str| {
        let line = |zone: &str, data: &str| match data {
            "" => String::new(),
            data => format!("9.113.0.203.{zone}.example.net. A {data}\n"),
        };
        line("one", one) + &line("two", two)
    };
    let listed = "554 5.7.1 listed-client";
    for (one, two, proceed, doubt, defer) in [
        ("", "", PROCEED, PROCEED, PROCEED),
        ("", "127.0.0.2", listed, listed, listed),
        ("!servfail", "127.0.0.2", listed, listed, listed),
        ("!servfail", "", PROCEED, DOUBT, TROUBLE),
        ("", "!timeout", PROCEED, DOUBT, TROUBLE),
        ("127.255.255.254", "127.0.0.1", PROCEED, PROCEED, PROCEED),
        ("203.0.113.80", "", PROCEED, PROCEED, PROCEED),
    ] {
        let scene = || stranger(&zone(one, two));
        assert_eq!(scene().says(&lists()), proceed, "{one} {two}");
        assert_eq!(
            scene().says(&lists().on_trouble(OnTrouble::DeferIfPermit)),
            doubt,
            "{one} {two}"
        );
        assert_eq!(
            scene().says(&lists().on_trouble(OnTrouble::Defer)),
            defer,
            "{one} {two}"
        );
    }
    // The first list in this order is named.
    let judgement = stranger(&zone("127.0.0.4", "127.0.0.2")).judge(&lists());
    let refusal = judgement.verdict().refusal().unwrap().clone();
    assert!(
        format!("{:?}", refusal.reason()).contains("one.example.net"),
        "{refusal:?}"
    );
}

#[test]
fn who_is_not_asked_about() {
    let list = || Blocklist::new([Zone::new(name("bl.example.net")).families(Families::V6)]);
    let zone = "*.bl.example.net. A 127.0.0.2";
    for peer in [
        "10.1.2.3",
        "127.0.0.1",
        "192.0.2.7",
        "203.0.113.9",
        "fe80::1",
    ] {
        let scene = scene(client(peer), "x.example", "<>", "<bob@example.org>", zone);
        assert_eq!(scene.says(&list()), PROCEED, "{peer}");
        assert_eq!(scene.dns.query_count(), 0, "{peer}");
    }
    let private = scene(
        client("fe80::1"),
        "x.example",
        "<>",
        "<bob@example.org>",
        zone,
    );
    assert_eq!(
        private.says(&list().never_asking([])),
        "554 5.7.1 listed-client"
    );
    let own = scene(
        client("192.0.2.7"),
        "x.example",
        "<>",
        "<bob@example.org>",
        zone,
    );
    let all = Blocklist::new([Zone::new(name("bl.example.net"))]).exempting(Exemptions::none());
    assert_eq!(own.says(&all), "554 5.7.1 listed-client");
}

//! What a trace tells.

use mailward::clock::ManualClock;
use mailward::policies::{Blocklist, VerifiedClient};
use mailward::policy::PolicyExt;
use mailward::rbl::Zone;
use mailward::trace::Level;
use mailward::verdict::Event;

use crate::questions::KNOWN;
use crate::util::{client, dns, name};
use crate::{builder, first_recipient, list};

#[test]
fn checks_are_called_after_their_kind_and_ordinal() {
    let clock = ManualClock::new();
    let zone = "9.113.0.203.two.example.net. A 127.0.0.2";
    let guard = builder(dns(zone), &clock)
        .check(list("one.example.net"))
        .check(VerifiedClient::new().dry_run())
        .check(list("two.example.net"))
        .build();
    let (_, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert_eq!(outcome.rule.unwrap().as_str(), "blocklist-2");
    let would: Vec<_> = outcome.trace.would().collect();
    assert_eq!(would[0].0.unwrap().as_str(), "verified-client-1");
    assert_eq!(would[0].1.event(), Event::UnverifiedClient);
}

#[test]
fn a_full_trace_tells_what_was_asked_and_found_and_no_keys() {
    let clock = ManualClock::new();
    let zone = format!(
        "{}\n9.113.0.203.k3y.bl.example.net. A 127.0.0.2",
        KNOWN.replace("    ", "")
    );
    let keyed = Blocklist::new([Zone::new(name("k3y.bl.example.net")).labelled("bl")]);
    let guard = builder(dns(&zone), &clock)
        .trace(Level::Full)
        .check(VerifiedClient::new().named("reverse"))
        .check(keyed.named("lists"))
        .build();
    let (_, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert_eq!(
        outcome.trace.to_string(),
        "relay-control: clean\n\
         reverse: asked PTR 9.113.0.203.in-addr.arpa: 1 records, ttl 3600 s in 0 ms\n\
         reverse: asked A mail.example.com: 1 records, ttl 3600 s in 0 ms\n\
         reverse: client name: pass mail.example.com\n\
         reverse: clean\n\
         lists: list bl: listed 127.0.0.2\n\
         lists: refused 554 5.7.1 listed-client\n"
    );
}

#[test]
fn the_accept_path_leaves_an_empty_trace_unless_it_is_asked_for() {
    let clock = ManualClock::new();
    for (level, empty) in [
        (Level::Off, true),
        (Level::Decision, true),
        (Level::Full, false),
    ] {
        let guard = builder(dns(KNOWN), &clock)
            .trace(level)
            .check(VerifiedClient::new())
            .build();
        let (_, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
        assert_eq!(outcome.trace.entries().is_empty(), empty, "{level:?}");
    }
}

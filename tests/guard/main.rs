//! The guard: deadlines, panics, dropped verbs, threads, and how often the name system is asked.

#[path = "../support/mod.rs"]
mod support;
#[path = "../util/mod.rs"]
mod util;

mod deadlines;
mod dropped;
mod questions;
mod traces;

use std::sync::Arc;
use std::task::Poll;

use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::guard::{Commands, Dialogue, Guard, GuardBuilder, Outcome, Service, Shared};
use mailward::name::Name;
use mailward::policies::{Blocklist, VerifiedClient};
use mailward::policy::policy_fn;
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::verdict::{Event, Reason, Refusal, Subject, Verdict};
use support::{drive, poll_once};
use util::{client, dns, name, network, pattern};

fn perimeter() -> Perimeter {
    Perimeter::new(name("mx.example.org")).domain(pattern("example.org"))
}

fn builder(dns: impl mailward::dns::Dns + 'static, clock: &ManualClock) -> GuardBuilder {
    Guard::builder(perimeter(), Shared::new(dns, clock.clone()))
}

fn list(zone: &str) -> Blocklist {
    Blocklist::new([Zone::new(Name::parse(zone).unwrap())])
}

/// A dialogue up to RCPT, and the outcome of that.
fn first_recipient(guard: &Guard, clock: &ManualClock, client: Client) -> (Dialogue, Outcome) {
    let (mut dialogue, _) = drive(clock, guard.connect(client));
    for line in ["EHLO mail.example.com", "MAIL FROM:<ann@example.com>"] {
        assert!(!drive(clock, dialogue.line(line.as_bytes())).is_refusal());
    }
    let outcome = drive(clock, dialogue.line(b"RCPT TO:<bob@example.org>"));
    (dialogue, outcome)
}

fn event(outcome: &Outcome) -> Option<Event> {
    outcome.verdict.refusal().map(Refusal::event)
}

/// All there is to see of a session.
fn seen(dialogue: &Dialogue) -> String {
    format!("{:?}", dialogue.session())
}

#[test]
fn services_are_answered_as_the_operator_says() {
    let clock = ManualClock::new();
    for (service, code) in [
        (Service::Off, 502),
        (Service::Noncommittal, 252),
        (Service::On, 250),
    ] {
        let commands = Commands {
            vrfy: service.clone(),
            expn: service.clone(),
            etrn: service,
        };
        let guard = builder(MemoryDns::empty(), &clock)
            .commands(commands)
            .build();
        let (mut dialogue, _) = guard.connect_blocking(client("203.0.113.9"));
        // Nobody can be noncommittal about a queue.
        let etrn = if code == 252 { 502 } else { code };
        let outcomes = [dialogue.vrfy(), dialogue.expn(), dialogue.etrn()];
        let codes = outcomes.map(|outcome| outcome.reply.code().as_u16());
        assert_eq!(codes, [code, code, etrn]);
        for (line, code) in [
            ("VRFY bob", code),
            ("EXPN staff", code),
            ("ETRN example.org", etrn),
        ] {
            assert_eq!(
                dialogue.line(line.as_bytes()).reply.code().as_u16(),
                code,
                "{line}"
            );
        }
        assert_eq!(dialogue.noop().reply.code().as_u16(), 250);
    }
}

#[test]
fn a_swap_of_the_guard_leaves_open_dialogues_alone() {
    let clock = ManualClock::new();
    let shared = Shared::new(MemoryDns::empty(), clock.clone());
    let closed = || policy_fn(|_| Refusal::new(Reason::custom("closed", Subject::Client)));
    let old = Guard::builder(perimeter(), shared.clone()).build();
    let (mut dialogue, _) = drive(&clock, old.connect(client("203.0.113.9")));
    let new = Guard::builder(perimeter(), shared).check(closed()).build();
    drop(old);
    let _ = drive(&clock, dialogue.line(b"MAIL FROM:<>"));
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<bob@example.org>")).is_refusal());
    let (_, outcome) = first_recipient(&new, &clock, client("203.0.113.9"));
    assert_eq!(outcome.rule.unwrap().as_str(), "policy-1");
}

#[test]
fn a_login_in_the_middle_counts_from_then_on() {
    let clock = ManualClock::new();
    let zone = "9.113.0.203.bl.example.net. A 127.0.0.2";
    let guard = builder(dns(zone), &clock)
        .check(list("bl.example.net"))
        .build();
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert!(outcome.is_refusal());
    dialogue.authenticated("ann");
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>"));
    assert_eq!(outcome.verdict, Verdict::Proceed);
    // TLS makes it a stranger again.
    dialogue.tls();
    let _ = drive(&clock, dialogue.line(b"MAIL FROM:<>"));
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>"));
    assert_eq!(event(&outcome), Some(Event::RelayDenied));
}

#[test]
fn an_internal_network_needs_no_name() {
    let clock = ManualClock::new();
    let dns = Arc::new(MemoryDns::empty());
    let perimeter = perimeter()
        .network(network("192.0.2.0/24"))
        .name(pattern("*.example.org"));
    let guard = Guard::builder(perimeter, Shared::new(Arc::clone(&dns), clock.clone()))
        .check(VerifiedClient::new())
        .check(list("bl.example.net"))
        .build();
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("192.0.2.7"));
    assert!(!outcome.is_refusal());
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>")).is_refusal());
    assert_eq!(dns.query_count(), 0);
    assert!(matches!(poll_once(dialogue.data()), Poll::Ready(outcome) if !outcome.is_refusal()));
}

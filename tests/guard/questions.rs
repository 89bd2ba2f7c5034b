//! How often the name system is asked.

use std::sync::Arc;

use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::guard::{Guard, Shared};
use mailward::policies::{
    ClientTable, Greeting, GreetingFault, OnTrouble, SenderDomain, VerifiedClient,
};
use mailward::policy::{PolicyExt, RefuseAt};
use mailward::table::{Action, HostTable};
use mailward::verdict::Event;

use crate::support::drive;
use crate::util::{client, dns, pattern};
use crate::{event, first_recipient, list, perimeter};

/// A row in which many want to know the same.
fn curious(dns: Arc<MemoryDns>, clock: &ManualClock, order: RefuseAt) -> Guard {
    let table = HostTable::builder()
        .rule(
            "*.bad.example".parse().unwrap(),
            Action::parse("REJECT").unwrap(),
        )
        .unwrap()
        .build();
    let perimeter = perimeter().name(pattern("*.example.org"));
    let greeting =
        Greeting::new(&perimeter).refusing([GreetingFault::Unresolvable, GreetingFault::Mismatch]);
    Guard::builder(perimeter, Shared::new(dns, clock.clone()))
        .refuse_at(order)
        .check(ClientTable::new(table))
        .check(VerifiedClient::new().on_trouble(OnTrouble::Proceed))
        .check(VerifiedClient::new().named("again"))
        .check(list("bl.example.net"))
        .check(list("bl.example.net").named("again"))
        .check(greeting.clone())
        .check(greeting)
        .check(SenderDomain::new().on_trouble(OnTrouble::Proceed))
        .check(
            SenderDomain::new()
                .on_trouble(OnTrouble::Proceed)
                .named("again"),
        )
        .build()
}

pub(crate) const KNOWN: &str = "9.113.0.203.in-addr.arpa. PTR mail.example.com.
    mail.example.com. A 203.0.113.9
    example.com. MX 10 mail.example.com.";

#[test]
fn everything_is_asked_once_however_many_policies_and_recipients_ask() {
    for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
        let clock = ManualClock::new();
        let dns = Arc::new(dns(KNOWN));
        let guard = curious(Arc::clone(&dns), &clock, order);
        let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
        assert!(!outcome.is_refusal(), "{outcome:?}");
        for to in ["carl", "dora", "bob"] {
            let line = format!("RCPT TO:<{to}@example.org>");
            assert!(!drive(&clock, dialogue.line(line.as_bytes())).is_refusal());
        }
        let asked: Vec<String> = dns.queries().iter().map(ToString::to_string).collect();
        assert_eq!(
            asked,
            [
                "PTR 9.113.0.203.in-addr.arpa",
                "A mail.example.com",
                "A 9.113.0.203.bl.example.net",
                "MX example.com",
            ],
        );
        // The sender lives for its transaction, the rest goes on.
        dns.forget_queries();
        let _ = dialogue.reset();
        let _ = drive(&clock, dialogue.line(b"MAIL FROM:<ann@example.com>"));
        let _ = drive(&clock, dialogue.line(b"RCPT TO:<bob@example.org>"));
        let asked: Vec<String> = dns.queries().iter().map(ToString::to_string).collect();
        assert_eq!(asked, ["MX example.com"]);
    }
}

#[test]
fn trouble_is_the_same_for_one_verb_and_forgotten_at_the_next() {
    let clock = ManualClock::new();
    let zone = dns("9.113.0.203.in-addr.arpa. PTR !servfail
        9.113.0.203.bl.example.net. A !timeout
        example.com. MX !refused
        mail.example.com. A !servfail");
    let dns = Arc::new(zone);
    let guard = curious(Arc::clone(&dns), &clock, RefuseAt::Recipient);
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert!(!outcome.is_refusal(), "{outcome:?}");
    let first = dns.query_count();
    assert_eq!(first, 4, "{:?}", dns.queries());
    let _ = drive(&clock, dialogue.line(b"RCPT TO:<carl@example.org>"));
    assert_eq!(dns.query_count(), 2 * first);
    for record in [
        "9.113.0.203.in-addr.arpa. PTR mail.example.com.",
        "mail.example.com. A 203.0.113.9",
    ] {
        dns.replace(record).unwrap();
    }
    dns.replace("9.113.0.203.bl.example.net. A 127.0.0.2")
        .unwrap();
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<dora@example.org>"));
    assert_eq!(event(&outcome), Some(Event::ListedClient));
}

//! Name systems and policies that are late, or break down.

use std::time::Duration;

use async_trait::async_trait;
use mailward::clock::{Clock, ManualClock};
use mailward::dns::MemoryDns;
use mailward::guard::{Dialogue, Guard, GuardBuilder, Outcome, Shared};
use mailward::policies::{Greeting, GreetingFault, OnTrouble, SenderDomain, VerifiedClient};
use mailward::policy::{
    AsyncPolicy, Decision, Exemption, Exemptions, Inquiry, Policy, PolicyExt, RefuseAt, awaited,
    policy_fn,
};
use mailward::trace::Note;
use mailward::verdict::{Event, Judgement, Stage, Verdict};

use crate::support::{Held, drive};
use crate::util::{client, pattern};
use crate::{builder, event, first_recipient, list, perimeter};

#[test]
fn every_verb_is_decided_within_the_deadline() {
    for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
        for (on_trouble, code) in [
            (OnTrouble::Proceed, 250),
            (OnTrouble::DeferIfPermit, 451),
            (OnTrouble::Defer, 451),
        ] {
            let clock = ManualClock::new();
            let (silent, _) = Held::new(MemoryDns::empty());
            let perimeter = perimeter();
            let greeting = Greeting::new(&perimeter).refusing([GreetingFault::Unresolvable]);
            let guard = builder(silent, &clock)
                .security(mailward::wording::Security::Friendly)
                .refuse_at(order)
                .deadline(Duration::from_secs(3))
                .check(
                    VerifiedClient::new()
                        .on_trouble(on_trouble)
                        .at(Stage::Recipient),
                )
                .check(
                    list("bl.example.net")
                        .on_trouble(on_trouble)
                        .at(Stage::Recipient),
                )
                .check(greeting.on_trouble(on_trouble).at(Stage::Recipient))
                .check(
                    SenderDomain::new()
                        .on_trouble(on_trouble)
                        .at(Stage::Recipient),
                )
                .build();
            let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
            let spent = || clock.now().since(Default::default());
            let first = spent();
            assert!(first > Duration::from_secs(1) && first <= Duration::from_secs(3));
            assert_eq!(outcome.reply.code().as_u16(), code, "{on_trouble:?}");
            if code != 250 {
                assert_eq!(event(&outcome), Some(Event::DnsTrouble));
            }
            // The next verb has a deadline of its own, and postmaster asks nobody.
            assert!(!drive(&clock, dialogue.line(b"RCPT TO:<postmaster>")).is_refusal());
            assert_eq!(spent(), first);
            let _ = drive(&clock, dialogue.line(b"RCPT TO:<carl@example.org>"));
            assert_eq!(spent(), first.saturating_mul(2));
        }
    }
}

/// What a listed client with a reverse zone that answers late hears from a row.
fn heard_by_a_listed_client(row: impl FnOnce(GuardBuilder) -> GuardBuilder) -> Option<Event> {
    let clock = ManualClock::new();
    let zone = "9.113.0.203.in-addr.arpa. PTR !delay=30s mail.example.com.
9.113.0.203.dead.example.net. A !delay=30s 127.0.0.2
9.113.0.203.bl.example.net. A !delay=10ms 127.0.0.2
example.com. MX !delay=10ms 10 mail.example.com.";
    let dns = MemoryDns::parse(zone).unwrap().with_clock(clock.clone());
    let (_, outcome) = first_recipient(
        &row(builder(dns, &clock)).build(),
        &clock,
        client("203.0.113.9"),
    );
    event(&outcome)
}

#[test]
fn whoever_lets_one_question_hang_keeps_no_other_from_being_asked() {
    let slow = heard_by_a_listed_client(|row| {
        row.check(VerifiedClient::new())
            .check(list("bl.example.net"))
    });
    assert_eq!(slow, Some(Event::ListedClient));
    let dry = heard_by_a_listed_client(|row| {
        row.check(list("dead.example.net").dry_run())
            .check(list("bl.example.net"))
    });
    assert_eq!(dry, Some(Event::ListedClient));
    let honest =
        heard_by_a_listed_client(|row| row.check(VerifiedClient::new()).check(SenderDomain::new()));
    assert_eq!(honest, None);
}

#[test]
fn relay_control_in_trouble_is_a_451() {
    let clock = ManualClock::new();
    let (silent, _) = Held::new(MemoryDns::empty());
    let perimeter = perimeter().name(pattern("*.example.org"));
    let guard = Guard::builder(perimeter, Shared::new(silent, clock.clone())).build();
    let (mut dialogue, _) = drive(&clock, guard.connect(client("203.0.113.9")));
    let _ = drive(&clock, dialogue.line(b"MAIL FROM:<>"));
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>"));
    assert_eq!(outcome.reply.to_string(), "451 4.4.3 Try again later.\r\n");
    assert_eq!(outcome.rule.unwrap().as_str(), "relay-control");
    // A recipient of ours needs no name.
    let before = clock.now();
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<bob@example.org>")).is_refusal());
    assert_eq!(clock.now(), before);
}

/// A policy that waits for something that never comes.
struct Forever;

#[async_trait]
impl AsyncPolicy for Forever {
    async fn check(&self, _: &Inquiry<'_>) -> Judgement {
        std::future::pending().await
    }
}

#[test]
fn a_policy_that_never_answers_is_overdue() {
    let clock = ManualClock::new();
    let guard = builder(MemoryDns::empty(), &clock)
        .check(awaited(Forever).named("quota"))
        .build();
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert_eq!(outcome.reply.to_string(), "451 4.3.0 Try again later.\r\n");
    assert_eq!(event(&outcome), Some(Event::PolicyTrouble));
    assert_eq!(outcome.rule.as_ref().unwrap().as_str(), "quota");
    assert!(
        outcome
            .trace
            .entries()
            .iter()
            .any(|entry| entry.note == Note::Overdue)
    );
    let waited = clock.now().since(Default::default());
    assert!(
        waited >= Duration::from_secs(5) && waited < Duration::from_secs(6),
        "{waited:?}"
    );
    assert_eq!(dialogue.session().accepted_recipients(), 0);
    assert!(!drive(&clock, dialogue.reset_later()).is_refusal());
}

/// `reset` needs no waiting; this makes it look as the others do.
trait ResetLater {
    fn reset_later(&mut self) -> std::future::Ready<Outcome>;
}

impl ResetLater for Dialogue {
    fn reset_later(&mut self) -> std::future::Ready<Outcome> {
        std::future::ready(self.reset())
    }
}

/// Breaks down, at once or in its future.
struct Breaks {
    later: bool,
}

impl Policy for Breaks {
    fn check<'a>(&'a self, _: &'a Inquiry<'a>) -> Decision<'a> {
        assert!(self.later, "at once, as the test wants it");
        Decision::later(async { std::panic::panic_any("later, as the test wants it") })
    }

    fn kind(&self) -> &'static str {
        "breaks"
    }
}

#[test]
fn a_policy_that_panics_means_451_and_the_next_session_works() {
    for later in [false, true] {
        for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
            let clock = ManualClock::new();
            let for_bob = Exemptions::from(Exemption::when(|session| {
                session
                    .recipient()
                    .is_some_and(|to| !to.to_string().starts_with("bob@"))
            }));
            let guard = builder(MemoryDns::empty(), &clock)
                .refuse_at(order)
                .check(policy_fn(|_| Judgement::PROCEED))
                .check(Breaks { later }.unless(for_bob))
                .check(policy_fn(|_| Judgement::PROCEED))
                .build();
            for _ in 0..2 {
                let (mut dialogue, outcome) =
                    first_recipient(&guard, &clock, client("203.0.113.9"));
                assert_eq!(outcome.reply.to_string(), "451 4.3.0 Try again later.\r\n");
                assert_eq!(outcome.rule.as_ref().unwrap().as_str(), "breaks-1");
                let panicked = |entry: &&mailward::trace::Entry| entry.note == Note::Panicked;
                let entry = outcome.trace.entries().iter().find(panicked).unwrap();
                assert_eq!(entry.rule, outcome.rule);
                let outcome = drive(&clock, dialogue.line(b"RCPT TO:<carl@example.org>"));
                assert_eq!(outcome.verdict, Verdict::Proceed);
                assert_eq!(dialogue.session().accepted_recipients(), 1);
            }
        }
    }
}

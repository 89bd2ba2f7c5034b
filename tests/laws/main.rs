//! The laws of the documentation, each over some hundred random worlds; `PROPTEST_CASES` asks for more.

#[path = "../support/mod.rs"]
mod support;
#[path = "../util/mod.rs"]
mod util;
#[path = "../world/mod.rs"]
mod world;

mod chains;
mod dialogues;
mod replies;

use mailward::guard::Outcome;
use mailward::verdict::{Event, Refusal, Rule, Verdict};
use proptest::prelude::*;
use world::{Kind, World, worlds};

fn event(outcome: &Outcome) -> Option<Event> {
    outcome.verdict.refusal().map(Refusal::event)
}

fn is_for_good(outcome: &Outcome) -> bool {
    outcome.is_refusal() && outcome.reply.code().is_permanent()
}

fn is_by_relay_control(outcome: &Outcome) -> bool {
    outcome
        .rule
        .as_ref()
        .is_some_and(|rule| rule.as_str() == "relay-control")
}

/// What a host would act on.
fn acted_on(outcomes: &[Outcome]) -> Vec<(Verdict, String, Option<Rule>, mailward::verdict::Then)> {
    let parts = |outcome: &Outcome| {
        (
            outcome.verdict.clone(),
            outcome.reply.to_string(),
            outcome.rule.clone(),
            outcome.then,
        )
    };
    outcomes.iter().map(parts).collect()
}

/// A refusal that needs no name system: with the local rule there, trouble can only make it temporary.
fn rests_on_local_data(outcome: &Outcome, world: &World) -> bool {
    let by_address_only = !world
        .row
        .iter()
        .any(|check| matches!(check.kind, Kind::Foes));
    match event(outcome) {
        Some(Event::BadClient) => by_address_only,
        Some(Event::BadSender | Event::BadRecipient | Event::UnqualifiedSender) => true,
        Some(Event::RelayDenied | Event::RoutedRecipient) => true,
        Some(Event::MalformedGreeting | Event::BareAddressGreeting | Event::ForgedGreeting) => true,
        Some(Event::MissingGreeting | Event::UnqualifiedGreeting) => true,
        _ => false,
    }
}

#[test]
fn the_worlds_show_something() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    let (mut accepted, mut softened, mut lifted) = (0, 0, 0);
    for _ in 0..1000 {
        let world = worlds().new_tree(&mut runner).unwrap().current();
        let healthy = world.healthy().outcomes();
        for (troubled, healthy) in world.outcomes().iter().zip(&healthy) {
            accepted += usize::from(!healthy.is_refusal());
            softened += usize::from(
                is_for_good(healthy) && troubled.is_refusal() && !is_for_good(troubled),
            );
            lifted += usize::from(healthy.is_refusal() && !troubled.is_refusal());
            *seen.entry(event(healthy)).or_insert(0) += 1;
        }
    }
    println!("{accepted} accepted, {softened} softened, {lifted} lifted by trouble; {seen:?}");
    assert!(accepted > 50 && softened > 10 && lifted > 0);
    for event in [
        Event::BadClient,
        Event::UnverifiedClient,
        Event::ListedClient,
        Event::MalformedGreeting,
        Event::ForgedGreeting,
        Event::UnresolvableGreeting,
        Event::BadSender,
        Event::UnqualifiedSender,
        Event::UnresolvableSender,
        Event::NullMxSender,
        Event::RelayDenied,
        Event::RoutedRecipient,
        Event::BadRecipient,
    ] {
        assert!(seen.contains_key(&Some(event)), "never seen: {event}");
    }
}

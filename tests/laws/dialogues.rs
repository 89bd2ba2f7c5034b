//! Laws of whole dialogues.

use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::policy::RefuseAt;
use mailward::verdict::{Event, Subject, Verdict};
use proptest::prelude::*;

use crate::support::{Held, answering, drive};
use crate::util::{client, ip};
use crate::world::{Made, World, shared, worlds, worlds_in_trouble};
use crate::{acted_on, event, is_by_relay_control, is_for_good, rests_on_local_data};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Law 4: trouble never turns what would be accepted into a refusal for good.
    #[test]
    fn trouble_never_refuses_for_good_what_health_accepts(world in prop_oneof![worlds(), worlds_in_trouble()]) {
        let healthy = world.healthy().outcomes();
        for (troubled, healthy) in world.outcomes().iter().zip(&healthy) {
            if is_for_good(troubled) {
                prop_assert!(healthy.is_refusal(), "{troubled:?} instead of {healthy:?}");
            }
            if let Some(Event::DnsTrouble | Event::PolicyTrouble) = event(troubled) {
                prop_assert!(!is_for_good(troubled));
            }
        }
    }

    /// Law 4: trouble makes nobody internal.
    #[test]
    fn trouble_makes_nobody_internal(world in prop_oneof![worlds(), worlds_in_trouble()]) {
        let healthy = world.healthy();
        for (troubled, (to, ours)) in world.outcomes().iter().zip(&world.recipients) {
            prop_assert!(*ours || troubled.is_refusal() || healthy.is_inside(), "{to}: {troubled:?}");
        }
    }

    /// Law 5: with trouble in place of any answer, a refusal that rests on local data stays one.
    #[test]
    fn trouble_never_lifts_a_refusal_that_rests_on_local_data(world in prop_oneof![worlds(), worlds_in_trouble()]) {
        let healthy = world.healthy().outcomes();
        for (troubled, healthy) in world.outcomes().iter().zip(&healthy) {
            if rests_on_local_data(healthy, &world) {
                prop_assert!(troubled.is_refusal(), "{troubled:?} instead of {healthy:?}");
            }
        }
    }

    /// Law 6: from outside to outside is refused, whatever the row, the order and the other recipients.
    #[test]
    fn nothing_goes_from_outside_to_outside(world in worlds()) {
        let healthy = world.healthy();
        let inside = healthy.is_inside();
        for (outcome, (to, ours)) in healthy.outcomes().iter().zip(&world.recipients) {
            prop_assert!(inside || *ours || outcome.is_refusal(), "{to}: {outcome:?}");
            if !inside && !ours && world.refuse_at == RefuseAt::Recipient && is_by_relay_control(outcome) {
                prop_assert!(is_for_good(outcome));
            }
            prop_assert!(!ours || !is_by_relay_control(outcome), "{to}: {outcome:?}");
        }
    }

    /// Law 6: another order of the recipients gives each the same answer.
    #[test]
    fn recipients_hear_the_same_in_any_order(world in worlds()) {
        let mut reversed = world.clone();
        reversed.recipients.reverse();
        let mut outcomes = reversed.outcomes();
        outcomes.reverse();
        prop_assert_eq!(acted_on(&outcomes), acted_on(&world.outcomes()));
    }

    /// Law 7: no sender rule refuses the null reverse-path.
    #[test]
    fn the_null_sender_is_never_refused_as_a_sender(world in worlds()) {
        let world = World { sender: "<>", ..world };
        for outcome in world.outcomes() {
            let subject = outcome.verdict.refusal().map(|refusal| refusal.reason().subject());
            prop_assert_ne!(subject, Some(Subject::Sender), "{:?}", outcome);
        }
    }

    /// Law 7: postmaster is reachable where refusals wait for the recipient.
    #[test]
    fn postmaster_is_reachable(world in worlds()) {
        let row = world.row.iter().copied().filter(|check| !matches!(check.made, Made::At(_))).collect();
        let recipients = vec![("Postmaster", true), ("postmaster@example.org", true)];
        let world = World { refuse_at: RefuseAt::Recipient, row, recipients, ..world };
        for outcome in world.outcomes() {
            prop_assert_eq!(outcome.verdict, Verdict::Proceed);
        }
    }

    /// Law 8: the mapped form of an IPv4 client is that client.
    #[test]
    fn a_mapped_client_is_the_same_client(world in worlds(), bits in any::<u32>()) {
        let other = std::net::Ipv4Addr::from(bits);
        for address in ["203.0.113.9".parse().unwrap(), "192.0.2.7".parse().unwrap(), other] {
            let mapped = address.to_ipv6_mapped().to_string();
            let [plain, mapped] = [address.to_string(), mapped].map(|text| world.outcomes_for(client(&text)));
            prop_assert_eq!(plain, mapped);
        }
        let proxied = |text: &str| Client::proxied(ip(text), ip("192.0.2.10"));
        let [plain, mapped] = ["203.0.113.9", "::ffff:203.0.113.9"].map(|text| world.outcomes_for(proxied(text)));
        prop_assert_eq!(plain, mapped);
    }

    /// Law 11: the same answers give the same outcome, in whatever order they come.
    #[test]
    fn the_order_of_answers_is_nobodys_business(world in worlds(), mut picks in proptest::collection::vec(0..9_usize, 64)) {
        let clock = ManualClock::new();
        let at_once = drive(&clock, world.talk(&world.guard(world.dns(), &clock), client("203.0.113.9")));
        let (held, answers) = Held::new(world.dns());
        let guard = world.guard(held, &clock);
        let next = || picks.pop().unwrap_or(0);
        let later = answering(&answers, next, world.talk(&guard, client("203.0.113.9")));
        prop_assert_eq!(acted_on(&later), acted_on(&at_once));
        prop_assert_eq!(
            later.iter().map(|outcome| outcome.trace.to_string()).collect::<Vec<_>>(),
            at_once.iter().map(|outcome| outcome.trace.to_string()).collect::<Vec<_>>()
        );
    }

    /// Asking twice gives the same, and asks nobody anew unless there was trouble.
    #[test]
    fn the_same_session_twice_is_the_same(world in worlds()) {
        let (dns, guard, clock) = shared(&world);
        let first = drive(&clock, world.talk(&guard, client("203.0.113.9")));
        let asked = dns.query_count();
        let second = drive(&clock, world.talk(&guard, client("203.0.113.9")));
        prop_assert_eq!(acted_on(&first), acted_on(&second));
        prop_assert_eq!(dns.query_count(), 2 * asked);
    }

    /// Law 12: a session that is dropped at any await leaves the guard usable.
    #[test]
    fn a_dropped_session_leaves_the_guard_usable(world in worlds(), given in 0..12_usize) {
        let clock = ManualClock::new();
        let (held, answers) = Held::new(world.dns());
        let guard = world.guard(held, &clock);
        {
            let mut talk = std::pin::pin!(world.talk(&guard, client("203.0.113.9")));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            for _ in 0..given {
                if talk.as_mut().poll(&mut context).is_ready() {
                    break;
                }
                answers.give(0);
            }
        }
        while answers.give(0) {}
        let after = answering(&answers, || 0, world.talk(&guard, client("203.0.113.9")));
        let fresh = drive(&clock, world.talk(&world.guard(world.dns(), &clock), client("203.0.113.9")));
        prop_assert_eq!(acted_on(&after), acted_on(&fresh));
    }
}

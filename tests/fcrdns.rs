//! Forward-confirmed reverse DNS: who is confirmed, who is not, and what trouble makes of it.

use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mailward::client::ClientIp;
use mailward::clock::{Clock, ManualClock};
use mailward::dns::{Answer, DnsError, Lookup, MemoryDns, PtrTarget};
use mailward::fcrdns::{self, Fcrdns, Iprev, MAX_NAMES};
use mailward::name::Name;
use mailward::step::Step;
use proptest::prelude::*;

const CLIENT: &str = "203.0.113.9";
const ARPA: &str = "9.113.0.203.in-addr.arpa.";

#[track_caller]
fn ip(text: &str) -> ClientIp {
    text.parse().unwrap()
}

/// Verifies the client of a zone; from memory, so the answer must be ready.
#[track_caller]
fn verify(client: &str, zone: &str) -> Fcrdns {
    let dns = MemoryDns::parse(zone).unwrap();
    fcrdns::verify(ip(client), &dns)
        .into_ready()
        .expect("a deferred answer")
}

fn names(found: &Fcrdns) -> Vec<String> {
    found.names().iter().map(ToString::to_string).collect()
}

fn mismatch(names: &[&str]) -> Fcrdns {
    Fcrdns::Mismatch(
        names
            .iter()
            .map(|name| PtrTarget::Name(Name::parse(name).unwrap()))
            .collect(),
    )
}

/// Runs a step on a manual clock, which jumps from one wake-up to the next.
fn drive<T: Unpin>(clock: &ManualClock, step: Step<'_, T>) -> T {
    let mut step = pin!(step);
    loop {
        if let Poll::Ready(value) = step.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        clock.advance(
            clock
                .next_wake()
                .expect("nothing to wait for")
                .since(clock.now()),
        );
    }
}

#[test]
fn a_name_that_gives_the_address_again_is_confirmed() {
    let found = verify(
        CLIENT,
        &format!("{ARPA} PTR Mail.Example.\nmail.example. A {CLIENT}"),
    );
    assert_eq!(names(&found), ["mail.example"]);
    assert_eq!(
        found.name().unwrap().name(),
        &Name::parse("mail.example").unwrap()
    );
    assert_eq!(found.iprev(), Iprev::Pass);
    assert_eq!(found.trouble(), None);
}

#[test]
fn one_of_several_addresses_is_enough() {
    let found = verify(
        CLIENT,
        &format!("{ARPA} PTR m.example.\nm.example. A 192.0.2.1\nm.example. A {CLIENT}"),
    );
    assert_eq!(names(&found), ["m.example"]);
}

#[test]
fn every_confirmed_name_is_kept_in_ptr_order() {
    let zone = format!(
        "{ARPA} PTR c.example.\n PTR a.example.\n PTR b.example.\n PTR d.example.\n\
         a.example. A {CLIENT}\nb.example. A 192.0.2.1\nc.example. A {CLIENT}\nd.example. A {CLIENT}"
    );
    assert_eq!(
        names(&verify(CLIENT, &zone)),
        ["c.example", "a.example", "d.example"]
    );
}

#[test]
fn an_ipv6_client_is_asked_for_aaaa_records() {
    let dns = MemoryDns::parse(
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR m.example.\n\
         m.example. AAAA 2001:db8::1\nm.example. A 192.0.2.1",
    )
    .unwrap();
    assert_eq!(
        names(&fcrdns::verify(ip("2001:db8::1"), &dns).wait()),
        ["m.example"]
    );
    assert_eq!(dns.queries()[1].to_string(), "AAAA m.example");
    assert_eq!(dns.query_count(), 2);
}

#[test]
fn a_mapped_client_is_the_ipv4_one() {
    let zone = format!("{ARPA} PTR m.example.\nm.example. A {CLIENT}");
    let dns = MemoryDns::parse(&zone).unwrap();
    let mapped = fcrdns::verify(ip(&format!("::ffff:{CLIENT}")), &dns).wait();
    assert_eq!(mapped, verify(CLIENT, &zone));
    let asked: Vec<_> = dns.queries().iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["PTR 9.113.0.203.in-addr.arpa", "A m.example"]);
}

#[test]
fn a_mapped_address_in_an_aaaa_record_confirms_nobody() {
    let zone = format!("{ARPA} PTR m.example.\nm.example. AAAA ::ffff:{CLIENT}");
    assert_eq!(verify(CLIENT, &zone), mismatch(&["m.example"]));
    let name = Name::parse("m.example").unwrap();
    let reverse = Ok(Answer::of([PtrTarget::Name(name.clone())], Duration::ZERO));
    let forward: Lookup<Ipv6Addr> = Ok(Answer::of(
        [format!("::ffff:{CLIENT}").parse().unwrap()],
        Duration::ZERO,
    ));
    assert_eq!(
        fcrdns::judge(ip(CLIENT), &reverse, [(&name, &forward)]),
        mismatch(&["m.example"])
    );
}

#[test]
fn an_address_without_a_name_has_none() {
    for zone in ["", "x.9.113.0.203.in-addr.arpa. TXT x"] {
        let found = verify(CLIENT, zone);
        assert_eq!(found, Fcrdns::NoName);
        assert_eq!(found.iprev(), Iprev::PermError);
    }
}

#[test]
fn trouble_with_the_reverse_lookup_is_trouble() {
    for (word, error) in [
        ("servfail", DnsError::ServerFailure),
        ("timeout", DnsError::Timeout),
        ("refused", DnsError::Refused),
    ] {
        let found = verify(CLIENT, &format!("{ARPA} PTR !{word}"));
        assert_eq!(found, Fcrdns::Trouble(error));
        assert!(found.iprev() == Iprev::TempError && found.names().is_empty());
        assert_eq!(found.iprev(), Iprev::TempError);
    }
}

/// What the lookup of one name may come to, and what the two of them together mean.
#[test]
fn two_names_and_five_outcomes_each() {
    let outcomes = [
        format!("A {CLIENT}"),
        "A 192.0.2.1".into(),
        "A !nxdomain".into(),
        "TXT x".into(),
        "A !timeout".into(),
    ];
    for (one, first) in outcomes.iter().enumerate() {
        for (other, second) in outcomes.iter().enumerate() {
            let zone = format!(
                "{ARPA} PTR a.example.\n PTR b.example.\na.example. {first}\nb.example. {second}"
            );
            let found = verify(CLIENT, &zone);
            match (one, other) {
                (0, 0) => assert_eq!(names(&found), ["a.example", "b.example"]),
                (0, _) => assert_eq!(names(&found), ["a.example"]),
                (_, 0) => assert_eq!(names(&found), ["b.example"]),
                (4, _) | (_, 4) => assert_eq!(found, Fcrdns::Trouble(DnsError::Timeout)),
                (..) => assert_eq!(found, mismatch(&["a.example", "b.example"])),
            }
        }
    }
}

#[test]
fn the_first_trouble_in_ptr_order_is_reported() {
    let zone = format!(
        "{ARPA} PTR a.example.\n PTR b.example.\nb.example. A !timeout\na.example. A !servfail"
    );
    assert_eq!(
        verify(CLIENT, &zone),
        Fcrdns::Trouble(DnsError::ServerFailure)
    );
}

#[test]
fn the_tenth_name_counts_and_the_eleventh_does_not() {
    assert_eq!(MAX_NAMES.get(), 10);
    for (right, confirmed) in [(9, true), (10, false)] {
        let (found, asked) = among(11, right);
        assert_eq!(found.names().len(), usize::from(confirmed), "name {right}");
        assert_eq!(asked, 1 + 10);
    }
}

#[test]
fn hundreds_of_names_cost_no_more_questions() {
    for count in [200, 1_000] {
        let (found, asked) = among(count, 3);
        assert_eq!(names(&found), ["n3.example"]);
        assert_eq!(asked, 1 + 10);
        let (found, _) = among(count, count);
        let Fcrdns::Mismatch(all) = found else {
            panic!("{found:?}")
        };
        assert_eq!(all.len(), count);
    }
}

/// A client with `count` names, of which one gives its address; and how many questions that took.
fn among(count: usize, right: usize) -> (Fcrdns, usize) {
    let mut zone: String = (0..count)
        .map(|n| format!("{ARPA} PTR n{n}.example.\n"))
        .collect();
    zone += &format!("n{right}.example. A {CLIENT}");
    let dns = MemoryDns::parse(&zone).unwrap();
    (fcrdns::verify(ip(CLIENT), &dns).wait(), dns.query_count())
}

#[test]
fn the_caller_may_set_another_limit() {
    let dns = MemoryDns::parse(&format!(
        "{ARPA} PTR a.example.\n PTR b.example.\nb.example. A {CLIENT}"
    ))
    .unwrap();
    let up_to =
        |max| fcrdns::verify_up_to(NonZeroUsize::new(max).unwrap(), ip(CLIENT), &dns).wait();
    assert_eq!(up_to(1), mismatch(&["a.example", "b.example"]));
    assert_eq!(names(&up_to(2)), ["b.example"]);
    assert_eq!(names(&up_to(usize::MAX)), ["b.example"]);
}

#[test]
fn a_name_that_comes_twice_is_asked_once_and_counts_once() {
    let name = Name::parse("m.example").unwrap();
    let twice = Ok(Answer::of(
        [name.clone(), name.clone()].map(PtrTarget::Name),
        Duration::ZERO,
    ));
    assert_eq!(fcrdns::names_to_ask(MAX_NAMES, &twice), [name]);
}

#[test]
fn a_ptr_label_with_a_dot_nul_cr_or_blank_never_confirms() {
    for label in [
        r"pc\.local",
        r"pc\000local",
        r"pc\013\010local",
        r"pc\ local",
        r"pc\009",
        r"\127",
        r"\255",
        r"pc\(x\)",
        "pc/x",
    ] {
        // Whatever a careless reader would make of the label exists and gives the client's address.
        let zone = format!(
            "{ARPA} PTR {label}.example.\n*.example. A {CLIENT}\npc.local.example. A {CLIENT}\npc.example. A {CLIENT}"
        );
        let dns = MemoryDns::parse(&zone).unwrap();
        let found = fcrdns::verify(ip(CLIENT), &dns).wait();
        assert!(
            matches!(&found, Fcrdns::Mismatch(names) if names.len() == 1 && names[0].name().is_none()),
            "{label}"
        );
        assert_eq!(dns.query_count(), 1, "{label}: there is no name to ask for");
    }
}

#[test]
fn a_name_that_is_an_address_never_confirms() {
    for target in ["203.0.113.9.", "3405803785.", "9."] {
        let zone = format!(
            "{ARPA} PTR {target}\n203.0.113.9. A {CLIENT}\n3405803785. A {CLIENT}\n9. A {CLIENT}"
        );
        assert!(
            matches!(verify(CLIENT, &zone), Fcrdns::Mismatch(_)),
            "{target}"
        );
    }
    assert!(matches!(
        verify(CLIENT, &format!("{ARPA} PTR .")),
        Fcrdns::Mismatch(_)
    ));
}

#[test]
fn unusable_names_stand_beside_a_good_one() {
    let zone = format!("{ARPA} PTR pc\\.local.example.\n PTR m.example.\nm.example. A {CLIENT}");
    assert_eq!(names(&verify(CLIENT, &zone)), ["m.example"]);
    let zone = format!("{ARPA} PTR pc\\.local.example.\n PTR m.example.\nm.example. A !timeout");
    assert_eq!(verify(CLIENT, &zone), Fcrdns::Trouble(DnsError::Timeout));
}

#[test]
fn a_name_that_the_reverse_lookup_did_not_give_counts_for_nothing() {
    let (given, foreign) = (
        Name::parse("a.example").unwrap(),
        Name::parse("b.example").unwrap(),
    );
    let reverse = Ok(Answer::of([PtrTarget::Name(given)], Duration::ZERO));
    let forward: Lookup<Ipv4Addr> = Ok(Answer::of([CLIENT.parse().unwrap()], Duration::ZERO));
    assert_eq!(
        fcrdns::judge(ip(CLIENT), &reverse, [(&foreign, &forward)]),
        mismatch(&["a.example"])
    );
}

#[test]
fn the_names_are_asked_at_once() {
    let clock = ManualClock::new();
    let zone = (0..10).map(|n| {
        format!("{ARPA} PTR !delay=1s n{n}.example.\nn{n}.example. A !delay=2s {CLIENT}\n")
    });
    let dns = MemoryDns::parse(&zone.collect::<String>())
        .unwrap()
        .with_clock(clock.clone());
    let found = drive(&clock, fcrdns::verify(ip(CLIENT), &dns));
    assert_eq!(found.names().len(), 10);
    assert_eq!(
        clock.now().since(mailward::clock::Moment::START),
        Duration::from_secs(3)
    );
}

#[test]
fn a_dropped_verification_leaves_nobody_waiting() {
    let clock = ManualClock::new();
    let dns = MemoryDns::parse(&format!("{ARPA} PTR !delay=1s m.example."))
        .unwrap()
        .with_clock(clock.clone());
    let mut step = fcrdns::verify(ip(CLIENT), &dns);
    assert!(
        pin!(&mut step)
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    drop(step);
    assert_eq!(clock.next_wake(), None);
}

#[test]
fn iprev_speaks_the_words_of_rfc_8601() {
    let words =
        [Iprev::Pass, Iprev::Fail, Iprev::PermError, Iprev::TempError].map(|word| word.to_string());
    assert_eq!(words, ["pass", "fail", "permerror", "temperror"]);
}

proptest! {
    /// Law 11: the outcome does not depend on the order in which the answers come.
    #[test]
    fn the_order_of_the_answers_changes_nothing(
        answers in proptest::collection::vec((0..5_usize, 1..9_u32), 1..8),
    ) {
        let data = ["203.0.113.9", "192.0.2.1", "!nxdomain", "!timeout", "!servfail"];
        let zone = |delayed: bool| -> String {
            answers.iter().enumerate().map(|(n, &(answer, delay))| {
                let delay = if delayed { format!("!delay={delay}s") } else { String::new() };
                format!("{ARPA} PTR n{n}.example.\nn{n}.example. A {delay} {}\n", data[answer])
            }).collect()
        };
        let clock = ManualClock::new();
        let dns = MemoryDns::parse(&zone(true)).unwrap().with_clock(clock.clone());
        prop_assert_eq!(drive(&clock, fcrdns::verify(ip(CLIENT), &dns)), verify(CLIENT, &zone(false)));
    }
}

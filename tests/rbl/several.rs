//! Several lists at once.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use mailward::clock::{Clock, ManualClock, Moment};
use mailward::dns::{DnsError, MemoryDns};
use mailward::rbl::{self, Listing, Zone};

use crate::{ABSENT, CLIENT, UNDECISIVE, asked, codes, drive, ip, labels, look_up, zone};

#[test]
fn no_list_knows_everybody() {
    assert_eq!(look_up(CLIENT, &[], ""), []);
}

#[test]
fn each_list_speaks_in_its_place() {
    let zones = ["a.example", "b.example", "c.example", "d.example"].map(zone);
    let found = look_up(
        CLIENT,
        &zones,
        "9.113.0.203.b.example. A !servfail\n9.113.0.203.c.example. A 127.255.255.254\n*.d.example. A 203.0.113.80",
    );
    assert_eq!(
        found,
        [
            ABSENT,
            Listing::Trouble(DnsError::ServerFailure),
            Listing::Refused(codes("127.255.255.254").into()),
            Listing::Broken(codes("203.0.113.80").into()),
        ]
    );
}

#[test]
fn the_first_listing_decides_and_those_behind_it_do_not_matter() {
    let zones = ["a.example", "b.example", "c.example"].map(zone);
    let dns = MemoryDns::parse("*.b.example. A 127.0.0.2\n*.c.example. A 127.0.0.3").unwrap();
    let found = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
    assert_eq!(labels(&found), ["b.example"]);
    assert_eq!((&found[0], &found[2]), (&ABSENT, &UNDECISIVE));
    assert_eq!(
        asked(&dns),
        ["A 9.113.0.203.a.example", "A 9.113.0.203.b.example"]
    );
}

/// Law 11, in every order in which three deferred answers may come, for every answer each of them may give.
#[test]
fn the_order_of_the_answers_changes_nothing() {
    let zones = ["a.example", "b.example", "c.example"].map(|domain| zone(domain).with_text());
    let data = [
        "127.0.0.2",
        "!nxdomain",
        "!timeout",
        "127.255.255.254",
        "203.0.113.80",
    ];
    let orders = [
        [1, 2, 3],
        [1, 3, 2],
        [2, 1, 3],
        [2, 3, 1],
        [3, 1, 2],
        [3, 2, 1],
        [1, 1, 1],
        [0, 2, 1],
        [2, 0, 1],
        [1, 2, 0],
    ];
    let choices = |n: usize| [data[n % 5], data[n / 5 % 5], data[n / 25]];
    for data in (0..125).map(choices) {
        let record = |at: usize, delay: String| {
            let owner = format!("*.{}", zones[at].domain());
            format!(
                "{owner}. A {delay} {}\n{owner}. TXT {delay} why\n",
                data[at]
            )
        };
        let straight: String = (0..3).map(|at| record(at, String::new())).collect();
        let expected = look_up(CLIENT, &zones, &straight);
        for order in orders {
            let late: String = (0..3)
                .map(|at| record(at, format!("!delay={}s", order[at])))
                .collect();
            let clock = ManualClock::new();
            let dns = MemoryDns::parse(&late).unwrap().with_clock(clock.clone());
            let found = drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns));
            assert_eq!(found, expected, "{data:?} in order {order:?}");
            assert_eq!(
                clock.next_wake(),
                None,
                "{data:?} in order {order:?}: somebody is still waiting"
            );
        }
    }
}

#[test]
fn twenty_lists_take_the_time_of_the_slowest() {
    let clock = ManualClock::new();
    let zones: Vec<Zone> = (0..20).map(|n| zone(&format!("z{n}.example"))).collect();
    let text: String = (0..20)
        .map(|n| format!("*.z{n}.example. A !delay={}ms !nxdomain\n", 100 + n))
        .collect();
    let dns = MemoryDns::parse(&text).unwrap().with_clock(clock.clone());
    assert_eq!(
        drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns)),
        vec![ABSENT; 20]
    );
    assert_eq!(clock.now(), Moment::after_start(Duration::from_millis(119)));
    assert_eq!(dns.query_count(), 20);
}

#[test]
fn nobody_waits_for_a_list_that_cannot_matter_any_more() {
    let clock = ManualClock::new();
    let zones = ["a.example", "b.example", "c.example"].map(zone);
    let dns =
        MemoryDns::parse("*.b.example. A !delay=1s 127.0.0.2\n*.c.example. A !delay=1h 127.0.0.2")
            .unwrap()
            .with_clock(clock.clone());
    let found = drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns));
    assert_eq!(labels(&found), ["b.example"]);
    assert_eq!(clock.now(), Moment::after_start(Duration::from_secs(1)));
    assert_eq!(clock.next_wake(), None, "the question is given up");
}

#[test]
fn a_listing_waits_for_the_lists_before_it() {
    let clock = ManualClock::new();
    let zones = ["a.example", "b.example", "c.example"].map(zone);
    let dns = MemoryDns::parse(
        "*.a.example. A !delay=5s !nxdomain\n*.b.example. A 127.0.0.2\n*.c.example. A 127.0.0.2",
    )
    .unwrap()
    .with_clock(clock.clone());
    let found = drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns));
    assert_eq!(labels(&found), ["b.example"]);
    assert_eq!(found[2], UNDECISIVE);
    assert_eq!(clock.now(), Moment::after_start(Duration::from_secs(5)));
    assert_eq!(
        dns.query_count(),
        2,
        "the list behind one that lists is not asked"
    );
}

#[test]
fn a_dropped_look_up_leaves_nobody_waiting() {
    let clock = ManualClock::new();
    let zones = ["a.example", "b.example"].map(zone);
    let dns = MemoryDns::parse("*. A !delay=1s 127.0.0.2")
        .unwrap()
        .with_clock(clock.clone());
    let mut step = rbl::look_up(ip(CLIENT), &zones, &[], &dns);
    assert!(
        pin!(&mut step)
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    assert!(clock.next_wake().is_some());
    drop(step);
    assert_eq!(clock.next_wake(), None);
}

#[tokio::test]
async fn lists_are_looked_up_in_a_runtime() {
    let zones = [zone("a.example")];
    let dns = MemoryDns::parse("*.a.example. A !delay=5ms 127.0.0.2")
        .unwrap()
        .with_clock(mailward::clock::SystemClock::new());
    assert_eq!(
        labels(&rbl::look_up(ip(CLIENT), &zones, &[], &dns).await),
        ["a.example"]
    );
}

//! Answers that take their time.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mailward::clock::{Clock, ManualClock, Moment};
use mailward::dns::{Answer, Dns, DnsError};
use mailward::name::NameRef;
use mailward::step::Step;

use crate::{addresses, name, seconds, zone};

fn poll<'a, T: Unpin + 'a>(step: &mut std::pin::Pin<&mut Step<'a, T>>) -> Poll<T> {
    step.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn without_a_clock_they_pass_at_once() {
    let dns = zone("a. A !delay=1h 192.0.2.1");
    assert_eq!(addresses(&dns, "a"), ["192.0.2.1"]);
}

#[test]
fn they_pass_on_the_clock() {
    let clock = ManualClock::new();
    let dns = zone("a. A !delay=250ms 192.0.2.1\na. MX !delay=2s !timeout\na. TXT x")
        .with_clock(clock.clone());
    let owner = name("a");
    let mut step = pin!(dns.a(owner.borrowed()));
    assert!(poll(&mut step).is_pending());
    clock.advance(Duration::from_millis(249));
    assert!(poll(&mut step).is_pending());
    clock.advance(Duration::from_millis(1));
    assert!(poll(&mut step).is_ready());

    let mut step = pin!(dns.mx(owner.borrowed()));
    assert!(poll(&mut step).is_pending());
    assert_eq!(
        clock.next_wake(),
        Some(Moment::after_start(Duration::from_millis(2250)))
    );
    clock.advance(seconds(2));
    assert_eq!(poll(&mut step), Poll::Ready(Err(DnsError::Timeout)));
    assert!(dns.txt(owner.borrowed()).is_ready());
}

#[test]
fn they_begin_when_the_question_is_put() {
    let clock = ManualClock::new();
    let dns = zone("a. A !delay=1s 192.0.2.1").with_clock(clock.clone());
    let mut step = pin!(dns.a(NameRef::from(&name("a"))));
    clock.advance(seconds(1));
    assert!(poll(&mut step).is_ready());
}

#[test]
fn they_add_up_along_aliases_and_words_and_hold_for_any() {
    let clock = ManualClock::new();
    let dns = zone(
        "a. CNAME !delay=1s b.\nb. A !delay=1s !delay=1500ms 192.0.2.1\n\
         c. ANY !delay=1m\nc. A 192.0.2.1\nd. A 192.0.2.1\nd. A !delay=1m",
    )
    .with_clock(clock.clone());
    for (owner, wait) in [("a", 3500), ("c", 60_000), ("d", 60_000)] {
        let owner = name(owner);
        let mut step = pin!(dns.a(owner.borrowed()));
        assert!(poll(&mut step).is_pending());
        assert_eq!(
            clock.next_wake(),
            Some(clock.now().plus(Duration::from_millis(wait)))
        );
        clock.advance(Duration::from_millis(wait));
        assert!(matches!(
            poll(&mut step),
            Poll::Ready(Ok(Answer::Records { .. }))
        ));
    }
}

#[test]
fn a_dropped_question_leaves_nobody_sleeping() {
    let clock = ManualClock::new();
    let dns = zone("a. A !delay=1s 192.0.2.1").with_clock(clock.clone());
    {
        let mut step = pin!(dns.a(name("a").borrowed()));
        assert!(poll(&mut step).is_pending());
    }
    assert_eq!(clock.next_wake(), None);
}

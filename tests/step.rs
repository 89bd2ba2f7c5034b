//! Steps: they stay ready for as long as they can, ask at once, keep order, and never invent an answer.

use std::cell::Cell;
use std::future::{Future, pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use mailward::clock::{Clock, ManualClock, Moment};
use mailward::step::Step;
use std::time::Duration;

fn poll_once<'a, T: Unpin + 'a>(step: &mut Step<'a, T>) -> Poll<T> {
    Pin::new(step).poll(&mut Context::from_waker(Waker::noop()))
}

/// A step that is pending once and then has its answer.
fn second_time<T: Send + Unpin + 'static>(value: T) -> Step<'static, T> {
    let mut value = Some(value);
    let mut polled = false;
    Step::later(poll_fn(move |context| {
        if !std::mem::replace(&mut polled, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(value.take().unwrap())
    }))
}

#[test]
fn ready_stays_ready() {
    let step = Step::ready(20)
        .map(|n| n + 1)
        .and_then(|n| Step::ready(n * 2));
    assert!(step.is_ready());
    assert_eq!(step.into_ready().unwrap(), 42);
    assert!(Step::join_all([Step::ready(1), Step::ready(2)]).is_ready());
    assert!(Step::from(1).is_ready());
}

#[test]
fn one_deferred_answer_defers_what_is_built_on_it() {
    assert!(!Step::later(ready(1)).map(|n| n + 1).is_ready());
    assert!(!Step::later(ready(1)).and_then(Step::ready).is_ready());
    assert!(
        !Step::ready(1)
            .and_then(|n| Step::later(ready(n)))
            .is_ready()
    );
    assert!(!Step::join_all([Step::ready(1), Step::later(ready(2))]).is_ready());
}

#[test]
fn deferred_answers_come() {
    assert_eq!(
        second_time(20)
            .map(|n| n + 1)
            .and_then(second_time)
            .map(|n| n * 2)
            .wait(),
        42
    );
    assert_eq!(
        second_time("a").and_then(|a| Step::ready(a.len())).wait(),
        1
    );
    assert_eq!(Step::ready(7).wait(), 7);
}

#[test]
fn into_ready_gives_a_deferred_step_back_whole() {
    let step = second_time(5).into_ready().unwrap_err();
    assert_eq!(step.wait(), 5);
}

#[test]
fn a_step_is_a_future() {
    let mut step = second_time(3);
    assert!(poll_once(&mut step).is_pending());
    assert_eq!(poll_once(&mut step), Poll::Ready(3));
    assert_eq!(poll_once(&mut Step::ready(4)), Poll::Ready(4));
}

#[test]
fn join_all_of_nothing_is_ready() {
    assert_eq!(Step::<u8>::join_all([]).into_ready().unwrap(), [0_u8; 0]);
}

#[test]
fn join_all_keeps_the_order_of_the_questions() {
    let clock = ManualClock::new();
    let after = |seconds: u64| {
        let sleep = clock.sleep_until(Moment::after_start(Duration::from_secs(seconds)));
        Step::later(async move {
            sleep.await;
            seconds
        })
    };
    let mut all = Step::join_all([Step::ready(0), after(3), after(1), Step::ready(9), after(2)]);
    for _ in 0..3 {
        assert!(poll_once(&mut all).is_pending());
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(poll_once(&mut all), Poll::Ready(vec![0, 3, 1, 9, 2]));
}

#[test]
fn join_all_asks_at_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let ask = |_| {
        let asked = asked.clone();
        Step::later(async move {
            asked.fetch_add(1, Ordering::Relaxed);
            pending::<()>().await
        })
    };
    let mut all = Step::join_all((0..100).map(ask));
    assert!(poll_once(&mut all).is_pending());
    assert_eq!(asked.load(Ordering::Relaxed), 100);
}

#[test]
fn join_all_puts_every_question_before_it_waits() {
    let made = Cell::new(0);
    let steps = (0..5).map(|n| {
        made.set(made.get() + 1);
        if n == 1 {
            Step::later(pending::<i32>())
        } else {
            Step::ready(n)
        }
    });
    let all = Step::join_all(steps);
    assert_eq!(made.get(), 5);
    assert!(!all.is_ready());
}

#[test]
#[should_panic(expected = "step polled after it had given its answer")]
fn a_ready_step_polled_after_its_end_panics() {
    let mut step = Step::ready(1);
    assert_eq!(poll_once(&mut step), Poll::Ready(1));
    let _ = poll_once(&mut step);
}

#[test]
#[should_panic(expected = "step polled after it had given its answer")]
fn a_deferred_step_polled_after_its_end_panics() {
    let mut step = Step::later(ready(1));
    assert_eq!(poll_once(&mut step), Poll::Ready(1));
    let _ = poll_once(&mut step);
}

#[test]
fn dropping_a_step_drops_what_it_waits_for() {
    let held = Arc::new(());
    let keep = held.clone();
    let mut step = Step::later(async move {
        pending::<()>().await;
        drop(keep);
    })
    .map(|()| 1);
    assert!(poll_once(&mut step).is_pending());
    assert_eq!(Arc::strong_count(&held), 2);
    drop(step);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn wait_is_woken_from_another_thread() {
    let (tell, told) = std::sync::mpsc::channel::<Waker>();
    let flag = Arc::new(AtomicUsize::new(0));
    let seen = flag.clone();
    let step = Step::later(poll_fn(move |context| {
        if seen.load(Ordering::Acquire) == 1 {
            return Poll::Ready("woken");
        }
        tell.send(context.waker().clone()).unwrap();
        Poll::Pending
    }));
    let waker = std::thread::spawn(move || {
        let waker = told.recv().unwrap();
        flag.store(1, Ordering::Release);
        waker.wake();
    });
    assert_eq!(step.wait(), "woken");
    waker.join().unwrap();
}

#[test]
fn debug_says_which() {
    assert_eq!(format!("{:?}", Step::ready(1)), "Ready(1)");
    let mut step = Step::later(ready(1));
    assert_eq!(format!("{step:?}"), "Later(..)");
    assert!(poll_once(&mut step).is_ready());
    assert_eq!(format!("{step:?}"), "Later(..)"); // which nobody waits for: see the tests of its panic
}

#[tokio::test]
async fn a_step_is_awaited_in_a_runtime() {
    let step = Step::later(async {
        tokio::task::yield_now().await;
        1
    });
    assert_eq!(step.map(|n| n + 1).await, 2);
}

#[test]
fn steps_may_cross_threads() {
    fn sendable<T: Send>(step: T) -> T {
        step
    }
    let step = sendable(second_time(1));
    assert_eq!(std::thread::spawn(move || step.wait()).join().unwrap(), 1);
    let pinned = pin!(sendable(Step::ready(2)));
    assert!(pinned.is_ready());
}

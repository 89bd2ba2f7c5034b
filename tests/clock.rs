//! Clocks: one that is moved by hand, the machine's, and tokio's.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use mailward::clock::{Clock, ManualClock, Moment, Sleep, SystemClock};
use mailward::step::Step;

const SECOND: Duration = Duration::from_secs(1);

/// Writes its number into the log when it is woken.
struct Bell {
    number: usize,
    log: Arc<Mutex<Vec<usize>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.log.lock().unwrap().push(self.number);
    }
}

fn poll(sleep: &mut Sleep, waker: &Waker) -> Poll<()> {
    sleep.as_mut().poll(&mut Context::from_waker(waker))
}

fn at(seconds: u64) -> Moment {
    Moment::after_start(Duration::from_secs(seconds))
}

#[test]
fn a_manual_clock_stands_still() {
    let clock = ManualClock::new();
    assert_eq!(clock.now(), Moment::START);
    assert_eq!(clock.now(), clock.now());
    assert_eq!(clock.wall(), SystemTime::UNIX_EPOCH);
    assert_eq!(clock.next_wake(), None);
}

#[test]
fn advancing_moves_both_scales_and_all_clones() {
    let clock = ManualClock::new();
    let other = clock.clone();
    clock.advance(5 * SECOND);
    assert_eq!(other.now(), at(5));
    assert_eq!(other.wall(), SystemTime::UNIX_EPOCH + 5 * SECOND);
}

#[test]
fn the_calendar_may_go_back_alone() {
    let clock = ManualClock::new();
    clock.advance(9 * SECOND);
    clock.set_wall(SystemTime::UNIX_EPOCH - SECOND);
    assert_eq!(clock.now(), at(9));
    clock.advance(SECOND);
    assert_eq!(clock.wall(), SystemTime::UNIX_EPOCH);
    assert_eq!(clock.now(), at(10));
}

#[test]
fn a_manual_clock_wakes_its_sleepers_in_the_order_of_their_moments() {
    let clock = ManualClock::new();
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut sleeps: Vec<Sleep> = [3, 1, 2, 1, 9]
        .map(|seconds| clock.sleep_until(at(seconds)))
        .into();
    for (number, sleep) in sleeps.iter_mut().enumerate() {
        let waker = Waker::from(Arc::new(Bell {
            number,
            log: log.clone(),
        }));
        assert!(poll(sleep, &waker).is_pending());
    }
    assert_eq!(clock.next_wake(), Some(at(1)));
    clock.advance(4 * SECOND);
    assert_eq!(*log.lock().unwrap(), [1, 3, 2, 0]);
    assert_eq!(clock.next_wake(), Some(at(9)));
    for (number, sleep) in sleeps.iter_mut().enumerate() {
        assert_eq!(poll(sleep, Waker::noop()).is_ready(), number != 4);
    }
}

#[test]
fn a_sleeper_that_is_early_is_not_woken() {
    let clock = ManualClock::new();
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut sleep = clock.sleep_until(at(2));
    assert!(
        poll(
            &mut sleep,
            &Waker::from(Arc::new(Bell {
                number: 0,
                log: log.clone()
            }))
        )
        .is_pending()
    );
    clock.advance(2 * SECOND - Duration::from_nanos(1));
    assert!(log.lock().unwrap().is_empty());
    clock.advance(Duration::from_nanos(1));
    assert_eq!(*log.lock().unwrap(), [0]);
}

#[test]
fn the_waker_that_came_last_is_woken() {
    let clock = ManualClock::new();
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut sleep = clock.sleep_until(at(1));
    for number in 0..3 {
        assert!(
            poll(
                &mut sleep,
                &Waker::from(Arc::new(Bell {
                    number,
                    log: log.clone()
                }))
            )
            .is_pending()
        );
    }
    clock.advance(SECOND);
    assert_eq!(*log.lock().unwrap(), [2]);
}

#[test]
fn dropped_sleepers_are_forgotten() {
    let clock = ManualClock::new();
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut sleep = clock.sleep_until(at(1));
    assert_eq!(
        clock.next_wake(),
        None,
        "nobody sleeps before the first poll"
    );
    assert!(
        poll(
            &mut sleep,
            &Waker::from(Arc::new(Bell {
                number: 0,
                log: log.clone()
            }))
        )
        .is_pending()
    );
    assert_eq!(clock.next_wake(), Some(at(1)));
    drop(sleep);
    assert_eq!(clock.next_wake(), None);
    clock.advance(SECOND);
    assert!(log.lock().unwrap().is_empty());
}

#[test]
fn a_moment_that_has_passed_is_no_sleep() {
    let clock = ManualClock::new();
    clock.advance(SECOND);
    for moment in [Moment::START, at(1)] {
        assert!(poll(&mut clock.sleep_until(moment), Waker::noop()).is_ready());
    }
}

#[test]
fn a_waker_may_use_the_clock_it_is_woken_by() {
    struct Nested(ManualClock);
    impl Wake for Nested {
        fn wake(self: Arc<Self>) {
            let _ = self.0.now();
            drop(self.0.sleep_until(Moment::START));
        }
    }
    let clock = ManualClock::new();
    let mut sleep = clock.sleep_until(at(1));
    assert!(poll(&mut sleep, &Waker::from(Arc::new(Nested(clock.clone())))).is_pending());
    clock.advance(SECOND);
}

#[test]
fn a_manual_clock_saturates() {
    let clock = ManualClock::new();
    clock.advance(SECOND);
    clock.advance(Duration::MAX);
    clock.advance(Duration::MAX);
    assert_eq!(clock.now(), Moment::after_start(Duration::MAX));
    assert_eq!(clock.now().plus(SECOND), clock.now());
    assert_eq!(Moment::START.since(clock.now()), Duration::ZERO);
    assert!(clock.wall() >= SystemTime::UNIX_EPOCH);
}

#[test]
fn the_machines_clock_wakes_a_plain_thread() {
    let clock = SystemClock::new();
    let start = Instant::now();
    let sleep = clock.sleep_until(clock.now().plus(Duration::from_millis(30)));
    std::thread::spawn(move || Step::later(sleep).wait())
        .join()
        .unwrap();
    assert!(start.elapsed() >= Duration::from_millis(30));
    assert!(clock.now() >= Moment::after_start(Duration::from_millis(30)));
}

#[test]
fn the_machines_clock_does_not_sleep_into_the_past_nor_overflow() {
    let clock = SystemClock::default();
    let later = clock.now().plus(SECOND);
    assert!(later > clock.now());
    Step::later(clock.sleep_until(Moment::START)).wait();
    let mut forever = clock.sleep_until(Moment::after_start(Duration::MAX));
    assert!(poll(&mut forever, Waker::noop()).is_pending());
    assert!(clock.wall() > SystemTime::UNIX_EPOCH);
}

#[test]
fn clocks_are_shared_behind_a_pointer() {
    let manual = ManualClock::new();
    let clock: Arc<dyn Clock> = Arc::new(manual.clone());
    manual.advance(SECOND);
    assert_eq!(Clock::now(&clock), at(1));
    assert_eq!(Clock::wall(&clock), manual.wall());
    let mut sleep = Clock::sleep_until(&clock, at(1));
    assert_eq!(
        Pin::new(&mut sleep).poll(&mut Context::from_waker(Waker::noop())),
        Poll::Ready(())
    );
}

#[cfg(feature = "tokio")]
#[tokio::test(start_paused = true)]
async fn tokios_clock_follows_its_paused_timer() {
    let clock = mailward::clock::TokioClock::new();
    let start = clock.now();
    clock.sleep_until(start.plus(3600 * SECOND)).await;
    assert_eq!(clock.now().since(start), 3600 * SECOND);
    clock.sleep_until(start).await;
    assert!(clock.wall() > SystemTime::UNIX_EPOCH);
}

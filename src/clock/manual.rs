//! A clock that stands still until it is moved.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use super::{Clock, Moment, Sleep};

/// A clock moved by hand, for tests, replays and fuzzing. Clones share one time.
///
/// ```
/// use mailward::clock::{Clock, ManualClock};
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// let start = clock.now();
/// clock.advance(Duration::from_secs(300)); // wakes everyone who slept until then
/// assert_eq!(clock.now().since(start), Duration::from_secs(300));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    now: Moment,
    wall: SystemTime,
    sleepers: Vec<Waiting>,
    next_id: u64,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    until: Moment,
    waker: Waker,
}

impl Default for State {
    fn default() -> Self {
        Self {
            now: Moment::START,
            wall: SystemTime::UNIX_EPOCH,
            sleepers: Vec::new(),
            next_id: 0,
        }
    }
}

impl ManualClock {
    /// A clock at [`Moment::START`] whose calendar reads 1970-01-01 00:00 UTC.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves both scales forward and wakes the sleepers whose moment has come, the earliest first.
    pub fn advance(&self, by: Duration) {
        let due = {
            let mut state = self.state();
            state.now = state.now.plus(by);
            state.wall = state.wall.checked_add(by).unwrap_or(state.wall);
            let now = state.now;
            let sleepers = mem::take(&mut state.sleepers);
            let (mut due, waiting) = sleepers
                .into_iter()
                .partition::<Vec<_>, _>(|sleeper| sleeper.until <= now);
            due.sort_unstable_by_key(|sleeper| (sleeper.until, sleeper.id));
            state.sleepers = waiting;
            due
        };
        due.into_iter().for_each(|sleeper| sleeper.waker.wake());
    }

    /// Sets the calendar, forward or back; the monotonic scale stays.
    pub fn set_wall(&self, wall: SystemTime) {
        self.state().wall = wall;
    }

    /// The earliest moment somebody sleeps until; `None` when nobody does. A simulation moves the clock there.
    #[must_use]
    pub fn next_wake(&self) -> Option<Moment> {
        self.state()
            .sleepers
            .iter()
            .map(|sleeper| sleeper.until)
            .min()
    }

    // No code runs under this lock that could panic, so a poisoned one still holds a whole state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        self.state().now
    }

    fn wall(&self) -> SystemTime {
        self.state().wall
    }

    fn sleep_until(&self, moment: Moment) -> Sleep {
        let mut state = self.state();
        state.next_id = state.next_id.wrapping_add(1);
        Box::pin(Sleeper {
            clock: self.clone(),
            id: state.next_id,
            until: moment,
        })
    }
}

struct Sleeper {
    clock: ManualClock,
    id: u64,
    until: Moment,
}

impl Future for Sleeper {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        if state.now >= self.until {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        match state
            .sleepers
            .iter_mut()
            .find(|sleeper| sleeper.id == self.id)
        {
            Some(sleeper) => sleeper.waker = waker,
            None => state.sleepers.push(Waiting {
                id: self.id,
                until: self.until,
                waker,
            }),
        }
        Poll::Pending
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.clock
            .state()
            .sleepers
            .retain(|sleeper| sleeper.id != self.id);
    }
}

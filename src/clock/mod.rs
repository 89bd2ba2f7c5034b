//! The time, as a value that is handed in.
//!
//! Nothing above this module reads a clock it was not given. [`SystemClock`] serves any executor and threads without
//! one; `TokioClock` (feature `tokio`) follows tokio's timer and its paused test clock; [`ManualClock`] stands still
//! until it is moved, for tests, replays and fuzzing. All arithmetic saturates: a clock that jumps cannot panic.

mod manual;
mod system;
#[cfg(feature = "tokio")]
mod tokio;

pub use manual::ManualClock;
pub use system::SystemClock;
#[cfg(feature = "tokio")]
#[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
pub use tokio::TokioClock;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A future that ends when its clock has reached a moment.
///
/// ```
/// use mailward::clock::{Clock, ManualClock, Sleep};
/// use mailward::step::Step;
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// let nap: Sleep = clock.sleep_until(clock.now().plus(Duration::from_secs(5)));
/// clock.advance(Duration::from_secs(5));
/// Step::later(nap).wait(); // or `nap.await`
/// ```
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where the time comes from.
///
/// `now` never goes back and is only compared with moments of the same clock; `wall` is the calendar time for texts
/// such as `Received:`, and may jump either way.
///
/// ```
/// use mailward::clock::{Clock, ManualClock, Moment};
/// use std::time::Duration;
///
/// fn is_overdue(deadline: Moment, clock: &dyn Clock) -> bool {
///     clock.now() >= deadline
/// }
///
/// let clock = ManualClock::new(); // a server has a `SystemClock`
/// let deadline = clock.now().plus(Duration::from_secs(5));
/// assert!(!is_overdue(deadline, &clock));
/// clock.advance(Duration::from_secs(5));
/// assert!(is_overdue(deadline, &clock));
/// ```
pub trait Clock: Send + Sync + fmt::Debug {
    /// The moment on this clock's own monotonic scale.
    fn now(&self) -> Moment;

    /// The calendar time.
    fn wall(&self) -> SystemTime;

    /// Ends when `now` has reached `moment`; at once when it already has.
    fn sleep_until(&self, moment: Moment) -> Sleep;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Moment {
        (**self).now()
    }

    fn wall(&self) -> SystemTime {
        (**self).wall()
    }

    fn sleep_until(&self, moment: Moment) -> Sleep {
        (**self).sleep_until(moment)
    }
}

/// A moment on a monotonic scale: the time since the clock began.
///
/// ```
/// use mailward::clock::Moment;
/// use std::time::Duration;
///
/// let start = Moment::START;
/// let later = start.plus(Duration::from_secs(5));
/// assert_eq!(later.since(start), Duration::from_secs(5));
/// assert_eq!(start.since(later), Duration::ZERO); // saturates, never panics
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    /// The beginning of every clock.
    pub const START: Self = Self(Duration::ZERO);

    /// The moment this long after the clock began.
    pub const fn after_start(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The moment that much later; the last representable one when it would overflow.
    pub const fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// The time from `earlier` to this moment; zero when `earlier` is not earlier.
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Timers add the duration to the present, which must not overflow; nobody waits a year.
const LONGEST_SLEEP: Duration = Duration::from_secs(365 * 24 * 60 * 60);

//! The machine's clock, for any executor and for none.

use std::time::{Instant, SystemTime};

use futures_timer::Delay;

use super::{Clock, LONGEST_SLEEP, Moment, Sleep};

/// The machine's monotonic clock and calendar.
///
/// Its sleepers are woken by one timer thread of the process, so they may be awaited from any executor and by
/// [`Step::wait`](crate::step::Step::wait).
///
/// ```
/// use mailward::clock::{Clock, SystemClock};
///
/// let clock = SystemClock::new();
/// let before = clock.now();
/// assert!(clock.now() >= before);
/// ```
#[derive(Clone, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment::after_start(self.origin.elapsed())
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, moment: Moment) -> Sleep {
        Box::pin(Delay::new(moment.since(self.now()).min(LONGEST_SLEEP)))
    }
}

//! Tokio's clock.

use std::time::SystemTime;

use ::tokio::time::{self, Instant};

use super::{Clock, LONGEST_SLEEP, Moment, Sleep};

/// Tokio's timer as a [`Clock`]: follows `tokio::time::pause` and `advance` in tests. Its sleepers must be awaited
/// inside a tokio runtime with its time driver enabled.
///
/// ```
/// use mailward::clock::{Clock, TokioClock};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let clock = TokioClock::new();
/// let before = clock.now();
/// clock.sleep_until(before.plus(std::time::Duration::from_secs(60))).await; // no time passes: paused
/// assert_eq!(clock.now().since(before).as_secs(), 60);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct TokioClock {
    origin: Instant,
}

impl TokioClock {
    /// A clock that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Moment {
        Moment::after_start(self.origin.elapsed())
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, moment: Moment) -> Sleep {
        Box::pin(time::sleep(moment.since(self.now()).min(LONGEST_SLEEP)))
    }
}

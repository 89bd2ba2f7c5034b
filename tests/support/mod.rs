//! Driving guards in tests without a runtime, and a name system that answers when it is told to.
#![allow(dead_code, reason = "no test file uses all of it")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use mailward::clock::{Clock, ManualClock};

/// Runs a future to its end; whenever it waits, the clock goes on to its next sleeper.
///
/// # Panics
/// When the future waits for something else than the clock, for then it would wait for ever.
#[track_caller]
pub(crate) fn drive<F: Future>(clock: &ManualClock, future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
        let next = clock.next_wake().expect("nobody would ever wake this");
        clock.advance(next.since(clock.now()));
    }
}

/// Polls a future once, and drops it.
pub(crate) fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

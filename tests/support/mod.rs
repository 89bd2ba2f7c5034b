//! Driving guards in tests without a runtime, and a name system that answers when it is told to.
#![allow(dead_code, reason = "no test file uses all of it")]

use std::future::{Future, poll_fn};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use mailward::client::ClientIp;
use mailward::clock::{Clock, ManualClock};
use mailward::dns::{Dns, Lookup, MemoryDns, Mx, PtrTarget, Txt};
use mailward::name::NameRef;
use mailward::step::Step;

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

/// A name system that keeps each answer until it is told to give it.
pub(crate) struct Held {
    dns: MemoryDns,
    questions: Arc<Mutex<Vec<Arc<Gate>>>>,
}

#[derive(Default)]
struct Gate {
    open: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Gate {
    fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
        if let Some(waker) = self.waker.lock().unwrap().take() {
            waker.wake();
        }
    }

    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        if self.open.load(Ordering::SeqCst) {
            return Poll::Ready(());
        }
        *self.waker.lock().unwrap() = Some(context.waker().clone());
        if self.open.load(Ordering::SeqCst) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// The other end of [`Held`]: which question is answered, and when.
#[derive(Clone)]
pub(crate) struct Answers(Arc<Mutex<Vec<Arc<Gate>>>>);

impl Held {
    /// These answers, and the other end.
    pub(crate) fn new(dns: MemoryDns) -> (Self, Answers) {
        let questions = Arc::<Mutex<_>>::default();
        let answers = Answers(Arc::clone(&questions));
        (Self { dns, questions }, answers)
    }

    fn hold<'a, T: Send + Sync + 'static>(
        &self,
        answer: Step<'a, Lookup<T>>,
    ) -> Step<'a, Lookup<T>> {
        let gate = Arc::new(Gate::default());
        self.questions.lock().unwrap().push(Arc::clone(&gate));
        Step::later(async move {
            poll_fn(|context| gate.poll(context)).await;
            answer.await
        })
    }
}

impl Answers {
    /// How many questions wait.
    pub(crate) fn waiting(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Gives one of the waiting answers; false when there is none.
    pub(crate) fn give(&self, which: usize) -> bool {
        let gate = {
            let mut waiting = self.0.lock().unwrap();
            let len = waiting.len();
            if len == 0 {
                return false;
            }
            waiting.remove(which % len)
        };
        gate.open();
        true
    }
}

impl Dns for Held {
    fn ptr(&self, client: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
        self.hold(self.dns.ptr(client))
    }

    fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
        self.hold(self.dns.a(name))
    }

    fn aaaa(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
        self.hold(self.dns.aaaa(name))
    }

    fn mx(&self, name: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
        self.hold(self.dns.mx(name))
    }

    fn txt(&self, name: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
        self.hold(self.dns.txt(name))
    }
}

/// Runs a future to its end, giving one answer whenever it waits: the one that `next` says.
#[track_caller]
pub(crate) fn answering<F: Future>(
    answers: &Answers,
    mut next: impl FnMut() -> usize,
    future: F,
) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return output;
        }
        assert!(answers.give(next()), "nobody would ever wake this");
    }
}

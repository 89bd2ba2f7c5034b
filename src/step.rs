//! An answer that is ready now, or on its way.
//!
//! Most questions an anti-spam policy asks are answered from memory: an address is in a network or it is not, a
//! cached DNS answer is at hand. Some must wait for the network. [`Step`] holds either, so one piece of code serves
//! both: it stays synchronous, without a box or a runtime, for as long as its inputs are ready, and becomes a future
//! at the first one that is not.
//!
//! A deferred step owns what it asked about, so it never borrows from a local variable of its maker.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future;

/// A value that is ready, or a future of it.
///
/// It is itself a [`Future`], so async hosts write `.await`; hosts with a thread per session write [`Step::wait`].
///
/// ```
/// use mailward::step::Step;
///
/// let step = Step::ready(20).map(|n| n + 1).and_then(|n| Step::ready(n * 2));
/// assert_eq!(step.into_ready().ok(), Some(42));
///
/// let step = Step::later(async { 20 }).map(|n| n + 1);
/// assert!(!step.is_ready());
/// assert_eq!(step.wait(), 21);
/// ```
#[must_use = "a step does nothing until it is awaited, waited for, or taken apart"]
pub struct Step<'a, T>(State<'a, T>);

/// A future in its box, such as `#[async_trait]` makes.
///
/// ```
/// use mailward::step::{BoxFuture, Step};
///
/// let future: BoxFuture<'_, u32> = Box::pin(async { 42 });
/// assert_eq!(Step::boxed(future).wait(), 42);
/// ```
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

enum State<'a, T> {
    Ready(T),
    Later(BoxFuture<'a, T>),
}

/// What a step turns into once it has given its answer. Its box takes no memory.
struct Given<T>(PhantomData<fn() -> T>);

impl<'a, T> Step<'a, T> {
    /// A step whose answer is at hand. Allocates nothing.
    pub const fn ready(value: T) -> Self {
        Self(State::Ready(value))
    }

    /// A step whose answer takes a future. Allocates the future's box.
    pub fn later(future: impl Future<Output = T> + Send + 'a) -> Self {
        Self(State::Later(Box::pin(future)))
    }

    /// A step whose answer takes a future that is in its box already, as that of an `#[async_trait]` method.
    pub fn boxed(future: BoxFuture<'a, T>) -> Self {
        Self(State::Later(future))
    }

    /// True when the answer is at hand.
    pub const fn is_ready(&self) -> bool {
        matches!(self.0, State::Ready(_))
    }

    /// A look at the answer, when it is at hand.
    #[inline]
    pub const fn as_ready(&self) -> Option<&T> {
        match &self.0 {
            State::Ready(value) => Some(value),
            State::Later(_) => None,
        }
    }

    /// The answer, when it is at hand.
    ///
    /// # Errors
    /// Gives the step back when its answer is still on its way.
    #[inline]
    pub fn into_ready(self) -> Result<T, Self> {
        match self.0 {
            State::Ready(value) => Ok(value),
            state => Err(Self(state)),
        }
    }
}

impl<'a, T: Send + Unpin + 'a> Step<'a, T> {
    /// Changes the answer; stays ready when this step is.
    pub fn map<U: Send + 'a>(self, change: impl FnOnce(T) -> U + Send + 'a) -> Step<'a, U> {
        match self.into_ready() {
            Ok(value) => Step::ready(change(value)),
            Err(step) => Step::later(async move { change(step.await) }),
        }
    }

    /// Asks the next question with this answer; stays ready when both are.
    pub fn and_then<U: Send + Unpin + 'a>(
        self,
        next: impl FnOnce(T) -> Step<'a, U> + Send + 'a,
    ) -> Step<'a, U> {
        match self.into_ready() {
            Ok(value) => next(value),
            Err(step) => Step::later(async move { next(step.await).await }),
        }
    }

    /// All answers in the order of their questions, asked at once; ready when all of them are.
    ///
    /// ```
    /// use mailward::step::Step;
    ///
    /// let all = Step::join_all([Step::ready(1), Step::later(async { 2 }), Step::ready(3)]);
    /// assert_eq!(all.wait(), [1, 2, 3]);
    /// ```
    pub fn join_all(steps: impl IntoIterator<Item = Self>) -> Step<'a, Vec<T>> {
        let mut steps = steps.into_iter();
        let mut ready = Vec::with_capacity(steps.size_hint().0);
        while let Some(step) = steps.next() {
            match step.into_ready() {
                Ok(value) => ready.push(value),
                Err(step) => {
                    let rest: Vec<_> = ready
                        .into_iter()
                        .map(Step::ready)
                        .chain([step])
                        .chain(steps)
                        .collect();
                    return Step::later(future::join_all(rest));
                }
            }
        }
        Step::ready(ready)
    }

    /// Blocks the thread until the answer is there: the twin of `.await` for hosts with a thread per session.
    ///
    /// A ready step returns at once. A deferred one is driven on this thread, so its wakers must come from elsewhere
    /// (another thread, as with [`SystemClock`](crate::clock::SystemClock)).
    pub fn wait(self) -> T {
        match self.into_ready() {
            Ok(value) => value,
            Err(step) => pollster::block_on(step),
        }
    }
}

impl<'a, T: Unpin + 'a> Future for Step<'a, T> {
    type Output = T;

    /// # Panics
    /// When polled again after it has given its answer: a policy decision must never be invented.
    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let state = &mut self.get_mut().0;
        if let State::Later(future) = state {
            let Poll::Ready(value) = future.as_mut().poll(context) else {
                return Poll::Pending;
            };
            *state = Given::state();
            return Poll::Ready(value);
        }
        match mem::replace(state, Given::state()) {
            State::Ready(value) => Poll::Ready(value),
            State::Later(mut future) => future.as_mut().poll(context),
        }
    }
}

impl<T> Given<T> {
    fn state<'a>() -> State<'a, T>
    where
        T: 'a,
    {
        State::Later(Box::pin(Self(PhantomData)))
    }
}

impl<T> Future for Given<T> {
    type Output = T;

    #[expect(
        clippy::panic,
        reason = "a finished step has no answer left, and a made-up one could let mail in"
    )]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        panic!("step polled after it had given its answer")
    }
}

impl<T> From<T> for Step<'_, T> {
    fn from(value: T) -> Self {
        Self::ready(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Step<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            State::Ready(value) => f.debug_tuple("Ready").field(value).finish(),
            State::Later(_) => f.write_str("Later(..)"),
        }
    }
}

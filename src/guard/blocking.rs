//! The blocking twin, for servers with a thread for each session and no runtime.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::{Dialogue, Guard, Outcome};
use crate::address::{ForwardPath, ReversePath};
use crate::client::Client;
use crate::fcrdns::Fcrdns;
use crate::session::{Hello, Report, Session};
use crate::verdict::Then;
use crate::wire::smtp::{Command, CommandError};

/// A [`Dialogue`] whose verbs block the thread until they are decided.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::clock::SystemClock;
/// use mailward::dns::MemoryDns;
/// use mailward::guard::{Guard, Shared};
/// use mailward::name::Name;
/// use mailward::relay::Perimeter;
///
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// let guard = Guard::builder(perimeter, Shared::new(MemoryDns::default(), SystemClock::new())).build();
/// let (mut dialogue, _) = guard.connect_blocking("203.0.113.9".parse::<ClientIp>()?);
/// let _ = dialogue.line(b"MAIL FROM:<ann@example.com>");
/// assert_eq!(dialogue.session().sender().unwrap().to_string(), "<ann@example.com>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BlockingDialogue(Dialogue);

impl BlockingDialogue {
    pub(super) fn begin(guard: Guard, client: Client) -> (Self, Outcome) {
        let (dialogue, outcome) = block_on(Dialogue::begin(guard, client));
        (Self(dialogue), outcome)
    }

    /// See [`Dialogue::greet`].
    pub fn greet(&mut self, hello: Hello, argument: &str) -> Outcome {
        block_on(self.0.greet(hello, argument))
    }

    /// See [`Dialogue::tls`].
    pub fn tls(&mut self) {
        self.0.tls();
    }

    /// See [`Dialogue::authenticated`].
    pub fn authenticated(&mut self, user: &str) {
        self.0.authenticated(user);
    }

    /// See [`Dialogue::report`].
    pub const fn report(&mut self, report: Report) {
        self.0.report(report);
    }

    /// See [`Dialogue::mail`].
    pub fn mail(&mut self, from: ReversePath) -> Outcome {
        block_on(self.0.mail(from))
    }

    /// See [`Dialogue::rcpt`].
    pub fn rcpt(&mut self, to: ForwardPath) -> Outcome {
        block_on(self.0.rcpt(to))
    }

    /// See [`Dialogue::data`].
    pub fn data(&mut self) -> Outcome {
        block_on(self.0.data())
    }

    /// See [`Dialogue::end_of_data`].
    pub fn end_of_data(&mut self) -> Outcome {
        self.0.end_of_data()
    }

    /// See [`Dialogue::reset`].
    pub fn reset(&mut self) -> Outcome {
        self.0.reset()
    }

    /// See [`Dialogue::noop`].
    pub fn noop(&self) -> Outcome {
        self.0.noop()
    }

    /// See [`Dialogue::vrfy`].
    pub fn vrfy(&self) -> Outcome {
        self.0.vrfy()
    }

    /// See [`Dialogue::expn`].
    pub fn expn(&self) -> Outcome {
        self.0.expn()
    }

    /// See [`Dialogue::etrn`].
    pub fn etrn(&self) -> Outcome {
        self.0.etrn()
    }

    /// See [`Dialogue::quit`].
    pub fn quit(&mut self) -> Outcome {
        self.0.quit()
    }

    /// See [`Dialogue::command`].
    pub fn command(&mut self, command: Command) -> Outcome {
        block_on(self.0.command(command))
    }

    /// See [`Dialogue::line`].
    pub fn line(&mut self, line: &[u8]) -> Outcome {
        block_on(self.0.line(line))
    }

    /// See [`Dialogue::bad_syntax`].
    pub fn bad_syntax(&self, error: &CommandError) -> Outcome {
        self.0.bad_syntax(error)
    }

    /// See [`Dialogue::client_name`].
    #[must_use]
    pub fn client_name(&self) -> Fcrdns {
        block_on(self.0.client_name())
    }

    /// See [`Dialogue::standing`].
    #[must_use]
    pub const fn standing(&self) -> Then {
        self.0.standing()
    }

    /// The facts so far.
    #[must_use]
    pub const fn session(&self) -> &Session {
        self.0.session()
    }

    /// Who judges.
    #[must_use]
    pub const fn guard(&self) -> &Guard {
        self.0.guard()
    }

    /// The dialogue itself, for a host that goes on without blocking.
    #[must_use]
    pub fn into_dialogue(self) -> Dialogue {
        self.0
    }
}

/// Most verbs are decided from memory at the first poll; only one that waits makes the thread park.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => pollster::block_on(future),
    }
}

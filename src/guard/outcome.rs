//! What a verb gives back.

use crate::reply::Reply;
use crate::trace::Trace;
use crate::verdict::{Rule, Then, Verdict};

/// What was decided on one command, what to answer, and why.
///
/// Write [`reply`](Self::reply) to the client, do what [`then`](Self::then) says, log [`trace`](Self::trace). Only
/// [`Verdict::Refuse`] means that the command has not taken effect.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::clock::SystemClock;
/// use mailward::dns::MemoryDns;
/// use mailward::guard::{Guard, Shared};
/// use mailward::name::Name;
/// use mailward::relay::Perimeter;
/// use mailward::verdict::Then;
///
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// let guard = Guard::builder(perimeter, Shared::new(MemoryDns::default(), SystemClock::new())).build();
/// let (mut dialogue, _) = guard.connect_blocking("203.0.113.9".parse::<ClientIp>()?);
/// let outcome = dialogue.line(b"QUIT");
/// assert_eq!((outcome.reply.code().as_u16(), outcome.then), (221, Then::Close));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an outcome that nobody acts on lets everything through"]
#[non_exhaustive]
pub struct Outcome {
    /// The decision.
    pub verdict: Verdict,
    /// The answer for the client.
    pub reply: Reply,
    /// The rule that decided; `None` where nobody objected.
    pub rule: Option<Rule>,
    /// What becomes of the connection.
    pub then: Then,
    /// What was asked and found.
    pub trace: Trace,
}

impl Outcome {
    pub(super) const fn of(verdict: Verdict, reply: Reply) -> Self {
        Self {
            verdict,
            reply,
            rule: None,
            then: Then::Continue,
            trace: Trace::new(),
        }
    }

    /// True when the command was refused.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.verdict.refusal().is_some()
    }
}

//! What was decided, before anybody words it.
//!
//! A [`Verdict`] is one of three things: no objection, ask no further, or a [`Refusal`]. A refusal embeds its SMTP
//! code and the typed [`Reason`] with the evidence; it holds no text, so what the peer is told stays the business of
//! one place, `wording`.
//!
//! Beside the verdict travels [`Doubt`]: what a check would have said had it found out. A check that could not ask
//! its list must neither refuse for good nor let its silence be taken for consent, and the answer to that depends on
//! what the other checks say. A [`Judgement`] carries both, composes as a monoid, and is settled once, at the end.

mod event;
mod judgement;
mod reason;
mod refusal;
mod rule;

pub use event::{Event, Subject, UnknownEvent};
pub use judgement::{Doubt, Doubted, Judgement};
pub use reason::{Custom, Reason};
pub use refusal::{NotARefusal, Refusal, Then};
pub use rule::Rule;

use std::fmt;

use event::Usual; // for the refusal beside it

use crate::reply::ReplyCode;

/// Where in the dialogue a judgement falls, in the order of SMTP.
///
/// ```
/// use mailward::verdict::Stage;
///
/// assert!(Stage::Connect < Stage::Recipient);
/// assert_eq!(Stage::Mail.to_string(), "mail");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the places where RFC 5321 lets a server refuse before the message"
)]
pub enum Stage {
    /// The connection stands and nothing was said yet.
    Connect,
    /// HELO or EHLO.
    Greeting,
    /// MAIL: the sender.
    Mail,
    /// RCPT: one recipient.
    Recipient,
    /// DATA: all recipients are known, the message is not.
    Data,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Mail => "mail",
            Self::Recipient => "recipient",
            Self::Data => "data",
        })
    }
}

/// The decision on one command.
///
/// ```
/// use mailward::reply::ReplyCode;
/// use mailward::verdict::{Reason, Refusal, Stage, Verdict};
///
/// assert_eq!(Verdict::Proceed.code(Stage::Connect), ReplyCode::SERVICE_READY);
/// let refused = Verdict::Refuse(Refusal::new(Reason::RelayDenied));
/// assert_eq!(refused.code(Stage::Recipient).as_u16(), 550);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a verdict that nobody acts on lets everything through"]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: go on, stop asking, or no"
)]
pub enum Verdict {
    /// No objection; others may still have one.
    Proceed,
    /// Accept, and ask no further check of this row. Never a right to relay.
    Accept,
    /// Refuse, for now or for good.
    Refuse(Refusal),
}

impl Verdict {
    /// The SMTP code this verdict means at a stage: the refusal's own, or the positive one of the command.
    #[must_use]
    pub fn code(&self, stage: Stage) -> ReplyCode {
        match (self, stage) {
            (Self::Refuse(refusal), _) => refusal.code(),
            (Self::Proceed | Self::Accept, Stage::Connect) => ReplyCode::SERVICE_READY,
            (Self::Proceed | Self::Accept, Stage::Data) => ReplyCode::START_MAIL_INPUT,
            (Self::Proceed | Self::Accept, Stage::Greeting | Stage::Mail | Stage::Recipient) => {
                ReplyCode::OK
            }
        }
    }

    /// The refusal, if this is one.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refuse(refusal) => Some(refusal),
            Self::Proceed | Self::Accept => None,
        }
    }

    /// True when no later check of the row is asked.
    #[must_use]
    pub const fn is_decisive(&self) -> bool {
        !matches!(self, Self::Proceed)
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl fmt::Display for Verdict {
    /// `proceed`, `accept` or `refuse`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proceed => "proceed",
            Self::Accept => "accept",
            Self::Refuse(_) => "refuse",
        })
    }
}

//! A change of facts that is taken back unless it is kept.

use crate::address::{ForwardPath, ReversePath};
use crate::session::{Hello, Saved, Session};
use crate::verdict::Stage;

/// What a verb tells.
pub(super) enum Fact<'a> {
    Greeting(Hello, &'a str),
    Sender(ReversePath),
    Recipient(ForwardPath),
    Data,
}

impl Fact<'_> {
    pub(super) const fn stage(&self) -> Stage {
        match self {
            Self::Greeting(..) => Stage::Greeting,
            Self::Sender(_) => Stage::Mail,
            Self::Recipient(_) => Stage::Recipient,
            Self::Data => Stage::Data,
        }
    }
}

/// A new fact on a session, for as long as it is being judged. A verb that is dropped at an await, or refused, leaves
/// the session as it was before.
pub(super) struct Attempt<'s> {
    session: &'s mut Session,
    undo: Undo,
}

#[expect(
    clippy::large_enum_variant,
    reason = "it lives on the stack, one a verb; a box would cost an allocation"
)]
enum Undo {
    Greeting(Saved),
    Sender,
    Recipient,
    Nothing,
}

impl<'s> Attempt<'s> {
    pub(super) fn new(session: &'s mut Session, fact: Fact<'_>) -> Self {
        let undo = match fact {
            Fact::Greeting(hello, argument) => {
                let saved = session.save();
                session.greet(hello, argument);
                Undo::Greeting(saved)
            }
            Fact::Sender(from) => {
                session.mail(from);
                Undo::Sender
            }
            Fact::Recipient(to) => {
                session.rcpt(to);
                Undo::Recipient
            }
            Fact::Data => {
                session.data();
                Undo::Nothing
            }
        };
        Self { session, undo }
    }

    pub(super) const fn session(&self) -> &Session {
        self.session
    }

    /// Keeps the new fact.
    pub(super) fn keep(mut self) {
        if matches!(self.undo, Undo::Recipient) {
            self.session.accept_recipient();
        }
        self.undo = Undo::Nothing;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.undo, Undo::Nothing) {
            Undo::Greeting(saved) => self.session.restore(saved),
            Undo::Sender => self.session.reset(),
            Undo::Recipient => self.session.drop_recipient(),
            Undo::Nothing => {}
        }
    }
}

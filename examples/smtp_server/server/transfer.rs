//! DATA: a message comes, and is kept or not.

use std::io;

use mailward::guard::Outcome;
use mailward::reply::{Detail, Reply, ReplyCode};

use super::connection::Connection;
use super::maildir::Draft;
use super::message::{Content, Unstuffer};
use super::patience::End;
use super::received::Received;
use super::verbs::{TOO_BIG, reply};

impl Connection {
    /// Asks the guard, and takes the message.
    pub(super) async fn data(&mut self) -> Result<(), End> {
        let outcome = self.dialogue.data().await;
        if outcome.is_refusal() {
            return self.say("DATA", &outcome);
        }
        let Ok(draft) = self.draft().await else {
            return self.say_own("DATA", &CANNOT_STORE, "storage");
        };
        self.receive(outcome, draft).await
    }

    /// A message that begins with our own lines.
    async fn draft(&self) -> io::Result<Draft> {
        let at = self.server.clock.wall();
        let mut draft = self.server.maildir.draft(at)?;
        let received = Received {
            session: self.dialogue.session(),
            client_name: &self.dialogue.client_name().await,
            hostname: self.guard.perimeter().hostname(),
            id: draft.id(),
            recipients: &self.recipients,
            at,
        };
        let lines = received.to_string();
        draft.write(lines.as_bytes())?;
        Ok(draft)
    }

    /// Says 354, takes the message, and says what became of it. The transaction is over either way.
    async fn receive(&mut self, go_ahead: Outcome, mut draft: Draft) -> Result<(), End> {
        self.say("DATA", &go_ahead)?;
        self.flush().await?;
        let mut unstuffer = Unstuffer::new(self.server.limits.message);
        let (mut stored, mut message) = (Ok(()), Vec::new());
        while !unstuffer.has_ended() {
            let octets = self.patience.meanwhile(self.input.octets()).await?;
            if octets.is_empty() {
                return Err(End::Gone);
            }
            let used = unstuffer.read(octets, &mut message);
            self.input.consume(used);
            stored = stored.and_then(|()| draft.write(&message));
            message.clear();
            if unstuffer.is_flood() {
                return Err(End::Farewell(TOO_BIG, "message-flood"));
            }
        }
        let id = draft.id().to_owned();
        let refused = match unstuffer.content() {
            Content::Whole if stored.is_ok() && draft.keep().await.is_ok() => {
                self.say_kept(id);
                return Ok(());
            }
            Content::Whole => (CANNOT_STORE, "storage"),
            Content::BareLineEnd => (BARE_LINE_END, "bare-line-end"),
            Content::TooBig => (TOO_BIG, "message-too-big"),
        };
        let _ = self.dialogue.reset();
        self.say_own("MESSAGE", &refused.0, refused.1)
    }
}

const CANNOT_STORE: Reply = reply(
    ReplyCode::LOCAL_ERROR,
    Detail::OTHER_SYSTEM,
    "Cannot store mail now.",
);
const BARE_LINE_END: Reply = reply(
    ReplyCode::TRANSACTION_FAILED,
    Detail::OTHER_CONTENT,
    "A CR or LF stands alone in that message.",
);

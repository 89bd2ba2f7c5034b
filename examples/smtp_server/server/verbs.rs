//! What the server adds to the guard's verbs: extensions and limits.

use mailward::address::{ForwardPath, ReversePath};
use mailward::reply::{Detail, Reply, ReplyCode, ReplyText};
use mailward::session::Hello;
use mailward::verdict::Then;
use mailward::wire::smtp::{Command, CommandError, Parameters};

use super::connection::Connection;
use super::patience::End;

impl Connection {
    /// Does what a command says. The guard decides; where it does not take commands any more, it answers all of them.
    pub(super) async fn obey(&mut self, command: Command) -> Result<(), End> {
        let verb = command.verb().as_str();
        if self.dialogue.standing() != Then::Continue {
            return self.decide(command).await;
        }
        match command {
            Command::Ehlo(_) => self.ehlo(command).await,
            Command::Mail { from, params } => self.mail(from, &params).await,
            Command::Rcpt { to, params } => self.rcpt(to, &params).await,
            Command::Data => self.data().await,
            Command::Auth { .. } if !self.offers_auth() => self.decide(command).await,
            Command::Auth { mechanism, initial } => self.auth(&mechanism, initial).await,
            Command::Help(_) => self.say_own(verb, &HELP, "help"),
            _ => self.decide(command).await,
        }
    }

    async fn decide(&mut self, command: Command) -> Result<(), End> {
        let verb = command.verb().as_str();
        let outcome = self.dialogue.command(command).await;
        self.say(verb, &outcome)
    }

    async fn ehlo(&mut self, command: Command) -> Result<(), End> {
        let outcome = self.dialogue.command(command).await;
        if outcome.is_refusal() {
            return self.say("EHLO", &outcome);
        }
        let size = ReplyText::sanitize(&format!("SIZE {}", self.server.limits.message));
        let auth = self
            .offers_auth()
            .then_some(ReplyText::from_static("AUTH PLAIN"));
        let texts = outcome
            .reply
            .texts()
            .cloned()
            .chain(EXTENSIONS)
            .chain([size])
            .chain(auth);
        let reply = Reply::multiline(outcome.reply.code(), None, texts);
        let mut extended = outcome;
        extended.reply = reply;
        self.say("EHLO", &extended)
    }

    async fn mail(&mut self, from: ReversePath, params: &Parameters) -> Result<(), End> {
        if let Err(error) = self.recognise(params) {
            return self.malformed("MAIL", &error);
        }
        match params.size() {
            Ok(Some(size)) if size > self.server.limits.message => {
                return self.say_own("MAIL", &TOO_BIG, "message-too-big");
            }
            Ok(_) => {}
            Err(error) => return self.malformed("MAIL", &error),
        }
        if params
            .get("BODY")
            .is_some_and(|body| !is_known_body(body.value()))
        {
            return self.say_own("MAIL", &BAD_BODY, "bad-body");
        }
        if !from.sender().is_ascii() {
            return self.say_own("MAIL", &NO_SMTPUTF8, "smtputf8");
        }
        let outcome = self.dialogue.mail(from).await;
        self.say("MAIL", &outcome)
    }

    async fn rcpt(&mut self, to: ForwardPath, params: &Parameters) -> Result<(), End> {
        if let Err(error) = params.recognise(&[]) {
            return self.malformed("RCPT", &error);
        }
        if self.recipients.len() >= self.server.limits.recipients {
            return self.say_own("RCPT", &TOO_MANY_RECIPIENTS, "too-many-recipients");
        }
        if !to.recipient().is_ascii() {
            return self.say_own("RCPT", &NO_SMTPUTF8, "smtputf8");
        }
        let recipient = to.recipient().clone();
        let outcome = self.dialogue.rcpt(to).await;
        if !outcome.is_refusal() {
            self.recipients.push(recipient);
        }
        self.say("RCPT", &outcome)
    }

    /// The extensions are those of EHLO: HELO has none, so there is no parameter either.
    fn recognise(&self, params: &Parameters) -> Result<(), CommandError> {
        let extended = self
            .dialogue
            .session()
            .greeting()
            .is_some_and(|greeting| greeting.hello() == Hello::Ehlo);
        let offered: &[&str] = match extended {
            true if self.offers_auth() => &["SIZE", "BODY", "AUTH"],
            true => &["SIZE", "BODY"],
            false => &[],
        };
        params.recognise(offered)
    }

    fn malformed(&mut self, verb: &'static str, error: &CommandError) -> Result<(), End> {
        let outcome = self.dialogue.bad_syntax(error);
        self.say(verb, &outcome)
    }
}

fn is_known_body(value: Option<&str>) -> bool {
    value.is_some_and(|value| {
        ["7BIT", "8BITMIME"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(value))
    })
}

/// A reply of the server's own.
pub(super) const fn reply(code: ReplyCode, detail: Detail, text: &'static str) -> Reply {
    Reply::new(code, Some(detail), ReplyText::from_static(text))
}

/// What EHLO offers beside SIZE and AUTH.
const EXTENSIONS: [ReplyText; 3] = [
    ReplyText::from_static("PIPELINING"),
    ReplyText::from_static("8BITMIME"),
    ReplyText::from_static("ENHANCEDSTATUSCODES"),
];

const HELP: Reply = reply(
    ReplyCode::HELP_MESSAGE,
    Detail::OTHER,
    "This server speaks RFC 5321.",
);
pub(super) const TOO_BIG: Reply = reply(
    ReplyCode::STORAGE_EXCEEDED,
    Detail::MESSAGE_TOO_BIG,
    "That message is too big.",
);
const BAD_BODY: Reply = reply(
    ReplyCode::ARGUMENT_SYNTAX_ERROR,
    Detail::INVALID_ARGUMENTS,
    "BODY is 7BIT or 8BITMIME.",
);
const NO_SMTPUTF8: Reply = reply(
    ReplyCode::MAILBOX_NAME_NOT_ALLOWED,
    Detail::NON_ASCII_ADDRESS,
    "SMTPUTF8 is not offered here.",
);
const TOO_MANY_RECIPIENTS: Reply = reply(
    ReplyCode::INSUFFICIENT_STORAGE,
    Detail::TOO_MANY_RECIPIENTS,
    "Too many recipients; send this message first.",
);

//! What the peer is told: the only maker of outgoing text.
//!
//! One system that this crate replaces had two sets of reject texts, FRIENDLY and SECURE, and so have we. Friendly
//! texts help the peer's postmaster, and may show the evidence. Secure ones keep from a spammer which rule fired: the
//! text maker is handed the group of the refusal and its class, never the evidence, so it has nothing to leak.
//!
//! In secure mode everything about client, greeting and sender is one permanent and one temporary line, with the same
//! code and enhanced code whatever was found, because a code tells as much as a sentence. Replies to bad syntax and
//! bad sequence are the same in both modes: they are no refusals of policy.

mod template;
mod texts;

pub use template::TextError;

use std::collections::BTreeMap;

use crate::name::Name;
use crate::reply::{Detail, Reply, ReplyCode, ReplyText};
use crate::session::Session;
use crate::verdict::{Event, Refusal, Stage, Subject};
use template::Template;

/// Which set of texts is spoken.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::name::Name;
/// use mailward::session::Session;
/// use mailward::verdict::{Reason, Refusal, Stage};
/// use mailward::wording::{Security, Wording};
///
/// let session = Session::connect("203.0.113.9".parse::<ClientIp>()?);
/// let say = |security, reason| {
///     let wording = Wording::new(security, Name::parse("mx.example.org")?);
///     Ok::<_, mailward::name::InvalidName>(wording.refuse(&Refusal::new(reason), Stage::Mail, &session).to_string())
/// };
/// assert!(say(Security::Friendly, Reason::UnqualifiedSender)?.contains("That sender address is unqualified."));
/// // Whatever was found, a spammer hears the same.
/// assert_eq!(say(Security::Secure, Reason::UnqualifiedSender)?, say(Security::Secure, Reason::BadClient(None))?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the two modes of TCP/IP Services for OpenVMS"
)]
pub enum Security {
    /// Texts that help the peer's postmaster.
    Friendly,
    /// Texts that tell nothing.
    #[default]
    Secure,
}

/// Whether the texts that stand in tables are spoken in secure mode too.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::name::Name;
/// use mailward::reply::ReplyText;
/// use mailward::session::Session;
/// use mailward::verdict::{Reason, Refusal, Stage};
/// use mailward::wording::{Security, TableTexts, Wording};
///
/// let session = Session::connect("203.0.113.9".parse::<ClientIp>()?);
/// let refusal = Refusal::new(Reason::BadSender(Some(ReplyText::from_static("Call +1 555 0100."))));
/// let wording = Wording::new(Security::Secure, Name::parse("mx.example.org")?);
/// assert!(!wording.refuse(&refusal, Stage::Mail, &session).to_string().contains("Call"));
/// let wording = wording.with_table_texts(TableTexts::Always);
/// assert!(wording.refuse(&refusal, Stage::Mail, &session).to_string().contains("Call +1 555 0100."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: spoken or not")]
pub enum TableTexts {
    /// Only in friendly mode.
    #[default]
    FriendlyOnly,
    /// In both modes.
    Always,
}

/// Turns refusals and consents into replies.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::name::Name;
/// use mailward::session::Session;
/// use mailward::verdict::{Event, Reason, Refusal, Stage};
/// use mailward::wording::{Security, Wording};
///
/// let session = Session::connect("203.0.113.9".parse::<ClientIp>()?);
/// let host = Name::parse("mx.example.org")?;
/// let relay = Refusal::new(Reason::RelayDenied);
///
/// let secure = Wording::new(Security::Secure, host.clone());
/// let reply = secure.refuse(&relay, Stage::Recipient, &session);
/// assert_eq!(reply.to_string(), "550 5.7.1 User not local, Relay disabled.\r\n");
///
/// let friendly = Wording::new(Security::Friendly, host).with_text(Event::RelayDenied, "Not for {client}.")?;
/// let reply = friendly.refuse(&relay, Stage::Recipient, &session);
/// assert_eq!(reply.to_string(), "550 5.7.1 Not for 203.0.113.9.\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Wording {
    security: Security,
    table_texts: TableTexts,
    hostname: Name,
    banner: ReplyText,
    overrides: BTreeMap<Event, Template>,
}

impl Wording {
    /// The default texts of a mode, spoken by this host.
    #[must_use]
    pub fn new(security: Security, hostname: Name) -> Self {
        let banner = ReplyText::sanitize(&format!("{hostname} ESMTP"));
        Self {
            security,
            table_texts: TableTexts::FriendlyOnly,
            hostname,
            banner,
            overrides: BTreeMap::new(),
        }
    }

    /// The operator's own text for an event, in place of the mode's. In friendly mode it may hold the placeholders
    /// `{client} {name} {helo} {sender} {recipient} {zone} {text} {code} {id} {hostname}`; `{id}` is what the host calls the
    /// connection ([`Client::identified`](crate::client::Client::identified)), `-` when it does not.
    ///
    /// # Errors
    /// When the text is empty, too long, holds a control or non-ASCII character, or an unknown placeholder; in secure
    /// mode any placeholder.
    pub fn with_text(mut self, event: Event, text: &str) -> Result<Self, TextError> {
        let template = Template::parse(text, self.security)?;
        self.overrides.insert(event, template);
        Ok(self)
    }

    /// Speaks the texts of table rules in secure mode too, or not.
    #[must_use]
    pub const fn with_table_texts(mut self, table_texts: TableTexts) -> Self {
        self.table_texts = table_texts;
        self
    }

    /// Which set of texts is spoken.
    #[must_use]
    pub const fn security(&self) -> Security {
        self.security
    }

    /// Who speaks.
    #[must_use]
    pub const fn hostname(&self) -> &Name {
        &self.hostname
    }

    /// The reply to a command that was refused. Greetings of either side carry no enhanced code (RFC 2034).
    #[must_use]
    pub fn refuse(&self, refusal: &Refusal, stage: Stage, session: &Session) -> Reply {
        let line = match self.security {
            Security::Friendly => self.friendly(refusal, session),
            Security::Secure => self.secure(refusal, stage),
        };
        let detail = (stage > Stage::Greeting).then_some(line.detail);
        Reply::new(line.code, detail, line.text)
    }

    fn friendly(&self, refusal: &Refusal, session: &Session) -> Line {
        let own = refusal.reason().rule_text().cloned();
        let text = own.unwrap_or_else(|| match self.overrides.get(&refusal.event()) {
            Some(template) => template.fill(refusal, session, &self.hostname),
            None => texts::friendly(refusal.reason()),
        });
        Line {
            code: refusal.code(),
            detail: refusal.detail(),
            text,
        }
    }

    /// Sees the refusal's event and class, and the operator's own text; of codes only those of the protocol itself. A
    /// rule's own code is reduced to its class, for it would tell which rule that was.
    fn secure(&self, refusal: &Refusal, stage: Stage) -> Line {
        let own = match self.table_texts {
            TableTexts::Always => refusal.reason().rule_text().cloned(),
            TableTexts::FriendlyOnly => None,
        };
        let own = own.or_else(|| self.overrides.get(&refusal.event()).map(Template::plain));
        let line = Group::of(refusal, stage).line(refusal);
        Line {
            text: own.unwrap_or(line.text),
            ..line
        }
    }

    /// The reply to a command that may proceed.
    #[must_use]
    pub fn proceed(&self, stage: Stage) -> Reply {
        match stage {
            Stage::Connect => Reply::new(ReplyCode::SERVICE_READY, None, self.banner.clone()),
            Stage::Greeting => Reply::new(ReplyCode::OK, None, self.banner.clone()),
            Stage::Mail => Reply::new(ReplyCode::OK, Some(Detail::VALID_SENDER), texts::SENDER_OK),
            Stage::Recipient => Reply::new(
                ReplyCode::OK,
                Some(Detail::VALID_RECIPIENT),
                texts::RECIPIENT_OK,
            ),
            Stage::Data => Reply::new(ReplyCode::START_MAIL_INPUT, None, texts::START_INPUT),
        }
    }

    /// The reply to a command that changes nothing anybody could object to, such as RSET.
    #[must_use]
    pub const fn done(&self) -> Reply {
        Reply::new(ReplyCode::OK, Some(Detail::OTHER), texts::DONE)
    }

    /// The reply to QUIT.
    #[must_use]
    pub const fn bye(&self) -> Reply {
        Reply::new(ReplyCode::CLOSING, Some(Detail::OTHER), texts::BYE)
    }

    /// The noncommittal reply to VRFY (RFC 5321 section 3.5.3).
    #[must_use]
    pub const fn cannot_verify(&self) -> Reply {
        Reply::new(
            ReplyCode::CANNOT_VERIFY,
            Some(Detail::OTHER),
            texts::CANNOT_VERIFY,
        )
    }
}

struct Line {
    code: ReplyCode,
    detail: Detail,
    text: ReplyText,
}

/// Which secure line a refusal gets.
enum Group {
    /// About client, greeting or sender: nothing is told.
    Peer,
    /// Relay control: the client must learn that this host is no relay.
    Relay,
    /// One recipient.
    Recipient,
    /// Syntax, sequence, switched-off commands: no policy, the same in both modes.
    Protocol(ReplyText),
}

impl Group {
    fn of(refusal: &Refusal, stage: Stage) -> Self {
        let reason = refusal.reason();
        match (reason.event(), reason.subject()) {
            (Event::MalformedGreeting | Event::MissingGreeting | Event::UnqualifiedGreeting, _)
                if !refusal.is_temporary() =>
            {
                Self::Protocol(texts::friendly(reason))
            }
            (Event::CommandDisabled | Event::BadSyntax | Event::BadSequence, _) => {
                Self::Protocol(texts::friendly(reason))
            }
            _ if stage < Stage::Recipient => Self::Peer,
            (Event::RelayDenied | Event::RoutedRecipient, _) => Self::Relay,
            (Event::PolicyTrouble, _) | (_, Subject::Recipient) => Self::Recipient,
            _ => Self::Peer,
        }
    }

    fn line(self, refusal: &Refusal) -> Line {
        let usual = |text| {
            let (code, detail) = refusal.usual_codes();
            Line { code, detail, text }
        };
        match (self, refusal.is_temporary()) {
            (Self::Protocol(text), _) => Line {
                code: refusal.code(),
                detail: refusal.detail(),
                text,
            },
            (Self::Relay, _) => usual(texts::SECURE_RELAY),
            (Self::Recipient, true) => usual(texts::SECURE_LATER),
            (Self::Recipient, false) => usual(texts::SECURE_RECIPIENT),
            (Self::Peer, true) => Line {
                code: ReplyCode::MAILBOX_BUSY,
                detail: Detail::SECURITY,
                text: texts::SECURE_LATER,
            },
            (Self::Peer, false) => Line {
                code: ReplyCode::TRANSACTION_FAILED,
                detail: Detail::SECURITY,
                text: texts::SECURE_PEER,
            },
        }
    }
}

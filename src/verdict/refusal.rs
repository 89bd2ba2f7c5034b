//! A refusal: its code, why, and what becomes of the connection.

use std::fmt;

use super::{Event, Reason, Stage, Subject, Usual};
use crate::dns::DnsError;
use crate::reply::{Detail, EnhancedCode, ReplyCode};

/// What becomes of the connection after the reply.
///
/// ```
/// use mailward::verdict::Then;
///
/// assert_eq!(Then::AwaitQuit.to_string(), "await-quit");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: RFC 5321 section 3.1 leaves no fourth way"
)]
pub enum Then {
    /// The dialogue goes on.
    #[default]
    Continue,
    /// The greeting was a refusal: everything but QUIT is answered 503 (RFC 5321 section 3.1).
    AwaitQuit,
    /// The server closes the connection.
    Close,
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Continue => "continue",
            Self::AwaitQuit => "await-quit",
            Self::Close => "close",
        })
    }
}

/// A refusal. It cannot hold a positive code, nor 521, which is not for single clients (RFC 7504 section 3).
///
/// ```
/// use mailward::reply::ReplyCode;
/// use mailward::verdict::{Reason, Refusal};
///
/// let refusal = Refusal::new(Reason::RelayDenied);
/// assert_eq!(refusal.to_string(), "550 5.7.1 relay-denied");
/// assert_eq!(refusal.clone().softened().to_string(), "451 4.7.1 relay-denied");
/// assert!(refusal.with_code(ReplyCode::OK).is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(Box<Parts>); // one word, so that verdicts stay small where nothing is refused

#[derive(Clone, Debug, PartialEq)]
struct Parts {
    code: ReplyCode,
    detail: Detail,
    by: ChosenBy,
    reason: Reason,
    then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChosenBy {
    Doubt,
    Event,
    Operator,
}

impl Refusal {
    /// A refusal with the usual class and codes of its event.
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        match reason.event().usual() {
            Usual::Permanent => Self::permanent(reason),
            Usual::Temporary => Self::temporary(reason),
        }
    }

    /// A refusal for good. Trouble stays temporary whatever was asked for: a server that could not find out has
    /// nothing to refuse for good (RFC 2505 item 13).
    #[must_use]
    pub fn permanent(reason: Reason) -> Self {
        let event = reason.event();
        let codes = if reason.is_trouble() {
            event.temporary()
        } else {
            event.permanent()
        };
        Self::with_codes(reason, codes)
    }

    /// A refusal for now.
    #[must_use]
    pub fn temporary(reason: Reason) -> Self {
        let codes = reason.event().temporary();
        Self::with_codes(reason, codes)
    }

    /// The name system would not answer: 451 4.4.3.
    #[must_use]
    pub fn dns_trouble(subject: Subject, error: DnsError) -> Self {
        Self::temporary(Reason::DnsTrouble(subject, error))
    }

    fn with_codes(reason: Reason, (code, detail): (ReplyCode, Detail)) -> Self {
        Self(Box::new(Parts {
            code,
            detail,
            by: ChosenBy::Event,
            reason,
            then: Then::Continue,
        }))
        .closing_if_421()
    }

    /// The same refusal with another code; the enhanced class follows, 421 closes the connection.
    ///
    /// # Errors
    /// When the code is not from 400 to 599 but 521, or would refuse trouble or what is [in doubt](Self::in_doubt) for
    /// good.
    pub fn with_code(mut self, code: ReplyCode) -> Result<Self, NotARefusal> {
        let negative = code.is_transient() || code.is_permanent();
        let only_for_now = self.reason().is_trouble() || self.0.by == ChosenBy::Doubt;
        if !negative || code == ReplyCode::NO_MAIL_SERVICE || (code.is_permanent() && only_for_now)
        {
            return Err(NotARefusal(code));
        }
        self.0.code = code;
        if self.0.by == ChosenBy::Event {
            self.0.by = ChosenBy::Operator;
        }
        Ok(self.closing_if_421())
    }

    /// RFC 5321 section 3.8: whoever says 421 closes.
    fn closing_if_421(self) -> Self {
        if self.0.code == ReplyCode::SERVICE_NOT_AVAILABLE {
            self.closing()
        } else {
            self
        }
    }

    /// The same refusal with another subject and detail of its enhanced code.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Self {
        self.0.detail = detail;
        self
    }

    /// The same refusal, after which the connection is closed.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.0.then = Then::Close;
        self
    }

    /// The same refusal for now: 5yz becomes the usual 4yz of its event. Its reason stays.
    #[must_use]
    pub fn softened(mut self) -> Self {
        if self.0.code.is_permanent() {
            (self.0.code, self.0.detail) = self.event().temporary();
        }
        self.closing_if_421()
    }

    /// The same refusal for good: 4yz becomes the usual 5yz of its event, unless it is trouble or
    /// [in doubt](Self::in_doubt). Its reason stays.
    ///
    /// ```
    /// use mailward::dns::DnsError;
    /// use mailward::verdict::{Reason, Refusal, Subject};
    ///
    /// let refusal = Refusal::temporary(Reason::BadSender(None));
    /// assert_eq!(refusal.hardened().to_string(), "550 5.7.1 bad-sender");
    /// let trouble = Refusal::dns_trouble(Subject::Sender, DnsError::Timeout);
    /// assert_eq!(trouble.hardened().to_string(), "451 4.4.3 dns-trouble");
    /// ```
    #[must_use]
    pub fn hardened(mut self) -> Self {
        let only_for_now = self.reason().is_trouble() || self.0.by == ChosenBy::Doubt;
        if self.is_temporary() && !only_for_now {
            (self.0.code, self.0.detail) = self.event().permanent();
            self.0.by = ChosenBy::Event;
        }
        self
    }

    /// The same refusal for now and never for good: trouble hides what might have spared the peer.
    ///
    /// ```
    /// use mailward::reply::ReplyCode;
    /// use mailward::verdict::{Reason, Refusal};
    ///
    /// let refusal = Refusal::new(Reason::BadClient(None)).in_doubt();
    /// assert_eq!(refusal.to_string(), "450 4.7.1 bad-client");
    /// assert!(refusal.with_code(ReplyCode::MAILBOX_UNAVAILABLE).is_err());
    /// ```
    #[must_use]
    pub fn in_doubt(self) -> Self {
        let mut refusal = self.softened();
        refusal.0.by = ChosenBy::Doubt;
        refusal
    }

    /// The form it has at a stage. At the opening of a connection a refusal for good is a 554 (RFC 5321 section
    /// 4.3.2) unless the operator chose the code, and whoever is refused there may only QUIT.
    #[must_use]
    pub fn at(mut self, stage: Stage) -> Self {
        if stage == Stage::Connect {
            if self.0.by == ChosenBy::Event && !self.is_temporary() {
                self.0.code = ReplyCode::TRANSACTION_FAILED;
            }
            if self.0.then == Then::Continue {
                self.0.then = Then::AwaitQuit;
            }
        }
        self
    }

    /// The reply code, 400 to 599.
    #[must_use]
    pub fn code(&self) -> ReplyCode {
        self.0.code
    }

    /// The enhanced code; its class is the reply code's (RFC 2034). There is one for every refusal.
    #[must_use]
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        self.0.code.enhanced(self.0.detail)
    }

    /// The subject and detail of the enhanced code.
    #[must_use]
    pub fn detail(&self) -> Detail {
        self.0.detail
    }

    /// The codes that refusals of this event and class have where nobody chose others.
    pub(crate) fn usual_codes(&self) -> (ReplyCode, Detail) {
        if self.is_temporary() {
            self.event().temporary()
        } else {
            self.event().permanent()
        }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.0.reason
    }

    /// The kind of refusal.
    #[must_use]
    pub fn event(&self) -> Event {
        self.0.reason.event()
    }

    /// What becomes of the connection.
    #[must_use]
    pub fn then(&self) -> Then {
        self.0.then
    }

    /// True for 4yz: the peer may come again.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.0.code.is_transient()
    }
}

impl fmt::Display for Refusal {
    /// The codes and the reason's key, for logs: `550 5.7.1 relay-denied`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.code())?;
        if let Some(enhanced) = self.enhanced() {
            write!(f, "{enhanced} ")?;
        }
        self.reason().fmt(f)
    }
}

/// The code cannot stand in this refusal.
///
/// ```
/// use mailward::reply::ReplyCode;
/// use mailward::verdict::{Reason, Refusal};
///
/// let error = Refusal::new(Reason::RelayDenied).with_code(ReplyCode::OK).unwrap_err();
/// assert!(error.to_string().starts_with("reply code 250 cannot refuse this: expected 400 to 599"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "reply code {0} cannot refuse this: expected 400 to 599 but 521, and 4yz for trouble or doubt"
)]
pub struct NotARefusal(ReplyCode);

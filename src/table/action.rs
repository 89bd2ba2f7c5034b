//! What a rule says is to be done.

use std::fmt;
use std::str::FromStr;

use super::{Deferral, Expression, InvalidExpression, Rejection, foreign_action};
use crate::excerpt::Excerpt;
use crate::reply::{Class, InvalidReplyText, ReplyText};

/// What a rule of a table says is to be done.
///
/// | text | |
/// | --- | --- |
/// | `OK`, or a number alone | accept: later checks are not asked |
/// | `DUNNO` | no opinion, and look no further in this table |
/// | `REJECT [X.Y.Z] [text]`, `DEFER [X.Y.Z] [text]` | refuse for good, refuse for now |
/// | `NNN [X.Y.Z] text` | refuse with this reply code, 400 to 599 but 521 |
/// | `DEFER_IF_PERMIT [X.Y.Z] [text]` | refuse for now, unless somebody later refuses for good |
/// | `DEFER_IF_REJECT [X.Y.Z] [text]` | if somebody later refuses, then for now |
/// | `EXCLUDES /expression/flags` | refuse senders in which the [`Expression`] is found; in a table of hosts only |
/// | `REQUIRES /expression/flags` | refuse senders in which it is not found; in a table of hosts only |
/// | `LOG [text]`, `WARN [text]`, `INFO [text]` | note it and go on |
///
/// Words are read in any case. The class of the enhanced code is the reply code's, whatever was written.
///
/// ```
/// use mailward::table::Action;
///
/// let action: Action = "550 4.7.1 go away".parse()?;
/// assert_eq!(action.to_string(), "550 5.7.1 go away");
/// assert!("521 go away".parse::<Action>().is_err());
/// # Ok::<(), mailward::table::InvalidAction>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// `OK`: accept, and ask no later check.
    Accept,
    /// `DEFER_IF_PERMIT`: the rule might have refused; if nobody refuses for good, refuse for now.
    DeferIfPermit(Deferral),
    /// `DEFER_IF_REJECT`: the rule might have accepted; a later refusal for good becomes one for now.
    DeferIfReject(Deferral),
    /// `DUNNO`: no opinion, and no other rule of this table either.
    Dunno,
    /// `EXCLUDES`: refuse senders in which this is found; look on in this table for others.
    Excludes(Expression),
    /// `LOG`: note it, with this text if there is one, and look on in this table.
    Log(Option<ReplyText>),
    /// `REJECT`, `DEFER` or a reply code: refuse.
    Refuse(Rejection),
    /// `REQUIRES`: refuse senders in which this is not found; look on in this table for others.
    Requires(Expression),
}

impl Action {
    /// Reads the action of a rule; the table above says what there is.
    ///
    /// # Errors
    ///
    /// No word or one that is no action, a reply code that refuses nothing or stands behind `REJECT` or `DEFER`, or a
    /// text that is no [`ReplyText`]. Actions of Postfix that are not a table's business here say whose it is.
    ///
    /// ```
    /// use mailward::table::Action;
    ///
    /// let error = Action::parse("RELAY").unwrap_err();
    /// assert_eq!(error.to_string(), "RELAY: a table never lets anybody relay; that is the business of [perimeter]");
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidAction> {
        let read = Self::read(text.trim_matches(BLANK));
        read.map(|(action, _)| action)
            .map_err(|fault| InvalidAction::new(text, fault))
    }

    /// Whether the rule refuses.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refuse(_))
    }

    /// Whether it refuses some senders, and says nothing else.
    pub(crate) const fn is_about_senders(&self) -> bool {
        matches!(self, Self::Excludes(_) | Self::Requires(_))
    }

    /// Whether a rule for somebody says all there is to say of him in this table.
    pub(super) const fn is_decisive(&self) -> bool {
        !matches!(self, Self::Excludes(_) | Self::Log(_) | Self::Requires(_))
    }

    /// Whether the rule may spare somebody a refusal: of another rule, or of a later check.
    pub(super) const fn spares(&self) -> bool {
        matches!(self, Self::Accept | Self::DeferIfReject(_) | Self::Dunno)
    }

    /// The expression that senders are compared with.
    pub(super) const fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Excludes(expression) | Self::Requires(expression) => Some(expression),
            _ => None,
        }
    }

    /// An action, and what its author may not have meant.
    pub(super) fn read(text: &str) -> Result<(Self, Option<Caution>), ActionFault> {
        let (word, rest) = split_word(text);
        let spared = (!rest.is_empty()).then_some(Caution::Ignored);
        let action = match word.to_ascii_uppercase().as_str() {
            "" => return Err(ActionFault::Empty),
            "OK" => return Ok((Self::Accept, spared)),
            "DUNNO" => return Ok((Self::Dunno, spared)),
            "LOG" | "WARN" | "INFO" => Self::Log(action_text(rest)?),
            "EXCLUDES" => Self::Excludes(sole_expression(rest)?),
            "REQUIRES" => Self::Requires(sole_expression(rest)?),
            "DEFER_IF_PERMIT" => return Deferral::read(Self::DeferIfPermit, rest),
            "DEFER_IF_REJECT" => return Deferral::read(Self::DeferIfReject, rest),
            "REJECT" => return Rejection::permanent().read(rest),
            "DEFER" => return Rejection::temporary().read(rest),
            // A time stamp, as access(5) has it for tables that another program writes.
            number if rest.is_empty() && is_number(number) => {
                let caution = may_be_a_refusal(number).then_some(Caution::Number);
                return Ok((Self::Accept, caution));
            }
            number if is_code(number) => {
                let code = number.parse().map_err(|_| ActionFault::Code)?;
                return Rejection::of(code)?.read(rest);
            }
            _ => {
                let foreign = foreign_action(word).map(ActionFault::Foreign);
                return Err(foreign.unwrap_or(ActionFault::Unknown));
            }
        };
        Ok((action, None))
    }
}

impl FromStr for Action {
    type Err = InvalidAction;

    fn from_str(text: &str) -> Result<Self, InvalidAction> {
        Self::parse(text)
    }
}

impl From<Rejection> for Action {
    fn from(rejection: Rejection) -> Self {
        Self::Refuse(rejection)
    }
}

/// As it stands in a table.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept => f.write_str("OK"),
            Self::DeferIfPermit(deferral) => write!(f, "DEFER_IF_PERMIT{deferral}"),
            Self::DeferIfReject(deferral) => write!(f, "DEFER_IF_REJECT{deferral}"),
            Self::Dunno => f.write_str("DUNNO"),
            Self::Excludes(expression) => write!(f, "EXCLUDES {expression}"),
            Self::Log(None) => f.write_str("LOG"),
            Self::Log(Some(text)) => write!(f, "LOG {text}"),
            Self::Refuse(rejection) => rejection.fmt(f),
            Self::Requires(expression) => write!(f, "REQUIRES {expression}"),
        }
    }
}

/// The text is no action, or the code is none to refuse with.
///
/// ```
/// use mailward::table::Action;
///
/// let error = Action::parse("521 go away").unwrap_err();
/// assert_eq!(error.to_string(), "\"521 go away\": 521 is for hosts that take no mail from anybody (RFC 7504)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidAction {
    input: Excerpt,
    fault: ActionFault,
}

impl InvalidAction {
    pub(super) fn new(text: &str, fault: ActionFault) -> Self {
        Self {
            input: Excerpt::new(text),
            fault,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ActionFault {
    #[error("a refusal has a reply code from 400 to 599")]
    Code,
    #[error("a reply code stands instead of REJECT or DEFER, not behind it")]
    CodeBehindWord,
    #[error("an action is missing")]
    Empty,
    #[error(transparent)]
    Expression(#[from] InvalidExpression),
    #[error("{0}")]
    Foreign(&'static str),
    #[error("521 is for hosts that take no mail from anybody (RFC 7504)")]
    NoMailService,
    #[error("nothing stands behind the expression")]
    Surplus,
    #[error(transparent)]
    Text(#[from] InvalidReplyText),
    #[error("not an action; expected {EXPECTED}")]
    Unknown,
}

/// What is read, but may not have been meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caution {
    /// The enhanced code had another class than this one, the reply code's.
    Class(Class),
    /// Behind a word that takes no text there is one.
    Ignored,
    /// A number alone, which looks like a reply code, accepts.
    Number,
}

pub(super) fn action_text(text: &str) -> Result<Option<ReplyText>, ActionFault> {
    if text.is_empty() {
        Ok(None)
    } else {
        Ok(Some(ReplyText::parse(text)?))
    }
}

fn sole_expression(text: &str) -> Result<Expression, ActionFault> {
    let expression = Expression::first_of(text);
    if expression.len() < text.len() {
        return Err(ActionFault::Surplus);
    }
    Ok(Expression::parse(text)?)
}

pub(super) fn split_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(BLANK).unwrap_or((text, ""));
    (word, rest.trim_start_matches(BLANK))
}

pub(super) fn is_code(word: &str) -> bool {
    word.len() == 3 && is_number(word)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_digit())
}

fn may_be_a_refusal(number: &str) -> bool {
    is_code(number) && number.starts_with(['4', '5'])
}

/// What an action can be, for error messages.
pub(super) const EXPECTED: &str = "OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text";

/// The words that are read, for suggestions.
pub(super) const WORDS: [&str; 11] = [
    "OK",
    "DUNNO",
    "REJECT",
    "DEFER",
    "DEFER_IF_PERMIT",
    "DEFER_IF_REJECT",
    "EXCLUDES",
    "REQUIRES",
    "LOG",
    "WARN",
    "INFO",
];

const BLANK: [char; 2] = [' ', '\t'];

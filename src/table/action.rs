//! What a rule says is to be done.

use std::fmt;
use std::str::FromStr;

use crate::excerpt::Excerpt;
use crate::reply::{Detail, EnhancedCode, InvalidReplyText, ReplyCode, ReplyText};

/// What a rule of a table says is to be done.
///
/// | text | |
/// | --- | --- |
/// | `OK`, or a number alone | accept: later checks are not asked |
/// | `DUNNO` | no opinion, and look no further in this table |
/// | `REJECT [X.Y.Z] [text]`, `DEFER [X.Y.Z] [text]` | refuse for good, refuse for now |
/// | `NNN [X.Y.Z] text` | refuse with this reply code, 400 to 599 but 521 |
/// | `LOG [text]` | note it and go on |
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
    /// `DUNNO`: no opinion, and no other rule of this table either.
    Dunno,
    /// `LOG`: note it, with this text if there is one, and look on in this table.
    Log(Option<ReplyText>),
    /// `REJECT`, `DEFER` or a reply code: refuse.
    Refuse(Rejection),
}

impl Action {
    /// Reads the action of a rule; the table above says what there is.
    ///
    /// # Errors
    ///
    /// No word or one that is no action, a reply code that refuses nothing or stands behind `REJECT` or `DEFER`, or a
    /// text that is no [`ReplyText`].
    ///
    /// ```
    /// use mailward::table::Action;
    ///
    /// let error = Action::parse("RELAY").unwrap_err();
    /// assert_eq!(error.to_string(), "RELAY: a table never lets anybody relay; that is the perimeter's business");
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidAction> {
        Self::read(text.trim_matches(BLANK)).map_err(|fault| InvalidAction {
            input: Excerpt::new(text),
            fault,
        })
    }

    /// Whether the rule refuses.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refuse(_))
    }

    fn read(text: &str) -> Result<Self, ActionFault> {
        let (word, rest) = split_word(text);
        match word.to_ascii_uppercase().as_str() {
            "" => Err(ActionFault::Empty),
            "OK" => Ok(Self::Accept),
            "DUNNO" => Ok(Self::Dunno),
            "LOG" => Ok(Self::Log(operator_text(rest)?)),
            "REJECT" => Rejection::permanent().read(rest),
            "DEFER" => Rejection::temporary().read(rest),
            "RELAY" => Err(ActionFault::Relay),
            // A time stamp, as access(5) has it for tables that another program writes.
            number if rest.is_empty() && is_number(number) => Ok(Self::Accept),
            number if is_code(number) => {
                Rejection::of(number.parse().map_err(|_| ActionFault::Code)?)?.read(rest)
            }
            _ => Err(ActionFault::Unknown),
        }
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
            Self::Dunno => f.write_str("DUNNO"),
            Self::Log(None) => f.write_str("LOG"),
            Self::Log(Some(text)) => write!(f, "LOG {text}"),
            Self::Refuse(rejection) => rejection.fmt(f),
        }
    }
}

/// How a rule refuses: for good or for now, and with which codes and text, if it names them.
///
/// It can hold no code that accepts, and not 521, which is for hosts that take no mail from anybody (RFC 7504).
///
/// ```
/// use mailward::reply::{Detail, ReplyCode, ReplyText};
/// use mailward::table::Rejection;
///
/// let rejection = Rejection::with_code(ReplyCode::MAILBOX_BUSY)?
///     .with_detail(Detail::POLICY)
///     .with_text(ReplyText::from_static("come back later"));
/// assert!(!rejection.is_permanent());
/// assert_eq!(rejection.to_string(), "450 4.7.1 come back later");
/// # Ok::<(), mailward::table::InvalidAction>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    how: How,
    detail: Option<Detail>,
    text: Option<ReplyText>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Code(ReplyCode),
    Permanent,
    Temporary,
}

impl Rejection {
    /// For good, with the code that is usual at the stage.
    #[must_use]
    pub const fn permanent() -> Self {
        Self {
            how: How::Permanent,
            detail: None,
            text: None,
        }
    }

    /// For now, with the code that is usual at the stage.
    #[must_use]
    pub const fn temporary() -> Self {
        Self {
            how: How::Temporary,
            detail: None,
            text: None,
        }
    }

    /// With this very code.
    ///
    /// # Errors
    ///
    /// A code that is not from 400 to 599, and 521.
    pub fn with_code(code: ReplyCode) -> Result<Self, InvalidAction> {
        Self::of(code).map_err(|fault| InvalidAction {
            input: Excerpt::new(&code.to_string()),
            fault,
        })
    }

    /// The same with this enhanced code, whose class is the reply code's.
    #[must_use]
    pub fn with_detail(self, detail: Detail) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }

    /// The same with this text.
    #[must_use]
    pub fn with_text(self, text: ReplyText) -> Self {
        Self {
            text: Some(text),
            ..self
        }
    }

    /// Whether it is for good (5yz) or for now (4yz).
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        match self.how {
            How::Code(code) => code.is_permanent(),
            How::Permanent => true,
            How::Temporary => false,
        }
    }

    /// The reply code, if the rule names one.
    #[must_use]
    pub const fn code(&self) -> Option<ReplyCode> {
        match self.how {
            How::Code(code) => Some(code),
            How::Permanent | How::Temporary => None,
        }
    }

    /// The enhanced code without its class, if the rule names one.
    #[must_use]
    pub const fn detail(&self) -> Option<Detail> {
        self.detail
    }

    /// The text, if the rule has one.
    #[must_use]
    pub const fn text(&self) -> Option<&ReplyText> {
        self.text.as_ref()
    }

    const fn of(code: ReplyCode) -> Result<Self, ActionFault> {
        match code.as_u16() {
            521 => Err(ActionFault::NoMailService),
            400..=599 => Ok(Self {
                how: How::Code(code),
                detail: None,
                text: None,
            }),
            _ => Err(ActionFault::Code),
        }
    }

    /// Reads what stands behind the word or the code.
    fn read(self, rest: &str) -> Result<Action, ActionFault> {
        let (first, behind) = split_word(rest);
        if self.code().is_none() && is_code(first) {
            return Err(ActionFault::CodeBehindWord);
        }
        let (detail, text) = match first.parse::<EnhancedCode>() {
            Ok(enhanced) => (Some(enhanced.detail()), behind),
            Err(_) => (None, rest),
        };
        Ok(Action::Refuse(Self {
            detail,
            text: operator_text(text)?,
            ..self
        }))
    }
}

/// As it stands in a table.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = if self.is_permanent() { '5' } else { '4' };
        match self.how {
            How::Code(code) => write!(f, "{code}")?,
            How::Permanent => f.write_str("REJECT")?,
            How::Temporary => f.write_str("DEFER")?,
        }
        if let Some(detail) = self.detail {
            write!(f, " {class}.{detail}")?;
        }
        self.text.iter().try_for_each(|text| write!(f, " {text}"))
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

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum ActionFault {
    #[error("a refusal has a reply code from 400 to 599")]
    Code,
    #[error("a reply code stands instead of REJECT or DEFER, not behind it")]
    CodeBehindWord,
    #[error("an action is missing")]
    Empty,
    #[error("521 is for hosts that take no mail from anybody (RFC 7504)")]
    NoMailService,
    #[error("a table never lets anybody relay; that is the perimeter's business")]
    Relay,
    #[error(transparent)]
    Text(#[from] InvalidReplyText),
    #[error("not an action; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text")]
    Unknown,
}

fn operator_text(text: &str) -> Result<Option<ReplyText>, ActionFault> {
    if text.is_empty() {
        Ok(None)
    } else {
        Ok(Some(ReplyText::parse(text)?))
    }
}

fn split_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(BLANK).unwrap_or((text, ""));
    (word, rest.trim_start_matches(BLANK))
}

fn is_code(word: &str) -> bool {
    word.len() == 3 && is_number(word)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|octet| octet.is_ascii_digit())
}

const BLANK: [char; 2] = [' ', '\t'];

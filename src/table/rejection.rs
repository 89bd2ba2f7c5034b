//! How a rule refuses.

use std::fmt;

use super::{Action, ActionFault, Caution, InvalidAction, action_text, is_code, split_word};
use crate::reply::{Class, Detail, EnhancedCode, ReplyCode, ReplyText};

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
        Self::of(code).map_err(|fault| InvalidAction::new(&code.to_string(), fault))
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

    pub(super) const fn of(code: ReplyCode) -> Result<Self, ActionFault> {
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
    pub(super) fn read(self, rest: &str) -> Result<(Action, Option<Caution>), ActionFault> {
        let (first, behind) = split_word(rest);
        if self.code().is_none() && is_code(first) {
            return Err(ActionFault::CodeBehindWord);
        }
        let enhanced = first.parse::<EnhancedCode>().ok();
        let text = if enhanced.is_some() { behind } else { rest };
        let rejection = Self {
            detail: enhanced.map(EnhancedCode::detail),
            text: action_text(text)?,
            ..self
        };
        let disagrees = enhanced.is_some_and(|enhanced| enhanced.class() != rejection.class());
        let caution = disagrees.then_some(Caution::Class(rejection.class()));
        Ok((rejection.into(), caution))
    }

    const fn class(&self) -> Class {
        match self.is_permanent() {
            true => Class::Permanent,
            false => Class::Transient,
        }
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

/// What a rule of doubt says: the text and the enhanced code of a refusal for now, if it names them.
///
/// ```
/// use mailward::table::{Action, Deferral};
///
/// let action = Action::parse("DEFER_IF_PERMIT 4.7.1 come back later")?;
/// let Action::DeferIfPermit(deferral) = &action else { panic!() };
/// assert_eq!(deferral.text().unwrap().as_str(), "come back later");
/// assert_eq!(Action::DeferIfReject(Deferral::new()).to_string(), "DEFER_IF_REJECT");
/// # Ok::<(), mailward::table::InvalidAction>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deferral {
    detail: Option<Detail>,
    text: Option<ReplyText>,
}

impl Deferral {
    /// With the usual codes and text.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            detail: None,
            text: None,
        }
    }

    /// The same with this enhanced code, whose class is 4.
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

    /// Reads what stands behind the word.
    pub(super) fn read(
        make: fn(Self) -> Action,
        rest: &str,
    ) -> Result<(Action, Option<Caution>), ActionFault> {
        let (action, caution) = Rejection::temporary().read(rest)?;
        let deferral = match action {
            Action::Refuse(Rejection { detail, text, .. }) => Self { detail, text },
            _ => Self::new(),
        };
        Ok((make(deferral), caution))
    }
}

/// What stands behind the word in a table, with a blank before it.
impl fmt::Display for Deferral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(detail) = self.detail {
            write!(f, " 4.{detail}")?;
        }
        self.text.iter().try_for_each(|text| write!(f, " {text}"))
    }
}

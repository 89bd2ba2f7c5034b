//! Which senders or recipients a rule is about.

use std::fmt;
use std::str::FromStr;

use super::{Expression, InvalidExpression, InvalidWildcard, Wildcard};
use crate::address::{
    InvalidDomain, InvalidLocalPart, InvalidMailbox, Literal, LocalPart, Mailbox,
};
use crate::excerpt::Excerpt;
use crate::name::{InvalidNamePattern, NamePattern};

/// Which senders or recipients a rule is about.
///
/// | text | |
/// | --- | --- |
/// | `user@example.org` | that address, and `user+anything@example.org` |
/// | `example.org`, `*.example.org`, `.example.org` | that domain; the names below it |
/// | `[192.0.2.1]` | that address literal |
/// | `user@` | that local part in any domain |
/// | `<>` | the null reverse-path |
/// | `wildcard:sale%@*`, `*@*.example.org` | the addresses that the [`Wildcard`] covers |
/// | `/expression/flags` | the addresses in which the [`Expression`] is found |
/// | `!/expression/flags` | all others |
///
/// Wildcards and expressions are compared with the address as it is printed: with quotes round the local part where it
/// needs them, so that no quoted `@` is taken for the border of the domain. The null reverse-path is none.
///
/// ```
/// use mailward::table::MailboxPattern;
///
/// assert_eq!(MailboxPattern::parse("<>")?, MailboxPattern::Null);
/// assert_eq!("root@".parse::<MailboxPattern>()?.to_string(), "root@");
/// # Ok::<(), mailward::table::InvalidMailboxPattern>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MailboxPattern {
    /// One address, with or without an extension.
    Address(Mailbox),
    /// The addresses of a domain, or of those below it.
    Domain(NamePattern),
    /// The addresses in which this is found.
    Expression(Expression),
    /// The addresses at an address literal.
    Literal(Literal),
    /// The addresses with this local part.
    Local(LocalPart),
    /// The addresses in which this is not found.
    NotExpression(Expression),
    /// The null reverse-path.
    Null,
    /// The addresses that this covers.
    Wildcard(Wildcard),
}

impl MailboxPattern {
    /// Reads a pattern; the table above says what there is.
    ///
    /// # Errors
    ///
    /// What ends in `@` must be a [`LocalPart`] before it, what holds an `@` a [`Mailbox`], what begins with a bracket a
    /// [`Literal`], with a slash an [`Expression`], anything else a [`NamePattern`]. `*` as a local part would stand for
    /// itself alone, which nobody means.
    pub fn parse(text: &str) -> Result<Self, InvalidMailboxPattern> {
        Self::read(text).map_err(InvalidMailboxPattern)
    }

    /// Whether rules behind `if` can depend on it.
    pub(super) const fn is_condition(&self) -> bool {
        self.expression().is_some()
    }

    /// The expression in it.
    pub(super) const fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Expression(expression) | Self::NotExpression(expression) => Some(expression),
            _ => None,
        }
    }

    fn read(text: &str) -> Result<Self, MailboxFault> {
        if text == NULL {
            Ok(Self::Null)
        } else if let Some(rest) = text.strip_prefix("!/") {
            let expression = Expression::parse(text.strip_prefix('!').unwrap_or(rest))?;
            Ok(Self::NotExpression(expression))
        } else if text.starts_with('/') {
            Ok(Self::Expression(Expression::parse(text)?))
        } else if is_unknown_kind(text) {
            Err(MailboxFault::Kind(Excerpt::new(text)))
        } else if let Some(wildcard) = wildcard(text) {
            Ok(Self::Wildcard(Wildcard::parse(wildcard)?))
        } else if let Some(local) = text.strip_suffix('@') {
            Ok(Self::Local(LocalPart::parse(local)?))
        } else if text.starts_with('[') {
            Ok(Self::Literal(Literal::parse(text)?))
        } else if text.starts_with("*@") {
            Err(MailboxFault::Anybody(Excerpt::new(text)))
        } else if text.contains('@') {
            Ok(Self::Address(Mailbox::parse(text)?))
        } else {
            Ok(Self::Domain(NamePattern::parse(text)?))
        }
    }
}

impl FromStr for MailboxPattern {
    type Err = InvalidMailboxPattern;

    fn from_str(text: &str) -> Result<Self, InvalidMailboxPattern> {
        Self::parse(text)
    }
}

impl From<Mailbox> for MailboxPattern {
    fn from(mailbox: Mailbox) -> Self {
        Self::Address(mailbox)
    }
}

impl From<NamePattern> for MailboxPattern {
    fn from(domain: NamePattern) -> Self {
        Self::Domain(domain)
    }
}

impl From<Expression> for MailboxPattern {
    fn from(expression: Expression) -> Self {
        Self::Expression(expression)
    }
}

impl From<Wildcard> for MailboxPattern {
    fn from(wildcard: Wildcard) -> Self {
        Self::Wildcard(wildcard)
    }
}

impl fmt::Display for MailboxPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(mailbox) => write!(f, "{}@{}", Plain(mailbox.local()), mailbox.domain()),
            Self::Domain(domain) => domain.fmt(f),
            Self::Expression(expression) => expression.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
            Self::Local(local) => write!(f, "{}@", Plain(local)),
            Self::NotExpression(expression) => write!(f, "!{expression}"),
            Self::Null => f.write_str(NULL),
            Self::Wildcard(wildcard) => write!(f, "{WILDCARD}:{wildcard}"),
        }
    }
}

/// A local part in quotes where it would begin a pattern of another kind, or a comment.
struct Plain<'l>(&'l LocalPart);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printed = self.0.to_string();
        match printed.starts_with(['!', '#', '*', '/']) {
            true => write!(f, "\"{printed}\""),
            false => f.write_str(&printed),
        }
    }
}

/// The text is no pattern for senders or recipients.
///
/// ```
/// use mailward::table::MailboxPattern;
///
/// let error = MailboxPattern::parse("*@example.org").unwrap_err();
/// assert_eq!(error.to_string(), "*@example.org: for all of a domain write the domain alone");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidMailboxPattern(MailboxFault);

impl InvalidMailboxPattern {
    /// The flag of an expression that is unknown, if that is the fault.
    pub(super) const fn unknown_flag(&self) -> Option<char> {
        match &self.0 {
            MailboxFault::Expression(error) => error.unknown_flag(),
            _ => None,
        }
    }

    /// Whether the word before a colon is unknown.
    pub(super) const fn is_unknown_kind(&self) -> bool {
        matches!(self.0, MailboxFault::Kind(_))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum MailboxFault {
    #[error("{0}: for all of a domain write the domain alone")]
    Anybody(Excerpt),
    #[error(transparent)]
    Domain(#[from] InvalidNamePattern),
    #[error(transparent)]
    Expression(#[from] InvalidExpression),
    #[error("{0}: no pattern begins with this word")]
    Kind(Excerpt),
    #[error(transparent)]
    Literal(#[from] InvalidDomain),
    #[error(transparent)]
    Local(#[from] InvalidLocalPart),
    #[error(transparent)]
    Mailbox(#[from] InvalidMailbox),
    #[error(transparent)]
    Wildcard(#[from] InvalidWildcard),
}

/// Whether a text begins with a word and a colon, as no address does, and the word is none of ours.
fn is_unknown_kind(text: &str) -> bool {
    text.split_once(':').is_some_and(|(word, _)| {
        !word.eq_ignore_ascii_case(WILDCARD)
            && word
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'))
    })
}

/// The wildcard in a text: behind its word, or that of a domain with a star in it, which no address has.
fn wildcard(text: &str) -> Option<&str> {
    if let Some((word, rest)) = text.split_once(':')
        && word.eq_ignore_ascii_case(WILDCARD)
    {
        return Some(rest);
    }
    let (_, domain) = text.rsplit_once('@')?;
    let starred = domain.contains('*') && !domain.starts_with('[');
    (starred && !text.contains('%')).then_some(text)
}

const NULL: &str = "<>";
const WILDCARD: &str = "wildcard";

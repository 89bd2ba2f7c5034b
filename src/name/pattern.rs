//! Patterns for names: one name, or all below one.

use std::{fmt, str::FromStr};

use super::{Name, NameFault};
use crate::excerpt::Excerpt;

/// One name, or all names below one, as the tables and the perimeter spell them.
///
/// `example.org` is that name alone. `*.example.org` and `.example.org` are the names below it, at
/// label borders, without the name itself. No pattern means "everything": `*` is an error.
///
/// ```
/// use mailward::name::{Name, NamePattern};
///
/// let below: NamePattern = "*.example.org".parse()?;
/// assert!(below.matches(&Name::parse("mx1.example.org")?));
/// assert!(!below.matches(&Name::parse("example.org")?));
/// assert!(!below.matches(&Name::parse("badexample.org")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a name, or those below it"
)]
pub enum NamePattern {
    /// The names below this one, but not it.
    Below(Name),
    /// This name alone.
    Exact(Name),
}

impl NamePattern {
    /// Reads `example.org`, `*.example.org` or `.example.org`.
    ///
    /// # Errors
    ///
    /// What stands after `*.` or `.` must be a [`Name`]; `*` alone is not a pattern, nor may it
    /// stand anywhere else.
    pub fn parse(text: &str) -> Result<Self, InvalidNamePattern> {
        let invalid = |fault| InvalidNamePattern {
            input: Excerpt::new(text),
            fault,
        };
        if text == "*" {
            return Err(invalid(PatternFault::Everything));
        }
        let below = text.strip_prefix("*.").or_else(|| text.strip_prefix('.'));
        match below {
            Some(rest) => Name::read(rest).map(Self::Below),
            None => Name::read(text).map(Self::Exact),
        }
        .map_err(|fault| invalid(PatternFault::Name(fault)))
    }

    /// Whether the pattern covers `name`.
    pub fn matches(&self, name: &Name) -> bool {
        match self {
            Self::Below(parent) => name.is_below(parent),
            Self::Exact(own) => name == own,
        }
    }

    /// The name that the pattern is built on.
    pub const fn name(&self) -> &Name {
        match self {
            Self::Below(name) | Self::Exact(name) => name,
        }
    }
}

impl FromStr for NamePattern {
    type Err = InvalidNamePattern;

    fn from_str(text: &str) -> Result<Self, InvalidNamePattern> {
        Self::parse(text)
    }
}

impl From<Name> for NamePattern {
    fn from(name: Name) -> Self {
        Self::Exact(name)
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Below(name) => write!(f, "*.{name}"),
            Self::Exact(name) => write!(f, "{name}"),
        }
    }
}

/// The text is not a pattern for names.
///
/// ```
/// use mailward::name::NamePattern;
///
/// let error = NamePattern::parse("*").unwrap_err();
/// assert_eq!(error.to_string(), "*: a pattern needs a name, as in *.example.org");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidNamePattern {
    input: Excerpt,
    fault: PatternFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PatternFault {
    Everything,
    Name(NameFault),
}

impl fmt::Display for PatternFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("a pattern needs a name, as in *.example.org"),
            Self::Name(fault) => fault.fmt(f),
        }
    }
}

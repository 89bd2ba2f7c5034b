//! What is wrong with a zone file, and where.

use std::fmt;

use crate::diagnostic::{Diagnostic, Place};
use crate::excerpt::Excerpt;
use crate::nearest::nearest;

use super::Token;

/// A zone file that cannot be read: the first fault, and where it stands.
///
/// ```
/// use mailward::dns::MemoryDns;
///
/// let error = MemoryDns::parse("mail.example. 3600 IN AAA 192.0.2.7").unwrap_err();
/// assert_eq!(error.to_string(), "line 1, column 23: unknown record type AAA; did you mean AAAA?");
/// assert_eq!((error.line(), error.column()), (1, 23));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct ZoneError {
    place: super::Place,
    fault: Fault,
}

impl ZoneError {
    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.place.line
    }

    /// The column in characters, counted from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.place.column
    }

    /// The same as a loader tells it, of the file by this name.
    ///
    /// ```
    /// use mailward::dns::MemoryDns;
    ///
    /// let error = MemoryDns::parse("mail.example. A 192.0.2.").unwrap_err();
    /// assert_eq!(error.in_file("demo.zone").to_string(), "demo.zone:1:17: error: 192.0.2.; expected an IPv4 address");
    /// ```
    #[must_use]
    pub fn in_file(&self, file: &str) -> Diagnostic {
        let error =
            |what: String| Diagnostic::error(Place::new(file, self.line(), self.column()), what);
        match &self.fault {
            Fault::Ended { what } => error("the entry ends here".to_owned()).expected(*what),
            Fault::Expected { what, found } => error(found.to_string()).expected(*what),
            Fault::Plain { words } => error((*words).to_owned()),
            Fault::Unknown { what, found, hint } => {
                let unknown = error(format!("unknown {what} {found}"));
                hint.iter()
                    .fold(unknown, |unknown, hint| unknown.or_meant(hint, [&**hint]))
            }
        }
    }

    /// Something else was expected than this word.
    pub(super) fn expected(what: &'static str, found: &Token<'_>) -> Self {
        Self {
            place: found.place,
            fault: Fault::Expected {
                what,
                found: Excerpt::new(found.text),
            },
        }
    }

    /// The entry ended too early.
    pub(super) const fn ended(what: &'static str, place: super::Place) -> Self {
        Self {
            place,
            fault: Fault::Ended { what },
        }
    }

    /// A word that must be one of a few, and is none.
    pub(super) fn unknown<'k>(
        what: &'static str,
        found: &Token<'_>,
        known: impl IntoIterator<Item = &'k str>,
    ) -> Self {
        let hint = nearest(found.text, known).map(Box::from);
        Self {
            place: found.place,
            fault: Fault::Unknown {
                what,
                found: Excerpt::new(found.text),
                hint,
            },
        }
    }

    /// Tells somebody who indented a name, as one does inside a program's text, why it was not taken as one.
    pub(super) fn for_indented(self) -> Self {
        match self.fault {
            Fault::Unknown { hint: None, .. } => Self::plain(INDENTED, self.place),
            _ => self,
        }
    }

    /// A fault that its own words describe.
    pub(super) const fn plain(words: &'static str, place: super::Place) -> Self {
        Self {
            place,
            fault: Fault::Plain { words },
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Ended {
        what: &'static str,
    },
    Expected {
        what: &'static str,
        found: Excerpt,
    },
    Plain {
        words: &'static str,
    },
    Unknown {
        what: &'static str,
        found: Excerpt,
        hint: Option<Box<str>>,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended { what } => write!(f, "expected {what}, found the end of the entry"),
            Self::Expected { what, found } => write!(f, "expected {what}, found {found}"),
            Self::Plain { words } => f.write_str(words),
            Self::Unknown {
                what,
                found,
                hint: None,
            } => write!(f, "unknown {what} {found}"),
            Self::Unknown {
                what,
                found,
                hint: Some(hint),
            } => {
                write!(f, "unknown {what} {found}; did you mean {hint}?")
            }
        }
    }
}

const INDENTED: &str =
    "expected a record type, for this line begins with a blank and so goes on with the name before";

//! What is wrong, or doubtful, in a file, and where: what a loader tells an operator.
//!
//! Each error or warning is one line, `FILE:LINE:COLUMN: error|warning: what; expected ..; did you mean ..?`. A loader
//! reads on after an error, so that one pass tells of all of them, up to [`Diagnostics::MOST`].
//!
//! ```
//! use mailward::diagnostic::{Diagnostic, Diagnostics, Place};
//!
//! let mut found = Diagnostics::new();
//! let place = Place::new("policy.toml", 3, 1);
//! found.push(Diagnostic::error(place, "unknown key securty").expected("a key").or_meant("securty", ["hostname", "security"]));
//! assert!(found.has_errors());
//! assert_eq!(
//!     found.to_string(),
//!     "policy.toml:3:1: error: unknown key securty; expected a key; did you mean security?\n"
//! );
//! ```

use std::fmt;
use std::sync::Arc;

use crate::excerpt::Excerpt;
use crate::nearest::nearest;

/// A place in a file.
///
/// ```
/// use mailward::diagnostic::Place;
///
/// let start = Place::new("auth.mta", 1, 1);
/// assert_eq!(start.at(7, 12).to_string(), "auth.mta:7:12");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    file: Arc<str>,
    line: usize,
    column: usize,
}

impl Place {
    /// Line and column count from 1, the column in characters. A control character in the file's name is escaped.
    pub fn new(file: &str, line: usize, column: usize) -> Self {
        let shown = file.chars().flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_default());
            let plain = escaped.is_none().then_some(character);
            escaped.into_iter().flatten().chain(plain)
        });
        Self {
            file: shown.collect::<String>().into(),
            line,
            column,
        }
    }

    /// Another place in the same file.
    #[must_use]
    pub fn at(&self, line: usize, column: usize) -> Self {
        Self {
            file: self.file.clone(),
            line,
            column,
        }
    }

    /// The file, by the name under which it was read.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, counted from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Whether a file loads in spite of it.
///
/// ```
/// use mailward::diagnostic::Severity;
///
/// assert_eq!(Severity::Warning.to_string(), "warning");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a file loads or it does not"
)]
pub enum Severity {
    /// The file does not load.
    Error,
    /// The file loads, but may not say what was meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One error or warning. Prints as one line, without its end.
///
/// ```
/// use mailward::diagnostic::{Diagnostic, Place};
///
/// let place = Place::new("auth.user", 2, 1);
/// let warning = Diagnostic::warning(place, "spam.example stands twice");
/// assert_eq!(warning.to_string(), "auth.user:2:1: warning: spam.example stands twice");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    place: Place,
    what: String,
    expected: Option<String>,
    meant: Option<String>,
}

impl Diagnostic {
    /// Something for which a file does not load. Bytes of the file in `what` go through [`shown`] first.
    #[must_use]
    pub fn error(place: Place, what: impl Into<String>) -> Self {
        Self::new(Severity::Error, place, what.into())
    }

    /// Something that may not have been meant.
    #[must_use]
    pub fn warning(place: Place, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, place, what.into())
    }

    fn new(severity: Severity, place: Place, what: String) -> Self {
        Self {
            severity,
            place,
            what,
            expected: None,
            meant: None,
        }
    }

    /// Says what should stand there.
    #[must_use]
    pub fn expected(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    /// Suggests the known word that is nearest to what was found, if one is near.
    #[must_use]
    pub fn or_meant<'w>(self, found: &str, known: impl IntoIterator<Item = &'w str>) -> Self {
        Self {
            meant: nearest(found, known).map(str::to_owned),
            ..self
        }
    }

    /// Whether the file loads in spite of it.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Where it stands.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.severity, self.what)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        match &self.meant {
            Some(meant) => write!(f, "; did you mean {meant}?"),
            None => Ok(()),
        }
    }
}

/// What one pass found, in the order of finding. Prints a line each, errors first, at most [`Self::MOST`] of them.
///
/// ```
/// use mailward::diagnostic::{Diagnostic, Diagnostics, Place};
///
/// let mut found = Diagnostics::new();
/// found.push(Diagnostic::warning(Place::new("policy.toml", 9, 1), "this rule can never fire"));
/// assert!(!found.has_errors() && !found.is_empty());
/// assert_eq!(found.iter().count(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Diagnostics {
    /// How many are kept of each kind, and told in all.
    pub const MOST: usize = 20;

    /// Nothing found yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Adds one; what is beyond [`Self::MOST`] of its kind is dropped.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let list = match diagnostic.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if list.len() < Self::MOST {
            list.push(diagnostic);
        }
    }

    /// Whether there is an error, so that the file does not load.
    #[must_use]
    pub const fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether more errors would be dropped: a loader may stop.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.errors.len() >= Self::MOST
    }

    /// Whether nothing was found.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.warnings.is_empty()
    }

    /// Errors first, then warnings, at most [`Self::MOST`].
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.errors.iter().chain(&self.warnings).take(Self::MOST)
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, found: I) {
        found
            .into_iter()
            .for_each(|diagnostic| self.push(diagnostic));
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter =
        std::iter::Chain<std::vec::IntoIter<Diagnostic>, std::vec::IntoIter<Diagnostic>>;

    /// All that were kept: errors first, then warnings.
    fn into_iter(self) -> Self::IntoIter {
        self.errors.into_iter().chain(self.warnings)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter()
            .try_for_each(|diagnostic| writeln!(f, "{diagnostic}"))
    }
}

impl std::error::Error for Diagnostics {}

/// A piece of a file made safe to print: cut after 80 octets, quoted and escaped where it is more than visible ASCII.
///
/// ```
/// use mailward::diagnostic::shown;
///
/// assert_eq!(shown("REJCT"), "REJCT");
/// assert_eq!(shown("a\r\nb"), r#""a\r\nb""#);
/// ```
#[must_use]
pub fn shown(text: &str) -> String {
    Excerpt::new(text).to_string()
}

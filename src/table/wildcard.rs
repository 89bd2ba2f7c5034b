//! Wildcards for whole addresses, in the manner of OpenVMS.

use std::fmt;
use std::str::{Chars, FromStr};

use super::folded;
use crate::address::Mailbox;
use crate::excerpt::Excerpt;

/// A pattern for whole addresses, in which `*` is any run of characters, none too, and `%` exactly one.
///
/// It is compared in lower case with the address as it is printed: with quotes round the local part where it needs
/// them, so that no quoted `@` is taken for the border of the domain.
///
/// ```
/// use mailward::table::Wildcard;
///
/// let pattern = Wildcard::parse("Sale%@*.Example.org")?;
/// assert!(pattern.is_match(&"sales@news.example.org".parse()?));
/// assert!(!pattern.is_match(&"sale@news.example.org".parse()?));
/// assert_eq!(pattern.to_string(), "sale%@*.example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wildcard(Box<str>);

impl Wildcard {
    /// The most octets a pattern may have.
    pub const MAX_LEN: usize = 320;

    /// Reads a pattern, without the word `wildcard:` that stands before it in a table.
    ///
    /// # Errors
    ///
    /// Nothing, more than [`MAX_LEN`](Self::MAX_LEN) octets, a blank or a control character, which no address prints
    /// outside quotes; `%` stands for a blank inside them.
    pub fn parse(text: &str) -> Result<Self, InvalidWildcard> {
        let fault = match text {
            "" => WildcardFault::Empty,
            _ if text.contains(|found: char| found.is_whitespace() || found.is_control()) => {
                WildcardFault::Blank
            }
            _ => {
                let folded = folded(text);
                if folded.len() <= Self::MAX_LEN {
                    return Ok(Self(folded.into()));
                }
                WildcardFault::TooLong
            }
        };
        Err(InvalidWildcard {
            input: Excerpt::new(text),
            fault,
        })
    }

    /// Whether it covers an address.
    #[must_use]
    pub fn is_match(&self, mailbox: &Mailbox) -> bool {
        self.matches(&folded(&mailbox.to_string()))
    }

    /// Whether it covers a text that is in lower case already.
    pub(super) fn matches(&self, folded: &str) -> bool {
        let (mut pattern, mut text) = (self.0.chars(), folded.chars());
        // Behind the last star: the rest of the pattern, and where in the text it was tried.
        let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
        loop {
            match (pattern.next(), text.clone().next()) {
                (Some('*'), _) => star = Some((pattern.clone(), text.clone())),
                (None, None) => return true,
                (Some(wanted), Some(found)) if wanted == '%' || wanted == found => {
                    text.next();
                }
                _ => {
                    let Some((behind, tried)) = &mut star else {
                        return false;
                    };
                    if tried.next().is_none() {
                        return false;
                    }
                    (pattern, text) = (behind.clone(), tried.clone());
                }
            }
        }
    }
}

impl FromStr for Wildcard {
    type Err = InvalidWildcard;

    fn from_str(text: &str) -> Result<Self, InvalidWildcard> {
        Self::parse(text)
    }
}

/// In lower case, without the word before it.
impl fmt::Display for Wildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no wildcard.
///
/// ```
/// use mailward::table::Wildcard;
///
/// assert_eq!(Wildcard::parse("").unwrap_err().to_string(), "\"\": a wildcard is missing");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidWildcard {
    input: Excerpt,
    fault: WildcardFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum WildcardFault {
    #[error("a wildcard holds no blank; % stands for one")]
    Blank,
    #[error("a wildcard is missing")]
    Empty,
    #[error("a wildcard has at most {} octets", Wildcard::MAX_LEN)]
    TooLong,
}

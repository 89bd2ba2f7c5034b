//! What may follow a verb that takes one argument.

use std::{fmt, str::FromStr};

use crate::wire::smtp::{CommandError, Fault};

/// The text that follows EHLO, HELO, VRFY, EXPN, ETRN or HELP, as the peer sent it.
///
/// It is UTF-8 without control characters, not empty, without blanks at its ends, and at most
/// [`MAX_LEN`](Self::MAX_LEN) octets long. What it means is judged elsewhere.
///
/// ```
/// use mailward::wire::smtp::Argument;
///
/// let argument: Argument = "[192.0.2.1]".parse()?;
/// assert_eq!(argument.as_str(), "[192.0.2.1]");
/// assert!("".parse::<Argument>().is_err());
/// # Ok::<(), mailward::wire::smtp::CommandError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Argument(Box<str>);

impl Argument {
    /// The most octets of an argument: what a line of 512 leaves beside `EHLO ` and CRLF.
    pub const MAX_LEN: usize = 505;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text, without blanks at its ends.
impl FromStr for Argument {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        let text = text.trim_matches(' ');
        let fault = match text.len() {
            0 => Fault::Missing,
            len if len > Self::MAX_LEN => Fault::TooLongArgument,
            _ if text.contains(char::is_control) => Fault::Control,
            _ => return Ok(Self(text.into())),
        };
        Err(CommandError::new(None, fault))
    }
}

/// The text.
impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Argument {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The name of a SASL mechanism, in capitals: 1 to 20 letters, digits, `-` and `_`
/// ([RFC 4422 section 3.1](https://www.rfc-editor.org/rfc/rfc4422#section-3.1)).
///
/// ```
/// use mailward::wire::smtp::Mechanism;
///
/// let mechanism: Mechanism = "Plain".parse()?;
/// assert_eq!(mechanism.as_str(), "PLAIN");
/// # Ok::<(), mailward::wire::smtp::CommandError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mechanism(Box<str>);

impl Mechanism {
    /// The name in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In any case of letters.
impl FromStr for Mechanism {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        let allowed = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        if (1..=20).contains(&text.len()) && text.bytes().all(allowed) {
            return Ok(Self(text.to_ascii_uppercase().into()));
        }
        Err(CommandError::new(None, Fault::Mechanism))
    }
}

/// The name in capitals.
impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What AUTH sent along with the mechanism: base64, or `=` for an empty response
/// ([RFC 4954 section 4](https://www.rfc-editor.org/rfc/rfc4954#section-4)).
///
/// It may hold a password, so `Debug` does not show it.
///
/// ```
/// use mailward::wire::smtp::InitialResponse;
///
/// let response: InitialResponse = "AGFubgBzZWNyZXQ=".parse()?;
/// assert_eq!(response.as_str(), "AGFubgBzZWNyZXQ=");
/// assert_eq!(format!("{response:?}"), "InitialResponse(..)");
/// # Ok::<(), mailward::wire::smtp::CommandError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct InitialResponse(Box<str>);

impl InitialResponse {
    /// The most octets: what a line of 12288 leaves beside the longest mechanism.
    pub const MAX_LEN: usize = 12260;

    /// The text as it was sent, not decoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Base64 with its padding, or `=`.
impl FromStr for InitialResponse {
    type Err = CommandError;

    fn from_str(text: &str) -> Result<Self, CommandError> {
        if text.len() > Self::MAX_LEN {
            return Err(CommandError::new(None, Fault::AuthTooLong));
        }
        if text == "=" || is_base64(text) {
            return Ok(Self(text.into()));
        }
        Err(CommandError::new(None, Fault::Base64))
    }
}

impl fmt::Debug for InitialResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InitialResponse(..)")
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let padding = text.len().saturating_sub(digits.len());
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/');
    !digits.is_empty()
        && padding <= 2
        && text.len().is_multiple_of(4)
        && digits.bytes().all(allowed)
}

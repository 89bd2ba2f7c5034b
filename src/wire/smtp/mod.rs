//! The commands of an SMTP client, read strictly.
//!
//! [RFC 5321 section 4.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1) defines the grammar.
//! Two parties that disagree about where a line or an address ends can be played off against each
//! other, so nothing is repaired here: a CR, LF, NUL or other control character inside a line, a
//! blank round the colon of `MAIL FROM:`, a path without its brackets are errors, each with the
//! reply code and enhanced code that the RFCs have for it. Blanks at the end of a line are dropped
//! (section 4.1.1), and letters of verbs and keywords may be of any case.
//!
//! ```
//! use mailward::wire::smtp::Command;
//!
//! let command = Command::parse(b"mail from:<ann@example.org> size=1000\r\n")?;
//! assert_eq!(command.to_string(), "MAIL FROM:<ann@example.org> SIZE=1000");
//! # Ok::<(), mailward::wire::smtp::CommandError>(())
//! ```

mod argument;
mod error;
mod parameters;
mod verb;

pub use argument::{Argument, InitialResponse, Mechanism};
pub use error::CommandError;
pub use parameters::{Parameter, Parameters};
pub use verb::Verb;

use std::fmt;

use crate::address::{ForwardPath, ReversePath};
use error::Fault;

/// A command with its arguments.
///
/// [`Display`](fmt::Display) is the wire form without CRLF. It shows what AUTH sent, so do not log
/// it; `Debug` does not show that.
///
/// ```
/// use mailward::wire::smtp::{Command, Verb};
///
/// let Command::Rcpt { to, params } = Command::parse(b"RCPT TO:<bob@example.net>")? else {
///     panic!("not RCPT");
/// };
/// assert_eq!(to.recipient().to_string(), "bob@example.net");
/// assert!(params.is_empty());
/// # Ok::<(), mailward::wire::smtp::CommandError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// `AUTH PLAIN AGFubgBzZWNyZXQ=` (RFC 4954).
    Auth {
        /// The SASL mechanism.
        mechanism: Mechanism,
        /// The first response, if the client did not wait for the challenge.
        initial: Option<InitialResponse>,
    },
    /// `DATA`
    Data,
    /// `EHLO mail.example.org`
    Ehlo(Argument),
    /// `ETRN example.org` (RFC 1985).
    Etrn(Argument),
    /// `EXPN list`
    Expn(Argument),
    /// `HELO mail.example.org`
    Helo(Argument),
    /// `HELP` or `HELP MAIL`
    Help(Option<Argument>),
    /// `MAIL FROM:<ann@example.org> SIZE=1000`
    Mail {
        /// The sender.
        from: ReversePath,
        /// What follows the path.
        params: Parameters,
    },
    /// `NOOP`; what follows it is dropped, as the RFC wants.
    Noop,
    /// `QUIT`
    Quit,
    /// `RCPT TO:<bob@example.net>`
    Rcpt {
        /// The recipient.
        to: ForwardPath,
        /// What follows the path.
        params: Parameters,
    },
    /// `RSET`
    Rset,
    /// `STARTTLS` (RFC 3207).
    StartTls,
    /// `VRFY ann`
    Vrfy(Argument),
}

impl Command {
    /// Reads one line, with or without its final CRLF.
    ///
    /// # Errors
    ///
    /// [`CommandError`] says which codes to answer:
    ///
    /// | fault | codes |
    /// | --- | --- |
    /// | longer than [`Verb::max_line_len`] (512 octets for unknown verbs) | 500 5.5.2 (AUTH: 5.5.6) |
    /// | CR, LF, NUL or another control character; nothing at all | 500 5.5.2 |
    /// | unknown verb | 500 5.5.1 |
    /// | bad sender path | 501 5.1.7 |
    /// | bad recipient path | 501 5.1.3 |
    /// | AUTH response that is not base64 | 501 5.5.2 |
    /// | argument missing, malformed, or where none may stand; parameter malformed or given twice | 501 5.5.4 |
    ///
    /// ```
    /// use mailward::wire::smtp::Command;
    ///
    /// assert_eq!(Command::parse(b"quit\r\n"), Ok(Command::Quit));
    /// let error = Command::parse(b"QUIT\r\nRSET\r\n").unwrap_err();
    /// assert_eq!(error.to_string(), "QUIT: control character in the line");
    /// ```
    pub fn parse(line: &[u8]) -> Result<Self, CommandError> {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let (verb, rest) = split_verb(line);
        let fault = |fault| CommandError::new(verb, fault);
        let limit = verb.map_or(UNKNOWN_MAX_LINE_LEN, Verb::max_line_len);
        if line.len().saturating_add("\r\n".len()) > limit {
            return Err(fault(match verb {
                Some(Verb::Auth) => Fault::AuthTooLong,
                _ => Fault::TooLong,
            }));
        }
        if line.iter().any(u8::is_ascii_control) {
            return Err(fault(Fault::Control));
        }
        let Some(verb) = verb else {
            return Err(fault(if line.is_empty() {
                Fault::Empty
            } else {
                Fault::Unknown
            }));
        };
        let rest = str::from_utf8(rest).map_err(|_| verb.fault(not_text(verb)))?;
        if rest.contains(char::is_control) {
            return Err(verb.fault(Fault::Control));
        }
        Self::read(verb, rest.trim_end_matches(' ')).map_err(|error| error.of(verb))
    }

    /// The first word.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Auth { .. } => Verb::Auth,
            Self::Data => Verb::Data,
            Self::Ehlo(_) => Verb::Ehlo,
            Self::Etrn(_) => Verb::Etrn,
            Self::Expn(_) => Verb::Expn,
            Self::Helo(_) => Verb::Helo,
            Self::Help(_) => Verb::Help,
            Self::Mail { .. } => Verb::Mail,
            Self::Noop => Verb::Noop,
            Self::Quit => Verb::Quit,
            Self::Rcpt { .. } => Verb::Rcpt,
            Self::Rset => Verb::Rset,
            Self::StartTls => Verb::StartTls,
            Self::Vrfy(_) => Verb::Vrfy,
        }
    }

    /// `rest` is what stood behind the verb: nothing, or a blank and more.
    fn read(verb: Verb, rest: &str) -> Result<Self, CommandError> {
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        match verb {
            Verb::Auth => Self::auth(rest),
            Verb::Data => bare(rest, Self::Data),
            Verb::Ehlo => rest.parse().map(Self::Ehlo),
            Verb::Etrn => rest.parse().map(Self::Etrn),
            Verb::Expn => rest.parse().map(Self::Expn),
            Verb::Helo => rest.parse().map(Self::Helo),
            Verb::Help if rest.is_empty() => Ok(Self::Help(None)),
            Verb::Help => rest.parse().map(|topic| Self::Help(Some(topic))),
            Verb::Mail => Self::mail(rest),
            Verb::Noop => Ok(Self::Noop),
            Verb::Quit => bare(rest, Self::Quit),
            Verb::Rcpt => Self::rcpt(rest),
            Verb::Rset => bare(rest, Self::Rset),
            Verb::StartTls => bare(rest, Self::StartTls),
            Verb::Vrfy => rest.parse().map(Self::Vrfy),
        }
    }

    fn auth(rest: &str) -> Result<Self, CommandError> {
        let (mechanism, initial) = match rest.split_once(' ') {
            Some((mechanism, initial)) => (mechanism, Some(initial)),
            None if rest.is_empty() => return Err(Verb::Auth.fault(Fault::Missing)),
            None => (rest, None),
        };
        let mechanism = mechanism.parse()?;
        let initial = initial.map(str::parse).transpose()?;
        Ok(Self::Auth { mechanism, initial })
    }

    fn mail(rest: &str) -> Result<Self, CommandError> {
        let path = behind(rest, "FROM:", Fault::NoFrom)?;
        let (from, rest) = ReversePath::parse_prefix(path)
            .map_err(|error| CommandError::of_path(Verb::Mail, Fault::Sender, error))?;
        let params = parameters(rest)?;
        Ok(Self::Mail { from, params })
    }

    fn rcpt(rest: &str) -> Result<Self, CommandError> {
        let path = behind(rest, "TO:", Fault::NoTo)?;
        let (to, rest) = ForwardPath::parse_prefix(path)
            .map_err(|error| CommandError::of_path(Verb::Rcpt, Fault::Recipient, error))?;
        let params = parameters(rest)?;
        Ok(Self::Rcpt { to, params })
    }
}

/// The wire form without CRLF.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.verb())?;
        match self {
            Self::Auth { mechanism, initial } => {
                write!(f, " {mechanism}")?;
                initial
                    .iter()
                    .try_for_each(|text| write!(f, " {}", text.as_str()))
            }
            Self::Data | Self::Noop | Self::Quit | Self::Rset | Self::StartTls => Ok(()),
            Self::Ehlo(text) | Self::Etrn(text) | Self::Expn(text) => write!(f, " {text}"),
            Self::Helo(text) | Self::Vrfy(text) => write!(f, " {text}"),
            Self::Help(topic) => topic.iter().try_for_each(|text| write!(f, " {text}")),
            Self::Mail { from, params } => write_path(f, "FROM", from, params),
            Self::Rcpt { to, params } => write_path(f, "TO", to, params),
        }
    }
}

fn write_path(
    f: &mut fmt::Formatter<'_>,
    keyword: &str,
    path: &dyn fmt::Display,
    parameters: &Parameters,
) -> fmt::Result {
    write!(f, " {keyword}:{path}")?;
    if parameters.is_empty() {
        return Ok(());
    }
    write!(f, " {parameters}")
}

/// The verb and what stands behind it: a blank, a control character (the caller refuses the line)
/// or nothing. Looks no further than the longest verb.
fn split_verb(line: &[u8]) -> (Option<Verb>, &[u8]) {
    let ends = |octet: &u8| *octet == b' ' || octet.is_ascii_control();
    let head = line.get(..VERB_WINDOW).unwrap_or(line);
    let end = head.iter().position(ends).unwrap_or(head.len());
    let (word, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
    (Verb::find(word), rest)
}

/// Who is not UTF-8: the path, most likely, where there is one.
const fn not_text(verb: Verb) -> Fault {
    match verb {
        Verb::Mail => Fault::Sender,
        Verb::Rcpt => Fault::Recipient,
        _ => Fault::NotText,
    }
}

fn bare(rest: &str, command: Command) -> Result<Command, CommandError> {
    if rest.is_empty() {
        return Ok(command);
    }
    Err(command.verb().fault(Fault::Unexpected))
}

/// What stands behind `FROM:` or `TO:`.
fn behind<'a>(rest: &'a str, keyword: &str, expected: Fault) -> Result<&'a str, CommandError> {
    let (found, path) = rest.split_at_checked(keyword.len()).unwrap_or_default();
    let fault = if !found.eq_ignore_ascii_case(keyword) {
        expected
    } else if path.starts_with(' ') {
        Fault::Blank
    } else {
        return Ok(path);
    };
    Err(CommandError::new(None, fault))
}

/// What stands behind a path: nothing, or a blank and parameters.
fn parameters(rest: &str) -> Result<Parameters, CommandError> {
    match rest.strip_prefix(' ') {
        Some(parameters) => parameters.parse(),
        None if rest.is_empty() => Ok(Parameters::default()),
        None => Err(CommandError::new(None, Fault::AfterPath)),
    }
}

/// The longest line with a verb that is not known.
const UNKNOWN_MAX_LINE_LEN: usize = 512;

/// More octets than the longest verb has.
const VERB_WINDOW: usize = 16;

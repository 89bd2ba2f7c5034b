//! What is wrong with a command, and which codes say so.

use std::fmt;

use crate::address::InvalidPath;
use crate::reply::{Detail, Reply, ReplyCode, ReplyText};
use crate::wire::smtp::Verb;

/// Why a line is not a command, or why a parameter cannot be honoured.
///
/// [`Display`](fmt::Display) is for the log; neither it nor [`reply`](Self::reply) repeats what the
/// peer sent. For a bad path, [`source`](std::error::Error::source) tells more.
///
/// ```
/// use mailward::reply::{Detail, ReplyCode};
/// use mailward::wire::smtp::{Command, Verb};
///
/// let error = Command::parse(b"MAIL FROM:<ann@>").unwrap_err();
/// assert_eq!(error.verb(), Some(Verb::Mail));
/// assert_eq!(error.code(), ReplyCode::ARGUMENT_SYNTAX_ERROR);
/// assert_eq!(error.detail(), Detail::SENDER_SYNTAX);
/// assert_eq!(error.to_string(), "MAIL: malformed sender path");
/// assert_eq!(error.reply().to_string(), "501 5.1.7 malformed sender path\r\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandError {
    verb: Option<Verb>,
    fault: Fault,
    source: Option<InvalidPath>,
}

impl CommandError {
    pub(super) const fn new(verb: Option<Verb>, fault: Fault) -> Self {
        Self {
            verb,
            fault,
            source: None,
        }
    }

    pub(super) const fn of_path(verb: Verb, fault: Fault, path: InvalidPath) -> Self {
        Self {
            verb: Some(verb),
            fault,
            source: Some(path),
        }
    }

    /// The same error, said of a command with this verb.
    pub(super) fn of(self, verb: Verb) -> Self {
        let verb = Some(verb);
        Self { verb, ..self }
    }

    /// The command, if the line began with the word of one.
    pub const fn verb(&self) -> Option<Verb> {
        self.verb
    }

    /// The reply code: 500, 501 or 555.
    pub const fn code(&self) -> ReplyCode {
        self.fault.codes().0
    }

    /// The enhanced code's detail.
    pub const fn detail(&self) -> Detail {
        self.fault.codes().1
    }

    /// A reply that says what is wrong in fixed words.
    pub const fn reply(&self) -> Reply {
        let text = ReplyText::from_static(self.fault.text());
        Reply::new(self.code(), Some(self.detail()), text)
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verb {
            Some(verb) => write!(f, "{verb}: {}", self.fault.text()),
            None => write!(f, "command: {}", self.fault.text()),
        }
    }
}

impl std::error::Error for CommandError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let path = self.source.as_ref()?;
        Some(path)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    AfterPath,
    AuthTooLong,
    Base64,
    Blank,
    Control,
    Duplicate,
    Empty,
    Mechanism,
    Missing,
    NoFrom,
    NoTo,
    NotText,
    Parameter,
    Recipient,
    Sender,
    Size,
    TooLong,
    TooLongArgument,
    TooMany,
    Unexpected,
    Unknown,
    Unrecognized,
}

impl Fault {
    const fn codes(self) -> (ReplyCode, Detail) {
        match self {
            Self::Unknown => (ReplyCode::COMMAND_UNRECOGNIZED, Detail::INVALID_COMMAND),
            Self::Control | Self::Empty | Self::TooLong => {
                (ReplyCode::COMMAND_UNRECOGNIZED, Detail::SYNTAX)
            }
            Self::AuthTooLong => (
                ReplyCode::COMMAND_UNRECOGNIZED,
                Detail::AUTHENTICATION_LINE_TOO_LONG,
            ),
            Self::Base64 => (ReplyCode::ARGUMENT_SYNTAX_ERROR, Detail::SYNTAX),
            Self::Sender => (ReplyCode::ARGUMENT_SYNTAX_ERROR, Detail::SENDER_SYNTAX),
            Self::Recipient => (ReplyCode::ARGUMENT_SYNTAX_ERROR, Detail::DESTINATION_SYNTAX),
            Self::Unrecognized => (
                ReplyCode::PARAMETERS_NOT_RECOGNIZED,
                Detail::INVALID_ARGUMENTS,
            ),
            Self::AfterPath
            | Self::Blank
            | Self::Duplicate
            | Self::Mechanism
            | Self::Missing
            | Self::NoFrom
            | Self::NoTo
            | Self::NotText
            | Self::Parameter
            | Self::Size
            | Self::TooLongArgument
            | Self::TooMany
            | Self::Unexpected => (ReplyCode::ARGUMENT_SYNTAX_ERROR, Detail::INVALID_ARGUMENTS),
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::AfterPath => "blank expected after the path",
            Self::AuthTooLong | Self::TooLong => "line too long",
            Self::Base64 => "initial response is not base64",
            Self::Blank => "blank after the colon",
            Self::Control => "control character in the line",
            Self::Duplicate => "parameter given twice",
            Self::Empty => "empty line",
            Self::Mechanism => "malformed mechanism name",
            Self::Missing => "argument missing",
            Self::NoFrom => "FROM: expected",
            Self::NoTo => "TO: expected",
            Self::NotText => "argument is not UTF-8",
            Self::Parameter => "malformed parameter",
            Self::Recipient => "malformed recipient path",
            Self::Sender => "malformed sender path",
            Self::Size => "SIZE is not a number of octets",
            Self::TooLongArgument => "argument too long",
            Self::TooMany => "too many parameters",
            Self::Unexpected => "no argument allowed",
            Self::Unknown => "command unrecognized",
            Self::Unrecognized => "parameter not recognized",
        }
    }
}

//! Which command a line is: its first word.

use std::fmt;

use crate::wire::smtp::{CommandError, Fault};

/// The first word of a command.
///
/// ```
/// use mailward::wire::smtp::Verb;
///
/// assert_eq!(Verb::find(b"starttls"), Some(Verb::StartTls));
/// assert_eq!(Verb::StartTls.as_str(), "STARTTLS");
/// assert_eq!(Verb::find(b"HELO?"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Verb {
    /// RFC 4954.
    Auth,
    /// RFC 5321.
    Data,
    /// RFC 5321.
    Ehlo,
    /// RFC 1985.
    Etrn,
    /// RFC 5321.
    Expn,
    /// RFC 5321.
    Helo,
    /// RFC 5321.
    Help,
    /// RFC 5321.
    Mail,
    /// RFC 5321.
    Noop,
    /// RFC 5321.
    Quit,
    /// RFC 5321.
    Rcpt,
    /// RFC 5321.
    Rset,
    /// RFC 3207.
    StartTls,
    /// RFC 5321.
    Vrfy,
}

impl Verb {
    /// All verbs, in alphabetical order.
    pub const ALL: &'static [Self] = &[
        Self::Auth,
        Self::Data,
        Self::Ehlo,
        Self::Etrn,
        Self::Expn,
        Self::Helo,
        Self::Help,
        Self::Mail,
        Self::Noop,
        Self::Quit,
        Self::Rcpt,
        Self::Rset,
        Self::StartTls,
        Self::Vrfy,
    ];

    /// The verb that a word is, in any case of letters.
    pub fn find(word: &[u8]) -> Option<Self> {
        let same = |verb: &&Self| verb.as_str().as_bytes().eq_ignore_ascii_case(word);
        Self::ALL.iter().find(same).copied()
    }

    /// The word in capitals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "AUTH",
            Self::Data => "DATA",
            Self::Ehlo => "EHLO",
            Self::Etrn => "ETRN",
            Self::Expn => "EXPN",
            Self::Helo => "HELO",
            Self::Help => "HELP",
            Self::Mail => "MAIL",
            Self::Noop => "NOOP",
            Self::Quit => "QUIT",
            Self::Rcpt => "RCPT",
            Self::Rset => "RSET",
            Self::StartTls => "STARTTLS",
            Self::Vrfy => "VRFY",
        }
    }

    /// The most octets that a line of this command may have, CRLF included: 12288 for AUTH
    /// (RFC 4954 section 4), 2048 for MAIL and RCPT, whose extensions each add to the limit
    /// (RFC 5321 section 4.5.3.1.4), and 512 for the others.
    pub const fn max_line_len(self) -> usize {
        match self {
            Self::Auth => 12288,
            Self::Mail | Self::Rcpt => 2048,
            _ => 512,
        }
    }

    pub(super) const fn fault(self, fault: Fault) -> CommandError {
        CommandError::new(Some(self), fault)
    }
}

/// The word in capitals.
impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

//! Which reply code is meant: three digits of which the first tells the class.
//!
//! [RFC 5321 section 4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2) defines the form,
//! section 4.2.3 most of the codes; the extensions that bring the others are named at each constant.

use std::{fmt, num::NonZeroU16, str::FromStr};

use crate::reply::{Detail, EnhancedCode, Excerpt};

/// The three digits that begin every line of an SMTP reply, from 200 to 599.
///
/// A code below 200 does not exist in SMTP, one above 599 never did, so neither can be held.
///
/// ```
/// use mailward::reply::{Class, ReplyCode};
///
/// let code = ReplyCode::new(550)?;
/// assert_eq!(code, ReplyCode::MAILBOX_UNAVAILABLE);
/// assert_eq!(code.class(), Class::Permanent);
/// assert!(ReplyCode::new(600).is_err());
/// # Ok::<(), mailward::reply::InvalidReplyCode>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReplyCode(NonZeroU16);

impl ReplyCode {
    /// Takes a number from 200 to 599.
    ///
    /// # Errors
    ///
    /// [`InvalidReplyCode`] for any other number.
    ///
    /// ```
    /// use mailward::reply::ReplyCode;
    ///
    /// assert_eq!(ReplyCode::new(250)?.to_string(), "250");
    /// # Ok::<(), mailward::reply::InvalidReplyCode>(())
    /// ```
    pub const fn new(code: u16) -> Result<Self, InvalidReplyCode> {
        match NonZeroU16::new(code) {
            Some(number) if code >= 200 && code <= 599 => Ok(Self(number)),
            _ => Err(InvalidReplyCode(Fault::Number(code))),
        }
    }

    /// The code as a number, from 200 to 599.
    pub const fn as_u16(self) -> u16 {
        self.0.get()
    }

    /// What the first digit says.
    pub const fn class(self) -> Class {
        match self.as_u16() {
            ..300 => Class::Success,
            300..400 => Class::Intermediate,
            400..500 => Class::Transient,
            500.. => Class::Permanent,
        }
    }

    /// Whether the first digit is 4: the client may try again later.
    pub const fn is_transient(self) -> bool {
        matches!(self.class(), Class::Transient)
    }

    /// Whether the first digit is 5: the client should not repeat the same command.
    pub const fn is_permanent(self) -> bool {
        matches!(self.class(), Class::Permanent)
    }

    /// The enhanced code with this code's class, or `None` for a 3yz code, which never has one
    /// ([RFC 2034 section 4](https://www.rfc-editor.org/rfc/rfc2034#section-4)).
    ///
    /// This is what keeps the two classes from ever disagreeing.
    ///
    /// ```
    /// use mailward::reply::{Detail, ReplyCode};
    ///
    /// let enhanced = ReplyCode::MAILBOX_UNAVAILABLE.enhanced(Detail::REVERSE_DNS_FAILED);
    /// assert_eq!(enhanced.unwrap().to_string(), "5.7.25");
    /// assert_eq!(ReplyCode::START_MAIL_INPUT.enhanced(Detail::OTHER), None);
    /// ```
    pub const fn enhanced(self, detail: Detail) -> Option<EnhancedCode> {
        EnhancedCode::of(self.class(), detail)
    }

    /// A registry row; called in constants only, so that a row out of range does not compile.
    #[expect(clippy::panic, reason = "evaluated by the compiler, never at run time")]
    const fn listed(code: u16) -> Self {
        match Self::new(code) {
            Ok(code) => code,
            Err(_) => panic!("not from 200 to 599"),
        }
    }
}

macro_rules! reply_codes {
    ($( $(#[$docs:meta])* ($number:literal, $name:ident, $phrase:literal); )+) => {
        impl ReplyCode {
            $(
                $(#[$docs])*
                #[doc = ""]
                #[doc = concat!("The phrase of the RFC: `", $phrase, "`.")]
                pub const $name: Self = Self::listed($number);
            )+

            /// The codes that have a constant here, in ascending order.
            pub const REGISTERED: &'static [Self] = &[$( Self::$name, )+];

            /// The phrase that the defining RFC puts beside a registered code.
            ///
            /// ```
            /// use mailward::reply::ReplyCode;
            ///
            /// assert_eq!(ReplyCode::BAD_SEQUENCE.phrase(), Some("bad sequence of commands"));
            /// ```
            pub const fn phrase(self) -> Option<&'static str> {
                match self.as_u16() {
                    $( $number => Some($phrase), )+
                    _ => None,
                }
            }
        }
    };
}

reply_codes! {
    /// 211, RFC 5321.
    (211, SYSTEM_STATUS, "system status, or system help reply");
    /// 214, RFC 5321: answers HELP.
    (214, HELP_MESSAGE, "help message");
    /// 220, RFC 5321: the greeting; also the go-ahead after STARTTLS.
    (220, SERVICE_READY, "service ready");
    /// 221, RFC 5321: answers QUIT.
    (221, CLOSING, "service closing transmission channel");
    /// 235, RFC 4954.
    (235, AUTHENTICATED, "authentication succeeded");
    /// 250, RFC 5321.
    (250, OK, "requested mail action okay, completed");
    /// 251, RFC 5321.
    (251, WILL_FORWARD, "user not local; will forward");
    /// 252, RFC 5321: what VRFY and EXPN answer where they are disabled (section 3.5.3).
    (252, CANNOT_VERIFY, "cannot VRFY user, but will accept message and attempt delivery");
    /// 334, RFC 4954: the text is a base64 challenge.
    (334, AUTHENTICATION_CHALLENGE, "server challenge");
    /// 354, RFC 5321: answers DATA.
    (354, START_MAIL_INPUT, "start mail input; end with <CRLF>.<CRLF>");
    /// 421, RFC 5321: may be sent at any time; the server closes the connection after it.
    (421, SERVICE_NOT_AVAILABLE, "service not available, closing transmission channel");
    /// 432, RFC 4954.
    (432, PASSWORD_TRANSITION_NEEDED, "a password transition is needed");
    /// 450, RFC 5321: mailbox busy, or blocked for policy reasons for a while.
    (450, MAILBOX_BUSY, "requested mail action not taken: mailbox unavailable");
    /// 451, RFC 5321.
    (451, LOCAL_ERROR, "requested action aborted: local error in processing");
    /// 452, RFC 5321: also for too many recipients (section 4.5.3.1.10).
    (452, INSUFFICIENT_STORAGE, "requested action not taken: insufficient system storage");
    /// 453, RFC 2645.
    (453, NO_MAIL, "you have no mail");
    /// 454, RFC 4954; RFC 3207 for TLS.
    (454, TEMPORARY_AUTHENTICATION_FAILURE, "temporary authentication failure");
    /// 455, RFC 5321.
    (455, PARAMETERS_NOT_ACCOMMODATED, "server unable to accommodate parameters");
    /// 458, RFC 1985.
    (458, UNABLE_TO_QUEUE, "unable to queue messages for node");
    /// 459, RFC 1985.
    (459, NODE_NOT_ALLOWED, "node not allowed");
    /// 500, RFC 5321: also for a line that is too long.
    (500, COMMAND_UNRECOGNIZED, "syntax error, command unrecognized");
    /// 501, RFC 5321.
    (501, ARGUMENT_SYNTAX_ERROR, "syntax error in parameters or arguments");
    /// 502, RFC 5321.
    (502, COMMAND_NOT_IMPLEMENTED, "command not implemented");
    /// 503, RFC 5321: also answers all but QUIT after a 554 greeting.
    (503, BAD_SEQUENCE, "bad sequence of commands");
    /// 504, RFC 5321.
    (504, PARAMETER_NOT_IMPLEMENTED, "command parameter not implemented");
    /// 521, RFC 7504: not meant for single clients.
    (521, NO_MAIL_SERVICE, "host does not accept mail");
    /// 523, RFC 5248 and its registry.
    (523, ENCRYPTION_NEEDED, "encryption needed");
    /// 525, RFC 5248 and its registry.
    (525, ACCOUNT_DISABLED, "user account disabled");
    /// 530, RFC 4954.
    (530, AUTHENTICATION_REQUIRED, "authentication required");
    /// 534, RFC 4954.
    (534, AUTHENTICATION_TOO_WEAK, "authentication mechanism is too weak");
    /// 535, RFC 4954.
    (535, AUTHENTICATION_FAILED, "authentication credentials invalid");
    /// 538, RFC 4954 (listed there for history).
    (538, ENCRYPTION_REQUIRED, "encryption required for requested authentication mechanism");
    /// 550, RFC 5321: mailbox unavailable, or refused for policy reasons.
    (550, MAILBOX_UNAVAILABLE, "requested action not taken: mailbox unavailable");
    /// 551, RFC 5321.
    (551, USER_NOT_LOCAL, "user not local");
    /// 552, RFC 5321.
    (552, STORAGE_EXCEEDED, "requested mail action aborted: exceeded storage allocation");
    /// 553, RFC 5321.
    (553, MAILBOX_NAME_NOT_ALLOWED, "requested action not taken: mailbox name not allowed");
    /// 554, RFC 5321: as a greeting, "no SMTP service here"; the server then awaits QUIT.
    (554, TRANSACTION_FAILED, "transaction failed");
    /// 555, RFC 5321.
    (555, PARAMETERS_NOT_RECOGNIZED, "MAIL FROM/RCPT TO parameters not recognized or not implemented");
    /// 556, RFC 7504: the recipient's domain has a null MX (RFC 7505).
    (556, DOMAIN_ACCEPTS_NO_MAIL, "domain does not accept mail");
}

/// Exactly three digits.
///
/// ```
/// use mailward::reply::ReplyCode;
///
/// assert_eq!("421".parse(), Ok(ReplyCode::SERVICE_NOT_AVAILABLE));
/// assert!("+42".parse::<ReplyCode>().is_err());
/// ```
impl FromStr for ReplyCode {
    type Err = InvalidReplyCode;

    fn from_str(text: &str) -> Result<Self, InvalidReplyCode> {
        let digits = text.len() == 3 && text.bytes().all(|octet| octet.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits => Self::new(number),
            _ => Err(InvalidReplyCode(Fault::Text(Excerpt::of(text)))),
        }
    }
}

impl TryFrom<u16> for ReplyCode {
    type Error = InvalidReplyCode;

    fn try_from(code: u16) -> Result<Self, InvalidReplyCode> {
        Self::new(code)
    }
}

impl From<ReplyCode> for u16 {
    fn from(code: ReplyCode) -> Self {
        code.as_u16()
    }
}

impl PartialEq<u16> for ReplyCode {
    fn eq(&self, number: &u16) -> bool {
        self.as_u16() == *number
    }
}

/// The three digits.
impl fmt::Display for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for ReplyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What the first digit of a [`ReplyCode`] says
/// ([RFC 5321 section 4.2.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1)).
///
/// ```
/// use mailward::reply::{Class, ReplyCode};
///
/// assert_eq!(ReplyCode::OK.class(), Class::Success);
/// assert_eq!(Class::Transient.digit(), 4);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: RFC 5321 has no other first digit"
)]
pub enum Class {
    /// 2yz: done.
    Success,
    /// 3yz: go on, the command needs more from you.
    Intermediate,
    /// 4yz: not now; try again later.
    Transient,
    /// 5yz: no.
    Permanent,
}

impl Class {
    /// The digit, from 2 to 5.
    pub const fn digit(self) -> u16 {
        match self {
            Self::Success => 2,
            Self::Intermediate => 3,
            Self::Transient => 4,
            Self::Permanent => 5,
        }
    }
}

/// Why something is not a [`ReplyCode`].
///
/// ```
/// use mailward::reply::ReplyCode;
///
/// let error = ReplyCode::new(199).unwrap_err();
/// assert_eq!(error.to_string(), "reply code 199: not from 200 to 599");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidReplyCode(Fault);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("reply code {0}: not from 200 to 599")]
    Number(u16),
    #[error("reply code {0}: not three digits")]
    Text(Excerpt),
}

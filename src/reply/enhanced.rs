//! What exactly a reply is about: the enhanced status code of
//! [RFC 3463](https://www.rfc-editor.org/rfc/rfc3463), sent in replies since
//! [RFC 2034](https://www.rfc-editor.org/rfc/rfc2034).
//!
//! `5.7.25` is a class (5), a subject (7, security or policy) and a detail (25, reverse DNS failed).
//! The class must equal the first digit of the reply code, so it is not stored beside one: a reply
//! carries a [`Detail`], `7.25`, and the class comes from the code whenever it is printed.

use std::{fmt, str::FromStr};

use crate::reply::{Class, Excerpt};

/// An enhanced status code without its class: `7.25`.
///
/// Subject and detail are each from 0 to 999. The constants are those of the IANA registry that an
/// SMTP server has a use for.
///
/// ```
/// use mailward::reply::Detail;
///
/// let detail: Detail = "7.25".parse()?;
/// assert_eq!(detail, Detail::REVERSE_DNS_FAILED);
/// assert_eq!((detail.subject(), detail.detail()), (7, 25));
/// # Ok::<(), mailward::reply::InvalidDetail>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Detail {
    subject: u16,
    detail: u16,
}

impl Detail {
    /// Takes a subject and a detail, each from 0 to 999.
    ///
    /// # Errors
    ///
    /// [`InvalidDetail`] if either is larger.
    ///
    /// ```
    /// use mailward::reply::Detail;
    ///
    /// assert_eq!(Detail::new(7, 1)?, Detail::POLICY);
    /// # Ok::<(), mailward::reply::InvalidDetail>(())
    /// ```
    pub const fn new(subject: u16, detail: u16) -> Result<Self, InvalidDetail> {
        if subject > 999 || detail > 999 {
            return Err(InvalidDetail(Fault::Number(subject, detail)));
        }
        Ok(Self { subject, detail })
    }

    /// The middle number: 1 addressing, 2 mailbox, 3 mail system, 4 network, 5 protocol,
    /// 6 content, 7 security or policy.
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The last number.
    pub const fn detail(self) -> u16 {
        self.detail
    }
}

macro_rules! details {
    ($( ($subject:literal, $detail:literal, $name:ident, $meaning:literal); )+) => {
        impl Detail {
            $(
                #[doc = concat!("X.", $subject, ".", $detail, ": ", $meaning, ".")]
                pub const $name: Self = Self { subject: $subject, detail: $detail };
            )+

            /// The details that have a constant here, in ascending order.
            pub const REGISTERED: &'static [Self] = &[$( Self::$name, )+];
        }
    };
}

details! {
    (0, 0, OTHER, "other or undefined status; as 2.0.0, plain success");
    (1, 0, VALID_SENDER, "other address status; as 2.1.0, the sender is taken");
    (1, 1, BAD_DESTINATION_MAILBOX, "no such mailbox");
    (1, 2, BAD_DESTINATION_SYSTEM, "the recipient's domain does not exist or takes no mail");
    (1, 3, DESTINATION_SYNTAX, "the recipient address is not well-formed");
    (1, 4, DESTINATION_AMBIGUOUS, "the recipient address means more than one mailbox");
    (1, 5, VALID_RECIPIENT, "the recipient address is valid");
    (1, 6, DESTINATION_MOVED, "the mailbox has moved and mail is not forwarded");
    (1, 7, SENDER_SYNTAX, "the sender address is not well-formed");
    (1, 8, SENDER_SYSTEM, "the sender's domain does not exist or takes no mail");
    (1, 10, NULL_MX_RECIPIENT, "the recipient's domain has a null MX (RFC 7505)");
    (2, 0, OTHER_MAILBOX, "other or undefined mailbox status");
    (2, 1, MAILBOX_DISABLED, "the mailbox is disabled");
    (2, 2, MAILBOX_FULL, "the mailbox is full");
    (2, 3, MESSAGE_EXCEEDS_MAILBOX_LIMIT, "the message is too long for the mailbox");
    (3, 0, OTHER_SYSTEM, "other or undefined mail system status");
    (3, 1, SYSTEM_FULL, "the mail system's storage is full");
    (3, 2, NOT_ACCEPTING_MESSAGES, "the system accepts no mail, for now or at all");
    (3, 3, NOT_CAPABLE, "the system lacks the features asked for");
    (3, 4, MESSAGE_TOO_BIG, "the message is too big for the system");
    (3, 5, MISCONFIGURED, "the system is configured wrongly");
    (4, 0, OTHER_NETWORK, "other or undefined network or routing status");
    (4, 1, NO_ANSWER, "no answer from the host");
    (4, 2, BAD_CONNECTION, "the connection broke or misbehaved");
    (4, 3, DIRECTORY_FAILURE, "a directory, most often the DNS, could not be asked");
    (4, 4, UNABLE_TO_ROUTE, "no route to the recipient");
    (4, 5, CONGESTION, "the mail system is congested");
    (4, 6, ROUTING_LOOP, "a routing loop was found");
    (4, 7, DELIVERY_EXPIRED, "the message waited too long");
    (5, 0, OTHER_PROTOCOL, "other or undefined protocol status");
    (5, 1, INVALID_COMMAND, "unknown command, or known but out of sequence");
    (5, 2, SYNTAX, "syntax error, or the line is too long");
    (5, 3, TOO_MANY_RECIPIENTS, "too many recipients");
    (5, 4, INVALID_ARGUMENTS, "invalid or unsupported command arguments");
    (5, 5, WRONG_PROTOCOL_VERSION, "wrong protocol version");
    (5, 6, AUTHENTICATION_LINE_TOO_LONG, "a line of the AUTH exchange is too long (RFC 4954)");
    (6, 0, OTHER_CONTENT, "other or undefined content status");
    (6, 7, NON_ASCII_ADDRESS, "a non-ASCII address is not permitted here (RFC 6531)");
    (6, 8, UTF8_REPLY_REQUIRED, "the answer needs UTF-8, which the client did not ask for (RFC 6531)");
    (6, 9, UTF8_HEADER_NOT_TRANSFERABLE, "a message with UTF-8 headers cannot be passed on (RFC 6531)");
    (7, 0, SECURITY, "other or undefined security status; deliberately vague");
    (7, 1, POLICY, "delivery not authorized, message refused: policy");
    (7, 2, LIST_EXPANSION_PROHIBITED, "the sender may not mail to the list");
    (7, 4, SECURITY_FEATURES_NOT_SUPPORTED, "security features are not supported");
    (7, 8, CREDENTIALS_INVALID, "authentication credentials invalid (RFC 4954)");
    (7, 9, MECHANISM_TOO_WEAK, "authentication mechanism is too weak (RFC 4954)");
    (7, 10, ENCRYPTION_NEEDED, "encryption needed (RFC 5248)");
    (7, 11, ENCRYPTION_REQUIRED, "encryption required for the mechanism (RFC 4954)");
    (7, 12, PASSWORD_TRANSITION_NEEDED, "a password transition is needed (RFC 4954)");
    (7, 13, ACCOUNT_DISABLED, "user account disabled (RFC 5248)");
    (7, 23, SPF_FAILED, "SPF validation failed (RFC 7372)");
    (7, 24, SPF_ERROR, "SPF validation error (RFC 7372)");
    (7, 25, REVERSE_DNS_FAILED, "reverse DNS validation failed (RFC 7372)");
    (7, 26, MULTIPLE_CHECKS_FAILED, "more than one authentication check failed (RFC 7372)");
    (7, 27, NULL_MX_SENDER, "the sender's domain has a null MX (RFC 7505)");
    (7, 28, MAIL_FLOOD, "mail flood detected (IANA registry)");
}

/// Two numbers of one to three digits, joined by a dot, without leading zeros
/// (RFC 3463 section 2).
///
/// ```
/// use mailward::reply::Detail;
///
/// assert_eq!("7.1".parse(), Ok(Detail::POLICY));
/// assert!("7.01".parse::<Detail>().is_err());
/// ```
impl FromStr for Detail {
    type Err = InvalidDetail;

    fn from_str(text: &str) -> Result<Self, InvalidDetail> {
        let invalid = || InvalidDetail(Fault::Detail(Excerpt::of(text)));
        let (subject, detail) = text.split_once('.').ok_or_else(invalid)?;
        let subject = number(subject).ok_or_else(invalid)?;
        let detail = number(detail).ok_or_else(invalid)?;
        Ok(Self { subject, detail })
    }
}

/// `7.25`.
impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.subject, self.detail)
    }
}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A whole enhanced status code: `5.7.25`. Its class is 2, 4 or 5.
///
/// [`ReplyCode::enhanced`](super::ReplyCode::enhanced) makes one from a reply code. One that was
/// read from a file can be looked at, but no reply can be made of it: a [`Reply`](super::Reply)
/// takes a [`Detail`] only, so a class that disagrees with the reply code is never sent.
///
/// ```
/// use mailward::reply::{Class, Detail, EnhancedCode, ReplyCode};
///
/// let code: EnhancedCode = "4.7.1".parse()?;
/// assert_eq!(code.class(), Class::Transient);
/// assert_eq!(code.detail(), Detail::POLICY);
/// assert_eq!(Some(code), ReplyCode::LOCAL_ERROR.enhanced(Detail::POLICY));
/// # Ok::<(), mailward::reply::InvalidDetail>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnhancedCode {
    class: Class,
    detail: Detail,
}

impl EnhancedCode {
    pub(super) const fn of(class: Class, detail: Detail) -> Option<Self> {
        match class {
            Class::Intermediate => None,
            Class::Success | Class::Transient | Class::Permanent => Some(Self { class, detail }),
        }
    }

    /// What the first number says.
    pub const fn class(self) -> Class {
        self.class
    }

    /// The other two numbers.
    pub const fn detail(self) -> Detail {
        self.detail
    }
}

/// `2`, `4` or `5`, a dot, and a [`Detail`].
impl FromStr for EnhancedCode {
    type Err = InvalidDetail;

    fn from_str(text: &str) -> Result<Self, InvalidDetail> {
        let invalid = || InvalidDetail(Fault::Enhanced(Excerpt::of(text)));
        let (class, detail) = text.split_once('.').ok_or_else(invalid)?;
        let class = match class {
            "2" => Class::Success,
            "4" => Class::Transient,
            "5" => Class::Permanent,
            _ => return Err(invalid()),
        };
        let detail = detail.parse().map_err(|_: InvalidDetail| invalid())?;
        Ok(Self { class, detail })
    }
}

/// `5.7.25`.
impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.class.digit(), self.detail)
    }
}

impl fmt::Debug for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why something is not a [`Detail`] or an [`EnhancedCode`].
///
/// ```
/// use mailward::reply::Detail;
///
/// let error = "7".parse::<Detail>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "enhanced detail \"7\": not two numbers from 0 to 999 as in \"7.25\"",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidDetail(Fault);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("enhanced detail {0}.{1}: a number above 999")]
    Number(u16, u16),
    #[error("enhanced detail {0}: not two numbers from 0 to 999 as in \"7.25\"")]
    Detail(Excerpt),
    #[error("enhanced code {0}: not a class of 2, 4 or 5 and two numbers as in \"5.7.25\"")]
    Enhanced(Excerpt),
}

/// One to three digits without a leading zero.
fn number(text: &str) -> Option<u16> {
    let digits = (1..=3).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    let zero_led = text.len() > 1 && text.starts_with('0');
    if digits && !zero_led {
        text.parse().ok()
    } else {
        None
    }
}

//! What is wrong with a text that is not an address. Octets are counted from 1.

use std::fmt;

use crate::{excerpt::Excerpt, name::NameFault};

/// The text is neither a domain name nor an address literal.
///
/// ```
/// use mailward::address::Domain;
///
/// let error = Domain::parse("[256.1.1.1]").unwrap_err();
/// assert_eq!(error.to_string(), "[256.1.1.1]: the literal at octet 1 is not an IPv4 address");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidDomain {
    input: Excerpt,
    fault: Fault,
}

/// The text is not a local part.
///
/// ```
/// use mailward::address::LocalPart;
///
/// let error = LocalPart::parse("ann..bee").unwrap_err();
/// assert_eq!(error.to_string(), "ann..bee: nothing between dots at octet 5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidLocalPart {
    input: Excerpt,
    fault: Fault,
}

/// The text is not a mailbox.
///
/// ```
/// use mailward::address::Mailbox;
///
/// let error = Mailbox::parse("ann").unwrap_err();
/// assert_eq!(error.to_string(), "ann: '@' and a domain are missing at octet 4");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidMailbox {
    input: Excerpt,
    fault: Fault,
}

/// The text is not a path, or not one for this direction.
///
/// ```
/// use mailward::address::ForwardPath;
///
/// let error = ForwardPath::parse("bob@example.org").unwrap_err();
/// assert_eq!(error.to_string(), "bob@example.org: '<' is missing at octet 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidPath {
    input: Excerpt,
    fault: Fault,
}

macro_rules! of_text {
    ($($error:ident)*) => {$(
        impl $error {
            pub(super) fn new(text: &str, fault: Fault) -> Self {
                Self { input: Excerpt::new(text), fault }
            }
        }
    )*};
}

of_text! { InvalidDomain InvalidLocalPart InvalidMailbox InvalidPath }

/// What is wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Character { found: char, octet: usize },
    Close { octet: usize },
    Dot { octet: usize },
    EmptyDomain { octet: usize },
    EmptyLocalPart { octet: usize },
    Follows { octet: usize },
    Literal { octet: usize, fault: LiteralFault },
    Name(NameFault),
    NoDomain { octet: usize },
    Open { octet: usize },
    Quote { octet: usize },
    Quoted { found: char, octet: usize },
    Route { octet: usize },
    TooLong { most: usize },
    Unclosed { octet: usize },
}

/// What is wrong with an address literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LiteralFault {
    General,
    V4,
    V6,
    Untagged,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { found, octet } => write!(
                f,
                "'{}' at octet {octet} may not stand there in a local part",
                found.escape_default()
            ),
            Self::Close { octet } => write!(f, "'>' is missing at octet {octet}"),
            Self::Dot { octet } => write!(f, "nothing between dots at octet {octet}"),
            Self::EmptyDomain { octet } => write!(f, "empty domain at octet {octet}"),
            Self::EmptyLocalPart { octet } => write!(f, "empty local part at octet {octet}"),
            Self::Follows { octet } => write!(f, "nothing may follow at octet {octet}"),
            Self::Literal { octet, fault } => write!(f, "the literal at octet {octet} {fault}"),
            Self::Name(fault) => fault.fmt(f),
            Self::NoDomain { octet } => {
                write!(f, "'@' and a domain are missing at octet {octet}")
            }
            Self::Open { octet } => write!(f, "'<' is missing at octet {octet}"),
            Self::Quote { octet } => write!(f, "the quote at octet {octet} is never closed"),
            Self::Quoted { found, octet } => write!(
                f,
                "'{}' at octet {octet} may not stand in quotes",
                found.escape_default()
            ),
            Self::Route { octet } => {
                write!(
                    f,
                    "the source route goes on with ',@' or ends with ':' at octet {octet}"
                )
            }
            Self::TooLong { most } => write!(f, "longer than {most} octets"),
            Self::Unclosed { octet } => write!(f, "the literal at octet {octet} is never closed"),
        }
    }
}

impl fmt::Display for LiteralFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::General => "is not a tag, a colon and printable text",
            Self::V4 => "is not an IPv4 address",
            Self::V6 => "is not an IPv6 address",
            Self::Untagged => "lacks the tag of an IPv6 address, as in [IPv6:2001:db8::1]",
        })
    }
}

//! What a rule is about.

use std::fmt;
use std::str::FromStr;

use crate::address::{
    InvalidDomain, InvalidLocalPart, InvalidMailbox, Literal, LocalPart, Mailbox,
};
use crate::client::{ClientIp, InvalidNetwork, Network};
use crate::excerpt::Excerpt;
use crate::name::{InvalidNamePattern, NamePattern};

/// Which clients a rule is about.
///
/// | text | |
/// | --- | --- |
/// | `192.0.2.1`, `2001:db8::1` | that address |
/// | `192.0.2.0/24`, `2001:db8::/32`, `192.0.2`, `10`, `10.11.*.*` | that network; see [`Network`] |
/// | `host.example`, `*.example`, `.example` | that verified name; the names below it |
///
/// ```
/// use mailward::table::HostPattern;
///
/// assert_eq!("10.11.*.*".parse::<HostPattern>()?.to_string(), "10.11.0.0/16");
/// assert_eq!(".Example".parse::<HostPattern>()?.to_string(), "*.example");
/// # Ok::<(), mailward::table::InvalidHostPattern>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostPattern {
    /// One address.
    Address(ClientIp),
    /// The clients with such a verified name.
    Name(NamePattern),
    /// The addresses of a network.
    Network(Network),
}

impl HostPattern {
    /// Reads a pattern; the table above says what there is.
    ///
    /// # Errors
    ///
    /// What looks like an address or a network, by a colon, a slash or a last part of digits or `*`, must be one;
    /// anything else must be a [`NamePattern`].
    pub fn parse(text: &str) -> Result<Self, InvalidHostPattern> {
        Self::read(text).map_err(InvalidHostPattern)
    }

    fn read(text: &str) -> Result<Self, HostFault> {
        if let Ok(ip) = ClientIp::parse(text) {
            Ok(Self::Address(ip))
        } else if is_numeric(text) {
            Ok(Self::Network(Network::parse(text)?))
        } else {
            Ok(Self::Name(NamePattern::parse(text)?))
        }
    }
}

impl FromStr for HostPattern {
    type Err = InvalidHostPattern;

    fn from_str(text: &str) -> Result<Self, InvalidHostPattern> {
        Self::parse(text)
    }
}

impl From<ClientIp> for HostPattern {
    fn from(ip: ClientIp) -> Self {
        Self::Address(ip)
    }
}

impl From<Network> for HostPattern {
    fn from(network: Network) -> Self {
        Self::Network(network)
    }
}

impl From<NamePattern> for HostPattern {
    fn from(name: NamePattern) -> Self {
        Self::Name(name)
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(ip) => ip.fmt(f),
            Self::Name(name) => name.fmt(f),
            Self::Network(network) => network.fmt(f),
        }
    }
}

/// The text is no pattern for clients.
///
/// ```
/// use mailward::table::HostPattern;
///
/// let error = HostPattern::parse("192.168.1.0/23").unwrap_err();
/// assert_eq!(error.to_string(), "192.168.1.0/23: host bits set; the network is 192.168.0.0/23");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidHostPattern(HostFault);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum HostFault {
    #[error(transparent)]
    Name(#[from] InvalidNamePattern),
    #[error(transparent)]
    Network(#[from] InvalidNetwork),
}

/// Which senders or recipients a rule is about.
///
/// | text | |
/// | --- | --- |
/// | `user@example.org` | that address, and `user+anything@example.org` |
/// | `example.org`, `*.example.org`, `.example.org` | that domain; the names below it |
/// | `[192.0.2.1]` | that address literal |
/// | `user@` | that local part in any domain |
/// | `<>` | the null reverse-path |
///
/// ```
/// use mailward::table::MailboxPattern;
///
/// assert_eq!(MailboxPattern::parse("<>")?, MailboxPattern::Null);
/// assert_eq!("root@".parse::<MailboxPattern>()?.to_string(), "root@");
/// # Ok::<(), mailward::table::InvalidMailboxPattern>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MailboxPattern {
    /// One address, with or without an extension.
    Address(Mailbox),
    /// The addresses of a domain, or of those below it.
    Domain(NamePattern),
    /// The addresses at an address literal.
    Literal(Literal),
    /// The addresses with this local part.
    Local(LocalPart),
    /// The null reverse-path.
    Null,
}

impl MailboxPattern {
    /// Reads a pattern; the table above says what there is.
    ///
    /// # Errors
    ///
    /// What ends in `@` must be a [`LocalPart`] before it, what holds an `@` a [`Mailbox`], what begins with a bracket a
    /// [`Literal`], anything else a [`NamePattern`]. `*` as a local part would stand for itself alone, which nobody
    /// means.
    pub fn parse(text: &str) -> Result<Self, InvalidMailboxPattern> {
        Self::read(text).map_err(InvalidMailboxPattern)
    }

    fn read(text: &str) -> Result<Self, MailboxFault> {
        if text == NULL {
            Ok(Self::Null)
        } else if let Some(local) = text.strip_suffix('@') {
            Ok(Self::Local(LocalPart::parse(local)?))
        } else if text.starts_with('[') {
            Ok(Self::Literal(Literal::parse(text)?))
        } else if text.starts_with("*@") {
            Err(MailboxFault::Anybody(Excerpt::new(text)))
        } else if text.contains('@') {
            Ok(Self::Address(Mailbox::parse(text)?))
        } else {
            Ok(Self::Domain(NamePattern::parse(text)?))
        }
    }
}

impl FromStr for MailboxPattern {
    type Err = InvalidMailboxPattern;

    fn from_str(text: &str) -> Result<Self, InvalidMailboxPattern> {
        Self::parse(text)
    }
}

impl From<Mailbox> for MailboxPattern {
    fn from(mailbox: Mailbox) -> Self {
        Self::Address(mailbox)
    }
}

impl From<NamePattern> for MailboxPattern {
    fn from(domain: NamePattern) -> Self {
        Self::Domain(domain)
    }
}

impl fmt::Display for MailboxPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(mailbox) => mailbox.fmt(f),
            Self::Domain(domain) => domain.fmt(f),
            Self::Literal(literal) => literal.fmt(f),
            Self::Local(local) => write!(f, "{local}@"),
            Self::Null => f.write_str(NULL),
        }
    }
}

/// The text is no pattern for senders or recipients.
///
/// ```
/// use mailward::table::MailboxPattern;
///
/// let error = MailboxPattern::parse("*@example.org").unwrap_err();
/// assert_eq!(error.to_string(), "*@example.org: for all of a domain write the domain alone");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidMailboxPattern(MailboxFault);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum MailboxFault {
    #[error("{0}: for all of a domain write the domain alone")]
    Anybody(Excerpt),
    #[error(transparent)]
    Domain(#[from] InvalidNamePattern),
    #[error(transparent)]
    Literal(#[from] InvalidDomain),
    #[error(transparent)]
    Local(#[from] InvalidLocalPart),
    #[error(transparent)]
    Mailbox(#[from] InvalidMailbox),
}

/// Whether the text can only be meant for an address or a network: no name has a colon or a slash, or a last label of
/// digits.
fn is_numeric(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains([':', '/'])
        || last == "*"
        || (!last.is_empty() && last.bytes().all(|octet| octet.is_ascii_digit()))
}

const NULL: &str = "<>";

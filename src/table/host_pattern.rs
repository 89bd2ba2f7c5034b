//! Which clients a rule is about.

use std::fmt;
use std::str::FromStr;

use super::{Expression, InvalidExpression};
use crate::client::{ClientIp, InvalidNetwork, Network};
use crate::excerpt::Excerpt;
use crate::name::{InvalidName, InvalidNamePattern, Name, NamePattern};

/// Which clients a rule is about.
///
/// | text | |
/// | --- | --- |
/// | `192.0.2.1`, `2001:db8::1`, `[2001:db8::1]` | that address |
/// | `192.0.2.0/24`, `2001:db8::/32`, `192.0.2`, `10`, `10.11.*.*` | that network; see [`Network`] |
/// | `host.example`, `*.example`, `.example` | that verified name; the names below it |
/// | `mx:example.net` | the addresses of that domain's mail exchangers |
/// | `unverified:*.example` | a reverse name that is not confirmed; only for refusing |
/// | `/expression/flags` | a verified name in which the [`Expression`] is found |
/// | `!192.0.2.0/24`, `!/expression/flags` | all others; those without a verified name too |
///
/// ```
/// use mailward::table::HostPattern;
///
/// assert_eq!("10.11.*.*".parse::<HostPattern>()?.to_string(), "10.11.0.0/16");
/// assert_eq!(".Example".parse::<HostPattern>()?.to_string(), "*.example");
/// assert_eq!("Unverified:.Dyn.example".parse::<HostPattern>()?.to_string(), "unverified:*.dyn.example");
/// # Ok::<(), mailward::table::InvalidHostPattern>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostPattern {
    /// One address.
    Address(ClientIp),
    /// The mail exchangers of a domain.
    Exchangers(Name),
    /// The clients with a verified name in which this is found.
    Expression(Expression),
    /// The clients with such a verified name.
    Name(NamePattern),
    /// The addresses of a network.
    Network(Network),
    /// The clients without a verified name in which this is found.
    NotExpression(Expression),
    /// The addresses outside a network.
    NotNetwork(Network),
    /// The clients with such a reverse name, which is not confirmed.
    Unverified(NamePattern),
}

impl HostPattern {
    /// Reads a pattern; the table above says what there is.
    ///
    /// # Errors
    ///
    /// What looks like an address or a network, by a colon, a slash or a last part of digits or `*`, must be one; what
    /// begins with a slash must be an [`Expression`]; anything else must be a [`NamePattern`], behind a word that says
    /// so if not a verified name is meant.
    pub fn parse(text: &str) -> Result<Self, InvalidHostPattern> {
        Self::read(text).map_err(InvalidHostPattern)
    }

    /// Whether rules behind `if` can depend on it.
    pub(super) const fn is_condition(&self) -> bool {
        match self {
            Self::Address(_) | Self::Network(_) | Self::NotNetwork(_) => true,
            Self::Expression(_) | Self::NotExpression(_) => true,
            Self::Exchangers(_) | Self::Name(_) | Self::Unverified(_) => false,
        }
    }

    /// The expression in it.
    pub(super) const fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Expression(expression) | Self::NotExpression(expression) => Some(expression),
            _ => None,
        }
    }

    /// The network that it is, an address being one too.
    pub(super) fn network(&self) -> Option<Network> {
        match self {
            Self::Address(ip) => Some(Network::from(*ip)),
            Self::Network(network) => Some(*network),
            _ => None,
        }
    }

    fn read(text: &str) -> Result<Self, HostFault> {
        if let Some(rest) = text.strip_prefix('!') {
            return Self::negated(text, rest);
        }
        if text.starts_with('/') {
            return Ok(Self::Expression(Expression::parse(text)?));
        }
        match text.split_once(':') {
            Some((word, rest)) if word.eq_ignore_ascii_case(MX) => {
                return Ok(Self::Exchangers(Name::parse(rest)?));
            }
            Some((word, rest)) if word.eq_ignore_ascii_case(UNVERIFIED) => {
                return Ok(Self::Unverified(NamePattern::parse(rest)?));
            }
            Some((word, _)) if is_word(word) => return Err(HostFault::Kind(Excerpt::new(text))),
            _ => {}
        }
        if let Some(bare) = unbracketed(text) {
            return Self::numeric(&bare);
        }
        if ClientIp::parse(text).is_ok() || is_numeric(text) {
            return Self::numeric(text);
        }
        Ok(Self::Name(NamePattern::parse(text)?))
    }

    fn numeric(text: &str) -> Result<Self, HostFault> {
        match ClientIp::parse(text) {
            Ok(ip) => Ok(Self::Address(ip)),
            Err(_) => Ok(Self::Network(Network::parse(text)?)),
        }
    }

    fn negated(text: &str, rest: &str) -> Result<Self, HostFault> {
        match Self::read(rest)? {
            Self::Address(ip) => Ok(Self::NotNetwork(ip.into())),
            Self::Expression(expression) => Ok(Self::NotExpression(expression)),
            Self::Network(network) => Ok(Self::NotNetwork(network)),
            _ => Err(HostFault::Negated(Excerpt::new(text))),
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

impl From<Expression> for HostPattern {
    fn from(expression: Expression) -> Self {
        Self::Expression(expression)
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
            Self::Exchangers(domain) => write!(f, "{MX}:{domain}"),
            Self::Expression(expression) => expression.fmt(f),
            Self::Name(name) => name.fmt(f),
            Self::Network(network) => network.fmt(f),
            Self::NotExpression(expression) => write!(f, "!{expression}"),
            Self::NotNetwork(network) => write!(f, "!{network}"),
            Self::Unverified(name) => write!(f, "{UNVERIFIED}:{name}"),
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

impl InvalidHostPattern {
    /// The flag of an expression that is unknown, if that is the fault.
    pub(super) const fn unknown_flag(&self) -> Option<char> {
        match &self.0 {
            HostFault::Expression(error) => error.unknown_flag(),
            _ => None,
        }
    }

    /// Whether the word before a colon is unknown.
    pub(super) const fn is_unknown_kind(&self) -> bool {
        matches!(self.0, HostFault::Kind(_))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum HostFault {
    #[error(transparent)]
    Exchangers(#[from] InvalidName),
    #[error(transparent)]
    Expression(#[from] InvalidExpression),
    #[error("{0}: no pattern begins with this word")]
    Kind(Excerpt),
    #[error(transparent)]
    Name(#[from] InvalidNamePattern),
    #[error("{0}: only an expression or a network can stand behind an exclamation mark")]
    Negated(Excerpt),
    #[error(transparent)]
    Network(#[from] InvalidNetwork),
}

/// Whether the text can only be meant for an address or a network: no name has a colon or a slash, or a last label of
/// digits.
fn is_numeric(text: &str) -> bool {
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains([':', '/'])
        || last == "*"
        || (!last.is_empty() && last.bytes().all(|octet| octet.is_ascii_digit()))
}

/// Whether what stands before a colon cannot be the first group of an IPv6 address.
fn is_word(text: &str) -> bool {
    let letters = text
        .bytes()
        .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
    letters
        && text
            .bytes()
            .any(|octet| octet.is_ascii_alphabetic() && !octet.is_ascii_hexdigit())
}

/// `[2001:db8::1]` and `[2001:db8::]/32`, which cidr_table(5) has too.
fn unbracketed(text: &str) -> Option<String> {
    let (address, prefix) = text.strip_prefix('[')?.split_once(']')?;
    (prefix.is_empty() || prefix.starts_with('/')).then(|| format!("{address}{prefix}"))
}

const MX: &str = "mx";
const UNVERIFIED: &str = "unverified";

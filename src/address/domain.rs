//! What stands after the `@`: a name, or an address in brackets.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
    sync::Arc,
};

use super::{Fault, InvalidDomain, LiteralFault, Scan};
use crate::{
    client::ClientIp,
    name::{Name, NameFault},
};

/// The domain of a mailbox (RFC 5321 section 4.1.2).
///
/// ```
/// use mailward::address::Domain;
///
/// let domain = Domain::parse("Example.ORG")?;
/// assert_eq!(domain.name().map(|name| name.as_str()), Some("example.org"));
/// assert!(Domain::parse("192.0.2.1").is_err());
/// assert!(Domain::parse("[192.0.2.1]").is_ok());
/// # Ok::<(), mailward::address::InvalidDomain>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "complete: RFC 5321 section 4.1.2")]
pub enum Domain {
    /// An address literal.
    Literal(Literal),
    /// A domain name.
    Name(Name),
}

impl Domain {
    /// Reads a name as [`Name::parse`] does, or a literal as [`Literal::parse`] does.
    ///
    /// # Errors
    ///
    /// Whatever is neither, an address without brackets among it.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        Scan::whole(text, Self::scan).map_err(|fault| InvalidDomain::new(text, fault))
    }

    /// The name, if it is one.
    pub const fn name(&self) -> Option<&Name> {
        match self {
            Self::Literal(_) => None,
            Self::Name(name) => Some(name),
        }
    }

    /// The literal, if it is one.
    pub const fn literal(&self) -> Option<&Literal> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Name(_) => None,
        }
    }

    /// Reads a domain that ends with the text, or before a `>`.
    pub(super) fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        if scan.peek() == Some('[') {
            Literal::scan(scan).map(Self::Literal)
        } else {
            read_name(scan).map(Self::Name)
        }
    }
}

impl From<Literal> for Domain {
    fn from(literal: Literal) -> Self {
        Self::Literal(literal)
    }
}

impl From<Name> for Domain {
    fn from(name: Name) -> Self {
        Self::Name(name)
    }
}

impl FromStr for Domain {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        Self::parse(text)
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

/// An address in brackets instead of a domain name (RFC 5321 section 4.1.3).
///
/// ```
/// use mailward::{address::Literal, client::ClientIp};
///
/// let literal = Literal::parse("[IPv6:2001:DB8:0::1]")?;
/// assert_eq!(literal.ip(), Some(ClientIp::parse("2001:db8::1").unwrap()));
/// assert_eq!(literal.to_string(), "[IPv6:2001:db8::1]");
/// # Ok::<(), mailward::address::InvalidDomain>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "complete: RFC 5321 section 4.1.3")]
pub enum Literal {
    /// A tagged text of a kind that nobody has registered yet.
    General(GeneralLiteral),
    /// An IPv4 address, or an IPv6 address behind the tag `IPv6:`.
    Ip(ClientIp),
}

impl Literal {
    /// Reads `[192.0.2.1]`, `[IPv6:2001:db8::1]` or `[tag:text]`; the tag `IPv6` in any case. A
    /// mapped IPv6 address is the IPv4 one. `::` may stand for one group too, which RFC 5321 would
    /// have written out.
    ///
    /// # Errors
    ///
    /// A missing bracket, an address with a number too large or with leading zeros, an IPv6
    /// address without its tag or with a zone, a tag or text with characters that may not stand
    /// there.
    pub fn parse(text: &str) -> Result<Self, InvalidDomain> {
        Scan::whole(text, Self::scan).map_err(|fault| InvalidDomain::new(text, fault))
    }

    /// The address, if it is one.
    pub const fn ip(&self) -> Option<ClientIp> {
        match self {
            Self::General(_) => None,
            Self::Ip(ip) => Some(*ip),
        }
    }

    fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let octet = scan.octet();
        if !scan.eat('[') {
            return Err(Fault::Literal {
                octet,
                fault: LiteralFault::General,
            });
        }
        let content = scan.take_while(|character| character != ']');
        if !scan.eat(']') {
            return Err(Fault::Unclosed { octet });
        }
        Self::read(content).map_err(|fault| Fault::Literal { octet, fault })
    }

    fn read(content: &str) -> Result<Self, LiteralFault> {
        let Some((tag, text)) = content.split_once(':') else {
            let ip: Ipv4Addr = content.parse().map_err(|_| LiteralFault::V4)?;
            return Ok(Self::Ip(ip.into()));
        };
        if tag.eq_ignore_ascii_case(V6_TAG) {
            let ip: Ipv6Addr = text.parse().map_err(|_| LiteralFault::V6)?;
            return Ok(Self::Ip(ip.into()));
        }
        // `2001:db8::1` fits the grammar of a general literal, but nobody means that.
        if content.parse::<Ipv6Addr>().is_ok() {
            return Err(LiteralFault::Untagged);
        }
        let general = is_tag(tag) && !text.is_empty() && text.bytes().all(is_dcontent);
        if !general {
            return Err(LiteralFault::General);
        }
        Ok(Self::General(GeneralLiteral(content.into())))
    }
}

impl From<ClientIp> for Literal {
    fn from(ip: ClientIp) -> Self {
        Self::Ip(ip)
    }
}

impl FromStr for Literal {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, InvalidDomain> {
        Self::parse(text)
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::General(general) => write!(f, "[{general}]"),
            Self::Ip(ip) => match ip.as_ip() {
                IpAddr::V4(ip) => write!(f, "[{ip}]"),
                IpAddr::V6(ip) => write!(f, "[{V6_TAG}:{ip}]"),
            },
        }
    }
}

/// The tag and the text of a literal that is no IP address (RFC 5321 section 4.1.3).
///
/// ```
/// use mailward::address::Literal;
///
/// let Literal::General(general) = Literal::parse("[x25:311061700104]")? else { unreachable!() };
/// assert_eq!((general.tag(), general.content()), ("x25", "311061700104"));
/// # Ok::<(), mailward::address::InvalidDomain>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GeneralLiteral(Arc<str>);

impl GeneralLiteral {
    /// What stands before the first colon.
    pub fn tag(&self) -> &str {
        self.0.split_once(':').map_or("", |(tag, _)| tag)
    }

    /// What stands after the first colon.
    pub fn content(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, content)| content)
    }
}

/// The tag, a colon and the text, without brackets.
impl fmt::Display for GeneralLiteral {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a name that ends with the text, or before what may follow one in a path.
pub(super) fn read_name(scan: &mut Scan<'_>) -> Result<Name, Fault> {
    let octet = scan.octet();
    let before = scan.read();
    let text = scan.take_while(|character| !matches!(character, '>' | ',' | ':'));
    Name::read(text).map_err(|fault| match fault {
        NameFault::Empty => Fault::EmptyDomain { octet },
        fault => Fault::Name(fault.shifted(before)),
    })
}

/// Ldh-str.
fn is_tag(tag: &str) -> bool {
    let ldh = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    !tag.is_empty() && !tag.ends_with('-') && tag.bytes().all(ldh)
}

const fn is_dcontent(octet: u8) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b'[' | b'\\' | b']')
}

const V6_TAG: &str = "IPv6";

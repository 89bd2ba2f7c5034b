//! Who really connected, in the words of a proxy: the PROXY protocol, version 1.
//!
//! The header is one line of text before anything else on the connection
//! ([section 2.1](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt) of its
//! specification): `PROXY TCP4 192.0.2.1 203.0.113.9 51000 25`, CRLF. Read it from listed peers
//! only; from anyone else it is what a client says. If a listed peer's header is missing or
//! malformed, close the connection, for the real client is not known.
//!
//! ```
//! use mailward::wire::proxy::{Parsed, ProxyHeader};
//!
//! let octets = b"PROXY TCP4 192.0.2.1 203.0.113.9 51000 25\r\nEHLO example.org\r\n";
//! let Parsed::Complete { header, used } = ProxyHeader::parse(octets)? else {
//!     panic!("the line is whole");
//! };
//! assert_eq!(header.source().unwrap().to_string(), "192.0.2.1:51000");
//! assert_eq!(&octets[used..], b"EHLO example.org\r\n");
//! # Ok::<(), mailward::wire::proxy::ProxyError>(())
//! ```

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::{FromStr, Split},
};

/// A PROXY header, version 1.
///
/// [`Display`](fmt::Display) is the whole line with its CRLF.
///
/// ```
/// use std::net::Ipv4Addr;
/// use mailward::wire::proxy::{Ends, ProxyHeader};
///
/// let header = ProxyHeader::Tcp4(Ends {
///     source: Ipv4Addr::new(192, 0, 2, 1),
///     destination: Ipv4Addr::new(203, 0, 113, 9),
///     source_port: 51000,
///     destination_port: 25,
/// });
/// assert_eq!(header.to_string(), "PROXY TCP4 192.0.2.1 203.0.113.9 51000 25\r\n");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: version 1 has no other protocol"
)]
pub enum ProxyHeader {
    /// The proxied connection is TCP over IPv4.
    Tcp4(Ends<Ipv4Addr>),
    /// The proxied connection is TCP over IPv6. IPv4-mapped addresses are kept as they are.
    Tcp6(Ends<Ipv6Addr>),
    /// The proxy names nobody: it speaks for itself (a health check), or does not know.
    /// Whatever else stood in the line is dropped, as the specification wants.
    Unknown,
}

/// The two ends of a proxied connection, of one address family.
///
/// ```
/// use std::net::Ipv6Addr;
/// use mailward::wire::proxy::{Ends, ProxyHeader};
///
/// let (source, destination) = (Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST);
/// let ends = Ends { source, destination, source_port: 51000, destination_port: 25 };
/// assert_eq!(ProxyHeader::Tcp6(ends).to_string(), "PROXY TCP6 ::1 ::1 51000 25\r\n");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "complete: a TCP connection has no other coordinates"
)]
pub struct Ends<A> {
    /// The client's address.
    pub source: A,
    /// The address the client connected to.
    pub destination: A,
    /// The client's port.
    pub source_port: u16,
    /// The port the client connected to.
    pub destination_port: u16,
}

/// What [`ProxyHeader::parse`] found.
///
/// ```
/// use mailward::wire::proxy::{Parsed, ProxyHeader};
///
/// let mut octets = b"PROXY TCP4 192.0.2.1 203.0.113.9 ".to_vec();
/// assert_eq!(ProxyHeader::parse(&octets)?, Parsed::Incomplete); // read on
/// octets.extend(b"51000 25\r\nEHLO");
/// if let Parsed::Complete { used, .. } = ProxyHeader::parse(&octets)? {
///     assert_eq!(octets.split_off(used), b"EHLO"); // the first of SMTP
/// }
/// # Ok::<(), mailward::wire::proxy::ProxyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a header is whole or it is not"
)]
pub enum Parsed {
    /// A whole header.
    Complete {
        /// What it says.
        header: ProxyHeader,
        /// How many octets it took, CRLF included; what follows belongs to SMTP.
        used: usize,
    },
    /// Fine so far, but the CRLF has not come; call again with more octets.
    Incomplete,
}

impl ProxyHeader {
    /// The most octets a header may have, CRLF included.
    pub const MAX_LEN: usize = 107;

    /// Reads a header from the beginning of what a listed peer sent.
    ///
    /// Strict: exactly one blank between the fields, addresses of the family that is named, ports
    /// from 0 to 65535 without leading zeros, and no CR or LF but the two that end the line.
    /// Octets that no header begins with are refused as soon as they are seen.
    ///
    /// # Errors
    ///
    /// [`ProxyError`] if this is not, and cannot become, a header of version 1.
    ///
    /// ```
    /// use mailward::wire::proxy::{Parsed, ProxyHeader};
    ///
    /// assert_eq!(ProxyHeader::parse(b"PROXY TC"), Ok(Parsed::Incomplete));
    /// assert!(ProxyHeader::parse(b"EHLO ").is_err());
    /// ```
    pub fn parse(octets: &[u8]) -> Result<Parsed, ProxyError> {
        let window = octets.get(..Self::MAX_LEN).unwrap_or(octets);
        if !window
            .iter()
            .zip(SIGNATURE)
            .all(|(octet, wanted)| octet == wanted)
        {
            return Err(ProxyError(Fault::Signature));
        }
        let Some(end) = line_end(window)? else {
            return match window.len() {
                Self::MAX_LEN => Err(ProxyError(Fault::TooLong)),
                _ => Ok(Parsed::Incomplete),
            };
        };
        let line = window.get(SIGNATURE.len()..end).unwrap_or_default();
        let header = Self::fields(line).map_err(ProxyError)?;
        let used = end.saturating_add(CRLF.len());
        Ok(Parsed::Complete { header, used })
    }

    /// The client's address and port, unless the proxy named nobody.
    pub fn source(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp4(ends) => Some(socket(ends.source, ends.source_port)),
            Self::Tcp6(ends) => Some(socket(ends.source, ends.source_port)),
            Self::Unknown => None,
        }
    }

    /// The address and port that the client connected to, unless the proxy named nobody.
    pub fn destination(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp4(ends) => Some(socket(ends.destination, ends.destination_port)),
            Self::Tcp6(ends) => Some(socket(ends.destination, ends.destination_port)),
            Self::Unknown => None,
        }
    }

    /// What stands between `PROXY ` and CRLF.
    fn fields(line: &[u8]) -> Result<Self, Fault> {
        if line == b"UNKNOWN" || line.starts_with(b"UNKNOWN ") {
            return Ok(Self::Unknown);
        }
        let line = str::from_utf8(line).map_err(|_| Fault::NotText)?;
        let mut fields = line.split(' ');
        match fields.next() {
            Some("TCP4") => Ends::read(fields).map(Self::Tcp4),
            Some("TCP6") => Ends::read(fields).map(Self::Tcp6),
            _ => Err(Fault::Protocol),
        }
    }
}

impl<A: FromStr> Ends<A> {
    fn read(mut fields: Split<'_, char>) -> Result<Self, Fault> {
        let source = address(fields.next()).ok_or(Fault::Source)?;
        let destination = address(fields.next()).ok_or(Fault::Destination)?;
        let source_port = port(fields.next()).ok_or(Fault::SourcePort)?;
        let destination_port = port(fields.next()).ok_or(Fault::DestinationPort)?;
        if fields.next().is_some() {
            return Err(Fault::Excess);
        }
        Ok(Self {
            source,
            destination,
            source_port,
            destination_port,
        })
    }
}

/// The whole line with its CRLF.
impl fmt::Display for ProxyHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp4(ends) => write!(f, "PROXY TCP4 {ends}\r\n"),
            Self::Tcp6(ends) => write!(f, "PROXY TCP6 {ends}\r\n"),
            Self::Unknown => f.write_str("PROXY UNKNOWN\r\n"),
        }
    }
}

/// Addresses, then ports, as in the header.
impl<A: fmt::Display> fmt::Display for Ends<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {}",
            self.source, self.destination, self.source_port, self.destination_port
        )
    }
}

/// Why octets are not a [`ProxyHeader`].
///
/// ```
/// use mailward::wire::proxy::ProxyHeader;
///
/// let error = ProxyHeader::parse(b"PROXY TCP4 ::1 192.0.2.1 1 2\r\n").unwrap_err();
/// assert_eq!(error.to_string(), "PROXY header: source is not an address of the family named");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("PROXY header: {0}")]
pub struct ProxyError(Fault);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("does not begin with \"PROXY \"")]
    Signature,
    #[error("no CRLF within {max} octets", max = ProxyHeader::MAX_LEN)]
    TooLong,
    #[error("CR or LF that is not the final CRLF")]
    LineEnd,
    #[error("not text")]
    NotText,
    #[error("protocol is none of TCP4, TCP6 and UNKNOWN")]
    Protocol,
    #[error("source is not an address of the family named")]
    Source,
    #[error("destination is not an address of the family named")]
    Destination,
    #[error("source port is not a number from 0 to 65535")]
    SourcePort,
    #[error("destination port is not a number from 0 to 65535")]
    DestinationPort,
    #[error("something follows the destination port")]
    Excess,
}

/// Where the CRLF stands, if it has come.
fn line_end(window: &[u8]) -> Result<Option<usize>, ProxyError> {
    let Some(at) = window.iter().position(|octet| CRLF.contains(octet)) else {
        return Ok(None);
    };
    match window.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => Ok(Some(at)),
        [b'\r'] => Ok(None),
        _ => Err(ProxyError(Fault::LineEnd)),
    }
}

/// The standard library's strict parsers: no leading zeros, no zone.
fn address<A: FromStr>(field: Option<&str>) -> Option<A> {
    field?.parse().ok()
}

fn port(field: Option<&str>) -> Option<u16> {
    let field = field?;
    let digits = field.bytes().all(|octet| octet.is_ascii_digit());
    let zero_led = field.len() > 1 && field.starts_with('0');
    if digits && !zero_led {
        field.parse().ok()
    } else {
        None
    }
}

fn socket(address: impl Into<IpAddr>, port: u16) -> SocketAddr {
    SocketAddr::new(address.into(), port)
}

const SIGNATURE: &[u8] = b"PROXY ";
const CRLF: &[u8] = b"\r\n";

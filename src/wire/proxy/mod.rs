//! Who really connected, in the words of a proxy: the PROXY protocol, versions 1 and 2.
//!
//! The header comes before anything else on the connection ([its
//! specification](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt), sections 2.1 and 2.2): a line of text,
//! `PROXY TCP4 192.0.2.1 203.0.113.9 51000 25`, CRLF; or sixteen octets, addresses, and optional fields. Their first
//! octets tell one from the other, and both from SMTP. Read it from listed peers only; from anyone else it is what a
//! client says. If a listed peer's header is missing or malformed, close the connection, for the real client is not
//! known.
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

mod v1;
mod v2;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// A PROXY header of either version: they say the same.
///
/// [`Display`](fmt::Display) is version 1, the whole line with its CRLF; [`ProxyHeader::to_v2`] is version 2.
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
    reason = "complete: mail comes over TCP, and either IP version"
)]
pub enum ProxyHeader {
    /// The proxied connection is TCP over IPv4.
    Tcp4(Ends<Ipv4Addr>),
    /// The proxied connection is TCP over IPv6. IPv4-mapped addresses are kept as they are.
    Tcp6(Ends<Ipv6Addr>),
    /// The proxy names nobody with an IP address: it speaks for itself (a health check; `LOCAL` in version 2), does not
    /// know (`UNKNOWN`, or the family `UNSPEC`), or its client came over a Unix socket. Whatever else stood in the
    /// header is dropped, as the specification wants.
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
        /// How many octets it took, its end included; what follows belongs to SMTP.
        used: usize,
    },
    /// Fine so far, but the end has not come; call again with more octets.
    Incomplete,
}

impl ProxyHeader {
    /// The most octets a header of version 1 may have, CRLF included.
    pub const MAX_LEN: usize = 107;

    /// The most octets a header of version 2 may have: its length is a 16-bit number. One that names TCP over IPv6 and
    /// carries no optional fields has 52.
    pub const MAX_LEN_V2: usize = v2::MAX_LEN;

    /// Reads a header of either version from the beginning of what a listed peer sent.
    ///
    /// Version 1 strictly: exactly one blank between the fields, addresses of the family that is named, ports from 0 to
    /// 65535 without leading zeros, and no CR or LF but the two that end the line. Version 2 likewise: commands,
    /// families and protocols that the specification knows, and room for the addresses; the optional fields after them
    /// are skipped. Datagrams are no way for mail to come. Octets that no header begins with are refused as soon as they
    /// are seen.
    ///
    /// # Errors
    ///
    /// [`ProxyError`] if this is not, and cannot become, a header.
    ///
    /// ```
    /// use mailward::wire::proxy::{Parsed, ProxyHeader};
    ///
    /// assert_eq!(ProxyHeader::parse(b"PROXY TC"), Ok(Parsed::Incomplete));
    /// assert!(ProxyHeader::parse(b"EHLO ").is_err());
    /// let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    /// assert_eq!(ProxyHeader::parse(local), Ok(Parsed::Complete { header: ProxyHeader::Unknown, used: 16 }));
    /// ```
    pub fn parse(octets: &[u8]) -> Result<Parsed, ProxyError> {
        let parsed = if begins(octets, v1::SIGNATURE) {
            v1::parse(octets)
        } else if begins(octets, v2::SIGNATURE) {
            v2::parse(octets)
        } else {
            Err(Fault::Signature)
        };
        parsed.map_err(ProxyError)
    }

    /// The header in version 2, without optional fields. One that names nobody says so by the family `UNSPEC`.
    ///
    /// ```
    /// use mailward::wire::proxy::{Parsed, ProxyHeader};
    ///
    /// let octets = ProxyHeader::Unknown.to_v2();
    /// assert_eq!(octets, b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\0");
    /// ```
    #[must_use]
    pub fn to_v2(&self) -> Vec<u8> {
        v2::print(self)
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
    #[error("begins neither with \"PROXY \" nor with the signature of version 2")]
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
    #[error("version is not 2")]
    Version,
    #[error("command is neither LOCAL nor PROXY")]
    Command,
    #[error("family and protocol are none of TCP4, TCP6, UNIX and UNSPEC")]
    Family,
    #[error("too short for addresses of the family named")]
    TooShort,
}

/// Whether the octets begin as the signature does, as far as either goes.
fn begins(octets: &[u8], signature: &[u8]) -> bool {
    octets
        .iter()
        .zip(signature)
        .all(|(octet, wanted)| octet == wanted)
}

fn socket(address: impl Into<IpAddr>, port: u16) -> SocketAddr {
    SocketAddr::new(address.into(), port)
}

//! Who connected: an address with one spelling, networks of such addresses, and how the address
//! was learnt.
//!
//! On a dual-stack socket an IPv4 client shows up as `::ffff:192.0.2.1` (RFC 4291 section 2.5.5.2),
//! and a rule for `192.0.2.0/24` that is compared with that form misses. So a [`ClientIp`] is
//! brought to one form when it is made, a [`Network`] when it is read, and no later part of the
//! crate knows any other kind of address. The older `::192.0.2.1` (section 2.5.5.1) is no IPv4
//! address, and stays what it is.

mod id;
mod network;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

pub use self::network::{InvalidNetwork, Network};

use crate::excerpt::Excerpt;
use id::Id;

/// An IP address in its one canonical form: an IPv4-mapped IPv6 address is the IPv4 one.
///
/// IPv4 addresses order before IPv6 ones. A zone (`%eth0`) is no part of the address.
///
/// ```
/// use mailward::client::{ClientIp, Family};
///
/// let mapped: ClientIp = "::ffff:192.0.2.1".parse()?;
/// assert_eq!(mapped, ClientIp::parse("192.0.2.1")?);
/// assert_eq!(mapped.family(), Family::V4);
/// assert_ne!(mapped, ClientIp::parse("::192.0.2.1")?);
/// # Ok::<(), mailward::client::InvalidClientIp>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientIp(IpAddr);

impl ClientIp {
    /// Reads an IPv4 address of four decimal numbers, or an IPv6 address (RFC 4291 section 2.2).
    ///
    /// # Errors
    ///
    /// Whatever is not one address: octets with leading zeros, which some read as octal; a zone;
    /// brackets, a port, blanks, a prefix length.
    ///
    /// ```
    /// use mailward::client::ClientIp;
    ///
    /// let error = ClientIp::parse("192.0.2.010").unwrap_err();
    /// assert_eq!(error.to_string(), "192.0.2.010: not an IPv4 or IPv6 address");
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidClientIp> {
        match text.parse::<IpAddr>() {
            Ok(ip) => Ok(Self::from(ip)),
            Err(_) => Err(InvalidClientIp {
                input: Excerpt::new(text),
                fault: if text.contains('%') {
                    IpFault::Zone
                } else {
                    IpFault::NotAnAddress
                },
            }),
        }
    }

    /// The address as the standard library has it, never a mapped one.
    pub const fn as_ip(self) -> IpAddr {
        self.0
    }

    /// Which of the two protocols the address belongs to.
    pub const fn family(self) -> Family {
        match self.0 {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        }
    }

    /// Whether the address lies in `127.0.0.0/8` or is `::1`.
    pub const fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }
}

impl From<IpAddr> for ClientIp {
    fn from(ip: IpAddr) -> Self {
        Self(ip.to_canonical())
    }
}

impl From<Ipv4Addr> for ClientIp {
    fn from(ip: Ipv4Addr) -> Self {
        Self(IpAddr::V4(ip))
    }
}

impl From<Ipv6Addr> for ClientIp {
    fn from(ip: Ipv6Addr) -> Self {
        Self(ip.to_canonical())
    }
}

impl From<ClientIp> for IpAddr {
    fn from(ip: ClientIp) -> Self {
        ip.0
    }
}

impl FromStr for ClientIp {
    type Err = InvalidClientIp;

    fn from_str(text: &str) -> Result<Self, InvalidClientIp> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for ClientIp {
    type Error = InvalidClientIp;

    fn try_from(text: &str) -> Result<Self, InvalidClientIp> {
        Self::parse(text)
    }
}

impl fmt::Display for ClientIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The two address families.
///
/// ```
/// use std::net::Ipv6Addr;
/// use mailward::client::{ClientIp, Family};
///
/// assert_eq!(ClientIp::from(Ipv6Addr::LOCALHOST).family(), Family::V6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: IP has these two versions"
)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// The text is not an address that a client could have.
///
/// ```
/// use mailward::client::ClientIp;
///
/// let error = ClientIp::parse("fe80::1%eth0").unwrap_err();
/// assert_eq!(error.to_string(), "fe80::1%eth0: an address with a zone means nothing elsewhere");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidClientIp {
    input: Excerpt,
    fault: IpFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IpFault {
    NotAnAddress,
    Zone,
}

impl fmt::Display for IpFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnAddress => "not an IPv4 or IPv6 address",
            Self::Zone => "an address with a zone means nothing elsewhere",
        })
    }
}

/// The connection's peer as policy sees it: the address to judge, its port for the log, and
/// whether a proxy stands between.
///
/// ```
/// use std::net::SocketAddr;
/// use mailward::client::{Client, ClientIp, Via};
///
/// let peer: SocketAddr = "[::ffff:203.0.113.9]:34567".parse()?;
/// let client = Client::from(peer);
/// assert_eq!(client.ip(), ClientIp::parse("203.0.113.9")?);
/// assert_eq!(client.port(), Some(34567));
/// assert_eq!(client.via(), Via::Direct);
///
/// let proxy = ClientIp::parse("192.0.2.10")?;
/// let client = Client::proxied(ClientIp::parse("203.0.113.9")?, proxy);
/// assert_eq!(client.via(), Via::Proxy(proxy));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    ip: ClientIp,
    port: Option<u16>,
    via: Via,
    id: Option<Id>,
}

impl Client {
    /// A client that speaks to us itself.
    pub fn direct(ip: impl Into<ClientIp>) -> Self {
        Self {
            ip: ip.into(),
            port: None,
            via: Via::Direct,
            id: None,
        }
    }

    /// A client of whose address a listed proxy told us. The host calls this only for a proxy that
    /// the operator listed; anyone else's header is the client's own text.
    pub fn proxied(declared: ClientIp, proxy: ClientIp) -> Self {
        Self {
            ip: declared,
            port: None,
            via: Via::Proxy(proxy),
            id: None,
        }
    }

    /// A client whose address a listed proxy did not tell: PROXY's `UNKNOWN` or `LOCAL`. What is
    /// judged is the proxy's own address, and that never makes the connection internal.
    pub fn unnamed(proxy: ClientIp) -> Self {
        Self {
            ip: proxy,
            port: None,
            via: Via::ProxyUnknown,
            id: None,
        }
    }

    /// The same client with the port it came from; with a proxy, the port the proxy declared.
    #[must_use]
    pub fn with_port(self, port: u16) -> Self {
        Self {
            port: Some(port),
            ..self
        }
    }

    /// The same client on a connection that the host calls so, in its log and in the `{id}` of texts. At most 64
    /// characters are kept, each but visible ASCII as a `?`; of no meaning to any policy.
    ///
    /// ```
    /// use mailward::client::{Client, ClientIp};
    ///
    /// let client = Client::direct(ClientIp::parse("203.0.113.9")?).identified("4WhXqF0z");
    /// assert_eq!(client.id(), Some("4WhXqF0z"));
    /// assert_eq!(client.identified("a\r\nb").id(), Some("a??b"));
    /// # Ok::<(), mailward::client::InvalidClientIp>(())
    /// ```
    #[must_use]
    pub fn identified(self, id: &str) -> Self {
        Self {
            id: Id::new(id),
            ..self
        }
    }

    /// The address to judge. For [`Via::ProxyUnknown`] it is the proxy's.
    pub const fn ip(&self) -> ClientIp {
        self.ip
    }

    /// The port the client came from, if the host said; of no meaning to any policy.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// What the host calls the connection, if it said.
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(Id::as_str)
    }

    /// How the address was learnt.
    pub const fn via(&self) -> Via {
        self.via
    }
}

impl From<ClientIp> for Client {
    fn from(ip: ClientIp) -> Self {
        Self::direct(ip)
    }
}

impl From<IpAddr> for Client {
    fn from(ip: IpAddr) -> Self {
        Self::direct(ip)
    }
}

/// Keeps the port. The scope of a link-local IPv6 peer is left out: no rule can name it.
impl From<SocketAddr> for Client {
    fn from(peer: SocketAddr) -> Self {
        Self::direct(peer.ip()).with_port(peer.port())
    }
}

/// How the address of a client was learnt.
///
/// ```
/// use mailward::client::{Client, ClientIp, Via};
///
/// let proxy = ClientIp::parse("192.0.2.10")?;
/// let client = Client::unnamed(proxy);
/// assert_eq!((client.ip(), client.via()), (proxy, Via::ProxyUnknown));
/// # Ok::<(), mailward::client::InvalidClientIp>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Via {
    /// From the socket: the peer itself.
    Direct,
    /// From a listed proxy, which has this address.
    Proxy(ClientIp),
    /// Not at all: a listed proxy named nobody.
    ProxyUnknown,
}

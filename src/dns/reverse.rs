//! Names made from addresses: `in-addr.arpa`, `ip6.arpa`, and those of block lists.

use std::fmt::{self, Write as _};
use std::net::IpAddr;

use crate::client::ClientIp;
use crate::name::{Name, NameRef};

/// A name to ask for, built on the stack.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::dns::QueryName;
/// use mailward::name::Name;
///
/// let zone = Name::parse("bl.example.net")?;
/// let v4: ClientIp = "192.0.2.99".parse()?;
/// let v6: ClientIp = "2001:db8::1".parse()?;
/// assert_eq!(QueryName::listed(v4, &zone).unwrap().as_str(), "99.2.0.192.bl.example.net");
/// assert!(QueryName::listed(v6, &zone).unwrap().as_str().starts_with("1.0.0.0.0."));
/// assert_eq!(QueryName::arpa(v4).as_str(), "99.2.0.192.in-addr.arpa");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct QueryName {
    octets: [u8; MAX_LEN],
    len: usize,
}

impl QueryName {
    /// The name under which the reverse names of an address are published (RFC 1035 section 3.5, RFC 3596 section 2.5).
    #[must_use]
    pub fn arpa(client: ClientIp) -> Self {
        let tree = match client.as_ip() {
            IpAddr::V4(_) => "in-addr.arpa",
            IpAddr::V6(_) => "ip6.arpa",
        };
        // 32 nibbles with their dots and the tree are 72 octets, so this always fits.
        Self::written(format_args!("{}{tree}", Reversed(client))).unwrap_or(Self::EMPTY)
    }

    /// The name under which a list of addresses publishes this one (RFC 5782 sections 2.1 and 2.4).
    ///
    /// `None` when it would be longer than a name may be.
    #[must_use]
    pub fn listed(client: ClientIp, zone: &Name) -> Option<Self> {
        Self::written(format_args!("{}{zone}", Reversed(client)))
    }

    /// The name under which a list of names publishes this one (RFC 5782 section 2.3).
    ///
    /// `None` when it would be longer than a name may be.
    #[must_use]
    pub fn listed_name(listed: &Name, zone: &Name) -> Option<Self> {
        Self::written(format_args!("{listed}.{zone}"))
    }

    /// The name, without a final dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.octets
            .get(..self.len)
            .and_then(|octets| std::str::from_utf8(octets).ok())
            .unwrap_or_default()
    }

    /// The name as [`Dns`](super::Dns) takes it.
    #[must_use]
    pub fn borrowed(&self) -> NameRef<'_> {
        NameRef::assume_valid(self.as_str())
    }

    /// What these arguments print; `None` when it is longer than a name may be.
    fn written(text: fmt::Arguments<'_>) -> Option<Self> {
        let mut pen = Pen(Self::EMPTY);
        pen.write_fmt(text).ok().map(|()| pen.0)
    }

    const EMPTY: Self = Self {
        octets: [0; MAX_LEN],
        len: 0,
    };
}

/// Writes a name. Nobody else may: a `QueryName` vouches for its text.
struct Pen(QueryName);

impl fmt::Write for Pen {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let Self(name) = self;
        let end = name.len.saturating_add(text.len());
        let place = name.octets.get_mut(name.len..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        name.len = end;
        Ok(())
    }
}

impl fmt::Debug for QueryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueryName").field(&self.as_str()).finish()
    }
}

/// The octets (IPv4) or nibbles (IPv6) of an address from last to first, each with a dot behind it.
struct Reversed(ClientIp);

impl fmt::Display for Reversed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_ip() {
            IpAddr::V4(ip) => {
                let [a, b, c, d] = ip.octets();
                write!(f, "{d}.{c}.{b}.{a}.")
            }
            IpAddr::V6(ip) => ip
                .octets()
                .iter()
                .rev()
                .try_for_each(|octet| write!(f, "{:x}.{:x}.", octet & 0x0f, octet >> 4)),
        }
    }
}

/// The longest name, without its final dot (RFC 1035 section 2.3.4).
const MAX_LEN: usize = 253;

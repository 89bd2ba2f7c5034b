//! Names made from addresses: `in-addr.arpa`, `ip6.arpa`, and those of block lists.

use std::fmt;
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
        Self::reversed(client).then(tree).unwrap_or(Self::EMPTY)
    }

    /// The name under which a list of addresses publishes this one (RFC 5782 sections 2.1 and 2.4).
    ///
    /// `None` when it would be longer than a name may be.
    #[must_use]
    pub fn listed(client: ClientIp, zone: &Name) -> Option<Self> {
        Self::reversed(client).then(zone.as_str())
    }

    /// The name under which a list of names publishes this one (RFC 5782 section 2.3).
    ///
    /// `None` when it would be longer than a name may be.
    #[must_use]
    pub fn listed_name(listed: &Name, zone: &Name) -> Option<Self> {
        Self::EMPTY
            .then(listed.as_str())?
            .then(".")?
            .then(zone.as_str())
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

    /// The octets (IPv4) or nibbles (IPv6) of an address from last to first, each with a dot behind it.
    fn reversed(client: ClientIp) -> Self {
        let mut name = Self::EMPTY;
        match client.as_ip() {
            IpAddr::V4(ip) => ip
                .octets()
                .iter()
                .rev()
                .for_each(|octet| name.push_decimal(*octet)),
            IpAddr::V6(ip) => ip.octets().iter().rev().for_each(|octet| {
                name.push_digits([octet & 0x0f]);
                name.push_digits([octet >> 4]);
            }),
        }
        name
    }

    fn push_decimal(&mut self, octet: u8) {
        match octet {
            0..10 => self.push_digits([octet]),
            10..100 => self.push_digits([octet / 10, octet % 10]),
            100.. => self.push_digits([octet / 100, octet / 10 % 10, octet % 10]),
        }
    }

    /// Digits below sixteen, and a dot. There is room: an address has at most 32 of them.
    fn push_digits<const N: usize>(&mut self, digits: [u8; N]) {
        let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
        for character in digits.into_iter().map(digit).chain(['.']) {
            let _ = self.push(character.encode_utf8(&mut [0; 4]));
        }
    }

    /// The name with this text at its end; `None` when it would be longer than a name may be.
    fn then(mut self, text: &str) -> Option<Self> {
        self.push(text).map(|()| self)
    }

    fn push(&mut self, text: &str) -> Option<()> {
        let end = self.len.checked_add(text.len())?;
        self.octets
            .get_mut(self.len..end)?
            .copy_from_slice(text.as_bytes());
        self.len = end;
        Some(())
    }

    const EMPTY: Self = Self {
        octets: [0; MAX_LEN],
        len: 0,
    };
}

impl fmt::Debug for QueryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QueryName(..)") // a list's name may hold a key
    }
}

/// The longest name, without its final dot (RFC 1035 section 2.3.4).
const MAX_LEN: usize = 253;

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
        let mut name = Self::EMPTY;
        name.push_reversed(client);
        let _ = name.push(tree); // 32 nibbles with their dots and the tree are 72 octets, so this always fits
        name
    }

    /// The name under which a list of addresses publishes this one (RFC 5782 sections 2.1 and 2.4).
    ///
    /// `None` when it would be longer than a name may be.
    #[must_use]
    pub fn listed(client: ClientIp, zone: &Name) -> Option<Self> {
        let mut name = Self::EMPTY;
        name.push_reversed(client);
        name.push(zone.as_str())?;
        Some(name)
    }

    /// The name under which a list of names publishes this one (RFC 5782 section 2.3).
    ///
    /// `None` when it would be longer than a name may be.
    #[must_use]
    pub fn listed_name(listed: &Name, zone: &Name) -> Option<Self> {
        let mut name = Self::EMPTY;
        [listed.as_str(), ".", zone.as_str()]
            .into_iter()
            .try_for_each(|text| name.push(text))?;
        Some(name)
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
    fn push_reversed(&mut self, client: ClientIp) {
        match client.as_ip() {
            IpAddr::V4(ip) => ip
                .octets()
                .iter()
                .rev()
                .for_each(|octet| self.push_decimal(*octet)),
            IpAddr::V6(ip) => ip.octets().iter().rev().for_each(|octet| {
                self.push_address(&[
                    hexadecimal(octet & 0x0f),
                    b'.',
                    hexadecimal(octet >> 4),
                    b'.',
                ]);
            }),
        }
    }

    fn push_decimal(&mut self, octet: u8) {
        let [hundreds, tens, ones] = [octet / 100, octet / 10 % 10, octet % 10].map(hexadecimal);
        match octet {
            0..10 => self.push_address(&[ones, b'.']),
            10..100 => self.push_address(&[tens, ones, b'.']),
            100.. => self.push_address(&[hundreds, tens, ones, b'.']),
        }
    }

    /// Digits and dots of an address, for which there always is room.
    fn push_address(&mut self, octets: &[u8]) {
        let _ = self.push_octets(octets);
    }

    /// Puts this text at the end; `None` when the name would be longer than a name may be.
    fn push(&mut self, text: &str) -> Option<()> {
        self.push_octets(text.as_bytes())
    }

    fn push_octets(&mut self, octets: &[u8]) -> Option<()> {
        let end = self.len.checked_add(octets.len())?;
        self.octets.get_mut(self.len..end)?.copy_from_slice(octets);
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

/// The digit of a number below sixteen.
fn hexadecimal(digit: u8) -> u8 {
    DIGITS.get(usize::from(digit)).copied().unwrap_or(b'0')
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The longest name, without its final dot (RFC 1035 section 2.3.4).
const MAX_LEN: usize = 253;

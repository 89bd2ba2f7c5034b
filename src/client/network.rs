//! Networks of client addresses, in all the spellings that operators have files of.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv6Net};

use super::{ClientIp, Family};
use crate::excerpt::Excerpt;

/// An IPv4 or IPv6 network; a single address is one too.
///
/// | spelling | network |
/// | --- | --- |
/// | `192.0.2.0/24`, `2001:db8::/32` | as it says (RFC 4632, RFC 4291 section 2.3) |
/// | `192.0.2.1`, `2001:db8::1` | that address |
/// | `192.0.2`, `10` | at the border of an octet, as in access(5): a `/24`, a `/8` |
/// | `10.11.*.*` | the same in the spelling of RFC 2505: a `/16` |
/// | `2001:db8`, `2001:db8:1:2` | at the border of a group, as in access(5): a `/32`, a `/64` |
/// | `::ffff:192.0.2.0/120` | the IPv4 network `192.0.2.0/24` |
///
/// IPv6 networks hold IPv6 addresses only: `::/0` has no IPv4 client in it, mapped or not.
///
/// ```
/// use mailward::client::{ClientIp, Network};
///
/// let ours: Network = "192.0.2".parse()?;
/// assert_eq!(ours.to_string(), "192.0.2.0/24");
/// assert!(ours.contains(ClientIp::parse("192.0.2.77")?));
/// assert!(ours.contains(ClientIp::parse("::ffff:192.0.2.77")?));
/// assert!(!ours.contains(ClientIp::parse("192.0.3.1")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network(IpNet);

impl Network {
    /// The network of `prefix_len` leading bits that begins with `first`. A mapped network is the
    /// IPv4 one, so its prefix counts 96 bits less.
    ///
    /// # Errors
    ///
    /// A prefix longer than the address, host bits set in the address, or a mapped network that is
    /// wider than all of IPv4 (shorter than 96 bits).
    ///
    /// ```
    /// use mailward::client::Network;
    ///
    /// let network = Network::new("2001:db8::".parse()?, 32)?;
    /// assert_eq!(network, "2001:db8::/32".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(first: IpAddr, prefix_len: u8) -> Result<Self, InvalidNetwork> {
        Self::checked(first, prefix_len).map_err(|fault| InvalidNetwork {
            input: Excerpt::new(&format!("{first}/{prefix_len}")),
            fault,
        })
    }

    /// Reads any of the spellings in the table above.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), and whatever else is no network: numbers with leading zeros,
    /// zones, netmasks, `*` alone or before a number.
    ///
    /// ```
    /// use mailward::client::Network;
    ///
    /// let error = Network::parse("192.168.1.0/23").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "192.168.1.0/23: host bits set; the network is 192.168.0.0/23",
    /// );
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidNetwork> {
        let network = if let Some((first, prefix_len)) = text.split_once('/') {
            prefixed(first, prefix_len)
        } else if let Ok(ip) = text.parse::<IpAddr>() {
            Ok(Self::from(ClientIp::from(ip)))
        } else if text.contains(':') {
            groups(text)
        } else {
            octets(text)
        };
        network.map_err(|fault| InvalidNetwork {
            input: Excerpt::new(text),
            fault,
        })
    }

    /// Whether `client` lies in the network.
    pub fn contains(&self, client: ClientIp) -> bool {
        match (&self.0, client.as_ip()) {
            (IpNet::V4(network), IpAddr::V4(ip)) => {
                (network.addr().to_bits() ^ ip.to_bits()) & network.netmask().to_bits() == 0
            }
            (IpNet::V6(network), IpAddr::V6(ip)) => {
                (network.addr().to_bits() ^ ip.to_bits()) & network.netmask().to_bits() == 0
            }
            (IpNet::V4(_), IpAddr::V6(_)) | (IpNet::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// How many leading bits all addresses of the network share: 0 to 32 for IPv4, to 128 for IPv6.
    pub fn prefix_len(&self) -> u8 {
        self.0.prefix_len()
    }

    /// Which of the two protocols the network belongs to.
    pub const fn family(&self) -> Family {
        match self.0 {
            IpNet::V4(_) => Family::V4,
            IpNet::V6(_) => Family::V6,
        }
    }

    /// The lowest address.
    pub fn first(&self) -> IpAddr {
        self.0.network()
    }

    /// The highest address.
    ///
    /// It is of the network's own family even where it would be an IPv4 client in mapped form, as
    /// in `::/80`; which no IPv6 network holds.
    pub fn last(&self) -> IpAddr {
        self.0.broadcast()
    }

    fn checked(first: IpAddr, prefix_len: u8) -> Result<Self, NetworkFault> {
        let (first, prefix_len) = unmapped(first, prefix_len)?;
        let network = IpNet::new(first, prefix_len)
            .map_err(|_| NetworkFault::Prefix { most: width(first) })?;
        if network.trunc() == network {
            Ok(Self(network))
        } else {
            Err(NetworkFault::HostBits(network.trunc()))
        }
    }
}

impl From<ClientIp> for Network {
    fn from(ip: ClientIp) -> Self {
        Self(ip.as_ip().into())
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Network {
    type Error = InvalidNetwork;

    fn try_from(text: &str) -> Result<Self, InvalidNetwork> {
        Self::parse(text)
    }
}

/// Always with the prefix length: `192.0.2.1/32`.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text, or the pair of address and prefix length, is not a network.
///
/// ```
/// use mailward::client::Network;
///
/// let error = Network::parse("10.300").unwrap_err();
/// assert_eq!(error.to_string(), "10.300: not an address or a network");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidNetwork {
    input: Excerpt,
    fault: NetworkFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NetworkFault {
    HostBits(IpNet),
    Mapped,
    NotANetwork,
    Prefix { most: u8 },
    Zone,
}

impl fmt::Display for NetworkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostBits(meant) => write!(f, "host bits set; the network is {meant}"),
            Self::Mapped => write!(
                f,
                "the prefix of an IPv4-mapped network is {MAPPED} to 128 bits long"
            ),
            Self::NotANetwork => f.write_str("not an address or a network"),
            Self::Prefix { most } => write!(f, "the prefix length is a number from 0 to {most}"),
            Self::Zone => f.write_str("an address with a zone means nothing elsewhere"),
        }
    }
}

/// `192.0.2.0/24`, `2001:db8::/32`.
fn prefixed(first: &str, prefix_len: &str) -> Result<Network, NetworkFault> {
    if first.contains('%') {
        return Err(NetworkFault::Zone);
    }
    let first: IpAddr = first.parse().map_err(|_| NetworkFault::NotANetwork)?;
    let prefix_len =
        number(prefix_len).ok_or_else(|| NetworkFault::Prefix { most: width(first) })?;
    Network::checked(first, prefix_len)
}

/// `10`, `192.0.2`, `10.11.*.*`: leading octets, then nothing or stars.
fn octets(text: &str) -> Result<Network, NetworkFault> {
    let mut first = [0; 4];
    let mut prefix_len: u8 = 0;
    let mut parts = text.split('.');
    let mut starred = false;
    for place in &mut first {
        let Some(part) = parts.next() else { break };
        starred = starred || part == "*";
        if starred {
            if part != "*" {
                return Err(NetworkFault::NotANetwork);
            }
        } else {
            *place = number(part).ok_or(NetworkFault::NotANetwork)?;
            prefix_len = prefix_len.saturating_add(8);
        }
    }
    // Stars alone would be everybody, which nobody should get by a slip.
    if prefix_len == 0 || parts.next().is_some() {
        return Err(NetworkFault::NotANetwork);
    }
    Network::checked(Ipv4Addr::from(first).into(), prefix_len)
}

/// `2001:db8`: two to seven leading groups, none left out.
fn groups(text: &str) -> Result<Network, NetworkFault> {
    if text.contains('%') {
        return Err(NetworkFault::Zone);
    }
    let mut first = [0; 8];
    let mut prefix_len: u8 = 0;
    let mut parts = text.split(':');
    for place in &mut first {
        let Some(part) = parts.next() else { break };
        let hex = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit());
        let group = u16::from_str_radix(part, 16).ok().filter(|_| hex);
        *place = group.ok_or(NetworkFault::NotANetwork)?;
        prefix_len = prefix_len.saturating_add(16);
    }
    if parts.next().is_some() {
        return Err(NetworkFault::NotANetwork);
    }
    Network::checked(Ipv6Addr::from(first).into(), prefix_len)
}

/// A decimal number of digits alone, with no leading zero.
fn number(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| digits && !padded)
}

/// Brings a mapped network to its IPv4 form.
fn unmapped(first: IpAddr, prefix_len: u8) -> Result<(IpAddr, u8), NetworkFault> {
    let IpAddr::V6(v6) = first else {
        return Ok((first, prefix_len));
    };
    match v6.to_ipv4_mapped() {
        None => Ok((first, prefix_len)),
        Some(_) if prefix_len > Ipv6Net::from(v6).max_prefix_len() => {
            Err(NetworkFault::Prefix { most: width(first) })
        }
        Some(v4) => match prefix_len.checked_sub(MAPPED) {
            Some(prefix_len) => Ok((v4.into(), prefix_len)),
            None => Err(NetworkFault::Mapped),
        },
    }
}

fn width(ip: IpAddr) -> u8 {
    IpNet::from(ip).max_prefix_len()
}

/// How many bits `::ffff:0:0/96` puts before an IPv4 address.
const MAPPED: u8 = 96;

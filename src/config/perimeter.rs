//! Who is inside, as the file has it.

use std::fmt;
use std::str::FromStr;

use crate::client::{ClientIp, Network};
use crate::guard::Postmaster;
use crate::name::{InvalidNamePattern, Name, NamePattern};
use crate::relay::Perimeter;

/// The `[perimeter]` of a policy file. An empty one relays nothing.
///
/// ```
/// use mailward::config::PerimeterConfig;
///
/// let mut inside = PerimeterConfig::default();
/// inside.networks.push("192.0.2.0/24".parse()?);
/// inside.domains.push("*.example.org".parse()?);
/// let perimeter = inside.perimeter("mx.example.org".parse()?);
/// assert_eq!(perimeter.networks().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PerimeterConfig {
    /// Networks of clients.
    pub networks: Vec<Network>,
    /// Names of clients, which count when they are forward-confirmed.
    pub names: Vec<Coverage>,
    /// Domains that we deliver for; the host's name is one of them.
    pub domains: Vec<Coverage>,
    /// Domains whose mail is accepted from anyone and sent on.
    pub relay_to: Vec<Coverage>,
    /// Networks in which the better exchangers of a domain must lie.
    pub backup_mx: Vec<Network>,
    /// Our own addresses.
    pub literals: Vec<ClientIp>,
    /// Networks of proxies that must speak PROXY.
    pub proxy_protocol: Vec<Network>,
    /// Whether the perimeter may be as wide as the world.
    pub everyone: Everyone,
    /// Whether mail for postmaster passes the row of checks by.
    pub postmaster_exempt: Postmaster,
}

impl PerimeterConfig {
    /// The perimeter of this host.
    #[must_use]
    pub fn perimeter(&self, hostname: Name) -> Perimeter {
        let all = Perimeter::new(hostname);
        let all = self.networks.iter().copied().fold(all, Perimeter::network);
        let all = self
            .backup_mx
            .iter()
            .copied()
            .fold(all, Perimeter::backup_mx);
        let all = self.literals.iter().copied().fold(all, Perimeter::literal);
        let all = self
            .proxy_protocol
            .iter()
            .copied()
            .fold(all, Perimeter::proxy);
        let all = cover(all, &self.names, Perimeter::name, Perimeter::any_name);
        let all = cover(all, &self.domains, Perimeter::domain, Perimeter::any_domain);
        cover(
            all,
            &self.relay_to,
            Perimeter::relay_to,
            Perimeter::relay_anywhere,
        )
    }
}

fn cover(
    perimeter: Perimeter,
    covered: &[Coverage],
    names: impl Fn(Perimeter, NamePattern) -> Perimeter,
    everything: impl Fn(Perimeter) -> Perimeter,
) -> Perimeter {
    covered.iter().fold(perimeter, |perimeter, one| match one {
        Coverage::Everything => everything(perimeter),
        Coverage::Names(pattern) => names(perimeter, pattern.clone()),
    })
}

/// Which names an entry of `names`, `domains` or `relay-to` covers.
///
/// ```
/// use mailward::config::Coverage;
///
/// assert_eq!("*".parse(), Ok(Coverage::Everything));
/// assert_eq!("*.example.org".parse::<Coverage>()?.to_string(), "*.example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: all names, or a pattern")]
pub enum Coverage {
    /// `*`: every name. Only [`Everyone::Meant`] allows it.
    Everything,
    /// One name, or all below one.
    Names(NamePattern),
}

impl FromStr for Coverage {
    type Err = InvalidNamePattern;

    fn from_str(text: &str) -> Result<Self, InvalidNamePattern> {
        match text {
            "*" => Ok(Self::Everything),
            _ => text.parse().map(Self::Names),
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("*"),
            Self::Names(pattern) => pattern.fmt(f),
        }
    }
}

/// Whether the perimeter may be as wide as the world: `everyone`.
///
/// ```
/// use mailward::config::{Config, Everyone};
/// use mailward::diagnostic::Diagnostics;
///
/// let mut config = Config::new("mx.example.org".parse()?);
/// config.perimeter.networks.push("0.0.0.0/0".parse()?);
/// let mut found = Diagnostics::new();
/// assert!(Config::parse("policy.toml", config.to_toml(), &mut found).is_none()); // an open relay, by accident?
/// config.perimeter.everyone = Everyone::Meant;
/// assert!(Config::parse("policy.toml", config.to_toml(), &mut found).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: it may or it may not")]
pub enum Everyone {
    /// It may not: networks wider than an IPv4 /8 or an IPv6 /20 of public space in sum are an error, and so are `*` and
    /// suffixes of one label.
    #[default]
    Forbidden,
    /// It may, and that is what was meant.
    Meant,
}

//! A second reading of the perimeter, which shares no code with the first: ranges of numbers and ends of texts.

use std::net::IpAddr;

use crate::client::{Client, ClientIp, Network, Via};
use crate::config::{Config, Coverage};
use crate::relay::Side;

/// What the file says of who is inside.
pub(super) struct Reading<'c> {
    config: &'c Config,
    names: Vec<String>,
    domains: Vec<String>,
}

impl<'c> Reading<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        let inside = &config.perimeter;
        let domains = inside.domains.iter().chain(&inside.relay_to);
        Self {
            config,
            names: inside.names.iter().map(Coverage::to_string).collect(),
            domains: domains.map(Coverage::to_string).collect(),
        }
    }

    /// The side of a client that has these confirmed names.
    pub(super) fn client(&self, client: &Client, name: Option<&str>) -> Side {
        let inside = &self.config.perimeter;
        let ip = client.ip();
        let proxies = |ip: ClientIp| in_any(&inside.proxy_protocol, ip);
        let own = ip.as_ip().is_loopback() || ip.as_ip().is_unspecified();
        let own = own || inside.literals.contains(&ip);
        let known = match client.via() {
            Via::Direct => !proxies(ip),
            Via::Proxy(proxy) => proxies(proxy) && !proxies(ip) && !own,
            Via::ProxyUnknown => false,
        };
        let named = name.is_some_and(|name| matches_any(&self.names, name));
        side(known && (in_any(&inside.networks, ip) || named))
    }

    /// The side of a domain, for a recipient without a second destination.
    pub(super) fn domain(&self, domain: &str) -> Side {
        let hostname = self.config.hostname.as_str();
        side(domain == hostname || matches_any(&self.domains, domain))
    }

    /// The side of an address in brackets.
    pub(super) fn literal(&self, ip: ClientIp) -> Side {
        side(self.config.perimeter.literals.contains(&ip))
    }
}

const fn side(internal: bool) -> Side {
    if internal {
        Side::Internal
    } else {
        Side::External
    }
}

/// The first and the last address of a network, as numbers.
pub(super) fn ends(network: &Network) -> (u128, u128) {
    (number(network.first()), number(network.last()))
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u32::from_be_bytes(ip.octets()).into(),
        IpAddr::V6(ip) => u128::from_be_bytes(ip.octets()),
    }
}

fn in_any(networks: &[Network], ip: ClientIp) -> bool {
    networks.iter().any(|network| {
        let (first, last) = ends(network);
        let same = network.first().is_ipv4() == ip.as_ip().is_ipv4();
        same && (first..=last).contains(&number(ip.as_ip()))
    })
}

fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| match pattern.strip_prefix('*') {
            Some("") => true,
            Some(end) => name.len() > end.len() && name.ends_with(end),
            None => name == pattern,
        })
}

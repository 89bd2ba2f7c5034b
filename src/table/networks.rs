//! Rules by network, longest first.

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::fast::RandomState;

use super::insert;
use crate::client::{ClientIp, Network};

/// Which rule stands for a network; a single address is one too.
#[derive(Clone, Debug, Default)]
pub(super) struct Networks {
    v4: Prefixes,
    v6: Prefixes,
}

/// The networks of one family: for each length of prefix that occurs, longest first, the rules by their leading bits.
#[derive(Clone, Debug, Default)]
struct Prefixes(Vec<(u8, HashMap<u128, usize, RandomState>)>);

impl Networks {
    /// Adds a rule, unless there is one for the network, which is given back.
    pub(super) fn insert(&mut self, network: Network, rule: usize) -> Result<(), usize> {
        let bits = bits(network.first());
        match network.first() {
            IpAddr::V4(_) => self.v4.insert(network.prefix_len(), bits, rule),
            IpAddr::V6(_) => self.v6.insert(network.prefix_len(), bits, rule),
        }
    }

    /// The rules for the networks that hold an address, longest prefix first.
    pub(super) fn holding(&self, client: ClientIp) -> impl Iterator<Item = usize> {
        let bits = bits(client.as_ip());
        let prefixes = match client.as_ip() {
            IpAddr::V4(_) => &self.v4,
            IpAddr::V6(_) => &self.v6,
        };
        prefixes
            .0
            .iter()
            .filter_map(move |(len, rules)| rules.get(&(bits & mask(*len))).copied())
    }
}

impl Prefixes {
    fn insert(&mut self, len: u8, bits: u128, rule: usize) -> Result<(), usize> {
        let place = self.0.partition_point(|(other, _)| *other > len);
        if self.0.get(place).is_none_or(|(other, _)| *other != len) {
            self.0.insert(place, (len, HashMap::default()));
        }
        // The place is there now.
        self.0
            .get_mut(place)
            .map_or(Ok(()), |(_, rules)| insert(rules, bits, rule))
    }
}

/// The bits of an address, those of an IPv4 one in front, so that prefixes are counted alike.
fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(ip.to_bits()).wrapping_shl(96),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// As many leading ones.
fn mask(len: u8) -> u128 {
    !u128::MAX.checked_shr(u32::from(len)).unwrap_or(0)
}

//! How much of the public address space networks cover.

use std::net::IpAddr;

use crate::client::{Family, Network};
use crate::rbl;

/// A family whose networks cover more public space than a perimeter should have by accident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wide {
    /// More than a /8.
    V4,
    /// More than a /20.
    V6,
}

/// The families of which these networks cover too much in sum. Addresses that mean something else at every site
/// ([`rbl::never_asked`]) do not count, and an address counts once however often it is covered.
pub(super) fn wide(networks: &[Network]) -> Vec<Wide> {
    let families = [
        (Family::V4, Wide::V4, V4_MOST),
        (Family::V6, Wide::V6, V6_MOST),
    ];
    families
        .into_iter()
        .filter(|(family, _, most)| public(networks, *family) > *most)
        .map(|(_, wide, _)| wide)
        .collect()
}

/// How many public addresses of a family the networks cover; at most `u128::MAX`.
fn public(networks: &[Network], family: Family) -> u128 {
    let (mut covered, local) = (ranges(networks, family), ranges(rbl::never_asked(), family));
    covered.sort_unstable();
    let mut next = 0; // what is below has been counted
    let mut sum: u128 = 0;
    for (first, last) in covered {
        let first = first.max(next);
        if first > last {
            continue;
        }
        next = last.saturating_add(1);
        let without = local
            .iter()
            .map(|(start, end)| length(first.max(*start), last.min(*end)))
            .fold(0, u128::saturating_add);
        sum = sum.saturating_add(length(first, last).saturating_sub(without));
    }
    sum
}

fn ranges(networks: &[Network], family: Family) -> Vec<(u128, u128)> {
    networks
        .iter()
        .filter(|network| network.family() == family)
        .map(|network| (number(network.first()), number(network.last())))
        .collect()
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_bits().into(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// How many numbers there are from the first to the last.
fn length(first: u128, last: u128) -> u128 {
    match last.checked_sub(first) {
        Some(more) => more.saturating_add(1),
        None => 0,
    }
}

const V4_MOST: u128 = 1 << 24;
const V6_MOST: u128 = 1 << 108;

//! Domains for which we are a backup exchanger.

use std::net::IpAddr;

use super::{Destination, Perimeter, Side, within};
use crate::address::{Domain, Recipient};
use crate::client::{ClientIp, Network};
use crate::dns::{Dns, DnsError, Exchange, Lookup, Mx};
use crate::mailroute::{self, MailRoute};
use crate::name::Name;
use crate::step::Step;

/// Whether we are a backup exchanger for a domain, in a way that the operator agreed to.
///
/// ```
/// use mailward::dns::DnsError;
/// use mailward::relay::{Backup, Side};
///
/// assert_eq!(Backup::Yes.side(), Side::Internal);
/// assert_eq!(Backup::Trouble(DnsError::Timeout).side(), Side::External);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: yes, no, or not known now"
)]
pub enum Backup {
    /// We are not.
    No,
    /// DNS did not say. The recipient is external for now, and a refusal because of it must be a 4yz one.
    Trouble(DnsError),
    /// We are.
    Yes,
}

impl Backup {
    /// The side of the perimeter on which the domain lies.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::Yes => Side::Internal,
            Self::No | Self::Trouble(_) => Side::External,
        }
    }
}

impl Perimeter {
    /// The domain of a recipient that only [`backup_for`](Self::backup_for) could make internal; `None` where there
    /// is nothing to ask.
    #[must_use]
    pub fn backup_candidate<'r>(&self, recipient: &'r Recipient) -> Option<&'r Name> {
        if self.backup_networks().is_empty()
            || self.destination(recipient) != Destination::Elsewhere
        {
            return None;
        }
        match recipient.domain() {
            Some(Domain::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether we are a backup exchanger for this domain (RFC 2505 section 2.1, "alternate MX").
    ///
    /// Anybody may publish an MX record that names us, so that alone permits nothing. We are one when
    ///
    /// - an MX record of the domain names our [`hostname`](Self::hostname),
    /// - there are better exchangers, of a lower preference value, and
    /// - each of those has addresses, all of which lie in the [`backup_networks`](Self::backup_networks).
    ///
    /// So our mail for the domain can go nowhere but to hosts the operator named. A domain with more than
    /// ten better exchangers is none of ours. Without networks nothing is asked.
    ///
    /// ```
    /// use mailward::dns::MemoryDns;
    /// use mailward::name::Name;
    /// use mailward::relay::{Backup, Perimeter};
    ///
    /// let dns = MemoryDns::parse(
    ///     "friend.example.        MX 10 mail.friend.example.\n\
    ///      friend.example.        MX 20 mx.example.org.\n\
    ///      mail.friend.example.   A  198.51.100.25\n\
    ///      stranger.example.      MX 10 mail.stranger.example.\n\
    ///      stranger.example.      MX 20 mx.example.org.\n\
    ///      mail.stranger.example. A  203.0.113.9",
    /// )?;
    /// let perimeter = Perimeter::new(Name::parse("mx.example.org")?).backup_mx("198.51.100.0/24".parse()?);
    /// assert_eq!(perimeter.backup_for(&Name::parse("friend.example")?, &dns).wait(), Backup::Yes);
    /// assert_eq!(perimeter.backup_for(&Name::parse("stranger.example")?, &dns).wait(), Backup::No);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn backup_for<'a>(&'a self, domain: &Name, dns: &'a dyn Dns) -> Step<'a, Backup> {
        if self.backup_networks().is_empty() {
            return Step::ready(Backup::No);
        }
        mailroute::resolve(domain, dns).and_then(move |route| match route {
            MailRoute::Exchangers(exchangers) => self.place(&exchangers, dns),
            MailRoute::Trouble(trouble) => Step::ready(Backup::Trouble(trouble)),
            _ => Step::ready(Backup::No),
        })
    }

    fn place<'a>(&'a self, exchangers: &[Mx], dns: &'a dyn Dns) -> Step<'a, Backup> {
        let Some(better) = better_than(self.hostname(), exchangers) else {
            return Step::ready(Backup::No);
        };
        let networks = self.backup_networks();
        let lookups = better.into_iter().flat_map(|host| {
            let host = host.borrowed();
            let v4 = dns.a(host).map(move |found| Place::of(&found, networks));
            let v6 = dns.aaaa(host).map(move |found| Place::of(&found, networks));
            [v4, v6]
        });
        Step::join_all(lookups).map(|places| judge(&places))
    }
}

/// The exchangers that are better than ours; `None` when we are none of them, or the best, or when one of the better
/// ones is no host or there are too many.
fn better_than<'m>(hostname: &Name, exchangers: &'m [Mx]) -> Option<Vec<&'m Name>> {
    let ours = |mx: &&Mx| matches!(&mx.exchange, Exchange::Host(name) if name == hostname);
    let own = exchangers
        .iter()
        .filter(ours)
        .map(|mx| mx.preference)
        .min()?;
    let better = exchangers
        .iter()
        .filter(|mx| mx.preference < own)
        .map(|mx| match &mx.exchange {
            Exchange::Host(name) => Some(name),
            Exchange::Root | Exchange::Unusable => None,
        });
    let better = better
        .take(MAX_BETTER.saturating_add(1))
        .collect::<Option<Vec<_>>>()?;
    (1..=MAX_BETTER).contains(&better.len()).then_some(better)
}

/// Where the addresses of one host and family lie.
#[derive(Clone, Copy, Debug)]
enum Place {
    Inside,
    Nowhere,
    Outside,
    Trouble(DnsError),
}

impl Place {
    fn of<A: Copy + Into<IpAddr>>(found: &Lookup<A>, networks: &[Network]) -> Self {
        match found {
            Err(trouble) => Self::Trouble(*trouble),
            Ok(answer) if answer.records().is_empty() => Self::Nowhere,
            Ok(answer) => {
                let inside = |&ip: &A| within(networks, ClientIp::from(ip.into()));
                if answer.records().iter().all(inside) {
                    Self::Inside
                } else {
                    Self::Outside
                }
            }
        }
    }
}

/// Judges the places of hosts, two for each: one answer that says no outweighs trouble.
fn judge(places: &[Place]) -> Backup {
    let nowhere = |host: &[Place]| host.iter().all(|place| matches!(place, Place::Nowhere));
    if places.iter().any(|place| matches!(place, Place::Outside)) || places.chunks(2).any(nowhere) {
        return Backup::No;
    }
    let trouble = places.iter().find_map(|place| match place {
        Place::Trouble(trouble) => Some(*trouble),
        _ => None,
    });
    trouble.map_or(Backup::Yes, Backup::Trouble)
}

/// As many better exchangers are looked up.
const MAX_BETTER: usize = 10;

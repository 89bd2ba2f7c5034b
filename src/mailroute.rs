//! Where does mail for a domain go?
//!
//! A domain takes mail at its mail exchangers; one without MX records at its own address, the implicit MX ([RFC 5321
//! section 5.1](https://www.rfc-editor.org/rfc/rfc5321#section-5.1)); and a domain that publishes a single MX record
//! of preference 0 naming the root says that it takes none, the null MX
//! ([RFC 7505](https://www.rfc-editor.org/rfc/rfc7505)). A domain with none of these can neither get mail nor have its
//! bounces delivered, which is why senders and recipients are asked about it (RFC 2505 section 2.9).
//!
//! Address literals are not asked here: they need no name system.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use futures_util::future::{Either, select};

use crate::dns::{Answer, Dns, DnsError, Exchange, Lookup, Mx};
use crate::name::Name;
use crate::step::Step;

/// Finds where mail for a domain goes: its MX records first; without any, its A and AAAA records at once, of which
/// the first that is found decides.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::mailroute::{self, Absence, MailRoute};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse("silent.example. MX 0 .\nsmall.example. A 192.0.2.7")?;
/// let route = |domain: &str| mailroute::resolve(&Name::parse(domain).unwrap(), &dns).wait();
/// assert_eq!(route("silent.example"), MailRoute::NullMx);
/// assert_eq!(route("unknown.example"), MailRoute::Nowhere(Absence::NoSuchName));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn resolve<'a>(domain: &Name, dns: &'a dyn Dns) -> Step<'a, MailRoute> {
    let owned = domain.clone();
    dns.mx(domain.borrowed())
        .and_then(move |mx| match judge_exchangers(&mx) {
            Some(route) => Step::ready(route),
            None => implicit(&owned, dns),
        })
}

fn implicit<'a>(domain: &Name, dns: &'a dyn Dns) -> Step<'a, MailRoute> {
    let a = match dns.a(domain.borrowed()).into_ready() {
        Ok(a) if has_records(&a) => return Step::ready(MailRoute::Address),
        Ok(a) => {
            return dns
                .aaaa(domain.borrowed())
                .map(move |aaaa| judge_addresses(&a, &aaaa));
        }
        Err(later) => later,
    };
    let aaaa = match dns.aaaa(domain.borrowed()).into_ready() {
        Ok(aaaa) if has_records(&aaaa) => return Step::ready(MailRoute::Address),
        Ok(aaaa) => return a.map(move |a| judge_addresses(&a, &aaaa)),
        Err(later) => later,
    };
    Step::later(async move {
        match select(a, aaaa).await {
            Either::Left((a, _)) if has_records(&a) => MailRoute::Address,
            Either::Right((aaaa, _)) if has_records(&aaaa) => MailRoute::Address,
            Either::Left((a, aaaa)) => judge_addresses(&a, &aaaa.await),
            Either::Right((aaaa, a)) => judge_addresses(&a.await, &aaaa),
        }
    })
}

/// Judges the MX records: the first pure half of [`resolve`]. `None` when there are none, so that the addresses
/// decide.
///
/// The root counts as null MX only alone and with preference 0, as RFC 7505 section 3 defines it. Beside other
/// exchangers, where it must not stand, it is ignored; alone with another preference it is no usable exchanger. So
/// are exchangers that are no host names, such as `192.0.2.7.`.
///
/// ```
/// use std::time::Duration;
/// use mailward::dns::{Answer, Exchange, Mx};
/// use mailward::mailroute::{self, Absence, MailRoute};
///
/// let root = |preference| Ok(Answer::of([Mx { preference, exchange: Exchange::Root }], Duration::ZERO));
/// assert_eq!(mailroute::judge_exchangers(&root(0)), Some(MailRoute::NullMx));
/// let unusable = MailRoute::Nowhere(Absence::UnusableExchangers);
/// assert_eq!(mailroute::judge_exchangers(&root(10)), Some(unusable));
/// ```
#[must_use]
pub fn judge_exchangers(mx: &Lookup<Mx>) -> Option<MailRoute> {
    let records = match mx {
        Err(error) => return Some(MailRoute::Trouble(*error)),
        Ok(Answer::NoSuchName { .. }) => return Some(MailRoute::Nowhere(Absence::NoSuchName)),
        Ok(Answer::Records { records, .. }) if !records.is_empty() => records,
        Ok(_) => return None,
    };
    if records.iter().all(|mx| *mx == NULL_MX) {
        return Some(MailRoute::NullMx);
    }
    let usable = usable(records);
    Some(match usable.is_empty() {
        true => MailRoute::Nowhere(Absence::UnusableExchangers),
        false => MailRoute::Exchangers(usable),
    })
}

/// The hosts among the exchangers, in their order. Shares the answer's own list when it can.
fn usable(records: &Arc<[Mx]>) -> Arc<[Mx]> {
    let rank = |mx: &Mx| (mx.preference, host(mx).cloned());
    if records.iter().all(|mx| host(mx).is_some()) && records.is_sorted_by_key(rank) {
        return records.clone();
    }
    let mut usable: Vec<Mx> = records
        .iter()
        .filter(|mx| host(mx).is_some())
        .cloned()
        .collect();
    usable.sort_by_key(rank);
    usable.into()
}

/// Judges the addresses of a domain that has no MX records: the other pure half of [`resolve`]. One family is
/// enough, even when the other is in trouble.
///
/// ```
/// use std::net::Ipv6Addr;
/// use std::time::Duration;
/// use mailward::dns::{Answer, DnsError};
/// use mailward::mailroute::{self, MailRoute};
///
/// let six = Ok(Answer::of([Ipv6Addr::LOCALHOST], Duration::ZERO));
/// assert_eq!(mailroute::judge_addresses(&Err(DnsError::Timeout), &six), MailRoute::Address);
/// let none = Ok(Answer::NoData { ttl: Duration::ZERO });
/// assert_eq!(mailroute::judge_addresses(&Err(DnsError::Timeout), &none), MailRoute::Trouble(DnsError::Timeout));
/// ```
#[must_use]
pub fn judge_addresses(a: &Lookup<Ipv4Addr>, aaaa: &Lookup<Ipv6Addr>) -> MailRoute {
    if has_records(a) || has_records(aaaa) {
        return MailRoute::Address;
    }
    match (a, aaaa) {
        (Err(error), _) | (_, Err(error)) => MailRoute::Trouble(*error),
        (Ok(Answer::NoSuchName { .. }), Ok(Answer::NoSuchName { .. })) => {
            MailRoute::Nowhere(Absence::NoSuchName)
        }
        (Ok(_), Ok(_)) => MailRoute::Nowhere(Absence::NoAddress),
    }
}

/// Where mail for a domain goes.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::mailroute::{self, MailRoute};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse("example.org. MX 20 mx2.example.org.\nexample.org. MX 10 mx1.example.org.")?;
/// let MailRoute::Exchangers(found) = mailroute::resolve(&Name::parse("example.org")?, &dns).wait() else { panic!() };
/// assert_eq!(found[0].to_string(), "10 mx1.example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: RFC 5321 section 5.1 and RFC 7505 know no other case"
)]
pub enum MailRoute {
    /// To these hosts, the lowest preference first, equal ones by name. At least one. Whether they have addresses was
    /// not asked.
    Exchangers(Arc<[Mx]>),
    /// To the domain's own address: the implicit MX.
    Address,
    /// The domain says that it takes no mail (RFC 7505).
    NullMx,
    /// Nowhere.
    Nowhere(Absence),
    /// A lookup failed, and nothing was found without it.
    Trouble(DnsError),
}

impl MailRoute {
    /// The hosts that take mail for the domain, by preference; none unless [`MailRoute::Exchangers`].
    #[must_use]
    pub fn exchangers(&self) -> &[Mx] {
        match self {
            Self::Exchangers(exchangers) => exchangers,
            _ => &[],
        }
    }

    /// True when DNS trouble left the question open.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        matches!(self, Self::Trouble(_))
    }
}

/// Why mail for a domain goes nowhere.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::mailroute::{self, Absence, MailRoute};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse("example.org. TXT \"no mail here\"")?;
/// let found = mailroute::resolve(&Name::parse("example.org")?, &dns).wait();
/// assert_eq!(found, MailRoute::Nowhere(Absence::NoAddress));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the cases of `MailRoute::Nowhere`"
)]
pub enum Absence {
    /// The domain has neither an MX record nor an address.
    NoAddress,
    /// The domain does not exist.
    NoSuchName,
    /// There are MX records, and none names a host.
    UnusableExchangers,
}

impl fmt::Display for MailRoute {
    /// For traces: `10 mx.example.org, 20 mx2.example.org`, `own address`, `null MX`, or why it is nowhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchangers(exchangers) => exchangers
                .iter()
                .enumerate()
                .try_for_each(|(at, mx)| write!(f, "{}{mx}", if at == 0 { "" } else { ", " })),
            Self::Address => f.write_str("own address"),
            Self::NullMx => f.write_str("null MX"),
            Self::Nowhere(Absence::NoAddress) => {
                f.write_str("nowhere: no exchanger and no address")
            }
            Self::Nowhere(Absence::NoSuchName) => f.write_str("nowhere: no such name"),
            Self::Nowhere(Absence::UnusableExchangers) => {
                f.write_str("nowhere: no usable exchanger")
            }
            Self::Trouble(error) => error.fmt(f),
        }
    }
}

const fn host(mx: &Mx) -> Option<&Name> {
    match &mx.exchange {
        Exchange::Host(name) => Some(name),
        Exchange::Root | Exchange::Unusable => None,
    }
}

fn has_records<T>(lookup: &Lookup<T>) -> bool {
    lookup
        .as_ref()
        .is_ok_and(|answer| !answer.records().is_empty())
}

/// RFC 7505 section 3.
const NULL_MX: Mx = Mx {
    preference: 0,
    exchange: Exchange::Root,
};

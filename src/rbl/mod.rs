//! Is a client on a list published in DNS?
//!
//! A list answers for each address whether it knows it ([RFC 5782](https://www.rfc-editor.org/rfc/rfc5782)): the
//! address, reversed, under the list's name has an A record or it has none. A [`Zone`] knows what to ask and
//! [what an answer means](Zone::interpret); [`look_up`] asks several at once. What a listing is worth is the
//! caller's to say: a block list's hit refuses, an allow list's accepts.
//!
//! Lists die, change hands and get cut off (ORDB in 2008, AHBL in 2015, SpamCop in 2021). Answers that do not come
//! from a healthy list never count: see [`Listing`].

mod listing;
mod zone;

pub use listing::{Hit, Listing, Skip};
pub use zone::{Families, Zone};

use std::future::{self, Future};
use std::mem;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use crate::client::{ClientIp, Network};
use crate::dns::{Dns, Lookup};
use crate::step::Step;

/// Asks the lists about a client, all at once, and tells what each said, in the order of `zones`.
///
/// The first list that lists the client decides: the answers of those behind it are not waited for, and they are
/// [`Skip::Undecisive`] whether or not one has come, so that the outcome depends on the answers and never on their
/// order. All lists before it have answered. A zone [with text](Zone::with_text) is asked for its reason only when it
/// is that first one.
///
/// Clients in `never` are not asked about: [`never_asked`] has the networks that no public list should hear of.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::name::Name;
/// use mailward::rbl::{self, Listing, Zone};
///
/// let dns = MemoryDns::parse("9.113.0.203.bl.example. A 127.0.0.2")?;
/// let zones = [Zone::new(Name::parse("other.example")?), Zone::new(Name::parse("bl.example")?).labelled("bl")];
/// let found = rbl::look_up("203.0.113.9".parse()?, &zones, rbl::never_asked(), &dns).wait();
/// assert!(matches!(found[0], Listing::Absent { .. }));
/// assert_eq!(found[1].hit().unwrap().label(), "bl");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn look_up<'a>(
    client: ClientIp,
    zones: &'a [Zone],
    never: &[Network],
    dns: &'a dyn Dns,
) -> Step<'a, Vec<Listing>> {
    look_up_known(|_| None, client, zones, never, dns)
}

/// As [`look_up`], but asks only the lists about which nothing is `known` yet: so that a session asks each list once,
/// however many policies and recipients want to hear it.
///
/// What to remember of an outcome: everything but [`Skip::Undecisive`], which is taken as nothing known, and trouble
/// only for as long as the caller means to stand by it.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::name::Name;
/// use mailward::rbl::{self, Zone};
///
/// let dns = MemoryDns::empty();
/// let zones = [Zone::new(Name::parse("bl.example")?)];
/// let client = "203.0.113.9".parse()?;
/// let first = rbl::look_up(client, &zones, &[], &dns).wait();
/// let again = rbl::look_up_known(|_| Some(first[0].clone()), client, &zones, &[], &dns).wait();
/// assert_eq!(again, first);
/// assert_eq!(dns.query_count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn look_up_known<'a>(
    known: impl Fn(&Zone) -> Option<Listing>,
    client: ClientIp,
    zones: &'a [Zone],
    never: &[Network],
    dns: &'a dyn Dns,
) -> Step<'a, Vec<Listing>> {
    let mut round = Round {
        listings: Vec::with_capacity(zones.len()),
        pending: Vec::new(),
    };
    let never = never.iter().any(|network| network.contains(client));
    let mut decided = false;
    for (at, zone) in zones.iter().enumerate() {
        let listing = match known(zone).filter(|known| *known != UNDECISIVE) {
            _ if decided => UNDECISIVE,
            _ if never => Listing::Skipped(Skip::NeverAsked),
            Some(known) => known,
            None => round.ask(at, client, zone, dns),
        };
        decided = decided || listing.hit().is_some();
        round.listings.push(listing);
    }
    round
        .finish()
        .and_then(move |listings| with_reason(client, zones, listings, dns))
}

/// The networks that no public list should be asked about: they mean something else at every site. Loopback, private,
/// link-local, unique local, shared (CGNAT), multicast and unspecified addresses (RFC 6890, RFC 1112, RFC 4291).
/// Documentation networks are asked about: they are where tests live.
///
/// ```
/// use mailward::rbl::never_asked;
///
/// assert!(never_asked().iter().any(|network| network.contains("10.1.2.3".parse().unwrap())));
/// assert!(!never_asked().iter().any(|network| network.contains("203.0.113.9".parse().unwrap())));
/// ```
#[must_use]
pub fn never_asked() -> &'static [Network] {
    static NETWORKS: LazyLock<Vec<Network>> = LazyLock::new(|| {
        NEVER_ASKED
            .iter()
            .filter_map(|network| network.parse().ok())
            .collect()
    });
    &NETWORKS
}

/// What the lists have said so far, and those whose answers are on their way.
struct Round<'a> {
    /// One for each list; [`UNDECISIVE`] until its answer is there.
    listings: Vec<Listing>,
    pending: Vec<Pending<'a>>,
}

struct Pending<'a> {
    at: usize,
    zone: &'a Zone,
    step: Step<'a, Lookup<Ipv4Addr>>,
}

impl<'a> Round<'a> {
    /// Asks one list; an answer that is not at hand is put on the pending ones.
    fn ask(&mut self, at: usize, client: ClientIp, zone: &'a Zone, dns: &'a dyn Dns) -> Listing {
        let query = match zone.query(client) {
            Ok(query) => query,
            Err(skip) => return Listing::Skipped(skip),
        };
        match dns.a(query.borrowed()).into_ready() {
            Ok(answer) => zone.interpret(&answer),
            Err(step) => {
                self.pending.push(Pending { at, zone, step });
                UNDECISIVE
            }
        }
    }

    fn finish(mut self) -> Step<'a, Vec<Listing>> {
        if self.pending.is_empty() {
            return Step::ready(self.listings);
        }
        Step::later(future::poll_fn(move |context| self.poll(context)))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Vec<Listing>> {
        let Self { listings, pending } = self;
        pending.retain_mut(
            |Pending { at, zone, step }| match Pin::new(step).poll(context) {
                Poll::Pending => true,
                Poll::Ready(answer) => {
                    listings
                        .iter_mut()
                        .skip(*at)
                        .take(1)
                        .for_each(|listing| *listing = zone.interpret(&answer));
                    false
                }
            },
        );
        let decisive = listings.iter().position(|listing| listing.hit().is_some());
        pending.retain(|one| decisive.is_none_or(|decisive| one.at < decisive));
        if !pending.is_empty() {
            return Poll::Pending;
        }
        let behind = decisive.map_or(listings.len(), |decisive| decisive.saturating_add(1));
        listings
            .iter_mut()
            .skip(behind)
            .for_each(|listing| *listing = UNDECISIVE);
        Poll::Ready(mem::take(listings))
    }
}

/// Asks the list that decided for its reason, if it is one that is asked.
fn with_reason<'a>(
    client: ClientIp,
    zones: &'a [Zone],
    mut listings: Vec<Listing>,
    dns: &'a dyn Dns,
) -> Step<'a, Vec<Listing>> {
    let decisive = zones
        .iter()
        .zip(&listings)
        .find_map(|(zone, listing)| Some((zone, listing.hit()?)));
    let query = match decisive {
        Some((zone, hit)) if zone.wants_text() && hit.lacks_text() => zone.query(client).ok(),
        _ => None,
    };
    let Some(query) = query else {
        return Step::ready(listings);
    };
    dns.txt(query.borrowed()).map(move |answer| {
        if let Some(hit) = listings.iter_mut().find_map(Listing::hit_mut) {
            hit.take_reason(&answer);
        }
        listings
    })
}

const UNDECISIVE: Listing = Listing::Skipped(Skip::Undecisive);

const NEVER_ASKED: [&str; 13] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "::/128",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

//! The only door to the name system.
//!
//! [`Dns`] asks five questions and keeps two things apart that resolvers like to mix: **absence is an answer, trouble
//! is an error.** That a name does not exist is knowledge ([`Answer::NoSuchName`]), and a policy may refuse on it;
//! that a server did not answer is not ([`DnsError`]), and nothing may be granted or refused for good because of it
//! (RFC 2505 section 2.9 and item 13). No outcome is ever spelt `None`.
//!
//! [`MemoryDns`] is a whole name system in a string, for tests, demonstrations, replays and fuzzing. `HickoryDns`
//! (feature `hickory`, on by default) asks real name servers.

#[cfg(feature = "hickory")]
mod hickory;
mod memory;
mod question;
mod reverse;

#[cfg(feature = "hickory")]
#[cfg_attr(docsrs, doc(cfg(feature = "hickory")))]
pub use hickory::{HickoryBuilder, HickoryDns, HickoryError};
pub use memory::{MemoryDns, ZoneError};
pub use question::{Question, RecordType};
pub use reverse::QueryName;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::client::ClientIp;
use crate::name::{Name, NameRef};
use crate::step::Step;

/// What a question came to: an answer, which may be that there is nothing, or trouble.
///
/// ```
/// use mailward::dns::{Answer, Dns, DnsError, Lookup, MemoryDns};
/// use mailward::name::Name;
/// use std::net::Ipv4Addr;
///
/// let dns = MemoryDns::parse("slow.example A !timeout")?;
/// let trouble: Lookup<Ipv4Addr> = dns.a(Name::parse("slow.example")?.borrowed()).wait();
/// assert_eq!(trouble, Err(DnsError::Timeout));
/// let absence: Lookup<Ipv4Addr> = dns.a(Name::parse("nobody.example")?.borrowed()).wait();
/// assert!(matches!(absence, Ok(Answer::NoSuchName { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type Lookup<T> = Result<Answer<T>, DnsError>;

/// The name system, as far as anti-spam policy needs it.
///
/// Answers come as [`Step`]s: an answer from memory is ready, one from the network is deferred. A deferred step owns
/// what was asked, so `name` need not outlive the call. CNAMEs are followed by the implementation. Each answer
/// carries the time it may be kept.
///
/// ```
/// use mailward::dns::{Answer, Dns, MemoryDns};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse("mail.example. 3600 A 192.0.2.7")?;
/// let known = dns.a(Name::parse("mail.example")?.borrowed()).wait()?;
/// assert_eq!(known.records(), ["192.0.2.7".parse::<std::net::Ipv4Addr>()?]);
///
/// let unknown = dns.a(Name::parse("nobody.example")?.borrowed()).wait()?;
/// assert!(matches!(unknown, Answer::NoSuchName { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Dns: Send + Sync {
    /// The names under which the owner of an address publishes it (PTR in `in-addr.arpa` or `ip6.arpa`).
    fn ptr(&self, client: ClientIp) -> Step<'_, Lookup<PtrTarget>>;

    /// The IPv4 addresses of a name.
    fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>>;

    /// The IPv6 addresses of a name.
    fn aaaa(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>>;

    /// The mail exchangers of a name.
    fn mx(&self, name: NameRef<'_>) -> Step<'_, Lookup<Mx>>;

    /// The text records of a name.
    fn txt(&self, name: NameRef<'_>) -> Step<'_, Lookup<Txt>>;
}

/// An answer of the name system. Cloning it shares the records.
///
/// ```
/// use mailward::dns::Answer;
/// use std::time::Duration;
///
/// let answer = Answer::of([1, 2], Duration::from_secs(60));
/// assert_eq!(answer.records(), [1, 2]);
/// assert!(matches!(Answer::<u8>::of([], Duration::ZERO), Answer::NoData { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: there are records, or none, or no such name"
)]
pub enum Answer<T> {
    /// The records asked for, at least one.
    Records {
        /// The records, in the order in which they came.
        records: Arc<[T]>,
        /// How long they may be kept: the smallest TTL among them and the CNAMEs on the way.
        ttl: Duration,
    },
    /// The name exists, with no record of that type (RFC 2308 section 2.2).
    NoData {
        /// How long that may be kept; zero when no SOA said so.
        ttl: Duration,
    },
    /// The name does not exist (NXDOMAIN, RFC 2308 section 2.1).
    NoSuchName {
        /// How long that may be kept; zero when no SOA said so.
        ttl: Duration,
    },
}

impl<T> Answer<T> {
    /// An answer of these records; [`Answer::NoData`] when there are none.
    pub fn of(records: impl IntoIterator<Item = T>, ttl: Duration) -> Self {
        let records: Arc<[T]> = records.into_iter().collect();
        if records.is_empty() {
            Self::NoData { ttl }
        } else {
            Self::Records { records, ttl }
        }
    }

    /// The records; none when there are none.
    #[must_use]
    pub fn records(&self) -> &[T] {
        match self {
            Self::Records { records, .. } => records,
            Self::NoData { .. } | Self::NoSuchName { .. } => &[],
        }
    }

    /// How long the answer may be kept.
    #[must_use]
    pub const fn ttl(&self) -> Duration {
        match self {
            Self::Records { ttl, .. } | Self::NoData { ttl } | Self::NoSuchName { ttl } => *ttl,
        }
    }
}

/// Why a question has no answer yet. All of it is temporary.
///
/// ```
/// use mailward::dns::DnsError;
///
/// assert_eq!(DnsError::Timeout.to_string(), "no name server answered in time");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum DnsError {
    /// The question could not be put on the wire: the name is too long or malformed for the resolver.
    #[error("the name cannot be asked for")]
    BadName,
    /// The deadline of the SMTP command passed first.
    #[error("the deadline of the command passed before the answer came")]
    Overdue,
    /// The server will not answer us (REFUSED).
    #[error("the name server refused to answer")]
    Refused,
    /// The server failed (SERVFAIL), or its answer made no sense.
    #[error("the name server failed")]
    ServerFailure,
    /// Nobody answered in time.
    #[error("no name server answered in time")]
    Timeout,
}

/// One name of a reverse lookup.
///
/// The owner of an address may publish any octets as its name. Only a usable one becomes a [`Name`]; the other is
/// kept, escaped, for the trace.
///
/// ```
/// use mailward::dns::PtrTarget;
///
/// assert!(PtrTarget::from_labels([b"pc.local".as_slice(), b"example"]).name().is_none()); // a dot inside a label
/// assert_eq!(PtrTarget::from_labels([b"pc".as_slice(), b"example"]).to_string(), "pc.example");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a name is usable or it is not"
)]
pub enum PtrTarget {
    /// A name that can be looked up and compared.
    Name(Name),
    /// Octets that are no host name, escaped as in a master file (RFC 1035 section 5.1), at most 253 of them.
    Unusable(Arc<str>),
}

impl PtrTarget {
    /// Reads the labels of a PTR record, without the root.
    pub fn from_labels<'l>(labels: impl IntoIterator<Item = &'l [u8]> + Clone) -> Self {
        Name::from_labels(labels.clone()).map_or_else(|_| Self::unusable(labels), Self::Name)
    }

    fn unusable<'l>(labels: impl IntoIterator<Item = &'l [u8]>) -> Self {
        let mut text = escaped(labels);
        text.truncate(MAX_UNUSABLE); // all ASCII
        Self::Unusable(if text.is_empty() {
            ".".into()
        } else {
            text.into()
        })
    }

    /// The name, when it is usable.
    #[must_use]
    pub const fn name(&self) -> Option<&Name> {
        match self {
            Self::Name(name) => Some(name),
            Self::Unusable(_) => None,
        }
    }
}

impl From<Name> for PtrTarget {
    fn from(name: Name) -> Self {
        Self::Name(name)
    }
}

impl fmt::Display for PtrTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Unusable(text) => f.write_str(text),
        }
    }
}

/// The labels as a master file spells them, without the final dot. Linear in their length.
fn escaped<'l>(labels: impl IntoIterator<Item = &'l [u8]>) -> String {
    let mut text = String::new();
    for label in labels {
        for &octet in label {
            match octet {
                b'.' | b'\\' => text.extend(['\\', char::from(octet)]),
                0x21..=0x7e => text.push(char::from(octet)),
                _ => text.extend([
                    '\\',
                    digit(octet / 100),
                    digit(octet / 10 % 10),
                    digit(octet % 10),
                ]),
            }
        }
        text.push('.');
    }
    text.pop();
    text
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 10).unwrap_or('0')
}

/// One mail exchanger of a domain (RFC 5321 section 5.1).
///
/// ```
/// use mailward::dns::{Exchange, Mx};
/// use mailward::name::Name;
///
/// let mx = Mx { preference: 10, exchange: Exchange::Host(Name::parse("mx.example.org")?) };
/// assert_eq!(mx.to_string(), "10 mx.example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_structs,
    reason = "complete: an MX record has these two fields"
)]
pub struct Mx {
    /// Lower is tried first.
    pub preference: u16,
    /// The host.
    pub exchange: Exchange,
}

/// Whom an MX record names.
///
/// ```
/// use mailward::dns::{Dns, Exchange, MemoryDns};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse("news.example MX 0 .")?;
/// let found = dns.mx(Name::parse("news.example")?.borrowed()).wait()?;
/// assert_eq!(found.records()[0].exchange, Exchange::Root); // news.example takes no mail
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a host, the root, or nothing usable"
)]
pub enum Exchange {
    /// A host.
    Host(Name),
    /// The root, `.`: alone and with preference 0 it says that the domain takes no mail (RFC 7505).
    Root,
    /// Octets that are no host name.
    Unusable,
}

impl fmt::Display for Mx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.exchange {
            Exchange::Host(name) => write!(f, "{} {name}", self.preference),
            Exchange::Root => write!(f, "{} .", self.preference),
            Exchange::Unusable => write!(f, "{} ?", self.preference),
        }
    }
}

/// One text record, its strings joined. The octets are whatever the zone's owner wrote, up to 64 KiB.
///
/// ```
/// use mailward::dns::Txt;
///
/// assert_eq!(Txt::new(b"Listed, see https://example.org/").as_bytes().len(), 32);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Txt(Arc<[u8]>);

impl Txt {
    /// A text record of these octets.
    pub fn new(octets: impl AsRef<[u8]>) -> Self {
        Self(octets.as_ref().into())
    }

    /// The octets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

macro_rules! forward_to_inner {
    ($($pointer:ty),*) => {$(
        impl<D: Dns + ?Sized> Dns for $pointer {
            fn ptr(&self, client: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
                (**self).ptr(client)
            }

            fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
                (**self).a(name)
            }

            fn aaaa(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
                (**self).aaaa(name)
            }

            fn mx(&self, name: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
                (**self).mx(name)
            }

            fn txt(&self, name: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
                (**self).txt(name)
            }
        }
    )*};
}

forward_to_inner!(&D, Arc<D>, Box<D>);

/// As long as a name may be.
const MAX_UNUSABLE: usize = 253;

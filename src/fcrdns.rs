//! Is a client what its reverse name says it is?
//!
//! Anyone may publish any name for its own address (a PTR record), the name of your site included. So a name counts
//! only when its owner agrees: when the name, looked up, gives the client's address again. That is forward-confirmed
//! reverse DNS, the `iprev` method of [RFC 8601 section 3](https://www.rfc-editor.org/rfc/rfc8601#section-3), and what
//! RFC 2505 section 2.7 asks for before a name may be trusted.
//!
//! The names are asked at once, for A records of an IPv4 client and AAAA records of an IPv6 one. Any of them may
//! confirm; each that does is kept. Names that are no host names (a dot, NUL or line end inside a label, a number as
//! the last label) count as found, and never confirm.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::client::ClientIp;
use crate::dns::{Answer, Dns, DnsError, Lookup, PtrTarget};
use crate::name::Name;
use crate::step::Step;

/// Verifies a client by at most [`MAX_NAMES`] of its names.
///
/// The step is ready when `dns` answers from memory.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::fcrdns::{self, Fcrdns};
///
/// let dns = MemoryDns::parse(
///     "9.113.0.203.in-addr.arpa. PTR mail.example.\n\
///      mail.example.             A   203.0.113.9\n\
///      10.113.0.203.in-addr.arpa. PTR mail.example. ; says so, but is not",
/// )?;
/// let honest = fcrdns::verify("203.0.113.9".parse()?, &dns).wait();
/// assert_eq!(honest.name().map(ToString::to_string).as_deref(), Some("mail.example"));
///
/// let forged = fcrdns::verify("203.0.113.10".parse()?, &dns).wait();
/// assert!(matches!(forged, Fcrdns::Mismatch(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify<'a>(client: ClientIp, dns: &'a dyn Dns) -> Step<'a, Fcrdns> {
    verify_up_to(MAX_NAMES, client, dns)
}

/// Verifies a client by at most `max` of its names: see [`names_to_ask`].
pub fn verify_up_to<'a>(max: NonZeroUsize, client: ClientIp, dns: &'a dyn Dns) -> Step<'a, Fcrdns> {
    dns.ptr(client).and_then(move |reverse| {
        let names = names_to_ask(max, &reverse);
        match client.as_ip() {
            IpAddr::V4(_) => {
                let asked = names.iter().map(|name| dns.a(name.borrowed()));
                Step::join_all(asked)
                    .map(move |found| judge(client, &reverse, names.iter().zip(&found)))
            }
            IpAddr::V6(_) => {
                let asked = names.iter().map(|name| dns.aaaa(name.borrowed()));
                Step::join_all(asked)
                    .map(move |found| judge(client, &reverse, names.iter().zip(&found)))
            }
        }
    })
}

/// The names of a reverse lookup that are worth asking: usable, each once, in PTR order, the first `max` of them (RFC
/// 8601 section 3 wants a limit and suggests the 10 of SPF, RFC 7208 section 5.5).
///
/// ```
/// use std::time::Duration;
/// use mailward::dns::{Answer, PtrTarget};
/// use mailward::fcrdns::{MAX_NAMES, names_to_ask};
/// use mailward::name::Name;
///
/// let odd = PtrTarget::from_labels([b"pc.local".as_slice(), b"example"]);
/// let good = PtrTarget::Name(Name::parse("mail.example")?);
/// let reverse = Ok(Answer::of([odd, good.clone(), good], Duration::ZERO));
/// assert_eq!(names_to_ask(MAX_NAMES, &reverse), [Name::parse("mail.example")?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn names_to_ask(max: NonZeroUsize, reverse: &Lookup<PtrTarget>) -> Vec<Name> {
    let mut names = Vec::new();
    for name in records(reverse).iter().filter_map(PtrTarget::name) {
        if names.len() == max.get() {
            break;
        }
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// Judges what the lookups found: the pure half of [`verify`].
///
/// `forward` holds the names of [`names_to_ask`], in their order, each with its lookup in the client's family. Names
/// that the reverse lookup did not give count for nothing.
///
/// ```
/// use std::net::Ipv4Addr;
/// use std::time::Duration;
/// use mailward::dns::{Answer, DnsError, PtrTarget};
/// use mailward::fcrdns::{self, Fcrdns};
/// use mailward::name::Name;
///
/// let name = Name::parse("mail.example")?;
/// let reverse = Ok(Answer::of([PtrTarget::from(name.clone())], Duration::ZERO));
/// let forward = Err::<Answer<Ipv4Addr>, _>(DnsError::Timeout);
/// let found = fcrdns::judge("203.0.113.9".parse()?, &reverse, [(&name, &forward)]);
/// assert_eq!(found, Fcrdns::Trouble(DnsError::Timeout));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn judge<'l, A: Copy + Into<IpAddr> + 'l>(
    client: ClientIp,
    reverse: &Lookup<PtrTarget>,
    forward: impl IntoIterator<Item = (&'l Name, &'l Lookup<A>)>,
) -> Fcrdns {
    let targets = match reverse {
        Err(error) => return Fcrdns::Trouble(*error),
        Ok(answer) if answer.records().is_empty() => return Fcrdns::NoName,
        Ok(answer) => answer.records(),
    };
    let mut confirmed = Vec::new();
    let mut trouble = None;
    for (name, lookup) in forward {
        match lookup {
            Err(error) => trouble = trouble.or(Some(*error)),
            Ok(answer) if holds(answer.records(), client) && publishes(targets, name) => {
                confirmed.push(VerifiedName(name.clone()));
            }
            Ok(_) => {}
        }
    }
    match trouble {
        _ if !confirmed.is_empty() => Fcrdns::Confirmed {
            names: confirmed.into(),
            trouble,
        },
        Some(error) => Fcrdns::Trouble(error),
        None => Fcrdns::Mismatch(shared(reverse)),
    }
}

/// What became of the verification.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::fcrdns::{self, Fcrdns, Iprev};
///
/// let nowhere = fcrdns::verify("203.0.113.9".parse()?, &MemoryDns::empty()).wait();
/// assert_eq!(nowhere, Fcrdns::NoName);
/// assert_eq!(nowhere.iprev(), Iprev::PermError);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the outcomes of RFC 8601 section 2.7.3"
)]
pub enum Fcrdns {
    /// At least one name gives the client's address.
    Confirmed {
        /// Those names, in PTR order; the first is the client's name.
        names: Arc<[VerifiedName]>,
        /// The first trouble with another name, which may be the client's all the same: where it
        /// matters that a name is *not* the client's, this must be looked at.
        trouble: Option<DnsError>,
    },
    /// There are names, and none gives the client's address. All of them, in PTR order.
    Mismatch(Arc<[PtrTarget]>),
    /// The address has no name: NXDOMAIN or no data.
    NoName,
    /// A lookup failed, and no name was confirmed without it. The first such trouble, in PTR order.
    Trouble(DnsError),
}

impl Fcrdns {
    /// The confirmed names, in PTR order; none unless [`Fcrdns::Confirmed`].
    #[must_use]
    pub fn names(&self) -> &[VerifiedName] {
        match self {
            Self::Confirmed { names, .. } => names,
            Self::Mismatch(_) | Self::NoName | Self::Trouble(_) => &[],
        }
    }

    /// The client's name: the first confirmed one.
    #[must_use]
    pub fn name(&self) -> Option<&VerifiedName> {
        self.names().first()
    }

    /// The outcome in the words of RFC 8601 section 2.7.3.
    #[must_use]
    pub const fn iprev(&self) -> Iprev {
        match self {
            Self::Confirmed { .. } => Iprev::Pass,
            Self::Mismatch(_) => Iprev::Fail,
            Self::NoName => Iprev::PermError,
            Self::Trouble(_) => Iprev::TempError,
        }
    }

    /// The trouble that may have kept a name of the client's from being confirmed.
    ///
    /// ```
    /// use mailward::dns::{DnsError, MemoryDns};
    /// use mailward::fcrdns;
    ///
    /// let dns = MemoryDns::parse(
    ///     "9.113.0.203.in-addr.arpa. PTR a.example.\n\
    ///      9.113.0.203.in-addr.arpa. PTR b.example.\n\
    ///      a.example. A 203.0.113.9\n\
    ///      b.example. A !servfail",
    /// )?;
    /// let found = fcrdns::verify("203.0.113.9".parse()?, &dns).wait();
    /// assert_eq!(found.name().unwrap().to_string(), "a.example");
    /// assert_eq!(found.trouble(), Some(DnsError::ServerFailure));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn trouble(&self) -> Option<DnsError> {
        match self {
            Self::Confirmed { trouble, .. } => *trouble,
            Self::Trouble(error) => Some(*error),
            Self::Mismatch(_) | Self::NoName => None,
        }
    }
}

impl fmt::Display for Fcrdns {
    /// For traces: the iprev word and the names, `pass mail.example.org`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iprev().fmt(f)?;
        match self {
            Self::Confirmed { names, .. } => names.iter().try_for_each(|name| write!(f, " {name}")),
            Self::Mismatch(names) => {
                names
                    .iter()
                    .take(MAX_NAMES.get())
                    .try_for_each(|name| write!(f, " {name}"))?;
                match names.len().checked_sub(MAX_NAMES.get()) {
                    Some(more @ 1..) => write!(f, " and {more} more"),
                    _ => Ok(()),
                }
            }
            Self::NoName => Ok(()),
            Self::Trouble(error) => write!(f, " {error}"),
        }
    }
}

/// A name whose owner says that it is the client's: proof, for only [`judge`] makes one.
///
/// Rules that trust a name take this type, so an unverified name cannot reach them.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::fcrdns;
///
/// let dns = MemoryDns::parse(
///     "9.113.0.203.in-addr.arpa. PTR mail.example.\n\
///      mail.example.             A   203.0.113.9",
/// )?;
/// let found = fcrdns::verify("203.0.113.9".parse()?, &dns).wait();
/// assert_eq!(found.names()[0].name().as_str(), "mail.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VerifiedName(Name);

impl VerifiedName {
    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.0
    }
}

impl AsRef<Name> for VerifiedName {
    fn as_ref(&self) -> &Name {
        &self.0
    }
}

impl fmt::Display for VerifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The result of the `iprev` method in `Authentication-Results:` (RFC 8601 section 2.7.3).
///
/// ```
/// assert_eq!(mailward::fcrdns::Iprev::PermError.to_string(), "permerror");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: an address always exists, so there is no `none`"
)]
pub enum Iprev {
    /// Reverse and forward DNS agree.
    Pass,
    /// They disagree.
    Fail,
    /// There is no reverse name.
    PermError,
    /// The lookups failed for now.
    TempError,
}

impl Iprev {
    /// The word of RFC 8601.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::PermError => "permerror",
            Self::TempError => "temperror",
        }
    }
}

impl fmt::Display for Iprev {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Compares the addresses as they were published: a mapped IPv4 address in an AAAA record confirms nobody.
fn holds<A: Copy + Into<IpAddr>>(addresses: &[A], client: ClientIp) -> bool {
    addresses
        .iter()
        .any(|&address| address.into() == client.as_ip())
}

fn publishes(targets: &[PtrTarget], name: &Name) -> bool {
    targets.iter().any(|target| target.name() == Some(name))
}

fn records(reverse: &Lookup<PtrTarget>) -> &[PtrTarget] {
    reverse.as_ref().map_or(&[], |answer| answer.records())
}

fn shared(reverse: &Lookup<PtrTarget>) -> Arc<[PtrTarget]> {
    match reverse {
        Ok(Answer::Records { records, .. }) => records.clone(),
        _ => Arc::default(),
    }
}

/// How many names of a client are asked at most.
pub const MAX_NAMES: NonZeroUsize = NonZeroUsize::new(10).unwrap();

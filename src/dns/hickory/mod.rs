//! Real name servers, asked by way of hickory-resolver.
//!
//! hickory needs tokio; a mail server need not. So [`HickoryDns`] keeps a small runtime in a thread of its own, and a
//! question is a task there whose answer may be awaited from any executor, or waited for by a thread without one. A
//! host that runs tokio anyway may give its handle instead.
//!
//! What is asked is the very name, label by label: no search list, no `ndots`, no hosts file.

mod answer;
mod builder;
mod resolver;
mod worker;

pub use builder::{HickoryBuilder, HickoryError};

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::client::ClientIp;
use crate::name::NameRef;
use crate::step::Step;

use super::{Answer, Dns, DnsError, Exchange, Lookup, Mx, PtrTarget, QueryName, RecordType, Txt};

// The files of this folder know each other through this one.
use answer::{Chain, Data};
use resolver::{Found, Resolver};
use worker::Worker;

/// A [`Dns`] that asks real name servers.
///
/// hickory needs tokio; its host need not: it keeps a small runtime in a thread of its own, or uses one that it is given
/// ([`HickoryBuilder::handle`]). Answers may be awaited from any executor, or waited for by a thread without one.
///
/// A question is asked when its step is first polled, and has its answer after at most timeout times attempts
/// ([`HickoryBuilder::timeout`]), counted from when it is its turn ([`HickoryBuilder::in_flight`]). A question whose
/// step is dropped is given up.
///
/// | what came | answer |
/// | --- | --- |
/// | records, also at the end of a CNAME chain | [`Answer::Records`] |
/// | no such type, no such name, also at the end of a chain | [`Answer::NoData`], [`Answer::NoSuchName`], kept no longer than a day |
/// | REFUSED | [`DnsError::Refused`] |
/// | silence, answers with a foreign id or question | [`DnsError::Timeout`] |
/// | SERVFAIL, FORMERR and other codes; a referral; a CNAME loop, or a chain that takes more than eight questions; what cannot be read; a truncated answer that TCP does not complete | [`DnsError::ServerFailure`] |
/// | nothing, since the runtime that should have asked has ended | [`DnsError::ServerFailure`] |
///
/// Answers are kept in hickory's cache ([`HickoryBuilder::cache`]), trouble is not. A truncated answer is asked for
/// again over TCP. Towards servers elsewhere the letters of a name are sent in random case, which a forger must guess.
///
/// What is asked is the very name: no search list, no `ndots`, no hosts file. As RFC 6761 has it, no server is asked
/// about `localhost`, `127.0.0.0/8`, `::1` and names below `localhost`, which have each other's names and addresses,
/// nor about names below `invalid` and `onion`, which do not exist.
///
/// It may be dropped anywhere, also in async code. Several guards may share it in an `Arc`.
///
/// ```
/// use mailward::dns::{Dns, DnsError, HickoryDns};
/// use mailward::name::Name;
/// use std::time::Duration;
///
/// # let silent = std::net::UdpSocket::bind("127.0.0.1:0")?;
/// # let address = silent.local_addr()?;
/// // A server has `HickoryDns::system()?`; here a name server that never answers.
/// let dns = HickoryDns::builder()
///     .servers([address])
///     .timeout(Duration::from_millis(50))
///     .attempts(1)
///     .build()?;
/// assert_eq!(dns.mx(Name::parse("example.org")?.borrowed()).wait(), Err(DnsError::Timeout)); // or `.await`
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct HickoryDns {
    resolver: Resolver,
    worker: Worker,
    servers: Vec<SocketAddr>,
}

impl HickoryDns {
    /// Asks the name servers that the system has configured: `nameserver` in `/etc/resolv.conf`, or the registry.
    ///
    /// Nothing else of that file counts; [`HickoryBuilder`] has defaults of its own.
    ///
    /// # Errors
    /// When none is configured, or the file cannot be read; or as [`HickoryBuilder::build`].
    ///
    /// ```
    /// use mailward::dns::HickoryDns;
    ///
    /// match HickoryDns::system() {
    ///     Ok(dns) => println!("{dns:?}"),
    ///     Err(error) => println!("{error}"), // a machine without name servers
    /// }
    /// ```
    pub fn system() -> Result<Self, HickoryError> {
        Self::builder().build()
    }

    /// Asks these name servers, over UDP and TCP.
    ///
    /// # Errors
    /// When there is none; or as [`HickoryBuilder::build`].
    ///
    /// ```
    /// use mailward::dns::HickoryDns;
    ///
    /// let dns = HickoryDns::servers(["127.0.0.1:53535".parse()?])?;
    /// assert_eq!(format!("{dns:?}"), "HickoryDns { servers: [127.0.0.1:53535], .. }");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn servers(servers: impl IntoIterator<Item = SocketAddr>) -> Result<Self, HickoryError> {
        Self::builder().servers(servers).build()
    }

    /// The settings, to be changed before it is built.
    pub fn builder() -> HickoryBuilder {
        HickoryBuilder::new()
    }

    fn ask<'a, T: Data + Send + Unpin + 'a>(&'a self, name: NameRef<'_>) -> Step<'a, Lookup<T>> {
        let question = match self.resolver.question(T::TYPE, name) {
            Ok(question) => question,
            Err(error) => return Step::ready(Err(error)),
        };
        // hickory's own name and lookup are in the task; the step holds nothing of `name`.
        let found = self.worker.run(question);
        Step::later(async move { found.await?.read() })
    }
}

impl Dns for HickoryDns {
    fn ptr(&self, client: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
        self.ask(QueryName::arpa(client).borrowed())
    }

    fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
        self.ask(name)
    }

    fn aaaa(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
        self.ask(name)
    }

    fn mx(&self, name: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
        self.ask(name)
    }

    fn txt(&self, name: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
        self.ask(name)
    }
}

impl fmt::Debug for HickoryDns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HickoryDns")
            .field("servers", &self.servers)
            .finish_non_exhaustive()
    }
}

/// What a resolver is built with.
struct Settings {
    servers: Vec<SocketAddr>,
    cache: u64,
    in_flight: usize,
    timeout: Duration,
    attempts: usize,
}

impl Settings {
    /// Whether one of the servers is this machine's own.
    fn on_loopback(&self) -> bool {
        self.servers.iter().map(SocketAddr::ip).any(|ip| match ip {
            IpAddr::V4(ip) => ip.is_loopback(),
            IpAddr::V6(ip) => ip.is_loopback(),
        })
    }
}

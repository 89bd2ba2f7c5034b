//! The settings of a resolver.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::net::NetError;
use hickory_resolver::system_conf;
use tokio::runtime::Handle;

use super::{HickoryDns, Resolver, Settings, Worker};

/// The settings of a [`HickoryDns`]: which servers it asks, how long, how many questions at once.
///
/// ```
/// use mailward::dns::HickoryDns;
/// use std::time::Duration;
///
/// let dns = HickoryDns::builder()
///     .servers(["127.0.0.1:53535".parse()?, "[::1]:53535".parse()?])
///     .timeout(Duration::from_secs(1))
///     .attempts(3)
///     .in_flight(2_000)
///     .cache(0)
///     .build()?;
/// # drop(dns);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until they are built"]
pub struct HickoryBuilder {
    servers: Option<Vec<SocketAddr>>,
    cache: u64,
    in_flight: usize,
    timeout: Duration,
    attempts: usize,
    handle: Option<Handle>,
}

impl HickoryBuilder {
    pub(super) const fn new() -> Self {
        Self {
            servers: None,
            cache: CACHE,
            in_flight: IN_FLIGHT,
            timeout: TIMEOUT,
            attempts: ATTEMPTS,
            handle: None,
        }
    }

    /// Which servers are asked, over UDP and TCP; those of the system unless said.
    ///
    /// The fastest is asked first, the others when it is silent.
    pub fn servers(self, servers: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self {
            servers: Some(servers.into_iter().collect()),
            ..self
        }
    }

    /// How many answers are kept for as long as their TTL says; 100 000 unless said, 0 for none.
    ///
    /// They are kept as they came: some kilobytes each, and up to 64 KiB where a zone's owner means harm. Whoever has
    /// a caching name server on the same machine loses little with 0.
    pub fn cache(self, answers: u64) -> Self {
        Self {
            cache: answers,
            ..self
        }
    }

    /// How many questions may be on their way at once; 512 unless said. The others wait for their turn.
    pub fn in_flight(self, questions: usize) -> Self {
        Self {
            in_flight: questions,
            ..self
        }
    }

    /// How long one attempt may take; 2 seconds unless said. A server that is silent for a while is reminded within it.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How often a question is tried before it is given up; twice unless said.
    pub fn attempts(self, attempts: usize) -> Self {
        Self { attempts, ..self }
    }

    /// Asks on this runtime, and starts no thread.
    ///
    /// It must have its timer and its IO driver enabled, and a thread to run it: whoever waits for an answer on the only
    /// thread of a current-thread runtime waits for ever. When it ends, questions end in
    /// [`DnsError::ServerFailure`](crate::dns::DnsError::ServerFailure).
    ///
    /// ```
    /// use mailward::dns::HickoryDns;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let dns = HickoryDns::builder()
    ///     .servers(["127.0.0.1:53535".parse()?])
    ///     .handle(tokio::runtime::Handle::current())
    ///     .build()?;
    /// # drop(dns);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn handle(self, handle: Handle) -> Self {
        Self {
            handle: Some(handle),
            ..self
        }
    }

    /// A resolver of these settings. Asks nothing yet.
    ///
    /// # Errors
    /// When there is no server, the servers of the system cannot be read, a setting leaves no room for a question, or
    /// no thread can be started.
    ///
    /// ```
    /// use mailward::dns::HickoryDns;
    ///
    /// let error = HickoryDns::builder().servers([]).build().unwrap_err();
    /// assert_eq!(error.to_string(), "no name server: expected at least one");
    /// ```
    pub fn build(self) -> Result<HickoryDns, HickoryError> {
        let settings = Settings {
            cache: self.cache,
            in_flight: at_least_one("in-flight", self.in_flight)?,
            timeout: self.timeout,
            attempts: at_least_one("attempts", self.attempts)?,
            servers: self.servers.map_or_else(of_the_system, Ok)?,
        };
        if settings.timeout.is_zero() {
            return Err(Fault::NoTime.into());
        }
        if settings.servers.is_empty() {
            return Err(Fault::NoServer.into());
        }
        Ok(HickoryDns {
            resolver: Resolver::new(&settings).map_err(Fault::Resolver)?,
            worker: match self.handle {
                Some(handle) => Worker::on(handle, settings.in_flight),
                None => Worker::start(settings.in_flight).map_err(Fault::Worker)?,
            },
            servers: settings.servers,
        })
    }
}

/// Why a [`HickoryDns`] could not be built.
///
/// ```
/// use mailward::dns::{HickoryDns, HickoryError};
///
/// let error: HickoryError = HickoryDns::builder().attempts(0).build().unwrap_err();
/// assert_eq!(error.to_string(), "attempts 0: expected at least 1");
/// ```
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct HickoryError(#[from] Fault);

#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{0} 0: expected at least 1")]
    NoRoom(&'static str),
    #[error("no name server: expected at least one")]
    NoServer,
    #[error("timeout 0: expected some time")]
    NoTime,
    #[error("the resolver cannot be made: {0}")]
    Resolver(NetError),
    #[error("the name servers of the system cannot be read: {0}")]
    System(NetError),
    #[error("the thread that asks cannot be started: {0}")]
    Worker(io::Error),
}

fn at_least_one(what: &'static str, number: usize) -> Result<usize, Fault> {
    match number {
        0 => Err(Fault::NoRoom(what)),
        _ => Ok(number),
    }
}

fn of_the_system() -> Result<Vec<SocketAddr>, Fault> {
    let (config, _) = system_conf::read_system_conf().map_err(Fault::System)?;
    let mut servers = Vec::new();
    for server in config.name_servers() {
        for connection in &server.connections {
            let address = SocketAddr::new(server.ip, connection.port);
            if !servers.contains(&address) {
                servers.push(address);
            }
        }
    }
    Ok(servers)
}

/// As `cache` in `[dns]` of the policy file.
const CACHE: u64 = 100_000;

/// As `in-flight` in `[dns]` of the policy file.
const IN_FLIGHT: usize = 512;

/// Two attempts then end within the 5 seconds that a guard gives to a command.
const TIMEOUT: Duration = Duration::from_secs(2);

const ATTEMPTS: usize = 2;

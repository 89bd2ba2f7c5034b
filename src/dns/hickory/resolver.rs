//! One question, from its name to what was found.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as Trouble, NetError, NoRecords};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RecordType as Type};
use tokio::time;

use super::{Chain, DnsError, NameRef, RecordType, Settings};

/// hickory's resolver, and how long a question may take.
pub(super) struct Resolver {
    inner: Arc<TokioResolver>,
    patience: Duration,
}

/// What a question found.
pub(super) enum Found {
    /// Records, perhaps of other names and types beside those asked for.
    Records(Name, Box<Lookup>),
    NoData(Duration),
    NoSuchName(Duration),
}

impl Resolver {
    pub(super) fn new(settings: &Settings) -> Result<Self, NetError> {
        let servers = settings.servers.iter().map(|address| {
            let mut server = NameServerConfig::udp_and_tcp(address.ip());
            for connection in &mut server.connections {
                connection.port = address.port();
            }
            server
        });
        let config = ResolverConfig::from_parts(None, Vec::new(), servers.collect());
        let mut builder =
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        set(builder.options_mut(), settings);
        let attempts = u32::try_from(settings.attempts).unwrap_or(u32::MAX);
        Ok(Self {
            inner: Arc::new(builder.build()?),
            patience: settings.timeout.saturating_mul(attempts).min(LONGEST),
        })
    }

    /// The question, to be run where the runtime is; it owns what it asks.
    pub(super) fn question(
        &self,
        record_type: RecordType,
        name: NameRef<'_>,
    ) -> Result<impl Future<Output = Result<Found, DnsError>> + Send + 'static, DnsError> {
        // Label by label: a name in a string would be read with escapes, and made relative.
        let labels = name.as_str().split('.').map(str::as_bytes);
        let name = Name::from_labels(labels).map_err(|_| DnsError::BadName)?;
        let resolver = Arc::clone(&self.inner);
        let patience = self.patience;
        Ok(async move {
            // A chain is several questions to hickory, each with its own attempts.
            time::timeout(patience, look_up(&resolver, name, asked(record_type)))
                .await
                .unwrap_or(Err(DnsError::Timeout))
        })
    }
}

fn set(options: &mut ResolverOpts, settings: &Settings) {
    options.timeout = settings.timeout.min(LONGEST);
    options.attempts = settings.attempts.saturating_sub(1); // hickory counts those after the first
    options.cache_size = settings.cache;
    options.max_active_requests = settings.in_flight;
    options.num_concurrent_reqs = 1;
    options.ndots = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.edns0 = true;
    // What a random case gains against forgers on the way is nothing where there is no way.
    options.case_randomization = !settings.on_loopback();
}

const fn asked(record_type: RecordType) -> Type {
    match record_type {
        RecordType::A => Type::A,
        RecordType::Aaaa => Type::AAAA,
        RecordType::Mx => Type::MX,
        RecordType::Ptr => Type::PTR,
        RecordType::Txt => Type::TXT,
    }
}

async fn look_up(
    resolver: &TokioResolver,
    name: Name,
    record_type: Type,
) -> Result<Found, DnsError> {
    let error = match resolver.lookup(name.clone(), record_type).await {
        Ok(lookup) => return Ok(Found::Records(name, lookup.into())),
        Err(error) => error,
    };
    let nothing = match error {
        NetError::Dns(Trouble::NoRecordsFound(nothing)) => nothing,
        NetError::Dns(Trouble::ResponseCode(ResponseCode::Refused)) => {
            return Err(DnsError::Refused);
        }
        NetError::Timeout => return Err(DnsError::Timeout),
        _ => return Err(DnsError::ServerFailure),
    };
    match nothing.response_code {
        ResponseCode::NXDomain => Ok(Found::NoSuchName(ttl(&nothing))),
        ResponseCode::NoError if nothing.soa.is_some() => Ok(Found::NoData(ttl(&nothing))),
        // Whom else to ask is no answer from a server that should ask for us (RFC 2308 section 2.2).
        ResponseCode::NoError if nothing.ns.is_none() => {
            ends(resolver, name).await?;
            Ok(Found::NoData(ttl(&nothing)))
        }
        _ => Err(DnsError::ServerFailure),
    }
}

/// How long an absence may be kept; not at all when no SOA says so.
fn ttl(nothing: &NoRecords) -> Duration {
    let seconds = nothing.soa.as_ref().and(nothing.negative_ttl);
    Duration::from_secs(seconds.unwrap_or_default().into()).min(LONGEST_ABSENCE)
}

/// Follows the aliases of a name; trouble when they do not end.
///
/// hickory tells of a loop, and of a chain that it found too long, as of a name without data and without an SOA. So
/// such an absence is looked at again. A server that will not tell of aliases has told of none: the absence stands.
async fn ends(resolver: &TokioResolver, mut name: Name) -> Result<(), DnsError> {
    for _ in 0..=MOST_ALIASES {
        let Ok(lookup) = resolver.lookup(name.clone(), Type::CNAME).await else {
            return Ok(());
        };
        match Chain::alias(&lookup, &name) {
            Some(target) => name = target.clone(),
            None => return Ok(()),
        }
    }
    Err(DnsError::ServerFailure)
}

/// hickory asks eight questions and no more, so it comes to the end of seven aliases.
const MOST_ALIASES: usize = 7;

/// Absence for more than a day causes more trouble than it saves (RFC 2308 section 5).
const LONGEST_ABSENCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Timers add a timeout to the present, which must not overflow.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

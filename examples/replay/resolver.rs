//! Real name servers: the one place that knows the resolver.

use mailward::config::DnsSettings;
use mailward::dns::HickoryDns;
use mailward::replay::World;

use crate::options::Servers;

/// The world in which these servers are asked, as the policy's `[dns]` says.
pub(crate) fn world(servers: &Servers, settings: &DnsSettings) -> Result<World, String> {
    let builder = HickoryDns::builder()
        .in_flight(settings.in_flight)
        .cache(u64::try_from(settings.cache).unwrap_or(u64::MAX));
    let (named, builder) = match servers {
        Servers::System => ("system".to_owned(), builder),
        Servers::At(address) => (address.to_string(), builder.servers([*address])),
    };
    let dns = builder.build();
    dns.map(World::real)
        .map_err(|error| format!("--dns {named}: {error}"))
}

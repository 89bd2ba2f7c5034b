//! Real name servers: the one place that knows the resolver.

use mailward::replay::World;

use crate::options::Servers;
use crate::policy::Policy;

/// The world in which these servers are asked.
pub(crate) fn world(servers: &Servers, _: &Policy) -> Result<World, String> {
    let servers = match servers {
        Servers::System => "system".to_owned(),
        Servers::At(address) => address.to_string(),
    };
    Err(format!("--dns {servers}: built without a resolver"))
}

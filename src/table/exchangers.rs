//! Is a client a mail exchanger of a domain?

use std::net::IpAddr;

use crate::client::ClientIp;
use crate::dns::{Dns, DnsError, Exchange, Lookup};
use crate::mailroute::{self, MailRoute};
use crate::name::Name;
use crate::step::Step;

/// Whether one of the domain's first [`MOST`] exchangers has the client's address: those that its MX records name, or
/// itself where it has none (RFC 5321 section 5.1). All are asked at once, for addresses of the client's family.
pub(crate) fn is_exchanger<'a>(
    domain: &Name,
    client: ClientIp,
    dns: &'a dyn Dns,
) -> Step<'a, Result<bool, DnsError>> {
    let own = domain.clone();
    mailroute::resolve(domain, dns).and_then(move |route| {
        let hosts: Vec<&Name> = match &route {
            MailRoute::Address => vec![&own],
            MailRoute::Trouble(error) => return Step::ready(Err(*error)),
            route => route
                .exchangers()
                .iter()
                .filter_map(|mx| match &mx.exchange {
                    Exchange::Host(name) => Some(name),
                    Exchange::Root | Exchange::Unusable => None,
                })
                .take(MOST)
                .collect(),
        };
        let holds = hosts.into_iter().map(|host| match client.as_ip() {
            IpAddr::V4(_) => dns
                .a(host.borrowed())
                .map(move |found| holds(&found, client)),
            IpAddr::V6(_) => dns
                .aaaa(host.borrowed())
                .map(move |found| holds(&found, client)),
        });
        Step::join_all(holds).map(|found| any(&found))
    })
}

fn holds<A: Copy + Into<IpAddr>>(found: &Lookup<A>, client: ClientIp) -> Result<bool, DnsError> {
    let answer = found.as_ref().map_err(|error| *error)?;
    let mut addresses = answer.records().iter();
    Ok(addresses.any(|&address| address.into() == client.as_ip()))
}

/// One that holds the client outweighs trouble with others.
fn any(found: &[Result<bool, DnsError>]) -> Result<bool, DnsError> {
    if found.contains(&Ok(true)) {
        return Ok(true);
    }
    found
        .iter()
        .copied()
        .find(Result::is_err)
        .unwrap_or(Ok(false))
}

/// How many exchangers of a domain are asked at most.
const MOST: usize = 32;

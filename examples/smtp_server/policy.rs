//! The guard of a server without a policy file: who is inside, and the row of checks.

use std::error::Error;
use std::sync::Arc;

use mailward::clock::SystemClock;
use mailward::dns::{Dns, MemoryDns};
use mailward::guard::{Guard, Shared};
use mailward::policies::{
    Blocklist, Greeting, GreetingFault, SenderDomain, SenderTable, VerifiedClient,
};
use mailward::policy::PolicyExt;
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::table::{Action, MailboxTable};

use crate::options::Options;

/// Builds the guard. Without a name system the checks that ask it are left out; the rest need none.
pub(crate) fn guard(
    options: &Options,
    dns: Option<Arc<dyn Dns>>,
    clock: SystemClock,
) -> Result<Guard, Box<dyn Error>> {
    let perimeter = perimeter(options);
    let greeting = Greeting::new(&perimeter).refusing([
        GreetingFault::Malformed,
        GreetingFault::Missing,
        GreetingFault::ClaimsToBeUs,
    ]);
    let mut senders = MailboxTable::for_senders();
    for pattern in &options.bad_senders {
        senders.insert(pattern.clone(), Action::parse("REJECT")?)?;
    }
    let zones = options
        .blocklists
        .iter()
        .cloned()
        .map(|list| Zone::new(list).with_text());

    let has_dns = dns.is_some();
    let shared = match dns {
        Some(dns) => Shared::new(dns, clock),
        None => Shared::new(MemoryDns::empty(), clock),
    };
    let mut builder = Guard::builder(perimeter, shared)
        .security(options.security)
        .refuse_at(options.refuse_at);
    if has_dns {
        builder = builder
            .check(VerifiedClient::new().named("reverse-name"))
            .check(Blocklist::new(zones).named("block-lists"));
    }
    builder = builder
        .check(greeting.named("greeting"))
        .check(SenderTable::new(senders.build()).named("bad-senders"));
    if has_dns {
        builder = builder.check(SenderDomain::new().named("sender-domain"));
    }
    Ok(builder.build())
}

fn perimeter(options: &Options) -> Perimeter {
    let perimeter = Perimeter::new(options.hostname.clone());
    let perimeter = options
        .domains
        .iter()
        .cloned()
        .fold(perimeter, Perimeter::domain);
    let perimeter = options
        .networks
        .iter()
        .copied()
        .fold(perimeter, Perimeter::network);
    options
        .proxies
        .iter()
        .copied()
        .fold(perimeter, Perimeter::proxy)
}

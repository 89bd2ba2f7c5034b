//! Real questions over loopback to a server that is scripted: every outcome there is, and every way to wait for it.

mod answers;
mod chains;
mod hosts;
mod message;
#[cfg(all(feature = "config", feature = "replay"))]
#[path = "../../examples/replay/options.rs"]
#[allow(dead_code, reason = "the example's program uses all of it")]
mod options;
#[cfg(all(feature = "config", feature = "replay"))]
mod replayed;
mod server;
mod settings;
mod trouble;

use std::net::Ipv4Addr;
use std::time::Duration;

use mailward::dns::{Answer, Dns, HickoryBuilder, HickoryDns, Lookup};
use mailward::name::Name;

use server::Server;

/// Patient enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// For what must not answer.
const IMPATIENCE: Duration = Duration::from_millis(150);

/// One attempt, so that the script sees each question once.
fn builder(server: &Server) -> HickoryBuilder {
    HickoryDns::builder()
        .servers([server.address()])
        .attempts(1)
        .timeout(PATIENCE)
}

fn resolver(server: &Server) -> HickoryDns {
    builder(server).build().unwrap()
}

fn impatient(server: &Server) -> HickoryDns {
    builder(server).timeout(IMPATIENCE).build().unwrap()
}

#[track_caller]
fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// The addresses of a name.
#[track_caller]
fn a(dns: &dyn Dns, owner: &str) -> Lookup<Ipv4Addr> {
    dns.a(name(owner).borrowed()).wait()
}

/// Such an answer.
#[track_caller]
fn addresses(ttl: u64, addresses: &[&str]) -> Lookup<Ipv4Addr> {
    let addresses = addresses.iter().map(|address| address.parse().unwrap());
    Ok(Answer::of(addresses, Duration::from_secs(ttl)))
}

fn no_data<T>(ttl: u64) -> Lookup<T> {
    let ttl = Duration::from_secs(ttl);
    Ok(Answer::NoData { ttl })
}

fn no_such_name<T>(ttl: u64) -> Lookup<T> {
    let ttl = Duration::from_secs(ttl);
    Ok(Answer::NoSuchName { ttl })
}

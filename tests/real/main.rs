//! The same questions as in `tests/hickory`, put to real servers: nsd, unbound and rbldnsd, on ports of loopback; and
//! the programs of `examples/` that ask them, with swaks for a client.
//!
//! A test whose programs are not installed says so on standard error and passes. With `MAILWARD_REAL=require` it fails.
//! A further server takes what `daemon.rs` has: programs found, a free port, an empty folder, an end by process id.

#![cfg(unix)]

mod daemon;
mod evidence;
mod lists;
#[cfg(all(feature = "config", feature = "replay"))]
mod mail;
mod names;
#[cfg(all(feature = "config", feature = "replay"))]
mod programs;
mod servers;
mod zones;

use mailward::client::ClientIp;
use mailward::dns::{Answer, Lookup};
use mailward::name::Name;

#[track_caller]
fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[track_caller]
fn ip(text: &str) -> ClientIp {
    text.parse().unwrap()
}

/// The outcome in words, since servers rotate records and resolvers age them: sorted, and without TTL.
fn told<T: ToString>(lookup: &Lookup<T>) -> String {
    match lookup {
        Ok(Answer::Records { records, .. }) => {
            let mut records: Vec<_> = records.iter().map(ToString::to_string).collect();
            records.sort_unstable();
            records.join(", ")
        }
        Ok(Answer::NoData { .. }) => "no data".to_owned(),
        Ok(Answer::NoSuchName { .. }) => "no such name".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

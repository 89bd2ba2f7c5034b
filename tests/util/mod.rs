//! Short hands for tests: a value from its text, or a failure at the line that asked for it.
#![allow(dead_code, reason = "no test file uses all of them")]

use mailward::address::{ForwardPath, Mailbox, Recipient};
use mailward::client::{Client, ClientIp, Network};
use mailward::dns::{MemoryDns, QueryName};
use mailward::fcrdns::{self, Fcrdns, VerifiedName};
use mailward::name::{Name, NamePattern};

#[track_caller]
pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[track_caller]
pub(crate) fn pattern(text: &str) -> NamePattern {
    text.parse().unwrap()
}

#[track_caller]
pub(crate) fn ip(text: &str) -> ClientIp {
    ClientIp::parse(text).unwrap()
}

#[track_caller]
pub(crate) fn network(text: &str) -> Network {
    text.parse().unwrap()
}

/// A client that speaks to us itself.
#[track_caller]
pub(crate) fn client(text: &str) -> Client {
    Client::direct(ip(text))
}

#[track_caller]
pub(crate) fn mailbox(text: &str) -> Mailbox {
    text.parse().unwrap()
}

/// A recipient as it stands in `RCPT TO`, without the brackets.
#[track_caller]
pub(crate) fn recipient(text: &str) -> Recipient {
    ForwardPath::parse(&format!("<{text}>"))
        .unwrap()
        .recipient()
        .clone()
}

/// The zone may be indented, so each line names its owner.
#[track_caller]
pub(crate) fn dns(zone: &str) -> MemoryDns {
    let lines: Vec<_> = zone.lines().map(str::trim_start).collect();
    MemoryDns::parse(&lines.join("\n")).unwrap()
}

/// What the zone says of the client's names.
#[track_caller]
pub(crate) fn fcrdns(client: &str, zone: &str) -> Fcrdns {
    fcrdns::verify(ip(client), &dns(zone)).wait()
}

/// The names that the zone confirms for the client.
#[track_caller]
pub(crate) fn verified(client: &str, zone: &str) -> Vec<VerifiedName> {
    fcrdns(client, zone).names().to_vec()
}

/// These very names, confirmed for the client, in this order.
#[track_caller]
pub(crate) fn confirmed(client: &str, names: &[&str]) -> Vec<VerifiedName> {
    let arpa = QueryName::arpa(ip(client));
    let kind = if client.contains(':') { "AAAA" } else { "A" };
    let records = names
        .iter()
        .map(|name| format!("{}. PTR {name}.\n{name}. {kind} {client}\n", arpa.as_str()));
    let found = verified(client, &records.collect::<String>());
    assert!(
        found
            .iter()
            .map(|name| name.name().as_str())
            .eq(names.iter().copied()),
        "{found:?} are not {names:?}"
    );
    found
}

//! Relay control tried at each border that the file draws, and just beside it.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::{Reading, ends};
use crate::client::{Client, ClientIp, Family, Network};
use crate::clock::ManualClock;
use crate::config::{Config, Coverage};
use crate::diagnostic::Diagnostic;
use crate::dns::{MemoryDns, QueryName};
use crate::guard::{BlockingDialogue, Guard, Shared};
use crate::name::Name;
use crate::relay::{Perimeter, Side};

/// Where this perimeter permits or refuses what the file does not. The first is enough.
pub(super) fn disagreements(config: &Config, perimeter: &Perimeter) -> Option<Diagnostic> {
    let dns = Arc::new(MemoryDns::empty().without_log());
    let shared = Shared::new(Arc::clone(&dns), ManualClock::new());
    let reading = Reading::new(config);
    let trial = Trial {
        config,
        guard: Guard::builder(perimeter.clone(), shared).build(),
        dns,
        clients: clients(config),
        domains: domains(config),
        recipients: recipients(config, &reading),
        reading,
    };
    trial.disagreement()
}

struct Trial<'c> {
    config: &'c Config,
    reading: Reading<'c>,
    guard: Guard,
    dns: Arc<MemoryDns>,
    clients: Vec<Client>,
    domains: BTreeSet<String>,
    recipients: Vec<Candidate>,
}

/// A recipient, and where the file puts it.
struct Candidate {
    path: String,
    side: Side,
}

impl Trial<'_> {
    /// Every client with a few recipients of either side, every recipient with a client of either side.
    fn disagreement(&self) -> Option<Diagnostic> {
        let all: Vec<_> = self.recipients.iter().collect();
        let few: Vec<_> = [Side::External, Side::Internal]
            .into_iter()
            .flat_map(|side| all.iter().filter(move |one| one.side == side).take(FEW))
            .copied()
            .collect();
        let sides = [Side::External, Side::Internal];
        let mut ends = sides.into_iter().filter_map(|side| self.client(side));
        let mut clients = self.clients.iter();
        ends.find_map(|client| self.judge(client, None, &all))
            .or_else(|| clients.find_map(|client| self.judge(client, None, &few)))
            .or_else(|| self.names(&few))
    }

    /// A client of that side, if there is one.
    fn client(&self, side: Side) -> Option<&Client> {
        let there = |client: &&Client| self.reading.client(client, None) == side;
        self.clients.iter().find(there)
    }

    /// A client that only a name could let in, under every name.
    fn names(&self, recipients: &[&Candidate]) -> Option<Diagnostic> {
        let stranger = self.client(Side::External)?;
        let arpa = QueryName::arpa(stranger.ip());
        let kind = match stranger.ip().family() {
            Family::V4 => "A",
            Family::V6 => "AAAA",
        };
        self.domains.iter().find_map(|name| {
            let (arpa, ip) = (arpa.as_str(), stranger.ip());
            let records = format!("{arpa}. PTR {name}.\n{name}. {kind} {ip}\n");
            self.dns.replace(&records).ok()?;
            self.judge(stranger, Some(name), recipients)
        })
    }

    fn judge(
        &self,
        client: &Client,
        name: Option<&str>,
        recipients: &[&Candidate],
    ) -> Option<Diagnostic> {
        let (mut dialogue, _) = self.guard.connect_blocking(*client);
        let side = self.reading.client(client, name);
        let _ = dialogue.line(b"EHLO mail.example.com");
        let _ = dialogue.line(b"MAIL FROM:<ann@example.com>");
        let wrong = recipients.iter().find(|recipient| {
            let meant = side == Side::Internal || recipient.side == Side::Internal;
            permits(&mut dialogue, recipient) != meant
        })?;
        let named = name.map(|name| format!(" ({name})")).unwrap_or_default();
        let meant = match (side, wrong.side) {
            (Side::External, Side::External) => "permits mail from outside to outside,",
            _ => "does not permit mail",
        };
        let what = format!(
            "relay control {meant} from {}{named} to {}, which is not what the file says",
            client.ip(),
            wrong.path
        );
        Some(Diagnostic::error(self.config.place("perimeter"), what))
    }
}

fn permits(dialogue: &mut BlockingDialogue, recipient: &Candidate) -> bool {
    let line = format!("RCPT TO:{}", recipient.path);
    !dialogue.line(line.as_bytes()).is_refusal()
}

/// Clients at and beside the ends of each network, by every way in.
fn clients(config: &Config) -> Vec<Client> {
    let inside = &config.perimeter;
    let own: Vec<_> = inside
        .literals
        .iter()
        .map(|ip| Network::from(*ip))
        .collect();
    let drawn = inside.networks.iter().chain(&inside.proxy_protocol);
    let drawn = drawn.chain(&inside.backup_mx).chain(&own);
    let borders = drawn.take(MOST).flat_map(beside);
    let strangers = STRANGERS
        .iter()
        .filter_map(|text| ClientIp::parse(text).ok());
    let all: BTreeSet<ClientIp> = strangers.chain(borders).collect();
    let proxies = inside.proxy_protocol.iter().take(1);
    let proxies: Vec<_> = proxies.map(|proxy| ClientIp::from(proxy.first())).collect();
    let ways = |ip: ClientIp| {
        let proxied = proxies.iter().map(move |proxy| Client::proxied(ip, *proxy));
        // A peer that is no listed proxy, unless by chance: then the reading knows it too.
        let claimed = Client::proxied(ip, ClientIp::from(Ipv4Addr::new(203, 0, 113, 77)));
        [Client::direct(ip), Client::unnamed(ip), claimed]
            .into_iter()
            .chain(proxied)
    };
    all.into_iter().flat_map(ways).collect()
}

/// The first and the last address of a network, and those just outside.
fn beside(network: &Network) -> impl Iterator<Item = ClientIp> + use<> {
    let (first, last) = ends(network);
    let numbers = [
        first.checked_sub(1),
        Some(first),
        Some(last),
        last.checked_add(1),
    ];
    let family = network.family();
    numbers.into_iter().flatten().filter_map(move |number| {
        let ip: IpAddr = match family {
            Family::V4 => Ipv4Addr::from_bits(u32::try_from(number).ok()?).into(),
            Family::V6 => Ipv6Addr::from_bits(number).into(),
        };
        Some(ip.into())
    })
}

/// Names in, below, above and beside each pattern.
fn domains(config: &Config) -> BTreeSet<String> {
    let inside = &config.perimeter;
    let lists = [&inside.domains, &inside.relay_to, &inside.names];
    let patterns = lists.into_iter().flatten().take(MOST);
    let names = patterns.filter_map(|pattern| match pattern {
        Coverage::Names(pattern) => Some(pattern.name().as_str()),
        Coverage::Everything => None,
    });
    let names = names.chain([config.hostname.as_str(), "third.example"]);
    let around = names.flat_map(|name| {
        let above = name.split_once('.').map(|(_, above)| above.to_owned());
        [name.to_owned(), format!("x.{name}"), format!("x{name}")]
            .into_iter()
            .chain(above)
    });
    around.filter(|name| Name::parse(name).is_ok()).collect()
}

/// Recipients of those domains, plain and with a second destination, and of addresses at and beside our own.
fn recipients(config: &Config, reading: &Reading<'_>) -> Vec<Candidate> {
    let named = domains(config).into_iter().flat_map(|domain| {
        let plain = Candidate {
            side: reading.domain(&domain),
            path: format!("<bob@{domain}>"),
        };
        let routed = Candidate {
            side: Side::External,
            path: format!("<victim%third.example@{domain}>"),
        };
        [routed, plain]
    });
    let own = config.perimeter.literals.iter().take(MOST);
    let literals = own.flat_map(|ip| beside(&Network::from(*ip))).map(|ip| {
        let tag = if ip.as_ip().is_ipv4() { "" } else { "IPv6:" };
        Candidate {
            side: reading.literal(ip),
            path: format!("<bob@[{tag}{ip}]>"),
        }
    });
    let postmaster = Candidate {
        side: Side::Internal,
        path: "<postmaster>".to_owned(),
    };
    let fixed = [postmaster].into_iter().chain(literals);
    fixed.chain(named).collect()
}

/// Whoever they are, few files name them.
const STRANGERS: [&str; 6] = [
    "203.0.113.9",
    "2001:db8:9::9",
    "127.0.0.1",
    "::1",
    "0.0.0.0",
    "10.9.9.9",
];

/// As many borders of each kind are tried.
const MOST: usize = 500;

/// As many recipients of each side are tried with every client.
const FEW: usize = 4;

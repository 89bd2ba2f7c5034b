//! Warnings about the perimeter, and about what holds for the whole file.

use std::time::Duration;

use super::Warning;
use crate::config::{Config, Coverage, Everyone};
use crate::guard::Firmness;
use crate::name::NamePattern;

pub(super) fn warnings(config: &Config) -> Vec<Warning> {
    let mut found = whole(config);
    let inside = &config.perimeter;
    if inside.everyone == Everyone::Meant {
        let what = "nothing guards the perimeter against being too wide while everyone is true";
        found.push(Warning::new("perimeter.everyone", what));
        found.extend(
            config
                .too_wide()
                .map(|(path, what)| Warning::new(path, what)),
        );
    }
    found.extend(config.wide_backup().map(|(path, what)| {
        let what = format!("{what}: a domain that names us in its MX may have us send there");
        Warning::new(path, what)
    }));
    found.extend(proxies(config));
    found.extend(delivered_here(config));
    found
}

fn whole(config: &Config) -> Vec<Warning> {
    let mut found = Vec::new();
    if !config.hostname.is_qualified() {
        let what = format!("{} is no full host name", config.hostname);
        found.push(Warning::new("hostname", what));
    }
    if config.soft == Firmness::Soft {
        let what = "nothing is refused for good while soft is true";
        found.push(Warning::new("soft", what));
    }
    if config.dns.deadline > CLIENTS_PATIENCE {
        let what =
            "clients need wait no longer than 5 minutes for an answer (RFC 5321 section 4.5.3.2)";
        found.push(Warning::new("dns.deadline", what));
    }
    let inside = &config.perimeter;
    let nowhere = inside.domains.is_empty() && inside.relay_to.is_empty();
    if nowhere && inside.backup_mx.is_empty() {
        let what = format!("no domains: mail is taken for {} alone", config.hostname);
        found.push(Warning::new("perimeter", what));
    }
    found
}

/// Networks that make nobody internal, since a proxy's own address never does.
fn proxies(config: &Config) -> impl Iterator<Item = Warning> {
    let inside = &config.perimeter;
    let networks = inside.networks.iter().enumerate();
    networks.filter_map(|(at, network)| {
        let holds = |proxy: &&crate::client::Network| {
            proxy.family() == network.family()
                && proxy.first() <= network.first()
                && network.last() <= proxy.last()
        };
        let proxy = inside.proxy_protocol.iter().find(holds)?;
        let what = format!(
            "{network} makes nobody internal: {proxy} in proxy-protocol says that only proxies are there"
        );
        Some(Warning::new(format!("perimeter.networks[{at}]"), what))
    })
}

/// Domains in `relay-to` that are delivered here already.
fn delivered_here(config: &Config) -> impl Iterator<Item = Warning> {
    let inside = &config.perimeter;
    let entries = inside.relay_to.iter().enumerate();
    entries.filter_map(|(at, entry)| {
        let own = inside.domains.iter().find(|own| covers(own, entry))?;
        let what =
            format!("{entry} is never sent on: {own} in domains says that we deliver for it");
        Some(Warning::new(format!("perimeter.relay-to[{at}]"), what))
    })
}

fn covers(wide: &Coverage, narrow: &Coverage) -> bool {
    let (Coverage::Names(wide), Coverage::Names(narrow)) = (wide, narrow) else {
        return *wide == Coverage::Everything;
    };
    wide == narrow
        || match (wide, narrow) {
            (NamePattern::Below(above), NamePattern::Below(name) | NamePattern::Exact(name)) => {
                name.is_below(above)
            }
            _ => false,
        }
}

const CLIENTS_PATIENCE: Duration = Duration::from_secs(300);

//! What no type can rule out: what a configuration must not say, whether it was read or made in code.

use std::collections::BTreeSet;

use super::{Answer, Config, Coverage, Everyone, Wide, wide};
use crate::client::Network;
use crate::name::NamePattern;
use crate::verdict::{Reason, Refusal, Subject};
use crate::wording::{TextError, Wording};

/// Something wrong, by the path of the keys where it stands.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) what: String,
    pub(super) expected: Option<String>,
}

impl Finding {
    fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
            expected: None,
        }
    }

    fn expected(self, expected: &str) -> Self {
        Self {
            expected: Some(expected.to_owned()),
            ..self
        }
    }
}

/// All that is wrong.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let mut found = match config.perimeter.everyone {
        Everyone::Forbidden => too_wide(config),
        Everyone::Meant => Vec::new(),
    };
    found.extend(texts(config));
    found.extend(codes(config));
    found.extend(rule_names(config));
    found
}

/// Nobody opens a relay by a slip of the pen.
pub(super) fn too_wide(config: &Config) -> Vec<Finding> {
    let inside = &config.perimeter;
    let networks = wide_networks("networks", &inside.networks);
    let lists = [
        ("names", &inside.names),
        ("domains", &inside.domains),
        ("relay-to", &inside.relay_to),
    ];
    let entries = lists.into_iter().flat_map(|(key, list)| {
        let entries = list.iter().enumerate();
        entries.filter_map(move |(at, entry)| too_general(key, at, entry))
    });
    networks.chain(entries).collect()
}

pub(super) fn wide_networks(
    key: &'static str,
    networks: &[Network],
) -> impl Iterator<Item = Finding> + use<> {
    wide(networks).into_iter().map(move |wide| {
        let than = match wide {
            Wide::V4 => "an IPv4 /8",
            Wide::V6 => "an IPv6 /20",
        };
        let what = format!("more public space in {key} than {than}");
        let finding = Finding::new(format!("perimeter.{key}"), what);
        finding.expected("narrower ones, or everyone = true")
    })
}

fn too_general(key: &str, at: usize, entry: &Coverage) -> Option<Finding> {
    let covered = match entry {
        Coverage::Everything => "every name".to_owned(),
        Coverage::Names(NamePattern::Below(name)) if !name.is_qualified() => {
            format!("all names below {name}")
        }
        Coverage::Names(_) => return None,
    };
    let what = format!("{entry} in {key} covers {covered}");
    let finding = Finding::new(format!("perimeter.{key}[{at}]"), what);
    Some(finding.expected("a longer pattern, or everyone = true"))
}

/// Texts that cannot be spoken.
fn texts(config: &Config) -> impl Iterator<Item = Finding> {
    let wording = Wording::new(config.security, config.hostname.clone());
    config.texts.iter().filter_map(move |(event, text)| {
        let error: TextError = wording.clone().with_text(*event, text).err()?;
        let path = format!("texts.{event}");
        Some(Finding::new(path, error.to_string()))
    })
}

/// Codes that refuse nobody.
fn codes(config: &Config) -> impl Iterator<Item = Finding> {
    let checks = config.checks.iter().enumerate();
    checks.filter_map(|(at, check)| {
        let Answer::Code(code) = check.answer else {
            return None;
        };
        let any = Refusal::new(Reason::custom("", Subject::Client));
        any.with_code(code).err()?;
        let finding = Finding::new(format!("check[{at}].code"), format!("code is {code}"));
        Some(finding.expected("400 to 599 but 521"))
    })
}

/// A rule's name is its id everywhere, so no other rule may have it.
fn rule_names(config: &Config) -> Vec<Finding> {
    let mut taken = BTreeSet::from([RELAY_CONTROL.to_owned()]);
    let mut found = Vec::new();
    for (at, name) in config.rule_names().into_iter().enumerate() {
        if taken.contains(&name) {
            let what = format!("another rule is called {name}");
            let finding = Finding::new(format!("check[{at}].name"), what);
            found.push(finding.expected("a name of its own"));
        }
        taken.insert(name);
    }
    found
}

/// The rule that stands outside the row.
const RELAY_CONTROL: &str = "relay-control";

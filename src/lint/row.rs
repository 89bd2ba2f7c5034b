//! Warnings about the row of checks.

use super::Warning;
use crate::config::{Answer, Check, CheckConfig, Config, Effect, Ground, ZoneConfig};
use crate::diagnostic::Diagnostics;
use crate::policies::{GreetingFault, Require, Treatment};
use crate::policy::{RefusalClass, RefuseAt};
use crate::rbl::Families;
use crate::verdict::Stage;

/// As many as are told, in the order of the file.
pub(super) fn warnings(config: &Config) -> Vec<Warning> {
    let checks = config.checks.iter().zip(config.rule_names());
    let row: Vec<_> = checks
        .map(|(check, name)| Placed::new(check, name))
        .collect();
    let mut found = Vec::new();
    for (at, placed) in row.iter().enumerate() {
        let path = format!("check[{at}]");
        found.extend(alone(config, &path, placed.check));
        found.extend(behind(&path, placed, row.get(..at).unwrap_or_default()));
        if found.len() >= Diagnostics::MOST {
            break;
        }
    }
    found
}

/// A check of the row, its name, and whom it passes over.
struct Placed<'c> {
    check: &'c CheckConfig,
    name: String,
    exempt: [bool; GROUNDS.len()],
}

impl<'c> Placed<'c> {
    fn new(check: &'c CheckConfig, name: String) -> Self {
        let exempt = GROUNDS.map(|ground| check.exempt().contains(&ground));
        Self {
            check,
            name,
            exempt,
        }
    }

    /// Whether it acts on everybody whom a later one judges, and when that does.
    fn precedes(&self, later: &Self) -> bool {
        let mut grounds = self.exempt.iter().zip(later.exempt);
        self.check.effect == Effect::Act
            && self.check.at == later.check.at
            && grounds.all(|(own, others)| others || !*own)
    }
}

/// What is odd in a check whatever stands before it.
fn alone(config: &Config, path: &str, check: &CheckConfig) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |key: &str, what: String| {
        found.push(Warning::new(format!("{path}{key}"), what));
    };
    match &check.check {
        Check::Blocklist { zones, .. } => {
            for (at, what) in repeated_zones(zones) {
                warn(&format!(".zone[{at}]"), what);
            }
        }
        Check::Greeting { refuse, .. } => {
            if refuse.is_empty() {
                warn(".refuse", "this check refuses nothing".to_owned());
            }
            for (at, what) in odd_faults(refuse) {
                warn(&format!(".refuse[{at}]"), what);
            }
        }
        Check::RecipientTable { .. } if check.at == Some(Stage::Data) => {
            let what = "this check can never fire: no single recipient is judged at data";
            warn(".at", what.to_owned());
        }
        Check::SenderDomain {
            unresolvable: Treatment::Refuse,
            ..
        } => warn(".unresolvable", UNRESOLVABLE.to_owned()),
        _ => {}
    }
    if defers_the_unresolvable(&check.check)
        && let Some(key) = permanent(check)
    {
        warn(key, UNRESOLVABLE.to_owned());
    }
    if let Some(grounds) = &check.unless
        && let Some(at) = grounds.iter().position(|one| *one == Ground::Postmaster)
        && let Some(stage) = before_recipients(config, check)
    {
        let what = format!("the check is judged at {stage}, where nobody knows yet of postmaster");
        warn(&format!(".unless[{at}]"), what);
    }
    found
}

fn repeated_zones(zones: &[ZoneConfig]) -> Vec<(usize, String)> {
    let pairs = zones.iter().enumerate().filter_map(|(at, zone)| {
        let mut before = zones.iter().take(at);
        before.any(|other| includes(other, zone)).then(|| {
            (
                at,
                format!("the list {} is asked before", zone.zone().label()),
            )
        })
    });
    pairs.collect()
}

/// Whether whoever the second zone lists, the first does too.
fn includes(first: &ZoneConfig, second: &ZoneConfig) -> bool {
    let families = first.family == Families::Both || first.family == second.family;
    families && first.zone == second.zone
}

fn odd_faults(faults: &[GreetingFault]) -> Vec<(usize, String)> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (at, fault) in faults.iter().enumerate() {
        if seen.contains(fault) {
            found.push((at, "this fault stands here twice".to_owned()));
        } else if *fault == GreetingFault::Mismatch {
            let what = "RFC 5321 section 4.1.4 forbids to refuse mail for a mismatch";
            found.push((at, what.to_owned()));
        }
        seen.push(*fault);
    }
    found
}

fn defers_the_unresolvable(check: &Check) -> bool {
    match check {
        Check::SenderDomain { unresolvable, .. } => *unresolvable == Treatment::Defer,
        Check::Greeting { refuse, .. } => refuse.contains(&GreetingFault::Unresolvable),
        _ => false,
    }
}

/// The key for which the check refuses for good what it would only defer.
fn permanent(check: &CheckConfig) -> Option<&'static str> {
    match check.answer {
        Answer::Class(RefusalClass::Permanent) => Some(".class"),
        Answer::Code(code) if code.is_permanent() => Some(".code"),
        _ => None,
    }
}

/// The stage at which a check is judged before any recipient is known.
fn before_recipients(config: &Config, check: &CheckConfig) -> Option<Stage> {
    let stage = match (check.at, config.refuse_at) {
        (Some(stage), _) => stage,
        (None, RefuseAt::Recipient) => Stage::Recipient,
        (None, RefuseAt::Earliest) => facts(&check.check),
    };
    (stage < Stage::Recipient).then_some(stage)
}

const fn facts(check: &Check) -> Stage {
    match check {
        Check::Blocklist { .. } | Check::ClientTable { .. } | Check::VerifiedClient { .. } => {
            Stage::Connect
        }
        Check::Greeting { .. } => Stage::Greeting,
        Check::SenderDomain { .. } | Check::SenderTable { .. } => Stage::Mail,
        Check::RecipientTable { .. } => Stage::Recipient,
    }
}

/// Rules that can never fire, since one before them has decided.
fn behind<'p>(path: &str, placed: &Placed<'_>, before: &'p [Placed<'p>]) -> Option<Warning> {
    let decided = |by: &dyn Fn(&Check) -> bool| {
        let mut before = before.iter();
        let found = before.find(|other| by(&other.check.check) && other.precedes(placed));
        found.map(|other| &other.name)
    };
    let (key, name) = match &placed.check.check {
        Check::Blocklist { zones, .. } => {
            let asked = |zone: &ZoneConfig| {
                decided(&|other| match other {
                    Check::Blocklist { zones, .. } => zones.iter().any(|own| includes(own, zone)),
                    _ => false,
                })
            };
            let (at, name) = zones
                .iter()
                .enumerate()
                .find_map(|(at, zone)| Some((at, asked(zone)?)))?;
            (format!(".zone[{at}]"), name)
        }
        Check::VerifiedClient { require, .. } => {
            let stricter = decided(&|other| match other {
                Check::VerifiedClient { require: own, .. } => {
                    own == require || *own == Require::ForwardConfirmed
                }
                _ => false,
            });
            (String::new(), stricter?)
        }
        Check::Greeting { refuse, .. } => {
            let all = decided(&|other| match other {
                Check::Greeting { refuse: own, .. } => {
                    refuse.iter().all(|fault| own.contains(fault))
                }
                _ => false,
            });
            (String::new(), all.filter(|_| !refuse.is_empty())?)
        }
        tabled => {
            let same = |other: &Check| {
                other.kind() == tabled.kind()
                    && tabled.table().is_some()
                    && other.table() == tabled.table()
            };
            (".file".to_owned(), decided(&same)?)
        }
    };
    let what = format!("this can never fire: {name} judges by the same before");
    Some(Warning::new(format!("{path}{key}"), what))
}

const GROUNDS: [Ground; 3] = [Ground::Authenticated, Ground::Internal, Ground::Postmaster];

const UNRESOLVABLE: &str =
    "a name that cannot be resolved now is refused for good (RFC 2505 item 9 would wait)";

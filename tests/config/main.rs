//! Policy files: what is an error and where, and what each key does to a guard.
#![cfg(feature = "config")]

#[path = "../util/mod.rs"]
mod util;

mod checks;
mod errors;
mod files;
mod keys;
mod laws;
mod perimeter;

use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::config::{Config, MemoryFiles};
use mailward::diagnostic::Diagnostics;
use mailward::dns::MemoryDns;
use mailward::guard::{BlockingDialogue, Guard, Outcome, Shared};

/// The example of the contract, without what does not exist yet.
const EXAMPLE: &str = include_str!("example.toml");

/// All that is said of a text which is not to load.
#[track_caller]
fn errors(text: &str) -> String {
    let mut found = Diagnostics::new();
    let config = Config::parse("policy.toml", text, &mut found);
    assert!(config.is_none() && found.has_errors(), "{text}\nloads");
    found.to_string()
}

/// The same for what stands below the host's name.
#[track_caller]
fn errors_below(text: &str) -> String {
    errors(&format!("{HOST}{text}"))
}

#[track_caller]
fn parsed(text: &str) -> Config {
    let mut found = Diagnostics::new();
    let config = Config::parse("policy.toml", text, &mut found);
    assert!(found.is_empty(), "{text}\n{found}");
    config.unwrap()
}

#[track_caller]
fn built(config: &Config, files: &MemoryFiles, zone: &str) -> Guard {
    let mut found = Diagnostics::new();
    let shared = Shared::new(MemoryDns::parse(zone).unwrap(), ManualClock::new());
    let guard = config.build(files, shared, &mut found);
    assert!(found.is_empty(), "{found}");
    guard.unwrap()
}

/// The guard of what stands below the host's name.
#[track_caller]
fn guard(text: &str, zone: &str) -> Guard {
    built(&parsed(&format!("{HOST}{text}")), &tables(), zone)
}

fn tables() -> MemoryFiles {
    MemoryFiles::new()
        .with("auth.mta", "203.0.113.9 REJECT\n198.51.100.9 OK\n")
        .with("auth.user", "spam.example 554 No spam.\n")
        .with("recipients", "old@example.org REJECT\n")
}

/// A dialogue after these lines, none of which is refused.
#[track_caller]
fn after(guard: &Guard, client: Client, lines: &[&str]) -> BlockingDialogue {
    let (mut dialogue, greeting) = guard.connect_blocking(client);
    assert!(!greeting.is_refusal(), "{}", greeting.reply);
    for line in lines {
        let outcome = dialogue.line(line.as_bytes());
        assert!(!outcome.is_refusal(), "{line}: {}", outcome.reply);
    }
    dialogue
}

/// The outcome of RCPT for a stranger whose address is 203.0.113.9.
#[track_caller]
fn recipient(guard: &Guard, to: &str) -> Outcome {
    let lines = ["EHLO mail.example.com", "MAIL FROM:<ann@example.com>"];
    after(guard, util::client("203.0.113.9"), &lines).line(format!("RCPT TO:<{to}>").as_bytes())
}

/// The reply to RCPT for a recipient of ours.
#[track_caller]
fn reply(guard: &Guard) -> String {
    recipient(guard, "bob@example.org").reply.to_string()
}

fn code(outcome: &Outcome) -> u16 {
    outcome.reply.code().as_u16()
}

const HOST: &str = "hostname = \"mx.example.org\"\nperimeter.domains = [\"example.org\"]\n";

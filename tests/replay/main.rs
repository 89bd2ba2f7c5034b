//! Sessions in JSON lines, judged without a network.
#![cfg(feature = "replay")]

mod errors;
mod lines;
mod objects;
mod proxies;
#[cfg(feature = "config")]
mod shown;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod time;
#[path = "../transcript/mod.rs"]
#[allow(dead_code, reason = "another test runs the dialogues")]
mod transcript;
mod transcripts;
#[path = "../util/mod.rs"]
mod util;

use mailward::dns::MemoryDns;
use mailward::guard::{Guard, GuardBuilder};
use mailward::policies::VerifiedClient;
use mailward::policy::PolicyExt;
use mailward::relay::Perimeter;
use mailward::replay::{Replay, Summary, World};
use serde_json::{Value, json};
use util::name;

fn home() -> Perimeter {
    Perimeter::new(name("mx.example.org"))
        .domain("example.org".parse().unwrap())
        .proxy("192.0.2.10".parse().unwrap())
}

/// A replay in a zone, by a guard with these checks.
fn replay(zone: &str, checks: impl FnOnce(GuardBuilder) -> GuardBuilder) -> Replay {
    let world = World::simulated(MemoryDns::parse(zone).unwrap());
    Replay::over(world, |shared| {
        checks(Guard::builder(home(), shared)).build()
    })
}

/// What comes out, a value a line.
fn run(replay: &mut Replay, input: impl AsRef<[u8]>) -> (Vec<Value>, Summary) {
    let mut output = Vec::new();
    let summary = replay.run(input.as_ref(), &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    assert!(output.is_empty() || output.ends_with('\n'));
    let lines = output.lines();
    let values: Vec<_> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(values.len() as u64, summary.lines());
    (values, summary)
}

/// The steps of one session from 203.0.113.9.
fn steps(replay: &mut Replay, commands: &Value) -> Vec<Value> {
    steps_of(replay, "203.0.113.9", commands)
}

fn steps_of(replay: &mut Replay, client: &str, commands: &Value) -> Vec<Value> {
    let line = json!({"id": "s1", "client": client, "commands": commands});
    let (mut values, summary) = run(replay, line.to_string());
    assert_eq!(summary.malformed(), 0, "{values:?}");
    let value = values.remove(0);
    assert_eq!(value["id"], "s1");
    value["steps"].as_array().unwrap().clone()
}

/// Command, code and reason of each step.
fn brief(steps: &[Value]) -> Vec<String> {
    let word = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let steps = steps.iter().map(|step| {
        let [command, code, reason] = ["command", "code", "reason"].map(|key| word(&step[key]));
        format!("{command} {code} {reason}")
    });
    steps.collect()
}

/// A check that refuses whoever has no confirmed name.
fn named_clients(guard: GuardBuilder) -> GuardBuilder {
    guard.check(VerifiedClient::new().named("names"))
}

const NAMED: &str =
    "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.9";

//! The sessions that stand with the examples, by the policy that stands there.

use std::path::PathBuf;

use mailward::config::load;
use mailward::diagnostic::Diagnostics;
use mailward::dns::MemoryDns;
use mailward::replay::{Replay, World};

use crate::run;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}

#[test]
fn the_sessions_of_the_examples_show_what_their_names_say() {
    let world = World::simulated(MemoryDns::parse(&read("demo.zone")).unwrap());
    let built = Replay::try_over(world, |shared| {
        Ok::<_, Diagnostics>(load(file("policy.toml"), shared)?.guard)
    });
    let (values, summary) = run(&mut built.unwrap(), read("sessions.jsonl"));
    assert_eq!(summary.malformed(), 0);
    let mut shown = Vec::new();
    for value in &values {
        let steps = value["steps"].as_array().unwrap();
        let reasons = steps.iter().filter_map(|step| step["reason"].as_str());
        let would = steps
            .iter()
            .filter_map(|step| step["would"]["reason"].as_str());
        let mut words: Vec<&str> = reasons.chain(would).collect();
        words.dedup();
        shown.push(format!(
            "{}: {}",
            value["id"].as_str().unwrap(),
            words.join(" ")
        ));
    }
    let expected = [
        "accepted: ",
        "listed: listed-client",
        "list-out-of-quota: ",
        "relay-denied: relay-denied routed-recipient relay-denied",
        "relay-by-login: ",
        "relay-by-address: ",
        "forged-greeting: forged-greeting unverified-client",
        "malformed-greeting: malformed-greeting",
        "bad-sender: bad-sender",
        "bounce: ",
        "unresolvable-sender: unresolvable-sender dns-trouble",
        "slow-names: dns-trouble",
        "dry-run: unverified-client",
        "delisted: listed-client",
        "delisted-next-day: ",
        "proxied: relay-denied",
        "proxied-v2: ",
        "proxy-without-header: proxy-header-missing",
        "no-listed-proxy: bad-syntax relay-denied",
        "wrong-commands: bad-sequence command-disabled bad-syntax command-disabled",
        "guesses: ",
    ];
    assert_eq!(shown, expected);
}

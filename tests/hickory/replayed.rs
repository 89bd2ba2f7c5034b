//! `replay --dns`: sessions judged by what a name server says, which is asked as the policy's `[dns]` has it.

#[path = "../../examples/replay/resolver.rs"]
mod resolver;

use mailward::config::{Config, MemoryFiles};
use mailward::diagnostic::Diagnostics;
use mailward::replay::Replay;
use serde_json::{Value, json};

use crate::message::{NXDOMAIN, a, absence, answer};
use crate::options::Servers;
use crate::server::Server;

/// Replays two sessions of a listed client; tells of the last step of each, and of the questions that were asked.
fn replayed(settings: &str) -> (Vec<Value>, Vec<String>) {
    let server = Server::start(|question| match question.name.as_str() {
        LISTED => answer([a(&question.name, 300, "127.0.0.2")]).into(),
        _ => absence(NXDOMAIN, 300, 300).into(),
    });
    let mut found = Diagnostics::new();
    let config = Config::parse("policy.toml", format!("{POLICY}{settings}"), &mut found).unwrap();
    let world = resolver::world(&Servers::At(server.address()), config.dns()).unwrap();
    let guard = |shared| {
        config
            .build(&MemoryFiles::new(), shared, &mut found)
            .ok_or(())
    };
    let mut replay = Replay::try_over(world, guard).unwrap();
    let mut output = Vec::new();
    let summary = replay.run(SESSION.repeat(2).as_bytes(), &mut output);
    assert_eq!(summary.unwrap().malformed(), 0);
    let lines = String::from_utf8(output).unwrap();
    let steps = lines.lines().map(|line| {
        let session: Value = serde_json::from_str(line).unwrap();
        let step = session["steps"].as_array().unwrap().last().unwrap().clone();
        json!([step["command"], step["code"], step["reason"]])
    });
    let asked = server
        .asked()
        .into_iter()
        .map(|asked| asked.to_ascii_lowercase());
    (steps.collect(), asked.collect())
}

#[test]
fn a_name_server_decides_and_its_answers_are_kept() {
    let (steps, asked) = replayed("");
    let refused = json!(["RCPT TO:<bob@example.org>", 554, "listed-client"]);
    assert_eq!(steps, [refused.clone(), refused]);
    assert_eq!(asked, ["9.113.0.203.bl.example 1"]);
}

#[test]
fn answers_are_kept_as_the_policy_says() {
    let (steps, asked) = replayed("[dns]\ncache = 0\n");
    assert_eq!(steps[1][1], 554);
    assert_eq!(asked, ["9.113.0.203.bl.example 1"; 2]);
}

#[test]
fn settings_that_leave_no_room_are_told_with_the_option() {
    let mut config = Config::new("mx.example.org".parse().unwrap());
    config.dns.in_flight = 0;
    let error = |servers| resolver::world(&servers, config.dns()).unwrap_err();
    assert_eq!(
        error(Servers::At("127.0.0.1:53535".parse().unwrap())),
        "--dns 127.0.0.1:53535: in-flight 0: expected at least 1"
    );
    assert_eq!(
        error(Servers::System),
        "--dns system: in-flight 0: expected at least 1"
    );
}

const LISTED: &str = "9.113.0.203.bl.example";

const POLICY: &str = "hostname = 'mx.example.org'
perimeter.domains = ['example.org']

[[check]]
kind = 'blocklist'
zone = [{ zone = 'bl.example' }]

";

const SESSION: &str = r#"{"id":"s","client":"203.0.113.9","commands":["EHLO mail.example","MAIL FROM:<ann@shop.example>","RCPT TO:<bob@example.org>"]}
"#;

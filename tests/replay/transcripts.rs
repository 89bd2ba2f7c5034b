//! The dialogues of the transcripts, replayed, give the replies of the transcripts.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use mailward::client::{Client, Via};
use mailward::dns::MemoryDns;
use mailward::replay::{Replay, World};
use serde_json::{Value, json};

use crate::run;
use crate::transcript::{Script, Step, Transcript, What, unescaped};

#[test]
fn every_dialogue_is_replayed_as_it_is_written() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut faults = Vec::new();
    let (mut dialogues, mut unheard) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        let transcript = Transcript::parse(&text).unwrap();
        for script in &transcript.dialogues {
            let Some(session) = session(&transcript, script) else {
                unheard += 1;
                continue;
            };
            dialogues += 1;
            let told = replayed(&transcript, script, &session);
            let found = compare(script, &told);
            faults.extend(
                found.map(|fault| format!("{} [{}] {fault}", file.display(), script.heading)),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(dialogues > 100, "{dialogues}");
    // One client is declared by a proxy that is not listed, whose header nobody believes; another is a listed proxy
    // that declares nobody, and hears 421 before any guard.
    assert_eq!(unheard, 2);
}

/// A dialogue as a line of input.
fn session(transcript: &Transcript, script: &Script) -> Option<String> {
    let policies = transcript.policies(script).unwrap();
    let (peer, header) = peer(&policies.client());
    let is_listed = policies.perimeter().is_proxy(peer.parse().unwrap());
    if header.is_some() != is_listed {
        return None;
    }
    let steps = script.steps.iter().filter_map(|step| entry(&step.what));
    let commands: Vec<Value> = header.into_iter().chain(steps).collect();
    Some(json!({"id": "s1", "client": peer, "commands": commands}).to_string())
}

fn peer(client: &Client) -> (String, Option<Value>) {
    match client.via() {
        Via::Proxy(proxy) => {
            let header = format!("PROXY TCP4 {} 192.0.2.25 40000 25", client.ip());
            (proxy.to_string(), Some(json!({ "proxy": header })))
        }
        _ => (client.ip().to_string(), None),
    }
}

fn entry(what: &What) -> Option<Value> {
    match what {
        What::Connect => None,
        What::Says(line) => {
            let octets = unescaped(line);
            Some(match String::from_utf8(octets) {
                Ok(text) => json!(text),
                Err(error) => {
                    let hex = error
                        .into_bytes()
                        .iter()
                        .fold(String::new(), |mut hex, octet| {
                            write!(hex, "{octet:02x}").unwrap();
                            hex
                        });
                    json!({ "raw": hex })
                }
            })
        }
        What::Happens(what) => {
            let (word, rest) = what.split_once(' ').unwrap_or((what, ""));
            Some(match word {
                "login" => json!({ "authenticated": rest }),
                "tls" => json!({ "tls": true }),
                "zone" => json!({ "zone": rest }),
                "wait" => json!({ "wait": rest }),
                "message" => json!("."),
                _ => panic!("unknown event: {what}"),
            })
        }
    }
}

fn replayed(transcript: &Transcript, script: &Script, session: &str) -> Vec<Value> {
    let world = World::simulated(MemoryDns::parse(&transcript.zone).unwrap());
    let policies = transcript.policies(script).unwrap();
    let mut replay = Replay::over(world, |shared| policies.guard(shared));
    let (values, summary) = run(&mut replay, session);
    assert_eq!(summary.malformed(), 0, "{session}: {values:?}");
    values[0]["steps"].as_array().unwrap().clone()
}

/// What the transcript has and the replay has not, or otherwise. After a close nothing is replayed.
fn compare(script: &Script, told: &[Value]) -> impl Iterator<Item = String> {
    let mut told = told.iter();
    let mut closed = false;
    let mut faults = Vec::new();
    for step in script.steps.iter().filter(|step| !step.expected.is_empty()) {
        let expected = without_codes_of_would(step);
        match told.next() {
            None if closed => {}
            None => faults.push(format!("line {}: no step", step.line)),
            Some(value) => {
                let found = lines(value);
                if found != expected {
                    faults.push(format!(
                        "line {}: {found:?} instead of {expected:?}",
                        step.line
                    ));
                }
                closed = value["then"] == "close";
            }
        }
    }
    faults.extend(told.map(|step| format!("a step too many: {step}")));
    faults.into_iter()
}

/// Of what would have been, a replay tells the first refusal, with the code that would have been spoken.
fn without_codes_of_would(step: &Step) -> Vec<String> {
    let line = |line: &String| {
        let mut would = 0;
        let words = line
            .split(' ')
            .filter_map(|word| match word.strip_prefix("would=") {
                Some(refusal) => {
                    would += 1;
                    let (rule, rest) = refusal.split_once(':').unwrap();
                    let (_, reason) = rest.split_once(':').unwrap();
                    (would == 1).then(|| format!("would={rule}:{reason}"))
                }
                None => Some(word.to_owned()),
            });
        words.collect::<Vec<_>>().join(" ")
    };
    step.expected.iter().map(line).collect()
}

/// A step as the transcript writes it.
fn lines(step: &Value) -> Vec<String> {
    let reply = step["reply"].as_str().unwrap();
    let mut lines: Vec<String> = reply.split('\n').map(|line| format!("S: {line}")).collect();
    let mut learnt = String::new();
    match (step["verdict"].as_str(), step["reason"].as_str()) {
        (Some("refuse"), Some(reason)) => write!(learnt, " reason={reason}").unwrap(),
        (Some("accept"), None) => learnt.push_str(" verdict=accept"),
        (Some("proceed"), None) => {}
        other => panic!("{other:?}"),
    }
    if let Some(rule) = step["rule"].as_str() {
        write!(learnt, " rule={rule}").unwrap();
    }
    if step["then"] != "continue" {
        write!(learnt, " then={}", step["then"].as_str().unwrap()).unwrap();
    }
    if let Some(would) = step.get("would") {
        let (rule, reason) = (&would["rule"], &would["reason"]);
        let [rule, reason] = [rule, reason].map(|word| word.as_str().unwrap());
        write!(learnt, " would={rule}:{reason}").unwrap();
    }
    if !learnt.is_empty() {
        lines.push(format!("={learnt}"));
    }
    let code = reply.get(..3).unwrap();
    assert_eq!(step["code"].to_string(), code);
    lines
}

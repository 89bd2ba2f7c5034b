//! Dialogues as they stand in `tests/transcripts/*.txt`, driven through a guard and compared reply by reply.
//!
//! A file has sections. `[zone]` is a zone file. `[policy]` has a directive a line; those of a row begin with `check`,
//! with a rule of a table on each indented line below, or with `chain` and `end` round some of them. Each `[dialogue]`
//! is one connection to a fresh guard; directives after a colon, apart by semicolons, come on top of the policy:
//!
//! ```text
//! [dialogue: security secure; refuse-at earliest]
//! S: 220 mx.example.org ESMTP
//! C: EHLO mail.example.com            what the client says
//! ! login ann                         what happens beside the dialogue: login, tls, message, wait, zone
//! S: 250 mx.example.org ESMTP         all lines of the reply
//! = reason=.. rule=.. then=.. would=..    what the host learns, where it differs from `verdict=proceed then=continue`
//! ```
//!
//! With `MAILWARD_TRANSCRIPTS=write` the `S:` and `=` lines are written anew, to be read before they are committed, and
//! the test fails: what was written has not been compared.

mod support;
mod transcript;
mod util;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use mailward::policy::RefuseAt;
use mailward::verdict::Event;
use mailward::wording::Security;
use transcript::{Covered, Transcript};

fn files() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn read(file: &PathBuf) -> Transcript {
    let text = fs::read_to_string(file).unwrap();
    Transcript::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn every_dialogue_goes_as_it_is_written() {
    let mut faults = Vec::new();
    let mut dialogues = 0;
    let write = std::env::var("MAILWARD_TRANSCRIPTS").is_ok_and(|word| word == "write");
    for file in files() {
        let transcript = read(&file);
        if write {
            fs::write(&file, transcript.rewritten()).unwrap();
            continue;
        }
        dialogues += transcript.dialogues();
        let found = transcript.faults();
        faults.extend(
            found
                .into_iter()
                .map(|fault| format!("{}: {fault}", file.display())),
        );
    }
    assert!(!write, "written; run again without MAILWARD_TRANSCRIPTS");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    println!("{dialogues} dialogues");
}

/// Each kind of refusal is shown in both modes of wording and in both orders.
#[test]
fn every_event_is_shown_in_both_modes_and_orders() {
    let mut shown: BTreeSet<(Event, String)> = BTreeSet::new();
    for file in files() {
        for Covered {
            event,
            security,
            refuse_at,
        } in read(&file).covered()
        {
            shown.insert((event, format!("{security:?} {refuse_at:?}")));
        }
    }
    let mut missing = Vec::new();
    for event in Event::ALL {
        for security in [Security::Friendly, Security::Secure] {
            for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
                let how = format!("{security:?} {order:?}");
                if !shown.contains(&(*event, how.clone())) {
                    missing.push(format!("{event} {how}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not shown: {}", missing.join(", "));
}

#[test]
fn what_is_not_understood_is_a_failure() {
    let error = |text: &str| Transcript::parse(text).unwrap_err();
    let dialogue = "[dialogue]\nS: 220 mx.example.org ESMTP\n";
    assert_eq!(error(""), "no dialogue");
    assert_eq!(error("[policy]\nsecurity secure\n"), "no dialogue");
    assert_eq!(error("[dialogue]\n"), "line 1: empty dialogue");
    assert_eq!(
        error(&format!("[zoo]\n{dialogue}")),
        "line 1: unknown section zoo"
    );
    assert_eq!(error("stray\n"), "line 1: stands in no section: stray");
    for (policy, fault) in [
        ("securty secure", "line 2: unknown directive securty"),
        ("security loose", "line 2: security: loose"),
        ("check blacklist", "line 2: unknown check blacklist"),
        ("check blocklist bl.example txt", "line 2: unknown word txt"),
        ("  spam.example REJECT", "line 2: a rule without its table"),
        (
            "check verified-client\n  a.example OK",
            "line 3: a rule without its table",
        ),
        ("end", "line 2: end without its chain"),
        ("chain\ncheck verified-client", "a chain without its end"),
    ] {
        assert_eq!(error(&format!("[policy]\n{policy}\n{dialogue}")), fault);
    }
    assert_eq!(
        error("[dialogue: refuse-at noon]\nS: 220 mx.example.org ESMTP\n"),
        "line 1: refuse-at: noon"
    );
    assert_eq!(
        error("[dialogue]\nX: what\n"),
        "line 2: neither C:, S:, = nor !: X: what"
    );
}

#[test]
fn a_wrong_reply_is_found() {
    let faults = |text: &str| Transcript::parse(text).unwrap().faults();
    assert!(faults("[dialogue]\nS: 220 mx.example.org ESMTP\n").is_empty());
    assert_eq!(
        faults("[dialogue]\nS: 220 mx.example.net ESMTP\n"),
        ["line 1: connect: S: 220 mx.example.org ESMTP instead of S: 220 mx.example.net ESMTP"]
    );
    assert_eq!(
        faults(
            "[dialogue]\nS: 220 mx.example.org ESMTP\nC: MAIL FROM:<>\nS: 250 2.1.0 Sender ok.\n= verdict=accept\n"
        ),
        [
            "line 3: MAIL FROM:<>: S: 250 2.1.0 Sender ok. instead of S: 250 2.1.0 Sender ok. = verdict=accept"
        ]
    );
    assert_eq!(
        faults("[dialogue]\nS: 220 mx.example.org ESMTP\nC: NOOP\n"),
        ["line 3: NOOP: S: 250 2.0.0 Ok. instead of nothing"]
    );
}

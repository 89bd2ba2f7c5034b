//! Input and output of any length.

use std::cell::RefCell;
use std::io::{self, Read, Write};

use mailward::replay::Replay;
use serde_json::json;

use crate::{replay, run};

const SESSION: &str = r#"{"id":"s","client":"203.0.113.9","commands":["QUIT"]}"#;

/// A session of exactly so many octets.
fn session_of(length: usize) -> String {
    let rest = r#"{"id":"","client":"203.0.113.9","commands":["QUIT"]}"#.len();
    let id = "x".repeat(length - rest);
    let line = json!({"id": id, "client": "203.0.113.9", "commands": ["QUIT"]}).to_string();
    assert_eq!(line.len(), length);
    line
}

#[test]
fn a_line_may_be_so_long() {
    let mut replay = replay("", |guard| guard);
    let longest = session_of(Replay::MAX_LINE);
    let too_long = session_of(Replay::MAX_LINE + 1);
    for end in ["", "\n"] {
        let (values, summary) = run(&mut replay, format!("{longest}{end}"));
        assert_eq!(summary.malformed(), 0);
        assert_eq!(values[0]["steps"][1]["code"], 221);
        let (values, _) = run(&mut replay, format!("{too_long}{end}"));
        assert_eq!(
            values,
            [json!({"line": 1, "error": "longer than 1048576 octets"})]
        );
    }
    let (values, _) = run(
        &mut replay,
        format!("{too_long}\n{SESSION}\n{too_long}\n{SESSION}"),
    );
    assert_eq!(values[1]["id"], "s");
    assert_eq!(values[2]["line"], 3);
    assert_eq!(values[3]["id"], "s");
}

#[test]
fn ends_of_lines() {
    let mut replay = replay("", |guard| guard);
    for (input, lines) in [
        (String::new(), 0),
        (SESSION.to_owned(), 1),
        (format!("{SESSION}\n"), 1),
        (format!("{SESSION}\r\n{SESSION}\r\n"), 2),
        (format!(" \t{SESSION} \n"), 1),
    ] {
        let (_, summary) = run(&mut replay, &input);
        assert_eq!(
            (summary.lines(), summary.malformed()),
            (lines, 0),
            "{input}"
        );
    }
    assert_eq!(run(&mut replay, format!("{SESSION}\n\n")).1.malformed(), 1);
}

#[test]
fn a_session_may_have_so_many_commands() {
    let mut replay = replay("", |guard| guard);
    let session = |commands: usize| {
        json!({"id": "s", "client": "203.0.113.9", "commands": vec!["NOOP"; commands]}).to_string()
    };
    let (values, summary) = run(&mut replay, session(Replay::MAX_COMMANDS));
    assert_eq!(summary.malformed(), 0);
    assert_eq!(
        values[0]["steps"].as_array().unwrap().len(),
        Replay::MAX_COMMANDS + 1
    );
    let (values, _) = run(&mut replay, session(Replay::MAX_COMMANDS + 1));
    let error = values[0]["error"].as_str().unwrap();
    assert!(error.ends_with(": more than 10000 commands"), "{error}");
}

/// An input that hands out a line at a time, and looks at what has been answered by then.
struct Peer<'o> {
    lines: usize,
    answered: &'o RefCell<Vec<u8>>,
}

impl Read for Peer<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let answers = self
            .answered
            .borrow()
            .iter()
            .filter(|octet| **octet == b'\n')
            .count();
        assert_eq!(
            answers, self.lines,
            "the answer came before the next question"
        );
        if self.lines == 3 {
            return Ok(0);
        }
        self.lines += 1;
        let line = format!("{SESSION}\n");
        buffer[..line.len()].copy_from_slice(line.as_bytes());
        Ok(line.len())
    }
}

struct Shared<'o>(&'o RefCell<Vec<u8>>);

impl Write for Shared<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn who_waits_for_an_answer_gets_it() {
    let answered = RefCell::default();
    let peer = Peer {
        lines: 0,
        answered: &answered,
    };
    let summary = replay("", |guard| guard)
        .run(peer, Shared(&answered))
        .unwrap();
    assert_eq!(summary.lines(), 3);
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("the pipe is gone"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_cannot_be_read_or_written_ends_the_run() {
    let mut replay = replay("", |guard| guard);
    let error = replay.run(Broken, Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "the disk is gone");
    let error = replay.run(SESSION.as_bytes(), Broken).unwrap_err();
    assert_eq!(error.to_string(), "the pipe is gone");
}

/// The zone does not grow for ever, however long the input.
#[test]
fn zone_changes_of_a_run_are_bounded() {
    let mut replay = replay("", |guard| guard);
    let comment = "x".repeat(1_000_000);
    let records = format!("a.example. A 192.0.2.1 ; {comment}");
    let line = json!({"id": "s", "client": "203.0.113.9", "commands": [{"zone": records}]});
    let line = format!("{line}\n");
    let most = (16 << 20) / records.len();
    let (values, summary) = run(&mut replay, line.repeat(most + 2));
    assert_eq!(summary.malformed(), 2);
    let error = "the zone changes of this run are too many";
    assert_eq!(values[most], json!({"line": most + 1, "error": error}));
}

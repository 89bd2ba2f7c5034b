//! Tests of `mailward::wire::smtp`.

mod commands;
mod laws;
mod lines;
mod parameters;
mod paths;

use mailward::reply::Class;
use mailward::wire::smtp::{Command, CommandError, Parameters};

#[track_caller]
fn command(line: &str) -> Command {
    Command::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

/// Parses, prints, parses again.
#[track_caller]
fn prints(line: &str, expected: &str) {
    let parsed = command(line);
    assert_eq!(parsed.to_string(), expected);
    assert_eq!(command(expected), parsed);
}

#[track_caller]
fn refused(line: impl AsRef<[u8]>, log: &str, wire: &str) {
    let line = line.as_ref();
    let error = Command::parse(line).expect_err(&String::from_utf8_lossy(line));
    assert_eq!(error.to_string(), log);
    assert_eq!(error.reply().to_string(), format!("{wire}\r\n"));
    assert_codes_agree(&error);
}

fn assert_codes_agree(error: &CommandError) {
    assert_eq!(error.code().class(), Class::Permanent);
    let reply = error.reply();
    assert_eq!(reply.code(), error.code());
    assert_eq!(reply.enhanced(), error.code().enhanced(error.detail()));
}

fn parameters(text: &str) -> Parameters {
    text.parse().unwrap()
}

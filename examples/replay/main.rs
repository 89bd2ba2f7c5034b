//! Judges recorded sessions by a policy file: JSON lines in, JSON lines out, no network unless asked.
//!
//! ```sh
//! cargo run --release --features replay --example replay -- \
//!     --policy examples/policy.toml --zone examples/demo.zone < examples/sessions.jsonl
//! ```
//!
//! What stands in the lines is told by the documentation of `mailward::replay`. Without `--zone` and `--dns` every name
//! is NXDOMAIN. Exit status: 0 when every line was answered (one that is no session is answered by an error in its
//! place); 2 when a file could not be loaded, with its errors on standard error and nothing on standard output; 1 when
//! anything else went wrong.
//!
//! `--check` loads the files, prints what may not have been meant, a line each, and judges nothing: exit status 0 when
//! there is nothing to print, 3 with warnings, 2 with errors.

mod options;
mod policy;
mod resolver;

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use mailward::clock::SystemClock;
use mailward::diagnostic::{Diagnostic, Diagnostics, Place};
use mailward::dns::MemoryDns;
use mailward::guard::Shared;
use mailward::replay::{Replay, World};

use options::{HELP, Names, Options, Request, Task};
use policy::Policy;

fn main() -> ExitCode {
    let options = match Request::parse(std::env::args().skip(1)) {
        Ok(Request::Run(options)) => options,
        Ok(Request::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return failed(&format!("{error}\n\n{HELP}")),
    };
    let mut found = Diagnostics::new();
    let status = match options.task {
        Task::Check => check(&options, &mut found),
        Task::Judge => judge(&options, &mut found),
    };
    status.unwrap_or_else(|| {
        eprint!("{found}");
        ExitCode::from(NOT_LOADED)
    })
}

/// Prints what may not have been meant; `None` when a file cannot be loaded.
fn check(options: &Options, found: &mut Diagnostics) -> Option<ExitCode> {
    let (policy, zone) = load(options, found)?;
    let shared = Shared::new(zone, SystemClock::new());
    let guard = policy.guard(shared, found)?;
    policy.lint(&guard, found);
    if found.has_errors() {
        return None;
    }
    print!("{found}");
    Some(match found.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(WARNINGS),
    })
}

/// Judges what comes on standard input; `None` when a file cannot be loaded.
fn judge(options: &Options, found: &mut Diagnostics) -> Option<ExitCode> {
    let (policy, zone) = load(options, found)?;
    let world = match &options.names {
        Names::Servers(servers) => match resolver::world(servers, policy.dns()) {
            Ok(world) => world,
            Err(error) => return Some(failed(&error)),
        },
        Names::Nobody | Names::Zone(_) => World::simulated(zone),
    };
    let guard = |shared| policy.guard(shared, found).ok_or(());
    let mut replay = Replay::try_over(world, guard).ok()?;
    eprint!("{found}");
    Some(match replay.run(io::stdin().lock(), io::stdout().lock()) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    })
}

/// Reads policy and zone, both before either is missed, so that one run tells of the errors of both.
fn load(options: &Options, found: &mut Diagnostics) -> Option<(Policy, MemoryDns)> {
    let policy = Policy::read(&options.policy, found);
    let zone = match &options.names {
        Names::Zone(file) => read_zone(file, found),
        Names::Nobody | Names::Servers(_) => Some(MemoryDns::empty()),
    };
    Some((policy?, zone?))
}

fn read_zone(file: &Path, found: &mut Diagnostics) -> Option<MemoryDns> {
    let name = file.display().to_string();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            let what = format!("cannot be read: {error}");
            found.push(Diagnostic::error(Place::new(&name, 1, 1), what));
            return None;
        }
    };
    match MemoryDns::parse(&text) {
        Ok(zone) => Some(zone),
        Err(error) => {
            found.push(error.in_file(&name));
            None
        }
    }
}

fn failed(error: &dyn Display) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

// Exit statuses beside success and failure.
const NOT_LOADED: u8 = 2;
const WARNINGS: u8 = 3;

//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Request {
    Help,
    Run(Options),
}

/// What to do with which files.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) policy: PathBuf,
    pub(crate) names: Names,
    pub(crate) task: Task,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Check,
    Judge,
}

/// Who knows the names.
#[derive(Debug)]
pub(crate) enum Names {
    Nobody,
    Zone(PathBuf),
    Servers(Servers),
}

/// Real name servers.
#[derive(Debug)]
pub(crate) enum Servers {
    /// Those that the system is configured with.
    System,
    At(SocketAddr),
}

impl Request {
    /// Reads the arguments, without the program's own name. Both `--name value` and `--name=value` will do.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let (mut policy, mut zone, mut dns, mut task) = (None, None, None, Task::Judge);
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, attached) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            let mut value = || {
                let value = attached.clone().or_else(|| arguments.next());
                value.ok_or_else(|| format!("{name}: a value must follow"))
            };
            match name.as_str() {
                "--help" | "-h" => return Ok(Self::Help),
                "--check" => task = Task::Check,
                "--policy" => once(&name, &mut policy, value()?.into())?,
                "--zone" => once(&name, &mut zone, value()?.into())?,
                "--dns" => once(&name, &mut dns, servers(&value()?)?)?,
                "--format" => format(&value()?)?,
                "--site" => return Err("--site: policy.toml leaves nothing to it".to_owned()),
                _ => return Err(format!("{name}: unknown option")),
            }
        }
        let names = match (zone, dns) {
            (Some(_), Some(_)) => return Err("--zone and --dns: one of them".to_owned()),
            (Some(zone), None) => Names::Zone(zone),
            (None, Some(servers)) => Names::Servers(servers),
            (None, None) => Names::Nobody,
        };
        Ok(Self::Run(Options {
            policy: policy.ok_or("--policy: which file?")?,
            names,
            task,
        }))
    }
}

fn once<T>(name: &str, slot: &mut Option<T>, value: T) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("{name}: given twice")),
    }
}

fn servers(text: &str) -> Result<Servers, String> {
    match text {
        "system" => Ok(Servers::System),
        address => match address.parse() {
            Ok(address) => Ok(Servers::At(address)),
            Err(_) => Err(format!("--dns: {address}: neither system nor IP:PORT")),
        },
    }
}

fn format(text: &str) -> Result<(), String> {
    match text {
        "toml" => Ok(()),
        other => Err(format!("--format: {other}: only toml can be read")),
    }
}

pub(crate) const HELP: &str = "\
usage: replay --policy FILE [--format toml] [--zone FILE | --dns system|IP:PORT] < sessions.jsonl > outcomes.jsonl
       replay --policy FILE [--zone FILE] --check

  --policy FILE        what is allowed, as policy.toml
  --format FORMAT      of that file: toml
  --zone FILE          a name system in a master file; without it, and without --dns, no name exists
  --dns system         ask the name servers of this machine
  --dns IP:PORT        ask this name server
  --check              load, print what may not have been meant, and judge nothing
";

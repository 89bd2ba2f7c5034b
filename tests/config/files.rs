//! Tables: where they come from, and what is said when they do not.

use std::fs;
use std::path::PathBuf;

use mailward::clock::ManualClock;
use mailward::config::{self, MemoryFiles};
use mailward::diagnostic::Diagnostics;
use mailward::dns::MemoryDns;
use mailward::guard::Shared;

use crate::util::client;
use crate::{HOST, after, code, parsed};

fn shared() -> Shared {
    Shared::new(MemoryDns::empty(), ManualClock::new())
}

const TABLES: &str = "[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n[[check]]\nkind = 'sender-table'\nfile = 'auth.user'\n";

#[test]
fn a_table_that_is_missing_is_an_error_at_its_key() {
    let config = parsed(&format!("{HOST}{TABLES}"));
    let mut found = Diagnostics::new();
    assert!(
        config
            .build(&MemoryFiles::new(), shared(), &mut found)
            .is_none()
    );
    assert_eq!(
        found.to_string(),
        "policy.toml:5:8: error: there is no file auth.mta; expected a table, relative to the policy file\n\
         policy.toml:8:8: error: there is no file auth.user; expected a table, relative to the policy file\n"
    );
}

#[test]
fn errors_of_tables_and_of_the_policy_come_together() {
    let mut config = parsed(&format!("{HOST}{TABLES}"));
    config.checks[1].name = Some("client-table-1".to_owned());
    let files = MemoryFiles::new().with("auth.mta", "192.0.2.0/33 OK\n");
    let mut found = Diagnostics::new();
    assert!(config.build(&files, shared(), &mut found).is_none());
    let places: Vec<_> = found
        .iter()
        .map(|error| error.place().to_string())
        .collect();
    assert_eq!(
        places,
        ["policy.toml:6:1", "auth.mta:1:1", "policy.toml:8:8"],
        "{found}"
    );
}

/// A folder of its own, which is gone afterwards.
struct Site(PathBuf);

impl Site {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("mailward-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        for (file, text) in files {
            fs::write(path.join(file), text).unwrap();
        }
        Self(path)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_on_disk_names_its_tables_relative_to_itself() {
    let policy = format!("{HOST}{TABLES}");
    let site = Site::new(
        "load",
        &[
            ("policy.toml", &policy),
            ("auth.mta", "203.0.113.9 REJECT\n"),
            ("auth.user", "# none yet\n"),
        ],
    );
    let loaded = config::load(site.0.join("policy.toml"), shared()).unwrap();
    let table = site.0.join("auth.user").display().to_string();
    assert_eq!(
        loaded.warnings.to_string(),
        format!("{table}:1:1: warning: the file holds no rule\n")
    );
    assert_eq!(loaded.config, parsed(&policy));
    let mut dialogue = after(
        &loaded.guard,
        client("203.0.113.9"),
        &["EHLO mail.example.com", "MAIL FROM:<>"],
    );
    assert_eq!(code(&dialogue.line(b"RCPT TO:<bob@example.org>")), 554);
}

#[test]
fn what_cannot_be_loaded_from_disk_is_said() {
    let site = Site::new(
        "faults",
        &[
            ("policy.toml", &format!("{HOST}{TABLES}")),
            ("bad.toml", "x = 1"),
        ],
    );
    let shown = |file: &str| site.0.join(file).display().to_string();
    let found = config::load(site.0.join("policy.toml"), shared()).unwrap_err();
    assert_eq!(found.iter().count(), 2);
    assert!(found.to_string().contains("auth.mta"), "{found}");
    let found = config::load(site.0.join("bad.toml"), shared()).unwrap_err();
    assert!(found.to_string().starts_with(&format!(
        "{}:1:1: error: hostname is missing; ",
        shown("bad.toml")
    )));
    let found = config::load(site.0.join("none.toml"), shared()).unwrap_err();
    assert!(
        found.to_string().starts_with(&format!(
            "{}:1:1: error: there is no file ",
            shown("none.toml")
        )),
        "{found}"
    );
    let found = config::load(&site.0, shared()).unwrap_err();
    assert!(found.to_string().contains(" cannot be read: "), "{found}");
}

#[test]
fn one_pass_tells_of_the_file_and_of_its_tables() {
    let text = "hostname = 'mx.example.org'\nsecurty = 'secure'\n[[check]]\nkind = 'rate'\n[[check]]\nkind = 'client-table'\nfile = 'auth.mta'\n[[check]]\nkind = 'sender-table'\nfile = 'none'\n";
    let site = Site::new(
        "one-pass",
        &[("policy.toml", text), ("auth.mta", "192.0.2.1 REJCT\n")],
    );
    let found = config::load(site.0.join("policy.toml"), shared()).unwrap_err();
    let told: Vec<_> = found
        .iter()
        .map(|error| {
            let file = error.place().file().rsplit('/').next().unwrap();
            format!("{file}:{}:{}", error.place().line(), error.place().column())
        })
        .collect();
    assert_eq!(
        told,
        [
            "policy.toml:2:1",
            "policy.toml:4:8",
            "auth.mta:1:11",
            "policy.toml:10:8"
        ],
        "{found}"
    );
}

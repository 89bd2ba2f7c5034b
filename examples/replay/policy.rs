//! The policy file: the one place that knows how it is read.

use std::fs;
use std::path::{Path, PathBuf};

use mailward::config::{Config, DnsSettings, Folder};
use mailward::diagnostic::{Diagnostic, Diagnostics, Place};
use mailward::guard::{Guard, Shared};
use mailward::lint::lint;

/// A policy that was read.
pub(crate) struct Policy {
    config: Config,
    folder: PathBuf,
}

impl Policy {
    /// Reads the file; its tables come later.
    pub(crate) fn read(file: &Path, found: &mut Diagnostics) -> Option<Self> {
        let name = file.display().to_string();
        let text = match fs::read(file) {
            Ok(text) => text,
            Err(error) => {
                let what = format!("cannot be read: {error}");
                found.push(Diagnostic::error(Place::new(&name, 1, 1), what));
                return None;
            }
        };
        Some(Self {
            config: Config::parse(&name, text, found)?,
            folder: file.parent().unwrap_or_else(|| Path::new("")).to_owned(),
        })
    }

    /// How name servers are to be asked.
    pub(crate) fn dns(&self) -> &DnsSettings {
        self.config.dns()
    }

    /// Reads the tables, which are named relative to the file, and builds the guard.
    pub(crate) fn guard(&self, shared: Shared, found: &mut Diagnostics) -> Option<Guard> {
        self.config.build(&Folder::new(&self.folder), shared, found)
    }

    /// What the policy may not have meant to say.
    pub(crate) fn lint(&self, guard: &Guard, found: &mut Diagnostics) {
        lint(&self.config, guard, found);
    }
}

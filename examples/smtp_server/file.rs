//! The policy file: the guard that it makes when the server starts, and again whenever it is told to.

use std::fs;
#[cfg(unix)]
use std::io;
use std::path::{Path, PathBuf};

use mailward::config::{self, Config, DnsSettings, Folder};
use mailward::diagnostic::{Diagnostic, Diagnostics, Place};
use mailward::guard::{Guard, Shared};
use mailward::lint::lint;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
#[cfg(unix)]
use tokio::task;

/// A policy file, and the guard that was last made of it.
pub(crate) struct PolicyFile {
    path: PathBuf,
    /// The name system and the clock: the same for every guard.
    shared: Shared,
    /// What that name system was opened with.
    dns: DnsSettings,
    guards: watch::Sender<Guard>,
}

/// Reads the file, without its tables: from `[dns]` the name system is made, and on that the guard.
pub(crate) fn read(path: &Path, found: &mut Diagnostics) -> Option<Config> {
    let name = path.display().to_string();
    match fs::read(path) {
        Ok(text) => Config::parse(&name, text, found),
        Err(error) => {
            let what = format!("cannot be read: {error}");
            found.push(Diagnostic::error(Place::new(&name, 1, 1), what));
            None
        }
    }
}

impl PolicyFile {
    /// Makes the first guard; `None` when there are errors among what was found.
    pub(crate) fn begin(
        path: &Path,
        config: &Config,
        shared: Shared,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let tables = Folder::new(path.parent().unwrap_or_else(|| Path::new("")));
        let guard = config.build(&tables, shared.clone(), found)?;
        lint(config, &guard, found);
        (!found.has_errors()).then(|| Self {
            path: path.to_owned(),
            shared,
            dns: config.dns().clone(),
            guards: watch::Sender::new(guard),
        })
    }

    /// The guard of now, and those to come.
    pub(crate) fn guard(&self) -> watch::Receiver<Guard> {
        self.guards.subscribe()
    }

    /// Reads the file and its tables again. Connections that come after are judged by what they say now; what is on its
    /// way ends as it began, and an error changes nothing.
    ///
    /// Gives what may not have been meant; `Err` what is wrong.
    pub(crate) fn reload(&self) -> Result<Diagnostics, Diagnostics> {
        let loaded = config::load(&self.path, self.shared.clone())?;
        let mut found = loaded.warnings;
        lint(&loaded.config, &loaded.guard, &mut found);
        if found.has_errors() {
            return Err(found);
        }
        let (before, now) = (&self.dns, loaded.config.dns());
        if (before.cache, before.in_flight) != (now.cache, now.in_flight) {
            let what = "cache and in-flight stay as they were when the server started";
            found.push(Diagnostic::warning(loaded.config.place("dns"), what));
        }
        self.guards.send_replace(loaded.guard);
        Ok(found)
    }

    /// Reloads at each SIGHUP, and says on standard error what came of it.
    #[cfg(unix)]
    pub(crate) fn reload_at_hangup(self) -> io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                // Tables may be large, and others have their dialogues meanwhile.
                let (found, done) = match task::block_in_place(|| self.reload()) {
                    Ok(warnings) => (warnings, "loaded again"),
                    Err(errors) => (errors, "not loaded; what was loaded before stays"),
                };
                eprint!("{found}");
                eprintln!("smtp_server: {}: {done}", self.path.display());
            }
        });
        Ok(())
    }
}

//! What a policy file may not have meant: warnings about a configuration that loads, and a proof of its relay control.
//!
//! [`lint`] warns of rules that can never fire, of permanent answers to what may be trouble, and of a perimeter that is wider
//! than it looks. Each warning stands at its place in the file. And it tries relay control, as the guard has it, at each border
//! that the file draws and just beside it, against a second reading of the file that shares no code with the first: where
//! they disagree, that is an error, and the file is not to be used.
//!
//! ```
//! use mailward::clock::SystemClock;
//! use mailward::config::{Config, MemoryFiles};
//! use mailward::diagnostic::Diagnostics;
//! use mailward::dns::MemoryDns;
//! use mailward::guard::Shared;
//! use mailward::lint::lint;
//!
//! let text = "hostname = 'mx.example.org'\nsoft = true\n\n[perimeter]\ndomains = ['example.org']\n";
//! let mut found = Diagnostics::new();
//! let config = Config::parse("policy.toml", text, &mut found).unwrap();
//! let shared = Shared::new(MemoryDns::empty(), SystemClock::new());
//! let guard = config.build(&MemoryFiles::new(), shared, &mut found).unwrap();
//! lint(&config, &guard, &mut found);
//! assert_eq!(found.to_string(), "policy.toml:2:8: warning: nothing is refused for good while soft is true\n");
//! ```

mod border;
mod proof;
mod reading;
mod row;

// For the files of this folder, which know each other only through this one.
use reading::{Reading, ends};

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::guard::Guard;

/// Warns of what the file may not have meant, and proves relay control. The guard is the one that was built from it.
pub fn lint(config: &Config, guard: &Guard, found: &mut Diagnostics) {
    let mut warnings: Vec<Warning> = border::warnings(config);
    warnings.extend(row::warnings(config));
    let warnings = warnings.into_iter().map(|Warning { path, what }| {
        let place = config.place(&path);
        (
            (place.line(), place.column()),
            Diagnostic::warning(place, what),
        )
    });
    let mut warnings: Vec<_> = warnings.collect();
    warnings.sort_by_key(|(place, _)| *place);
    found.extend(warnings.into_iter().map(|(_, warning)| warning));
    found.extend(proof::disagreements(config, guard.perimeter()));
}

/// A warning, by the path of the keys where it stands.
struct Warning {
    path: String,
    what: String,
}

impl Warning {
    fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            what: what.into(),
        }
    }
}

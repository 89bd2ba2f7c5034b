//! Policy files: no panic, an error names a line of the text, and what was read is what its print says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::clock::ManualClock;
use mailward::config::{Config, MemoryFiles};
use mailward::diagnostic::Diagnostics;
use mailward::dns::MemoryDns;
use mailward::guard::Shared;

fuzz_target!(|text: &[u8]| {
    let mut found = Diagnostics::new();
    let Some(config) = Config::parse("policy.toml", text, &mut found) else {
        let lines = text.split(|octet| *octet == b'\n').count();
        assert!(found.has_errors());
        assert!(found.iter().all(|error| error.place().line() <= lines), "{found}");
        return;
    };
    assert!(!found.has_errors(), "{found}");
    let print = config.to_toml();
    assert_eq!(Config::parse("policy.toml", &print, &mut found).as_ref(), Some(&config), "{print}\n{found}");
    // Its tables are not there; all else must build.
    let shared = Shared::new(MemoryDns::empty(), ManualClock::new());
    let tables = config.checks.iter().filter(|check| check.check.table().is_some());
    let mut found = Diagnostics::new();
    let missing = tables.count();
    assert_eq!(config.build(&MemoryFiles::new(), shared, &mut found).is_some(), missing == 0, "{found}");
});

//! A guard from a policy file and its tables: what it would warn about, and how it judges a dialogue.
//!
//! `cargo run --example from_config [POLICY.toml]`

use mailward::config::{self, Loaded};
use mailward::diagnostic::Diagnostics;
use mailward::lint::lint;
use mailward::{Shared, clock::SystemClock, dns::MemoryDns};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let policy = std::env::args().nth(1);
    let policy = policy
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policy.toml").to_owned());
    let dns = MemoryDns::parse(
        "9.113.0.203.bl.example.net. A 127.0.0.2\nexample.com. MX 10 mail.example.com.",
    )?;
    let (loaded, said) = match load(&policy, Shared::new(dns, SystemClock::new())) {
        Ok(loaded) => loaded,
        Err(faults) => {
            eprint!("{faults}");
            std::process::exit(2);
        }
    };
    eprint!("{said}");
    let dns = loaded.config.dns();
    println!(
        "{} checks; a resolver for {} questions at a time",
        loaded.config.checks.len(),
        dns.in_flight
    );

    for (client, recipient) in [
        ("203.0.113.9", "bob@example.org"),
        ("203.0.113.8", "bob@example.org"),
        ("203.0.113.8", "old@example.org"),
    ] {
        let (mut dialogue, _) = loaded
            .guard
            .connect_blocking(client.parse::<std::net::IpAddr>()?);
        let _ = dialogue.line(b"EHLO mail.example.com");
        let _ = dialogue.line(b"MAIL FROM:<ann@example.com>");
        let outcome = dialogue.line(format!("RCPT TO:<{recipient}>").as_bytes());
        print!("{client} to {recipient}: {}", outcome.reply);
    }
    Ok(())
}

/// The guard, and all that was said of its file.
fn load(policy: &str, shared: Shared) -> Result<(Loaded, Diagnostics), Diagnostics> {
    let loaded = config::load(policy, shared)?;
    let mut said = loaded.warnings.clone();
    lint(&loaded.config, &loaded.guard, &mut said);
    if said.has_errors() {
        return Err(said);
    }
    Ok((loaded, said))
}

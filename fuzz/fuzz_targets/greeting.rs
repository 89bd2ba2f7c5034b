//! Greetings: no panic; nothing that is not the client's own address compares equal to it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::client::ClientIp;
use mailward::helo::{self, Claim, LiteralMatch};

fuzz_target!(|argument: &str| {
    let client: ClientIp = "203.0.113.9".parse().unwrap();
    let claim = helo::read(argument);
    if claim.literal(client) == LiteralMatch::Peer {
        assert!(argument.starts_with('[') && matches!(claim, Claim::Literal(_)), "{argument:?}");
    }
    if let Claim::Name(name) = claim {
        assert!(argument.to_ascii_lowercase().starts_with(name.as_str()), "{argument:?}");
    }
});

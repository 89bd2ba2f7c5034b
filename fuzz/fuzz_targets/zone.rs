//! Zone files: no panic, and an error names a place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::client::ClientIp;
use mailward::dns::{Dns, MemoryDns};

fuzz_target!(|text: &str| match MemoryDns::parse(text) {
    Ok(dns) => {
        let client: ClientIp = "203.0.113.9".parse().unwrap();
        assert!(dns.ptr(client).is_ready());
    }
    Err(error) => assert!(error.line() <= text.split('\n').count().max(1), "{error}"),
});

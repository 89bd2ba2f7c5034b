//! PROXY headers: no panic, no octet beyond the header used, and print-parse.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::wire::proxy::{Parsed, ProxyHeader};

fuzz_target!(|octets: &[u8]| {
    if let Ok(Parsed::Complete { header, used }) = ProxyHeader::parse(octets) {
        assert!(used <= octets.len() && used <= ProxyHeader::MAX_LEN);
        let printed = header.to_string();
        let again = Parsed::Complete { header, used: printed.len() };
        assert_eq!(ProxyHeader::parse(printed.as_bytes()).as_ref(), Ok(&again), "{printed}");
    }
});

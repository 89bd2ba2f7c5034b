//! PROXY headers of both versions: no panic, no octet beyond the header used, and print-parse.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::wire::proxy::{Parsed, ProxyHeader};

fuzz_target!(|octets: &[u8]| {
    let parsed = ProxyHeader::parse(octets);
    if let Ok(Parsed::Complete { header, used }) = parsed {
        let most = if octets.starts_with(b"PROXY ") { ProxyHeader::MAX_LEN } else { ProxyHeader::MAX_LEN_V2 };
        assert!(used <= octets.len() && used <= most);
        for printed in [header.to_string().into_bytes(), header.to_v2()] {
            let again = Parsed::Complete { header, used: printed.len() };
            assert_eq!(ProxyHeader::parse(&printed).as_ref(), Ok(&again), "{header}");
        }
    }
    if parsed != Ok(Parsed::Incomplete) {
        let more = [octets, b"\r\nPROXY"].concat();
        assert_eq!(ProxyHeader::parse(&more), parsed, "more octets changed what was decided");
    }
});

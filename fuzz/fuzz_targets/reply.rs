//! Whatever text goes in, each line of a reply is printable ASCII, at most 512 octets, with one code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::reply::{Detail, Reply, ReplyCode, ReplyText};

fuzz_target!(|input: (u16, u16, u16, &str)| {
    let (code, subject, detail, text) = input;
    let Ok(code) = ReplyCode::new(code) else { return };
    let reply = Reply::new(code, Detail::new(subject, detail).ok(), ReplyText::sanitize(text)).to_string();
    let prefix = code.to_string();
    assert!(reply.ends_with("\r\n"));
    for line in reply.split_inclusive("\r\n") {
        assert!(line.len() <= 512 && line.starts_with(&prefix), "{line:?}");
        assert!(line.trim_end_matches("\r\n").bytes().all(|octet| matches!(octet, b' '..=b'~')), "{line:?}");
    }
});

//! Paths, mailboxes, names and patterns: no panic, and printing then parsing gives the value back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::address::{ForwardPath, Mailbox, ReversePath};
use mailward::client::{ClientIp, Network};
use mailward::name::{Name, NamePattern};

macro_rules! round_trip {
    ($text:expr, $($type:ty),*) => {$(
        if let Ok(value) = $text.parse::<$type>() {
            let printed = value.to_string();
            assert_eq!(printed.parse::<$type>().as_ref(), Ok(&value), "{printed}");
        }
    )*};
}

fuzz_target!(|text: &str| {
    round_trip!(text, ReversePath, ForwardPath, Mailbox, Name, NamePattern, ClientIp, Network);
});

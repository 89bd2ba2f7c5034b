//! Table files: no panic, errors name a line of the text, and what is printed reads as the same rules.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::client::ClientIp;
use mailward::diagnostic::Diagnostics;
use mailward::table::{HostTable, MailboxTable, Subdomains};

fuzz_target!(|text: &[u8]| {
    let mut found = Diagnostics::new();
    let hosts = HostTable::read("f", text, Subdomains::Explicit, &mut found);
    assert_eq!(hosts.is_none(), found.has_errors());
    let lines = text.split(|octet| *octet == b'\n').count();
    assert!(found.iter().all(|told| (1..=lines).contains(&told.place().line())));
    if let Some(table) = hosts {
        let again = HostTable::read(
            "f",
            table.to_string().as_bytes(),
            Subdomains::Explicit,
            &mut Diagnostics::new(),
        );
        assert_eq!(again.unwrap().rules(), table.rules());
        let client: ClientIp = "203.0.113.9".parse().unwrap();
        let _ = table.lookup(client, &[]);
    }

    let mut found = Diagnostics::new();
    let senders = MailboxTable::read_senders("f", text, Subdomains::Implied, &mut found);
    assert_eq!(senders.is_none(), found.has_errors());
    if let Some(table) = senders {
        let again = MailboxTable::read_senders(
            "f",
            table.to_string().as_bytes(),
            Subdomains::Implied,
            &mut Diagnostics::new(),
        );
        assert_eq!(again.unwrap().rules(), table.rules());
        let _ = table.lookup(&"ann+list@a.example.org".parse().unwrap());
    }
});

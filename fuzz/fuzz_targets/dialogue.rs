//! Whole sessions: whatever an outside client says, every reply is well-formed and nothing is relayed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::client::ClientIp;
use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::guard::{Guard, Shared};
use mailward::name::Name;
use mailward::policies::{Blocklist, Greeting, SenderDomain, VerifiedClient};
use mailward::policy::RefuseAt;
use mailward::rbl::Zone;
use mailward::relay::{Destination, Perimeter};
use mailward::wording::Security;

fn guard(refuse_at: RefuseAt, security: Security) -> Guard {
    let name = |text| Name::parse(text).unwrap();
    let dns = MemoryDns::parse("example.com. MX 10 mail.example.com.").unwrap().without_log();
    let perimeter = Perimeter::new(name("mx.example.org")).domain("example.org".parse().unwrap());
    Guard::builder(perimeter.clone(), Shared::new(dns, ManualClock::new()))
        .refuse_at(refuse_at)
        .security(security)
        .check(VerifiedClient::new())
        .check(Blocklist::new([Zone::new(name("bl.example.net"))]))
        .check(Greeting::new(&perimeter))
        .check(SenderDomain::new())
        .build()
}

fuzz_target!(|input: (bool, bool, &[u8])| {
    let (early, friendly, octets) = input;
    let refuse_at = if early { RefuseAt::Earliest } else { RefuseAt::Recipient };
    let guard = guard(refuse_at, if friendly { Security::Friendly } else { Security::Secure });
    let (mut dialogue, _) = guard.connect_blocking("203.0.113.9".parse::<ClientIp>().unwrap());
    for line in octets.split(|octet| *octet == b'\n').take(64) {
        let before = dialogue.session().accepted_recipients();
        let outcome = dialogue.line(line);
        for reply in outcome.reply.to_string().split_inclusive("\r\n") {
            assert!(reply.len() <= 512 && reply.ends_with("\r\n") && reply.is_ascii(), "{reply:?}");
        }
        if dialogue.session().accepted_recipients() > before {
            let command = mailward::wire::smtp::Command::parse(line).unwrap();
            let mailward::wire::smtp::Command::Rcpt { to, .. } = command else { panic!("{command}") };
            assert_eq!(guard.perimeter().destination(to.recipient()), Destination::Local, "{to}");
        }
    }
});

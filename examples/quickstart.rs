//! From nothing to the first refusal. The same lines stand in `README.md`.

use mailward::policies::{Blocklist, VerifiedClient};
use mailward::{Guard, Perimeter, PolicyExt, Shared};
use mailward::{clock::SystemClock, dns::MemoryDns, rbl::Zone};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dns = MemoryDns::parse("9.113.0.203.bl.example.net. A 127.0.0.2")?;
    let home = Perimeter::new("mx.example.org".parse()?).domain("example.org".parse()?);
    let guard = Guard::builder(home, Shared::new(dns, SystemClock::new()))
        .check(VerifiedClient::new().dry_run())
        .check(Blocklist::new([Zone::new("bl.example.net".parse()?)]))
        .build();

    let (mut dialogue, greeting) = guard.connect_blocking(std::net::IpAddr::from([203, 0, 113, 9]));
    print!("{}", greeting.reply); // 220 mx.example.org ESMTP
    let _ = dialogue.line(b"EHLO mail.example.com");
    let _ = dialogue.line(b"MAIL FROM:<ann@example.com>");
    let outcome = dialogue.line(b"RCPT TO:<bob@example.org>");
    print!("{}{}", outcome.reply, outcome.trace);
    Ok(())
}

//! Sessions in JSON lines: each line of input has one line of output, which is JSON, and no reply breaks out of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mailward::dns::MemoryDns;
use mailward::guard::Guard;
use mailward::name::Name;
use mailward::policies::{Blocklist, VerifiedClient};
use mailward::policy::PolicyExt;
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::replay::{Replay, World};
use mailward::wording::Security;

fn replay() -> Replay {
    let name = |text| Name::parse(text).unwrap();
    let zone = "9.113.0.203.bl.example.net. A !delay=1s 127.0.0.2\nslow.example. ANY !timeout";
    let perimeter = Perimeter::new(name("mx.example.org"))
        .domain("example.org".parse().unwrap())
        .proxy("192.0.2.10".parse().unwrap());
    Replay::over(World::simulated(MemoryDns::parse(zone).unwrap()), |shared| {
        Guard::builder(perimeter, shared)
            .security(Security::Friendly)
            .check(VerifiedClient::new().dry_run())
            .check(Blocklist::new([Zone::new(name("bl.example.net"))]))
            .build()
    })
}

fuzz_target!(|input: &[u8]| {
    let mut output = Vec::new();
    let summary = replay().run(input, &mut output).unwrap();
    let lines = input.split(|octet| *octet == b'\n').count();
    let lines = if input.is_empty() || input.ends_with(b"\n") { lines - 1 } else { lines };
    assert_eq!(summary.lines(), lines as u64);
    let output = String::from_utf8(output).unwrap();
    assert_eq!(output.lines().count(), lines);
    let mut malformed = 0;
    for line in output.lines() {
        let told: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(steps) = told["steps"].as_array() else {
            assert!(told["error"].is_string() && told["line"].is_u64(), "{line}");
            malformed += 1;
            continue;
        };
        assert_eq!(steps[0]["command"], "connect");
        for (ordinal, step) in (1..).zip(steps) {
            let reply = step["reply"].as_str().unwrap();
            assert!(reply.bytes().all(|octet| octet == b'\n' || (b' '..=b'~').contains(&octet)), "{reply:?}");
            assert!(reply.starts_with(&step["code"].to_string()), "{reply}");
            let is_last = ordinal == steps.len();
            assert!(step["then"] != "close" || is_last, "{line}");
        }
    }
    assert_eq!(summary.malformed(), malformed);
});

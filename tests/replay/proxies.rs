//! Headers of the PROXY protocol.

use mailward::policy::{PolicyExt, policy_fn};
use mailward::verdict::{Judgement, Reason, Refusal, Stage, Subject};
use mailward::wire::proxy::ProxyHeader;
use serde_json::{Value, json};

use crate::{brief, replay, steps_of};

const PROXY: &str = "192.0.2.10";
const HEADER: &str = "PROXY TCP4 203.0.113.9 192.0.2.25 40000 25";

/// The client that was judged at connect, or the step where there was none.
fn judged(peer: &str, commands: &Value) -> String {
    let sees = policy_fn(|inquiry| -> Judgement {
        let client = inquiry.session.client();
        let port = client.port().unwrap_or_default();
        let (ip, via, id) = (client.ip(), client.via(), client.id().unwrap());
        let seen = format!("{ip} {port} {via:?} {id}");
        Refusal::new(Reason::custom(seen, Subject::Client)).into()
    });
    let mut replay = replay("", |guard| guard.check(sees.at(Stage::Connect)));
    let steps = steps_of(&mut replay, peer, commands);
    steps[0]["reason"].as_str().unwrap().to_owned()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn v2() -> Vec<u8> {
    let Ok(mailward::wire::proxy::Parsed::Complete { header, .. }) =
        ProxyHeader::parse(format!("{HEADER}\r\n").as_bytes())
    else {
        panic!("whole");
    };
    header.to_v2()
}

#[test]
fn a_listed_proxy_names_the_client() {
    let named = "203.0.113.9 40000 Proxy(ClientIp(192.0.2.10)) s1";
    assert_eq!(judged(PROXY, &json!([{"proxy": HEADER}, "QUIT"])), named);
    assert_eq!(judged(PROXY, &json!([{"proxy-hex": hex(&v2())}])), named);
    assert_eq!(
        judged("::ffff:192.0.2.10", &json!([{"proxy": HEADER}])),
        named
    );
    let nobody = "192.0.2.10 0 ProxyUnknown s1";
    assert_eq!(judged(PROXY, &json!([{"proxy": "PROXY UNKNOWN"}])), nobody);
    let local = hex(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0");
    assert_eq!(judged(PROXY, &json!([{"proxy-hex": local}])), nobody);
}

#[test]
fn time_and_zone_may_change_before_the_header() {
    let commands = json!([{"wait": "1s"}, {"zone": "a.example. A 192.0.2.1"}, {"proxy": HEADER}]);
    assert!(judged(PROXY, &commands).starts_with("203.0.113.9"));
}

#[test]
fn a_listed_proxy_without_a_header_hears_421() {
    let mut replay = replay("", |guard| guard);
    let step = |reason: &str| {
        json!({
            "command": "connect", "verdict": "refuse", "code": 421, "enhanced": "4.5.0",
            "reply": "421 4.5.0 A PROXY header is expected here.", "reason": reason, "rule": null, "then": "close",
            "queries": 0
        })
    };
    for (commands, reason) in [
        (json!([]), "proxy-header-missing"),
        (json!(["EHLO a.example", "QUIT"]), "proxy-header-missing"),
        (
            json!(["EHLO a.example", {"proxy": HEADER}]),
            "proxy-header-missing",
        ),
        (
            json!([{"early-talker": true}, {"proxy": HEADER}]),
            "proxy-header-missing",
        ),
        (
            json!([{"proxy": "PROXY TCP4"}, "QUIT"]),
            "proxy-header-malformed",
        ),
        (
            json!([{"proxy": format!("{HEADER}\r\n")}]),
            "proxy-header-malformed",
        ),
        (
            json!([{"proxy": format!("{HEADER}\r\nPROXY UNKNOWN")}]),
            "proxy-header-malformed",
        ),
        (json!([{"proxy-hex": ""}]), "proxy-header-malformed"),
        (
            json!([{"proxy-hex": hex(&v2()[..20])}]),
            "proxy-header-malformed",
        ),
        (
            json!([{"proxy-hex": hex(&[&v2()[..], b"x"].concat())}]),
            "proxy-header-malformed",
        ),
    ] {
        let steps = steps_of(&mut replay, PROXY, &commands);
        assert_eq!(steps, [step(reason)], "{commands}");
    }
}

#[test]
fn from_anyone_else_a_header_is_a_bad_command() {
    let mut replay = replay("", |guard| guard);
    let commands = json!([{"proxy": HEADER}, {"proxy-hex": hex(&v2())}, "NOOP"]);
    let steps = steps_of(&mut replay, "203.0.113.77", &commands);
    let briefly = brief(&steps);
    assert_eq!(briefly[0], "connect 220 -");
    assert_eq!(briefly[1], format!("{HEADER} 500 bad-syntax"));
    assert!(
        briefly[2].starts_with("\\r\\n\\r\\n\\x00\\r\\nQUIT\\n!"),
        "{}",
        briefly[2]
    );
    assert!(briefly[2].ends_with(" 500 bad-syntax"), "{}", briefly[2]);
    assert_eq!(briefly[3], "NOOP 250 -");
}

#[test]
fn a_second_header_is_a_bad_command() {
    let mut replay = replay("", |guard| guard);
    let commands = json!([{"proxy": HEADER}, {"proxy": HEADER}, "NOOP"]);
    let steps = steps_of(&mut replay, PROXY, &commands);
    assert_eq!(
        brief(&steps),
        [
            "connect 220 -".to_owned(),
            format!("{HEADER} 500 bad-syntax"),
            "NOOP 250 -".to_owned()
        ]
    );
}

/// What follows the 421 happens to the world, though not to the connection.
#[test]
fn the_world_goes_on_after_a_421() {
    let mut replay = replay("", crate::named_clients);
    steps_of(&mut replay, PROXY, &json!(["NOOP", {"zone": crate::NAMED}]));
    let steps = crate::steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]),
    );
    assert_eq!(steps[2]["code"], 250);
}

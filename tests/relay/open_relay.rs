//! The classic tests for open relays, and what only looks like them.

use mailward::address::ForwardPath;
use mailward::relay::{Destination, Side, permits};

use crate::perimeter;
use crate::util::recipient;

/// The classic tests for open relays, rows 12 to 66 of the union of the published lists: third.example is foreign,
/// example.org ours, mx.example.org our host, 192.0.2.25 our address, partner.example a domain we relay to.
const RELAY_TESTS: &[&str] = &[
    "<victim%third.example@[192.0.2.25]>",
    "<victim%third.example@mx.example.org>",
    "<victim%third.example@example.org>",
    "<victim%third.example@partner.example>",
    "<victim%third.example>",
    "<victim%third.example@>",
    "<\"victim@third.example\">",
    "<\"victim%third.example\">",
    "<\"victim@third.example\"@[192.0.2.25]>",
    "<\"victim@third.example\"@mx.example.org>",
    "<\"victim@third.example\"@example.org>",
    "<\"victim%third.example\"@example.org>",
    "<victim@third.example@[192.0.2.25]>",
    "<victim@third.example@mx.example.org>",
    "<victim@third.example@example.org>",
    "<victim@third.example@partner.example>",
    "<victim@example.org@third.example>",
    "<@[192.0.2.25]:victim@third.example>",
    "<@mx.example.org:victim@third.example>",
    "<@example.org:victim@third.example>",
    "<@partner.example:victim@third.example>",
    "<@example.org,@other.example:victim@third.example>",
    "<@third.example:victim%third.example@example.org>",
    "<third.example!victim>",
    "<third.example!victim@[192.0.2.25]>",
    "<third.example!victim@mx.example.org>",
    "<third.example!victim@example.org>",
    "<example.org!third.example!victim>",
    "<\"third.example!victim\"@example.org>",
    "<third.example!victim@partner.example>",
    "<victim%other.example%third.example@example.org>",
    "<@example.org:third.example!victim>",
    "<third.example!victim%other.example@example.org>",
    "<IMCEASMTP-victim+40third+2Eexample@example.org>",
    "<imceasmtp-victim+40third+2eexample@example.org>",
    "<\"IMCEA victim@third.example\"@example.org>",
    "<\"a@example.org, victim@third.example\"@example.org>",
    "<\"victim@third.example,\"@example.org>",
    "<a@example.org>,<victim@third.example>",
    "<victim%40third.example@example.org>",
    "<\"victim\\@third.example\"@example.org>",
    "<victim\\@third.example@example.org>",
    "<\"victim@third.example\"@partner.example>",
    "<victim@third.example(example.org)>",
    "<victim(@example.org)@third.example>",
    "<\"\"victim@third.example\"\"@example.org>",
    "<@:victim@third.example>",
    "<:victim@third.example@example.org>",
    "<victim:third.example@example.org>",
    "<third.example::victim@example.org>",
    "<\"third.example::victim\"@example.org>",
    "<victim@[203.0.113.25]>",
    "<victim@localhost>",
    "<victim@[127.0.0.1]>",
    "<victim@[0.0.0.0]>",
    "<victim@third.example>",
];

#[test]
fn no_classic_relay_test_gets_through() {
    let perimeter = perimeter();
    for path in RELAY_TESTS {
        let Ok(path) = ForwardPath::parse(path) else {
            continue;
        };
        let side = perimeter.destination(path.recipient()).side();
        assert!(!permits(Side::External, side), "{path}");
    }
}

#[test]
fn look_alikes_are_ours() {
    for text in [
        "list-bounces+ann=example.com@example.org",
        "SRS0=HHH=TT=third.example=ann@example.org",
        "prvs=1234abcd=ann@example.org",
        "ann+third.example@example.org",
        "\"john doe\"@example.org",
        "o'brien@example.org",
    ] {
        assert_eq!(
            perimeter().destination(&recipient(text)),
            Destination::Local,
            "{text}"
        );
    }
}

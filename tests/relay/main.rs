//! Relay control: nobody outside sends through us to somebody outside.

#[path = "../util/mod.rs"]
mod util;

mod backup;
mod connections;
mod open_relay;
mod perimeter;

use mailward::relay::{Login, Perimeter, Side, permits};
use util::{ip, name, network, pattern};

#[test]
fn the_rule_is_four_rows() {
    assert!(permits(Side::Internal, Side::Internal));
    assert!(permits(Side::Internal, Side::External));
    assert!(permits(Side::External, Side::Internal));
    assert!(!permits(Side::External, Side::External));
    assert_eq!(Side::default(), Side::External);
    assert_eq!(Login::default(), Login::Anonymous);
}

fn perimeter() -> Perimeter {
    Perimeter::new(name("mx.example.org"))
        .network(network("127.0.0.0/8"))
        .network(network("192.0.2.0/24"))
        .network(network("2001:db8:1::/48"))
        .name(pattern("*.inside.example"))
        .domain(pattern("example.org"))
        .domain(pattern("*.example.net"))
        .relay_to(pattern("partner.example"))
        .literal(ip("192.0.2.25"))
        .proxy(network("192.0.2.10"))
        .proxy(network("192.0.2.11"))
}

//! Client addresses and networks: one form for each address, all spellings of a network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mailward::client::{Client, ClientIp, Family, Network, Via};
use proptest::prelude::*;

#[track_caller]
fn ip(text: &str) -> ClientIp {
    ClientIp::parse(text).unwrap()
}

#[track_caller]
fn network(text: &str) -> Network {
    Network::parse(text).unwrap()
}

#[track_caller]
fn network_err(text: &str) -> String {
    Network::parse(text).unwrap_err().to_string()
}

#[test]
fn mapped_addresses_are_ipv4() {
    for text in [
        "::ffff:192.0.2.1",
        "::FFFF:c000:201",
        "0:0:0:0:0:ffff:192.0.2.1",
    ] {
        assert_eq!(ip(text), ip("192.0.2.1"), "{text}");
        assert_eq!(ip(text).to_string(), "192.0.2.1");
        assert_eq!(ip(text).family(), Family::V4);
        assert_eq!(ip(text).as_ip(), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    }
    assert!(ip("::ffff:127.0.0.1").is_loopback());
}

#[test]
fn other_embeddings_stay_ipv6() {
    // Compatible, NAT64, 6to4, and the translated form of RFC 2765.
    for text in [
        "::192.0.2.1",
        "64:ff9b::192.0.2.1",
        "2002:c000:201::",
        "::ffff:0:192.0.2.1",
    ] {
        assert_eq!(ip(text).family(), Family::V6, "{text}");
        assert_ne!(ip(text), ip("192.0.2.1"));
    }
    assert!(!ip("::127.0.0.1").is_loopback());
    assert!(ip("::1").is_loopback() && ip("127.255.0.1").is_loopback());
}

#[test]
fn what_is_no_address_is_refused() {
    for text in [
        "192.0.2",
        "192.0.2.1.1",
        "192.0.2.256",
        "192.0.2.01",
        "0x7f.0.0.1",
        "127.1",
        "2130706433",
        "192.0.2.1:25",
        "[192.0.2.1]",
        "192.0.2.1/32",
        "192.0.2.-1",
        "192.0.2.+1",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::2::3",
        ":::",
        ":1",
        "12345::",
        "::ffff:192.0.2.01",
        "[::1]",
        "IPv6:::1",
        "::g",
        "mx.example",
        "١٩٢.0.2.1",
    ] {
        let error = ClientIp::parse(text).unwrap_err().to_string();
        assert!(error.ends_with(": not an IPv4 or IPv6 address"), "{error}");
    }
    for (text, fault) in [
        ("", r#""": not an IPv4 or IPv6 address"#),
        (" 192.0.2.1", r#"" 192.0.2.1": not an IPv4 or IPv6 address"#),
        (
            "192.0.2.1\n",
            r#""192.0.2.1\n": not an IPv4 or IPv6 address"#,
        ),
        (
            "fe80::1%eth0",
            "fe80::1%eth0: an address with a zone means nothing elsewhere",
        ),
        (
            "fe80::1%2",
            "fe80::1%2: an address with a zone means nothing elsewhere",
        ),
    ] {
        assert_eq!(ClientIp::parse(text).unwrap_err().to_string(), fault);
    }
    assert!(
        ClientIp::parse(&"1".repeat(1_000_000))
            .unwrap_err()
            .to_string()
            .len()
            < 150
    );
}

#[test]
fn ipv4_orders_before_ipv6() {
    let mut ips = ["::", "255.255.255.255", "10.0.0.9", "::ffff:10.0.0.10"].map(ip);
    ips.sort();
    assert_eq!(
        ips,
        ["10.0.0.9", "10.0.0.10", "255.255.255.255", "::"].map(ip)
    );
}

#[test]
fn every_spelling_of_a_network_is_read() {
    for (text, printed) in [
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("192.0.2.1/32", "192.0.2.1/32"),
        ("192.0.2.1", "192.0.2.1/32"),
        ("192.0.2", "192.0.2.0/24"),
        ("192.0", "192.0.0.0/16"),
        ("10", "10.0.0.0/8"),
        ("0", "0.0.0.0/8"),
        ("10.11.*.*", "10.11.0.0/16"),
        ("10.11.*", "10.11.0.0/16"),
        ("10.*", "10.0.0.0/8"),
        ("10.1.2.*", "10.1.2.0/24"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::/0", "::/0"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("2001:db8", "2001:db8::/32"),
        ("2001:db8:0:1", "2001:db8:0:1::/64"),
        ("1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0/112"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
        ("::ffff:0:0/96", "0.0.0.0/0"),
        ("::ffff:192.0.2.1", "192.0.2.1/32"),
        ("::ffff:192.0.2.1/128", "192.0.2.1/32"),
    ] {
        assert_eq!(network(text).to_string(), printed, "{text}");
        assert_eq!(network(printed), network(text), "{text}");
    }
}

#[test]
fn host_bits_show_the_network_meant() {
    for (text, fault) in [
        (
            "192.168.1.0/23",
            "192.168.1.0/23: host bits set; the network is 192.168.0.0/23",
        ),
        (
            "192.0.2.1/0",
            "192.0.2.1/0: host bits set; the network is 0.0.0.0/0",
        ),
        (
            "2001:db8::1/32",
            "2001:db8::1/32: host bits set; the network is 2001:db8::/32",
        ),
        (
            "::ffff:192.0.2.1/120",
            "::ffff:192.0.2.1/120: host bits set; the network is 192.0.2.0/24",
        ),
    ] {
        assert_eq!(network_err(text), fault);
    }
}

#[test]
fn what_is_no_network_is_refused() {
    for (text, fault) in [
        ("", r#""": not an address or a network"#),
        ("*", "*: not an address or a network"),
        ("*.*.*.*", "*.*.*.*: not an address or a network"),
        ("*.1", "*.1: not an address or a network"),
        ("10.*.1", "10.*.1: not an address or a network"),
        ("10.*.*.*.*", "10.*.*.*.*: not an address or a network"),
        ("192.0.2.", "192.0.2.: not an address or a network"),
        (".", ".: not an address or a network"),
        ("192.0.02", "192.0.02: not an address or a network"),
        ("256", "256: not an address or a network"),
        ("+1", "+1: not an address or a network"),
        ("1.2.3.4.5", "1.2.3.4.5: not an address or a network"),
        ("192.0.2/24", "192.0.2/24: not an address or a network"),
        ("/8", "/8: not an address or a network"),
        ("example.org", "example.org: not an address or a network"),
        ("2001:", "2001:: not an address or a network"),
        (":", ":: not an address or a network"),
        ("+1:2", "+1:2: not an address or a network"),
        ("12345:1", "12345:1: not an address or a network"),
        (
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8:9: not an address or a network",
        ),
        (
            "192.0.2.0/33",
            "192.0.2.0/33: the prefix length is a number from 0 to 32",
        ),
        (
            "192.0.2.0/",
            "192.0.2.0/: the prefix length is a number from 0 to 32",
        ),
        (
            "192.0.2.0/024",
            "192.0.2.0/024: the prefix length is a number from 0 to 32",
        ),
        (
            "192.0.2.0/+24",
            "192.0.2.0/+24: the prefix length is a number from 0 to 32",
        ),
        (
            "192.0.2.0/255.255.255.0",
            "192.0.2.0/255.255.255.0: the prefix length is a number from 0 to 32",
        ),
        (
            "::/129",
            "::/129: the prefix length is a number from 0 to 128",
        ),
        (
            "::ffff:192.0.2.0/129",
            "::ffff:192.0.2.0/129: the prefix length is a number from 0 to 128",
        ),
        (
            "::ffff:192.0.2.0/24",
            "::ffff:192.0.2.0/24: the prefix of an IPv4-mapped network is 96 to 128 bits long",
        ),
        (
            "::ffff:0:0/95",
            "::ffff:0:0/95: the prefix of an IPv4-mapped network is 96 to 128 bits long",
        ),
        (
            "fe80::%1/64",
            "fe80::%1/64: an address with a zone means nothing elsewhere",
        ),
        (
            "fe80::1%eth0",
            "fe80::1%eth0: an address with a zone means nothing elsewhere",
        ),
    ] {
        assert_eq!(network_err(text), fault);
    }
    let error = Network::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40).unwrap_err();
    assert_eq!(
        error.to_string(),
        "127.0.0.1/40: the prefix length is a number from 0 to 32",
    );
}

#[test]
fn a_network_has_borders() {
    let ours = network("192.0.2.0/25");
    assert_eq!(
        (ours.first(), ours.last()),
        (ip("192.0.2.0").as_ip(), ip("192.0.2.127").as_ip())
    );
    assert_eq!((ours.prefix_len(), ours.family()), (25, Family::V4));
    assert!(ours.contains(ip("192.0.2.127")) && !ours.contains(ip("192.0.2.128")));
    assert!(!ours.contains(ip("192.0.1.255")) && !ours.contains(ip("::192.0.2.1")));

    let mapped = network("::ffff:192.0.2.0/121");
    assert_eq!(mapped, ours);
    assert!(mapped.contains(ip("192.0.2.1")) && mapped.contains(ip("::ffff:192.0.2.1")));
    assert!(!network("::/0").contains(ip("::ffff:192.0.2.1")));
    assert_eq!(
        network("::/80").last(),
        "::ffff:255.255.255.255".parse::<IpAddr>().unwrap()
    );
    assert_eq!(Network::from(ip("::1")), network("::1/128"));
}

#[test]
fn a_client_is_the_address_to_judge() {
    let peer: SocketAddr = "[::ffff:203.0.113.9]:34567".parse().unwrap();
    let client = Client::from(peer);
    assert_eq!(
        client,
        Client::direct(Ipv4Addr::new(203, 0, 113, 9)).with_port(34567)
    );
    assert_eq!((client.port(), client.via()), (Some(34567), Via::Direct));
    assert_eq!(Client::from(peer.ip()), Client::from(ip("203.0.113.9")));

    let proxy = ip("192.0.2.10");
    let client = Client::proxied(ip("203.0.113.9"), proxy).with_port(9);
    assert_eq!((client.ip(), client.port()), (ip("203.0.113.9"), Some(9)));
    assert_eq!(client.via(), Via::Proxy(proxy));
    let client = Client::unnamed(proxy);
    assert_eq!(
        (client.ip(), client.port(), client.via()),
        (proxy, None, Via::ProxyUnknown)
    );
}

#[test]
fn a_scope_is_no_part_of_a_client() {
    let peer: SocketAddr = "[fe80::1%3]:25".parse().unwrap();
    assert_eq!(Client::from(peer).ip(), ip("fe80::1"));
}

/// Any address, those round the mapped range as often as the rest.
fn ips() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from(bits))),
        any::<u64>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from(u128::from(bits)))),
        any::<u32>().prop_map(|bits| IpAddr::V6(Ipv4Addr::from(bits).to_ipv6_mapped())),
    ]
}

fn networks() -> impl Strategy<Value = Network> {
    (ips(), 0..=128_u8).prop_filter_map("prefix", |(ip, len)| {
        let ip = ClientIp::from(ip).as_ip();
        let net = ipnet::IpNet::new(ip, len.min(if ip.is_ipv4() { 32 } else { 128 })).ok()?;
        Network::new(net.network(), net.prefix_len()).ok()
    })
}

proptest! {
    #[test]
    fn print_then_parse_is_identity(address in ips(), network in networks()) {
        let client = ClientIp::from(address);
        prop_assert_eq!(ClientIp::parse(&client.to_string()).unwrap(), client);
        prop_assert_eq!(ClientIp::from(client.as_ip()), client);
        prop_assert_eq!(Network::parse(&network.to_string()).unwrap(), network);
        prop_assert_eq!(Network::new(network.first(), network.prefix_len()).unwrap(), network);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), near in "[0-9a-f.:/*%]{0,45}") {
        for text in [text, near] {
            let _ = ClientIp::parse(&text);
            if let Ok(network) = Network::parse(&text) {
                prop_assert_eq!(Network::parse(&network.to_string()).unwrap(), network);
            }
        }
    }

    #[test]
    fn an_address_and_its_mapped_form_are_one(bits in any::<u32>(), network in networks()) {
        let v4 = Ipv4Addr::from(bits);
        let mapped = ClientIp::from(v4.to_ipv6_mapped());
        prop_assert_eq!(mapped, ClientIp::from(v4));
        prop_assert_eq!(mapped, ClientIp::from(IpAddr::V6(v4.to_ipv6_mapped())));
        prop_assert_eq!(mapped, ip(&format!("::ffff:{v4}")));
        prop_assert_eq!(Client::from(IpAddr::V6(v4.to_ipv6_mapped())), Client::direct(v4));
        prop_assert_eq!(network.contains(mapped), network.contains(ClientIp::from(v4)));
        prop_assert!(Network::from(mapped).contains(ClientIp::from(v4)));
    }

    #[test]
    fn a_mapped_network_is_the_ipv4_one(bits in any::<u32>(), len in 0..=32_u8) {
        let plain = ipnet::Ipv4Net::new(Ipv4Addr::from(bits), len).unwrap().trunc();
        let mapped = format!("::ffff:{}/{}", plain.network(), 96 + len);
        prop_assert_eq!(network(&mapped), network(&plain.to_string()));
    }

    #[test]
    fn a_network_holds_what_lies_between_its_borders(network in networks(), address in ips()) {
        let client = ClientIp::from(address);
        let same = client.as_ip().is_ipv4() == network.first().is_ipv4();
        let between = network.first() <= client.as_ip() && client.as_ip() <= network.last();
        prop_assert_eq!(network.contains(client), same && between);
    }
}

#[test]
fn the_hosts_id_is_kept_beside_the_client() {
    let peer = Client::direct(ip("203.0.113.9"));
    assert_eq!(peer.id(), None);
    assert_eq!(peer.identified("").id(), None);
    assert_eq!(peer.identified("s1").with_port(25).id(), Some("s1"));
    assert_eq!(peer.identified("a b\0\u{fc}c").id(), Some("a?b??c"));
    let long = "x".repeat(64);
    assert_eq!(
        peer.identified(&format!("{long}y")).id(),
        Some(long.as_str())
    );
    assert_eq!(
        format!("{:?}", peer.identified("s1").id().unwrap()),
        "\"s1\""
    );
}

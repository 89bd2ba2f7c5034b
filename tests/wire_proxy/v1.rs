//! Version 1.

use std::net::Ipv4Addr;

use mailward::wire::proxy::{Ends, Parsed, ProxyHeader};
use proptest::prelude::*;

use crate::{NO_SIGNATURE, any_header, refused, whole};

const NO_PROTOCOL: &str = "protocol is none of TCP4, TCP6 and UNKNOWN";
const NO_SOURCE: &str = "source is not an address of the family named";
const NO_DESTINATION: &str = "destination is not an address of the family named";
const NO_SOURCE_PORT: &str = "source port is not a number from 0 to 65535";
const NO_DESTINATION_PORT: &str = "destination port is not a number from 0 to 65535";
const NO_CRLF: &str = "no CRLF within 107 octets";
const STRAY: &str = "CR or LF that is not the final CRLF";

#[test]
fn the_specifications_longest_lines() {
    let four = "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n";
    let address = Ipv4Addr::BROADCAST;
    let ends = Ends {
        source: address,
        destination: address,
        source_port: 65535,
        destination_port: 65535,
    };
    assert_eq!(whole(four), ProxyHeader::Tcp4(ends));
    let full = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let six = format!("PROXY TCP6 {full} {full} 65535 65535\r\n");
    assert_eq!(six.len(), 104);
    assert!(matches!(whole(&six), ProxyHeader::Tcp6(_)));
    let unknown = format!("PROXY UNKNOWN {full} {full} 65535 65535\r\n");
    assert_eq!(unknown.len(), ProxyHeader::MAX_LEN);
    assert_eq!(whole(&unknown), ProxyHeader::Unknown);
}

#[test]
fn both_ends_are_told() {
    let header = whole("PROXY TCP6 2001:db8::1 ::ffff:192.0.2.7 0 25\r\n");
    assert_eq!(header.source().unwrap().to_string(), "[2001:db8::1]:0");
    assert_eq!(
        header.destination().unwrap().to_string(),
        "[::ffff:192.0.2.7]:25"
    );
    let header = whole("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
    assert_eq!(header.source().unwrap().to_string(), "192.0.2.1:1");
    assert_eq!(header.destination().unwrap().to_string(), "192.0.2.2:2");
    assert_eq!(ProxyHeader::Unknown.source(), None);
    assert_eq!(ProxyHeader::Unknown.destination(), None);
}

#[test]
fn unknown_may_be_followed_by_anything_but_a_line_end() {
    for line in [
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN \r\n",
        "PROXY UNKNOWN x\0\u{e9} y\r\n",
    ] {
        assert_eq!(whole(line), ProxyHeader::Unknown);
    }
    let octets = b"PROXY UNKNOWN \xff\xfe\r\n";
    assert!(matches!(
        ProxyHeader::parse(octets),
        Ok(Parsed::Complete { .. })
    ));
    refused("PROXY UNKNOWNS\r\n", NO_PROTOCOL);
    refused("PROXY UNKNOWN\t\r\n", NO_PROTOCOL);
    refused("PROXY UNKNOWN a\nb\r\n", STRAY);
    refused("PROXY UNKNOWN a\rb\r\n", STRAY);
}

#[test]
fn every_beginning_of_a_header_waits_for_more() {
    for line in [
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY UNKNOWN\r\n",
    ] {
        for end in 0..line.len() {
            let beginning = &line.as_bytes()[..end];
            assert_eq!(
                ProxyHeader::parse(beginning),
                Ok(Parsed::Incomplete),
                "{end}"
            );
        }
    }
}

#[test]
fn what_follows_is_left_alone() {
    let octets = b"PROXY UNKNOWN\r\nEHLO a\r\n\0\xff";
    let Ok(Parsed::Complete { used, .. }) = ProxyHeader::parse(octets) else {
        panic!("whole");
    };
    assert_eq!(&octets[used..], b"EHLO a\r\n\0\xff");
}

#[test]
fn too_long_is_too_long() {
    let longest = format!("PROXY UNKNOWN {}", "x".repeat(91));
    assert_eq!(
        ProxyHeader::parse(longest.as_bytes()),
        Ok(Parsed::Incomplete)
    );
    assert_eq!(whole(format!("{longest}\r\n")), ProxyHeader::Unknown);
    refused(format!("{longest}x\r\n"), NO_CRLF);
    refused(format!("{longest}xx"), NO_CRLF);
    refused(format!("PROXY UNKNOWN {}", "x".repeat(1 << 20)), NO_CRLF);
}

#[test]
fn wrong_headers() {
    for (octets, expected) in [
        ("EHLO example.org\r\n", NO_SIGNATURE),
        ("proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n", NO_SIGNATURE),
        ("PROXY\r\n", NO_SIGNATURE),
        ("\r\n\r\n\r", NO_SIGNATURE),
        ("\n", NO_SIGNATURE),
        ("PROXY \r\n", NO_PROTOCOL),
        ("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n", NO_PROTOCOL),
        ("PROXY tcp4 192.0.2.1 192.0.2.2 1 2\r\n", NO_PROTOCOL),
        ("PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n", NO_PROTOCOL),
        ("PROXY TCP4\r\n", NO_SOURCE),
        ("PROXY TCP4 ::1 ::1 1 2\r\n", NO_SOURCE),
        ("PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n", NO_SOURCE),
        ("PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", NO_SOURCE),
        ("PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n", NO_SOURCE),
        ("PROXY TCP4 192.0.2.256 192.0.2.2 1 2\r\n", NO_SOURCE),
        ("PROXY TCP4 0300.0.2.1 192.0.2.2 1 2\r\n", NO_SOURCE),
        ("PROXY TCP4 3221225985 192.0.2.2 1 2\r\n", NO_SOURCE),
        ("PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", NO_SOURCE),
        ("PROXY TCP6 [::1] ::1 1 2\r\n", NO_SOURCE),
        ("PROXY TCP4 192.0.2.1\r\n", NO_DESTINATION),
        ("PROXY TCP4 192.0.2.1 ::1 1 2\r\n", NO_DESTINATION),
        ("PROXY TCP4 192.0.2.1 192.0.2.2\r\n", NO_SOURCE_PORT),
        ("PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n", NO_SOURCE_PORT),
        ("PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n", NO_SOURCE_PORT),
        ("PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n", NO_SOURCE_PORT),
        ("PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", NO_DESTINATION_PORT),
        ("PROXY TCP4 192.0.2.1 192.0.2.2 1 \r\n", NO_DESTINATION_PORT),
        (
            "PROXY TCP4 192.0.2.1 192.0.2.2 1 -2\r\n",
            NO_DESTINATION_PORT,
        ),
        (
            "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
            "something follows the destination port",
        ),
        ("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n", STRAY),
        ("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\r\n", STRAY),
    ] {
        refused(octets, expected);
    }
    refused(b"PROXY TCP4 \xff\r\n", "not text");
}

proptest! {
    #[test]
    fn what_is_printed_parses_again(header in any_header(), more in any::<Vec<u8>>()) {
        let line = header.to_string();
        prop_assert!(line.len() <= ProxyHeader::MAX_LEN);
        let octets = [line.as_bytes(), &more].concat();
        let expected = Parsed::Complete { header, used: line.len() };
        prop_assert_eq!(ProxyHeader::parse(&octets), Ok(expected));
    }

    #[test]
    fn any_octets_are_parsed_or_refused(octets in any::<Vec<u8>>()) {
        let _ = ProxyHeader::parse(&octets);
        let _ = ProxyHeader::parse(&[b"PROXY ", &octets[..]].concat());
    }

    /// One changed octet gives another header or an error, never a panic, and never more octets.
    #[test]
    fn damaged_headers(header in any_header(), at in 0usize..107, octet in any::<u8>()) {
        let mut line = header.to_string().into_bytes();
        let at = at % line.len();
        line[at] = octet;
        if let Ok(Parsed::Complete { header, used }) = ProxyHeader::parse(&line) {
            prop_assert!(used <= line.len());
            prop_assert_eq!(whole(header.to_string()), header);
        }
    }

    /// More octets never turn an error into a header, and a whole header stays what it is.
    #[test]
    fn more_octets_do_not_change_what_was_decided(
        octets in "(PROXY )?(TCP4|TCP6|UNKNOWN)?[ .:0-9\r\n]{0,30}", more in any::<Vec<u8>>()
    ) {
        let first = ProxyHeader::parse(octets.as_bytes());
        let then = ProxyHeader::parse(&[octets.as_bytes(), &more].concat());
        if first != Ok(Parsed::Incomplete) {
            prop_assert_eq!(first, then);
        }
    }
}

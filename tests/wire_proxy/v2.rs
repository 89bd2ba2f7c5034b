//! Version 2.

use mailward::wire::proxy::{Parsed, ProxyHeader};
use proptest::prelude::*;

use crate::{NO_SIGNATURE, any_header, refused, whole};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A header of these two octets, with the length of what follows.
fn header(command: u8, family: u8, block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &length, block].concat()
}

fn four() -> Vec<u8> {
    let ports = [0xc7, 0x38, 0, 25];
    [&[192, 0, 2, 1, 203, 0, 113, 9][..], &ports].concat()
}

fn six() -> Vec<u8> {
    let mut block = vec![0; 36];
    block[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    block[15] = 1;
    block[31] = 2;
    block[32..].copy_from_slice(&[0, 1, 0, 25]);
    block
}

#[test]
fn the_addresses_of_both_families() {
    let read = whole(header(0x21, 0x11, &four()));
    assert_eq!(read.source().unwrap().to_string(), "192.0.2.1:51000");
    assert_eq!(read.destination().unwrap().to_string(), "203.0.113.9:25");
    assert_eq!(read.to_v2(), header(0x21, 0x11, &four()));
    assert_eq!(
        read.to_string(),
        "PROXY TCP4 192.0.2.1 203.0.113.9 51000 25\r\n"
    );

    let read = whole(header(0x21, 0x21, &six()));
    assert_eq!(read.source().unwrap().to_string(), "[2001:db8::1]:1");
    assert_eq!(read.destination().unwrap().to_string(), "[::2]:25");
    assert_eq!(read.to_v2(), header(0x21, 0x21, &six()));
}

#[test]
fn who_names_nobody() {
    let unix = [0; 216];
    for octets in [
        header(0x20, 0x00, b""),
        header(0x20, 0x11, &four()), // LOCAL: the family and addresses are to be ignored
        header(0x20, 0xff, b"whatever"),
        header(0x21, 0x00, b""),
        header(0x21, 0x00, b"whatever"),
        header(0x21, 0x31, &unix),
    ] {
        assert_eq!(
            whole(&octets),
            ProxyHeader::Unknown,
            "{}",
            octets.escape_ascii()
        );
    }
}

#[test]
fn optional_fields_are_skipped() {
    let authority = [&[2, 0, 11][..], b"example.org"].concat();
    let block = [four(), authority].concat();
    assert_eq!(
        whole(header(0x21, 0x11, &block)),
        whole(header(0x21, 0x11, &four()))
    );
    let most = [four(), vec![0xff; 0xffff - 12]].concat();
    let octets = header(0x21, 0x11, &most);
    assert_eq!(octets.len(), ProxyHeader::MAX_LEN_V2);
    assert_eq!(whole(octets), whole(header(0x21, 0x11, &four())));
}

#[test]
fn what_follows_is_left_alone() {
    let octets = [header(0x21, 0x11, &four()), b"EHLO a\r\n\0\xff".to_vec()].concat();
    let Ok(Parsed::Complete { used, .. }) = ProxyHeader::parse(&octets) else {
        panic!("whole");
    };
    assert_eq!(&octets[used..], b"EHLO a\r\n\0\xff");
}

#[test]
fn every_beginning_of_a_header_waits_for_more() {
    for octets in [header(0x21, 0x11, &four()), header(0x21, 0x21, &six())] {
        for end in 0..octets.len() {
            assert_eq!(
                ProxyHeader::parse(&octets[..end]),
                Ok(Parsed::Incomplete),
                "{end}"
            );
        }
    }
}

#[test]
fn wrong_headers() {
    const NO_FAMILY: &str = "family and protocol are none of TCP4, TCP6, UNIX and UNSPEC";
    const TOO_SHORT: &str = "too short for addresses of the family named";
    for version in [0x11, 0x31, 0x01, 0xf1] {
        refused([SIGNATURE, &[version]].concat(), "version is not 2");
    }
    for command in [0x22, 0x2f] {
        refused(
            [SIGNATURE, &[command]].concat(),
            "command is neither LOCAL nor PROXY",
        );
    }
    // Datagrams, and what nobody has assigned.
    for family in [0x01, 0x10, 0x12, 0x13, 0x20, 0x22, 0x30, 0x32, 0x41, 0xff] {
        refused([SIGNATURE, &[0x21, family]].concat(), NO_FAMILY);
    }
    for (family, most) in [(0x11, 11), (0x21, 35), (0x31, 215)] {
        refused(header(0x21, family, &vec![0; most]), TOO_SHORT);
        // It is refused before the addresses have come.
        refused(
            [SIGNATURE, &[0x21, family, 0, most.try_into().unwrap()]].concat(),
            TOO_SHORT,
        );
    }
    for at in 0..SIGNATURE.len() {
        let mut octets = header(0x21, 0x11, &four());
        octets[at] ^= 1;
        refused(octets, NO_SIGNATURE);
    }
}

proptest! {
    #[test]
    fn what_is_printed_parses_again(header in any_header(), more in any::<Vec<u8>>()) {
        let octets = header.to_v2();
        prop_assert!(octets.len() <= 52);
        let expected = Parsed::Complete { header, used: octets.len() };
        prop_assert_eq!(ProxyHeader::parse(&[&octets[..], &more].concat()), Ok(expected));
    }

    #[test]
    fn any_octets_are_parsed_or_refused(octets in any::<Vec<u8>>()) {
        let octets = [SIGNATURE, &octets].concat();
        if let Ok(Parsed::Complete { header, used }) = ProxyHeader::parse(&octets) {
            prop_assert!(used <= octets.len());
            prop_assert_eq!(whole(header.to_v2()), header);
        }
    }
}

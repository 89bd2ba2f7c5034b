//! Tests of `mailward::wire::proxy`.

mod v1;
mod v2;

use std::net::{Ipv4Addr, Ipv6Addr};

use mailward::wire::proxy::{Ends, Parsed, ProxyHeader};
use proptest::prelude::*;

const NO_SIGNATURE: &str = "begins neither with \"PROXY \" nor with the signature of version 2";

#[track_caller]
fn whole(octets: impl AsRef<[u8]>) -> ProxyHeader {
    let octets = octets.as_ref();
    match ProxyHeader::parse(octets) {
        Ok(Parsed::Complete { header, used }) => {
            assert_eq!(used, octets.len());
            header
        }
        other => panic!("{}: {other:?}", octets.escape_ascii()),
    }
}

#[track_caller]
fn refused(octets: impl AsRef<[u8]>, expected: &str) {
    let error = ProxyHeader::parse(octets.as_ref()).unwrap_err();
    assert_eq!(error.to_string(), format!("PROXY header: {expected}"));
}

fn any_header() -> impl Strategy<Value = ProxyHeader> {
    let four = any::<(Ipv4Addr, Ipv4Addr, u16, u16)>().prop_map(|(a, b, p, q)| {
        ProxyHeader::Tcp4(Ends {
            source: a,
            destination: b,
            source_port: p,
            destination_port: q,
        })
    });
    let six = any::<(Ipv6Addr, Ipv6Addr, u16, u16)>().prop_map(|(a, b, p, q)| {
        ProxyHeader::Tcp6(Ends {
            source: a,
            destination: b,
            source_port: p,
            destination_port: q,
        })
    });
    prop_oneof![four, six, Just(ProxyHeader::Unknown)]
}

proptest! {
    #[test]
    fn both_versions_say_the_same(header in any_header()) {
        prop_assert_eq!(whole(header.to_v2()), whole(header.to_string()));
    }

    /// More octets never turn an error into a header, and a whole header stays what it is.
    #[test]
    fn every_beginning_waits_or_has_decided(
        octets in any_beginning(), more in any::<Vec<u8>>()
    ) {
        let first = ProxyHeader::parse(&octets);
        if first != Ok(Parsed::Incomplete) {
            prop_assert_eq!(first, ProxyHeader::parse(&[&octets[..], &more].concat()));
        }
    }
}

/// What begins as a header of either version does, for a while.
fn any_beginning() -> impl Strategy<Value = Vec<u8>> {
    let damage = (
        any::<prop::sample::Index>(),
        any::<u8>(),
        any::<prop::sample::Index>(),
    );
    (any_header(), any::<u8>(), damage).prop_map(|(header, version, (at, octet, end))| {
        let mut octets = match version % 2 {
            0 => header.to_string().into_bytes(),
            _ => header.to_v2(),
        };
        let at = at.index(octets.len());
        octets[at] = octet;
        octets.truncate(end.index(octets.len()) + 1);
        octets
    })
}

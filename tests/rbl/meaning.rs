//! What an answer of a list means.

use std::net::Ipv4Addr;
use std::time::Duration;

use mailward::dns::{Answer, DnsError};
use mailward::rbl::Listing;

use crate::{ABSENT, CLIENT, codes, interpret, labels, look_up, zone};

#[test]
fn a_code_in_127_slash_8_lists() {
    for code in [
        "127.0.0.2",
        "127.0.0.255",
        "127.0.1.0",
        "127.0.1.1",
        "127.1.0.1",
        "127.255.254.255",
        "127.254.255.1",
    ] {
        let listing = interpret(&codes(code));
        assert_eq!(listing.hit().unwrap().codes(), codes(code), "{code}");
        assert_eq!(
            listing.hit().unwrap().ttl(),
            Duration::from_secs(60),
            "{code}"
        );
    }
}

#[test]
fn all_256_codes_of_127_255_255_0_slash_24_list_nothing() {
    let zones = [zone("bl.example")];
    for last in 0..=255 {
        let code = Ipv4Addr::new(127, 255, 255, last);
        assert_eq!(
            interpret(&[code]),
            Listing::Refused([code].into()),
            "{code}"
        );
        let found = look_up(CLIENT, &zones, &format!("*.bl.example. A {code}"));
        assert_eq!(labels(&found), [""; 0], "{code}");
    }
}

#[test]
fn both_codes_of_127_0_0_0_slash_31_list_nothing() {
    for code in codes("127.0.0.0 127.0.0.1") {
        assert_eq!(interpret(&[code]), Listing::Broken([code].into()), "{code}");
        let found = look_up(
            CLIENT,
            &[zone("bl.example")],
            &format!("*.bl.example. A {code}"),
        );
        assert_eq!(labels(&found), [""; 0], "{code}");
    }
}

#[test]
fn ten_thousand_foreign_answers_list_nothing() {
    // A linear congruential generator (Knuth's MMIX constants) with a fixed seed: the same answers in each run.
    let mut state = 5782_u64;
    let mut foreign = 0;
    while foreign < 10_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let code = Ipv4Addr::from(u32::try_from(state >> 32).unwrap());
        if code.is_loopback() {
            continue;
        }
        foreign += 1;
        assert_eq!(interpret(&[code]), Listing::Broken([code].into()), "{code}");
    }
    for code in
        codes("126.255.255.255 128.0.0.0 128.0.0.2 0.0.0.0 255.255.255.255 203.0.113.80 10.0.0.2")
    {
        assert_eq!(interpret(&[code]), Listing::Broken([code].into()), "{code}");
    }
}

#[test]
fn a_mixed_answer_lists_by_its_good_codes_alone() {
    let listing = interpret(&codes(
        "203.0.113.80 127.0.0.4 127.255.255.254 127.0.0.1 127.0.0.2",
    ));
    assert_eq!(listing.hit().unwrap().codes(), codes("127.0.0.2 127.0.0.4"));
}

#[test]
fn a_refusal_is_reported_before_a_broken_answer() {
    let listing = interpret(&codes(
        "203.0.113.80 127.255.255.254 127.0.0.1 127.255.255.252",
    ));
    assert_eq!(
        listing,
        Listing::Refused(codes("127.255.255.252 127.255.255.254").into())
    );
    let listing = interpret(&codes("203.0.113.80 127.0.0.1 10.0.0.1"));
    assert_eq!(
        listing,
        Listing::Broken(codes("10.0.0.1 127.0.0.1 203.0.113.80").into())
    );
}

#[test]
fn the_order_of_the_records_changes_nothing() {
    let orders = [
        "127.0.0.2 127.0.0.4 127.0.0.10",
        "127.0.0.10 127.0.0.2 127.0.0.4",
        "127.0.0.4 127.0.0.10 127.0.0.2",
    ];
    let found = orders.map(|order| interpret(&codes(order)));
    assert!(found.iter().all(|listing| *listing == found[0]));
    assert_eq!(
        interpret(&codes("127.0.0.2 127.0.0.2")),
        interpret(&codes("127.0.0.2"))
    );
}

#[test]
fn trouble_never_lists() {
    let zones = [zone("bl.example").with_text()];
    for (word, error) in [
        ("servfail", DnsError::ServerFailure),
        ("timeout", DnsError::Timeout),
        ("refused", DnsError::Refused),
    ] {
        let found = look_up(CLIENT, &zones, &format!("*.bl.example. ANY !{word}"));
        assert_eq!(found, [Listing::Trouble(error)]);
        assert!(found[0].is_trouble() && found[0].hit().is_none());
    }
    for error in [DnsError::BadName, DnsError::Overdue] {
        assert_eq!(zones[0].interpret(&Err(error)), Listing::Trouble(error));
    }
}

#[test]
fn absence_is_absence_and_says_how_long() {
    let found = look_up(
        CLIENT,
        &[zone("bl.example")],
        "bl.example. 900 SOA ns. me. 1 2 3 4 150",
    );
    assert_eq!(
        found,
        [Listing::Absent {
            ttl: Duration::from_secs(150)
        }]
    );
    assert_eq!(
        look_up(CLIENT, &[zone("bl.example")], "*.bl.example. TXT x"),
        [ABSENT]
    );
}

#[test]
fn an_answer_of_no_records_is_absence_however_it_is_spelt() {
    let empty = Answer::Records {
        records: [].into(),
        ttl: Duration::from_secs(9),
    };
    assert_eq!(
        zone("bl.example").interpret(&Ok(empty)),
        Listing::Absent {
            ttl: Duration::from_secs(9)
        }
    );
}

#[test]
fn the_address_of_the_zone_itself_is_no_entry() {
    assert_eq!(
        look_up(CLIENT, &[zone("bl.example")], "bl.example. A 127.0.0.2"),
        [ABSENT]
    );
}

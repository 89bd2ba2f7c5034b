//! Lists: what is asked, what lists, what never does, and that order changes nothing.

use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mailward::client::{ClientIp, Network};
use mailward::clock::{Clock, ManualClock, Moment};
use mailward::dns::{Answer, DnsError, MemoryDns};
use mailward::name::Name;
use mailward::rbl::{self, Families, Hit, Listing, Skip, Zone};
use mailward::step::Step;
use proptest::prelude::*;

const CLIENT: &str = "203.0.113.9";

#[track_caller]
fn ip(text: &str) -> ClientIp {
    text.parse().unwrap()
}

#[track_caller]
fn zone(domain: &str) -> Zone {
    Zone::new(Name::parse(domain).unwrap())
}

fn interpret(codes: &[Ipv4Addr]) -> Listing {
    zone("bl.example").interpret(&Ok(Answer::of(
        codes.iter().copied(),
        Duration::from_secs(60),
    )))
}

fn codes(text: &str) -> Vec<Ipv4Addr> {
    text.split_whitespace()
        .map(|code| code.parse().unwrap())
        .collect()
}

/// What the lists of a zone file say of the client; from memory, so the answer must be ready.
#[track_caller]
fn look_up(client: &str, zones: &[Zone], text: &str) -> Vec<Listing> {
    let dns = MemoryDns::parse(text).unwrap();
    rbl::look_up(ip(client), zones, rbl::never_asked(), &dns)
        .into_ready()
        .expect("a deferred answer")
}

fn labels(listings: &[Listing]) -> Vec<&str> {
    listings
        .iter()
        .filter_map(Listing::hit)
        .map(Hit::label)
        .collect()
}

fn text(listing: &Listing) -> Option<&str> {
    listing.hit()?.text().map(|text| text.as_str())
}

fn asked(dns: &MemoryDns) -> Vec<String> {
    dns.queries().iter().map(ToString::to_string).collect()
}

/// Runs a step on a manual clock, which jumps from one wake-up to the next.
fn drive<T: Unpin>(clock: &ManualClock, step: Step<'_, T>) -> T {
    let mut step = pin!(step);
    loop {
        if let Poll::Ready(value) = step.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        clock.advance(
            clock
                .next_wake()
                .expect("nothing to wait for")
                .since(clock.now()),
        );
    }
}

const UNDECISIVE: Listing = Listing::Skipped(Skip::Undecisive);
const ABSENT: Listing = Listing::Absent {
    ttl: Duration::ZERO,
};

mod questions {
    use super::*;

    #[test]
    fn an_ipv4_client_is_asked_about_by_its_octets_reversed() {
        assert_eq!(
            zone("bad.example.com.")
                .query(ip("192.0.2.99"))
                .unwrap()
                .as_str(),
            "99.2.0.192.bad.example.com"
        );
    }

    #[test]
    fn an_ipv6_client_is_asked_about_by_its_nibbles_reversed() {
        // RFC 5782 section 2.4.
        assert_eq!(
            zone("ugly.example.com")
                .query(ip("2001:db8:1:2:3:4:567:89ab"))
                .unwrap()
                .as_str(),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com"
        );
    }

    #[test]
    fn a_mapped_client_asks_the_v4_name() {
        let dns = MemoryDns::parse("9.113.0.203.bl.example. A 127.0.0.2").unwrap();
        let zones = [zone("bl.example").families(Families::V4)];
        let found = rbl::look_up(ip("::ffff:203.0.113.9"), &zones, &[], &dns).wait();
        assert_eq!(labels(&found), ["bl.example"]);
        assert_eq!(asked(&dns), ["A 9.113.0.203.bl.example"]);
    }

    #[test]
    fn a_list_is_asked_about_its_families_only() {
        let (four, six) = (ip("192.0.2.1"), ip("2001:db8::1"));
        for (families, takes_four, takes_six) in [
            (Families::Both, true, true),
            (Families::V4, true, false),
            (Families::V6, false, true),
        ] {
            let zone = zone("bl.example").families(families);
            assert_eq!(zone.query(four).is_ok(), takes_four, "{families:?}");
            assert_eq!(zone.query(six).is_ok(), takes_six, "{families:?}");
        }
        let zones = [zone("bl.example").families(Families::V4)];
        assert_eq!(
            look_up("2001:db8::1", &zones, ""),
            [Listing::Skipped(Skip::Family)]
        );
    }

    #[test]
    fn a_name_that_would_be_too_long_is_skipped() {
        let long = format!("{0}.{0}.{0}.{1}", "a".repeat(63), "a".repeat(45));
        assert_eq!(long.len(), 237);
        assert_eq!(
            zone(&long).query(ip("192.0.2.99")).unwrap().as_str().len(),
            248
        );
        assert_eq!(
            zone(&long).query(ip("192.100.200.199")).map(|_| ()),
            Ok(()),
            "253 octets are a name"
        );
        assert_eq!(
            zone(&format!("{long}a"))
                .query(ip("192.100.200.199"))
                .map(|_| ()),
            Err(Skip::NameTooLong)
        );
        let listings = look_up("2001:db8::1", &[zone(&long)], "");
        assert_eq!(listings, [Listing::Skipped(Skip::NameTooLong)]);
    }

    #[test]
    fn networks_that_mean_something_else_everywhere_are_never_asked_about() {
        let zones = [
            zone("bl.example"),
            zone("two.example").families(Families::V6),
        ];
        for client in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.0.0.2",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "224.0.0.1",
            "239.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "::ffff:10.0.0.1",
        ] {
            let dns = MemoryDns::empty();
            let found = rbl::look_up(ip(client), &zones, rbl::never_asked(), &dns).wait();
            assert_eq!(
                found,
                [
                    Listing::Skipped(Skip::NeverAsked),
                    Listing::Skipped(Skip::NeverAsked)
                ],
                "{client}"
            );
            assert_eq!(dns.query_count(), 0, "{client}");
        }
        assert_eq!(
            rbl::never_asked().len(),
            13,
            "each of them must be readable"
        );
    }

    #[test]
    fn neighbours_and_documentation_networks_are_asked_about() {
        for client in [
            "1.0.0.0",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "128.0.0.0",
            "172.15.0.1",
            "172.32.0.0",
            "192.169.0.0",
            "223.255.255.255",
            "192.0.2.1",
            "198.51.100.1",
            "203.0.113.1",
            "2001:db8::1",
            "::2",
            "fe00::1",
            "fec0::1",
        ] {
            assert_eq!(
                look_up(client, &[zone("bl.example")], ""),
                [ABSENT],
                "{client}"
            );
        }
    }

    #[test]
    fn the_networks_are_the_callers_to_set() {
        let dns = MemoryDns::parse("1.0.0.10.bl.example. A 127.0.0.2").unwrap();
        let zones = [zone("bl.example")];
        assert_eq!(
            labels(&rbl::look_up(ip("10.0.0.1"), &zones, &[], &dns).wait()),
            ["bl.example"]
        );
        let never: [Network; 1] = ["203.0.113.0/24".parse().unwrap()];
        let found = rbl::look_up(ip(CLIENT), &zones, &never, &dns).wait();
        assert_eq!(found, [Listing::Skipped(Skip::NeverAsked)]);
    }
}

mod meaning {
    use super::*;

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
        for code in codes(
            "126.255.255.255 128.0.0.0 128.0.0.2 0.0.0.0 255.255.255.255 203.0.113.80 10.0.0.2",
        ) {
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
}

mod several {
    use super::*;

    #[test]
    fn no_list_knows_everybody() {
        assert_eq!(look_up(CLIENT, &[], ""), []);
    }

    #[test]
    fn each_list_speaks_in_its_place() {
        let zones = ["a.example", "b.example", "c.example", "d.example"].map(zone);
        let found = look_up(
            CLIENT,
            &zones,
            "9.113.0.203.b.example. A !servfail\n9.113.0.203.c.example. A 127.255.255.254\n*.d.example. A 203.0.113.80",
        );
        assert_eq!(
            found,
            [
                ABSENT,
                Listing::Trouble(DnsError::ServerFailure),
                Listing::Refused(codes("127.255.255.254").into()),
                Listing::Broken(codes("203.0.113.80").into()),
            ]
        );
    }

    #[test]
    fn the_first_listing_decides_and_those_behind_it_do_not_matter() {
        let zones = ["a.example", "b.example", "c.example"].map(zone);
        let dns = MemoryDns::parse("*.b.example. A 127.0.0.2\n*.c.example. A 127.0.0.3").unwrap();
        let found = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
        assert_eq!(labels(&found), ["b.example"]);
        assert_eq!((&found[0], &found[2]), (&ABSENT, &UNDECISIVE));
        assert_eq!(
            asked(&dns),
            ["A 9.113.0.203.a.example", "A 9.113.0.203.b.example"]
        );
    }

    /// Law 11, in every order in which three deferred answers may come, for every answer each of them may give.
    #[test]
    fn the_order_of_the_answers_changes_nothing() {
        let zones = ["a.example", "b.example", "c.example"].map(|domain| zone(domain).with_text());
        let data = [
            "127.0.0.2",
            "!nxdomain",
            "!timeout",
            "127.255.255.254",
            "203.0.113.80",
        ];
        let orders = [
            [1, 2, 3],
            [1, 3, 2],
            [2, 1, 3],
            [2, 3, 1],
            [3, 1, 2],
            [3, 2, 1],
            [1, 1, 1],
            [0, 2, 1],
            [2, 0, 1],
            [1, 2, 0],
        ];
        let choices = |n: usize| [data[n % 5], data[n / 5 % 5], data[n / 25]];
        for data in (0..125).map(choices) {
            let record = |at: usize, delay: String| {
                let owner = format!("*.{}", zones[at].domain());
                format!(
                    "{owner}. A {delay} {}\n{owner}. TXT {delay} why\n",
                    data[at]
                )
            };
            let straight: String = (0..3).map(|at| record(at, String::new())).collect();
            let expected = look_up(CLIENT, &zones, &straight);
            for order in orders {
                let late: String = (0..3)
                    .map(|at| record(at, format!("!delay={}s", order[at])))
                    .collect();
                let clock = ManualClock::new();
                let dns = MemoryDns::parse(&late).unwrap().with_clock(clock.clone());
                let found = drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns));
                assert_eq!(found, expected, "{data:?} in order {order:?}");
                assert_eq!(
                    clock.next_wake(),
                    None,
                    "{data:?} in order {order:?}: somebody is still waiting"
                );
            }
        }
    }

    #[test]
    fn twenty_lists_take_the_time_of_the_slowest() {
        let clock = ManualClock::new();
        let zones: Vec<Zone> = (0..20).map(|n| zone(&format!("z{n}.example"))).collect();
        let text: String = (0..20)
            .map(|n| format!("*.z{n}.example. A !delay={}ms !nxdomain\n", 100 + n))
            .collect();
        let dns = MemoryDns::parse(&text).unwrap().with_clock(clock.clone());
        assert_eq!(
            drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns)),
            vec![ABSENT; 20]
        );
        assert_eq!(clock.now(), Moment::after_start(Duration::from_millis(119)));
        assert_eq!(dns.query_count(), 20);
    }

    #[test]
    fn nobody_waits_for_a_list_that_cannot_matter_any_more() {
        let clock = ManualClock::new();
        let zones = ["a.example", "b.example", "c.example"].map(zone);
        let dns = MemoryDns::parse(
            "*.b.example. A !delay=1s 127.0.0.2\n*.c.example. A !delay=1h 127.0.0.2",
        )
        .unwrap()
        .with_clock(clock.clone());
        let found = drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns));
        assert_eq!(labels(&found), ["b.example"]);
        assert_eq!(clock.now(), Moment::after_start(Duration::from_secs(1)));
        assert_eq!(clock.next_wake(), None, "the question is given up");
    }

    #[test]
    fn a_listing_waits_for_the_lists_before_it() {
        let clock = ManualClock::new();
        let zones = ["a.example", "b.example", "c.example"].map(zone);
        let dns =
            MemoryDns::parse("*.a.example. A !delay=5s !nxdomain\n*.b.example. A 127.0.0.2\n*.c.example. A 127.0.0.2")
                .unwrap()
                .with_clock(clock.clone());
        let found = drive(&clock, rbl::look_up(ip(CLIENT), &zones, &[], &dns));
        assert_eq!(labels(&found), ["b.example"]);
        assert_eq!(found[2], UNDECISIVE);
        assert_eq!(clock.now(), Moment::after_start(Duration::from_secs(5)));
        assert_eq!(
            dns.query_count(),
            2,
            "the list behind one that lists is not asked"
        );
    }

    #[test]
    fn a_dropped_look_up_leaves_nobody_waiting() {
        let clock = ManualClock::new();
        let zones = ["a.example", "b.example"].map(zone);
        let dns = MemoryDns::parse("*. A !delay=1s 127.0.0.2")
            .unwrap()
            .with_clock(clock.clone());
        let mut step = rbl::look_up(ip(CLIENT), &zones, &[], &dns);
        assert!(
            pin!(&mut step)
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        assert!(clock.next_wake().is_some());
        drop(step);
        assert_eq!(clock.next_wake(), None);
    }

    #[tokio::test]
    async fn lists_are_looked_up_in_a_runtime() {
        let zones = [zone("a.example")];
        let dns = MemoryDns::parse("*.a.example. A !delay=5ms 127.0.0.2")
            .unwrap()
            .with_clock(mailward::clock::SystemClock::new());
        assert_eq!(
            labels(&rbl::look_up(ip(CLIENT), &zones, &[], &dns).await),
            ["a.example"]
        );
    }
}

mod known {
    use super::*;

    #[test]
    fn what_is_known_is_not_asked_again() {
        let zones = ["a.example", "b.example"].map(zone);
        let dns = MemoryDns::parse("*.b.example. A 127.0.0.2").unwrap();
        let first = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
        dns.forget_queries();
        let memo = |zone: &Zone| {
            zones
                .iter()
                .position(|known| known == zone)
                .map(|at| first[at].clone())
        };
        assert_eq!(
            rbl::look_up_known(memo, ip(CLIENT), &zones, &[], &dns).wait(),
            first
        );
        assert_eq!(dns.query_count(), 0);
    }

    #[test]
    fn what_did_not_matter_then_may_matter_now() {
        let zones = ["a.example", "b.example"].map(zone);
        let dns = MemoryDns::parse("*.b.example. A 127.0.0.2").unwrap();
        let found = rbl::look_up_known(|_| Some(UNDECISIVE), ip(CLIENT), &zones, &[], &dns).wait();
        assert_eq!(labels(&found), ["b.example"]);
        assert_eq!(dns.query_count(), 2);
    }

    #[test]
    fn a_known_listing_decides_before_anybody_is_asked() {
        let zones = ["a.example", "b.example"].map(zone);
        let dns = MemoryDns::empty();
        let hit = interpret(&codes("127.0.0.2"));
        let known = |zone: &Zone| (zone.label() == "a.example").then(|| hit.clone());
        let found = rbl::look_up_known(known, ip(CLIENT), &zones, &[], &dns).wait();
        assert_eq!(found, [hit.clone(), UNDECISIVE]);
        assert_eq!(dns.query_count(), 0);
    }
}

mod texts {
    use super::*;

    const LISTED: &str = "9.113.0.203.bl.example. A 127.0.0.2\n9.113.0.203.bl.example.";

    fn reason(records: &str) -> Option<String> {
        let found = look_up(
            CLIENT,
            &[zone("bl.example").with_text()],
            &format!("{LISTED} {records}"),
        );
        text(&found[0]).map(String::from)
    }

    #[test]
    fn the_reason_is_asked_only_where_wanted_and_only_on_a_hit() {
        for (zone, records, questions) in [
            (zone("bl.example"), "A 127.0.0.2", 1),
            (zone("bl.example").with_text(), "A 127.0.0.2", 2),
            (zone("bl.example").with_text(), "A 127.255.255.254", 1),
            (zone("bl.example").with_text(), "TXT x", 1),
            (zone("bl.example").with_text(), "A !timeout", 1),
        ] {
            let dns = MemoryDns::parse(&format!("9.113.0.203.bl.example. {records}")).unwrap();
            let _ = rbl::look_up(ip(CLIENT), &[zone], &[], &dns).wait();
            assert_eq!(dns.query_count(), questions, "{records}");
        }
    }

    #[test]
    fn only_the_list_that_decides_is_asked_for_its_reason() {
        let zones = ["a.example", "b.example", "c.example"].map(|domain| zone(domain).with_text());
        let dns = MemoryDns::parse(
            "*.b.example. A 127.0.0.2\n*.b.example. TXT why\n*.c.example. A 127.0.0.2",
        )
        .unwrap();
        let found = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
        assert_eq!(text(&found[1]), Some("why"));
        assert_eq!(asked(&dns)[2..], ["TXT 9.113.0.203.b.example"]);
    }

    #[test]
    fn a_reason_that_is_known_or_known_to_be_none_is_not_asked_again() {
        let zones = [zone("bl.example").with_text()];
        for record in ["", "*.bl.example. TXT why"] {
            let dns = MemoryDns::parse(&format!("*.bl.example. A 127.0.0.2\n{record}")).unwrap();
            let first = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
            let again =
                rbl::look_up_known(|_| Some(first[0].clone()), ip(CLIENT), &zones, &[], &dns)
                    .wait();
            assert_eq!(again, first);
            assert_eq!(dns.query_count(), 2);
        }
    }

    #[test]
    fn trouble_with_the_reason_leaves_the_listing() {
        let zones = [zone("bl.example").with_text()];
        let dns =
            MemoryDns::parse("*.bl.example. A 127.0.0.2\n*.bl.example. TXT !timeout").unwrap();
        let first = rbl::look_up(ip(CLIENT), &zones, &[], &dns).wait();
        assert_eq!(
            (labels(&first), text(&first[0])),
            (vec!["bl.example"], None)
        );
        dns.replace("*.bl.example. TXT why").unwrap();
        let again =
            rbl::look_up_known(|_| Some(first[0].clone()), ip(CLIENT), &zones, &[], &dns).wait();
        assert_eq!(text(&again[0]), Some("why"), "it is asked again");
    }

    #[test]
    fn strings_are_joined_and_records_told_in_one_order() {
        assert_eq!(
            reason("TXT \"see \" \"https://bl.example/\"").unwrap(),
            "see https://bl.example/"
        );
        assert_eq!(reason("TXT b\n TXT a\n TXT b").unwrap(), "a / b");
        assert_eq!(reason("TXT a\n TXT b").unwrap(), "a / b");
        assert_eq!(reason("TXT \"\""), None);
        assert_eq!(reason("TXT \" \""), None);
    }

    #[test]
    fn a_strangers_text_cannot_break_a_line_nor_fill_one() {
        let told = reason(r#"TXT "listed\013\010250 ok\000\027[31m \255\195\188""#).unwrap();
        assert!(
            told.bytes().all(|octet| (0x20..=0x7e).contains(&octet)),
            "{told:?}"
        );
        assert!(told.starts_with("listed?250 ok?[31m"), "{told:?}");
        let long = reason(&format!(
            "TXT {}",
            format!("{} ", "x".repeat(200)).repeat(300)
        ))
        .unwrap();
        assert!(long.len() <= 400, "{}", long.len());
        let wide = reason(&format!(
            "TXT {}",
            format!("{} ", "ü".repeat(100)).repeat(10)
        ))
        .unwrap();
        assert!(wide.is_ascii() && wide.len() <= 400, "{wide}");
    }
}

#[test]
fn a_key_in_a_zones_name_is_never_printed() {
    let zones = [zone("s3cr3tk3y.zen.example").labelled("zen").with_text()];
    let found = look_up(
        CLIENT,
        &zones,
        "*.zen.example. A 127.0.0.2\n*.zen.example. TXT listed",
    );
    let printed = format!("{zones:?} {found:?} {}", zones[0].label());
    assert!(!printed.contains("s3cr3t"), "{printed}");
    assert!(printed.contains("zen"), "{printed}");
}

#[test]
fn a_label_is_the_zones_name_unless_there_is_another() {
    assert_eq!(zone("BL.example.").label(), "bl.example");
    assert_eq!(zone("bl.example").labelled("ours").label(), "ours");
}

proptest! {
    #[test]
    fn only_good_codes_list(records in proptest::collection::vec(any::<[u8; 4]>().prop_map(|[a, b, c, d]| {
        // Mostly inside 127/8, and there mostly near its borders.
        Ipv4Addr::new(if a < 200 { 127 } else { a }, if b < 100 { 0 } else if b < 200 { 255 } else { b },
            if c < 100 { 0 } else if c < 200 { 255 } else { c }, d % 5)
    }), 0..6)) {
        let good = |code: &Ipv4Addr| code.is_loopback() && code.octets()[..3] != [127, 255, 255]
            && *code != Ipv4Addr::LOCALHOST && *code != Ipv4Addr::new(127, 0, 0, 0);
        let listing = interpret(&records);
        prop_assert_eq!(listing.hit().is_some(), records.iter().any(good));
        if let Some(hit) = listing.hit() {
            prop_assert!(hit.codes().iter().all(good));
            prop_assert!(hit.codes().is_sorted());
        }
        let mut turned = records.clone();
        turned.reverse();
        prop_assert_eq!(interpret(&turned), listing);
    }
}

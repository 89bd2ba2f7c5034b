//! A zone in a string: what is read, what is refused and in which words, and what it answers.

use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mailward::clock::{Clock, ManualClock, Moment};
use mailward::dns::{Answer, Dns, DnsError, Exchange, Lookup, MemoryDns, Mx, PtrTarget, Txt};
use mailward::name::{Name, NameRef};
use mailward::step::Step;
use proptest::prelude::*;

#[track_caller]
fn zone(text: &str) -> MemoryDns {
    MemoryDns::parse(text).unwrap()
}

#[track_caller]
fn zone_err(text: &str) -> String {
    MemoryDns::parse(text).unwrap_err().to_string()
}

#[track_caller]
fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[track_caller]
fn now<T: Send + Unpin + std::fmt::Debug>(step: Step<'_, Lookup<T>>) -> Lookup<T> {
    step.into_ready().expect("a deferred answer")
}

fn a(dns: &MemoryDns, owner: &str) -> Lookup<Ipv4Addr> {
    now(dns.a(name(owner).borrowed()))
}

#[track_caller]
fn addresses(dns: &MemoryDns, owner: &str) -> Vec<String> {
    a(dns, owner)
        .unwrap()
        .records()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn txt(dns: &MemoryDns, owner: &str) -> Vec<Vec<u8>> {
    now(dns.txt(name(owner).borrowed()))
        .unwrap()
        .records()
        .iter()
        .map(|txt| txt.as_bytes().to_vec())
        .collect()
}

fn ptr(dns: &MemoryDns, client: &str) -> Vec<PtrTarget> {
    now(dns.ptr(client.parse().unwrap()))
        .unwrap()
        .records()
        .to_vec()
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

mod master_file {
    use super::*;

    #[test]
    fn every_type_is_read() {
        let dns = zone(
            r#"
$ORIGIN example.org.
$TTL 1h
@       IN SOA ns hostmaster ( 2024010101 ; serial
                               2h 30m     ; refresh, retry
                               2w 300 )   ; expiry, minimum
        IN NS  ns
        IN MX  10 mx1
        IN MX  20 mx2.example.net.
        IN TXT "v=spf1 " "-all"
mx1     IN A    192.0.2.1
        IN AAAA 2001:db8::1
alias   IN CNAME mx1
$ORIGIN 2.0.192.in-addr.arpa.
1       IN PTR mx1.example.org.
"#,
        );
        assert_eq!(addresses(&dns, "mx1.example.org"), ["192.0.2.1"]);
        assert_eq!(addresses(&dns, "alias.example.org"), ["192.0.2.1"]);
        let six = now(dns.aaaa(name("mx1.example.org").borrowed())).unwrap();
        assert_eq!(
            six,
            Answer::of(["2001:db8::1".parse::<Ipv6Addr>().unwrap()], seconds(3600))
        );
        let mx = now(dns.mx(name("example.org").borrowed())).unwrap();
        let shown: Vec<_> = mx.records().iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10 mx1.example.org", "20 mx2.example.net"]);
        assert_eq!(txt(&dns, "example.org"), [b"v=spf1 -all"]);
        assert_eq!(
            ptr(&dns, "192.0.2.1"),
            [PtrTarget::Name(name("mx1.example.org"))]
        );
        assert_eq!(
            ptr(&dns, "::ffff:192.0.2.1"),
            [PtrTarget::Name(name("mx1.example.org"))]
        );
        assert_eq!(
            a(&dns, "example.org"),
            Ok(Answer::NoData { ttl: seconds(300) })
        );
    }

    #[test]
    fn names_are_absolute_until_an_origin_has_come() {
        let dns = zone(
            "mail.example A 192.0.2.1\n$ORIGIN example\nwww A 192.0.2.2\n$ORIGIN sub\nwww A 192.0.2.3",
        );
        assert_eq!(addresses(&dns, "mail.example"), ["192.0.2.1"]);
        assert_eq!(addresses(&dns, "www.example"), ["192.0.2.2"]);
        assert_eq!(addresses(&dns, "www.sub.example"), ["192.0.2.3"]);
    }

    #[test]
    fn at_is_the_origin_in_owner_and_data_but_not_when_escaped() {
        let dns = zone("$ORIGIN example.\n@ MX 0 @\n\\@ MX 0 x");
        let mx = now(dns.mx(name("example").borrowed())).unwrap();
        assert_eq!(
            mx.records(),
            [Mx {
                preference: 0,
                exchange: Exchange::Host(name("example"))
            }]
        );
    }

    #[test]
    fn a_blank_owner_is_the_one_before() {
        let dns = zone("a.example. A 192.0.2.1\n\n\t A 192.0.2.2 ; more\n; none\n  A 192.0.2.3");
        assert_eq!(
            addresses(&dns, "a.example"),
            ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
        );
    }

    #[test]
    fn ttl_and_class_stand_in_either_order() {
        for line in ["60 IN A", "IN 60 A", "60 A", "in 1m a", "1m In A"] {
            let dns = zone(&format!("a.example. {line} 192.0.2.1"));
            assert_eq!(a(&dns, "a.example").unwrap().ttl(), seconds(60), "{line}");
        }
    }

    #[test]
    fn a_missing_ttl_is_the_default_else_the_last_else_an_hour() {
        let dns = zone(
            "a. A 192.0.2.1\nb. 60 A 192.0.2.1\nc. A 192.0.2.1\n$TTL 2d\nd. A 192.0.2.1\ne. 0 A 192.0.2.1",
        );
        let ttls = ["a", "b", "c", "d", "e"].map(|owner| a(&dns, owner).unwrap().ttl().as_secs());
        assert_eq!(ttls, [3600, 60, 60, 2 * 24 * 3600, 0]);
    }

    #[test]
    fn units_of_ttls_add_up() {
        let dns = zone("a. 1w2d3h4m5s A 192.0.2.1");
        assert_eq!(
            a(&dns, "a").unwrap().ttl().as_secs(),
            ((7 + 2) * 24 + 3) * 3600 + 4 * 60 + 5
        );
    }

    #[test]
    fn a_set_has_its_smallest_ttl_and_each_record_once() {
        let dns = zone("a. 60 A 192.0.2.1\na. 30 A 192.0.2.2\na. 90 A 192.0.2.1");
        assert_eq!(
            a(&dns, "a"),
            Ok(Answer::of(
                [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)],
                seconds(30)
            ))
        );
    }

    #[test]
    fn case_means_nothing_in_names_types_and_directives() {
        let dns = zone("$origin EXAMPLE.\nMail a 192.0.2.1\n1.2.0.192.In-Addr.ARPA. ptr MAIL");
        assert_eq!(addresses(&dns, "mail.example"), ["192.0.2.1"]);
        assert_eq!(ptr(&dns, "192.0.2.1")[0].to_string(), "mail.example");
    }

    #[test]
    fn line_ends_may_be_those_of_any_system() {
        let dns = zone("a. A 192.0.2.1\r\n   A 192.0.2.2\r\n\r\nb. A 192.0.2.3");
        assert_eq!(addresses(&dns, "a"), ["192.0.2.1", "192.0.2.2"]);
        assert_eq!(addresses(&dns, "b"), ["192.0.2.3"]);
    }

    #[test]
    fn strings_keep_their_octets() {
        let dns = zone(
            "a. TXT \"semi;colon (and) \\\"quotes\\\"\" ; comment\n\
             b. TXT plain\\ blank \\240\\000\n\
             c. TXT \"\"\n\
             d. TXT \"über\"\n\
             e. TXT ( \"one\"\n \"two\" )",
        );
        assert_eq!(txt(&dns, "a"), [b"semi;colon (and) \"quotes\""]);
        assert_eq!(txt(&dns, "b"), [b"plain blank\xf0\x00"]);
        assert_eq!(txt(&dns, "c"), [b""]);
        assert_eq!(txt(&dns, "d"), ["über".as_bytes()]);
        assert_eq!(txt(&dns, "e"), [b"onetwo"]);
    }

    #[test]
    fn odd_octets_in_a_reverse_name_make_it_unusable() {
        for (written, shown) in [
            (r"pc\.local.example.", r"pc\.local.example"),
            (r"pc\000.example.", r"pc\000.example"),
            (r"pc\013\010.example.", r"pc\013\010.example"),
            (r"a\ b.example.", r"a\032b.example"),
            (r"a/b.example.", "a/b.example"),
            ("203.0.113.9.", "203.0.113.9"),
            (".", "."),
        ] {
            let dns = zone(&format!("9.113.0.203.in-addr.arpa. PTR {written}"));
            assert_eq!(
                ptr(&dns, "203.0.113.9"),
                [PtrTarget::Unusable(shown.into())],
                "{written}"
            );
        }
    }

    #[test]
    fn exchanges_are_hosts_the_root_or_unusable() {
        let dns = zone("a. MX 0 .\nb. MX 1 192.0.2.1.\nc. MX 65535 mx.example.");
        let exchange = |owner: &str| {
            now(dns.mx(name(owner).borrowed())).unwrap().records()[0]
                .exchange
                .clone()
        };
        assert_eq!(exchange("a"), Exchange::Root);
        assert_eq!(exchange("b"), Exchange::Unusable);
        assert_eq!(exchange("c"), Exchange::Host(name("mx.example")));
    }

    #[test]
    fn a_delegation_without_octet_borders_is_followed() {
        // RFC 2317 section 4: the alias holds a slash, which no host name does.
        let dns = zone(
            "$ORIGIN 2.0.192.in-addr.arpa.\n1 CNAME 1.0/25\n$ORIGIN 0/25.2.0.192.in-addr.arpa.\n1 PTR mail.example.",
        );
        assert_eq!(
            ptr(&dns, "192.0.2.1"),
            [PtrTarget::Name(name("mail.example"))]
        );
    }

    #[test]
    fn an_empty_text_is_an_empty_name_system() {
        for text in ["", "\n", "; nothing\n", "   \n\t;\n", "\r\n"] {
            assert_eq!(
                a(&zone(text), "a.example"),
                Ok(Answer::NoSuchName {
                    ttl: Duration::ZERO
                }),
                "{text:?}"
            );
        }
        assert_eq!(
            a(&MemoryDns::default(), "a"),
            Ok(Answer::NoSuchName {
                ttl: Duration::ZERO
            })
        );
    }
}

mod faults {
    use super::*;

    #[test]
    fn a_fault_is_told_with_its_place_and_the_word_that_was_meant() {
        for (text, told) in [
            (
                "a. IN AAA 192.0.2.1",
                "line 1, column 7: unknown record type AAA; did you mean AAAA?",
            ),
            (
                "\n\na.  CNAM b.",
                "line 3, column 5: unknown record type CNAM; did you mean CNAME?",
            ),
            (
                "a. SRV 0 0 25 b.",
                "line 1, column 4: unknown record type SRV",
            ),
            (
                "a. CH A 192.0.2.1",
                "line 1, column 4: expected the class IN, found CH",
            ),
            (
                "a. IN IN A 192.0.2.1",
                "line 1, column 7: expected a record type, found IN",
            ),
            (
                "a. A 192.0.2",
                "line 1, column 6: expected an IPv4 address, found 192.0.2",
            ),
            (
                "a. A 192.0.2.01",
                "line 1, column 6: expected an IPv4 address, found 192.0.2.01",
            ),
            (
                "a. A ::1",
                "line 1, column 6: expected an IPv4 address, found ::1",
            ),
            (
                "a. AAAA 192.0.2.1",
                "line 1, column 9: expected an IPv6 address, found 192.0.2.1",
            ),
            (
                "a. A 192.0.2.1 192.0.2.2",
                "line 1, column 16: expected the end of the entry, found 192.0.2.2",
            ),
            (
                "a. A",
                "line 1, column 5: expected an IPv4 address, found the end of the entry",
            ),
            (
                "a.",
                "line 1, column 3: expected a record type, found the end of the entry",
            ),
            (
                "a. 60 IN",
                "line 1, column 9: expected a record type, found the end of the entry",
            ),
            (
                "a. MX mx.",
                "line 1, column 7: expected a preference from 0 to 65535, found mx.",
            ),
            (
                "a. MX 65536 mx.",
                "line 1, column 7: expected a preference from 0 to 65535, found 65536",
            ),
            (
                "a. MX 0",
                "line 1, column 8: expected a name, found the end of the entry",
            ),
            (
                " A 192.0.2.1",
                "line 1, column 2: no name stands before this record",
            ),
            (
                "a. A 192.0.2.1\n  b. A 192.0.2.2",
                "line 2, column 3: expected a record type, for this line begins with a blank and so goes on with the \
                 name before",
            ),
            (
                "$ORIGN a.",
                "line 1, column 1: unknown directive $ORIGN; did you mean $ORIGIN?",
            ),
            (
                "$ORIGIN",
                "line 1, column 8: expected a name, found the end of the entry",
            ),
            (
                "$TTL soon",
                "line 1, column 6: expected a time to live below 2^31 seconds, found soon",
            ),
            (
                "$TTL 2147483648",
                "line 1, column 6: expected a time to live below 2^31 seconds, found 2147483648",
            ),
            (
                "$INCLUDE x",
                "line 1, column 1: a zone in memory knows no $INCLUDE and no $GENERATE",
            ),
            (
                "a..b. A 192.0.2.1",
                "line 1, column 1: expected a name without empty labels, found a..b.",
            ),
            (
                "\"\" A 192.0.2.1",
                "line 1, column 1: expected a name without empty labels, found \"\"",
            ),
            (
                "ü. A 192.0.2.1",
                "line 1, column 1: expected a name in visible ASCII, other octets as \\DDD, found \"ü.\"",
            ),
            (
                "a. TXT \"open",
                "line 1, column 8: this quotation is not closed on its line",
            ),
            (
                "a. TXT \"open\nb\"",
                "line 1, column 8: this quotation is not closed on its line",
            ),
            (
                "a. A ( 192.0.2.1",
                "line 1, column 6: this parenthesis is never closed",
            ),
            (
                "a. A ( ( 192.0.2.1 ) )",
                "line 1, column 8: a parenthesis inside a parenthesis",
            ),
            (
                "a. A 192.0.2.1 )",
                "line 1, column 16: this parenthesis was never opened",
            ),
            (
                "a. TXT \\256",
                "line 1, column 8: a backslash needs a character or three digits up to 255 behind it",
            ),
            (
                "a. TXT \\1",
                "line 1, column 8: a backslash needs a character or three digits up to 255 behind it",
            ),
            (
                "a. CNAME b.\na. CNAME c.",
                "line 2, column 1: a second CNAME for the same name",
            ),
            (
                "a. A !servfial",
                "line 1, column 6: unknown script word !servfial; did you mean !servfail?",
            ),
            (
                "a. A !SERVFAIL",
                "line 1, column 6: unknown script word !SERVFAIL; did you mean !servfail?",
            ),
            (
                "a. A !delay=soon",
                "line 1, column 6: expected a delay such as !delay=250ms, found !delay=soon",
            ),
            (
                "a. A !delay=5",
                "line 1, column 6: expected a delay such as !delay=250ms, found !delay=5",
            ),
            (
                "a. A !servfail 192.0.2.1",
                "line 1, column 16: expected the end of the entry, found 192.0.2.1",
            ),
            (
                "a. ANY 192.0.2.1",
                "line 1, column 8: expected a word such as !servfail, for ANY, found 192.0.2.1",
            ),
            (
                "a. ANY",
                "line 1, column 7: expected a word such as !servfail, for ANY, found the end of the entry",
            ),
            (
                "a. SOA ns. me. x 1 1 1 1",
                "line 1, column 16: expected a serial number, found x",
            ),
        ] {
            assert_eq!(zone_err(text), told, "{text:?}");
        }
    }

    #[test]
    fn names_and_strings_have_their_limits() {
        let label = "a".repeat(63);
        assert!(MemoryDns::parse(&format!("{label}. A 192.0.2.1")).is_ok());
        assert!(
            zone_err(&format!("{label}a. A 192.0.2.1")).contains("labels of at most 63 octets")
        );
        let long = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert_eq!(long.len(), 253);
        assert!(MemoryDns::parse(&format!("{long}. A 192.0.2.1")).is_ok());
        assert!(zone_err(&format!("{long}a. A 192.0.2.1")).contains("at most 253 octets"));
        assert!(MemoryDns::parse(&format!("a. TXT {}", "x".repeat(255))).is_ok());
        assert!(
            zone_err(&format!("a. TXT {}", "x".repeat(256))).contains("longer than 255 octets")
        );
        let many = format!("a. TXT {}", "xxxxxxxx ".repeat(65_535 / 8 + 1));
        assert!(zone_err(&many).contains("longer than 65535 octets"));
    }

    #[test]
    fn the_place_is_counted_in_characters() {
        let error = MemoryDns::parse("a. TXT \"ü\" ; ü\nb. TXT \"üü\" \\1").unwrap_err();
        assert_eq!((error.line(), error.column()), (2, 13));
    }

    #[test]
    fn what_a_stranger_wrote_is_escaped_and_cut() {
        let error = zone_err(&format!("a. A \u{1b}[31m{}", "x".repeat(10_000)));
        assert!(!error.contains('\u{1b}') && error.len() < 300, "{error}");
    }
}

mod answers {
    use super::*;

    #[test]
    fn absence_is_told_apart() {
        let dns = zone("$ORIGIN example.\n@ 600 SOA ns me 1 2 3 4 300\na.b A 192.0.2.1");
        let ttl = seconds(300);
        assert_eq!(a(&dns, "none.example"), Ok(Answer::NoSuchName { ttl }));
        assert_eq!(a(&dns, "x.a.b.example"), Ok(Answer::NoSuchName { ttl }));
        assert_eq!(
            now(dns.mx(name("a.b.example").borrowed())),
            Ok(Answer::NoData { ttl })
        );
        assert_eq!(
            a(&dns, "b.example"),
            Ok(Answer::NoData { ttl }),
            "an empty non-terminal exists"
        );
        assert_eq!(
            a(&dns, "none.test"),
            Ok(Answer::NoSuchName {
                ttl: Duration::ZERO
            }),
            "no SOA says how long"
        );
    }

    #[test]
    fn absence_is_kept_for_the_lesser_of_ttl_and_minimum_of_the_nearest_soa() {
        let dns =
            zone("example. 60 SOA ns. me. 1 2 3 4 300\nsub.example. 900 SOA ns. me. 1 2 3 4 30");
        assert_eq!(a(&dns, "x.example").unwrap().ttl(), seconds(60));
        assert_eq!(a(&dns, "x.y.sub.example").unwrap().ttl(), seconds(30));
        assert_eq!(a(&dns, "sub.example").unwrap().ttl(), seconds(30));
    }

    /// The zone and the questions of RFC 4592 section 2.2.1.
    #[test]
    fn wildcards_answer_as_rfc_4592_says() {
        let dns = zone(
            "$ORIGIN example.\n\
             @            3600 IN SOA  ns me 1 2 3 4 5\n\
             @            3600    NS   ns.example.com.\n\
             *            3600    TXT  \"this is a wildcard\"\n\
             *            3600    MX   10 host1.example.\n\
             sub.*        3600    TXT  \"this is not a wildcard\"\n\
             host1        3600    A    192.0.2.1\n\
             _ssh._tcp.host1 3600 TXT  x\n\
             _ssh._tcp.host2 3600 TXT  x\n",
        );
        assert_eq!(
            now(dns.mx(name("host3.example").borrowed()))
                .unwrap()
                .records()
                .len(),
            1
        );
        assert_eq!(
            a(&dns, "host3.example"),
            Ok(Answer::NoData { ttl: seconds(5) })
        );
        assert_eq!(txt(&dns, "foo.bar.example"), [b"this is a wildcard"]);
        assert_eq!(
            now(dns.mx(name("host1.example").borrowed())),
            Ok(Answer::NoData { ttl: seconds(5) })
        );
        let absent = Ok(Answer::NoSuchName { ttl: seconds(5) });
        assert_eq!(
            now(dns.txt(name("_telnet._tcp.host1.example").borrowed())),
            absent
        );
        assert_eq!(
            now(dns.mx(name("host2.example").borrowed())),
            Ok(Answer::NoData { ttl: seconds(5) })
        );
        assert_eq!(now(dns.txt(name("ghost.host1.example").borrowed())), absent);
    }

    #[test]
    fn wildcards_serve_lists_that_list_the_world() {
        let dns = zone("*.bl.example. A 203.0.113.80\n*. TXT everything");
        assert_eq!(addresses(&dns, "9.113.0.203.bl.example"), ["203.0.113.80"]);
        assert_eq!(txt(&dns, "anything.test"), [b"everything"]);
        assert_eq!(
            a(&dns, "bl.example"),
            Ok(Answer::NoData {
                ttl: Duration::ZERO
            })
        );
    }

    #[test]
    fn a_wildcard_may_be_an_alias() {
        let dns = zone("*.example. 30 CNAME target.test.\ntarget.test. A 192.0.2.1");
        assert_eq!(
            a(&dns, "x.example"),
            Ok(Answer::of([Ipv4Addr::new(192, 0, 2, 1)], seconds(30)))
        );
    }

    #[test]
    fn an_alias_is_followed_and_bounds_the_ttl() {
        let dns = zone(
            "a. 60 CNAME b.\nb. 30 CNAME c.\nc. 90 A 192.0.2.1\nd. 20 CNAME none.\ne. 10 CNAME c.",
        );
        assert_eq!(a(&dns, "a").unwrap().ttl(), seconds(30));
        assert_eq!(
            a(&dns, "d"),
            Ok(Answer::NoSuchName {
                ttl: Duration::ZERO
            })
        );
        assert_eq!(
            now(dns.aaaa(name("e").borrowed())),
            Ok(Answer::NoData {
                ttl: Duration::ZERO
            })
        );
        let negative = zone("a. 20 CNAME none.b.\nb. 300 SOA b. b. 1 2 3 4 60");
        assert_eq!(
            a(&negative, "a"),
            Ok(Answer::NoSuchName { ttl: seconds(20) })
        );
    }

    #[test]
    fn eight_aliases_are_followed_and_no_more_and_no_loop() {
        let chain: String = (0..9)
            .map(|n| format!("c{n}. CNAME c{}.\n", n + 1))
            .collect();
        let dns = zone(&format!(
            "{chain}c9. A 192.0.2.1\nloop. CNAME loop.\nx. CNAME y.\ny. CNAME x."
        ));
        assert_eq!(addresses(&dns, "c1"), ["192.0.2.1"]);
        for owner in ["c0", "loop", "x"] {
            assert_eq!(a(&dns, owner), Err(DnsError::ServerFailure), "{owner}");
        }
    }

    #[test]
    fn trouble_is_scripted() {
        let dns = zone(
            "a. A !servfail\na. AAAA !timeout\na. MX !refused\na. TXT fine\nb. A !nodata\nb. MX !nxdomain",
        );
        assert_eq!(a(&dns, "a"), Err(DnsError::ServerFailure));
        assert_eq!(now(dns.aaaa(name("a").borrowed())), Err(DnsError::Timeout));
        assert_eq!(now(dns.mx(name("a").borrowed())), Err(DnsError::Refused));
        assert_eq!(txt(&dns, "a"), [b"fine"]);
        assert_eq!(
            a(&dns, "b"),
            Ok(Answer::NoData {
                ttl: Duration::ZERO
            })
        );
        assert_eq!(
            now(dns.mx(name("b").borrowed())),
            Ok(Answer::NoSuchName {
                ttl: Duration::ZERO
            })
        );
    }

    #[test]
    fn any_scripts_every_type_and_wins_over_records() {
        let dns = zone(
            "a. A 192.0.2.1\na. ANY !servfail\n*.slow. ANY !timeout\n9.113.0.203.in-addr.arpa. ANY !refused",
        );
        let owner = name("a");
        assert_eq!(now(dns.a(owner.borrowed())), Err(DnsError::ServerFailure));
        assert_eq!(
            now(dns.aaaa(owner.borrowed())),
            Err(DnsError::ServerFailure)
        );
        assert_eq!(now(dns.mx(owner.borrowed())), Err(DnsError::ServerFailure));
        assert_eq!(now(dns.txt(owner.borrowed())), Err(DnsError::ServerFailure));
        assert_eq!(a(&dns, "x.y.slow"), Err(DnsError::Timeout));
        assert_eq!(
            now(dns.ptr("203.0.113.9".parse().unwrap())),
            Err(DnsError::Refused)
        );
    }

    #[test]
    fn trouble_at_an_alias_is_trouble_for_every_type() {
        let dns = zone("a. CNAME !servfail\nb. CNAME a.");
        assert_eq!(a(&dns, "b"), Err(DnsError::ServerFailure));
    }
}

mod delays {
    use super::*;

    fn poll<T>(step: &mut std::pin::Pin<&mut Step<'_, T>>) -> Poll<T>
    where
        T: Unpin,
    {
        step.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn without_a_clock_they_pass_at_once() {
        let dns = zone("a. A !delay=1h 192.0.2.1");
        assert_eq!(addresses(&dns, "a"), ["192.0.2.1"]);
    }

    #[test]
    fn they_pass_on_the_clock() {
        let clock = ManualClock::new();
        let dns = zone("a. A !delay=250ms 192.0.2.1\na. MX !delay=2s !timeout\na. TXT x")
            .with_clock(clock.clone());
        let owner = name("a");
        let mut step = pin!(dns.a(owner.borrowed()));
        assert!(poll(&mut step).is_pending());
        clock.advance(Duration::from_millis(249));
        assert!(poll(&mut step).is_pending());
        clock.advance(Duration::from_millis(1));
        assert!(poll(&mut step).is_ready());

        let mut step = pin!(dns.mx(owner.borrowed()));
        assert!(poll(&mut step).is_pending());
        assert_eq!(
            clock.next_wake(),
            Some(Moment::after_start(Duration::from_millis(2250)))
        );
        clock.advance(seconds(2));
        assert_eq!(poll(&mut step), Poll::Ready(Err(DnsError::Timeout)));
        assert!(dns.txt(owner.borrowed()).is_ready());
    }

    #[test]
    fn they_begin_when_the_question_is_put() {
        let clock = ManualClock::new();
        let dns = zone("a. A !delay=1s 192.0.2.1").with_clock(clock.clone());
        let mut step = pin!(dns.a(NameRef::from(&name("a"))));
        clock.advance(seconds(1));
        assert!(poll(&mut step).is_ready());
    }

    #[test]
    fn they_add_up_along_aliases_and_words_and_hold_for_any() {
        let clock = ManualClock::new();
        let dns = zone(
            "a. CNAME !delay=1s b.\nb. A !delay=1s !delay=1500ms 192.0.2.1\n\
             c. ANY !delay=1m\nc. A 192.0.2.1\nd. A 192.0.2.1\nd. A !delay=1m",
        )
        .with_clock(clock.clone());
        for (owner, wait) in [("a", 3500), ("c", 60_000), ("d", 60_000)] {
            let owner = name(owner);
            let mut step = pin!(dns.a(owner.borrowed()));
            assert!(poll(&mut step).is_pending());
            assert_eq!(
                clock.next_wake(),
                Some(clock.now().plus(Duration::from_millis(wait)))
            );
            clock.advance(Duration::from_millis(wait));
            assert!(matches!(
                poll(&mut step),
                Poll::Ready(Ok(Answer::Records { .. }))
            ));
        }
    }

    #[test]
    fn a_dropped_question_leaves_nobody_sleeping() {
        let clock = ManualClock::new();
        let dns = zone("a. A !delay=1s 192.0.2.1").with_clock(clock.clone());
        {
            let mut step = pin!(dns.a(name("a").borrowed()));
            assert!(poll(&mut step).is_pending());
        }
        assert_eq!(clock.next_wake(), None);
    }
}

mod replacing {
    use super::*;

    #[test]
    fn a_record_takes_the_place_of_its_name_and_type_alone() {
        let dns = zone("a. A 192.0.2.1\na. A 192.0.2.2\na. TXT x\nb. A 192.0.2.9");
        dns.replace("a. 60 A 192.0.2.3").unwrap();
        assert_eq!(
            a(&dns, "a"),
            Ok(Answer::of([Ipv4Addr::new(192, 0, 2, 3)], seconds(60)))
        );
        assert_eq!(txt(&dns, "a"), [b"x"]);
        assert_eq!(addresses(&dns, "b"), ["192.0.2.9"]);
    }

    #[test]
    fn a_new_name_appears_with_those_above_it() {
        let dns = MemoryDns::empty();
        dns.replace("x.y.example. A 192.0.2.1").unwrap();
        assert_eq!(addresses(&dns, "x.y.example"), ["192.0.2.1"]);
        assert_eq!(
            a(&dns, "y.example"),
            Ok(Answer::NoData {
                ttl: Duration::ZERO
            })
        );
        dns.replace("*.example. TXT wild").unwrap();
        assert_eq!(txt(&dns, "z.example"), [b"wild"]);
    }

    #[test]
    fn trouble_comes_and_goes() {
        let dns = zone("a. A 192.0.2.1");
        dns.replace("a. ANY !servfail").unwrap();
        assert_eq!(a(&dns, "a"), Err(DnsError::ServerFailure));
        dns.replace("a. A 192.0.2.2").unwrap();
        assert_eq!(addresses(&dns, "a"), ["192.0.2.2"]);
        assert_eq!(
            now(dns.mx(name("a").borrowed())),
            Err(DnsError::ServerFailure),
            "the other types keep theirs"
        );
        dns.replace("a. A !nodata").unwrap();
        assert_eq!(
            a(&dns, "a"),
            Ok(Answer::NoData {
                ttl: Duration::ZERO
            })
        );
    }

    #[test]
    fn an_alias_and_other_data_exclude_each_other() {
        let dns = zone("a. A 192.0.2.1\nb. A 192.0.2.2");
        dns.replace("a. CNAME b.").unwrap();
        assert_eq!(addresses(&dns, "a"), ["192.0.2.2"]);
        dns.replace("a. CNAME c.").unwrap();
        assert_eq!(
            a(&dns, "a"),
            Ok(Answer::NoSuchName {
                ttl: Duration::ZERO
            })
        );
        dns.replace("a. A 192.0.2.3").unwrap();
        assert_eq!(addresses(&dns, "a"), ["192.0.2.3"]);
        assert_eq!(
            now(dns.mx(name("a").borrowed())),
            Ok(Answer::NoData {
                ttl: Duration::ZERO
            })
        );
    }

    #[test]
    fn several_records_take_their_place_together_and_a_fault_replaces_nothing() {
        let dns = zone("a. A 192.0.2.1");
        dns.replace("a. A 192.0.2.2\n   A 192.0.2.3").unwrap();
        assert_eq!(addresses(&dns, "a"), ["192.0.2.2", "192.0.2.3"]);
        let error = dns.replace("a. A 192.0.2.4\na. A x").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2, column 6: expected an IPv4 address, found x"
        );
        assert_eq!(addresses(&dns, "a"), ["192.0.2.2", "192.0.2.3"]);
    }

    #[test]
    fn an_answer_given_before_stays_what_it_was() {
        let dns = zone("a. A 192.0.2.1");
        let before = a(&dns, "a");
        dns.replace("a. A 192.0.2.2").unwrap();
        assert_eq!(before.unwrap().records(), [Ipv4Addr::new(192, 0, 2, 1)]);
    }
}

#[test]
fn questions_are_logged_in_order() {
    let dns = zone("a.example. CNAME b.example.\nb.example. A 192.0.2.1");
    let owner = name("A.example");
    let _ = dns.a(owner.borrowed()).wait();
    let _ = dns.aaaa(owner.borrowed()).wait();
    let _ = dns.mx(owner.borrowed()).wait();
    let _ = dns.txt(owner.borrowed()).wait();
    let _ = dns.ptr("203.0.113.9".parse().unwrap()).wait();
    let shown: Vec<_> = dns.queries().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "A a.example",
            "AAAA a.example",
            "MX a.example",
            "TXT a.example",
            "PTR 9.113.0.203.in-addr.arpa"
        ]
    );
    assert_eq!(dns.query_count(), 5);
    dns.forget_queries();
    assert_eq!((dns.query_count(), dns.queries()), (0, Vec::new()));
    assert_eq!(format!("{dns:?}"), "MemoryDns { names: 4, queries: 0 }");
}

#[test]
fn the_log_may_be_switched_off() {
    let dns = zone("a. A 192.0.2.1").without_log();
    assert_eq!(addresses(&dns, "a"), ["192.0.2.1"]);
    dns.forget_queries();
    assert_eq!((dns.query_count(), dns.queries()), (0, Vec::new()));
}

#[test]
fn it_is_shared_between_threads() {
    let dns = zone("a. A 192.0.2.1");
    std::thread::scope(|scope| {
        for n in 0..4_u8 {
            let dns = &dns;
            scope.spawn(move || {
                dns.replace(&format!("a. A 192.0.2.{n}")).unwrap();
                assert_eq!(addresses(dns, "a").len(), 1);
            });
        }
    });
    assert_eq!(dns.query_count(), 4);
}

#[test]
fn a_large_zone_is_read_and_asked_in_no_time() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for n in 0..20_000_u32 {
        writeln!(text, "{}.{}.bl.example. A 127.0.0.2", n % 256, n / 256).unwrap();
        writeln!(text, "1.2.0.192.in-addr.arpa. PTR host{n}.example.").unwrap();
    }
    let dns = zone(&text);
    assert_eq!(ptr(&dns, "192.0.2.1").len(), 20_000);
    assert_eq!(addresses(&dns, "255.77.bl.example"), ["127.0.0.2"]);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_panic(text in ".{0,200}") {
        let _ = MemoryDns::parse(&text);
    }

    #[test]
    fn any_text_made_of_the_words_of_a_zone_is_read_or_refused_without_panic(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "a.", "b", "@", "*", "*.x", "IN", "60", "1h", "A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "TXT",
                "192.0.2.1", "::1", "0", "!servfail", "!delay=1s", "\"x y\"", "\\", "\\.", "\\000", "(", ")", "\n", ";",
                " ", "\"", "$TTL", "$ORIGIN", ".",
            ]),
            0..40,
        ),
    ) {
        if let Ok(dns) = MemoryDns::parse(&words.join(" ")) {
            for owner in ["a", "b", "x", "q.x", "b.a"] {
                let _ = dns.a(name(owner).borrowed()).wait();
                let _ = dns.mx(name(owner).borrowed()).wait();
            }
        }
    }

    #[test]
    fn any_octets_of_a_text_are_told_as_they_were_written(octets in proptest::collection::vec(any::<u8>(), 0..100)) {
        let written: String = octets.iter().map(|octet| format!("\\{octet:03}")).collect();
        let dns = zone(&format!("a. TXT \"{written}\""));
        let told = now(dns.txt(name("a").borrowed())).unwrap();
        prop_assert_eq!(told.records(), [Txt::new(&octets)]);
    }

    #[test]
    fn any_label_of_a_reverse_name_is_usable_only_when_it_is_a_name(label in proptest::collection::vec(any::<u8>(), 1..20)) {
        let written: String = label.iter().map(|octet| format!("\\{octet:03}")).collect();
        let dns = zone(&format!("9.113.0.203.in-addr.arpa. PTR {written}.example."));
        let target = ptr(&dns, "203.0.113.9").remove(0);
        let usable = Name::from_labels([label.as_slice(), b"example"]).ok();
        prop_assert_eq!(target.name(), usable.as_ref());
    }
}

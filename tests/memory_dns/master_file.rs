//! What a zone file may hold, and what is read from it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use mailward::dns::{Answer, Dns, Exchange, MemoryDns, Mx, PtrTarget};

use crate::{a, addresses, name, now, ptr, seconds, txt, zone};

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

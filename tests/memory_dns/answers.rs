//! What a zone answers.

use std::net::Ipv4Addr;
use std::time::Duration;

use mailward::dns::{Answer, Dns, DnsError};

use crate::{a, addresses, name, now, seconds, txt, zone};

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
    let dns = zone("example. 60 SOA ns. me. 1 2 3 4 300\nsub.example. 900 SOA ns. me. 1 2 3 4 30");
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

//! Records that change while the zone is in use.

use std::net::Ipv4Addr;
use std::time::Duration;

use mailward::dns::{Answer, Dns, DnsError, MemoryDns};

use crate::{a, addresses, name, now, seconds, txt, zone};

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

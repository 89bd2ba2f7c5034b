//! Domains for which we are a backup exchanger.

use mailward::dns::DnsError;
use mailward::relay::{Backup, Destination, Side};

use crate::connections::RECIPIENTS;
use crate::perimeter;
use crate::util::{dns, name, network, recipient};

const FRIENDS: &str = "
    friend.example.         MX 10 mail.friend.example.
    friend.example.         MX 20 mx.example.org.
    mail.friend.example.    A  198.51.100.25
    mail.friend.example.    AAAA 2001:db8:f::25
    half.example.           MX 10 mail.half.example.
    half.example.           MX 20 mx.example.org.
    mail.half.example.      A  198.51.100.26
    mail.half.example.      A  203.0.113.9
    two.example.            MX 5  mail.friend.example.
    two.example.            MX 10 mail.stranger.example.
    two.example.            MX 20 mx.example.org.
    stranger.example.       MX 10 mail.stranger.example.
    stranger.example.       MX 20 mx.example.org.
    mail.stranger.example.  A  203.0.113.9
    outside6.example.       MX 10 mail.outside6.example.
    outside6.example.       MX 20 mx.example.org.
    mail.outside6.example.  A  198.51.100.27
    mail.outside6.example.  AAAA 2001:db8:bad::1
    best.example.           MX 10 mx.example.org.
    best.example.           MX 20 mail.friend.example.
    equal.example.          MX 10 mx.example.org.
    equal.example.          MX 10 mail.friend.example.
    notus.example.          MX 10 mail.friend.example.
    silent.example.         MX 0 .
    plain.example.          A  198.51.100.25
    gone.example.           MX 10 mail.gone.example.
    gone.example.           MX 20 mx.example.org.
    trouble.example.        MX !servfail
    unsure.example.         MX 10 mail.unsure.example.
    unsure.example.         MX 20 mx.example.org.
    mail.unsure.example.    A  198.51.100.28
    mail.unsure.example.    AAAA !timeout
    worse.example.          MX 10 mail.worse.example.
    worse.example.          MX 20 mx.example.org.
    mail.worse.example.     A  203.0.113.9
    mail.worse.example.     AAAA !timeout
";

fn backup(domain: &str) -> Backup {
    let perimeter = perimeter()
        .backup_mx(network("198.51.100.0/24"))
        .backup_mx(network("2001:db8:f::/48"));
    perimeter.backup_for(&name(domain), &dns(FRIENDS)).wait()
}

#[test]
fn a_backup_exchanger_needs_better_ones_that_the_operator_named() {
    assert_eq!(backup("friend.example"), Backup::Yes);
    for domain in [
        "half.example",
        "two.example",
        "stranger.example",
        "outside6.example",
        "best.example",
        "equal.example",
        "notus.example",
        "silent.example",
        "plain.example",
        "gone.example",
        "nowhere.example",
        "worse.example",
    ] {
        assert_eq!(backup(domain), Backup::No, "{domain}");
    }
}

#[test]
fn trouble_makes_nobody_a_backup_exchanger() {
    assert_eq!(
        backup("trouble.example"),
        Backup::Trouble(DnsError::ServerFailure)
    );
    assert_eq!(backup("unsure.example"), Backup::Trouble(DnsError::Timeout));
    assert_eq!(Backup::Trouble(DnsError::Timeout).side(), Side::External);
    assert_eq!(
        (Backup::Yes.side(), Backup::No.side()),
        (Side::Internal, Side::External)
    );
}

#[test]
fn ten_better_exchangers_are_looked_up_and_no_more() {
    let zone = |count: usize| {
        let mut zone = String::from("many.example. MX 900 mx.example.org.\n");
        for at in 0..count {
            zone += &format!(
                "many.example. MX {at} m{at}.example.\nm{at}.example. A 198.51.100.{at}\n"
            );
        }
        dns(&zone)
    };
    let perimeter = perimeter().backup_mx(network("198.51.100.0/24"));
    assert_eq!(
        perimeter
            .backup_for(&name("many.example"), &zone(10))
            .wait(),
        Backup::Yes
    );
    let eleven = zone(11);
    assert_eq!(
        perimeter.backup_for(&name("many.example"), &eleven).wait(),
        Backup::No
    );
    assert_eq!(eleven.query_count(), 1);
}

#[test]
fn only_what_lies_elsewhere_is_a_candidate() {
    let without = perimeter();
    let with = perimeter().backup_mx(network("198.51.100.0/24"));
    for (text, destination) in RECIPIENTS {
        let recipient = recipient(text);
        assert_eq!(without.backup_candidate(&recipient), None, "{text}");
        let name = recipient.domain().and_then(|domain| domain.name());
        let expected = name.filter(|_| destination == Destination::Elsewhere);
        assert_eq!(with.backup_candidate(&recipient), expected, "{text}");
    }
}

#[test]
fn without_backup_networks_no_question_is_asked() {
    let dns = dns(FRIENDS);
    assert_eq!(
        perimeter().backup_for(&name("friend.example"), &dns).wait(),
        Backup::No
    );
    assert_eq!(dns.query_count(), 0);
}

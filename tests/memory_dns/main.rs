//! A zone in a string: what is read, what is refused and in which words, and what it answers.

mod answers;
mod delays;
mod faults;
mod master_file;
mod replacing;

use std::net::Ipv4Addr;
use std::time::Duration;

use mailward::dns::{Dns, Lookup, MemoryDns, PtrTarget, Txt};
use mailward::name::Name;
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

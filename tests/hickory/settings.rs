//! The settings: what they do, and which cannot be.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use mailward::dns::{Dns, DnsError, HickoryDns};
use mailward::step::Step;

use crate::message::{NXDOMAIN, SERVFAIL, a as address, absence, answer, code};
use crate::server::{Act, Server};
use crate::{a, addresses, builder, name, no_such_name, resolver};

#[test]
fn settings_that_leave_no_room_are_refused() {
    let settings = || HickoryDns::builder().servers(["127.0.0.1:53535".parse().unwrap()]);
    let says = |builder: mailward::dns::HickoryBuilder| builder.build().unwrap_err().to_string();
    assert_eq!(
        says(settings().servers([])),
        "no name server: expected at least one"
    );
    assert_eq!(
        says(settings().attempts(0)),
        "attempts 0: expected at least 1"
    );
    assert_eq!(
        says(settings().in_flight(0)),
        "in-flight 0: expected at least 1"
    );
    assert_eq!(
        says(settings().timeout(Duration::ZERO)),
        "timeout 0: expected some time"
    );
    assert_eq!(
        HickoryDns::servers([]).unwrap_err().to_string(),
        "no name server: expected at least one"
    );
}

#[test]
fn settings_without_measure_are_no_fault() {
    let server =
        Server::start(|question| answer([address(&question.name, 60, "192.0.2.1")]).into());
    let dns = builder(&server)
        .attempts(usize::MAX)
        .in_flight(usize::MAX)
        .timeout(Duration::MAX)
        .cache(u64::MAX)
        .build();
    assert_eq!(
        a(&dns.unwrap(), "mail.example"),
        addresses(60, &["192.0.2.1"])
    );
}

#[test]
fn the_system_has_name_servers_or_says_why_not() {
    match HickoryDns::system() {
        Ok(dns) => assert!(format!("{dns:?}").starts_with("HickoryDns { servers: [")),
        Err(error) => assert!(
            error
                .to_string()
                .starts_with("the name servers of the system cannot be read: "),
            "{error}"
        ),
    }
}

#[test]
fn answers_are_kept_and_trouble_is_not() {
    let server = Server::start(|question| {
        match question.name.as_str() {
            "mail.example" => answer([address("mail.example", 60, "192.0.2.1")]),
            "gone.example" => absence(NXDOMAIN, 60, 60),
            _ => code(SERVFAIL),
        }
        .into()
    });
    let dns = resolver(&server);
    for _ in 0..3 {
        assert_eq!(a(&dns, "Mail.example").unwrap().records().len(), 1);
        assert!(a(&dns, "gone.example").unwrap().records().is_empty());
        assert_eq!(a(&dns, "failing.example"), Err(DnsError::ServerFailure));
    }
    let mut asked = server.asked();
    asked.sort_unstable();
    assert_eq!(
        asked,
        [
            "failing.example 1",
            "failing.example 1",
            "failing.example 1",
            "gone.example 1",
            "mail.example 1"
        ]
    );
}

#[test]
fn a_kept_answer_ages() {
    let server = Server::start(|question| {
        match question.name.as_str() {
            "mail.example" => answer([address("mail.example", 60, "192.0.2.1")]),
            _ => absence(NXDOMAIN, 60, 60),
        }
        .into()
    });
    let dns = resolver(&server);
    assert_eq!(a(&dns, "mail.example"), addresses(60, &["192.0.2.1"]));
    assert_eq!(a(&dns, "gone.example"), no_such_name(60));
    thread::sleep(Duration::from_millis(1100));
    for owner in ["mail.example", "gone.example"] {
        let ttl = a(&dns, owner).unwrap().ttl();
        assert!((30..60).contains(&ttl.as_secs()), "{owner}: {ttl:?}");
    }
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn without_a_cache_each_question_is_asked() {
    let server =
        Server::start(|question| answer([address(&question.name, 60, "192.0.2.1")]).into());
    let dns = builder(&server).cache(0).build().unwrap();
    for _ in 0..3 {
        assert_eq!(a(&dns, "mail.example"), addresses(60, &["192.0.2.1"]));
    }
    assert_eq!(server.asked(), ["mail.example 1"; 3]);
}

#[test]
fn no_more_questions_than_allowed_are_on_their_way() {
    let server = Server::start(|_| Act::Silence);
    let timeout = Duration::from_millis(600);
    let dns = builder(&server)
        .timeout(timeout)
        .in_flight(2)
        .build()
        .unwrap();
    let names = [1, 2, 3, 4].map(|n| name(&format!("slow{n}.example")));
    let started = Instant::now();
    let first_two = thread::scope(|scope| {
        let watch = scope.spawn(|| {
            thread::sleep(timeout / 2);
            server.asked().into_iter().collect::<BTreeSet<_>>()
        });
        let all = Step::join_all(names.iter().map(|name| dns.a(name.borrowed()))).wait();
        assert_eq!(all, vec![Err(DnsError::Timeout); 4]);
        watch.join().unwrap()
    });
    assert!(started.elapsed() >= timeout * 2, "{:?}", started.elapsed());
    assert_eq!(first_two.len(), 2, "{first_two:?}");
    assert_eq!(server.asked().into_iter().collect::<BTreeSet<_>>().len(), 4);
}

//! Servers that fail, refuse, lie, or say nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::time::{Duration, Instant};

use mailward::dns::{Answer, Dns, DnsError, PtrTarget};
use mailward::step::Step;

use crate::message::{
    A, FORMERR, NOTIMP, Question, REFUSED, Reply, SERVFAIL, a as address, answer, cname, code, ns,
    ptr,
};
use crate::server::{Act, Server, Tcp};
use crate::{IMPATIENCE, PATIENCE, a, addresses, builder, impatient, name, resolver};

#[test]
fn codes_are_told_apart() {
    let server = Server::start(|question| {
        let (code_of, _) = question.name.split_once('.').unwrap();
        code(code_of.parse().unwrap()).into()
    });
    let dns = resolver(&server);
    for (number, error) in [
        (FORMERR, DnsError::ServerFailure),
        (SERVFAIL, DnsError::ServerFailure),
        (NOTIMP, DnsError::ServerFailure),
        (REFUSED, DnsError::Refused),
        (6, DnsError::ServerFailure),  // YXDOMAIN
        (9, DnsError::ServerFailure),  // NOTAUTH
        (13, DnsError::ServerFailure), // not assigned
    ] {
        assert_eq!(
            a(&dns, &format!("{number}.example")),
            Err(error),
            "{number}"
        );
    }
}

#[test]
fn records_beside_a_failure_do_not_count() {
    for number in [SERVFAIL, REFUSED, 13] {
        let server = Server::start(move |question| {
            let answers = vec![address(&question.name, 60, "192.0.2.1")];
            Reply {
                answers,
                ..code(number)
            }
            .into()
        });
        let found = a(&resolver(&server), "mail.example");
        let refused = number == REFUSED;
        let error = if refused {
            DnsError::Refused
        } else {
            DnsError::ServerFailure
        };
        assert_eq!(found, Err(error), "{number}");
    }
}

#[test]
fn silence_ends_when_all_attempts_have() {
    let server = Server::start(|_| Act::Silence);
    let started = Instant::now();
    let timeout = Duration::from_millis(500);
    let dns = builder(&server)
        .timeout(timeout)
        .attempts(3)
        .build()
        .unwrap();
    assert_eq!(a(&dns, "mail.example"), Err(DnsError::Timeout));
    let took = started.elapsed();
    assert!(took >= timeout * 3, "{took:?}");
    assert!(took < PATIENCE, "{took:?}");
    assert!(server.asked().len() >= 3, "{:?}", server.asked()); // and some within each attempt
}

#[test]
fn a_chain_has_no_more_time_than_a_name() {
    let server = Server::start(|question| match question.name.as_str() {
        "www.example" => answer([cname("www.example", 60, "slow.example")]).into(),
        _ => Act::Silence,
    });
    assert_eq!(
        a(&impatient(&server), "www.example"),
        Err(DnsError::Timeout)
    );
}

#[test]
fn a_server_that_is_not_there_is_silence() {
    let closed = {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.local_addr().unwrap()
    };
    let server = Server::start(|_| Act::Silence);
    let dns = builder(&server)
        .servers([closed])
        .timeout(IMPATIENCE)
        .build()
        .unwrap();
    assert_eq!(a(&dns, "mail.example"), Err(DnsError::Timeout));
}

#[test]
fn a_second_attempt_may_be_answered() {
    let server = Server::start(|question| {
        static TRIES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        match TRIES.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => code(SERVFAIL).into(),
            _ => answer([address(&question.name, 60, "192.0.2.1")]).into(),
        }
    });
    let dns = builder(&server).attempts(2).build().unwrap();
    assert_eq!(a(&dns, "mail.example"), addresses(60, &["192.0.2.1"]));
}

#[test]
fn the_second_server_is_asked_when_the_first_is_silent() {
    let silent = Server::start(|_| Act::Silence);
    let server =
        Server::start(|question| answer([address(&question.name, 60, "192.0.2.1")]).into());
    let dns = builder(&server)
        .servers([silent.address(), server.address()])
        .timeout(Duration::from_secs(1))
        .attempts(2)
        .build()
        .unwrap();
    assert_eq!(a(&dns, "mail.example"), addresses(60, &["192.0.2.1"]));
}

#[test]
fn an_answer_with_a_foreign_id_or_question_is_none() {
    let forged = |reply: Reply, forged_name| {
        Server::start(move |question| Act::Octets(vec![reply.to(&question.forged(forged_name))]))
    };
    let lie = || answer([address("mail.example", 60, "192.0.2.66")]);
    for server in [forged(lie(), None), forged(lie(), Some("other.example"))] {
        assert_eq!(
            a(&impatient(&server), "mail.example"),
            Err(DnsError::Timeout)
        );
    }
}

#[test]
fn a_forged_answer_does_not_keep_the_true_one_away() {
    let server = Server::start(|question| {
        let forged = answer([address("mail.example", 60, "192.0.2.66")]);
        let honest = answer([address("mail.example", 60, "192.0.2.1")]);
        Act::Octets(vec![
            forged.to(&question.forged(None)),
            forged.to(&question.forged(Some("other.example"))),
            b"?".to_vec(),
            honest.to(question),
        ])
    });
    assert_eq!(
        a(&resolver(&server), "mail.example"),
        addresses(60, &["192.0.2.1"])
    );
}

#[test]
fn what_cannot_be_read_is_failure() {
    let server = Server::start(|question| {
        let mut packet = answer([address("mail.example", 60, "192.0.2.1")]).to(question);
        packet.truncate(packet.len() - 2);
        Act::Octets(vec![packet])
    });
    assert_eq!(
        a(&resolver(&server), "mail.example"),
        Err(DnsError::ServerFailure)
    );
}

#[test]
fn a_referral_is_no_absence() {
    let server = Server::start(|_| {
        Reply {
            authority: vec![ns("example", "ns.example")],
            ..Reply::default()
        }
        .into()
    });
    assert_eq!(
        a(&resolver(&server), "mail.example"),
        Err(DnsError::ServerFailure)
    );
}

fn truncated() -> Reply {
    Reply {
        truncated: true,
        ..Reply::default()
    }
}

#[test]
fn two_hundred_reverse_names_come_over_tcp() {
    let server = Server::start(|question| {
        let many =
            (0..200_u32).map(|n| ptr(&question.name, &[format!("h{n}").as_bytes(), b"example"]));
        match question.over_tcp {
            true => answer(many).into(),
            false => truncated().into(),
        }
    });
    let found = resolver(&server).ptr("203.0.113.9".parse().unwrap()).wait();
    let names = (0..200).map(|n| PtrTarget::Name(name(&format!("h{n}.example"))));
    assert_eq!(found, Ok(Answer::of(names, Duration::from_secs(60))));
    assert_eq!(
        server.asked(),
        [
            "9.113.0.203.in-addr.arpa 12",
            "9.113.0.203.in-addr.arpa 12+tcp"
        ]
    );
}

#[test]
fn what_stands_in_a_truncated_answer_does_not_count() {
    let server = Server::start(|question| {
        let answers = |last: &str| vec![address(&question.name, 60, last)];
        match question.over_tcp {
            true => answer(answers("192.0.2.2")).into(),
            false => Reply {
                answers: answers("192.0.2.1"),
                ..truncated()
            }
            .into(),
        }
    });
    assert_eq!(
        a(&resolver(&server), "mail.example"),
        addresses(60, &["192.0.2.2"])
    );
}

#[test]
fn a_truncated_answer_that_tcp_does_not_complete_is_failure() {
    let closed = Server::with(Tcp::Closed, |_| truncated().into());
    assert_eq!(
        a(&resolver(&closed), "mail.example"),
        Err(DnsError::ServerFailure)
    );

    let again = Server::start(|_| truncated().into());
    assert_eq!(
        a(&resolver(&again), "mail.example"),
        Err(DnsError::ServerFailure)
    );

    let failing = Server::start(|question| match question.over_tcp {
        true => code(SERVFAIL).into(),
        false => truncated().into(),
    });
    assert_eq!(
        a(&resolver(&failing), "mail.example"),
        Err(DnsError::ServerFailure)
    );

    let silent = Server::start(|question| match question.over_tcp {
        true => Act::Silence,
        false => truncated().into(),
    });
    let patient = builder(&silent)
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    assert_eq!(a(&patient, "mail.example"), Err(DnsError::Timeout));
    assert_eq!(
        silent.asked()[..2],
        ["mail.example 1", "mail.example 1+tcp"]
    );
}

#[test]
fn trouble_with_one_family_says_nothing_of_the_other() {
    let server = Server::start(|question| match question.kind {
        A => code(SERVFAIL).into(),
        _ => crate::message::absence(0, 60, 60).into(),
    });
    let dns = resolver(&server);
    assert_eq!(a(&dns, "mail.example"), Err(DnsError::ServerFailure));
    let v6 = dns.aaaa(name("mail.example").borrowed()).wait();
    assert_eq!(v6, crate::no_data(60));
}

#[test]
fn many_truncated_answers_are_completed_at_once() {
    let server = Server::start(|question| match question.over_tcp {
        true => answer([address(&question.name, 60, "192.0.2.1")]).into(),
        false => truncated().into(),
    });
    let dns = resolver(&server);
    let names: Vec<_> = (0..200)
        .map(|n| name(&format!("mail{n}.example")))
        .collect();
    let all = Step::join_all(names.iter().map(|name| dns.a(name.borrowed()))).wait();
    assert_eq!(all, vec![addresses(60, &["192.0.2.1"]); 200]);
}

#[test]
fn a_server_may_have_an_ipv6_address() {
    if UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return; // a machine without
    }
    let server = Server::at(Ipv6Addr::LOCALHOST.into(), Tcp::Open, |question| {
        answer([address(&question.name, 60, "192.0.2.1")]).into()
    });
    assert_eq!(
        a(&resolver(&server), "mail.example"),
        addresses(60, &["192.0.2.1"])
    );
}

/// An address of this machine that is not on loopback; asking for it sends nothing.
fn address_of_ours() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(("192.0.2.1", 53)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

#[test]
fn letters_are_in_random_case_where_there_is_a_way_to_forge_on() {
    let Some(ip) = address_of_ours() else { return };
    let owner = "a-name-of-many-letters-so-that-some-are-upper-case.example";
    let reply = |question: &Question| answer([address(&question.name, 60, "192.0.2.1")]);
    let server = Server::at(ip, Tcp::Open, move |question| reply(question).into());
    assert_eq!(a(&resolver(&server), owner), addresses(60, &["192.0.2.1"]));
    assert_ne!(server.asked(), [format!("{owner} 1")]);

    // Whoever does not give the case back is asked again over TCP.
    let folding = Server::at(ip, Tcp::Open, move |question| {
        Act::Octets(vec![reply(question).to(&question.folded())])
    });
    assert_eq!(a(&resolver(&folding), owner), addresses(60, &["192.0.2.1"]));
    let asked = folding.asked();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1].ends_with("+tcp"), "{asked:?}");
}

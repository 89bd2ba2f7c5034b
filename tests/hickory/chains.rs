//! Aliases: followed, dangling, and going round.

use mailward::dns::{Dns, DnsError};

use crate::message::{A, CNAME, NXDOMAIN, Reply, a as address, absence, answer, cname, code};
use crate::server::Server;
use crate::{a, addresses, name, no_data, no_such_name, resolver};

#[test]
fn a_chain_in_one_message_is_followed_and_the_smallest_ttl_counts() {
    let server = Server::start(|_| {
        answer([
            cname("www.example", 300, "a.example"),
            cname("a.example", 20, "b.example"),
            address("b.example", 60, "192.0.2.1"),
        ])
        .into()
    });
    assert_eq!(
        a(&resolver(&server), "www.example"),
        addresses(20, &["192.0.2.1"])
    );
    assert_eq!(server.asked(), ["www.example 1"]);
}

#[test]
fn a_chain_in_several_messages_is_followed() {
    let server = Server::start(|question| {
        match question.name.as_str() {
            "www.example" => answer([cname("www.example", 30, "a.example")]),
            "a.example" => answer([cname("a.example", 300, "b.example")]),
            _ => answer([address("b.example", 60, "192.0.2.1")]),
        }
        .into()
    });
    let dns = resolver(&server);
    assert_eq!(a(&dns, "www.example"), addresses(30, &["192.0.2.1"]));
    assert_eq!(
        server.asked(),
        ["www.example 1", "a.example 1", "b.example 1"]
    );
    assert_eq!(a(&dns, "www.example").unwrap().records().len(), 1); // from the cache
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn the_case_of_an_alias_does_not_matter() {
    let server = Server::start(|_| {
        answer([
            cname("WWW.Example", 60, "A.Example"),
            address("a.eXample", 60, "192.0.2.1"),
        ])
        .into()
    });
    assert_eq!(
        a(&resolver(&server), "www.example"),
        addresses(60, &["192.0.2.1"])
    );
}

#[test]
fn absence_at_the_end_of_a_chain_is_absence() {
    let chain = |code: u8, soa: Reply| Reply {
        code,
        answers: vec![cname("www.example", 60, "gone.example")],
        ..soa
    };
    let server = Server::start(move |question| {
        match (question.name.as_str(), question.kind) {
            ("www.example", A) => chain(NXDOMAIN, absence(NXDOMAIN, 120, 120)),
            ("gone.example", A) => absence(NXDOMAIN, 120, 120),
            _ => code(0),
        }
        .into()
    });
    assert_eq!(a(&resolver(&server), "www.example"), no_such_name(120));

    let server = Server::start(move |question| {
        match question.name.as_str() {
            "www.example" => chain(0, absence(0, 120, 120)),
            _ => absence(0, 120, 120),
        }
        .into()
    });
    assert_eq!(a(&resolver(&server), "www.example"), no_data(120));
}

#[test]
fn absence_without_soa_at_the_end_of_a_chain_is_absence() {
    let server = Server::start(|question| {
        match question.name.as_str() {
            "www.example" => answer([cname("www.example", 60, "a.example")]),
            "a.example" => answer([cname("a.example", 60, "b.example")]),
            _ => code(0),
        }
        .into()
    });
    assert_eq!(a(&resolver(&server), "www.example"), no_data(0));
}

#[test]
fn a_loop_is_trouble() {
    // As nsd tells it: both halves of the loop in one message, and no SOA.
    let server = Server::start(|question| {
        let both = [
            cname("a.example", 60, "b.example"),
            cname("b.example", 60, "a.example"),
        ];
        let [ours, other] = both;
        match (question.name.as_str(), question.kind) {
            ("a.example", CNAME) => answer([ours]),
            ("b.example", CNAME) => answer([other]),
            _ => answer([ours, other]),
        }
        .into()
    });
    let dns = resolver(&server);
    assert_eq!(a(&dns, "a.example"), Err(DnsError::ServerFailure));
    assert_eq!(
        dns.mx(name("b.example").borrowed()).wait(),
        Err(DnsError::ServerFailure)
    );
}

#[test]
fn a_name_that_is_its_own_alias_is_trouble() {
    let server = Server::start(|_| answer([cname("a.example", 60, "a.example")]).into());
    assert_eq!(
        a(&resolver(&server), "a.example"),
        Err(DnsError::ServerFailure)
    );
}

/// `a0` is an alias of `a1` and so on up to the last, which has an address; each in a message of its own.
fn steps(last: usize) -> Server {
    Server::start(move |question| {
        let owner = question.name.as_str();
        let step: usize = owner[1..].split_once('.').unwrap().0.parse().unwrap();
        match (step == last, question.kind) {
            (true, A) => answer([address(owner, 60, "192.0.2.1")]),
            (true, _) => code(0),
            (false, _) => answer([cname(owner, 60, &format!("a{}.example", step + 1))]),
        }
        .into()
    })
}

#[test]
fn eight_questions_are_asked_for_a_chain_and_no_more() {
    let server = steps(7);
    assert_eq!(
        a(&resolver(&server), "a0.example"),
        addresses(60, &["192.0.2.1"])
    );
    let dns = resolver(&server);
    let absent = dns.mx(name("a0.example").borrowed()).wait();
    assert_eq!(absent, no_data(0));

    let server = steps(8);
    assert_eq!(
        a(&resolver(&server), "a0.example"),
        Err(DnsError::ServerFailure)
    );
}

/// The same chain in one message.
fn leap(last: usize) -> Server {
    Server::start(move |_| {
        let alias = |step| {
            cname(
                &format!("a{step}.example"),
                60,
                &format!("a{}.example", step + 1),
            )
        };
        let end = address(&format!("a{last}.example"), 60, "192.0.2.1");
        answer((0..last).map(alias).chain([end])).into()
    })
}

#[test]
fn sixteen_aliases_are_followed_in_one_message_and_no_more() {
    let server = leap(16);
    assert_eq!(
        a(&resolver(&server), "a0.example"),
        addresses(60, &["192.0.2.1"])
    );
    let server = leap(17);
    assert_eq!(
        a(&resolver(&server), "a0.example"),
        Err(DnsError::ServerFailure)
    );
}

#[test]
fn who_will_not_tell_of_aliases_has_none() {
    use crate::message::REFUSED;
    let server = Server::start(|question| {
        match question.kind {
            CNAME => code(REFUSED),
            _ => code(0),
        }
        .into()
    });
    assert_eq!(a(&resolver(&server), "mail.example"), no_data(0));
}

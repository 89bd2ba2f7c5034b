//! Records and their absence.

use std::net::Ipv6Addr;
use std::time::Duration;

use mailward::dns::{Answer, Dns, Exchange, Mx, PtrTarget, Txt};

use crate::message::{self, MX, NXDOMAIN, PTR, absence, answer, code, mx, ptr, txt};
use crate::server::{Act, Server};
use crate::{a, addresses, name, no_data, no_such_name, resolver};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn addresses_come_in_their_order_with_the_smallest_ttl() {
    let server = Server::start(|question| {
        let owner = question.name.as_str();
        match question.kind {
            message::A => answer([
                message::a(owner, 300, "192.0.2.9"),
                message::a(owner, 60, "192.0.2.1"),
            ]),
            _ => answer([message::aaaa(owner, 30, "2001:db8::9")]),
        }
        .into()
    });
    let dns = resolver(&server);
    assert_eq!(
        a(&dns, "mail.example"),
        addresses(60, &["192.0.2.9", "192.0.2.1"])
    );
    let v6: Ipv6Addr = "2001:db8::9".parse().unwrap();
    assert_eq!(
        dns.aaaa(name("mail.example").borrowed()).wait(),
        Ok(Answer::of([v6], Duration::from_secs(30)))
    );
    assert_eq!(server.asked(), ["mail.example 1", "mail.example 28"]);
}

#[test]
fn the_very_name_is_asked() {
    let server =
        Server::start(|question| answer([message::a(&question.name, 60, "192.0.2.1")]).into());
    let dns = resolver(&server);
    for owner in [
        "mail",
        "under_score.example",
        "_dmarc.mail.example",
        "Mail2.Local",
    ] {
        assert_eq!(a(&dns, owner), addresses(60, &["192.0.2.1"]), "{owner}");
    }
    let longest = [
        ["a"; 63].concat(),
        ["b"; 63].concat(),
        ["c"; 63].concat(),
        ["d"; 61].concat(),
    ];
    assert_eq!(a(&dns, &longest.join(".")), addresses(60, &["192.0.2.1"]));
    let asked = server.asked();
    assert_eq!(
        asked[..4],
        [
            "mail 1",
            "under_score.example 1",
            "_dmarc.mail.example 1",
            "mail2.local 1"
        ]
    );
    assert_eq!(asked[4], format!("{} 1", longest.join(".")));
}

#[test]
fn no_data_is_kept_as_the_soa_says() {
    let server = Server::start(|question| {
        match question.name.as_str() {
            "minimum.example" => absence(0, 900, 120),
            "ttl.example" => absence(0, 90, 3600),
            "ages.example" => absence(0, 1_000_000, 1_000_000),
            _ => code(0),
        }
        .into()
    });
    let dns = resolver(&server);
    assert_eq!(a(&dns, "minimum.example"), no_data(120));
    assert_eq!(a(&dns, "ttl.example"), no_data(90));
    assert_eq!(a(&dns, "ages.example"), no_data(86_400));
    assert_eq!(a(&dns, "bare.example"), no_data(0));
    assert_eq!(
        server.asked()[3..],
        ["bare.example 1", "bare.example 5"] // an absence without SOA may be a loop of aliases
    );
}

#[test]
fn no_such_name_is_kept_as_the_soa_says() {
    let server = Server::start(|question| {
        match question.name.as_str() {
            "soa.example" => absence(NXDOMAIN, 900, 120),
            _ => code(NXDOMAIN),
        }
        .into()
    });
    let dns = resolver(&server);
    assert_eq!(a(&dns, "soa.example"), no_such_name(120));
    assert_eq!(a(&dns, "bare.example"), no_such_name(0));
    assert_eq!(server.asked(), ["soa.example 1", "bare.example 1"]);
}

#[test]
fn reverse_names_are_asked_in_both_trees() {
    let server = Server::start(|question| {
        assert_eq!(question.kind, PTR);
        answer([ptr(&question.name, &[b"Mail", b"Example"])]).into()
    });
    let dns = resolver(&server);
    for client in ["203.0.113.9", "2001:db8::1"] {
        assert_eq!(
            dns.ptr(client.parse().unwrap()).wait(),
            Ok(Answer::of([PtrTarget::Name(name("mail.example"))], MINUTE))
        );
    }
    let v6 = format!("1.{}8.b.d.0.1.0.0.2.ip6.arpa 12", "0.".repeat(23));
    assert_eq!(
        server.asked(),
        ["9.113.0.203.in-addr.arpa 12".to_owned(), v6]
    );
}

#[test]
fn reverse_names_of_odd_octets_never_look_like_others() {
    const ODD: [(&[&[u8]], &str); 8] = [
        (&[b"mail.example"], "mail\\.example"),
        (&[b"pc.local", b"example"], "pc\\.local.example"),
        (&[b"nul\0", b"example"], "nul\\000.example"),
        (&[b"a b", b"example"], "a\\032b.example"),
        (&[b"\r\n", b"example"], "\\013\\010.example"),
        (&[b"\xff", b"example"], "\\255.example"),
        (&[b"a\\b", b"example"], "a\\\\b.example"),
        (&[], "."),
    ];
    let server =
        Server::start(|question| answer(ODD.map(|(labels, _)| ptr(&question.name, labels))).into());
    let found = resolver(&server).ptr("203.0.113.9".parse().unwrap()).wait();
    let odd = ODD.map(|(_, shown)| PtrTarget::Unusable(shown.into()));
    assert_eq!(found, Ok(Answer::of(odd, MINUTE)));
}

#[test]
fn mail_exchangers_may_be_the_root_or_unusable() {
    let server = Server::start(|question| {
        let owner = question.name.as_str();
        assert_eq!(question.kind, MX);
        match owner {
            "null.example" => answer([mx(owner, 0, &[])]),
            _ => answer([
                mx(owner, 20, &[b"b", b"example"]),
                mx(owner, 10, &[b"A", b"example"]),
                mx(owner, 65_535, &[b"a b", b"example"]),
            ]),
        }
        .into()
    });
    let dns = resolver(&server);
    let mx = |preference, exchange| Mx {
        preference,
        exchange,
    };
    assert_eq!(
        dns.mx(name("null.example").borrowed()).wait(),
        Ok(Answer::of([mx(0, Exchange::Root)], MINUTE))
    );
    let hosts = ["b.example", "a.example"].map(|host| Exchange::Host(name(host)));
    let [b, a] = hosts;
    assert_eq!(
        dns.mx(name("mail.example").borrowed()).wait(),
        Ok(Answer::of(
            [mx(20, b), mx(10, a), mx(65_535, Exchange::Unusable)],
            MINUTE
        ))
    );
}

#[test]
fn the_strings_of_a_text_are_joined_as_octets() {
    let server = Server::start(|question| {
        answer([
            txt(
                &question.name,
                &[b"see ", b"", b"https://example.org/\xff\0"],
            ),
            txt(&question.name, &[[b'x'; 255].as_slice(), b"y"]),
        ])
        .into()
    });
    let found = resolver(&server).txt(name("bl.example").borrowed()).wait();
    let long = [[b'x'; 255].as_slice(), b"y"].concat();
    assert_eq!(
        found,
        Ok(Answer::of(
            [Txt::new(b"see https://example.org/\xff\0"), Txt::new(long)],
            MINUTE
        ))
    );
}

#[test]
fn what_was_not_asked_does_not_count() {
    let server = Server::start(|question| {
        let owner = question.name.as_str();
        answer([
            message::a("other.example", 5, "192.0.2.66"),
            message::a(owner, 60, "192.0.2.1"),
            txt(owner, &[b"no"]),
        ])
        .into()
    });
    assert_eq!(
        a(&resolver(&server), "mail.example"),
        addresses(60, &["192.0.2.1"])
    );
}

#[test]
fn names_of_special_use_are_asked_of_nobody() {
    let server = Server::start(|_| Act::Silence);
    let dns = resolver(&server);
    assert_eq!(a(&dns, "mail.localhost"), addresses(86_400, &["127.0.0.1"]));
    assert_eq!(a(&dns, "mail.invalid"), no_such_name(0));
    for client in ["127.0.0.3", "::1"] {
        let found = dns.ptr(client.parse().unwrap()).wait().unwrap();
        assert_eq!(found.records(), [PtrTarget::Name(name("localhost"))]);
    }
    assert_eq!(server.asked(), [""; 0]);
}

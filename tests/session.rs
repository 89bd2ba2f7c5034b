//! What a session knows, for how long, and what it asks.

mod util;

use mailward::address::{ForwardPath, ReversePath};
use mailward::dns::MemoryDns;
use mailward::fcrdns::Fcrdns;
use mailward::helo::Standing;
use mailward::mailroute::MailRoute;
use mailward::rbl::{Listing, Zone};
use mailward::relay::Login;
use mailward::session::{Hello, Report, Session, Transport};
use util::{dns, ip, name};

fn connected() -> Session {
    Session::connect(ip("203.0.113.9"))
}

fn from(path: &str) -> ReversePath {
    ReversePath::parse(path).unwrap()
}

fn to(path: &str) -> ForwardPath {
    ForwardPath::parse(path).unwrap()
}

/// Up to a recipient under judgement.
fn whole() -> Session {
    let mut session = connected();
    session.greet(Hello::Ehlo, "mail.example.com");
    session.authenticated("ann");
    session.mail(from("<ann@example.com>"));
    session.rcpt(to("<@relay.example:bob@example.org>"));
    session
}

#[test]
fn facts_come_with_their_verbs() {
    let session = whole();
    assert_eq!(session.client().ip(), ip("203.0.113.9"));
    assert_eq!(
        (session.user(), session.login()),
        (Some("ann"), Login::Authenticated)
    );
    let greeting = session.greeting().unwrap();
    assert_eq!(
        (greeting.hello(), greeting.text()),
        (Hello::Ehlo, "mail.example.com")
    );
    assert_eq!(session.sender().unwrap().to_string(), "<ann@example.com>");
    assert_eq!(session.recipient().unwrap().to_string(), "bob@example.org");
    assert_eq!(
        session.forward_path().unwrap().to_string(),
        "<@relay.example:bob@example.org>"
    );
    assert_eq!(session.transport(), Transport::Plain);
}

/// The connection's, the greeting's and the transaction's.
#[test]
fn three_lifetimes() {
    let facts = |session: &Session| {
        [
            session.user().is_some(),
            session.greeting().is_some(),
            session.sender().is_some(),
            session.recipient().is_some(),
        ]
    };
    let after = |verb: fn(&mut Session)| {
        let mut session = whole();
        verb(&mut session);
        facts(&session)
    };
    assert_eq!(facts(&connected()), [false; 4]);
    assert_eq!(facts(&whole()), [true; 4]);
    assert_eq!(
        after(|session| session.drop_recipient()),
        [true, true, true, false]
    );
    assert_eq!(
        after(|session| session.accept_recipient()),
        [true, true, true, false]
    );
    assert_eq!(after(|session| session.data()), [true, true, true, false]);
    assert_eq!(after(|session| session.reset()), [true, true, false, false]);
    assert_eq!(
        after(|session| session.greet(Hello::Helo, "other.example")),
        [true, true, false, false]
    );
    assert_eq!(
        after(|session| session.mail(from("<>"))),
        [true, true, true, false]
    );
    assert_eq!(after(|session| session.tls()), [false; 4]);
}

#[test]
fn recipients_are_counted_for_their_transaction() {
    let mut session = connected();
    session.rcpt(to("<bob@example.org>"));
    session.accept_recipient();
    assert_eq!(
        session.accepted_recipients(),
        0,
        "without a transaction nothing happens"
    );
    session.mail(from("<>"));
    for (path, accepted, ordinary) in [
        ("<Postmaster>", 1, 0),
        ("<bob@example.org>", 2, 1),
        ("<POSTMASTER@example.org>", 3, 1),
    ] {
        session.rcpt(to(path));
        session.accept_recipient();
        session.accept_recipient();
        assert_eq!(
            (session.accepted_recipients(), session.ordinary_recipients()),
            (accepted, ordinary)
        );
    }
    session.rcpt(to("<carl@example.org>"));
    session.drop_recipient();
    assert_eq!(session.accepted_recipients(), 3);
    session.reset();
    assert_eq!(session.accepted_recipients(), 0);
}

const ZONE: &str = "9.113.0.203.in-addr.arpa. PTR mail.example.com.
    mail.example.com. A 203.0.113.9
    9.113.0.203.bl.example.net. A 127.0.0.2
    example.com. MX 10 mail.example.com.";

fn asked(dns: &MemoryDns) -> Vec<String> {
    let asked = dns.queries().iter().map(ToString::to_string).collect();
    dns.forget_queries();
    asked
}

#[test]
fn evidence_is_asked_for_once_and_lives_as_long_as_its_fact() {
    let dns = dns(ZONE);
    let zones = [Zone::new(name("bl.example.net"))];
    let mut session = whole();
    for _ in 0..3 {
        assert!(matches!(
            session.client_name(&dns).wait(),
            Fcrdns::Confirmed { .. }
        ));
        assert!(
            session.listings(&zones, &[], &dns).wait()[0]
                .hit()
                .is_some()
        );
        assert!(matches!(
            session.sender_route(&dns).wait(),
            Some(MailRoute::Exchangers(_))
        ));
        assert_eq!(
            session.greeting_standing(&dns).wait(),
            Some(&Standing::Confirmed)
        );
    }
    let all = [
        "PTR 9.113.0.203.in-addr.arpa",
        "A mail.example.com",
        "A 9.113.0.203.bl.example.net",
        "MX example.com",
    ];
    assert_eq!(asked(&dns), all);
    assert!(session.known_name().is_some());

    session.mail(from("<eve@example.com>"));
    let _ = session.sender_route(&dns).wait();
    assert_eq!(asked(&dns), ["MX example.com"]);
    // The greeting's name is one of the client's own, which are known.
    session.greet(Hello::Ehlo, "mail.example.com");
    assert_eq!(
        session.greeting_standing(&dns).wait(),
        Some(&Standing::Confirmed)
    );
    let _ = session.listings(&zones, &[], &dns).wait();
    assert!(asked(&dns).is_empty());
}

#[test]
fn only_what_is_not_known_yet_is_asked_of_lists() {
    let dns = dns("9.113.0.203.three.example.net. A 127.0.0.2");
    let zone = |label: &str| Zone::new(name(&format!("{label}.example.net")));
    let session = connected();
    let _ = session
        .listings(&[zone("one"), zone("two")], &[], &dns)
        .wait();
    let found = session
        .listings(
            &[zone("two"), zone("three"), zone("one"), zone("four")],
            &[],
            &dns,
        )
        .wait();
    assert!(found[1].hit().is_some() && matches!(found[3], Listing::Skipped(_)));
    let names = ["one", "two", "three"].map(|label| format!("A 9.113.0.203.{label}.example.net"));
    assert_eq!(asked(&dns), names);
    // What was not asked is asked when it is wanted.
    let found = session.listings(&[zone("four")], &[], &dns).wait();
    assert!(matches!(found[0], Listing::Absent { .. }));
    assert_eq!(asked(&dns), ["A 9.113.0.203.four.example.net"]);
}

#[test]
fn trouble_is_remembered_for_one_verb() {
    let zone = "9.113.0.203.in-addr.arpa. PTR !servfail
        9.113.0.203.bl.example.net. A !timeout
        mail.example.com. A !refused
        example.com. MX !servfail";
    let verbs: [fn(&mut Session); 5] = [
        |session| session.rcpt(to("<carl@example.org>")),
        |session| session.data(),
        |session| session.authenticated("ann"),
        |session| session.greet(Hello::Ehlo, "mail.example.com"),
        |session| session.mail(from("<ann@example.com>")),
    ];
    let zones = [Zone::new(name("bl.example.net"))];
    for verb in verbs {
        let (dns, mut session) = (dns(zone), whole());
        let ask = |session: &Session| {
            assert!(matches!(
                session.client_name(&dns).wait(),
                Fcrdns::Trouble(_)
            ));
            assert!(session.listings(&zones, &[], &dns).wait()[0].is_trouble());
            assert!(matches!(
                session.greeting_standing(&dns).wait(),
                None | Some(Standing::Trouble(_))
            ));
            let _ = session.sender_route(&dns).wait();
        };
        ask(&session);
        ask(&session);
        assert_eq!(asked(&dns).len(), 4);
        verb(&mut session);
        ask(&session);
        let again = asked(&dns).len();
        assert!(again >= 3, "{again}");
    }
}

#[test]
fn what_has_no_name_is_not_asked_about() {
    let dns = MemoryDns::empty();
    let mut session = connected();
    assert!(session.sender_route(&dns).wait().is_none());
    assert!(session.greeting_standing(&dns).wait().is_none());
    for sender in ["<>", "<joe>", "<ann@[192.0.2.7]>"] {
        session.mail(from(sender));
        assert!(session.sender_route(&dns).wait().is_none(), "{sender}");
    }
    for greeting in ["[203.0.113.9]", "203.0.113.9", "not..a.name", ""] {
        session.greet(Hello::Helo, greeting);
        assert!(
            session.greeting_standing(&dns).wait().is_none(),
            "{greeting}"
        );
    }
    assert_eq!(dns.query_count(), 0);
}

#[test]
fn reports_are_counted_for_the_connection() {
    let all = [
        Report::Accepted,
        Report::AuthFailed,
        Report::EarlyTalker,
        Report::Refused,
        Report::UnknownUser,
    ];
    let mut session = connected();
    for (times, report) in (1..).zip(all) {
        assert_eq!(session.reported(report), 0, "{report:?}");
        for _ in 0..times {
            session.report(report);
        }
    }
    session.greet(Hello::Ehlo, "mail.example.com");
    session.mail(from("<ann@example.com>"));
    session.tls();
    session.authenticated("ann");
    session.reset();
    let counted = all.map(|report| session.reported(report));
    assert_eq!(counted, [1, 2, 3, 4, 5]);
}

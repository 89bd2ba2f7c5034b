//! Host tables as policies: exchangers, unconfirmed names, expressions, doubt, and what a host may send.

use mailward::address::ReversePath;
use mailward::clock::ManualClock;
use mailward::policies::{ClientTable, OnTrouble};
use mailward::policy::{Inquiry, Policy};
use mailward::session::Session;
use mailward::table::HostTable;
use mailward::trace::{Level, Recorder};
use mailward::verdict::Stage;

use crate::util::{client, dns, ip};
use crate::{DOUBT, PROCEED, TROUBLE, action, perimeter, sender, stranger};

const MIGHT_ACCEPT: &str = "proceed; might accept 451 4.4.3 dns-trouble";

#[track_caller]
fn table(rules: &[(&str, &str)]) -> ClientTable {
    let mut builder = HostTable::builder();
    for (pattern, text) in rules {
        builder
            .insert(pattern.parse().unwrap(), action(text))
            .unwrap();
    }
    ClientTable::new(builder.build())
}

const CONFIRMED: &str = "9.113.0.203.in-addr.arpa. PTR mail.example.com.
    9.113.0.203.in-addr.arpa. PTR dyn.example.net.
    mail.example.com. A 203.0.113.9";
const LIAR: &str = "9.113.0.203.in-addr.arpa. PTR mail.example.com.";
const SILENT: &str = "9.113.0.203.in-addr.arpa. PTR !timeout";

#[test]
fn exchangers_are_asked_when_no_rule_before_decides() {
    let check = table(&[("mx:example.com", "REJECT")]);
    for (zone, said, queries) in [
        (
            "example.com. MX 10 a.example.com.\nexample.com. MX 20 b.example.com.\nb.example.com. A 203.0.113.9",
            "554 5.7.1 bad-client",
            3,
        ),
        (
            "example.com. MX 10 a.example.com.\na.example.com. A 203.0.113.8",
            PROCEED,
            2,
        ),
        // Where there are no MX records, it is the domain itself.
        ("example.com. A 203.0.113.9", "554 5.7.1 bad-client", 3),
        ("example.com. MX 0 .", PROCEED, 1),
        (
            "example.com. MX 10 a.example.com.\na.example.com. AAAA 2001:db8::9",
            PROCEED,
            2,
        ),
        ("", PROCEED, 1),
    ] {
        let scene = stranger(zone);
        assert_eq!(scene.says(&check), said, "{zone}");
        assert_eq!(
            scene.dns.query_count(),
            queries,
            "{zone}: no PTR among them"
        );
    }
    // An address rule comes first, and nobody is asked; so does an expression that stands before.
    let zone = "example.com. MX 10 a.example.com.\na.example.com. A 203.0.113.9";
    let scene = stranger(zone);
    let first = table(&[("mx:example.com", "REJECT"), ("203.0.113.0/24", "OK")]);
    assert_eq!(
        (scene.says(&first).as_str(), scene.dns.query_count()),
        ("accept", 0)
    );
    let ordered = table(&[("!192.0.2.0/24", "DUNNO"), ("mx:example.com", "REJECT")]);
    assert_eq!(
        (scene.says(&ordered).as_str(), scene.dns.query_count()),
        (PROCEED, 0)
    );
}

#[test]
fn trouble_with_exchangers_never_grants_and_softens() {
    for zone in [
        "example.com. MX !timeout",
        "example.com. MX 10 a.example.com.\na.example.com. A !servfail",
    ] {
        let accepting = || table(&[("mx:example.com", "OK")]);
        assert_eq!(stranger(zone).says(&accepting()), MIGHT_ACCEPT);
        let refusing = || table(&[("mx:example.com", "REJECT")]);
        assert_eq!(stranger(zone).says(&refusing()), PROCEED);
        let on = |check: ClientTable, trouble| stranger(zone).says(&check.on_trouble(trouble));
        assert_eq!(on(refusing(), OnTrouble::DeferIfPermit), DOUBT);
        assert_eq!(on(refusing(), OnTrouble::Defer), TROUBLE);
        // What comes behind it refuses for now only, and does not accept.
        let behind = table(&[("mx:example.com", "OK"), ("!10.0.0.0/8", "REJECT")]);
        assert_eq!(stranger(zone).says(&behind), "450 4.7.1 bad-client");
        let behind = table(&[("mx:example.com", "REJECT"), ("!10.0.0.0/8", "OK")]);
        assert_eq!(stranger(zone).says(&behind), MIGHT_ACCEPT);
        let noted = table(&[("mx:example.com", "LOG"), ("!10.0.0.0/8", "REJECT")]);
        assert_eq!(stranger(zone).says(&noted), "554 5.7.1 bad-client");
    }
    // One exchanger that is the client outweighs trouble with another.
    let zone = "example.com. MX 10 a.example.com.\nexample.com. MX 20 b.example.com.\na.example.com. A !timeout\nb.example.com. A 203.0.113.9";
    assert_eq!(
        stranger(zone).says(&table(&[("mx:example.com", "OK")])),
        "accept"
    );
}

#[test]
fn an_unconfirmed_name_can_be_refused() {
    let check = table(&[("unverified:*.example.com", "REJECT")]);
    assert_eq!(stranger(LIAR).says(&check), "554 5.7.1 bad-client");
    assert_eq!(stranger(CONFIRMED).says(&check), PROCEED);
    assert_eq!(stranger("").says(&check), PROCEED);
    // One name is confirmed, another is not.
    let other = table(&[("unverified:dyn.example.net", "DEFER")]);
    assert_eq!(stranger(CONFIRMED).says(&other), "450 4.7.1 bad-client");
    for zone in [
        SILENT,
        "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A !timeout",
    ] {
        let check = table(&[("unverified:*.example.com", "REJECT")]);
        assert_eq!(stranger(zone).says(&check), PROCEED);
        assert_eq!(
            stranger(zone).says(&check.on_trouble(OnTrouble::Defer)),
            TROUBLE
        );
    }
    let unrelated = table(&[("unverified:*.example.net", "REJECT")]).on_trouble(OnTrouble::Defer);
    let zone = "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A !timeout";
    assert_eq!(
        stranger(zone).says(&unrelated),
        PROCEED,
        "its names are known"
    );
}

#[test]
fn expressions_are_found_in_confirmed_names() {
    let check = || table(&[("/^MAIL/", "OK"), ("!/example/", "REJECT")]);
    assert_eq!(stranger(CONFIRMED).says(&check()), "accept");
    assert_eq!(stranger(LIAR).says(&check()), "554 5.7.1 bad-client");
    assert_eq!(stranger(SILENT).says(&check()), MIGHT_ACCEPT);
    let granting = table(&[("!/evil/", "OK")]);
    assert_eq!(stranger("").says(&granting), "accept");
    assert_eq!(stranger(SILENT).says(&granting), MIGHT_ACCEPT);
    // An address decides first, and asks nobody.
    let scene = stranger(CONFIRMED);
    let address = table(&[("/^mail/", "OK"), ("203.0.113.9", "REJECT")]);
    assert_eq!(scene.says(&address), "554 5.7.1 bad-client");
    assert_eq!(scene.dns.query_count(), 0);
}

#[test]
fn doubt_of_a_rule() {
    let check = |text| table(&[("203.0.113.9", text)]);
    assert_eq!(
        stranger("").says(&check("DEFER_IF_PERMIT 4.7.9 later")),
        "proceed; might refuse 450 4.7.9 bad-client"
    );
    assert_eq!(
        stranger("").says(&check("defer_if_reject")),
        "proceed; might accept 450 4.7.1 bad-client"
    );
}

#[test]
fn what_a_host_may_send() {
    let excludes = || {
        table(&[
            ("203.0.113.9", "EXCLUDES /^[0-9]+@/"),
            ("203.0.113.0/24", "OK"),
        ])
    };
    let excluded = "550 5.7.1 excluded-sender";
    for (from, said) in [
        ("<12345@example.com>", excluded),
        ("<2pac@example.com>", "accept"),
        ("<>", "accept"),
        ("<joe>", "accept"),
    ] {
        assert_eq!(sender(from, "").says(&excludes()), said, "{from}");
    }
    let requires = table(&[("203.0.113.9", "REQUIRES /@example\\.com$/")]);
    for (from, said) in [
        ("<ann@EXAMPLE.com>", PROCEED),
        ("<ann@example.net>", excluded),
        ("<>", PROCEED),
        ("<joe>", excluded),
    ] {
        assert_eq!(sender(from, "").says(&requires), said, "{from}");
    }
}

#[test]
fn a_sender_is_excluded_in_trouble_only_as_far_as_it_is_known() {
    let check =
        || table(&[("mail.example.com", "EXCLUDES /^[0-9]+@/")]).on_trouble(OnTrouble::Defer);
    assert_eq!(
        sender("<1@a.example>", CONFIRMED).says(&check()),
        "550 5.7.1 excluded-sender"
    );
    assert_eq!(sender("<1@a.example>", SILENT).says(&check()), TROUBLE);
    // No rule would have had anything to say about these.
    assert_eq!(sender("<ann@a.example>", SILENT).says(&check()), PROCEED);
    assert_eq!(sender("<>", SILENT).says(&check()), PROCEED);
    let address = table(&[
        ("mail.example.com", "OK"),
        ("203.0.113.9", "EXCLUDES /^[0-9]+@/"),
    ]);
    assert_eq!(
        sender("<1@a.example>", SILENT).says(&address),
        "450 4.7.1 excluded-sender"
    );
}

#[test]
fn before_its_sender_is_known_a_host_is_not_excluded() {
    let check = table(&[
        ("mx:example.com", "REQUIRES /friend/"),
        ("203.0.113.9", "LOG"),
    ]);
    let mut session = Session::connect(client("203.0.113.9"));
    let dns = dns("example.com. A 203.0.113.9");
    let (clock, perimeter) = (ManualClock::new(), perimeter());
    let recorder = Recorder::new(Level::Full);
    let judge = |session: &Session, stage| {
        let inquiry = Inquiry::new(session, stage, &dns, &perimeter, &clock, &recorder);
        check.check(&inquiry).wait().verdict().to_string()
    };
    assert_eq!(session.client().ip(), ip("203.0.113.9"));
    assert_eq!(judge(&session, Stage::Connect), PROCEED);
    assert_eq!(dns.query_count(), 0, "nothing could come of it");
    session.mail(ReversePath::parse("<ann@example.net>").unwrap());
    assert_eq!(judge(&session, Stage::Mail), "refuse");
    assert!(dns.query_count() > 0);
}

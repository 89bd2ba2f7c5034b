//! The policies of the crate, each by itself.

mod util;

use mailward::address::{ForwardPath, ReversePath};
use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::policies::{
    Blocklist, ClientTable, Greeting, GreetingFault, OnTrouble, RecipientTable, RelayControl,
    Require, SenderDomain, SenderTable, Treatment, VerifiedClient,
};
use mailward::policy::{Exemptions, Inquiry, Policy, Timing};
use mailward::rbl::{Families, Zone};
use mailward::relay::Perimeter;
use mailward::session::{Hello, Session};
use mailward::table::{Action, HostTable, MailboxTable};
use mailward::trace::{Level, Recorder};
use mailward::verdict::{Judgement, Stage, Verdict};
use util::{client, dns, ip, name, network, pattern};

struct Scene {
    session: Session,
    dns: MemoryDns,
    recorder: Recorder,
}

fn scene(peer: impl Into<Client>, greeting: &str, from: &str, to: &str, zone: &str) -> Scene {
    let mut session = Session::connect(peer);
    if !greeting.is_empty() {
        session.greet(Hello::Ehlo, greeting);
    }
    session.mail(ReversePath::parse(from).unwrap());
    session.rcpt(ForwardPath::parse(to).unwrap());
    Scene {
        session,
        dns: dns(zone),
        recorder: Recorder::new(Level::Decision),
    }
}

fn stranger(zone: &str) -> Scene {
    scene(
        client("203.0.113.9"),
        "mail.example.com",
        "<ann@example.com>",
        "<bob@example.org>",
        zone,
    )
}

fn sender(from: &str, zone: &str) -> Scene {
    scene(
        client("203.0.113.9"),
        "mail.example.com",
        from,
        "<bob@example.org>",
        zone,
    )
}

fn greeter(greeting: &str, zone: &str) -> Scene {
    scene(
        client("203.0.113.9"),
        greeting,
        "<ann@example.com>",
        "<bob@example.org>",
        zone,
    )
}

fn perimeter() -> Perimeter {
    Perimeter::new(name("mx.example.org"))
        .network(network("192.0.2.0/24"))
        .domain(pattern("example.org"))
        .domain(pattern("*.example.org"))
        .literal(ip("192.0.2.25"))
}

impl Scene {
    fn judge(&self, policy: &dyn Policy) -> Judgement {
        let (clock, perimeter) = (ManualClock::new(), perimeter());
        let inquiry = Inquiry::new(
            &self.session,
            Stage::Recipient,
            &self.dns,
            &perimeter,
            &clock,
            &self.recorder,
        );
        policy.check(&inquiry).wait()
    }

    /// A judgement in short: the refusal, or the verdict; and with doubt what might have been.
    fn says(&self, policy: &dyn Policy) -> String {
        let Judgement { verdict, doubt, .. } = self.judge(policy);
        let verdict = verdict
            .refusal()
            .map_or_else(|| verdict.to_string(), ToString::to_string);
        let doubts = [("refuse", doubt.refuse), ("accept", doubt.accept)];
        let doubts = doubts
            .into_iter()
            .filter_map(|(what, doubt)| Some(format!("; might {what} {}", doubt?.refusal)));
        doubts.fold(verdict, |said, doubt| said + &doubt)
    }
}

const PROCEED: &str = "proceed";
const TROUBLE: &str = "451 4.4.3 dns-trouble";
const DOUBT: &str = "proceed; might refuse 451 4.4.3 dns-trouble";

#[test]
fn verified_clients() {
    let good = "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.9";
    let other = "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.10";
    let refused = "550 5.7.25 unverified-client";
    for (zone, confirmed, any) in [
        (good, PROCEED, PROCEED),
        (other, refused, PROCEED),
        ("", refused, refused),
    ] {
        assert_eq!(stranger(zone).says(&VerifiedClient::new()), confirmed);
        assert_eq!(
            stranger(zone).says(&VerifiedClient::new().require(Require::ReverseName)),
            any
        );
    }
    for zone in [
        "9.113.0.203.in-addr.arpa. PTR !servfail",
        &format!("{other}\nmail.example.com. A !timeout"),
    ] {
        let check = VerifiedClient::default;
        assert_eq!(stranger(zone).says(&check()), PROCEED);
        assert_eq!(
            stranger(zone).says(&check().on_trouble(OnTrouble::DeferIfPermit)),
            DOUBT
        );
        assert_eq!(
            stranger(zone).says(&check().on_trouble(OnTrouble::Defer)),
            TROUBLE
        );
    }
}

#[test]
fn block_lists() {
    let zone = |label: &str| Zone::new(name(&format!("{label}.example.net")));
    let lists = || Blocklist::new([zone("one"), zone("two")]);
    let zone = |one: &str, two: &str| {
        let line = |zone: &str, data: &str| match data {
            "" => String::new(),
            data => format!("9.113.0.203.{zone}.example.net. A {data}\n"),
        };
        line("one", one) + &line("two", two)
    };
    let listed = "554 5.7.1 listed-client";
    for (one, two, proceed, doubt, defer) in [
        ("", "", PROCEED, PROCEED, PROCEED),
        ("", "127.0.0.2", listed, listed, listed),
        ("!servfail", "127.0.0.2", listed, listed, listed),
        ("!servfail", "", PROCEED, DOUBT, TROUBLE),
        ("", "!timeout", PROCEED, DOUBT, TROUBLE),
        ("127.255.255.254", "127.0.0.1", PROCEED, PROCEED, PROCEED),
        ("203.0.113.80", "", PROCEED, PROCEED, PROCEED),
    ] {
        let scene = || stranger(&zone(one, two));
        assert_eq!(scene().says(&lists()), proceed, "{one} {two}");
        assert_eq!(
            scene().says(&lists().on_trouble(OnTrouble::DeferIfPermit)),
            doubt,
            "{one} {two}"
        );
        assert_eq!(
            scene().says(&lists().on_trouble(OnTrouble::Defer)),
            defer,
            "{one} {two}"
        );
    }
    // The first list in this order is named.
    let judgement = stranger(&zone("127.0.0.4", "127.0.0.2")).judge(&lists());
    let refusal = judgement.verdict.refusal().unwrap().clone();
    assert!(
        format!("{:?}", refusal.reason()).contains("one.example.net"),
        "{refusal:?}"
    );
}

#[test]
fn who_is_not_asked_about() {
    let list = || Blocklist::new([Zone::new(name("bl.example.net")).families(Families::V6)]);
    let zone = "*.bl.example.net. A 127.0.0.2";
    for peer in [
        "10.1.2.3",
        "127.0.0.1",
        "192.0.2.7",
        "203.0.113.9",
        "fe80::1",
    ] {
        let scene = scene(client(peer), "x.example", "<>", "<bob@example.org>", zone);
        assert_eq!(scene.says(&list()), PROCEED, "{peer}");
        assert_eq!(scene.dns.query_count(), 0, "{peer}");
    }
    let private = scene(
        client("fe80::1"),
        "x.example",
        "<>",
        "<bob@example.org>",
        zone,
    );
    assert_eq!(
        private.says(&list().never_asking([])),
        "554 5.7.1 listed-client"
    );
    let own = scene(
        client("192.0.2.7"),
        "x.example",
        "<>",
        "<bob@example.org>",
        zone,
    );
    let all = Blocklist::new([Zone::new(name("bl.example.net"))]).exempting(Exemptions::none());
    assert_eq!(own.says(&all), "554 5.7.1 listed-client");
}

#[test]
fn greetings() {
    use GreetingFault::{
        BareAddress, ClaimsToBeUs, Malformed, Mismatch, Missing, NotQualified, Unresolvable,
        WrongLiteral,
    };
    let perimeter = perimeter();
    for (fault, greeting, code) in [
        (
            Malformed,
            "mail..example.com",
            "501 5.5.4 malformed-greeting",
        ),
        (Missing, "", "503 5.5.1 missing-greeting"),
        (NotQualified, "localhost", "504 5.5.2 unqualified-greeting"),
        (
            BareAddress,
            "203.0.113.9",
            "550 5.7.1 bare-address-greeting",
        ),
        (WrongLiteral, "[203.0.113.10]", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "MX.example.org", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "example.org", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "[192.0.2.25]", "550 5.7.1 forged-greeting"),
        (ClaimsToBeUs, "192.0.2.25", "550 5.7.1 forged-greeting"),
        (
            Unresolvable,
            "nowhere.example",
            "450 4.7.1 unresolvable-greeting",
        ),
        (Mismatch, "other.example", "550 5.7.1 mismatched-greeting"),
    ] {
        let scene = || greeter(greeting, "other.example. A 198.51.100.1");
        assert_eq!(
            scene().says(&Greeting::new(&perimeter).refusing([fault])),
            code,
            "{greeting}"
        );
        assert_eq!(
            scene().says(&Greeting::new(&perimeter).refusing([])),
            PROCEED,
            "{greeting}"
        );
        let by_default = matches!(fault, Malformed | ClaimsToBeUs);
        assert_eq!(
            scene().says(&Greeting::new(&perimeter)) != PROCEED,
            by_default,
            "{greeting}"
        );
    }
    let every = [
        Malformed,
        Missing,
        NotQualified,
        BareAddress,
        WrongLiteral,
        ClaimsToBeUs,
        Unresolvable,
        Mismatch,
    ];
    for greeting in [
        "mail.example.com",
        "mail_1.example.com.",
        "[203.0.113.9]",
        "[IPv6:::ffff:203.0.113.9]",
    ] {
        let zone = "mail.example.com. A 203.0.113.9\nmail_1.example.com. A 203.0.113.9";
        assert_eq!(
            greeter(greeting, zone).says(&Greeting::new(&perimeter).refusing(every)),
            PROCEED,
            "{greeting}"
        );
    }
    for on_trouble in [
        OnTrouble::Proceed,
        OnTrouble::DeferIfPermit,
        OnTrouble::Defer,
    ] {
        let zone = "mail.example.com. A !servfail";
        let check = Greeting::new(&perimeter)
            .refusing([Unresolvable])
            .on_trouble(on_trouble);
        let expected = match on_trouble {
            OnTrouble::Proceed => PROCEED,
            OnTrouble::DeferIfPermit => DOUBT,
            OnTrouble::Defer => TROUBLE,
        };
        assert_eq!(greeter("mail.example.com", zone).says(&check), expected);
    }
}

#[test]
fn our_name_may_be_used_by_whom_it_belongs_to() {
    let check = || Greeting::new(&perimeter());
    let own = "9.113.0.203.in-addr.arpa. PTR mx2.example.org.\nmx2.example.org. A 203.0.113.9";
    assert_eq!(greeter("mx2.example.org", own).says(&check()), PROCEED);
    assert_eq!(
        greeter("mx3.example.org", own).says(&check()),
        "550 5.7.1 forged-greeting"
    );
    // Trouble does not let a liar through, nor refuse one of us for good.
    let trouble = "9.113.0.203.in-addr.arpa. PTR !servfail";
    assert_eq!(
        greeter("mx2.example.org", trouble).says(&check()),
        "450 4.7.1 forged-greeting"
    );
    assert_eq!(
        greeter("[192.0.2.25]", trouble).says(&check()),
        "550 5.7.1 forged-greeting"
    );
}

#[test]
fn greeting_faults_have_words() {
    for word in [
        "malformed",
        "missing",
        "not-qualified",
        "bare-address",
        "wrong-literal",
        "claims-to-be-us",
        "unresolvable",
        "mismatch",
    ] {
        assert!(word.parse::<GreetingFault>().is_ok(), "{word}");
    }
    assert_eq!(
        "Missing".parse::<GreetingFault>().unwrap_err().to_string(),
        "unknown greeting fault; expected malformed, missing, not-qualified, bare-address, wrong-literal, \
         claims-to-be-us, unresolvable or mismatch"
    );
}

#[test]
fn sender_domains() {
    let zone = "example.com. MX 10 mail.example.com.
        small.example. AAAA 2001:db8::1
        silent.example. MX 0 .
        late.example. MX !timeout
        half.example. A !servfail";
    for (from, said) in [
        ("<>", PROCEED),
        ("<ann@example.com>", PROCEED),
        ("<ann@small.example>", PROCEED),
        ("<ann@nowhere.example>", "450 4.1.8 unresolvable-sender"),
        ("<ann@silent.example>", "550 5.7.27 null-mx-sender"),
        ("<ann@late.example>", TROUBLE),
        ("<ann@half.example>", TROUBLE),
        ("<joe>", "550 5.1.7 unqualified-sender"),
        ("<joe@localhost>", "550 5.1.7 unqualified-sender"),
        // Ours, by name and by address, asks nobody; a foreign literal has no name to ask about.
        ("<bob@nowhere.example.org>", PROCEED),
        ("<bob@[192.0.2.25]>", PROCEED),
        ("<bob@[198.51.100.1]>", PROCEED),
    ] {
        assert_eq!(
            sender(from, zone).says(&SenderDomain::new()),
            said,
            "{from}"
        );
    }
    let other = SenderDomain::default()
        .unqualified(Treatment::Accept)
        .unresolvable(Treatment::Refuse)
        .null_mx(Treatment::Defer)
        .on_trouble(OnTrouble::DeferIfPermit);
    for (from, said) in [
        ("<joe>", PROCEED),
        ("<ann@nowhere.example>", "550 5.1.8 unresolvable-sender"),
        ("<ann@silent.example>", "450 4.7.27 null-mx-sender"),
        ("<ann@late.example>", DOUBT),
    ] {
        assert_eq!(sender(from, zone).says(&other), said, "{from}");
    }
    assert_eq!(
        sender("<ann@late.example>", zone)
            .says(&SenderDomain::new().on_trouble(OnTrouble::Proceed)),
        PROCEED
    );
}

fn action(text: &str) -> Action {
    Action::parse(text).unwrap()
}

#[test]
fn what_the_actions_of_tables_come_to() {
    for (text, said) in [
        ("OK", "accept"),
        ("DUNNO", PROCEED),
        ("LOG seen", PROCEED),
        ("REJECT", "554 5.7.1 bad-client"),
        ("REJECT 5.7.9 go away", "554 5.7.9 bad-client"),
        ("DEFER", "450 4.7.1 bad-client"),
        ("421 busy", "421 4.7.1 bad-client"),
        ("571 5.7.2 no", "571 5.7.2 bad-client"),
        ("450 5.7.2 repaired", "450 4.7.2 bad-client"),
    ] {
        let table = HostTable::builder()
            .rule("203.0.113.9".parse().unwrap(), action(text))
            .unwrap()
            .build();
        let scene = stranger("");
        assert_eq!(scene.says(&ClientTable::new(table)), said, "{text}");
        assert_eq!(
            scene.dns.query_count(),
            0,
            "a table without names asks nobody"
        );
    }
}

#[test]
fn sender_and_recipient_tables() {
    let senders = || {
        MailboxTable::for_senders()
            .rule("spam.example".parse().unwrap(), action("REJECT no"))
            .unwrap()
    };
    let senders = senders()
        .rule("<>".parse().unwrap(), action("LOG a notice"))
        .unwrap();
    let senders = SenderTable::new(
        senders
            .rule("joe@".parse().unwrap(), action("DEFER"))
            .unwrap()
            .build(),
    );
    for (from, said) in [
        ("<ann@spam.example>", "550 5.7.1 bad-sender"),
        ("<ann@a.spam.example>", PROCEED),
        ("<joe>", "450 4.7.1 bad-sender"),
        ("<JOE+x@example.com>", "450 4.7.1 bad-sender"),
        ("<>", PROCEED),
    ] {
        assert_eq!(sender(from, "").says(&senders), said, "{from}");
    }
    let recipients = MailboxTable::for_recipients()
        .rule("old@example.org".parse().unwrap(), action("REJECT"))
        .unwrap()
        .rule("postmaster@".parse().unwrap(), action("OK"))
        .unwrap();
    let recipients = RecipientTable::new(recipients.build());
    for (to, said) in [
        ("<old@example.org>", "550 5.7.1 bad-recipient"),
        ("<Old+lists@example.org>", "550 5.7.1 bad-recipient"),
        (
            "<@relay.example:old@example.org>",
            "550 5.7.1 bad-recipient",
        ),
        ("<bob@example.org>", PROCEED),
        ("<Postmaster>", "accept"),
    ] {
        let scene = scene(client("203.0.113.9"), "x.example", "<>", to, "");
        assert_eq!(scene.says(&recipients), said, "{to}");
    }
}

#[test]
fn what_is_to_be_logged_is_noted_at_the_level_of_decisions() {
    let log = || action("LOG watch them");
    let hosts = HostTable::builder()
        .rule("203.0.113.9".parse().unwrap(), log())
        .unwrap()
        .rule("203.0.113.0/24".parse().unwrap(), action("REJECT"))
        .unwrap();
    let senders = MailboxTable::for_senders()
        .rule("ann@example.com".parse().unwrap(), log())
        .unwrap()
        .rule("example.com".parse().unwrap(), action("REJECT"))
        .unwrap();
    let recipients = MailboxTable::for_recipients()
        .rule("bob@example.org".parse().unwrap(), log())
        .unwrap()
        .rule("example.org".parse().unwrap(), action("REJECT"))
        .unwrap();
    let policies: [(Box<dyn Policy>, &str); 3] = [
        (
            Box::new(ClientTable::new(hosts.build())),
            "matched 203.0.113.9 LOG watch them\n",
        ),
        (
            Box::new(SenderTable::new(senders.build())),
            "matched ann@example.com LOG watch them\n",
        ),
        (
            Box::new(RecipientTable::new(recipients.build())),
            "matched bob@example.org LOG watch them\n",
        ),
    ];
    for (policy, noted) in policies {
        let scene = stranger("");
        // Noted, and it goes on to the rule that decides.
        assert!(scene.judge(&*policy).verdict.refusal().is_some());
        assert_eq!(scene.recorder.into_trace().to_string(), noted);
    }
}

#[test]
fn host_tables_believe_confirmed_names_only() {
    let table = HostTable::builder()
        .rule("*.example.com".parse().unwrap(), action("OK"))
        .unwrap()
        .build();
    let table = ClientTable::new(table);
    let good = "9.113.0.203.in-addr.arpa. PTR mail.example.com.\nmail.example.com. A 203.0.113.9";
    let liar = "9.113.0.203.in-addr.arpa. PTR mail.example.com.";
    assert_eq!(stranger(good).says(&table), "accept");
    assert_eq!(stranger(liar).says(&table), PROCEED);
    let trouble = "9.113.0.203.in-addr.arpa. PTR !timeout";
    assert_eq!(
        stranger(trouble).says(&table),
        "proceed; might accept 451 4.4.3 dns-trouble"
    );
}

#[test]
fn relay_control_by_itself() {
    let to = |peer: &str, to: &str| scene(client(peer), "x.example", "<ann@example.org>", to, "");
    let control = RelayControl::new();
    for (peer, recipient, said) in [
        ("203.0.113.9", "<bob@example.org>", PROCEED),
        (
            "203.0.113.9",
            "<bob@third.example>",
            "550 5.7.1 relay-denied",
        ),
        (
            "203.0.113.9",
            "<bob%third.example@example.org>",
            "550 5.7.1 routed-recipient",
        ),
        ("192.0.2.7", "<bob@third.example>", PROCEED),
        ("192.0.2.7", "<bob%third.example@example.org>", PROCEED),
    ] {
        assert_eq!(
            to(peer, recipient).says(&control),
            said,
            "{peer} {recipient}"
        );
    }
}

#[test]
fn kinds_and_timings() {
    let perimeter = perimeter();
    let host = ClientTable::new(HostTable::builder().build());
    let senders = SenderTable::new(MailboxTable::for_senders().build());
    let recipients = RecipientTable::new(MailboxTable::for_recipients().build());
    let policies: [(&dyn Policy, &str, Stage); 8] = [
        (&host, "client-table", Stage::Connect),
        (&VerifiedClient::new(), "verified-client", Stage::Connect),
        (&Blocklist::new([]), "blocklist", Stage::Connect),
        (&Greeting::new(&perimeter), "greeting", Stage::Greeting),
        (&senders, "sender-table", Stage::Mail),
        (&SenderDomain::new(), "sender-domain", Stage::Mail),
        (&recipients, "recipient-table", Stage::Recipient),
        (&RelayControl::new(), "relay-control", Stage::Recipient),
    ];
    for (policy, kind, stage) in policies {
        assert_eq!(
            (policy.kind(), policy.timing()),
            (kind, Timing::Facts(stage))
        );
    }
}

#[test]
fn a_policy_whose_facts_are_not_there_has_no_objection() {
    let perimeter = perimeter();
    let (session, dns, clock) = (
        Session::connect(ip("203.0.113.9")),
        MemoryDns::empty(),
        ManualClock::new(),
    );
    let recorder = Recorder::new(Level::Decision);
    let refuse = || action("REJECT");
    let senders = MailboxTable::for_senders()
        .rule("a@".parse().unwrap(), refuse())
        .unwrap();
    let recipients = MailboxTable::for_recipients()
        .rule("a@".parse().unwrap(), refuse())
        .unwrap();
    let greeting =
        Greeting::new(&perimeter).refusing([GreetingFault::Missing, GreetingFault::Malformed]);
    let policies: [Box<dyn Policy>; 5] = [
        Box::new(greeting),
        Box::new(SenderTable::new(senders.build())),
        Box::new(SenderDomain::new()),
        Box::new(RecipientTable::new(recipients.build())),
        Box::new(RelayControl::new()),
    ];
    for policy in policies {
        let inquiry = Inquiry::new(
            &session,
            Stage::Connect,
            &dns,
            &perimeter,
            &clock,
            &recorder,
        );
        assert_eq!(
            policy.check(&inquiry).wait().verdict,
            Verdict::Proceed,
            "{}",
            policy.kind()
        );
    }
}

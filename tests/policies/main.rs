//! The policies of the crate, each by itself.

#[path = "../util/mod.rs"]
mod util;

mod clients;
mod greetings;
mod hosts;
mod tables;

use mailward::address::{ForwardPath, ReversePath};
use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::MemoryDns;
use mailward::policies::{
    Blocklist, ClientTable, Greeting, GreetingFault, OnTrouble, RecipientTable, RelayControl,
    SenderDomain, SenderTable, Treatment, VerifiedClient,
};
use mailward::policy::{Inquiry, Policy, Timing};
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
        let (verdict, _, doubt) = self.judge(policy).into_parts();
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
            policy.check(&inquiry).wait().verdict(),
            &Verdict::Proceed,
            "{}",
            policy.kind()
        );
    }
}

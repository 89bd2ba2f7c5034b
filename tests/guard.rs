//! The guard: deadlines, panics, dropped verbs, threads, and how often the name system is asked.

mod support;
mod util;

use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use mailward::client::Client;
use mailward::clock::{Clock, ManualClock, SystemClock};
use mailward::dns::MemoryDns;
use mailward::guard::{Commands, Dialogue, Guard, GuardBuilder, Outcome, Service, Shared};
use mailward::name::Name;
use mailward::policies::{
    Blocklist, ClientTable, Greeting, GreetingFault, OnTrouble, SenderDomain, VerifiedClient,
};
use mailward::policy::{
    AsyncPolicy, Decision, Exemption, Exemptions, Inquiry, Policy, PolicyExt, RefuseAt, awaited,
    policy_fn,
};
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::session::Hello;
use mailward::table::{Action, HostTable};
use mailward::trace::{Level, Note};
use mailward::verdict::{Event, Judgement, Reason, Refusal, Stage, Subject, Then, Verdict};
use support::{Answers, Held, answering, drive, poll_once};
use util::{client, dns, name, network, pattern};

fn perimeter() -> Perimeter {
    Perimeter::new(name("mx.example.org")).domain(pattern("example.org"))
}

fn builder(dns: impl mailward::dns::Dns + 'static, clock: &ManualClock) -> GuardBuilder {
    Guard::builder(perimeter(), Shared::new(dns, clock.clone()))
}

fn list(zone: &str) -> Blocklist {
    Blocklist::new([Zone::new(Name::parse(zone).unwrap())])
}

/// A dialogue up to RCPT, and the outcome of that.
fn first_recipient(guard: &Guard, clock: &ManualClock, client: Client) -> (Dialogue, Outcome) {
    let (mut dialogue, _) = drive(clock, guard.connect(client));
    for line in ["EHLO mail.example.com", "MAIL FROM:<ann@example.com>"] {
        assert!(!drive(clock, dialogue.line(line.as_bytes())).is_refusal());
    }
    let outcome = drive(clock, dialogue.line(b"RCPT TO:<bob@example.org>"));
    (dialogue, outcome)
}

fn event(outcome: &Outcome) -> Option<Event> {
    outcome.verdict.refusal().map(Refusal::event)
}

/// All there is to see of a session.
fn seen(dialogue: &Dialogue) -> String {
    format!("{:?}", dialogue.session())
}

#[test]
fn every_verb_is_decided_within_the_deadline() {
    for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
        for (on_trouble, code) in [
            (OnTrouble::Proceed, 250),
            (OnTrouble::DeferIfPermit, 451),
            (OnTrouble::Defer, 451),
        ] {
            let clock = ManualClock::new();
            let (silent, _) = Held::new(MemoryDns::empty());
            let perimeter = perimeter();
            let greeting = Greeting::new(&perimeter).refusing([GreetingFault::Unresolvable]);
            let guard = builder(silent, &clock)
                .security(mailward::wording::Security::Friendly)
                .refuse_at(order)
                .deadline(Duration::from_secs(3))
                .check(
                    VerifiedClient::new()
                        .on_trouble(on_trouble)
                        .at(Stage::Recipient),
                )
                .check(
                    list("bl.example.net")
                        .on_trouble(on_trouble)
                        .at(Stage::Recipient),
                )
                .check(greeting.on_trouble(on_trouble).at(Stage::Recipient))
                .check(
                    SenderDomain::new()
                        .on_trouble(on_trouble)
                        .at(Stage::Recipient),
                )
                .build();
            let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
            let spent = || clock.now().since(Default::default());
            let first = spent();
            assert!(first > Duration::from_secs(1) && first <= Duration::from_secs(3));
            assert_eq!(outcome.reply.code().as_u16(), code, "{on_trouble:?}");
            if code != 250 {
                assert_eq!(event(&outcome), Some(Event::DnsTrouble));
            }
            // The next verb has a deadline of its own, and postmaster asks nobody.
            assert!(!drive(&clock, dialogue.line(b"RCPT TO:<postmaster>")).is_refusal());
            assert_eq!(spent(), first);
            let _ = drive(&clock, dialogue.line(b"RCPT TO:<carl@example.org>"));
            assert_eq!(spent(), first.saturating_mul(2));
        }
    }
}

/// What a listed client with a reverse zone that answers late hears from a row.
fn heard_by_a_listed_client(row: impl FnOnce(GuardBuilder) -> GuardBuilder) -> Option<Event> {
    let clock = ManualClock::new();
    let zone = "9.113.0.203.in-addr.arpa. PTR !delay=30s mail.example.com.
9.113.0.203.dead.example.net. A !delay=30s 127.0.0.2
9.113.0.203.bl.example.net. A !delay=10ms 127.0.0.2
example.com. MX !delay=10ms 10 mail.example.com.";
    let dns = MemoryDns::parse(zone).unwrap().with_clock(clock.clone());
    let (_, outcome) = first_recipient(
        &row(builder(dns, &clock)).build(),
        &clock,
        client("203.0.113.9"),
    );
    event(&outcome)
}

#[test]
fn whoever_lets_one_question_hang_keeps_no_other_from_being_asked() {
    let slow = heard_by_a_listed_client(|row| {
        row.check(VerifiedClient::new())
            .check(list("bl.example.net"))
    });
    assert_eq!(slow, Some(Event::ListedClient));
    let dry = heard_by_a_listed_client(|row| {
        row.check(list("dead.example.net").dry_run())
            .check(list("bl.example.net"))
    });
    assert_eq!(dry, Some(Event::ListedClient));
    let honest =
        heard_by_a_listed_client(|row| row.check(VerifiedClient::new()).check(SenderDomain::new()));
    assert_eq!(honest, None);
}

#[test]
fn relay_control_in_trouble_is_a_451() {
    let clock = ManualClock::new();
    let (silent, _) = Held::new(MemoryDns::empty());
    let perimeter = perimeter().name(pattern("*.example.org"));
    let guard = Guard::builder(perimeter, Shared::new(silent, clock.clone())).build();
    let (mut dialogue, _) = drive(&clock, guard.connect(client("203.0.113.9")));
    let _ = drive(&clock, dialogue.line(b"MAIL FROM:<>"));
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>"));
    assert_eq!(outcome.reply.to_string(), "451 4.4.3 Try again later.\r\n");
    assert_eq!(outcome.rule.unwrap().as_str(), "relay-control");
    // A recipient of ours needs no name.
    let before = clock.now();
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<bob@example.org>")).is_refusal());
    assert_eq!(clock.now(), before);
}

/// A policy that waits for something that never comes.
struct Forever;

#[async_trait]
impl AsyncPolicy for Forever {
    async fn check(&self, _: &Inquiry<'_>) -> Judgement {
        std::future::pending().await
    }
}

#[test]
fn a_policy_that_never_answers_is_overdue() {
    let clock = ManualClock::new();
    let guard = builder(MemoryDns::empty(), &clock)
        .check(awaited(Forever).named("quota"))
        .build();
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert_eq!(outcome.reply.to_string(), "451 4.3.0 Try again later.\r\n");
    assert_eq!(event(&outcome), Some(Event::PolicyTrouble));
    assert_eq!(outcome.rule.as_ref().unwrap().as_str(), "quota");
    assert!(
        outcome
            .trace
            .entries()
            .iter()
            .any(|entry| entry.note == Note::Overdue)
    );
    let waited = clock.now().since(Default::default());
    assert!(
        waited >= Duration::from_secs(5) && waited < Duration::from_secs(6),
        "{waited:?}"
    );
    assert_eq!(dialogue.session().accepted_recipients(), 0);
    assert!(!drive(&clock, dialogue.reset_later()).is_refusal());
}

/// `reset` needs no waiting; this makes it look as the others do.
trait ResetLater {
    fn reset_later(&mut self) -> std::future::Ready<Outcome>;
}

impl ResetLater for Dialogue {
    fn reset_later(&mut self) -> std::future::Ready<Outcome> {
        std::future::ready(self.reset())
    }
}

/// Breaks down, at once or in its future.
struct Breaks {
    later: bool,
}

impl Policy for Breaks {
    fn check<'a>(&'a self, _: &'a Inquiry<'a>) -> Decision<'a> {
        assert!(self.later, "at once, as the test wants it");
        Decision::later(async { std::panic::panic_any("later, as the test wants it") })
    }

    fn kind(&self) -> &'static str {
        "breaks"
    }
}

#[test]
fn a_policy_that_panics_means_451_and_the_next_session_works() {
    for later in [false, true] {
        for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
            let clock = ManualClock::new();
            let for_bob = Exemptions::from(Exemption::when(|session| {
                session
                    .recipient()
                    .is_some_and(|to| !to.to_string().starts_with("bob@"))
            }));
            let guard = builder(MemoryDns::empty(), &clock)
                .refuse_at(order)
                .check(policy_fn(|_| Judgement::PROCEED))
                .check(Breaks { later }.unless(for_bob))
                .check(policy_fn(|_| Judgement::PROCEED))
                .build();
            for _ in 0..2 {
                let (mut dialogue, outcome) =
                    first_recipient(&guard, &clock, client("203.0.113.9"));
                assert_eq!(outcome.reply.to_string(), "451 4.3.0 Try again later.\r\n");
                assert_eq!(outcome.rule.as_ref().unwrap().as_str(), "breaks-1");
                let panicked = |entry: &&mailward::trace::Entry| entry.note == Note::Panicked;
                let entry = outcome.trace.entries().iter().find(panicked).unwrap();
                assert_eq!(entry.rule, outcome.rule);
                let outcome = drive(&clock, dialogue.line(b"RCPT TO:<carl@example.org>"));
                assert_eq!(outcome.verdict, Verdict::Proceed);
                assert_eq!(dialogue.session().accepted_recipients(), 1);
            }
        }
    }
}

#[test]
fn a_verb_that_is_dropped_leaves_the_session_as_before() {
    let clock = ManualClock::new();
    let (held, answers) = Held::new(MemoryDns::empty());
    let ask = || list("bl.example.net").at(Stage::Greeting);
    let guard = builder(held, &clock)
        .refuse_at(RefuseAt::Earliest)
        .check(ask())
        .build();
    let (mut dialogue, _) = drive(&clock, guard.connect(client("203.0.113.9")));

    let before = seen(&dialogue);
    assert!(poll_once(dialogue.greet(Hello::Ehlo, "mail.example.com")).is_pending());
    assert_eq!(seen(&dialogue), before);

    // With a transaction open.
    let (held, answers_of_open) = Held::new(MemoryDns::empty());
    let guard = builder(held, &clock)
        .check(list("bl.example.net").unless(Exemption::when(|session| {
            session
                .recipient()
                .is_some_and(|to| to.to_string() == "first@example.org")
        })))
        .check(list("data.example.net").at(Stage::Data))
        .build();
    let (mut dialogue, _) = drive(&clock, guard.connect(client("203.0.113.9")));
    let _ = drive(&clock, dialogue.line(b"EHLO mail.example.com"));
    let _ = drive(&clock, dialogue.line(b"MAIL FROM:<ann@example.com>"));
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<first@example.org>")).is_refusal());
    let before = seen(&dialogue);
    assert!(before.contains("accepted: 1"), "{before}");
    assert!(poll_once(dialogue.line(b"RCPT TO:<bob@example.org>")).is_pending());
    assert_eq!(seen(&dialogue), before);
    assert!(poll_once(dialogue.data()).is_pending());
    assert_eq!(seen(&dialogue), before);
    // And it goes on from there.
    let outcome = answering(
        &answers_of_open,
        || 0,
        dialogue.line(b"RCPT TO:<bob@example.org>"),
    );
    assert!(!outcome.is_refusal());
    let outcome = answering(&answers_of_open, || 0, dialogue.data());
    assert_eq!(outcome.reply.code().as_u16(), 354);
    assert_eq!(answers.waiting(), 1);
}

#[test]
fn a_greeting_or_sender_that_is_dropped_leaves_the_old_ones() {
    let clock = ManualClock::new();
    let (held, answers) = Held::new(MemoryDns::empty());
    let guard = builder(held, &clock)
        .refuse_at(RefuseAt::Earliest)
        .check(list("mail.example.net").at(Stage::Mail))
        .build();
    let (mut dialogue, _) = drive(&clock, guard.connect(client("203.0.113.9")));
    let _ = drive(&clock, dialogue.line(b"EHLO one.example.com"));
    let before = seen(&dialogue);
    assert!(poll_once(dialogue.line(b"MAIL FROM:<ann@example.com>")).is_pending());
    assert_eq!(seen(&dialogue), before);
    assert!(dialogue.session().sender().is_none());
    let outcome = answering(
        &answers,
        || 0,
        dialogue.line(b"MAIL FROM:<ann@example.com>"),
    );
    assert!(!outcome.is_refusal());
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<bob@example.org>")).is_refusal());
}

#[test]
fn the_blocking_twin_serves_a_plain_thread() {
    let zone = "9.113.0.203.bl.example.net. A 127.0.0.2";
    let (held, answers) = Held::new(dns(zone));
    let shared = Shared::new(held, SystemClock::new());
    let guard = Guard::builder(perimeter(), shared)
        .check(list("bl.example.net"))
        .build();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let server: std::thread::JoinHandle<usize> =
        std::thread::spawn(move || serve(&answers, &stopped));
    let session = std::thread::spawn(move || {
        let (mut dialogue, _) = guard.connect_blocking(client("203.0.113.9"));
        let _ = dialogue.greet(Hello::Helo, "mail.example.com");
        let _ = dialogue.line(b"MAIL FROM:<ann@example.com>");
        let outcome = dialogue.line(b"RCPT TO:<bob@example.org>");
        (outcome, dialogue.quit().then)
    });
    let (outcome, then) = session.join().unwrap();
    drop(stop);
    assert_eq!(event(&outcome), Some(Event::ListedClient));
    assert_eq!(then, Then::Close);
    assert_eq!(server.join().unwrap(), 1);
}

/// Answers whatever comes, from another thread, until nobody asks any more.
fn serve(answers: &Answers, stopped: &std::sync::mpsc::Receiver<()>) -> usize {
    let mut given = 0;
    loop {
        given += usize::from(answers.give(0));
        if stopped.recv_timeout(Duration::from_millis(1)) == Err(RecvTimeoutError::Disconnected) {
            return given;
        }
    }
}

/// A row in which many want to know the same.
fn curious(dns: Arc<MemoryDns>, clock: &ManualClock, order: RefuseAt) -> Guard {
    let table = HostTable::builder()
        .rule(
            "*.bad.example".parse().unwrap(),
            Action::parse("REJECT").unwrap(),
        )
        .unwrap()
        .build();
    let perimeter = perimeter().name(pattern("*.example.org"));
    let greeting =
        Greeting::new(&perimeter).refusing([GreetingFault::Unresolvable, GreetingFault::Mismatch]);
    Guard::builder(perimeter, Shared::new(dns, clock.clone()))
        .refuse_at(order)
        .check(ClientTable::new(table))
        .check(VerifiedClient::new().on_trouble(OnTrouble::Proceed))
        .check(VerifiedClient::new().named("again"))
        .check(list("bl.example.net"))
        .check(list("bl.example.net").named("again"))
        .check(greeting.clone())
        .check(greeting)
        .check(SenderDomain::new().on_trouble(OnTrouble::Proceed))
        .check(
            SenderDomain::new()
                .on_trouble(OnTrouble::Proceed)
                .named("again"),
        )
        .build()
}

const KNOWN: &str = "9.113.0.203.in-addr.arpa. PTR mail.example.com.
    mail.example.com. A 203.0.113.9
    example.com. MX 10 mail.example.com.";

#[test]
fn everything_is_asked_once_however_many_policies_and_recipients_ask() {
    for order in [RefuseAt::Recipient, RefuseAt::Earliest] {
        let clock = ManualClock::new();
        let dns = Arc::new(dns(KNOWN));
        let guard = curious(Arc::clone(&dns), &clock, order);
        let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
        assert!(!outcome.is_refusal(), "{outcome:?}");
        for to in ["carl", "dora", "bob"] {
            let line = format!("RCPT TO:<{to}@example.org>");
            assert!(!drive(&clock, dialogue.line(line.as_bytes())).is_refusal());
        }
        let asked: Vec<String> = dns.queries().iter().map(ToString::to_string).collect();
        assert_eq!(
            asked,
            [
                "PTR 9.113.0.203.in-addr.arpa",
                "A mail.example.com",
                "A 9.113.0.203.bl.example.net",
                "MX example.com",
            ],
        );
        // The sender lives for its transaction, the rest goes on.
        dns.forget_queries();
        let _ = dialogue.reset();
        let _ = drive(&clock, dialogue.line(b"MAIL FROM:<ann@example.com>"));
        let _ = drive(&clock, dialogue.line(b"RCPT TO:<bob@example.org>"));
        let asked: Vec<String> = dns.queries().iter().map(ToString::to_string).collect();
        assert_eq!(asked, ["MX example.com"]);
    }
}

#[test]
fn trouble_is_the_same_for_one_verb_and_forgotten_at_the_next() {
    let clock = ManualClock::new();
    let zone = dns("9.113.0.203.in-addr.arpa. PTR !servfail
        9.113.0.203.bl.example.net. A !timeout
        example.com. MX !refused
        mail.example.com. A !servfail");
    let dns = Arc::new(zone);
    let guard = curious(Arc::clone(&dns), &clock, RefuseAt::Recipient);
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert!(!outcome.is_refusal(), "{outcome:?}");
    let first = dns.query_count();
    assert_eq!(first, 4, "{:?}", dns.queries());
    let _ = drive(&clock, dialogue.line(b"RCPT TO:<carl@example.org>"));
    assert_eq!(dns.query_count(), 2 * first);
    for record in [
        "9.113.0.203.in-addr.arpa. PTR mail.example.com.",
        "mail.example.com. A 203.0.113.9",
    ] {
        dns.replace(record).unwrap();
    }
    dns.replace("9.113.0.203.bl.example.net. A 127.0.0.2")
        .unwrap();
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<dora@example.org>"));
    assert_eq!(event(&outcome), Some(Event::ListedClient));
}

#[test]
fn services_are_answered_as_the_operator_says() {
    let clock = ManualClock::new();
    for (service, code) in [
        (Service::Off, 502),
        (Service::Noncommittal, 252),
        (Service::On, 250),
    ] {
        let commands = Commands {
            vrfy: service,
            expn: service,
            etrn: service,
        };
        let guard = builder(MemoryDns::empty(), &clock)
            .commands(commands)
            .build();
        let (mut dialogue, _) = guard.connect_blocking(client("203.0.113.9"));
        // Nobody can be noncommittal about a queue.
        let etrn = if code == 252 { 502 } else { code };
        let outcomes = [dialogue.vrfy(), dialogue.expn(), dialogue.etrn()];
        let codes = outcomes.map(|outcome| outcome.reply.code().as_u16());
        assert_eq!(codes, [code, code, etrn]);
        for (line, code) in [
            ("VRFY bob", code),
            ("EXPN staff", code),
            ("ETRN example.org", etrn),
        ] {
            assert_eq!(
                dialogue.line(line.as_bytes()).reply.code().as_u16(),
                code,
                "{line}"
            );
        }
        assert_eq!(dialogue.noop().reply.code().as_u16(), 250);
    }
}

#[test]
fn a_swap_of_the_guard_leaves_open_dialogues_alone() {
    let clock = ManualClock::new();
    let shared = Shared::new(MemoryDns::empty(), clock.clone());
    let closed = || policy_fn(|_| Refusal::new(Reason::custom("closed", Subject::Client)));
    let old = Guard::builder(perimeter(), shared.clone()).build();
    let (mut dialogue, _) = drive(&clock, old.connect(client("203.0.113.9")));
    let new = Guard::builder(perimeter(), shared).check(closed()).build();
    drop(old);
    let _ = drive(&clock, dialogue.line(b"MAIL FROM:<>"));
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<bob@example.org>")).is_refusal());
    let (_, outcome) = first_recipient(&new, &clock, client("203.0.113.9"));
    assert_eq!(outcome.rule.unwrap().as_str(), "policy-1");
}

#[test]
fn checks_are_called_after_their_kind_and_ordinal() {
    let clock = ManualClock::new();
    let zone = "9.113.0.203.two.example.net. A 127.0.0.2";
    let guard = builder(dns(zone), &clock)
        .check(list("one.example.net"))
        .check(VerifiedClient::new().dry_run())
        .check(list("two.example.net"))
        .build();
    let (_, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert_eq!(outcome.rule.unwrap().as_str(), "blocklist-2");
    let would: Vec<_> = outcome.trace.would().collect();
    assert_eq!(would[0].0.unwrap().as_str(), "verified-client-1");
    assert_eq!(would[0].1.event(), Event::UnverifiedClient);
}

#[test]
fn a_full_trace_tells_what_was_asked_and_found_and_no_keys() {
    let clock = ManualClock::new();
    let zone = format!(
        "{}\n9.113.0.203.k3y.bl.example.net. A 127.0.0.2",
        KNOWN.replace("    ", "")
    );
    let keyed = Blocklist::new([Zone::new(name("k3y.bl.example.net")).labelled("bl")]);
    let guard = builder(dns(&zone), &clock)
        .trace(Level::Full)
        .check(VerifiedClient::new().named("reverse"))
        .check(keyed.named("lists"))
        .build();
    let (_, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert_eq!(
        outcome.trace.to_string(),
        "relay-control: clean\n\
         reverse: asked PTR 9.113.0.203.in-addr.arpa: 1 records, ttl 3600 s in 0 ms\n\
         reverse: asked A mail.example.com: 1 records, ttl 3600 s in 0 ms\n\
         reverse: client name: pass mail.example.com\n\
         reverse: clean\n\
         lists: list bl: listed 127.0.0.2\n\
         lists: refused 554 5.7.1 listed-client\n"
    );
}

#[test]
fn the_accept_path_leaves_an_empty_trace_unless_it_is_asked_for() {
    let clock = ManualClock::new();
    for (level, empty) in [
        (Level::Off, true),
        (Level::Decision, true),
        (Level::Full, false),
    ] {
        let guard = builder(dns(KNOWN), &clock)
            .trace(level)
            .check(VerifiedClient::new())
            .build();
        let (_, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
        assert_eq!(outcome.trace.entries().is_empty(), empty, "{level:?}");
    }
}

#[test]
fn a_login_in_the_middle_counts_from_then_on() {
    let clock = ManualClock::new();
    let zone = "9.113.0.203.bl.example.net. A 127.0.0.2";
    let guard = builder(dns(zone), &clock)
        .check(list("bl.example.net"))
        .build();
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("203.0.113.9"));
    assert!(outcome.is_refusal());
    dialogue.authenticated("ann");
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>"));
    assert_eq!(outcome.verdict, Verdict::Proceed);
    // TLS makes it a stranger again.
    dialogue.tls();
    let _ = drive(&clock, dialogue.line(b"MAIL FROM:<>"));
    let outcome = drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>"));
    assert_eq!(event(&outcome), Some(Event::RelayDenied));
}

#[test]
fn an_internal_network_needs_no_name() {
    let clock = ManualClock::new();
    let dns = Arc::new(MemoryDns::empty());
    let perimeter = perimeter()
        .network(network("192.0.2.0/24"))
        .name(pattern("*.example.org"));
    let guard = Guard::builder(perimeter, Shared::new(Arc::clone(&dns), clock.clone()))
        .check(VerifiedClient::new())
        .check(list("bl.example.net"))
        .build();
    let (mut dialogue, outcome) = first_recipient(&guard, &clock, client("192.0.2.7"));
    assert!(!outcome.is_refusal());
    assert!(!drive(&clock, dialogue.line(b"RCPT TO:<bob@third.example>")).is_refusal());
    assert_eq!(dns.query_count(), 0);
    assert!(matches!(poll_once(dialogue.data()), Poll::Ready(outcome) if !outcome.is_refusal()));
}

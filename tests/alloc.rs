//! What a judgement allocates: nothing where there is nothing to look up, little where there is.
#![allow(
    unsafe_code,
    reason = "a global allocator that counts can be written in no other way"
)]

mod util;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use mailward::address::{ForwardPath, ReversePath};
use mailward::client::{Client, ClientIp};
use mailward::clock::SystemClock;
use mailward::dns::MemoryDns;
use mailward::guard::{BlockingDialogue, Guard, Shared};
use mailward::policies::{
    Blocklist, ClientTable, Greeting, GreetingFault, RecipientTable, RelayControl, SenderDomain,
    SenderTable, VerifiedClient,
};
use mailward::policy::{Chain, Inquiry, Policy, PolicyExt};
use mailward::rbl::Zone;
use mailward::relay::Perimeter;
use mailward::session::{Hello, Session};
use mailward::table::{Action, HostTable, MailboxTable};
use mailward::trace::{Level, Recorder};
use mailward::verdict::{Judgement, Stage, Verdict};
use util::{dns, ip, name, network, pattern};

/// The system's allocator, which counts what each thread asks of it.
struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no counter any more, and nothing to measure.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often this thread allocates while `run` runs, and what comes of it.
fn allocations<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = COUNT.get();
    let value = run();
    (COUNT.get() - before, value)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| ()).0, 0);
    assert_eq!(allocations(|| Box::new(1)).0, 1);
    assert_eq!(allocations(|| vec![0_u8; 10]).0, 1);
    let (more, _) = allocations(|| {
        let mut text = String::from("a");
        text.push_str("a longer text than there is room for");
        text
    });
    assert_eq!(more, 2);
}

/// The eight policies of the crate, each with something to say to somebody else.
fn eight(perimeter: &Perimeter) -> Chain {
    let refuse = || Action::parse("REJECT").unwrap();
    let hosts = HostTable::builder()
        .rule("198.51.100.0/24".parse().unwrap(), refuse())
        .unwrap();
    let senders = MailboxTable::for_senders()
        .rule("spam.example".parse().unwrap(), refuse())
        .unwrap();
    let recipients = MailboxTable::for_recipients()
        .rule("old@example.org".parse().unwrap(), refuse())
        .unwrap();
    Chain::new()
        .then(ClientTable::new(hosts.build()).named("hosts"))
        .then(VerifiedClient::new().named("reverse"))
        .then(Blocklist::new(zones()).named("lists"))
        .then(Greeting::new(perimeter).named("greeting"))
        .then(SenderTable::new(senders.build()).named("senders"))
        .then(SenderDomain::new().named("domain"))
        .then(RecipientTable::new(recipients.build()).named("recipients"))
        .then(RelayControl::new().named("relay"))
}

fn zones() -> [Zone; 2] {
    [
        Zone::new(name("bl.example.net")),
        Zone::new(name("zen.example.net")).with_text(),
    ]
}

fn perimeter() -> Perimeter {
    Perimeter::new(name("mx.example.org"))
        .network(network("192.0.2.0/24"))
        .name(pattern("*.inside.example"))
        .domain(pattern("example.org"))
}

fn session(client: &str, from: &str, to: &str) -> Session {
    let mut session = Session::connect(ip(client));
    session.greet(Hello::Ehlo, "mail.example.com");
    session.mail(ReversePath::parse(from).unwrap());
    session.rcpt(ForwardPath::parse(to).unwrap());
    session
}

/// What the second judgement of this session allocates, all evidence being there.
fn second_judgement(session: &Session, row: &Chain, dns: &MemoryDns, level: Level) -> usize {
    let (perimeter, clock, recorder) = (perimeter(), SystemClock::new(), Recorder::new(level));
    let inquiry = Inquiry::new(
        session,
        Stage::Recipient,
        dns,
        &perimeter,
        &clock,
        &recorder,
    );
    let judge = || row.check(&inquiry).into_ready().unwrap();
    assert_eq!(judge(), Judgement::PROCEED);
    let (count, judgement) = allocations(judge);
    assert_eq!(judgement, Judgement::PROCEED);
    count
}

#[test]
fn eight_policies_with_nothing_to_look_up_allocate_nothing() {
    let row = eight(&perimeter());
    assert_eq!(row.len(), 8);
    let dns = MemoryDns::empty();
    for (client, from, to) in [
        ("192.0.2.7", "<>", "<bob@example.org>"),
        (
            "192.0.2.7",
            "<ann+lists@example.org>",
            "<bob@third.example>",
        ),
        ("::ffff:192.0.2.7", "<ann>", "<postmaster>"),
    ] {
        for level in [Level::Off, Level::Decision] {
            let count = second_judgement(&session(client, from, to), &row, &dns, level);
            assert_eq!(count, 0, "{client} {from} {to} at {level:?}");
        }
    }
    assert_eq!(dns.query_count(), 0);
}

const ZONE: &str = "9.113.0.203.in-addr.arpa. PTR mail.example.com.
    mail.example.com. A 203.0.113.9
    example.com. MX 10 mail.example.com.";

#[test]
fn eight_policies_with_their_evidence_at_hand_ask_and_allocate_next_to_nothing() {
    let row = eight(&perimeter());
    let dns = dns(ZONE);
    let session = session("203.0.113.9", "<ann@example.com>", "<bob@example.org>");
    let counts =
        [Level::Off, Level::Decision].map(|level| second_judgement(&session, &row, &dns, level));
    println!("8 policies, an outside client, evidence at hand: {counts:?} allocations");
    // The listings of two zones, in one piece.
    assert_eq!(counts, [1, 1]);
    assert_eq!(dns.query_count(), 5); // PTR, A, two lists, MX
}

#[test]
fn a_full_trace_allocates_and_is_seen_to() {
    let row = eight(&perimeter());
    let session = session("192.0.2.7", "<>", "<bob@example.org>");
    assert!(second_judgement(&session, &row, &MemoryDns::empty(), Level::Full) > 0);
}

fn guard(dns: MemoryDns) -> Guard {
    let perimeter = perimeter();
    let greeting = Greeting::new(&perimeter).refusing([
        GreetingFault::Malformed,
        GreetingFault::ClaimsToBeUs,
        GreetingFault::Unresolvable,
    ]);
    let refuse = || Action::parse("REJECT").unwrap();
    let hosts = HostTable::builder()
        .rule("*.bad.example".parse().unwrap(), refuse())
        .unwrap();
    let recipients = MailboxTable::for_recipients()
        .rule("old@example.org".parse().unwrap(), refuse())
        .unwrap();
    Guard::builder(perimeter, Shared::new(dns, SystemClock::new()))
        .check(ClientTable::new(hosts.build()))
        .check(VerifiedClient::new())
        .check(Blocklist::new(zones()))
        .check(greeting)
        .check(SenderDomain::new())
        .check(RecipientTable::new(recipients.build()))
        .trace(Level::Decision)
        .build()
}

/// A session up to its first recipient, which gathers the evidence.
fn dialogue(guard: &Guard) -> BlockingDialogue {
    let client: ClientIp = ip("203.0.113.9");
    let (mut dialogue, greeting) = guard.connect_blocking(Client::direct(client));
    assert!(!greeting.is_refusal());
    for line in [
        "EHLO mail.example.com",
        "MAIL FROM:<ann@example.com>",
        "RCPT TO:<bob@example.org>",
    ] {
        let outcome = dialogue.line(line.as_bytes());
        assert!(!outcome.is_refusal(), "{line}: {outcome:?}");
    }
    dialogue
}

#[test]
fn a_second_recipient_costs_at_most_four_allocations() {
    let guard = guard(dns(ZONE).without_log());
    let mut dialogue = dialogue(&guard);

    let path = ForwardPath::parse("<carl@example.org>").unwrap();
    let (verb, outcome) = allocations(|| dialogue.rcpt(path));
    assert_eq!(outcome.verdict, Verdict::Proceed);

    let line = b"RCPT TO:<dora@example.org>\r\n";
    let (strings, _) = allocations(|| ForwardPath::parse("<dora@example.org>").unwrap());
    let (whole, outcome) = allocations(|| dialogue.line(line));
    assert_eq!(outcome.verdict, Verdict::Proceed);

    println!(
        "a second recipient: {verb} allocations; from its line {whole}, {strings} of them its own strings"
    );
    assert!(verb <= 4, "{verb}");
    assert!(whole - strings <= 4, "{whole} - {strings}");
}

#[test]
fn a_whole_session_costs_at_most_four_allocations_a_recipient() {
    let guard = guard(dns(ZONE).without_log());
    let transaction = |dialogue: &mut BlockingDialogue, paths: Vec<ForwardPath>| {
        for path in paths {
            assert_eq!(dialogue.rcpt(path).verdict, Verdict::Proceed);
        }
    };
    for recipients in [1, 10, 100] {
        let mut dialogue = dialogue(&guard);
        let path = |number| ForwardPath::parse(&format!("<u{number}@example.org>")).unwrap();
        let paths: Vec<_> = (0..recipients).map(path).collect();
        let (count, ()) = allocations(|| transaction(&mut dialogue, paths));
        println!("{recipients} more recipients: {count} allocations");
        assert!(count <= 4 * recipients, "{count} for {recipients}");
    }
}

#[test]
fn verbs_before_the_first_recipient_allocate_their_own_strings_only() {
    let guard = guard(dns(ZONE).without_log());
    let client = Client::direct(ip("203.0.113.9"));
    let (connect, (mut dialogue, _)) = allocations(|| guard.connect_blocking(client));
    let (greet, _) = allocations(|| dialogue.greet(Hello::Ehlo, "mail.example.com"));
    let from = ReversePath::parse("<ann@example.com>").unwrap();
    let (mail, _) = allocations(|| dialogue.mail(from));
    println!("connect {connect}, greeting {greet}, MAIL {mail} allocations");
    // A greeting keeps its text and its name, and what it is not is found out on the way.
    assert_eq!((connect, mail), (0, 0));
    assert!(greet <= 4, "{greet}");
}

//! A session from connect to RCPT at a guard that asks for a confirmed name, two block lists, the greeting and the
//! sender's domain, with its trace at the default level. No answer is waited for, and nobody is refused.
//!
//! - *connect, EHLO, MAIL*: a new session, its arguments parsed before;
//! - *recipient, evidence memoised*: RCPT in a session that has had one, so that all evidence is on the session; the
//!   sum of these two is connect to RCPT with evidence memoised;
//! - *transaction*: RSET, MAIL and RCPT in such a session; the sender's domain is asked for anew;
//! - *first session*: connect to RCPT with every question asked, over a name system of prepared answers, so that
//!   mailward alone is measured, and over `MemoryDns`;
//! - *lines*: the same as command lines are read and replies printed.
//!
//! Bars: connect to RCPT with evidence memoised in under 2 microseconds; at most 4 allocations a recipient.

mod measure;

use std::hint::black_box;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use criterion::Criterion;
use mailward::address::{ForwardPath, ReversePath};
use mailward::client::ClientIp;
use mailward::clock::SystemClock;
use mailward::dns::{Answer, Dns, Exchange, Lookup, MemoryDns, Mx, PtrTarget, Txt};
use mailward::name::{Name, NameRef};
use mailward::policies::{Blocklist, Greeting, SenderDomain, VerifiedClient};
use mailward::rbl::Zone;
use mailward::session::Hello;
use mailward::step::Step;
use mailward::{Dialogue, Guard, Outcome, Perimeter, Shared};
use measure::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let host = Host::new(Prepared::new());
    let zone = Host::new(MemoryDns::parse(ZONE).unwrap().without_log());
    let mut known = host.session();
    if let Some((_, side, count)) = measure::asked_runs() {
        return (0..count).for_each(|_| match side.as_str() {
            "opening" => drop(host.opening()),
            _ => host.recipient(&mut known),
        });
    }
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("connect, EHLO, MAIL", |bencher| {
        bencher.iter(|| host.opening());
    });
    criterion.bench_function("recipient, evidence memoised", |bencher| {
        bencher.iter(|| host.recipient(&mut known));
    });
    criterion.final_summary();

    let (opening, _) = report("connect, EHLO, MAIL", || host.opening());
    let (recipient, allocations) = report("recipient, evidence memoised", || {
        host.recipient(&mut known)
    });
    measure::bar("allocations a recipient", 4.0, allocations as f64);
    if !measure::is_a_test() {
        measure::bar("ns from connect to RCPT", 2000.0, opening + recipient);
    }
    report("transaction", || host.transaction(&mut known));
    report("first session, prepared answers", || host.session());
    report("first session, MemoryDns", || zone.session());
    report("lines, prepared answers", || host.lines());
}

/// Nanoseconds, and allocations.
fn report<T>(what: &str, mut run: impl FnMut() -> T) -> (f64, u64) {
    let allocations = measure::allocations(&mut run);
    if measure::is_a_test() {
        println!("{what}: {allocations} allocations");
        return (0.0, allocations);
    }
    let time = measure::alone(run);
    println!("{what}: {allocations} allocations, {time:.0} ns");
    (time, allocations)
}

/// Polls once: nothing here waits.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("somebody waits"),
    }
}

fn welcome(outcome: Outcome) {
    assert!(!outcome.is_refusal(), "{outcome:?}");
    drop(black_box(outcome));
}

struct Host {
    guard: Guard,
    client: ClientIp,
    from: ReversePath,
    to: ForwardPath,
}

impl Host {
    fn new(dns: impl Dns + 'static) -> Self {
        let home = Perimeter::new("mx.example.org".parse().unwrap())
            .domain("example.org".parse().unwrap());
        let zone = |name: &str| Zone::new(name.parse().unwrap());
        let guard = Guard::builder(home.clone(), Shared::new(dns, SystemClock::new()))
            .check(VerifiedClient::new())
            .check(Blocklist::new([
                zone("one.example.net"),
                zone("two.example.net"),
            ]))
            .check(Greeting::new(&home))
            .check(SenderDomain::new())
            .build();
        Self {
            guard,
            client: "203.0.113.9".parse().unwrap(),
            from: ReversePath::parse("<ann@example.com>").unwrap(),
            to: ForwardPath::parse("<bob@example.org>").unwrap(),
        }
    }

    fn opening(&self) -> Dialogue {
        let (mut dialogue, greeting) = now(self.guard.connect(black_box(self.client)));
        welcome(greeting);
        welcome(now(
            dialogue.greet(Hello::Ehlo, black_box("mail.example.com"))
        ));
        welcome(now(dialogue.mail(self.from.clone())));
        dialogue
    }

    fn session(&self) -> Dialogue {
        let mut dialogue = self.opening();
        welcome(now(dialogue.rcpt(self.to.clone())));
        dialogue
    }

    fn lines(&self) -> usize {
        let (mut dialogue, greeting) = now(self.guard.connect(black_box(self.client)));
        let mut octets = greeting.reply.to_string().len();
        for line in LINES {
            octets += now(dialogue.line(black_box(line))).reply.to_string().len();
        }
        octets
    }

    fn transaction(&self, dialogue: &mut Dialogue) {
        welcome(dialogue.reset());
        welcome(now(dialogue.mail(self.from.clone())));
        welcome(now(dialogue.rcpt(self.to.clone())));
    }

    fn recipient(&self, dialogue: &mut Dialogue) {
        welcome(now(dialogue.rcpt(self.to.clone())));
    }
}

const LINES: [&[u8]; 3] = [
    b"EHLO mail.example.com\r\n",
    b"MAIL FROM:<ann@example.com>\r\n",
    b"RCPT TO:<bob@example.org>\r\n",
];

const ZONE: &str = "
9.113.0.203.in-addr.arpa. PTR mail.example.com.
mail.example.com. A 203.0.113.9
example.com. MX 10 mail.example.com.
";

/// A name system whose answers are made beforehand: what is measured over it is mailward alone.
#[derive(Debug)]
struct Prepared {
    ptr: Answer<PtrTarget>,
    a: Answer<Ipv4Addr>,
    mx: Answer<Mx>,
}

impl Prepared {
    fn new() -> Self {
        let name = || "mail.example.com".parse::<Name>().unwrap();
        let hour = Duration::from_secs(3600);
        Self {
            ptr: Answer::of([PtrTarget::Name(name())], hour),
            a: Answer::of([Ipv4Addr::new(203, 0, 113, 9)], hour),
            mx: Answer::of(
                [Mx {
                    preference: 10,
                    exchange: Exchange::Host(name()),
                }],
                hour,
            ),
        }
    }
}

impl Dns for Prepared {
    fn ptr(&self, _: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
        Step::ready(Ok(self.ptr.clone()))
    }

    fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
        Step::ready(Ok(match name.as_str() {
            "mail.example.com" => self.a.clone(),
            _ => Answer::NoSuchName {
                ttl: Duration::ZERO,
            },
        }))
    }

    fn aaaa(&self, _: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
        Step::ready(Ok(Answer::NoData {
            ttl: Duration::ZERO,
        }))
    }

    fn mx(&self, _: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
        Step::ready(Ok(self.mx.clone()))
    }

    fn txt(&self, _: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
        Step::ready(Ok(Answer::NoData {
            ttl: Duration::ZERO,
        }))
    }
}

//! Every way to wait for an answer, and every way to go before it comes.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use mailward::clock::SystemClock;
use mailward::dns::{Dns, DnsError, HickoryDns};
use mailward::policies::{Blocklist, VerifiedClient};
use mailward::rbl::Zone;
use mailward::{Guard, Outcome, Perimeter, Shared, Stage};
use tokio::runtime::{Builder, Runtime};

use crate::message::{A, PTR, a as address, absence, answer, ptr};
use crate::server::{Act, Server};
use crate::{PATIENCE, a, addresses, builder, name, resolver};

fn one_address() -> Server {
    Server::start(|question| match question.name.as_str() {
        "silent.example" => Act::Silence,
        _ => answer([address(&question.name, 60, "192.0.2.1")]).into(),
    })
}

async fn asks(dns: &dyn Dns) {
    let found = dns.a(name("mail.example").borrowed()).await;
    assert_eq!(found, addresses(60, &["192.0.2.1"]));
}

/// A runtime of one thread that nothing but `block_on` drives.
fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// An executor that knows nothing of tokio: it parks the thread until it is woken.
fn run<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        thread::park();
    }
}

#[test]
fn it_may_be_awaited_from_any_executor() {
    let server = one_address();
    let without_cache = || builder(&server).cache(0).build().unwrap();
    multi_thread().block_on(asks(&without_cache()));
    current_thread().block_on(asks(&without_cache()));
    pollster::block_on(asks(&without_cache()));
    run(asks(&without_cache()));
    run(async { without_cache().a(name("mail.example").borrowed()).await }).unwrap();
    assert_eq!(server.asked(), ["mail.example 1"; 5]);
}

#[test]
fn one_resolver_serves_several_executors_at_once() {
    let server = one_address();
    let dns = resolver(&server);
    thread::scope(|scope| {
        scope.spawn(|| multi_thread().block_on(asks(&dns)));
        scope.spawn(|| current_thread().block_on(asks(&dns)));
        scope.spawn(|| run(asks(&dns)));
        scope.spawn(|| assert_eq!(a(&dns, "mail.example").unwrap().records().len(), 1));
    });
}

#[test]
fn a_runtime_without_drivers_is_enough_to_await_on() {
    let server = one_address();
    let bare = Builder::new_current_thread().build().unwrap();
    bare.block_on(asks(&resolver(&server)));
}

#[test]
fn a_thread_that_runs_a_runtime_may_wait() {
    let server = one_address();
    let dns = resolver(&server);
    current_thread().block_on(async {
        assert_eq!(a(&dns, "mail.example"), addresses(60, &["192.0.2.1"]));
    });
}

/// Confirms the names of 203.0.113.7 and 203.0.113.9, and lists the latter.
fn guard() -> (Server, Guard) {
    let server = Server::start(|question| {
        let owner = question.name.as_str();
        match (owner, question.kind) {
            ("9.113.0.203.bl.example", A) => answer([address(owner, 60, "127.0.0.2")]),
            ("7.113.0.203.in-addr.arpa", PTR) => answer([ptr(owner, &[b"mail", b"example"])]),
            ("9.113.0.203.in-addr.arpa", PTR) => answer([ptr(owner, &[b"listed", b"example"])]),
            ("listed.example", A) => answer([address(owner, 60, "203.0.113.9")]),
            ("mail.example", A) => answer([address(owner, 60, "203.0.113.7")]),
            _ => absence(3, 60, 60),
        }
        .into()
    });
    let home = Perimeter::new(name("mx.example.org")).domain("example.org".parse().unwrap());
    let guard = Guard::builder(home, Shared::new(resolver(&server), SystemClock::new()))
        .check(VerifiedClient::new())
        .check(Blocklist::new([Zone::new(name("bl.example"))]))
        .build();
    (server, guard)
}

/// What becomes of each client's recipient, as code and reason.
const FATES: [(&str, u16, Option<&str>); 3] = [
    ("203.0.113.7", 250, None),
    ("203.0.113.8", 550, Some("unverified-client")),
    ("203.0.113.9", 554, Some("listed-client")),
];

const LINES: [&[u8]; 2] = [b"EHLO mail.example", b"MAIL FROM:<ann@mail.example>"];
const RCPT: &[u8] = b"RCPT TO:<bob@example.org>";

fn fate(outcome: &Outcome) -> (u16, Option<&str>) {
    let reason = outcome
        .verdict
        .refusal()
        .map(|refusal| refusal.reason().key());
    (outcome.verdict.code(Stage::Recipient).as_u16(), reason)
}

#[test]
fn a_blocking_guard_stands_on_it() {
    let (_server, guard) = guard();
    for (client, code, reason) in FATES {
        let (mut dialogue, _) = guard.connect_blocking(client.parse::<std::net::IpAddr>().unwrap());
        LINES.iter().for_each(|line| drop(dialogue.line(line)));
        let outcome = dialogue.line(RCPT);
        assert_eq!(fate(&outcome), (code, reason), "{client}");
    }
}

#[test]
fn an_async_guard_stands_on_it() {
    for runtime in [current_thread(), multi_thread()] {
        let (_server, guard) = guard();
        runtime.block_on(async {
            for (client, code, reason) in FATES {
                let address: std::net::IpAddr = client.parse().unwrap();
                let (mut dialogue, _) = guard.connect(address).await;
                for line in LINES {
                    drop(dialogue.line(line).await);
                }
                let outcome = dialogue.line(RCPT).await;
                assert_eq!(fate(&outcome), (code, reason), "{client}");
            }
        });
    }
}

#[test]
fn a_given_runtime_is_used() {
    let server = one_address();
    let runtime = multi_thread();
    let dns = builder(&server)
        .handle(runtime.handle().clone())
        .build()
        .unwrap();
    assert_eq!(a(&dns, "mail.example"), addresses(60, &["192.0.2.1"]));
    runtime.block_on(asks(&dns));
    run(asks(&dns));

    let runtime = current_thread();
    runtime.block_on(async {
        let handle = tokio::runtime::Handle::current();
        let dns = builder(&server).handle(handle).build().unwrap();
        asks(&dns).await;
    });
}

#[test]
fn when_the_runtime_has_ended_there_is_trouble_and_no_waiting() {
    let server = one_address();
    let runtime = multi_thread();
    let dns = builder(&server)
        .handle(runtime.handle().clone())
        .build()
        .unwrap();
    assert_eq!(a(&dns, "mail.example"), addresses(60, &["192.0.2.1"]));
    drop(runtime);
    for owner in ["mail.example", "other.example"] {
        assert_eq!(a(&dns, owner), Err(DnsError::ServerFailure), "{owner}");
    }
}

#[test]
fn a_runtime_that_ends_leaves_no_question_without_an_answer() {
    let server = one_address();
    let runtime = multi_thread();
    let dns = builder(&server)
        .handle(runtime.handle().clone())
        .build()
        .unwrap();
    thread::scope(|scope| {
        let asked = scope.spawn(|| a(&dns, "silent.example"));
        until(|| !server.asked().is_empty());
        runtime.shutdown_background();
        assert_eq!(asked.join().unwrap(), Err(DnsError::ServerFailure));
    });
}

#[test]
fn a_runtime_that_cannot_ask_is_trouble() {
    let server = one_address();
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .unwrap(); // no driver
    let dns = builder(&server)
        .handle(runtime.handle().clone())
        .build()
        .unwrap();
    assert_eq!(a(&dns, "mail.example"), Err(DnsError::ServerFailure));
}

#[test]
fn it_may_be_dropped_in_async_code() {
    let server = one_address();
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            let dns = resolver(&server);
            asks(&dns).await;
            drop(dns);
            let shared: Arc<dyn Dns> = Arc::new(resolver(&server));
            let other = Arc::clone(&shared);
            tokio::spawn(async move { asks(&*other).await })
                .await
                .unwrap();
            tokio::spawn(async move { drop(shared) }).await.unwrap();
        });
    }
}

#[test]
fn it_may_be_dropped_with_questions_on_their_way() {
    let server = one_address();
    let runtime = current_thread();
    for _ in 0..20 {
        let dns = resolver(&server);
        runtime.block_on(async {
            let owner = name("silent.example");
            let mut asked = dns.a(owner.borrowed());
            let early = tokio::time::timeout(Duration::from_millis(5), &mut asked).await;
            assert!(early.is_err(), "{early:?}");
            drop(asked);
            drop(dns);
        });
    }
}

#[test]
fn a_question_given_up_leaves_its_place_to_the_next() {
    let server = one_address();
    let dns = builder(&server).in_flight(1).build().unwrap();
    let started = Instant::now();
    current_thread().block_on(async {
        for _ in 0..5 {
            let silent = dns.a(name("silent.example").borrowed());
            let early = tokio::time::timeout(Duration::from_millis(20), silent).await;
            assert!(early.is_err(), "{early:?}");
        }
        asks(&dns).await;
    });
    // The silent one would have kept its place that long.
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
}

#[test]
fn a_question_owns_its_name() {
    let server = one_address();
    let dns = resolver(&server);
    let step = {
        let short_lived = name("mail.example");
        dns.a(short_lived.borrowed())
    };
    assert!(!step.is_ready());
    assert_eq!(step.wait(), addresses(60, &["192.0.2.1"]));
}

#[cfg(target_os = "linux")]
#[test]
fn its_thread_ends_with_it() {
    let threads = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let names =
            tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        names.filter(|name| name.trim() == "mailward-dns").count()
    };
    let server = one_address();
    let many: Vec<HickoryDns> = (0..100).map(|_| resolver(&server)).collect();
    until(|| threads() >= 100);
    drop(many);
    until(|| threads() < 50); // the other tests have some too, at any time
}

/// Waits for what must come.
#[track_caller]
fn until(done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "it did not come");
        thread::sleep(Duration::from_millis(5));
    }
}

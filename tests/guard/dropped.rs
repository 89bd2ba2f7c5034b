//! Verbs that are dropped, and plain threads.

use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use mailward::clock::{ManualClock, SystemClock};
use mailward::dns::MemoryDns;
use mailward::guard::{Guard, Shared};
use mailward::policy::{Exemption, PolicyExt, RefuseAt};
use mailward::session::Hello;
use mailward::verdict::{Event, Stage, Then};

use crate::support::{Answers, Held, answering, drive, poll_once};
use crate::util::{client, dns};
use crate::{builder, event, list, perimeter, seen};

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

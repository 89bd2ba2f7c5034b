//! The server of `examples/smtp_server`, over TCP on loopback, against peers that are odd, greedy, slow or hostile.

#[path = "../../examples/smtp_server/server/mod.rs"]
#[allow(dead_code, reason = "the example's program uses all of it")]
mod server;

#[path = "../../examples/smtp_server/options.rs"]
#[allow(dead_code, reason = "the example's program uses all of it")]
mod options;

#[cfg(feature = "config")]
#[path = "../../examples/smtp_server/file.rs"]
#[allow(dead_code, reason = "the example's program uses all of it")]
mod file;
mod peer;
#[cfg(feature = "config")]
mod reload;
mod site;

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mailward::policies::{OnTrouble, SenderDomain, VerifiedClient};
use mailward::policy::{PolicyExt, policy_fn};
use mailward::verdict::{Judgement, Stage};
use peer::{PATIENCE, Silent};
use server::Limits;
use site::{Arrangement, Site};
use tokio::time::timeout;

#[tokio::test]
async fn a_pipelined_session_is_answered_in_order() {
    let site = Site::new().await;
    let mut peer = site.peer().await;
    let commands = "EHLO mail.example\r\nMAIL FROM:<ann@mail.example>\r\nRCPT TO:<bob@example.org>\r\n\
                    RCPT TO:<pat@third.example>\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n";
    peer.send(commands).await;
    assert!(peer.reply().await.contains("250-PIPELINING\n"));
    for code in [
        "250 2.1.0",
        "250 2.1.5",
        "550 5.7.1",
        "250 2.0.0",
        "250 2.1.0",
        "250 2.1.5",
        "354",
    ] {
        peer.hears(code).await;
    }
    peer.send("Subject: x\r\n\r\n..\r\n.\r\nNOOP\r\nQUIT\r\n")
        .await;
    for code in ["250 2.0.0", "250 2.0.0", "221 2.0.0"] {
        peer.hears(code).await;
    }
    peer.is_closed().await;

    let kept = site.kept();
    let [message] = kept.as_slice() else {
        panic!("{kept:?}")
    };
    assert!(
        message.starts_with("Return-Path: <>\nReceived: from mail.example ([127.0.0.1])\n"),
        "{message}"
    );
    assert!(
        message.contains(" with ESMTP id ") && message.contains("\n\tfor <bob@example.org>;\n"),
        "{message}"
    );
    assert!(message.ends_with("\nSubject: x\n\n.\n"), "{message}");
}

#[tokio::test]
async fn lines_that_are_no_commands_are_refused_and_forgotten() {
    let site = Site::new().await;
    let mut peer = site.peer().await;
    for (line, code) in [
        ("NOOP\n".to_owned(), "500 5.5.2"),
        ("NO\0OP\r\n".to_owned(), "500 5.5.2"),
        ("NOOP\rNOOP\r\n".to_owned(), "500 5.5.2"),
        (format!("EHLO {}\r\n", "x".repeat(600)), "500 line"), // no enhanced code in answers to greetings
        (format!("{}\r\n", "x".repeat(20_000)), "500 5.5.2"),
        ("\r\n".to_owned(), "500 5.5.2"),
        (
            "PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n".to_owned(),
            "500 5.5.1",
        ),
        ("MAIL FROM:<x\r\n".to_owned(), "501 5.1.7"),
        ("NOOP\r\n".to_owned(), "250 2.0.0"),
    ] {
        peer.send(&line).await;
        peer.hears(code).await;
    }
}

#[tokio::test]
async fn a_megabyte_of_garbage_ends_the_connection_and_nothing_else() {
    let site = Site::new().await;
    let mut seed = 1_u32;
    let noise: Vec<u8> = (0..1 << 20)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        })
        .collect();
    for garbage in [
        noise,
        vec![b'x'; 1 << 20],
        vec![0; 1 << 20],
        b"\n".repeat(1 << 20),
    ] {
        let mut peer = site.peer().await;
        peer.send_octets(&garbage).await;
        let said = peer.last_words().await;
        let last = said.lines().last().unwrap_or_default();
        assert!(last.starts_with("421 "), "{last}");
        assert!(said.is_ascii());
    }
    site.peer().await.asks("NOOP", "250").await;
}

#[tokio::test]
async fn nothing_is_smuggled_behind_a_bare_line_end() {
    let site = Site::new().await;
    for end in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n"] {
        let mut peer = site.peer().await;
        peer.begins_message().await;
        let smuggled = "MAIL FROM:<x@mail.example>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n";
        peer.send(&format!(
            "Subject: x\r\n\r\nhello{end}{smuggled}evil\r\n.\r\nQUIT\r\n"
        ))
        .await;
        peer.hears("554 5.6.0").await;
        peer.hears("221").await;
    }
    assert_eq!(site.kept(), [""; 0]);
}

#[tokio::test]
async fn bad_commands_are_counted() {
    let site = Site::new().await;
    let mut peer = site.peer().await;
    peer.send(&"BAD\r\n".repeat(500)).await;
    let said = peer.last_words().await;
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), site.limits.bad_commands + 2); // the one too many is answered too
    assert_eq!(lines.last(), Some(&"421 4.7.0 Too many bad commands."));
}

#[tokio::test]
async fn commands_recipients_and_octets_are_counted() {
    let limits = Limits {
        commands: 20,
        recipients: 2,
        message: 100,
        ..Limits::default()
    };
    let site = Site::with(limits, |guard| guard).await;
    let mut peer = site.peer().await;
    peer.asks("EHLO mail.example", "250").await;
    peer.asks("MAIL FROM:<ann@mail.example> SIZE=101", "552 5.3.4")
        .await;
    peer.asks("MAIL FROM:<ann@mail.example> SIZE=100", "250")
        .await;
    peer.asks("RCPT TO:<a@example.org>", "250").await;
    peer.asks("RCPT TO:<b@example.org>", "250").await;
    peer.asks("RCPT TO:<c@example.org>", "452 4.5.3").await;
    peer.asks("DATA", "354").await;
    peer.send(&format!("{}\r\n.\r\n", "x".repeat(99))).await;
    peer.hears("552 5.3.4").await;
    peer.asks("MAIL FROM:<ann@mail.example>", "250").await; // the transaction had ended
    for _ in 0..12 {
        peer.asks("NOOP", "250").await;
    }
    peer.asks("NOOP", "421 4.7.0").await;
    peer.is_closed().await;

    let mut peer = site.peer().await;
    peer.begins_message().await;
    peer.send(&"x\r\n".repeat(1 << 16)).await; // without an end
    peer.hears("552 5.3.4").await;
    peer.is_closed().await;
    assert_eq!(site.kept(), [""; 0]);
    assert_eq!(fs::read_dir(site.folder.join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn logins_are_tried_a_few_times_only() {
    let site = Site::new().await;
    let mut peer = site.peer().await;
    peer.asks("AUTH PLAIN AGV2ZQBhcHBsZQ==", "503 5.5.1").await; // EHLO comes first
    assert!(
        peer.said("EHLO mail.example")
            .await
            .contains("AUTH PLAIN\n")
    );
    peer.asks("AUTH LOGIN", "504 5.5.4").await;
    peer.asks("AUTH PLAIN", "334 ").await;
    peer.asks("*", "501").await;
    peer.asks("AUTH PLAIN", "334 ").await;
    peer.asks("?", "501 5.5.2").await;
    peer.asks("AUTH PLAIN AGV2ZQBwZWFy", "535 5.7.8").await;
    peer.asks("AUTH PLAIN =", "535 5.7.8").await;
    peer.asks("AUTH PLAIN AAA=", "535 5.7.8").await;
    peer.asks("AUTH PLAIN AGV2ZQBwZWFy", "421 4.7.0").await;
    peer.is_closed().await;

    let mut peer = site.peer().await;
    peer.asks("EHLO mail.example", "250").await;
    peer.asks("AUTH PLAIN AGV2ZQBhcHBsZQ==", "235 2.7.0").await;
    peer.asks("AUTH PLAIN AGV2ZQBhcHBsZQ==", "503 5.5.1").await;
    peer.asks("MAIL FROM:<eve@example.org>", "250").await;
    peer.asks("RCPT TO:<pat@third.example>", "250").await;
}

#[tokio::test]
async fn an_idle_peer_is_told_to_go() {
    let limits = Limits {
        idle: Duration::from_millis(200),
        ..Limits::default()
    };
    let site = Site::with(limits, |guard| guard).await;
    let (mut silent, mut stuck) = (site.peer().await, site.peer().await);
    stuck.begins_message().await;
    stuck.send("half a line").await;
    for peer in [&mut silent, &mut stuck] {
        peer.hears("421 4.4.2").await;
        peer.is_closed().await;
    }
    assert_eq!(fs::read_dir(site.folder.join("tmp")).unwrap().count(), 0);
}

#[tokio::test]
async fn there_is_room_for_so_many_connections() {
    let site = Site::with(
        Limits {
            connections: 2,
            ..Limits::default()
        },
        |guard| guard,
    )
    .await;
    let (mut first, _second) = (site.peer().await, site.peer().await);
    let mut third = site.dial().await;
    third.hears("421 4.3.2").await;
    third.is_closed().await;
    first.asks("QUIT", "221").await;
    first.is_closed().await;
    drop(first);
    let mut again = site.dial().await;
    while !again.reply().await.starts_with("220") {
        again = site.dial().await;
    }
}

#[tokio::test]
async fn a_listed_proxy_must_say_for_whom_it_speaks() {
    let limits = Limits {
        proxy: Duration::from_millis(300),
        ..Limits::default()
    };
    let site = Site::of(Arrangement {
        limits,
        proxy: Some("127.0.0.0/8"),
        ..Arrangement::default()
    })
    .await;
    let long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(100));
    for nonsense in [
        "EHLO mail.example\r\n",
        "PROXY TCP4 1.2.3 127.0.0.1 1 2\r\n",
        "\r\n\r\n\0\r\nQUIT\n",
        &long,
    ] {
        let mut peer = site.dial().await;
        peer.send(nonsense).await;
        peer.hears("421 4.5.0").await;
        peer.is_closed().await;
    }
    let mut slow = site.dial().await;
    slow.send("PROXY TCP4 203.0").await;
    slow.hears("421 4.5.0").await;
    slow.is_closed().await;

    let mut peer = site.dial().await;
    peer.send("PROXY TCP4 203.0.113.9 127.0.0.1 51000 25\r\nEHLO mail.example\r\n")
        .await;
    peer.hears("220").await;
    peer.hears("250").await;
    let clients: Vec<_> = site
        .records()
        .iter()
        .map(|record| record.client.ip().to_string())
        .collect();
    assert_eq!(clients[clients.len() - 2..], ["203.0.113.9", "203.0.113.9"]);
}

#[tokio::test]
async fn a_policy_that_panics_costs_one_recipient() {
    let fragile = || {
        policy_fn(|inquiry| {
            let local = inquiry
                .session
                .recipient()
                .and_then(|to| to.mailbox())
                .map(|to| to.local().as_str().to_owned());
            assert_ne!(local.as_deref(), Some("panic"));
            Judgement::PROCEED
        })
    };
    let site = Site::with(Limits::default(), move |guard| {
        guard.check(fragile().named("fragile"))
    })
    .await;
    let mut peer = site.peer().await;
    peer.asks("EHLO mail.example", "250").await;
    peer.asks("MAIL FROM:<ann@mail.example>", "250").await;
    peer.asks("RCPT TO:<panic@example.org>", "451 4.3.0").await;
    peer.asks("RCPT TO:<bob@example.org>", "250").await;
    site.peer().await.begins_message().await;

    let always = || policy_fn(|_| -> Judgement { panic!("at the door") }).at(Stage::Connect);
    let site = Site::with(Limits::default(), move |guard| guard.check(always())).await;
    for _ in 0..2 {
        let mut peer = site.dial().await;
        peer.hears("451").await;
        peer.asks("NOOP", "503").await;
        peer.asks("QUIT", "221").await;
    }
}

#[tokio::test]
async fn silent_name_servers_delay_a_verb_no_longer_than_its_deadline() {
    for (on_trouble, code) in [(OnTrouble::Proceed, "250"), (OnTrouble::Defer, "451 4.4.3")] {
        let site = Site::of(Arrangement {
            dns: Arc::new(Silent),
            check: Box::new(move |guard| {
                let check = guard.check(VerifiedClient::new().on_trouble(on_trouble));
                check
                    .check(SenderDomain::new().on_trouble(on_trouble))
                    .deadline(DEADLINE)
            }),
            ..Arrangement::default()
        })
        .await;
        let mut peer = site.dial().await;
        in_time(peer.hears("220")).await;
        for line in ["EHLO mail.example", "MAIL FROM:<ann@mail.example>"] {
            in_time(peer.asks(line, "250")).await;
        }
        in_time(peer.asks("RCPT TO:<bob@example.org>", code)).await;
        if code == "250" {
            in_time(peer.asks("DATA", "354")).await;
            in_time(peer.asks("x\r\n.", "250")).await;
            assert!(site.kept()[0].contains("Received: from mail.example ([127.0.0.1])\n"));
        }
    }
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let mut site = Site::new().await;
    let (mut waiting, mut sending) = (site.peer().await, site.peer().await);
    sending.begins_message().await;
    site.stop.send_replace(true);
    waiting.hears("421 4.3.2").await;
    waiting.is_closed().await;
    sending.asks("x\r\n.", "250").await; // what has begun may end
    sending.hears("421 4.3.2").await;
    timeout(PATIENCE, &mut site.serving).await.unwrap().unwrap();
    assert_eq!(site.kept().len(), 1);
}

/// Runs within the deadline of a verb, and some time for a busy machine.
async fn in_time<T>(verb: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = verb.await;
    assert!(begun.elapsed() < DEADLINE * 10, "{:?}", begun.elapsed());
    done
}

/// The deadline of a verb where name servers are silent.
const DEADLINE: Duration = Duration::from_millis(300);

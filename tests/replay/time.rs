//! Time that is simulated, and time that is not.

use std::time::{Duration, Instant};

use mailward::clock::Clock;
use mailward::dns::MemoryDns;
use mailward::guard::Guard;
use mailward::policies::{OnTrouble, VerifiedClient};
use mailward::policy::{Decision, Inquiry, Policy, policy_fn};
use mailward::replay::{Replay, World};
use mailward::verdict::{Judgement, Reason, Refusal, Subject};
use serde_json::{Value, json};

use crate::{home, replay, steps};

/// Tells the seconds since the clock began.
fn tells_time(inquiry: &Inquiry<'_>) -> Judgement {
    let spent = inquiry.clock.now().since(mailward::clock::Moment::START);
    let seconds = format!("{}", spent.as_secs());
    Refusal::new(Reason::custom(seconds, Subject::Client)).into()
}

fn told(steps: &[Value]) -> String {
    let step = steps.last().unwrap();
    step["reason"].as_str().unwrap_or("-").to_owned()
}

#[test]
fn waits_move_the_clock_from_line_to_line() {
    let mut replay = replay("", |guard| guard.check(policy_fn(tells_time)));
    let rcpt = "RCPT TO:<b@example.org>";
    let first = json!([{"wait": "250ms"}, {"wait": "750ms"}, {"wait": "5s"}, "MAIL FROM:<>", rcpt]);
    assert_eq!(told(&steps(&mut replay, &first)), "6");
    let second = json!([{"wait": "1m"}, "MAIL FROM:<>", rcpt]);
    assert_eq!(told(&steps(&mut replay, &second)), "66");
    // After the end of the dialogue, too.
    steps(
        &mut replay,
        &json!(["QUIT", {"wait": "1h"}, {"wait": "1d"}]),
    );
    let third = json!(["MAIL FROM:<>", rcpt]);
    assert_eq!(told(&steps(&mut replay, &third)), "90066");
}

fn deferring(zone: &str, deadline: Duration) -> Replay {
    replay(zone, |guard| {
        let check = VerifiedClient::new().on_trouble(OnTrouble::Defer);
        guard
            .deadline(deadline)
            .check(check)
            .check(policy_fn(tells_time))
    })
}

#[test]
fn scripted_delays_cost_no_time_but_simulated_time() {
    const ARPA: &str = "9.113.0.203.in-addr.arpa. PTR";
    let begin = Instant::now();
    let commands = json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]);
    for (data, deadline, expected) in [
        ("!timeout", 60, "dns-trouble"),
        ("!delay=20s !nxdomain", 60, "unverified-client"),
        // A question may take half of the command's time.
        ("!delay=31s !nxdomain", 60, "dns-trouble"),
        ("!delay=3000000s !nxdomain", 60, "dns-trouble"),
        ("!delay=40s mail.example.", 100, "unverified-client"),
    ] {
        let mut replay = deferring(&format!("{ARPA} {data}"), Duration::from_secs(deadline));
        assert_eq!(told(&steps(&mut replay, &commands)), expected, "{data}");
    }
    let zone = format!("{ARPA} !delay=20s mail.example.\nmail.example. A !delay=10s 203.0.113.9");
    let mut replay = deferring(&zone, Duration::from_secs(60));
    assert_eq!(told(&steps(&mut replay, &commands)), "30");
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "the delays were waited for"
    );
}

struct NeverAnswers;

impl Policy for NeverAnswers {
    fn check<'a>(&'a self, _: &'a Inquiry<'a>) -> Decision<'a> {
        Decision::later(std::future::pending())
    }
}

#[test]
fn a_policy_that_never_answers_is_overdue_at_once() {
    let mut replay = replay("", |guard| guard.check(NeverAnswers));
    let steps = steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]),
    );
    assert_eq!(told(&steps), "policy-trouble");
    assert_eq!(steps[2]["code"], 451);
}

#[test]
fn with_real_questions_the_waits_come_on_top_of_real_time() {
    let dns = MemoryDns::parse("9.113.0.203.in-addr.arpa. PTR !nxdomain").unwrap();
    let mut replay = Replay::over(World::real(dns), |shared| {
        Guard::builder(home(), shared)
            .check(policy_fn(tells_time))
            .build()
    });
    let commands =
        json!([{"wait": "1h"}, "MAIL FROM:<>", {"wait": "1h"}, "RCPT TO:<b@example.org>"]);
    let seconds: u64 = told(&steps(&mut replay, &commands)).parse().unwrap();
    assert!((7200..7260).contains(&seconds), "{seconds}");
}

#[test]
fn real_questions_are_waited_for_and_counted() {
    let clock = mailward::clock::SystemClock::new();
    let zone =
        "9.113.0.203.in-addr.arpa. PTR !delay=50ms mail.example.\nmail.example. A 203.0.113.9";
    let dns = MemoryDns::parse(zone).unwrap().with_clock(clock.clone());
    let mut replay = Replay::over(World::real(dns), |shared| {
        Guard::builder(home(), shared)
            .check(VerifiedClient::new())
            .build()
    });
    let begin = clock.now();
    let steps = steps(
        &mut replay,
        &json!(["MAIL FROM:<>", "RCPT TO:<b@example.org>"]),
    );
    assert!(clock.now().since(begin) >= Duration::from_millis(50));
    assert_eq!(steps[2]["code"], 250);
    // The second answer was at hand, as those of a cache are.
    assert_eq!(steps[2]["queries"], 1);
}

#[test]
fn there_is_no_zone_to_change_where_real_servers_are_asked() {
    let mut replay = Replay::over(World::real(MemoryDns::empty()), |shared| {
        Guard::builder(home(), shared).build()
    });
    let line = json!({"id": "s", "client": "203.0.113.9", "commands": [{"zone": "a.example. A 192.0.2.1"}]});
    let (values, summary) = crate::run(&mut replay, line.to_string());
    assert_eq!(summary.malformed(), 1);
    let error = "the zone cannot change where real name servers are asked";
    assert_eq!(values, [json!({"line": 1, "error": error})]);
}

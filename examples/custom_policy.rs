//! Three ways to write a check, in one guard: a closure, a `Policy`, an `AsyncPolicy`.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use mailward::address::Mailbox;
use mailward::clock::SystemClock;
use mailward::dns::MemoryDns;
use mailward::policy::{AsyncPolicy, Exemption, awaited, policy_fn};
use mailward::reply::ReplyCode;
use mailward::verdict::Subject;
use mailward::{Decision, Guard, Inquiry, Judgement, Perimeter, Policy, PolicyExt};
use mailward::{Reason, Refusal, Security, Shared, Verdict};

/// Refuses mail to addresses that are no more. It knows its answer at once, so it implements `Policy`.
struct Retired {
    addresses: HashSet<Mailbox>,
}

impl Policy for Retired {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        // A fact that has not come yet is no objection.
        let recipient = inquiry.session.recipient();
        Decision::ready(match recipient.and_then(|to| to.mailbox()) {
            Some(mailbox) if self.addresses.contains(mailbox) => {
                Refusal::new(Reason::custom("retired", Subject::Recipient)).into()
            }
            _ => Judgement::PROCEED,
        })
    }

    /// What its rule is called unless the operator says otherwise: `retired-1`.
    fn kind(&self) -> &'static str {
        "retired"
    }
}

/// Defers mail to a full mailbox. It has to wait for its answer, so it implements `AsyncPolicy`.
struct Quota;

#[async_trait]
impl AsyncPolicy for Quota {
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement {
        let Some(recipient) = inquiry.session.recipient() else {
            return Judgement::PROCEED;
        };
        match used_percent(&recipient.to_string()).await {
            Some(0..100) => Judgement::PROCEED,
            Some(_) => {
                Refusal::temporary(Reason::custom("mailbox-full", Subject::Recipient)).into()
            }
            // It could not find out, and says so: 4yz, unless another check refuses for good.
            None => Judgement::might_refuse(Refusal::temporary(Reason::PolicyTrouble)),
        }
    }
}

/// Stands for a question to a database. If it takes too long, the guard answers 451 at the command's deadline.
async fn used_percent(mailbox: &str) -> Option<u32> {
    tokio::time::sleep(Duration::from_millis(5)).await;
    match mailbox {
        "eve@example.org" => None,
        "dave@example.org" => Some(100),
        _ => Some(7),
    }
}

fn guard() -> Result<Guard, Box<dyn std::error::Error>> {
    // A closure. This one is only tried out: it never acts, and the trace says what it would have done.
    let no_greeting = policy_fn(|inquiry| match inquiry.session.greeting() {
        Some(_) => Judgement::PROCEED,
        None => Refusal::new(Reason::MissingGreeting).into(),
    });
    // Another one, which passes over users who have logged in.
    let bulk = policy_fn(|inquiry| match inquiry.session.sender() {
        Some(sender) if sender.to_string().contains("newsletter") => {
            Verdict::Refuse(Refusal::new(Reason::custom("bulk", Subject::Sender)))
        }
        _ => Verdict::Proceed,
    });
    let addresses = HashSet::from(["old@example.org".parse()?]);
    let quota = awaited(Quota).answering(ReplyCode::INSUFFICIENT_STORAGE)?;

    let home = Perimeter::new("mx.example.org".parse()?).domain("example.org".parse()?);
    let shared = Shared::new(MemoryDns::empty(), SystemClock::new());
    Ok(Guard::builder(home, shared)
        .security(Security::Friendly)
        .check(no_greeting.dry_run().named("say-hello"))
        .check(bulk.unless(Exemption::Authenticated).named("no-bulk"))
        .check(Retired { addresses })
        .check(quota.named("quota"))
        .build())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let guard = guard()?;
    let (mut dialogue, _) = guard.connect(IpAddr::from([203, 0, 113, 9])).await;
    let mut heard = String::new();
    for line in EXPECTED.lines().filter(|line| !line.starts_with(' ')) {
        heard += &format!("{line}\n");
        if let Some(user) = line.strip_prefix("AUTH ") {
            dialogue.authenticated(user); // the host's business: it has looked at a password first
            continue;
        }
        let outcome = dialogue.line(line.as_bytes()).await;
        heard += &format!("    {}\n", outcome.reply.to_string().trim_end());
        for entry in outcome.trace.entries() {
            heard += &format!("    ({entry})\n");
        }
    }
    print!("{heard}");
    assert_eq!(heard, EXPECTED);
    Ok(())
}

/// The client's lines, and indented what it heard and what the trace has.
const EXPECTED: &str = "\
MAIL FROM:<newsletter@example.com>
    250 2.1.0 Sender ok.
RCPT TO:<bob@example.org>
    550 5.7.1 Refused by local policy.
    (say-hello: would have refused 503 5.5.1 missing-greeting)
    (no-bulk: refused 550 5.7.1 bulk)
RSET
    250 2.0.0 Ok.
EHLO mail.example.com
    250 mx.example.org ESMTP
MAIL FROM:<ann@example.com>
    250 2.1.0 Sender ok.
RCPT TO:<bob@example.org>
    250 2.1.5 Recipient ok.
RCPT TO:<old@example.org>
    550 5.7.1 Refused by local policy.
    (retired-1: refused 550 5.7.1 retired)
RCPT TO:<dave@example.org>
    452 4.7.1 Refused by local policy.
    (quota: refused 452 4.7.1 mailbox-full)
RCPT TO:<eve@example.org>
    451 4.3.0 I cannot decide on this now. Try again later.
    (quota: might have refused 451 4.3.0 policy-trouble)
RSET
    250 2.0.0 Ok.
AUTH ann
MAIL FROM:<newsletter@example.com>
    250 2.1.0 Sender ok.
RCPT TO:<bob@example.org>
    250 2.1.5 Recipient ok.
";

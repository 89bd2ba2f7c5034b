//! Chains, combinators, exemptions, and when a policy is asked.

#[path = "../support/mod.rs"]
mod support;
#[path = "../util/mod.rs"]
mod util;

mod chains;
mod combinators;
mod exemptions;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mailward::address::{ForwardPath, ReversePath};
use mailward::client::Client;
use mailward::clock::ManualClock;
use mailward::dns::{DnsError, MemoryDns};
use mailward::policy::{Decision, Inquiry, Policy};
use mailward::relay::Perimeter;
use mailward::session::{Hello, Session};
use mailward::trace::{Level, Recorder, Trace};
use mailward::verdict::{Judgement, Reason, Refusal, Stage, Subject};
use util::{client, dns, name, network, pattern};

/// What a policy may see, in one place.
struct Scene {
    session: Session,
    dns: MemoryDns,
    perimeter: Perimeter,
    clock: ManualClock,
    recorder: Recorder,
}

impl Scene {
    fn new(peer: Client, zone: &str) -> Self {
        let mut session = Session::connect(peer);
        session.greet(Hello::Ehlo, "mail.example.com");
        session.mail(ReversePath::parse("<ann@example.com>").unwrap());
        session.rcpt(ForwardPath::parse("<bob@example.org>").unwrap());
        let perimeter = Perimeter::new(name("mx.example.org"))
            .network(network("192.0.2.0/24"))
            .name(pattern("*.example.org"));
        Self {
            session,
            dns: dns(zone),
            perimeter,
            clock: ManualClock::new(),
            recorder: Recorder::new(Level::Full),
        }
    }

    fn inquiry(&self, stage: Stage) -> Inquiry<'_> {
        Inquiry::new(
            &self.session,
            stage,
            &self.dns,
            &self.perimeter,
            &self.clock,
            &self.recorder,
        )
    }

    fn judge(&self, policy: &dyn Policy) -> Judgement {
        policy.check(&self.inquiry(Stage::Recipient)).wait()
    }

    /// What was recorded since the last call.
    fn trace(&mut self) -> Trace {
        let anew = Recorder::new(self.recorder.level());
        std::mem::replace(&mut self.recorder, anew).into_trace()
    }
}

fn stranger() -> Scene {
    Scene::new(client("203.0.113.9"), "")
}

fn refusal() -> Refusal {
    Refusal::new(Reason::custom("closed", Subject::Client))
}

fn trouble() -> Refusal {
    Refusal::dns_trouble(Subject::Client, DnsError::Timeout)
}

/// A policy that gives this judgement, at once or later, and counts how often it is asked.
#[derive(Clone)]
struct Says {
    judgement: Judgement,
    later: bool,
    asked: Arc<AtomicUsize>,
}

fn says(judgement: impl Into<Judgement>) -> Says {
    Says {
        judgement: judgement.into(),
        later: false,
        asked: Arc::default(),
    }
}

impl Says {
    fn later(self) -> Self {
        Self {
            later: true,
            ..self
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Policy for Says {
    fn check<'a>(&'a self, _: &'a Inquiry<'a>) -> Decision<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.later {
            true => Decision::later(async { self.judgement.clone() }),
            false => Decision::ready(self.judgement.clone()),
        }
    }
}

//! One verb's judgement, under its deadline and safe from panics.

use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::task::Poll;
use std::time::Duration;

use super::watch::Watch;
use super::{Outcome, Postmaster, Settings};
use crate::clock::Moment;
use crate::fcrdns::Fcrdns;
use crate::policy::{Decision, Inquiry, Policy};
use crate::session::Session;
use crate::trace::{Note, Recorder, Skip};
use crate::verdict::{Doubt, Judgement, Reason, Refusal, Stage, Verdict};

impl Settings {
    /// Judges the session at a stage: relay control first where it has a say, then the row.
    pub(super) async fn hear(&self, session: &Session, stage: Stage) -> Outcome {
        let recorder = Recorder::new(self.level);
        let (dns, clock) = (&*self.shared.dns, &*self.shared.clock);
        let deadline = clock.now().plus(self.deadline);
        let overdue = AtomicBool::new(false);
        let recorded = Watch { dns, clock, deadline, overdue: &overdue, recorder: Some(&recorder) };
        let unrecorded = Watch { recorder: None, ..recorded };
        let inquiry = Inquiry {
            deadline: Some(deadline),
            unrecorded_dns: &unrecorded,
            ..Inquiry::new(session, stage, &recorded, &self.perimeter, clock, &recorder)
        }
        .refusing_at(self.refuse_at);
        let judgement = self.judge(&inquiry, deadline).await;
        Outcome { trace: recorder.finish(), ..self.word(judgement, stage, session) }
    }

    /// The client's names, under a deadline of their own.
    pub(super) async fn client_name(&self, session: &Session) -> Fcrdns {
        let (dns, clock) = (&*self.shared.dns, &*self.shared.clock);
        let deadline = clock.now().plus(self.deadline);
        let watch = Watch { dns, clock, deadline, overdue: &AtomicBool::new(false), recorder: None };
        session.client_name(&watch).await.clone()
    }

    fn word(&self, judgement: Judgement, stage: Stage, session: &Session) -> Outcome {
        let Verdict::Refuse(refusal) = judgement.verdict else {
            let outcome = Outcome::of(judgement.verdict, self.wording.proceed(stage));
            return Outcome { rule: judgement.rule, ..outcome };
        };
        let refusal = refusal.at(stage);
        let reply = self.wording.refuse(&refusal, stage, session);
        Outcome { rule: judgement.rule, then: refusal.then(), ..Outcome::of(refusal.into(), reply) }
    }

    async fn judge<'a>(&'a self, inquiry: &'a Inquiry<'a>, deadline: Moment) -> Judgement {
        if inquiry.stage == Stage::Recipient {
            let relay = shielded(&self.relay_control, inquiry, deadline).await;
            if relay.verdict.is_decisive() {
                return relay;
            }
        }
        if self.postmaster == Postmaster::Exempt && is_for_postmaster(inquiry) {
            inquiry.recorder.evidence(|| Note::Skipped(Skip::Postmaster));
            return Judgement::PROCEED;
        }
        settle(shielded(&self.row, inquiry, deadline).await, inquiry.stage)
    }
}

/// Doubt decides where the row ends for a recipient or a message. Before that it can only soften a refusal: whoever
/// might have refused is asked again, and may know by then.
fn settle(judgement: Judgement, stage: Stage) -> Judgement {
    if stage >= Stage::Recipient || judgement.verdict.refusal().is_some() {
        judgement.settled()
    } else {
        Judgement { doubt: Doubt::default(), ..judgement }
    }
}

/// Relay control has spoken, so a postmaster that comes this far is ours or an internal client's.
fn is_for_postmaster(inquiry: &Inquiry<'_>) -> bool {
    let session = inquiry.session;
    match inquiry.stage {
        Stage::Recipient => session.recipient().is_some_and(|to| to.is_postmaster()),
        Stage::Data => session.accepted_recipients() > 0 && session.ordinary_recipients() == 0,
        Stage::Connect | Stage::Greeting | Stage::Mail => false,
    }
}

/// Asks a policy; its panic and its delay become a 451.
async fn shielded<'a>(policy: &'a dyn Policy, inquiry: &'a Inquiry<'a>, deadline: Moment) -> Judgement {
    match panic::catch_unwind(AssertUnwindSafe(|| policy.check(inquiry))).map(Decision::into_ready) {
        Ok(Ok(judgement)) => judgement,
        Ok(Err(decision)) => until(decision, inquiry, deadline).await,
        Err(_) => broken(inquiry, Note::Panicked),
    }
}

async fn until<'a>(mut decision: Decision<'a>, inquiry: &'a Inquiry<'a>, deadline: Moment) -> Judgement {
    let last = deadline.plus(GRACE);
    let mut sleep = inquiry.clock.sleep_until(last);
    poll_fn(move |context| {
        match panic::catch_unwind(AssertUnwindSafe(|| Pin::new(&mut decision).poll(context))) {
            Ok(Poll::Ready(judgement)) => return Poll::Ready(judgement),
            Ok(Poll::Pending) => {}
            Err(_) => return Poll::Ready(broken(inquiry, Note::Panicked)),
        }
        if sleep.as_mut().poll(context).is_ready() || inquiry.clock.now() >= last {
            return Poll::Ready(broken(inquiry, Note::Overdue));
        }
        Poll::Pending
    })
    .await
}

fn broken(inquiry: &Inquiry<'_>, note: Note) -> Judgement {
    inquiry.recorder.decision(|| note);
    Refusal::temporary(Reason::PolicyTrouble).into()
}

/// How much later than DNS answers a check itself may be: at the deadline each question becomes trouble, and the row
/// needs a moment to judge that.
const GRACE: Duration = Duration::from_millis(100);

//! One verb's judgement, under its deadline. Every check has a name, so none can break it down.

use std::sync::atomic::AtomicBool;

use super::{Outcome, Postmaster, Settings, Watch};
use crate::fcrdns::Fcrdns;
use crate::policy::{Inquiry, Policy};
use crate::reply::ReplyCode;
use crate::session::Session;
use crate::trace::{Note, Recorder, Skip};
use crate::verdict::{Judgement, Refusal, Stage, Then, Verdict};

impl Settings {
    /// Judges the session at a stage: relay control first where it has a say, then the row.
    pub(super) async fn hear(&self, session: &Session, stage: Stage) -> Outcome {
        if stage < Stage::Recipient && !self.row.is_due(stage, self.refuse_at) {
            return self.word(Judgement::PROCEED, stage, session); // nobody asks for the time, nor for anything else
        }
        let recorder = Recorder::new(self.level);
        let (dns, clock) = (&*self.shared.dns, &*self.shared.clock);
        let deadline = clock.now().plus(self.deadline);
        let late = AtomicBool::new(false);
        let recorded = Watch {
            dns,
            clock,
            deadline,
            late: &late,
            recorder: Some(&recorder),
        };
        let unrecorded = Watch {
            recorder: None,
            ..recorded
        };
        let inquiry = Inquiry::new(session, stage, &recorded, &self.perimeter, clock, &recorder)
            .unrecorded(&unrecorded)
            .until(deadline)
            .refusing_at(self.refuse_at);
        let judgement = self.judge(&inquiry).await;
        Outcome {
            trace: recorder.into_trace(),
            ..self.word(judgement, stage, session)
        }
    }

    /// The client's names, under a deadline of their own.
    pub(super) async fn client_name(&self, session: &Session) -> Fcrdns {
        let (dns, clock) = (&*self.shared.dns, &*self.shared.clock);
        let deadline = clock.now().plus(self.deadline);
        let watch = Watch {
            dns,
            clock,
            deadline,
            late: &AtomicBool::new(false),
            recorder: None,
        };
        session.client_name(&watch).await.clone()
    }

    fn word(&self, judgement: Judgement, stage: Stage, session: &Session) -> Outcome {
        let (verdict, rule, _) = judgement.into_parts();
        let Verdict::Refuse(refusal) = verdict else {
            let outcome = Outcome::of(verdict, self.wording.proceed(stage));
            return Outcome { rule, ..outcome };
        };
        let refusal = self.firmness.apply(refusal).at(stage);
        let reply = self.wording.refuse(&refusal, stage, session);
        Outcome {
            rule,
            then: then(&refusal, reply.code(), stage),
            ..Outcome::of(refusal.into(), reply)
        }
    }

    async fn judge<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Judgement {
        if inquiry.stage == Stage::Recipient {
            let relay = self.relay_control.check(inquiry).await;
            if relay.verdict().is_decisive() {
                return relay;
            }
        }
        if self.postmaster == Postmaster::Exempt && is_for_postmaster(inquiry) {
            inquiry
                .recorder
                .evidence(|| Note::Skipped(Skip::Postmaster));
            return Judgement::PROCEED;
        }
        settle(self.row.check(inquiry).await, inquiry.stage)
    }
}

/// What becomes of the connection. A 421 that secure wording reduced to its class is not followed by hanging up: that is
/// announced with 421 only (RFC 5321 section 3.8), and would tell which rule it was.
fn then(refusal: &Refusal, spoken: ReplyCode, stage: Stage) -> Then {
    let reduced = refusal.code() == ReplyCode::SERVICE_NOT_AVAILABLE && spoken != refusal.code();
    match stage {
        _ if !reduced => refusal.then(),
        Stage::Connect => Then::AwaitQuit,
        _ => Then::Continue,
    }
}

/// Doubt decides where the row ends for a recipient or a message. Before that it can only soften a refusal: whoever
/// might have refused is asked again, and may know by then.
fn settle(judgement: Judgement, stage: Stage) -> Judgement {
    if stage >= Stage::Recipient || judgement.verdict().refusal().is_some() {
        judgement.settled()
    } else {
        judgement.undoubted()
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

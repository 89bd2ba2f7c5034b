//! A policy that may break down, kept from taking others with it.

use std::future::poll_fn;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use super::{Decision, Inquiry, Policy};
use crate::clock::Moment;
use crate::step::Step;
use crate::trace::Note;
use crate::verdict::{Judgement, Reason, Refusal};

/// Asks a policy. One that panics, or is overdue, has refused for now.
pub(super) fn shielded<'a, P: Policy + ?Sized>(
    policy: &'a P,
    inquiry: &'a Inquiry<'a>,
) -> Decision<'a> {
    let broken = |note| {
        inquiry.recorder.decision(|| note);
        Refusal::temporary(Reason::PolicyTrouble).into()
    };
    match asked(policy, inquiry) {
        Ok(decision) if decision.is_ready() => decision,
        Ok(decision) => {
            let last = inquiry.deadline.map(|deadline| deadline.plus(GRACE));
            Step::later(until(decision, inquiry, last))
                .map(move |answer| answer.unwrap_or_else(broken))
        }
        Err(note) => Step::ready(broken(note)),
    }
}

/// Asks a policy. Its panic, and its delay beyond `last`, come back as the note to make of them.
pub(super) fn answer_by<'a, P: Policy + ?Sized>(
    last: Option<Moment>,
    policy: &'a P,
    inquiry: &'a Inquiry<'a>,
) -> Step<'a, Result<Judgement, Note>> {
    match asked(policy, inquiry).map(Decision::into_ready) {
        Ok(Ok(judgement)) => Step::ready(Ok(judgement)),
        Ok(Err(decision)) => Step::later(until(decision, inquiry, last)),
        Err(note) => Step::ready(Err(note)),
    }
}

fn asked<'a, P: Policy + ?Sized>(
    policy: &'a P,
    inquiry: &'a Inquiry<'a>,
) -> Result<Decision<'a>, Note> {
    panic::catch_unwind(AssertUnwindSafe(|| policy.check(inquiry))).map_err(|_| Note::Panicked)
}

async fn until<'a>(
    mut decision: Decision<'a>,
    inquiry: &'a Inquiry<'a>,
    last: Option<Moment>,
) -> Result<Judgement, Note> {
    let mut sleep = last.map(|last| inquiry.clock.sleep_until(last));
    poll_fn(move |context| {
        match panic::catch_unwind(AssertUnwindSafe(|| Pin::new(&mut decision).poll(context))) {
            Ok(Poll::Ready(judgement)) => return Poll::Ready(Ok(judgement)),
            Ok(Poll::Pending) => {}
            Err(_) => return Poll::Ready(Err(Note::Panicked)),
        }
        // The clock is asked too, for another sleeper may have been woken first.
        let rings = sleep
            .as_mut()
            .is_some_and(|sleep| sleep.as_mut().poll(context).is_ready());
        if rings || last.is_some_and(|last| inquiry.clock.now() >= last) {
            return Poll::Ready(Err(Note::Overdue));
        }
        Poll::Pending
    })
    .await
}

/// How much later than DNS answers a check itself may be: at the deadline each question becomes trouble, and the check
/// needs a moment to judge that.
const GRACE: Duration = Duration::from_millis(100);

//! A row of policies.

use std::fmt;
use std::slice;

use super::{Decision, Due, Inquiry, Policy, RefuseAt, Timing};
use crate::verdict::{Doubt, Judgement, Stage};

/// A row of policies: asked in order until one is decisive; itself a policy.
///
/// The first refusal or accept ends the row; doubts of those before it go along. Chains are associative, with
/// [`Chain::new`] as their identity: a chain put into a chain is as good as its members put there. The row loops over
/// ready answers without allocating, and allocates once for all that is left at the first answer that must wait.
///
/// ```
/// use mailward::policy::{Chain, policy_fn};
/// use mailward::verdict::{Judgement, Verdict};
///
/// let row = Chain::new()
///     .then(policy_fn(|_| Judgement::PROCEED))
///     .then(Chain::new().then(policy_fn(|_| Verdict::Accept)));
/// assert_eq!(row.len(), 2);
/// ```
#[derive(Default)]
pub struct Chain {
    members: Vec<Member>,
    due: Due,
}

/// A policy, and when it is due, which is asked for more often than the policy is.
struct Member {
    due: Due,
    policy: Box<dyn Policy>,
}

impl Chain {
    /// An empty row, which objects to nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            members: Vec::new(),
            due: Due::NEVER,
        }
    }

    /// The row with one more policy at its end, which may be a chain.
    #[must_use]
    pub fn then(mut self, policy: impl Policy + 'static) -> Self {
        let due = Due::of(policy.timing());
        self.due = self.due.or(due);
        self.members.push(Member {
            due,
            policy: Box::new(policy),
        });
        self
    }

    /// How many members it has; a chain among them is one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether any of them is judged at a stage.
    pub(crate) fn is_due(&self, stage: Stage, refuse_at: RefuseAt) -> bool {
        self.due.meets(Due::at(stage, refuse_at))
    }

    /// True when it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl Policy for Chain {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let moment = inquiry.moment();
        let mut members = self.members.iter();
        while let Some(member) = members.next() {
            if !member.due.meets(moment) {
                continue;
            }
            let decision = member.policy.check(inquiry);
            // Most are clear, and whatever else is done for those costs more than asking them.
            if !decision.as_ready().is_some_and(Judgement::is_clear) {
                return go_on(decision, members, inquiry);
            }
        }
        Decision::ready(Judgement::PROCEED)
    }

    fn timing(&self) -> Timing {
        Timing::Parts
    }

    fn kind(&self) -> &'static str {
        "chain"
    }
}

/// The row from its first member on that had something to say, or must wait.
#[cold]
fn go_on<'a>(
    first: Decision<'a>,
    mut members: slice::Iter<'a, Member>,
    inquiry: &'a Inquiry<'a>,
) -> Decision<'a> {
    let moment = inquiry.moment();
    let mut doubt = Doubt::default();
    let mut decision = first;
    loop {
        let judgement = match decision.into_ready() {
            Ok(judgement) => judgement.after(doubt),
            Err(decision) => return Decision::later(rest(decision, doubt, members, inquiry)),
        };
        if judgement.verdict().is_decisive() {
            return Decision::ready(judgement);
        }
        doubt = judgement.into_parts().2;
        decision = match members.find(|member| member.due.meets(moment)) {
            Some(member) => member.policy.check(inquiry),
            None => return Decision::ready(Judgement::PROCEED.after(doubt)),
        };
    }
}

async fn rest<'a>(
    first: Decision<'a>,
    mut doubt: Doubt,
    members: slice::Iter<'a, Member>,
    inquiry: &'a Inquiry<'a>,
) -> Judgement {
    let due = members.filter(|member| member.due.meets(inquiry.moment()));
    let mut decision = first;
    let mut due = due.fuse();
    loop {
        let judgement = decision.await.after(doubt);
        if judgement.verdict().is_decisive() {
            return judgement;
        }
        doubt = judgement.into_parts().2;
        decision = match due.next() {
            Some(member) => member.policy.check(inquiry),
            None => return Judgement::PROCEED.after(doubt),
        };
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.members.iter().map(|member| member.policy.kind()))
            .finish()
    }
}

//! When a policy is due, as bits: a row asks for it at each of its members.

use super::{RefuseAt, Timing};
use crate::verdict::Stage;

/// A set of moments: each stage in each order, and that of a chain which a combinator has moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Due(u16);

impl Due {
    /// A stage in an order.
    pub(super) const fn at(stage: Stage, refuse_at: RefuseAt) -> Self {
        let stage = match stage {
            Stage::Connect => 1,
            Stage::Greeting => 1 << 1,
            Stage::Mail => 1 << 2,
            Stage::Recipient => 1 << 3,
            Stage::Data => 1 << 4,
        };
        match refuse_at {
            RefuseAt::Recipient => Self(stage),
            RefuseAt::Earliest => Self(stage << 5),
        }
    }

    /// No moment.
    pub(super) const NEVER: Self = Self(0);

    /// When a member is asked whose chain was moved to the present stage.
    pub(super) const MOVED: Self = Self(1 << 10);

    /// All moments at which a policy of this timing is asked.
    pub(super) fn of(timing: Timing) -> Self {
        let moved = match timing {
            Timing::Facts(_) | Timing::Parts => Self::MOVED,
            Timing::At(_) => Self::NEVER,
        };
        let stages = [
            Stage::Connect,
            Stage::Greeting,
            Stage::Mail,
            Stage::Recipient,
            Stage::Data,
        ];
        let orders = [RefuseAt::Recipient, RefuseAt::Earliest];
        let moments = stages
            .into_iter()
            .flat_map(|stage| orders.map(|order| (stage, order)));
        moments
            .filter(|(stage, order)| judges(*order, timing, *stage))
            .fold(moved, |due, (stage, order)| due.or(Self::at(stage, order)))
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether both have a moment in common.
    #[inline]
    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// A stage judges whatever has its facts by then; DATA, which is about no single recipient, only what is set there.
#[inline]
pub(super) fn judges(order: RefuseAt, timing: Timing, stage: Stage) -> bool {
    match timing {
        Timing::Parts => true,
        Timing::At(own) | Timing::Facts(own) if stage == Stage::Data || own == Stage::Data => {
            own == stage
        }
        Timing::At(own) => own <= stage,
        Timing::Facts(own) => match order {
            RefuseAt::Recipient => stage == Stage::Recipient,
            RefuseAt::Earliest => own <= stage,
        },
    }
}

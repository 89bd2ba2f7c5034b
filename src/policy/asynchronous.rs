//! An `async fn` as a policy.

use async_trait::async_trait;

use super::{Decision, Inquiry, Policy, Timing};
use crate::verdict::{Judgement, Stage};

/// A policy that always awaits, such as one that asks a database. Made a [`Policy`] by [`awaited`].
///
/// Its future may be dropped at any await when the connection goes away, and the guard answers 451 for it at the
/// deadline of the command.
///
/// ```
/// use async_trait::async_trait;
/// use mailward::policy::{AsyncPolicy, Chain, Inquiry, awaited};
/// use mailward::verdict::Judgement;
///
/// struct Quota;
///
/// #[async_trait]
/// impl AsyncPolicy for Quota {
///     async fn check(&self, _inquiry: &Inquiry<'_>) -> Judgement {
///         // .. ask a database ..
///         Judgement::PROCEED
///     }
/// }
///
/// let row = Chain::new().then(awaited(Quota));
/// # let _ = row;
/// ```
#[async_trait]
pub trait AsyncPolicy: Send + Sync {
    /// Judges what is known at this stage.
    async fn check(&self, inquiry: &Inquiry<'_>) -> Judgement;

    /// When it is asked; see [`Policy::timing`].
    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Recipient)
    }

    /// The word from which its rule gets a name; see [`Policy::kind`].
    fn kind(&self) -> &'static str {
        "policy"
    }
}

/// An [`AsyncPolicy`] as a [`Policy`].
///
/// ```
/// use async_trait::async_trait;
/// use mailward::policy::{AsyncPolicy, Awaited, Inquiry, Policy, awaited};
/// use mailward::verdict::Judgement;
///
/// struct Quota;
///
/// #[async_trait]
/// impl AsyncPolicy for Quota {
///     async fn check(&self, _inquiry: &Inquiry<'_>) -> Judgement {
///         Judgement::PROCEED
///     }
///
///     fn kind(&self) -> &'static str {
///         "quota"
///     }
/// }
///
/// let check: Awaited<Quota> = awaited(Quota);
/// assert_eq!(check.kind(), "quota"); // the rule is `quota-1` unless it gets a name
/// ```
#[derive(Debug)]
pub struct Awaited<P>(P);

/// Makes a [`Policy`] of an [`AsyncPolicy`].
pub const fn awaited<P: AsyncPolicy>(policy: P) -> Awaited<P> {
    Awaited(policy)
}

impl<P: AsyncPolicy> Policy for Awaited<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        Decision::boxed(self.0.check(inquiry))
    }

    fn timing(&self) -> Timing {
        self.0.timing()
    }

    fn kind(&self) -> &'static str {
        self.0.kind()
    }
}

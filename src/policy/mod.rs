//! The trait of everything that judges, and what can be made of it.
//!
//! A [`Policy`] looks at an [`Inquiry`] (the session so far, the stage, the doors to the name system and the clock)
//! and gives a [`Decision`]: a judgement that is ready, or on its way. A [`Chain`] of policies is a policy, and so is
//! whatever [`PolicyExt`] makes of one: `named`, `at` another stage, `unless` somebody is exempt, `dry_run`, and more.

mod asynchronous;
mod chain;
mod class;
mod combine;
mod due;
mod exempt;
mod function;
mod inquiry;
mod shield;

pub use asynchronous::{AsyncPolicy, Awaited, awaited};
pub use chain::Chain;
pub use class::{InClass, RefusalClass};
pub use combine::{Answering, At, DryRun, Inspect, Named, PolicyExt, Softened, Unless};
pub use exempt::{Exemption, Exemptions};
pub use function::{PolicyFn, policy_fn};
pub use inquiry::{Connection, Inquiry, RefuseAt};

// For the files of this folder, which know each other only through this one.
use due::{Due, judges};
use shield::{answer_by, shielded};

use std::sync::Arc;

use crate::step::Step;
use crate::verdict::{Judgement, Stage};

/// What a policy answers: a judgement that is ready, or on its way.
///
/// ```
/// use mailward::policy::Decision;
/// use mailward::verdict::Judgement;
///
/// let at_hand = Decision::ready(Judgement::PROCEED);
/// let on_its_way = Decision::later(async { Judgement::PROCEED });
/// assert!(at_hand.is_ready() && !on_its_way.is_ready());
/// assert_eq!(at_hand.wait(), on_its_way.wait());
/// ```
pub type Decision<'a> = Step<'a, Judgement>;

/// Something that judges.
///
/// One method does it. A policy whose facts are not there yet answers [`Judgement::PROCEED`]. It reports trouble as
/// doubt ([`Judgement::might_refuse`], [`Judgement::might_accept`]) or as a temporary refusal, never as a refusal for
/// good. For a closure there is [`policy_fn`], for `async fn` [`AsyncPolicy`].
///
/// ```
/// use mailward::policy::{Decision, Inquiry, Policy};
/// use mailward::verdict::{Judgement, Reason, Refusal, Subject};
///
/// /// Refuses mail for retired addresses.
/// struct Retired;
///
/// impl Policy for Retired {
///     fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
///         let retired = inquiry.session.recipient().is_some_and(|to| to.to_string().starts_with("old-"));
///         Decision::ready(match retired {
///             true => Refusal::new(Reason::custom("retired", Subject::Recipient)).into(),
///             false => Judgement::PROCEED,
///         })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    note = "wrap a closure with `policy_fn(..)`, or an `AsyncPolicy` with `awaited(..)`"
)]
pub trait Policy: Send + Sync {
    /// Judges what is known at this stage.
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a>;

    /// When it is asked, which never changes. The default suits whatever looks at a recipient.
    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Recipient)
    }

    /// The word from which its rule gets a name where the operator gave none, such as `blocklist` in `blocklist-1`.
    fn kind(&self) -> &'static str {
        "policy"
    }
}

/// When a policy is asked.
///
/// ```
/// use mailward::policy::{PolicyExt, Policy, Timing, policy_fn};
/// use mailward::verdict::{Judgement, Stage};
///
/// let policy = policy_fn(|_| Judgement::PROCEED);
/// assert_eq!(policy.timing(), Timing::Facts(Stage::Recipient));
/// assert_eq!(policy.at(Stage::Connect).timing(), Timing::At(Stage::Connect));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: by its facts, by decree, or by those of its parts"
)]
pub enum Timing {
    /// Its facts come at this stage; [`RefuseAt`] says when it is judged.
    Facts(Stage),
    /// From this stage on, whatever [`RefuseAt`] says.
    At(Stage),
    /// It is made of policies that have timings of their own.
    Parts,
}

macro_rules! forward_to_inner {
    ($($pointer:ty),*) => {$(
        impl<P: Policy + ?Sized> Policy for $pointer {
            fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
                (**self).check(inquiry)
            }

            fn timing(&self) -> Timing {
                (**self).timing()
            }

            fn kind(&self) -> &'static str {
                (**self).kind()
            }
        }
    )*};
}

forward_to_inner!(&P, Arc<P>, Box<P>);

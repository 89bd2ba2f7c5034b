//! A closure as a policy.

use std::fmt;

use super::{Decision, Inquiry, Policy};
use crate::verdict::Judgement;

/// A policy made of a closure, by [`policy_fn`].
///
/// ```
/// use mailward::policy::{Chain, Inquiry, PolicyFn, policy_fn};
/// use mailward::verdict::Verdict;
///
/// /// Spares the user `abuse` the rest of the row.
/// fn spare_abuse() -> PolicyFn<impl Fn(&Inquiry<'_>) -> Verdict> {
///     policy_fn(|inquiry| match inquiry.session.user() {
///         Some("abuse") => Verdict::Accept,
///         _ => Verdict::Proceed,
///     })
/// }
///
/// assert_eq!(Chain::new().then(spare_abuse()).len(), 1);
/// ```
pub struct PolicyFn<F>(F);

/// Makes a policy of a closure that gives a verdict, a refusal or a whole judgement. It is asked at RCPT, on all
/// facts; [`PolicyExt::at`](super::PolicyExt::at) moves it.
///
/// ```
/// use mailward::policy::policy_fn;
/// use mailward::verdict::{Reason, Refusal, Verdict, Subject};
///
/// let no_vowels = policy_fn(|inquiry| match inquiry.session.sender() {
///     Some(from) if !from.to_string().contains(['a', 'e', 'i', 'o', 'u']) => {
///         Refusal::new(Reason::custom("no-vowels", Subject::Sender)).into()
///     }
///     _ => Verdict::Proceed,
/// });
/// # let _ = no_vowels;
/// ```
pub fn policy_fn<F, J>(judge: F) -> PolicyFn<F>
where
    F: Fn(&Inquiry<'_>) -> J + Send + Sync,
    J: Into<Judgement>,
{
    PolicyFn(judge)
}

impl<F, J> Policy for PolicyFn<F>
where
    F: Fn(&Inquiry<'_>) -> J + Send + Sync,
    J: Into<Judgement>,
{
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        Decision::ready((self.0)(inquiry).into())
    }
}

impl<F> fmt::Debug for PolicyFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PolicyFn(..)")
    }
}

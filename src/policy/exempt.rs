//! Whom a check passes over.

use std::fmt;
use std::sync::Arc;

use super::{Connection, Decision, Inquiry};
use crate::relay::Side;
use crate::session::Session;
use crate::step::Step;
use crate::trace::{Note, Skip};
use crate::verdict::{Judgement, Refusal};

/// One ground on which a check passes a session over.
///
/// ```
/// use mailward::policy::Exemption;
///
/// let sundays = Exemption::when(|session| session.user() == Some("sexton"));
/// assert_eq!(format!("{sundays:?}"), "When(..)");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Exemption {
    /// The connection is internal: by network, login, or confirmed name.
    Internal,
    /// The client has proved to be a user.
    Authenticated,
    /// The recipient under judgement is a postmaster.
    Postmaster,
    /// The host says so.
    When(Arc<dyn Fn(&Session) -> bool + Send + Sync>),
}

impl Exemption {
    /// An exemption of the host's own.
    pub fn when(exempt: impl Fn(&Session) -> bool + Send + Sync + 'static) -> Self {
        Self::When(Arc::new(exempt))
    }
}

impl fmt::Debug for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Internal => "Internal",
            Self::Authenticated => "Authenticated",
            Self::Postmaster => "Postmaster",
            Self::When(_) => "When(..)",
        })
    }
}

/// Grounds on which a check passes a session over; any of them will do.
///
/// Checks of DNS evidence and of greetings pass over internal and authenticated clients unless told otherwise: a
/// site's own users sit on dial-up addresses that lists are full of.
///
/// ```
/// use mailward::policy::{Exemption, Exemptions};
///
/// assert_eq!(format!("{:?}", Exemptions::own_users()), "[Internal, Authenticated]");
/// let _everybody_else = Exemptions::from(Exemption::Postmaster);
/// ```
#[derive(Clone, Default)]
pub struct Exemptions {
    internal: bool,
    authenticated: bool,
    postmaster: bool,
    when: Box<[Predicate]>,
}

type Predicate = Arc<dyn Fn(&Session) -> bool + Send + Sync>;

enum Cover {
    Exempt,
    Judged,
    Unknown,
}

impl Exemptions {
    /// Everybody is judged.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Internal and authenticated clients are passed over.
    #[must_use]
    pub fn own_users() -> Self {
        Self::from_iter([Exemption::Internal, Exemption::Authenticated])
    }

    /// Runs the check unless somebody is exempt. Where the name system does not say whether the connection is
    /// internal, the check runs and can refuse only for now.
    #[inline]
    pub(crate) fn unless<'a>(
        &'a self,
        inquiry: &'a Inquiry<'a>,
        check: impl FnOnce() -> Decision<'a> + Send + 'a,
    ) -> Decision<'a> {
        if self.exempts_plainly(inquiry.session) {
            return pass_over(inquiry);
        }
        self.cover(inquiry).and_then(move |cover| match cover {
            Cover::Exempt => pass_over(inquiry),
            Cover::Judged => check(),
            Cover::Unknown => check().map(|judgement| judgement.map_refusal(Refusal::in_doubt)),
        })
    }

    /// What can be told without asking anybody.
    #[inline]
    fn exempts_plainly(&self, session: &Session) -> bool {
        (self.authenticated && session.user().is_some())
            || (self.postmaster && session.recipient().is_some_and(|to| to.is_postmaster()))
            || self.when.iter().any(|exempts| exempts(session))
    }

    /// What only the connection can tell.
    fn cover<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Step<'a, Cover> {
        if !self.internal {
            return Step::ready(Cover::Judged);
        }
        inquiry.connection().map(|connection| match connection {
            Connection::Of(Side::Internal) => Cover::Exempt,
            Connection::Of(Side::External) => Cover::Judged,
            Connection::Trouble(_) => Cover::Unknown,
        })
    }
}

fn pass_over<'a>(inquiry: &Inquiry<'_>) -> Decision<'a> {
    inquiry.recorder.evidence(|| Note::Skipped(Skip::Exempt));
    Decision::ready(Judgement::PROCEED)
}

impl FromIterator<Exemption> for Exemptions {
    fn from_iter<I: IntoIterator<Item = Exemption>>(grounds: I) -> Self {
        let mut exemptions = Self::none();
        let mut when = Vec::new();
        for ground in grounds {
            match ground {
                Exemption::Internal => exemptions.internal = true,
                Exemption::Authenticated => exemptions.authenticated = true,
                Exemption::Postmaster => exemptions.postmaster = true,
                Exemption::When(exempts) => when.push(exempts),
            }
        }
        Self {
            when: when.into(),
            ..exemptions
        }
    }
}

impl<const N: usize> From<[Exemption; N]> for Exemptions {
    fn from(grounds: [Exemption; N]) -> Self {
        Self::from_iter(grounds)
    }
}

impl From<Exemption> for Exemptions {
    fn from(ground: Exemption) -> Self {
        [ground].into()
    }
}

impl fmt::Debug for Exemptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            self.internal.then_some(Exemption::Internal),
            self.authenticated.then_some(Exemption::Authenticated),
            self.postmaster.then_some(Exemption::Postmaster),
        ];
        let when = self.when.iter().cloned().map(Exemption::When);
        f.debug_list()
            .entries(words.into_iter().flatten().chain(when))
            .finish()
    }
}

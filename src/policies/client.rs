//! Clients without a confirmed name.

use super::OnTrouble;
use crate::dns::Answer;
use crate::fcrdns::Fcrdns;
use crate::policy::{Decision, Exemptions, Inquiry, Policy, Timing};
use crate::verdict::{Judgement, Reason, Refusal, Stage, Subject};

/// What a client must have.
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let dns = MemoryDns::parse("9.113.0.203.in-addr.arpa PTR mail.example")?;
/// # let shared = Shared::new(dns, SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::{Require, VerifiedClient};
/// use mailward::policy::RefuseAt;
///
/// // The client has a reverse name that does not lead back.
/// for (require, is_refused) in [(Require::ForwardConfirmed, true), (Require::ReverseName, false)] {
///     let builder = Guard::builder(perimeter.clone(), shared.clone()).refuse_at(RefuseAt::Earliest);
///     let guard = builder.check(VerifiedClient::new().require(require)).build();
///     assert_eq!(guard.connect_blocking(client).1.is_refusal(), is_refused);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a name that leads back, or any name"
)]
pub enum Require {
    /// A reverse name that leads back to the address (RFC 8601 section 2.7.3: iprev=pass).
    #[default]
    ForwardConfirmed,
    /// Any reverse name, as "Reject-Unbacktranslatable-IP" of TCP/IP Services for OpenVMS.
    ReverseName,
}

/// Refuses clients without a reverse name, or with one that does not lead back.
///
/// Honest but badly kept hosts are caught too, so many run it as a dry run first. Passes over internal and
/// authenticated clients; looks away from trouble unless told otherwise. 550 5.7.25 (RFC 7372), 554 at connect.
///
/// ```
/// use mailward::policies::{OnTrouble, Require, VerifiedClient};
///
/// let check = VerifiedClient::new().require(Require::ReverseName).on_trouble(OnTrouble::Defer);
/// # let _ = check;
/// ```
#[derive(Clone, Debug)]
pub struct VerifiedClient {
    require: Require,
    on_trouble: OnTrouble,
    exempt: Exemptions,
}

impl VerifiedClient {
    /// Requires a forward-confirmed name.
    #[must_use]
    pub fn new() -> Self {
        Self {
            require: Require::default(),
            on_trouble: OnTrouble::default(),
            exempt: Exemptions::own_users(),
        }
    }

    /// Requires this.
    #[must_use]
    pub const fn require(mut self, require: Require) -> Self {
        self.require = require;
        self
    }

    /// What to do in trouble.
    #[must_use]
    pub const fn on_trouble(mut self, on_trouble: OnTrouble) -> Self {
        self.on_trouble = on_trouble;
        self
    }

    /// Whom to pass over instead of internal and authenticated clients.
    #[must_use]
    pub fn exempting(mut self, exempt: impl Into<Exemptions>) -> Self {
        self.exempt = exempt.into();
        self
    }

    fn examine<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        inquiry
            .client_name()
            .and_then(|client| match (self.require, client) {
                (Require::ReverseName, Fcrdns::Trouble(_)) => self.reverse_name(inquiry),
                (Require::ReverseName, Fcrdns::Mismatch(_)) => Decision::ready(Judgement::PROCEED),
                _ => Decision::ready(self.judge(client)),
            })
    }

    /// Any name will do, so trouble on the way back is none: only the reverse lookup is asked again.
    fn reverse_name<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        let reverse = inquiry.dns.ptr(inquiry.session.client().ip());
        reverse.map(|reverse| match reverse {
            Ok(Answer::Records { .. }) => Judgement::PROCEED,
            Ok(Answer::NoData { .. } | Answer::NoSuchName { .. }) => self.judge(&Fcrdns::NoName),
            Err(error) => self.on_trouble.judge(Subject::Client, error),
        })
    }

    fn judge(&self, client: &Fcrdns) -> Judgement {
        match client {
            Fcrdns::Confirmed { .. } => Judgement::PROCEED,
            Fcrdns::Mismatch(_) | Fcrdns::NoName => {
                Refusal::new(Reason::UnverifiedClient(client.clone())).into()
            }
            Fcrdns::Trouble(error) => self.on_trouble.judge(Subject::Client, *error),
        }
    }
}

impl Default for VerifiedClient {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy for VerifiedClient {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.exempt.unless(inquiry, || self.examine(inquiry))
    }

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Connect)
    }

    fn kind(&self) -> &'static str {
        "verified-client"
    }
}

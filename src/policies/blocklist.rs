//! Block lists of clients.

use super::OnTrouble;
use crate::client::Network;
use crate::dns::DnsError;
use crate::policy::{Decision, Exemptions, Inquiry, Policy, Timing};
use crate::rbl::{self, Listing, Zone};
use crate::verdict::{Judgement, Reason, Refusal, Stage, Subject};

/// Refuses clients that one of several DNS block lists lists (RFC 5782).
///
/// All lists are asked at once; the reason names the first one in this order that lists the client, whatever order
/// the answers came in. A list that refuses to answer, or answers nonsense, lists nobody; trouble is looked away from
/// unless told otherwise. Passes over internal and authenticated clients. 554 5.7.1.
///
/// ```
/// use mailward::name::Name;
/// use mailward::policies::{Blocklist, OnTrouble};
/// use mailward::rbl::Zone;
///
/// let zone = Zone::new(Name::parse("zen.example.net")?).labelled("zen").with_text();
/// let check = Blocklist::new([zone]).on_trouble(OnTrouble::DeferIfPermit);
/// # let _ = check;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Blocklist {
    zones: Box<[Zone]>,
    never: Box<[Network]>,
    on_trouble: OnTrouble,
    exempt: Exemptions,
}

impl Blocklist {
    /// These lists, in this order.
    pub fn new(zones: impl IntoIterator<Item = Zone>) -> Self {
        Self {
            zones: zones.into_iter().collect(),
            never: rbl::never_asked().into(),
            on_trouble: OnTrouble::default(),
            exempt: Exemptions::own_users(),
        }
    }

    /// Networks that no list is asked about, in place of [`rbl::never_asked`].
    #[must_use]
    pub fn never_asking(mut self, networks: impl IntoIterator<Item = Network>) -> Self {
        self.never = networks.into_iter().collect();
        self
    }

    /// What to do when a list does not answer, and no other one lists the client.
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

    fn judge(&self, listings: &[Listing]) -> Judgement {
        if let Some(hit) = listings.iter().find_map(Listing::hit) {
            return Refusal::new(Reason::ListedClient(hit.clone())).into();
        }
        match listings.iter().find_map(trouble) {
            Some(error) => self.on_trouble.judge(Subject::Client, error),
            None => Judgement::PROCEED,
        }
    }
}

const fn trouble(listing: &Listing) -> Option<DnsError> {
    match listing {
        Listing::Trouble(error) => Some(*error),
        _ => None,
    }
}

impl Policy for Blocklist {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.exempt.unless(inquiry, || {
            inquiry
                .listings(&self.zones, &self.never)
                .map(|listings| self.judge(&listings))
        })
    }

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Connect)
    }

    fn kind(&self) -> &'static str {
        "blocklist"
    }
}

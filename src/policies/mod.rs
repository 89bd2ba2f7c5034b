//! The policies that come with the crate: short pieces of glue that ask the evidence and give a judgement.
//!
//! Each can be used alone, in a [`Chain`](crate::policy::Chain), or in a guard's row, and takes all combinators of
//! [`PolicyExt`](crate::policy::PolicyExt).

mod blocklist;
mod client;
mod client_table;
mod greeting;
mod relay;
mod sender;
mod tables;

pub use blocklist::Blocklist;
pub use client::{Require, VerifiedClient};
pub use client_table::ClientTable;
pub use greeting::{Greeting, GreetingFault, UnknownGreetingFault};
pub use relay::RelayControl;
pub use sender::{SenderDomain, Treatment};
pub use tables::{RecipientTable, SenderTable};

use self::tables::{note, put_off, refusal};
use crate::dns::DnsError;
use crate::verdict::{Judgement, Refusal, Subject};

/// What a check does when the name system does not answer. Never a refusal for good.
///
/// ```
/// use mailward::policies::OnTrouble;
///
/// assert_eq!(OnTrouble::default(), OnTrouble::Proceed);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: look away, raise doubt, or refuse for now"
)]
pub enum OnTrouble {
    /// As if there was nothing to object to.
    #[default]
    Proceed,
    /// 451 4.4.3 (450 4.7.0 in secure mode), unless somebody refuses for good.
    DeferIfPermit,
    /// The same at once.
    Defer,
}

impl OnTrouble {
    fn judge(self, subject: Subject, error: DnsError) -> Judgement {
        match self {
            Self::Proceed => Judgement::PROCEED,
            Self::DeferIfPermit => Judgement::might_refuse(Refusal::dns_trouble(subject, error)),
            Self::Defer => Refusal::dns_trouble(subject, error).into(),
        }
    }
}

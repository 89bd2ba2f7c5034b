//! Greetings.

use super::OnTrouble;
use crate::dns::DnsError;
use crate::helo::{Claim, Identity, LiteralMatch, Ourselves, Standing};
use crate::policy::{Decision, Exemptions, Inquiry, Policy, Timing};
use crate::relay::Perimeter;
use crate::verdict::{Judgement, Reason, Refusal, Stage, Subject};

/// What can be wrong with a greeting.
///
/// ```
/// use mailward::policies::GreetingFault;
///
/// assert_eq!("claims-to-be-us".parse(), Ok(GreetingFault::ClaimsToBeUs));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GreetingFault {
    /// Neither a name nor an address literal: 501 5.5.4.
    Malformed,
    /// There was none: 503 5.5.1.
    Missing,
    /// A name of one label: 504 5.5.2.
    NotQualified,
    /// An address without brackets: 550.
    BareAddress,
    /// An address literal that is not the client's: 550.
    WrongLiteral,
    /// One of our names or addresses, from a client that is not one of us: 550.
    ClaimsToBeUs,
    /// A name without address and mail exchanger: 450.
    Unresolvable,
    /// A name whose addresses lack the client's, and which is none of the client's confirmed names: 550. RFC 5321
    /// section 4.1.4 forbids to refuse mail for that; it is here for those who do so all the same.
    Mismatch,
}

impl GreetingFault {
    const ALL: [(&'static str, Self); 8] = [
        ("malformed", Self::Malformed),
        ("missing", Self::Missing),
        ("not-qualified", Self::NotQualified),
        ("bare-address", Self::BareAddress),
        ("wrong-literal", Self::WrongLiteral),
        ("claims-to-be-us", Self::ClaimsToBeUs),
        ("unresolvable", Self::Unresolvable),
        ("mismatch", Self::Mismatch),
    ];

    const fn reason(self) -> Reason {
        match self {
            Self::Malformed => Reason::MalformedGreeting,
            Self::Missing => Reason::MissingGreeting,
            Self::NotQualified => Reason::UnqualifiedGreeting,
            Self::BareAddress => Reason::BareAddressGreeting,
            Self::WrongLiteral | Self::ClaimsToBeUs => Reason::ForgedGreeting,
            Self::Unresolvable => Reason::UnresolvableGreeting,
            Self::Mismatch => Reason::MismatchedGreeting,
        }
    }
}

/// No greeting fault has this name.
///
/// ```
/// use mailward::policies::GreetingFault;
///
/// let error = "impolite".parse::<GreetingFault>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown greeting fault; expected malformed, missing"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown greeting fault; expected malformed, missing, not-qualified, bare-address, wrong-literal, claims-to-be-us, unresolvable or mismatch"
)]
pub struct UnknownGreetingFault(());

impl std::str::FromStr for GreetingFault {
    type Err = UnknownGreetingFault;

    fn from_str(word: &str) -> Result<Self, UnknownGreetingFault> {
        Self::ALL
            .iter()
            .find(|(name, _)| *name == word)
            .map(|(_, fault)| *fault)
            .ok_or(UnknownGreetingFault(()))
    }
}

/// Refuses greetings with chosen faults.
///
/// By default those that are malformed, and those that claim to be us: no honest host does either. A name of ours is
/// no lie from a client whose forward-confirmed name it is (our other mail exchanger); where trouble hides that, the
/// refusal stands, but only for now: who owns a reverse zone can put it in trouble. Passes over internal and
/// authenticated clients; looks away from other trouble unless told otherwise.
///
/// ```
/// use mailward::name::Name;
/// use mailward::policies::{Greeting, GreetingFault};
/// use mailward::relay::Perimeter;
///
/// let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// let check = Greeting::new(&perimeter).refusing([GreetingFault::Malformed, GreetingFault::BareAddress]);
/// # let _ = check;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Greeting {
    ours: Ourselves,
    faults: Box<[GreetingFault]>,
    on_trouble: OnTrouble,
    exempt: Exemptions,
}

impl Greeting {
    /// Refuses the malformed, and those that claim to be this perimeter's host, domains or addresses.
    #[must_use]
    pub fn new(perimeter: &Perimeter) -> Self {
        let ours = Ourselves::new(perimeter.hostname().clone());
        let ours = perimeter.domains().cloned().fold(ours, Ourselves::domain);
        Self {
            ours: perimeter
                .literals()
                .iter()
                .copied()
                .fold(ours, Ourselves::literal),
            faults: [GreetingFault::Malformed, GreetingFault::ClaimsToBeUs].into(),
            on_trouble: OnTrouble::default(),
            exempt: Exemptions::own_users(),
        }
    }

    /// Refuses these faults, and no others.
    #[must_use]
    pub fn refusing(mut self, faults: impl IntoIterator<Item = GreetingFault>) -> Self {
        self.faults = faults.into_iter().collect();
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
        let Some(greeting) = inquiry.session.greeting() else {
            return Decision::ready(self.missing(inquiry.stage));
        };
        let claim = greeting.claim();
        if let Some(fault) = self.plain_fault(claim, inquiry) {
            return Decision::ready(Refusal::new(fault.reason()).into());
        }
        if self.refuses(GreetingFault::ClaimsToBeUs) && self.ours.includes(claim) {
            if claim.name().is_none() {
                // No name of the client's excuses an address of ours.
                return Decision::ready(Refusal::new(Reason::ForgedGreeting).into());
            }
            let identity = inquiry
                .client_name()
                .map(|client| self.ours.identity(claim, client));
            return identity.and_then(move |identity| match identity {
                Identity::Forged => Decision::ready(Refusal::new(Reason::ForgedGreeting).into()),
                Identity::Trouble(_) => {
                    Decision::ready(Refusal::new(Reason::ForgedGreeting).in_doubt().into())
                }
                Identity::Shared | Identity::Theirs => self.resolve(inquiry),
            });
        }
        self.resolve(inquiry)
    }

    /// What needs no question.
    fn plain_fault(&self, claim: &Claim, inquiry: &Inquiry<'_>) -> Option<GreetingFault> {
        let fault = match claim {
            Claim::Malformed => GreetingFault::Malformed,
            Claim::BareAddress(_) => GreetingFault::BareAddress,
            Claim::Name(_) if !claim.is_qualified() => GreetingFault::NotQualified,
            Claim::Literal(_)
                if claim.literal(inquiry.session.client().ip()) == LiteralMatch::Other =>
            {
                GreetingFault::WrongLiteral
            }
            Claim::Name(_) | Claim::Literal(_) => return None,
        };
        self.refuses(fault).then_some(fault)
    }

    fn resolve<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        if !self.refuses(GreetingFault::Unresolvable) && !self.refuses(GreetingFault::Mismatch) {
            return Decision::ready(Judgement::PROCEED);
        }
        inquiry.greeting_standing().map(|standing| match standing {
            Some(Standing::Unresolvable) => self.judge(GreetingFault::Unresolvable),
            Some(Standing::Mismatch) => self.judge(GreetingFault::Mismatch),
            Some(Standing::Trouble(error)) => self.trouble(*error),
            Some(Standing::Confirmed) | None => Judgement::PROCEED,
        })
    }

    fn missing(&self, stage: Stage) -> Judgement {
        if stage > Stage::Greeting {
            self.judge(GreetingFault::Missing)
        } else {
            Judgement::PROCEED
        }
    }

    fn judge(&self, fault: GreetingFault) -> Judgement {
        match self.refuses(fault) {
            true => Refusal::new(fault.reason()).into(),
            false => Judgement::PROCEED,
        }
    }

    fn trouble(&self, error: DnsError) -> Judgement {
        self.on_trouble.judge(Subject::Greeting, error)
    }

    fn refuses(&self, fault: GreetingFault) -> bool {
        self.faults.contains(&fault)
    }
}

impl Policy for Greeting {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.exempt.unless(inquiry, || self.examine(inquiry))
    }

    fn timing(&self) -> Timing {
        Timing::Facts(Stage::Greeting)
    }

    fn kind(&self) -> &'static str {
        "greeting"
    }
}

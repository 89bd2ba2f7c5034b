//! Refusing in one class: RFC 2505 item 13.

use super::{Decision, Inquiry, Policy, Timing};
use crate::verdict::Refusal;

/// For now, or for good.
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::{PolicyExt, RefusalClass, RefuseAt};
///
/// for (class, code) in [(RefusalClass::Temporary, 450), (RefusalClass::Permanent, 554)] {
///     let builder = Guard::builder(perimeter.clone(), shared.clone()).refuse_at(RefuseAt::Earliest);
///     let guard = builder.check(VerifiedClient::new().in_class(class)).build();
///     assert_eq!(guard.connect_blocking(client).1.reply.code().as_u16(), code);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: a refusal is 4yz or 5yz")]
pub enum RefusalClass {
    /// 4yz.
    Temporary,
    /// 5yz, but for trouble and what is in doubt because of it.
    Permanent,
}

/// A policy that refuses in one class, made by [`PolicyExt::in_class`](super::PolicyExt::in_class).
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::parse("*.in-addr.arpa PTR !timeout")?, SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::{OnTrouble, VerifiedClient};
/// use mailward::policy::{PolicyExt, RefusalClass, RefuseAt};
///
/// let check = VerifiedClient::new().on_trouble(OnTrouble::Defer).in_class(RefusalClass::Permanent);
/// let guard = Guard::builder(perimeter, shared).refuse_at(RefuseAt::Earliest).check(check).build();
/// let (_, greeting) = guard.connect_blocking(client);
/// assert!(greeting.verdict.refusal().unwrap().is_temporary()); // the name system did not answer
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct InClass<P> {
    pub(super) policy: P,
    pub(super) class: RefusalClass,
}

impl<P: Policy> Policy for InClass<P> {
    fn check<'a>(&'a self, inquiry: &'a Inquiry<'a>) -> Decision<'a> {
        self.policy
            .check(inquiry)
            .map(|judgement| judgement.map_refusal(|refusal| self.class.of(refusal)))
    }

    fn timing(&self) -> Timing {
        self.policy.timing()
    }

    fn kind(&self) -> &'static str {
        self.policy.kind()
    }
}

impl RefusalClass {
    fn of(self, refusal: Refusal) -> Refusal {
        match self {
            Self::Temporary => refusal.softened(),
            Self::Permanent => refusal.hardened(),
        }
    }
}

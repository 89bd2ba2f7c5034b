//! Greetings with our own name.

use super::{Claim, is_among};
use crate::address::Literal;
use crate::client::ClientIp;
use crate::dns::DnsError;
use crate::fcrdns::Fcrdns;
use crate::name::{Name, NamePattern, NameSet};

/// The names and addresses that mean us.
///
/// A client from outside that greets with one of them lies, unless it is another host of ours: one whose
/// forward-confirmed name is the claimed one.
///
/// ```
/// use mailward::helo::{self, Ourselves};
/// use mailward::name::Name;
///
/// let ours = Ourselves::new(Name::parse("mx.example.org")?).domain("example.org".parse()?).literal("192.0.2.25".parse()?);
/// assert!(ours.includes(&helo::read("MX.example.org")));
/// assert!(ours.includes(&helo::read("[192.0.2.25]")));
/// assert!(!ours.includes(&helo::read("mx2.example.org"))); // only with a pattern *.example.org
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ourselves {
    hostname: Name,
    domains: NameSet,
    literals: Vec<ClientIp>,
}

/// Whose identity a greeting takes.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::fcrdns;
/// use mailward::helo::{self, Identity, Ourselves};
/// use mailward::name::Name;
///
/// let dns = MemoryDns::parse(
///     "9.113.0.203.in-addr.arpa. PTR mx2.example.org.\n\
///      mx2.example.org.          A   203.0.113.9",
/// )?;
/// let client = fcrdns::verify("203.0.113.9".parse()?, &dns).wait();
/// let ours = Ourselves::new(Name::parse("mx1.example.org")?).domain("*.example.org".parse()?);
/// assert_eq!(ours.identity(&helo::read("mx2.example.org"), &client), Identity::Shared);
/// assert_eq!(ours.identity(&helo::read("mx1.example.org"), &client), Identity::Forged);
/// assert_eq!(ours.identity(&helo::read("mail.example"), &client), Identity::Theirs);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: not ours, ours by right, ours by a lie, or not known now"
)]
pub enum Identity {
    /// Ours, and nothing shows that the client is one of us.
    Forged,
    /// Ours, and the client's by right: the claimed name is one of its forward-confirmed names.
    Shared,
    /// Not ours.
    Theirs,
    /// Ours, and whether the client is one of us cannot be told now. A refusal must be a 4yz one.
    Trouble(DnsError),
}

impl Ourselves {
    /// A host that is known by its name alone.
    #[must_use]
    pub fn new(hostname: Name) -> Self {
        Self {
            hostname,
            domains: NameSet::new(),
            literals: Vec::new(),
        }
    }

    /// A domain of ours, or all names below one.
    #[must_use]
    pub fn domain(mut self, domain: NamePattern) -> Self {
        self.domains.insert(domain);
        self
    }

    /// An address of ours.
    #[must_use]
    pub fn literal(mut self, ip: ClientIp) -> Self {
        self.literals.push(ip);
        self
    }

    /// Whether the claim takes one of our names or addresses, by right or not. An address without brackets counts as
    /// one with them.
    ///
    /// Only where this is true do the client's names matter for [`identity`](Self::identity).
    #[must_use]
    pub fn includes(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Name(name) => *name == self.hostname || self.domains.contains(name),
            Claim::BareAddress(ip) | Claim::Literal(Literal::Ip(ip)) => self.literals.contains(ip),
            Claim::Literal(_) | Claim::Malformed => false,
        }
    }

    /// Whether the claim takes our identity, given what DNS says of the client's own names.
    ///
    /// No name excuses an address of ours, so trouble only ever matters for a name.
    ///
    /// ```
    /// use mailward::dns::DnsError;
    /// use mailward::fcrdns::Fcrdns;
    /// use mailward::helo::{self, Identity, Ourselves};
    /// use mailward::name::Name;
    ///
    /// let ours = Ourselves::new(Name::parse("mx.example.org")?);
    /// let claim = helo::read("mx.example.org");
    /// assert_eq!(ours.identity(&claim, &Fcrdns::NoName), Identity::Forged);
    /// let trouble = Fcrdns::Trouble(DnsError::Timeout);
    /// assert_eq!(ours.identity(&claim, &trouble), Identity::Trouble(DnsError::Timeout));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn identity(&self, claim: &Claim, client: &Fcrdns) -> Identity {
        if !self.includes(claim) {
            return Identity::Theirs;
        }
        match claim {
            Claim::Name(name) if is_among(name, client.names()) => Identity::Shared,
            Claim::Name(_) => client.trouble().map_or(Identity::Forged, Identity::Trouble),
            _ => Identity::Forged,
        }
    }
}

//! The table of clients (`auth.mta`).

use super::{Action, HostPattern, Index, InvalidRule, Networks, Rule, Subdomains};
use crate::client::{ClientIp, Network};
use crate::fcrdns::VerifiedName;

/// Rules about clients, by address, network and verified name.
///
/// ```
/// use mailward::client::ClientIp;
/// use mailward::dns::MemoryDns;
/// use mailward::fcrdns;
/// use mailward::table::{Action, HostTable};
///
/// let table = HostTable::builder()
///     .rule("203.0.113.0/24".parse()?, "DEFER".parse()?)?
///     .rule("*.friend.example".parse()?, Action::Accept)?
///     .build();
///
/// let dns = MemoryDns::parse(
///     "9.113.0.203.in-addr.arpa. PTR mail.friend.example.\n\
///      mail.friend.example.      A   203.0.113.9",
/// )?;
/// let client = ClientIp::parse("203.0.113.9")?;
/// let verified = fcrdns::verify(client, &dns).wait();
/// assert_eq!(table.lookup(client, verified.names()).unwrap().action(), &Action::Accept);
/// assert_eq!(table.lookup(client, &[]).unwrap().to_string(), "203.0.113.0/24 DEFER");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct HostTable {
    rules: Vec<Rule<HostPattern>>,
    names: Index,
    networks: Networks,
}

impl HostTable {
    /// Begins a table without rules.
    #[must_use]
    pub fn builder() -> HostTableBuilder {
        HostTableBuilder::default()
    }

    /// The rule that decides about a client: the first one found, but for [`Action::Log`], which decides nothing.
    ///
    /// Rules are found in this order, as in access(5):
    ///
    /// 1. for a verified name, each name in the order given;
    /// 2. for the names below one above it, longest first, each name in the order given;
    /// 3. for the address;
    /// 4. for a network, longest prefix first.
    ///
    /// The names are those that [`fcrdns::verify`](crate::fcrdns::verify) confirmed for this address; no other name
    /// can be asked about. Where DNS is in trouble there are none, and a rule for an address or a network that a
    /// name's rule would have preceded is found. Allocates nothing.
    #[must_use]
    pub fn lookup(&self, client: ClientIp, names: &[VerifiedName]) -> Option<&Rule<HostPattern>> {
        self.matches(client, names)
            .find(|rule| !matches!(rule.action, Action::Log(_)))
    }

    /// All rules about a client, in the order of [`lookup`](Self::lookup): the `LOG` rules before the one that decides
    /// are those to be noted.
    pub fn matches<'t, 'n>(
        &'t self,
        client: ClientIp,
        names: &'n [VerifiedName],
    ) -> impl Iterator<Item = &'t Rule<HostPattern>> + use<'t, 'n> {
        let texts = || names.iter().map(|verified| verified.name().as_str());
        let exact = texts().filter_map(|name| self.names.exact(name));
        let above = texts().flat_map(|name| self.names.above(name));
        let found = exact.chain(above).chain(self.networks.holding(client));
        found.filter_map(|rule| self.rules.get(rule))
    }

    /// Whether any rule is about a name. Where none is, no DNS need be asked.
    #[must_use]
    pub fn has_name_rules(&self) -> bool {
        !self.names.is_empty()
    }

    /// The rules in the order in which they were added.
    #[must_use]
    pub fn rules(&self) -> &[Rule<HostPattern>] {
        &self.rules
    }
}

/// Takes the rules of a [`HostTable`].
///
/// ```
/// use mailward::table::{Action, HostTable};
///
/// let mut builder = HostTable::builder();
/// for pattern in ["192.0.2.0/24", "*.friend.example"] {
///     builder.insert(pattern.parse()?, Action::Accept)?;
/// }
/// assert!(builder.build().has_name_rules());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct HostTableBuilder(HostTable);

impl HostTableBuilder {
    /// Whether a pattern for a name covers the names below it; [`Subdomains::Explicit`] unless told.
    #[must_use]
    pub fn subdomains(mut self, subdomains: Subdomains) -> Self {
        self.0.names.set_subdomains(subdomains);
        self
    }

    /// Adds a rule.
    ///
    /// # Errors
    ///
    /// There is a rule for the pattern already. A network of one address is that address.
    pub fn rule(mut self, pattern: HostPattern, action: Action) -> Result<Self, InvalidRule> {
        self.insert(pattern, action)?;
        Ok(self)
    }

    /// Adds a rule, for loops: after an error the builder is as it was before.
    ///
    /// # Errors
    ///
    /// As for [`rule`](Self::rule).
    pub fn insert(&mut self, pattern: HostPattern, action: Action) -> Result<(), InvalidRule> {
        let table = &mut self.0;
        let number = table.rules.len();
        let entered = match &pattern {
            HostPattern::Address(ip) => table.networks.insert(Network::from(*ip), number),
            HostPattern::Name(name) => table.names.insert_name(name, number),
            HostPattern::Network(network) => table.networks.insert(*network, number),
        };
        let rule = Rule { pattern, action };
        match entered {
            Ok(()) => table.rules.push(rule),
            Err(earlier) => return Err(InvalidRule::duplicate(&rule, table.rules.get(earlier))),
        }
        Ok(())
    }

    /// The table.
    #[must_use]
    pub fn build(self) -> HostTable {
        self.0
    }
}

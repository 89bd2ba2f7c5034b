//! The table of clients (`auth.mta`).

use std::fmt;
use std::sync::Arc;

use super::{
    Action, Found, HostFacts, HostPattern, Index, InvalidRule, Known, Networks, Ordered, Question,
    Rule, RuleFault, Subdomains, write_rules,
};
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
    ordered: Ordered<HostPattern>,
}

impl HostTable {
    /// Begins a table without rules.
    #[must_use]
    pub fn builder() -> HostTableBuilder {
        HostTableBuilder::default()
    }

    /// The rule that decides about a client: the first one found, but for [`Action::Log`], which decides nothing, and for
    /// [`Action::Excludes`] and [`Action::Requires`], which are about its senders.
    ///
    /// Rules are found in this order, as in access(5):
    ///
    /// 1. for a verified name, each name in the order given;
    /// 2. for the names below one above it, longest first, each name in the order given;
    /// 3. for the address;
    /// 4. for a network, longest prefix first;
    /// 5. expressions, whatever is negated and whatever stands behind `if`, in the order in which they were added.
    ///
    /// Rules for mail exchangers and for names that are not confirmed stand in the fifth place too, but must ask the name
    /// system: [`ClientTable`](crate::policies::ClientTable) does, and here they are not found.
    ///
    /// The names are those that [`fcrdns::verify`](crate::fcrdns::verify) confirmed for this address; no other name
    /// can be asked about. Where DNS is in trouble there are none, and a rule for an address or a network that a
    /// name's rule would have preceded is found. Allocates nothing before the fifth.
    #[must_use]
    pub fn lookup(&self, client: ClientIp, names: &[VerifiedName]) -> Option<&Rule<HostPattern>> {
        self.matches(client, names)
            .find(|rule| rule.action.is_decisive())
    }

    /// All rules about a client, in the order of [`lookup`](Self::lookup): the `LOG` rules before the one that decides
    /// are those to be noted.
    pub fn matches<'t, 'n>(
        &'t self,
        client: ClientIp,
        names: &'n [VerifiedName],
    ) -> impl Iterator<Item = &'t Rule<HostPattern>> + use<'t, 'n> {
        let facts = HostFacts {
            names: Some(Known {
                names,
                trouble: None,
            }),
            ..HostFacts::of(client)
        };
        let ordered = self.ordered.rules().iter();
        let ordered = ordered.filter_map(|rule| self.rules.get(*rule));
        self.indexed(client, names)
            .chain(ordered.filter(move |rule| self.judge(rule, &facts) == Ok(Found::Yes)))
    }

    /// The rules that an index finds, in the order of [`lookup`](Self::lookup): those of its places 1 to 4.
    pub(crate) fn indexed<'t, 'n>(
        &'t self,
        client: ClientIp,
        names: &'n [VerifiedName],
    ) -> impl Iterator<Item = &'t Rule<HostPattern>> + use<'t, 'n> {
        let texts = || names.iter().map(|verified| verified.name().as_str());
        let exact = texts().filter_map(|name| self.names.name(name));
        let above = texts().flat_map(|name| self.names.above(name));
        let found = exact.chain(above).chain(self.networks.holding(client));
        found.filter_map(|rule| self.rules.get(rule))
    }

    /// The rules that stand in file order: those of its fifth place, from the one of this number on.
    pub(crate) fn ordered(&self, number: usize) -> Option<&Rule<HostPattern>> {
        self.rules.get(*self.ordered.rules().get(number)?)
    }

    /// Whether a rule is about a client; or what it asks.
    pub(crate) fn judge<'t>(
        &self,
        rule: &'t Rule<HostPattern>,
        facts: &HostFacts<'_>,
    ) -> Result<Found, Question<'t>> {
        facts.judge(rule, self.names.subdomains())
    }

    /// Whether an index holds rules about names: then the client's names are asked for before anything else.
    pub(crate) fn begins_with_names(&self) -> bool {
        self.names.has_names()
    }

    /// Whether any rule is about a name, or depends on one. Where none is, and none is about mail exchangers, no DNS
    /// need be asked.
    #[must_use]
    pub fn has_name_rules(&self) -> bool {
        let is_about_name = |pattern: &HostPattern| match pattern {
            HostPattern::Expression(_) | HostPattern::NotExpression(_) => true,
            HostPattern::Name(_) | HostPattern::Unverified(_) => true,
            HostPattern::Address(_) | HostPattern::Exchangers(_) => false,
            HostPattern::Network(_) | HostPattern::NotNetwork(_) => false,
        };
        let ordered = self.ordered.rules().iter();
        self.begins_with_names()
            || ordered
                .filter_map(|rule| self.rules.get(*rule))
                .any(|rule| {
                    is_about_name(&rule.pattern) || rule.conditions().iter().any(is_about_name)
                })
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
        self.enter(Rule::new(None, pattern, action))
    }

    /// Adds a rule that counts only where all these conditions hold too, as behind `if` in cidr_table(5). It is asked in
    /// the order in which rules were added.
    ///
    /// # Errors
    ///
    /// As for [`rule`](Self::rule), and a condition is neither an expression nor a network.
    ///
    /// ```
    /// use mailward::client::ClientIp;
    /// use mailward::table::HostTable;
    ///
    /// let mut builder = HostTable::builder();
    /// builder.insert_if(&["192.0.2.0/24".parse()?], "!192.0.2.25".parse()?, "REJECT".parse()?)?;
    /// let table = builder.build();
    /// let found = |client| table.lookup(ClientIp::parse(client).unwrap(), &[]).is_some();
    /// assert!(found("192.0.2.1") && !found("192.0.2.25") && !found("203.0.113.9"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn insert_if(
        &mut self,
        conditions: &[HostPattern],
        pattern: HostPattern,
        action: Action,
    ) -> Result<(), InvalidRule> {
        let conditions = (!conditions.is_empty()).then(|| Arc::from(conditions));
        self.enter(Rule::new(conditions, pattern, action))
    }

    /// The table.
    #[must_use]
    pub fn build(mut self) -> HostTable {
        self.0.ordered.finish();
        self.0
    }

    /// The rules so far, in the order in which they were added.
    pub(super) fn rules(&self) -> &[Rule<HostPattern>] {
        &self.0.rules
    }

    /// The rules so far whose networks hold all of this one, the longest prefix first.
    pub(super) fn holding(&self, network: Network) -> impl Iterator<Item = usize> {
        let networks = self.0.networks.holding(network.first().into());
        let shorter = move |rule: &usize| {
            let other = self
                .0
                .rules
                .get(*rule)
                .and_then(|rule| rule.pattern.network());
            other.is_some_and(|other| other.prefix_len() < network.prefix_len())
        };
        networks.filter(shorter)
    }

    pub(super) fn enter(&mut self, rule: Rule<HostPattern>) -> Result<(), InvalidRule> {
        self.check(&rule)?;
        let table = &mut self.0;
        let number = table.rules.len();
        let entered = match &rule.pattern {
            _ if rule.conditions.is_some() => table.ordered.insert(&rule, number),
            HostPattern::Address(ip) => table.networks.insert(Network::from(*ip), number),
            HostPattern::Name(name) => table.names.insert_name(name, number),
            HostPattern::Network(network) => table.networks.insert(*network, number),
            HostPattern::Exchangers(_)
            | HostPattern::Expression(_)
            | HostPattern::NotExpression(_)
            | HostPattern::NotNetwork(_)
            | HostPattern::Unverified(_) => table.ordered.insert(&rule, number),
        };
        match entered {
            Ok(()) => table.rules.push(rule),
            Err(earlier) => return Err(InvalidRule::duplicate(&rule, earlier, &table.rules)),
        }
        Ok(())
    }

    /// Whether the rule can stand in the table at all.
    fn check(&mut self, rule: &Rule<HostPattern>) -> Result<(), InvalidRule> {
        let unverified = matches!(rule.pattern, HostPattern::Unverified(_));
        let unfit = rule.conditions().iter().find(|other| !other.is_condition());
        let fault = if let Some(unfit) = unfit {
            RuleFault::Condition(unfit.to_string())
        } else if unverified && rule.action.spares() {
            RuleFault::Unverified
        } else if !self.0.ordered.take_room(rule, HostPattern::expression) {
            RuleFault::Expressions
        } else {
            return Ok(());
        };
        Err(InvalidRule::new(rule, fault))
    }
}

/// As its file, a rule a line.
impl fmt::Display for HostTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_rules(&self.rules, HostPattern::expression, f)
    }
}

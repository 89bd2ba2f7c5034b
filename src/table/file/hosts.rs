//! Files of host tables.

use super::{
    Diagnostics, HostPattern, HostTable, HostTableBuilder, InvalidRule, Kinds, Network, Rule,
    Subdomains, Table, WrongPattern, read,
};
use crate::name::NamePattern;

impl HostTable {
    /// Reads a file of rules (`auth.mta`): pattern, blanks, action. A line that begins with `#` is a comment, one that
    /// begins with a blank continues the one before. Postfix's files for access(5), cidr_table(5) and regexp_table(5)
    /// are read as they are; see [`HostPattern`] and [`Action`](super::Action) for what may stand in a rule, and
    /// [`lookup`](Self::lookup) for which one decides.
    ///
    /// All errors and warnings go to `found`, with their places in `file`, which is its name. A table is given exactly
    /// when there was no error.
    ///
    /// ```
    /// use mailward::diagnostic::Diagnostics;
    /// use mailward::table::{HostTable, Subdomains};
    ///
    /// let mut found = Diagnostics::new();
    /// let text = b"# our partners\nmx:example.net OK\n10.0.0.0/8 REJCT\n";
    /// assert!(HostTable::read("auth.mta", text, Subdomains::Explicit, &mut found).is_none());
    /// assert_eq!(
    ///     found.to_string(),
    ///     "auth.mta:3:12: error: REJCT: not an action; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a \
    ///      text; did you mean REJECT?\n"
    /// );
    /// ```
    #[must_use]
    pub fn read(
        file: &str,
        text: &[u8],
        subdomains: Subdomains,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let mut builder = Self::builder().subdomains(subdomains);
        read(&mut builder, file, text, found).then(|| builder.build())
    }
}

impl Table for HostTableBuilder {
    type Pattern = HostPattern;

    fn pattern(text: &str) -> Result<HostPattern, WrongPattern> {
        HostPattern::parse(text).map_err(|error| {
            let kinds = error.is_unknown_kind().then_some(KINDS);
            WrongPattern::new(text, &error, error.unknown_flag(), kinds)
        })
    }

    fn is_condition(pattern: &HostPattern) -> bool {
        pattern.is_condition()
    }

    fn enter(&mut self, rule: Rule<HostPattern>) -> Result<(), InvalidRule> {
        self.enter(rule)
    }

    fn rules(&self) -> &[Rule<HostPattern>] {
        self.rules()
    }

    fn doubts(&self, rule: &Rule<HostPattern>, spelt: &str, lines: &[usize]) -> Option<String> {
        if let Some(network) = rule.pattern().network() {
            return rule
                .conditions()
                .is_empty()
                .then(|| self.wider(rule, network, spelt, lines))?;
        }
        match rule.pattern() {
            HostPattern::Expression(expression) if expression.is_numeric() => Some(format!(
                "{expression}: expressions are compared with verified names, never with addresses; for those write a network"
            )),
            HostPattern::Name(NamePattern::Exact(name)) if name.as_str() == "unknown" => {
                Some("unknown: that name alone; clients without a verified name are the business of verified-client".to_owned())
            }
            _ => None,
        }
    }
}

impl HostTableBuilder {
    /// What cidr_table(5) would have made of a wider network that stands before a rule.
    fn wider(
        &self,
        rule: &Rule<HostPattern>,
        network: Network,
        spelt: &str,
        lines: &[usize],
    ) -> Option<String> {
        let first = self.holding(network).min()?;
        let wider = self.rules().get(first)?;
        let line = lines.get(first)?;
        (wider.action() != rule.action()).then(|| {
            format!(
                "{spelt}: decides here, as the longer prefix; cidr_table(5) would take {}, which stands before it in line {line}",
                wider.pattern()
            )
        })
    }
}

const KINDS: Kinds = Kinds {
    expected: "an address, a network, a name, mx:NAME, unverified:NAME or /expression/",
    words: &["mx:", "unverified:"],
};

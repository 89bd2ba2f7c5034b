//! Tables: what an operator has to say about single hosts, senders and recipients.
//!
//! A table is a set of rules, each a pattern and an [`Action`], in the manner of Postfix's access(5) and of RFC 2505
//! sections 2.5 and 2.7. [`HostTable`] is asked about clients, [`MailboxTable`] about senders or recipients. Not the
//! first rule in the file decides but the most particular one; the order is written at each `lookup`. Tables do not
//! change once they are built, so a new one replaces the old one as a whole.
//!
//! A table's `OK` spares the client later checks. It is never a right to relay; see [`relay`](crate::relay).
//!
//! ```
//! use mailward::client::ClientIp;
//! use mailward::table::{Action, HostTable};
//!
//! let table = HostTable::builder()
//!     .rule("203.0.113.0/24".parse()?, "REJECT no mail from there".parse()?)?
//!     .rule("203.0.113.9".parse()?, Action::Accept)?
//!     .build();
//! let rule = table.lookup(ClientIp::parse("203.0.113.9")?, &[]).unwrap();
//! assert_eq!(rule.to_string(), "203.0.113.9 OK");
//! let rule = table.lookup(ClientIp::parse("203.0.113.10")?, &[]).unwrap();
//! assert_eq!(rule.to_string(), "203.0.113.0/24 REJECT no mail from there");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod exchangers;
mod expression;
mod facts;
mod file;
mod foreign;
mod host;
mod host_pattern;
mod index;
mod key;
mod mailbox;
mod mailbox_pattern;
mod networks;
mod ordered;
mod party;
mod rejection;
mod wildcard;

pub use action::{Action, InvalidAction};
pub use expression::{Expression, InvalidExpression};
pub use host::{HostTable, HostTableBuilder};
pub use host_pattern::{HostPattern, InvalidHostPattern};
pub use mailbox::{MailboxTable, MailboxTableBuilder};
pub use mailbox_pattern::{InvalidMailboxPattern, MailboxPattern};
pub use rejection::{Deferral, Rejection};
pub use wildcard::{InvalidWildcard, Wildcard};

pub(crate) use exchangers::is_exchanger;
pub(crate) use facts::{Found, HostFacts, Known, Question};

use std::collections::{HashMap, hash_map::Entry};
use std::fmt;
use std::hash::Hash;

use foldhash::fast::RandomState;
use std::sync::Arc;

use self::action::{ActionFault, Caution, EXPECTED, WORDS, action_text, is_code, split_word};
use self::expression::FLAGS;
use self::foreign::{foreign_action, substitution};
use self::{index::Index, key::Key, networks::Networks, ordered::Ordered, party::Party};
use crate::name::{Name, NamePattern};

/// One rule of a table. Printed, it is a line of a table file.
///
/// ```
/// use mailward::table::{Action, HostTable};
///
/// let table = HostTable::builder().rule("*.Friend.example".parse()?, Action::Accept)?.build();
/// let rule = table.rules().first().unwrap();
/// assert_eq!(rule.pattern().to_string(), "*.friend.example");
/// assert_eq!(rule.to_string(), "*.friend.example OK");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<P> {
    conditions: Conditions<P>,
    pattern: P,
    action: Action,
}

/// What must hold too: the `if` lines round a rule, the outermost first.
type Conditions<P> = Option<Arc<[P]>>;

impl<P> Rule<P> {
    fn new(conditions: Conditions<P>, pattern: P, action: Action) -> Self {
        Self {
            conditions,
            pattern,
            action,
        }
    }

    /// What must hold too: the patterns of the `if` lines round the rule, the outermost first.
    #[must_use]
    pub fn conditions(&self) -> &[P] {
        self.conditions.as_deref().unwrap_or_default()
    }

    /// What the rule is about.
    pub const fn pattern(&self) -> &P {
        &self.pattern
    }

    /// What is to be done.
    pub const fn action(&self) -> &Action {
        &self.action
    }
}

impl<P: fmt::Display> fmt::Display for Rule<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pattern, self.action)
    }
}

/// Whether a pattern for a name covers the names below it too.
///
/// ```
/// use mailward::table::{MailboxTable, Subdomains};
///
/// let table = MailboxTable::for_senders()
///     .subdomains(Subdomains::Implied)
///     .rule("spam.example".parse()?, "REJECT".parse()?)?
///     .build();
/// assert!(table.lookup(&"ann@news.spam.example".parse()?).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: it does or it does not")]
pub enum Subdomains {
    /// `example.org` is that name alone; `*.example.org` are the names below it.
    #[default]
    Explicit,
    /// `example.org` covers the names below it too, as Postfix has it unless `parent_domain_matches_subdomains` says
    /// otherwise. A rule for `*.example.org` beside it still decides about those.
    Implied,
}

/// The rule cannot stand in this table.
///
/// ```
/// use mailward::table::{Action, HostTable};
///
/// let builder = HostTable::builder().rule("192.0.2.1".parse()?, Action::Accept)?;
/// let error = builder.rule("192.0.2.1/32".parse()?, "REJECT".parse()?).unwrap_err();
/// assert_eq!(error.to_string(), "192.0.2.1/32 REJECT: there is a rule for this pattern already: 192.0.2.1 OK");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {fault}")]
pub struct InvalidRule {
    rule: String,
    fault: RuleFault,
}

impl InvalidRule {
    fn duplicate<P: fmt::Display>(rule: &Rule<P>, at: usize, rules: &[Rule<P>]) -> Self {
        let earlier = rules.get(at).map(Rule::to_string).unwrap_or_default();
        Self::new(rule, RuleFault::Duplicate { earlier, at })
    }

    fn new<P: fmt::Display>(rule: &Rule<P>, fault: RuleFault) -> Self {
        Self {
            rule: rule.to_string(),
            fault,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum RuleFault {
    #[error("only an expression or a network can be a condition: {0}")]
    Condition(String),
    #[error("there is a rule for this pattern already: {earlier}")]
    Duplicate { earlier: String, at: usize },
    #[error("the expressions of the table take more than {} octets when compiled", Ordered::<()>::MOST_COST)]
    Expressions,
    #[error("senders are compared with an expression in tables of hosts only")]
    HostsOnly,
    #[error("the null reverse-path must not be refused")]
    NullRefused,
    #[error("no recipient has the null path")]
    NullRecipient,
    #[error("the null reverse-path has a rule of its own only outside conditions")]
    NullUnderCondition,
    #[error("a name that is not confirmed can only be refused")]
    Unverified,
}

/// Adds a rule, unless there is one for the key, which is given back.
fn insert<K: Eq + Hash>(
    rules: &mut HashMap<K, usize, RandomState>,
    key: K,
    rule: usize,
) -> Result<(), usize> {
    match rules.entry(key) {
        Entry::Occupied(there) => Err(*there.get()),
        Entry::Vacant(place) => {
            place.insert(rule);
            Ok(())
        }
    }
}

/// Prints rules as the lines of a file, those with conditions between their `if` and `endif`. In the rule of an expression
/// a dollar sign stands twice, for one alone would be a substitution.
fn write_rules<P: fmt::Display>(
    rules: &[Rule<P>],
    expression: impl Fn(&P) -> Option<&Expression>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for rule in rules {
        for condition in rule.conditions() {
            writeln!(f, "if {condition}")?;
        }
        let line = match expression(&rule.pattern) {
            Some(_) if rule.action.expression().is_none() => {
                format!(
                    "{} {}",
                    rule.pattern,
                    rule.action.to_string().replace('$', "$$")
                )
            }
            _ => rule.to_string(),
        };
        match line.split_once(' ') {
            // A name, as its final dot says; without it the line would begin or end a block.
            Some((word @ ("if" | "endif"), action)) => writeln!(f, "{word}. {action}")?,
            _ => writeln!(f, "{line}")?,
        }
        for _ in rule.conditions() {
            writeln!(f, "endif")?;
        }
    }
    Ok(())
}

/// Whether a pattern of a table covers a name.
fn covers(pattern: &NamePattern, name: &Name, subdomains: Subdomains) -> bool {
    match (pattern, subdomains) {
        (NamePattern::Exact(own), Subdomains::Implied) => name.is_within(own),
        _ => pattern.matches(name),
    }
}

/// A text in lower case, each character by itself as tables compare them.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

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
mod host;
mod index;
mod key;
mod mailbox;
mod networks;
mod pattern;

pub use action::{Action, InvalidAction, Rejection};
pub use host::{HostTable, HostTableBuilder};
pub use mailbox::{MailboxTable, MailboxTableBuilder};
pub use pattern::{HostPattern, InvalidHostPattern, InvalidMailboxPattern, MailboxPattern};

use std::collections::{HashMap, hash_map::Entry};
use std::fmt;
use std::hash::Hash;

use self::{index::Index, key::Key, networks::Networks};

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
    pattern: P,
    action: Action,
}

impl<P> Rule<P> {
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
    fn duplicate<P: fmt::Display>(rule: &Rule<P>, earlier: Option<&Rule<P>>) -> Self {
        let earlier = earlier.map(Rule::to_string).unwrap_or_default();
        Self::new(rule, RuleFault::Duplicate(earlier))
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
    #[error("there is a rule for this pattern already: {0}")]
    Duplicate(String),
    #[error("the null reverse-path must not be refused")]
    NullRefused,
    #[error("no recipient has the null path")]
    NullRecipient,
}

/// Adds a rule, unless there is one for the key, which is given back.
fn insert<K: Eq + Hash>(rules: &mut HashMap<K, usize>, key: K, rule: usize) -> Result<(), usize> {
    match rules.entry(key) {
        Entry::Occupied(there) => Err(*there.get()),
        Entry::Vacant(place) => {
            place.insert(rule);
            Ok(())
        }
    }
}

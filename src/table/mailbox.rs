//! The table of senders (`auth.user`) or of recipients.

use std::fmt;
use std::sync::Arc;

use super::{
    Action, Index, InvalidRule, MailboxPattern, Ordered, Party, Rule, RuleFault, Subdomains,
    write_rules,
};
use crate::address::{Domain, LocalPart, Mailbox, Recipient, Sender};

/// Rules about mailboxes, by address, domain and local part: of senders, or of recipients.
///
/// Local parts are compared without regard to case, as RFC 2505 section 2.7 advises, and by their value: `"bob"` and
/// `bob` are the same.
///
/// ```
/// use mailward::address::Mailbox;
/// use mailward::table::MailboxTable;
///
/// let table = MailboxTable::for_senders()
///     .rule("spam.example".parse()?, "REJECT".parse()?)?
///     .rule("ann@spam.example".parse()?, "OK".parse()?)?
///     .build();
/// let ann: Mailbox = "Ann+news@spam.example".parse()?;
/// let bob: Mailbox = "bob@spam.example".parse()?;
/// assert_eq!(table.lookup(&ann).unwrap().to_string(), "ann@spam.example OK");
/// assert_eq!(table.lookup(&bob).unwrap().to_string(), "spam.example REJECT");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MailboxTable {
    rules: Vec<Rule<MailboxPattern>>,
    texts: Index,
    null: Option<usize>,
    ordered: Ordered<MailboxPattern>,
}

impl MailboxTable {
    /// Begins a table of senders, which may have a rule for the null reverse-path.
    #[must_use]
    pub fn for_senders() -> MailboxTableBuilder {
        MailboxTableBuilder {
            table: Self::default(),
            of: Of::Senders,
        }
    }

    /// Begins a table of recipients.
    #[must_use]
    pub fn for_recipients() -> MailboxTableBuilder {
        MailboxTableBuilder {
            table: Self::default(),
            of: Of::Recipients,
        }
    }

    /// The rule that decides about a mailbox: the first one found, but for [`Action::Log`], which decides nothing.
    ///
    /// Rules are found in this order, as in access(5):
    ///
    /// 1. for the full address;
    /// 2. for the address without the extension of its local part (`user` for `user+list`);
    /// 3. for the domain;
    /// 4. for the names below one above the domain, longest first;
    /// 5. for the local part in any domain, then for the local part without extension;
    /// 6. wildcards, expressions and whatever stands behind `if`, in the order in which they were added.
    ///
    /// Allocates nothing before the sixth.
    #[must_use]
    pub fn lookup(&self, mailbox: &Mailbox) -> Option<&Rule<MailboxPattern>> {
        deciding(self.matches(mailbox))
    }

    /// The rule that decides about the null reverse-path, `<>`; it never refuses.
    #[must_use]
    pub fn lookup_null(&self) -> Option<&Rule<MailboxPattern>> {
        deciding(self.at(self.null))
    }

    /// The rule that decides about a sender. About one without a domain only rules for a local part in any domain
    /// decide.
    #[must_use]
    pub fn lookup_sender(&self, sender: &Sender) -> Option<&Rule<MailboxPattern>> {
        deciding(self.matches_sender(sender))
    }

    /// The rule that decides about a recipient. About `Postmaster` without a domain only rules for `postmaster@`
    /// decide.
    #[must_use]
    pub fn lookup_recipient(&self, recipient: &Recipient) -> Option<&Rule<MailboxPattern>> {
        deciding(self.matches_recipient(recipient))
    }

    /// All rules about a mailbox, in the order of [`lookup`](Self::lookup): the `LOG` rules before the one that decides
    /// are those to be noted.
    pub fn matches(&self, mailbox: &Mailbox) -> impl Iterator<Item = &Rule<MailboxPattern>> {
        let (local, domain) = (mailbox.local(), mailbox.domain());
        let address = move |local: &str| self.texts.mailbox(local, domain);
        let full = address(local.as_str());
        let plain = local.without_extension().and_then(address);
        let domains = self.domain(domain);
        let found = [full, plain].into_iter().flatten().chain(domains);
        found
            .filter_map(|rule| self.rules.get(rule))
            .chain(self.anywhere(local))
            .chain(self.in_order(|| Some(Party::of_mailbox(mailbox))))
    }

    /// All rules about a sender, in the order of [`lookup_sender`](Self::lookup_sender).
    pub fn matches_sender(&self, sender: &Sender) -> impl Iterator<Item = &Rule<MailboxPattern>> {
        let null = if sender.is_null() { self.null } else { None };
        let mailbox = sender
            .mailbox()
            .into_iter()
            .flat_map(|mailbox| self.matches(mailbox));
        let local = match sender {
            Sender::Local(local) => Some(local),
            Sender::Mailbox(_) | Sender::Null => None,
        };
        let anywhere = local.into_iter().flat_map(|local| {
            let in_order = self.in_order(|| Party::of_sender(sender));
            self.anywhere(local).chain(in_order)
        });
        self.at(null).chain(mailbox).chain(anywhere)
    }

    /// All rules about a recipient, in the order of [`lookup_recipient`](Self::lookup_recipient).
    pub fn matches_recipient(
        &self,
        recipient: &Recipient,
    ) -> impl Iterator<Item = &Rule<MailboxPattern>> {
        let bare = match recipient {
            Recipient::Mailbox(_) => None,
            Recipient::Postmaster => self.texts.local("postmaster"),
        };
        let mailbox = recipient
            .mailbox()
            .into_iter()
            .flat_map(|mailbox| self.matches(mailbox));
        let in_order = matches!(recipient, Recipient::Postmaster)
            .then(|| self.in_order(|| Some(Party::of_recipient(recipient))));
        self.at(bare)
            .chain(mailbox)
            .chain(in_order.into_iter().flatten())
    }

    /// Whether any rule is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules in the order in which they were added.
    #[must_use]
    pub fn rules(&self) -> &[Rule<MailboxPattern>] {
        &self.rules
    }
}

impl MailboxTable {
    fn at(&self, rule: Option<usize>) -> impl Iterator<Item = &Rule<MailboxPattern>> {
        rule.into_iter().filter_map(|rule| self.rules.get(rule))
    }

    fn domain<'m>(&self, domain: &'m Domain) -> impl Iterator<Item = usize> + use<'_, 'm> {
        let (text, name) = match domain {
            Domain::Name(name) => (self.texts.name(name.as_str()), Some(name)),
            Domain::Literal(literal) => (self.texts.literal(literal), None),
        };
        text.into_iter().chain(
            name.into_iter()
                .flat_map(|name| self.texts.above(name.as_str())),
        )
    }

    /// The rules in file order, for somebody whose address is printed only if there are any.
    fn in_order<'m>(
        &self,
        party: impl FnOnce() -> Option<Party<'m>>,
    ) -> impl Iterator<Item = &Rule<MailboxPattern>> {
        let asked = match self.ordered.rules() {
            [] => None,
            rules => Some((rules, party)),
        };
        let found = asked
            .into_iter()
            .filter_map(|(rules, party)| Some((rules, party()?)));
        found.flat_map(|(rules, party)| {
            let subdomains = self.texts.subdomains();
            let rules = rules.iter().filter_map(|rule| self.rules.get(*rule));
            rules.filter(move |rule| party.meets(rule, subdomains))
        })
    }

    /// The rules for a local part in any domain.
    fn anywhere(&self, local: &LocalPart) -> impl Iterator<Item = &Rule<MailboxPattern>> + use<'_> {
        let rule = |local: &str| self.texts.local(local);
        let found = [
            rule(local.as_str()),
            local.without_extension().and_then(rule),
        ];
        found
            .into_iter()
            .flatten()
            .filter_map(|rule| self.rules.get(rule))
    }
}

/// Takes the rules of a [`MailboxTable`].
///
/// ```
/// use mailward::table::{MailboxPattern, MailboxTable};
///
/// let builder = MailboxTable::for_senders();
/// let error = builder.rule(MailboxPattern::Null, "REJECT".parse()?).unwrap_err();
/// assert_eq!(error.to_string(), "<> REJECT: the null reverse-path must not be refused");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct MailboxTableBuilder {
    table: MailboxTable,
    of: Of,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Recipients,
    Senders,
}

impl MailboxTableBuilder {
    /// Whether a pattern for a domain covers the names below it; [`Subdomains::Explicit`] unless told.
    #[must_use]
    pub fn subdomains(mut self, subdomains: Subdomains) -> Self {
        self.table.texts.set_subdomains(subdomains);
        self
    }

    /// Adds a rule.
    ///
    /// # Errors
    ///
    /// There is a rule for the pattern already, where local parts that differ in case alone are the same; or the rule
    /// refuses the null reverse-path, which carries the notices of undeliverable mail (RFC 2505 section 2.6a); or it is
    /// about the null path in a table of recipients.
    pub fn rule(mut self, pattern: MailboxPattern, action: Action) -> Result<Self, InvalidRule> {
        self.insert(pattern, action)?;
        Ok(self)
    }

    /// Adds a rule, for loops: after an error the builder is as it was before.
    ///
    /// # Errors
    ///
    /// As for [`rule`](Self::rule).
    pub fn insert(&mut self, pattern: MailboxPattern, action: Action) -> Result<(), InvalidRule> {
        self.enter(Rule::new(None, pattern, action))
    }

    /// Adds a rule that counts only where all these conditions hold too, as behind `if` in regexp_table(5). It is asked
    /// in the order in which rules were added.
    ///
    /// # Errors
    ///
    /// As for [`rule`](Self::rule), and a condition is no expression.
    ///
    /// ```
    /// use mailward::table::MailboxTable;
    ///
    /// let mut builder = MailboxTable::for_senders();
    /// builder.insert_if(&["/@spam\\.example$/".parse()?], "ann@".parse()?, "REJECT".parse()?)?;
    /// let table = builder.build();
    /// assert!(table.lookup(&"ann@spam.example".parse()?).is_some());
    /// assert!(table.lookup(&"ann@example.org".parse()?).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn insert_if(
        &mut self,
        conditions: &[MailboxPattern],
        pattern: MailboxPattern,
        action: Action,
    ) -> Result<(), InvalidRule> {
        let conditions = (!conditions.is_empty()).then(|| Arc::from(conditions));
        self.enter(Rule::new(conditions, pattern, action))
    }

    /// The table.
    #[must_use]
    pub fn build(mut self) -> MailboxTable {
        self.table.ordered.finish();
        self.table
    }

    /// The rules so far, in the order in which they were added.
    pub(super) fn rules(&self) -> &[Rule<MailboxPattern>] {
        &self.table.rules
    }

    pub(super) fn enter(&mut self, rule: Rule<MailboxPattern>) -> Result<(), InvalidRule> {
        self.check(&rule)?;
        let table = &mut self.table;
        let number = table.rules.len();
        let texts = &mut table.texts;
        let entered = match &rule.pattern {
            _ if rule.conditions.is_some() => table.ordered.insert(&rule, number),
            MailboxPattern::Address(mailbox) => {
                texts.insert_mailbox(mailbox.local().as_str(), mailbox.domain(), number)
            }
            MailboxPattern::Domain(name) => texts.insert_name(name, number),
            MailboxPattern::Literal(literal) => texts.insert_literal(literal, number),
            MailboxPattern::Local(local) => texts.insert_local(local.as_str(), number),
            MailboxPattern::Null => match table.null {
                Some(earlier) => Err(earlier),
                None => {
                    table.null = Some(number);
                    Ok(())
                }
            },
            MailboxPattern::Expression(_)
            | MailboxPattern::NotExpression(_)
            | MailboxPattern::Wildcard(_) => table.ordered.insert(&rule, number),
        };
        match entered {
            Ok(()) => table.rules.push(rule),
            Err(earlier) => return Err(InvalidRule::duplicate(&rule, earlier, &table.rules)),
        }
        Ok(())
    }

    /// Whether the rule can stand in the table at all.
    fn check(&mut self, rule: &Rule<MailboxPattern>) -> Result<(), InvalidRule> {
        let refuses = rule.action.is_refusal() || matches!(rule.action, Action::DeferIfPermit(_));
        let is_null = rule.pattern == MailboxPattern::Null;
        let unfit = rule.conditions().iter().find(|other| !other.is_condition());
        let fault = if let Some(unfit) = unfit {
            RuleFault::Condition(unfit.to_string())
        } else if is_null && self.of == Of::Recipients {
            RuleFault::NullRecipient
        } else if is_null && refuses {
            RuleFault::NullRefused
        } else if is_null && rule.conditions.is_some() {
            RuleFault::NullUnderCondition
        } else if rule.action.expression().is_some() {
            RuleFault::HostsOnly
        } else if !self
            .table
            .ordered
            .take_room(rule, MailboxPattern::expression)
        {
            RuleFault::Expressions
        } else {
            return Ok(());
        };
        Err(InvalidRule::new(rule, fault))
    }
}

/// As its file, a rule a line.
impl fmt::Display for MailboxTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_rules(&self.rules, MailboxPattern::expression, f)
    }
}

fn deciding<'t>(
    mut found: impl Iterator<Item = &'t Rule<MailboxPattern>>,
) -> Option<&'t Rule<MailboxPattern>> {
    found.find(|rule| rule.action.is_decisive())
}

//! A sender or a recipient, as the rules in file order look at it.

use super::{MailboxPattern, Rule, Subdomains, covers, folded};
use crate::address::{Domain, LocalPart, Mailbox, Recipient, Sender};

/// Its parts, and how it is printed.
#[derive(Debug)]
pub(super) struct Party<'m> {
    local: Option<&'m LocalPart>,
    domain: Option<&'m Domain>,
    printed: String,
    folded: String,
}

impl<'m> Party<'m> {
    pub(super) fn of_mailbox(mailbox: &'m Mailbox) -> Self {
        let (local, domain) = (mailbox.local(), mailbox.domain());
        Self::new(Some(local), Some(domain), mailbox.to_string())
    }

    /// `None` for the null reverse-path, which has only a rule of its own.
    pub(super) fn of_sender(sender: &'m Sender) -> Option<Self> {
        (!sender.is_null()).then(|| Self::new(sender.local(), sender.domain(), sender.to_string()))
    }

    pub(super) fn of_recipient(recipient: &'m Recipient) -> Self {
        match recipient {
            Recipient::Mailbox(mailbox) => Self::of_mailbox(mailbox),
            Recipient::Postmaster => Self::new(None, None, recipient.to_string()),
        }
    }

    fn new(local: Option<&'m LocalPart>, domain: Option<&'m Domain>, printed: String) -> Self {
        Self {
            local,
            domain,
            folded: folded(&printed),
            printed,
        }
    }

    /// Whether a rule is about it.
    pub(super) fn meets(&self, rule: &Rule<MailboxPattern>, subdomains: Subdomains) -> bool {
        let mut patterns = rule.conditions().iter().chain([&rule.pattern]);
        patterns.all(|pattern| self.is_meant(pattern, subdomains))
    }

    fn is_meant(&self, pattern: &MailboxPattern, subdomains: Subdomains) -> bool {
        match pattern {
            MailboxPattern::Address(mailbox) => {
                self.domain == Some(mailbox.domain()) && self.is_called(mailbox.local())
            }
            MailboxPattern::Domain(pattern) => self
                .domain
                .and_then(Domain::name)
                .is_some_and(|name| covers(pattern, name, subdomains)),
            MailboxPattern::Expression(expression) => expression.is_match(&self.printed),
            MailboxPattern::Literal(literal) => {
                self.domain.and_then(Domain::literal) == Some(literal)
            }
            MailboxPattern::Local(local) => self.is_called(local),
            MailboxPattern::NotExpression(expression) => !expression.is_match(&self.printed),
            MailboxPattern::Null => false,
            MailboxPattern::Wildcard(wildcard) => wildcard.matches(&self.folded),
        }
    }

    /// Whether its local part is this one, with or without an extension.
    fn is_called(&self, wanted: &LocalPart) -> bool {
        let wanted = folded(wanted.as_str());
        match self.local {
            Some(local) => {
                folded(local.as_str()) == wanted
                    || local
                        .without_extension()
                        .is_some_and(|plain| folded(plain) == wanted)
            }
            None => self.folded == wanted,
        }
    }
}

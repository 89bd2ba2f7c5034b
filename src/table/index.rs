//! Rules by text: names, names below them, mailboxes, local parts.

use std::collections::HashMap;

use foldhash::fast::RandomState; // fast suffices: the keys are the operator's, a peer only asks

use super::{Key, Subdomains, insert};
use crate::address::{Domain, Literal};
use crate::name::NamePattern;

/// Which rule stands for a text. Each kind stands apart, so that nothing is made or hashed for a kind that no rule has.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Names, and address literals in their brackets.
    domains: Texts,
    /// Names that stand for what is below them.
    below: Texts,
    mailboxes: Texts,
    /// Local parts that stand for themselves anywhere.
    locals: Texts,
    subdomains: Subdomains,
}

type Texts = HashMap<Box<str>, usize, RandomState>;

impl Index {
    pub(super) fn set_subdomains(&mut self, subdomains: Subdomains) {
        self.subdomains = subdomains;
    }

    pub(super) const fn subdomains(&self) -> Subdomains {
        self.subdomains
    }

    /// Adds a rule, unless there is one for the pattern, which is given back; as those below do.
    pub(super) fn insert_name(&mut self, pattern: &NamePattern, rule: usize) -> Result<(), usize> {
        match pattern {
            NamePattern::Below(name) => insert(&mut self.below, name.as_str().into(), rule),
            NamePattern::Exact(name) => insert(&mut self.domains, name.as_str().into(), rule),
        }
    }

    pub(super) fn insert_literal(&mut self, literal: &Literal, rule: usize) -> Result<(), usize> {
        insert(&mut self.domains, literal.to_string().into(), rule)
    }

    pub(super) fn insert_mailbox(
        &mut self,
        local: &str,
        domain: &Domain,
        rule: usize,
    ) -> Result<(), usize> {
        let key = Key::of_address(local, domain);
        insert(&mut self.mailboxes, key.as_str().into(), rule)
    }

    pub(super) fn insert_local(&mut self, local: &str, rule: usize) -> Result<(), usize> {
        insert(&mut self.locals, Key::of_local(local).as_str().into(), rule)
    }

    pub(super) fn has_names(&self) -> bool {
        !(self.domains.is_empty() && self.below.is_empty())
    }

    pub(super) fn name(&self, name: &str) -> Option<usize> {
        self.domains.get(name).copied()
    }

    pub(super) fn literal(&self, literal: &Literal) -> Option<usize> {
        if self.domains.is_empty() {
            return None;
        }
        self.domains.get(Key::of_literal(literal).as_str()).copied()
    }

    pub(super) fn mailbox(&self, local: &str, domain: &Domain) -> Option<usize> {
        if self.mailboxes.is_empty() {
            return None;
        }
        let key = Key::of_address(local, domain);
        self.mailboxes.get(key.as_str()).copied()
    }

    pub(super) fn local(&self, local: &str) -> Option<usize> {
        if self.locals.is_empty() {
            return None;
        }
        self.locals.get(Key::of_local(local).as_str()).copied()
    }

    /// The rules for what lies below a name above this one, longest first.
    pub(super) fn above<'n>(&self, name: &'n str) -> impl Iterator<Item = usize> + use<'_, 'n> {
        let implied = match self.subdomains {
            Subdomains::Explicit => None,
            Subdomains::Implied => Some(&self.domains),
        };
        let texts = [Some(&self.below), implied];
        let asked = texts.iter().flatten().any(|texts| !texts.is_empty());
        let rest = asked.then_some(name);
        std::iter::successors(rest.and_then(parent), |name| parent(name))
            .flat_map(move |name| texts.map(|texts| texts?.get(name).copied()))
            .flatten()
    }
}

/// The name above this one.
fn parent(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, above)| above)
}

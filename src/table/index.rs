//! Rules by text: names, names below them, addresses.

use std::collections::HashMap;

use super::{Subdomains, insert};
use crate::name::NamePattern;

/// Which rule stands for a text. A name stands for itself, a name behind a dot for the names below it, as in access(5);
/// a mailbox for itself, and a local part before an `@` for itself anywhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    rules: HashMap<Box<str>, usize>,
    subdomains: Subdomains,
}

impl Index {
    pub(super) fn set_subdomains(&mut self, subdomains: Subdomains) {
        self.subdomains = subdomains;
    }

    pub(super) const fn subdomains(&self) -> Subdomains {
        self.subdomains
    }

    /// Adds a rule, unless there is one for the text, which is given back.
    pub(super) fn insert(&mut self, text: impl Into<Box<str>>, rule: usize) -> Result<(), usize> {
        insert(&mut self.rules, text.into(), rule)
    }

    pub(super) fn insert_name(&mut self, pattern: &NamePattern, rule: usize) -> Result<(), usize> {
        match pattern {
            NamePattern::Below(name) => self.insert(format!(".{name}"), rule),
            NamePattern::Exact(name) => self.insert(name.as_str(), rule),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(super) fn exact(&self, text: &str) -> Option<usize> {
        self.rules.get(text).copied()
    }

    /// The rules for what lies below a name above this one, longest first.
    pub(super) fn above<'n>(&self, name: &'n str) -> impl Iterator<Item = usize> + use<'_, 'n> {
        let suffixes = name
            .match_indices('.')
            .filter_map(|(at, _)| name.split_at_checked(at));
        suffixes.flat_map(|(_, dotted)| {
            let implied = match self.subdomains {
                Subdomains::Explicit => None,
                Subdomains::Implied => dotted.strip_prefix('.').and_then(|name| self.exact(name)),
            };
            [self.exact(dotted), implied].into_iter().flatten()
        })
    }
}

//! The rules that stand in the order of their file, for no index can find them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::{Conditions, Expression, Rule};

/// Which rules are asked one after the other, and what each of them may not repeat.
#[derive(Clone, Debug)]
pub(super) struct Ordered<P> {
    rules: Vec<usize>,
    decided: HashMap<(Conditions<P>, P), usize>,
    last: Conditions<P>,
    cost: usize,
}

impl<P> Default for Ordered<P> {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            decided: HashMap::new(),
            last: None,
            cost: 0,
        }
    }
}

impl<P> Ordered<P> {
    /// How many octets all expressions of a table may have when they are compiled.
    pub(super) const MOST_COST: usize = 256 << 20;

    /// The numbers of the rules, in order.
    pub(super) fn rules(&self) -> &[usize] {
        &self.rules
    }
}

impl<P: Clone + Eq + Hash> Ordered<P> {
    /// Adds a rule, unless one has decided for all that it is about; that one is given back.
    pub(super) fn insert(&mut self, rule: &Rule<P>, number: usize) -> Result<(), usize> {
        let key = (rule.conditions.clone(), rule.pattern.clone());
        if let Some(earlier) = self.decided.get(&key) {
            return Err(*earlier);
        }
        if rule.action.is_decisive() {
            self.decided.insert(key, number);
        }
        self.rules.push(number);
        Ok(())
    }

    /// Whether there is room for the expressions of a rule; if so, it is taken.
    pub(super) fn take_room<'p>(
        &mut self,
        rule: &'p Rule<P>,
        expression: impl Fn(&'p P) -> Option<&'p Expression>,
    ) -> bool {
        let own = [expression(&rule.pattern), rule.action.expression()];
        let new = match (&self.last, &rule.conditions) {
            (Some(last), Some(own)) if Arc::ptr_eq(last, own) => &[],
            _ => rule.conditions(),
        };
        let expressions = own
            .into_iter()
            .flatten()
            .chain(new.iter().filter_map(expression));
        let costs = expressions.map(Expression::cost);
        let cost = costs.fold(self.cost, usize::saturating_add);
        if cost > Self::MOST_COST {
            return false;
        }
        self.cost = cost;
        self.last.clone_from(&rule.conditions);
        true
    }

    /// Drops what only the adding of rules needs.
    pub(super) fn finish(&mut self) {
        self.decided = HashMap::new();
        self.last = None;
    }
}

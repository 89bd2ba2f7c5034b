//! From lines to rules, and from their faults to what an operator is told.

use std::sync::Arc;

use super::{
    Action, ActionFault, Caution, Conditions, EXPECTED, Expression, File, InvalidRule, Line, Rule,
    RuleFault, Table, WORDS, substitution,
};
use crate::diagnostic::{Diagnostic, shown};
use crate::reply::Class;

/// Reads all rules, and goes on after errors until nobody would be told of another.
pub(super) fn read<T: Table>(table: &mut T, lines: &[Line], file: &mut File<'_>) {
    let mut reader = Reader {
        table,
        blocks: Vec::new(),
        broken: 0,
        numbers: Vec::new(),
    };
    for line in lines {
        if file.failed && file.found.is_full() {
            return;
        }
        reader.line(line, file);
    }
    for block in reader.blocks {
        let place = file.at(block.line, 1);
        file.push(Diagnostic::error(place, "if without its endif"));
    }
}

struct Reader<'t, T: Table> {
    table: &'t mut T,
    blocks: Vec<Block<T::Pattern>>,
    /// How many blocks are open beyond those that may be.
    broken: usize,
    /// The line of each rule.
    numbers: Vec<usize>,
}

/// An `if` that is open: its line, and all conditions down to it.
struct Block<P> {
    line: usize,
    conditions: Conditions<P>,
}

impl<T: Table> Reader<'_, T> {
    fn line(&mut self, line: &Line, file: &mut File<'_>) {
        let end = pattern_end(&line.text);
        let (pattern, rest) = line.text.split_at_checked(end).unwrap_or((&line.text, ""));
        let start = line.text.len().saturating_sub(rest.trim_start().len());
        if pattern.eq_ignore_ascii_case("if") {
            return self.begin(line, start, file);
        }
        if pattern.eq_ignore_ascii_case("endif") {
            return self.end(line, start, file);
        }
        let read = match T::pattern(pattern) {
            Ok(pattern) => Some(pattern),
            Err(wrong) => {
                file.push(wrong.told(file.within(line, 0)));
                None
            }
        };
        let by_expression = pattern.trim_start_matches('!').starts_with('/');
        let action = action(line, start, by_expression, file);
        if let (Some(read), Some(action)) = (read, action) {
            let conditions = self
                .blocks
                .last()
                .and_then(|block| block.conditions.clone());
            self.enter(
                Rule::new(conditions, read, action),
                pattern,
                line,
                start,
                file,
            );
        }
    }

    fn begin(&mut self, line: &Line, start: usize, file: &mut File<'_>) {
        let text = line.text.get(start..).unwrap_or_default();
        let place = file.within(line, start);
        let outer = self
            .blocks
            .last()
            .and_then(|block| block.conditions.clone());
        let deep = self.blocks.len() >= MOST_NESTED;
        let condition = match T::pattern(text) {
            _ if text.is_empty() => {
                Err(Diagnostic::error(place, "if without a condition").expected(CONDITION))
            }
            _ if deep => {
                let what = format!("blocks stand more than {MOST_NESTED} deep in each other");
                Err(Diagnostic::error(place, what))
            }
            Ok(condition) if T::is_condition(&condition) => Ok(condition),
            Ok(_) => {
                let what = format!("{}: no condition", shown(text));
                Err(Diagnostic::error(place, what).expected(CONDITION))
            }
            Err(wrong) => Err(wrong.told(place)),
        };
        let conditions = match condition {
            Ok(condition) => {
                let outer = outer.iter().flat_map(|outer| outer.iter().cloned());
                Some(outer.chain([condition]).collect::<Arc<[_]>>())
            }
            Err(diagnostic) => {
                file.push(diagnostic);
                outer
            }
        };
        match deep {
            true => self.broken = self.broken.saturating_add(1),
            false => self.blocks.push(Block {
                line: line.number(),
                conditions,
            }),
        }
    }

    fn end(&mut self, line: &Line, start: usize, file: &mut File<'_>) {
        if start < line.text.len() {
            let place = file.within(line, start);
            file.push(Diagnostic::error(place, "nothing stands behind endif"));
        }
        if self.broken > 0 {
            self.broken = self.broken.saturating_sub(1);
        } else if self.blocks.pop().is_none() {
            let place = file.within(line, 0);
            file.push(Diagnostic::error(place, "endif without its if"));
        }
    }

    fn enter(
        &mut self,
        rule: Rule<T::Pattern>,
        spelt: &str,
        line: &Line,
        start: usize,
        file: &mut File<'_>,
    ) {
        let doubts = self.table.doubts(&rule, spelt, &self.numbers);
        let action = rule.action().clone();
        match self.table.enter(rule) {
            Ok(()) => {
                self.numbers.push(line.number());
                if let Some(doubts) = doubts {
                    file.push(Diagnostic::warning(file.within(line, 0), doubts));
                }
            }
            Err(error) => {
                let told = self.fault(&error, &action, spelt, line, start, file);
                file.push(told);
            }
        }
    }

    fn fault(
        &self,
        error: &InvalidRule,
        action: &Action,
        spelt: &str,
        line: &Line,
        start: usize,
        file: &File<'_>,
    ) -> Diagnostic {
        let RuleFault::Duplicate { at, .. } = &error.fault else {
            return Diagnostic::error(file.within(line, start), error.to_string());
        };
        let number = self.numbers.get(*at).copied().unwrap_or_default();
        let earlier = self.table.rules().get(*at);
        let place = file.within(line, 0);
        let pattern = shown(spelt);
        match earlier {
            Some(earlier) if earlier.action() == action => {
                let what = format!("{pattern}: line {number} says the same");
                Diagnostic::warning(place, what)
            }
            earlier => {
                let earlier = earlier
                    .map(|rule| shown(&rule.to_string()))
                    .unwrap_or_default();
                let what = format!(
                    "{pattern}: there is a rule for this pattern in line {number} already: {earlier}"
                );
                Diagnostic::error(place, what)
            }
        }
    }
}

/// Reads the action that begins at an octet of the line, and says what is wrong or doubtful about it.
fn action(line: &Line, start: usize, by_expression: bool, file: &mut File<'_>) -> Option<Action> {
    let text = line.text.get(start..).unwrap_or_default();
    let substituted = by_expression.then(|| substitution(text)).flatten();
    if let Some(at) = substituted {
        let place = file.within(line, start.saturating_add(at));
        file.push(
            Diagnostic::error(place, SUBSTITUTION).expected("a text that is always the same"),
        );
        return None;
    }
    // A text has no tab in it; here one is as good as a blank, above all where it begins a line that continues another.
    let blank = text.replace('\t', " ");
    let plain = match by_expression {
        true => blank.replace("$$", "$"),
        false => blank,
    };
    let (word, rest) = plain.split_once(' ').unwrap_or((&plain, ""));
    match Action::read(&plain) {
        Ok((action, caution)) => {
            if let Some(caution) = caution {
                let told = told(caution, word, rest.trim_start());
                file.push(Diagnostic::warning(file.within(line, start), told));
            }
            Some(action)
        }
        Err(fault) => {
            let told = wrong(&fault, text, word, line, start, file);
            file.push(told);
            None
        }
    }
}

fn told(caution: Caution, word: &str, rest: &str) -> String {
    match caution {
        Caution::Class(class) => {
            let class = match class {
                Class::Transient => "4: it refuses for now",
                _ => "5: it refuses for good",
            };
            let code = rest.split([' ', '\t']).next().unwrap_or_default();
            format!("{word} {}: the class is taken as {class}", shown(code))
        }
        Caution::Ignored => format!("{word}: the text behind it is never spoken"),
        Caution::Number => {
            format!("{word}: a number alone means OK; to refuse, a text stands behind it")
        }
    }
}

fn wrong(
    fault: &ActionFault,
    text: &str,
    word: &str,
    line: &Line,
    start: usize,
    file: &File<'_>,
) -> Diagnostic {
    let place = file.within(line, start);
    match fault {
        ActionFault::Empty => {
            let what = format!("{}: an action is missing", shown(line.text.trim_end()));
            Diagnostic::error(place, what).expected(EXPECTED)
        }
        ActionFault::Unknown => {
            let what = format!("{}: not an action", shown(word));
            let told = Diagnostic::error(place, what).expected(EXPECTED);
            told.or_meant(word, WORDS)
        }
        ActionFault::Foreign(_) => Diagnostic::error(place, format!("{}: {fault}", shown(word))),
        ActionFault::Expression(error) => {
            let at = text.find('/').unwrap_or_default();
            let place = file.within(line, start.saturating_add(at));
            Diagnostic::error(place, error.to_string())
        }
        ActionFault::Text(error) => {
            let at = text.char_indices().find(|(_, found)| !found.is_ascii());
            let at = at.map_or(0, |(at, _)| at);
            let place = file.within(line, start.saturating_add(at));
            Diagnostic::error(place, error.to_string())
        }
        _ => Diagnostic::error(place, format!("{}: {fault}", shown(text))),
    }
}

/// Where the pattern ends that a line begins with.
fn pattern_end(text: &str) -> usize {
    let bare = text.strip_prefix('!').unwrap_or(text);
    let before = text.len().saturating_sub(bare.len());
    let end = match bare.as_bytes().first() {
        Some(b'/') => Expression::first_of(bare).len(),
        Some(b'"') => {
            let quoted = quoted_end(bare);
            let rest = bare.get(quoted..).unwrap_or_default();
            quoted.saturating_add(word_end(rest))
        }
        _ => word_end(bare),
    };
    before.saturating_add(end)
}

/// Where the quotes close that a text begins with; its end, if they do not.
fn quoted_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, octet) in text.bytes().enumerate().skip(1) {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}

fn word_end(text: &str) -> usize {
    text.find([' ', '\t']).unwrap_or(text.len())
}

const CONDITION: &str = "an expression between slashes, or in a table of hosts a network";

const SUBSTITUTION: &str =
    "a substitution of what the expression matched, which the texts of a policy do not have";

/// How deep `if` lines may stand in each other.
const MOST_NESTED: usize = 32;

//! Table files: one rule a line, in the manner of access(5), cidr_table(5) and regexp_table(5).

mod hosts;
mod lines;
mod mailboxes;
mod rule;

use std::fmt;

use self::lines::{Line, lines};
use super::{
    Action, ActionFault, Caution, Conditions, EXPECTED, Expression, FLAGS, HostPattern, HostTable,
    HostTableBuilder, InvalidRule, MailboxPattern, MailboxTable, MailboxTableBuilder, Rule,
    RuleFault, Subdomains, WORDS, substitution,
};
use crate::client::Network;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};

/// The file that is read, and what is found in it.
struct File<'f> {
    start: Place,
    found: &'f mut Diagnostics,
    failed: bool,
}

impl File<'_> {
    fn at(&self, line: usize, column: usize) -> Place {
        self.start.at(line, column)
    }

    /// The place of an octet of a rule's text.
    fn within(&self, line: &Line, octet: usize) -> Place {
        let (number, column) = line.place(octet);
        self.at(number, column)
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.failed |= diagnostic.severity() == Severity::Error;
        self.found.push(diagnostic);
    }
}

/// A kind of table, as far as its file is concerned.
trait Table {
    type Pattern: Clone + fmt::Display;

    /// Reads a pattern; what is wrong with it, and what may have been meant.
    fn pattern(text: &str) -> Result<Self::Pattern, WrongPattern>;

    fn is_condition(pattern: &Self::Pattern) -> bool;

    fn enter(&mut self, rule: Rule<Self::Pattern>) -> Result<(), InvalidRule>;

    fn rules(&self) -> &[Rule<Self::Pattern>];

    /// What its author may not have meant, said of a rule that is about to be added.
    fn doubts(&self, rule: &Rule<Self::Pattern>, spelt: &str, lines: &[usize]) -> Option<String>;
}

/// Why a text is no pattern.
struct WrongPattern {
    what: String,
    expected: Option<&'static str>,
    found: String,
    known: Vec<String>,
}

impl WrongPattern {
    fn new(
        text: &str,
        error: &impl fmt::Display,
        flag: Option<char>,
        kinds: Option<Kinds>,
    ) -> Self {
        let plain = Self {
            what: error.to_string(),
            expected: None,
            found: String::new(),
            known: Vec::new(),
        };
        match (flag, kinds) {
            (Some(flag), _) => Self {
                expected: Some("the flags i, m, s, x, A, E, U or X"),
                found: flag.to_string(),
                known: FLAGS.iter().map(char::to_string).collect(),
                ..plain
            },
            (None, Some(kinds)) => Self {
                expected: Some(kinds.expected),
                found: text.split_inclusive(':').next().unwrap_or(text).to_owned(),
                known: kinds.words.iter().map(|word| (*word).to_owned()).collect(),
                ..plain
            },
            (None, None) => plain,
        }
    }

    fn told(self, place: Place) -> Diagnostic {
        let told = Diagnostic::error(place, self.what);
        let told = match self.expected {
            Some(expected) => told.expected(expected),
            None => told,
        };
        told.or_meant(&self.found, self.known.iter().map(String::as_str))
    }
}

/// The patterns of a table, for messages.
struct Kinds {
    expected: &'static str,
    words: &'static [&'static str],
}

/// Reads a file into a table. False where it holds an error.
fn read<T: Table>(table: &mut T, name: &str, text: &[u8], found: &mut Diagnostics) -> bool {
    let mut file = File {
        start: Place::new(name, 1, 1),
        found,
        failed: false,
    };
    let lines = lines(text, &mut file);
    if lines.is_empty() && !file.failed {
        file.push(Diagnostic::warning(file.at(1, 1), "the file holds no rule"));
    }
    rule::read(table, &lines, &mut file);
    !file.failed
}

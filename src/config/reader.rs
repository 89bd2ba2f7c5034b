//! A typed reader over the tree of a TOML text: it reads on after a fault and keeps the place of each value.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Lines, Places, Word};
use crate::diagnostic::{Diagnostic, Diagnostics, shown};

/// One thing that is wrong, at an octet of the text.
pub(super) struct Fault {
    at: usize,
    what: String,
    expected: Option<String>,
    meant: Option<(String, Vec<&'static str>)>,
}

impl Fault {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
            expected: None,
            meant: None,
        }
    }

    pub(super) fn expected(self, expected: impl Into<String>) -> Self {
        Self {
            expected: Some(expected.into()),
            ..self
        }
    }

    fn or_meant(self, word: &str, known: &[&'static str]) -> Self {
        Self {
            meant: Some((word.to_owned(), known.to_vec())),
            ..self
        }
    }

    fn diagnostic(self, lines: &Lines) -> Diagnostic {
        let error = Diagnostic::error(lines.place(self.at), self.what);
        let error = match self.expected {
            Some(expected) => error.expected(expected),
            None => error,
        };
        match self.meant {
            Some((word, known)) => error.or_meant(&word, known),
            None => error,
        }
    }
}

/// What was read so far: the faults, and the place of each value.
#[derive(Default)]
pub(super) struct Reader {
    faults: Vec<Fault>,
    pub(super) offsets: BTreeMap<String, usize>,
}

/// One value: where its key leads, what it is called in errors, and what stands there.
pub(super) struct Value<'t> {
    pub(super) path: String,
    pub(super) called: String,
    node: &'t Spanned<DeValue<'t>>,
}

impl Value<'_> {
    pub(super) fn at(&self) -> usize {
        self.node.span().start
    }

    pub(super) fn is_empty_list(&self) -> bool {
        let list = self.node.get_ref().as_array();
        list.is_some_and(|list| list.is_empty())
    }

    pub(super) fn is_list(&self) -> bool {
        self.node.get_ref().is_array()
    }
}

/// A table whose keys are taken one by one; what nobody took is unknown.
pub(super) struct Section<'t> {
    path: String,
    at: usize,
    table: &'t DeTable<'t>,
    known: Vec<&'static str>,
}

impl<'t> Section<'t> {
    pub(super) const fn top(table: &'t DeTable<'t>) -> Self {
        Self {
            path: String::new(),
            at: 0,
            table,
            known: Vec::new(),
        }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The value of a key, which is known from now on.
    pub(super) fn take(&mut self, key: &'static str, reader: &mut Reader) -> Option<Value<'t>> {
        self.known.push(key);
        let node = self.table.get(key)?;
        let path = match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        let value = Value {
            path,
            called: key.to_owned(),
            node,
        };
        reader.offsets.insert(value.path.clone(), value.at());
        Some(value)
    }

    /// The value of a key that has no meaning here.
    pub(super) fn forbid(&mut self, key: &'static str, why: &str, reader: &mut Reader) {
        if let Some((found, _)) = self.table.get_key_value(key) {
            self.known.push(key);
            reader.fault(Fault::new(found.span().start, format!("{key} {why}")));
        }
    }

    /// Tells of each key that nobody took.
    pub(super) fn close(self, reader: &mut Reader) {
        for (key, _) in self.table.iter() {
            let word: &str = key.get_ref();
            if self.known.contains(&word) {
                continue;
            }
            let what = format!("unknown key {}", shown(word));
            let fault = Fault::new(key.span().start, what)
                .expected(one_of(&self.known))
                .or_meant(word, &self.known);
            reader.fault(fault);
        }
    }
}

impl Reader {
    pub(super) fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub(super) const fn is_faultless(&self) -> bool {
        self.faults.is_empty()
    }

    /// The faults, in the order of the file; and where each value stands.
    pub(super) fn finish(mut self, lines: Lines, found: &mut Diagnostics) -> Places {
        self.faults.sort_by_key(|fault| fault.at);
        let first = self.faults.into_iter().take(Diagnostics::MOST);
        found.extend(first.map(|fault| fault.diagnostic(&lines)));
        Places::new(lines, self.offsets)
    }

    fn wrong_type(&mut self, value: &Value<'_>, expected: &str) {
        let found = value.node.get_ref().type_str();
        let article = match found {
            "integer" | "array" => "an",
            _ => "a",
        };
        let what = format!("{} is {article} {found}", value.called);
        self.fault(Fault::new(value.at(), what).expected(expected));
    }

    pub(super) fn string<'t>(&mut self, value: &Value<'t>, expected: &str) -> Option<&'t str> {
        let text = value.node.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, expected);
        }
        text
    }

    pub(super) fn boolean(&mut self, value: &Value<'_>) -> Option<bool> {
        let truth = value.node.get_ref().as_bool();
        if truth.is_none() {
            self.wrong_type(value, "true or false");
        }
        truth
    }

    /// A number from `least` on.
    pub(super) fn number(&mut self, value: &Value<'_>, least: u32, expected: &str) -> Option<u32> {
        let Some(number) = value.node.get_ref().as_integer() else {
            self.wrong_type(value, expected);
            return None;
        };
        let read = u32::from_str_radix(number.as_str(), number.radix());
        let read = read.ok().filter(|read| *read >= least);
        if read.is_none() {
            let found = shown(number.as_str());
            let what = format!("{} is {}{found}", value.called, prefix(number.radix()));
            self.fault(Fault::new(value.at(), what).expected(expected));
        }
        read
    }

    /// A string that its type can read.
    pub(super) fn parsed<T, E: fmt::Display>(
        &mut self,
        value: &Value<'_>,
        expected: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.string(value, expected)?;
        match parse(text) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                self.fault(Fault::new(value.at(), error.to_string()).expected(expected));
                None
            }
        }
    }

    /// One of a list of words.
    pub(super) fn word<T: Word>(&mut self, value: &Value<'_>) -> Option<T> {
        let known: Vec<_> = T::WORDS.iter().map(|(word, _)| *word).collect();
        let text = self.string(value, &one_of(&known))?;
        let meaning = T::WORDS.iter().find(|(word, _)| *word == text);
        if meaning.is_none() {
            self.unknown_word(value, text, &known, one_of(&known));
        }
        meaning.map(|(_, meaning)| *meaning)
    }

    pub(super) fn unknown_word(
        &mut self,
        value: &Value<'_>,
        word: &str,
        known: &[&'static str],
        expected: String,
    ) {
        let word_shown = shown(word);
        let what = match value.called.strip_prefix(A_MEMBER_OF) {
            Some(list) => format!("unknown word {word_shown} in {list}"),
            None => format!("unknown {} {word_shown}", value.called),
        };
        let fault = Fault::new(value.at(), what).expected(expected);
        self.fault(fault.or_meant(word, known));
    }

    /// A span of time that is not zero.
    pub(super) fn duration(&mut self, value: &Value<'_>) -> Option<Duration> {
        let text = self.string(value, A_DURATION)?;
        let read = duration(text).filter(|read| !read.is_zero());
        if read.is_none() {
            let what = format!("{} is {}", value.called, shown(text));
            self.fault(Fault::new(value.at(), what).expected(A_DURATION));
        }
        read
    }

    /// The members of a list.
    pub(super) fn list<'t>(&mut self, value: &Value<'t>, expected: &str) -> Option<Vec<Value<'t>>> {
        let Some(array) = value.node.get_ref().as_array() else {
            self.wrong_type(value, expected);
            return None;
        };
        let members = array.iter().enumerate().map(|(at, node)| Value {
            path: format!("{}[{at}]", value.path),
            called: format!("{A_MEMBER_OF}{}", value.called),
            node,
        });
        let members: Vec<_> = members.collect();
        for member in &members {
            self.offsets.insert(member.path.clone(), member.at());
        }
        Some(members)
    }

    /// The members of a list, each a string that its type can read. Those that it cannot are left out, so the places
    /// of those behind them move up.
    pub(super) fn parsed_list<T, E: fmt::Display>(
        &mut self,
        value: &Value<'_>,
        expected: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let members = self.list(value, &format!("a list, each {expected}"));
        let mut read = Vec::new();
        for member in members.unwrap_or_default() {
            if let Some(parsed) = self.parsed(&member, expected, &parse) {
                let path = format!("{}[{}]", value.path, read.len());
                self.offsets.insert(path, member.at());
                read.push(parsed);
            }
        }
        read
    }

    /// The members of a list, each one of a list of words.
    pub(super) fn words<T: Word>(&mut self, value: &Value<'_>) -> Vec<T> {
        let members = self.list(value, "a list of words").unwrap_or_default();
        members
            .iter()
            .filter_map(|member| self.word(member))
            .collect()
    }

    /// A table of its own.
    pub(super) fn section<'t>(&mut self, value: Value<'t>, expected: &str) -> Option<Section<'t>> {
        let Some(table) = value.node.get_ref().as_table() else {
            self.wrong_type(&value, expected);
            return None;
        };
        Some(Section {
            at: value.at(),
            path: value.path,
            table,
            known: Vec::new(),
        })
    }

    /// A list of tables, such as `[[check]]`.
    pub(super) fn sections<'t>(&mut self, value: &Value<'t>, expected: &str) -> Vec<Section<'t>> {
        let members = self.list(value, expected).unwrap_or_default();
        members
            .into_iter()
            .filter_map(|member| self.section(member, expected))
            .collect()
    }
}

/// What stands before the digits of a number.
const fn prefix(radix: u32) -> &'static str {
    match radix {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    }
}

/// `250ms`, `5s`, `1m`, `1h`, `35d`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(unit)?;
    let number: u64 = digits.parse().ok()?;
    let seconds = match unit {
        "ms" => return Some(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// `a, b or c`.
pub(super) fn one_of(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

const A_MEMBER_OF: &str = "a member of ";
const A_DURATION: &str = "a time such as \"5s\", \"250ms\" or \"1h\"";

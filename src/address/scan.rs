//! Reading a text once, from its first octet to its last.

use std::fmt::{self, Display, Write};

use super::Fault;

/// What is left to read of a text, and how far we are.
#[derive(Debug)]
pub(super) struct Scan<'t> {
    whole: &'t str,
    rest: &'t str,
}

impl<'t> Scan<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self {
            whole: text,
            rest: text,
        }
    }

    /// Reads the whole of `text`, or says what is wrong with it.
    pub(super) fn whole<T>(
        text: &'t str,
        read: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut scan = Self::new(text);
        let value = read(&mut scan)?;
        if scan.rest.is_empty() {
            Ok(value)
        } else {
            Err(Fault::Follows {
                octet: scan.octet(),
            })
        }
    }

    /// What has not been read yet.
    pub(super) const fn rest(&self) -> &'t str {
        self.rest
    }

    /// How many octets have been read.
    pub(super) fn read(&self) -> usize {
        self.whole.len().saturating_sub(self.rest.len())
    }

    /// The place of the next octet, counted from 1.
    pub(super) fn octet(&self) -> usize {
        self.read().saturating_add(1)
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    /// Reads `expected` if it comes next.
    pub(super) fn eat(&mut self, expected: char) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Reads one character.
    pub(super) fn next(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next();
        self.rest = characters.as_str();
        character
    }

    /// Reads as long as `wanted` says.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|character| !wanted(character));
        let (taken, rest) = end
            .and_then(|end| self.rest.split_at_checked(end))
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

/// How many octets `value` has when printed.
pub(super) fn printed(value: &impl Display) -> usize {
    struct Count(usize);

    impl Write for Count {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 = self.0.saturating_add(text.len());
            Ok(())
        }
    }

    let mut count = Count(0);
    // Counting cannot fail, and a value that will not print has no length worth keeping.
    match write!(count, "{value}") {
        Ok(()) => count.0,
        Err(fmt::Error) => usize::MAX,
    }
}

//! What an error message may show of the text it is about: cut, escaped, on one line.

use std::{ascii, fmt};

/// A piece of somebody's text, made safe to print.
///
/// Visible ASCII stands as it is. Anything else stands in quotes, where letters and digits of any
/// script are kept and all else is escaped as in Rust source. What would make it longer than about
/// [`MOST`] octets is cut off, which two dots say.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Excerpt(Box<str>);

impl Excerpt {
    pub(crate) fn new(text: &str) -> Self {
        let mut shown = String::new();
        let mut plain = !text.is_empty();
        let mut rest = text.chars();
        while shown.len() < MOST {
            let Some(character) = rest.next() else { break };
            plain = plain && is_plain(character);
            if is_plain(character) || character == ' ' || character.is_alphanumeric() {
                shown.push(character);
            } else {
                shown.extend(character.escape_default());
            }
        }
        if !rest.as_str().is_empty() {
            shown.push_str("..");
        }
        Self::finish(shown, plain)
    }

    /// The labels of a name that came from DNS: those that were good, and the one that was not,
    /// in which a dot is escaped so that it does not look like a border between labels.
    pub(crate) fn of_labels(good: &str, bad: &[u8]) -> Self {
        let mut shown = String::from(good);
        if !good.is_empty() {
            shown.push('.');
        }
        for &octet in bad.iter().take(MOST) {
            if octet == b'.' {
                shown.push('\\');
            }
            shown.extend(ascii::escape_default(octet).map(char::from));
        }
        if bad.len() > MOST {
            shown.push_str("..");
        }
        Self::finish(shown, false)
    }

    fn finish(shown: String, plain: bool) -> Self {
        Self(if plain {
            shown.into()
        } else {
            format!("\"{shown}\"").into()
        })
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

const fn is_plain(character: char) -> bool {
    character.is_ascii_graphic() && !matches!(character, '"' | '\\')
}

/// How much of the original is shown.
const MOST: usize = 80;

//! The lines of a file: comments left out, continued ones joined, each octet's place kept.

use super::File;
use crate::diagnostic::Diagnostic;

/// A rule's text: a line and those that continue it. Not empty; it begins with no blank and ends with none.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) text: String,
    /// Where each line of the file begins in the text, and its number.
    pieces: Vec<(usize, usize)>,
    sound: bool,
}

impl Line {
    fn new(number: usize) -> Self {
        Self {
            text: String::new(),
            pieces: vec![(0, number)],
            sound: true,
        }
    }

    /// The number of its first line.
    pub(super) fn number(&self) -> usize {
        self.pieces.first().map_or(1, |(_, number)| *number)
    }

    /// Line and column, in characters, of an octet of the text.
    pub(super) fn place(&self, octet: usize) -> (usize, usize) {
        let known = self.pieces.iter().rev().find(|(start, _)| *start <= octet);
        let (start, number) = known.copied().unwrap_or((0, 1));
        let before = self.text.get(start..octet).unwrap_or_default();
        (number, before.chars().count().saturating_add(1))
    }
}

/// The rules of a file. Lines that are none are told to `file`.
pub(super) fn lines<'t>(text: &'t [u8], file: &mut File<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    for (at, octets) in text.split(|octet| *octet == b'\n').enumerate() {
        let number = at.saturating_add(1);
        let octets: &'t [u8] = octets.strip_suffix(b"\r").unwrap_or(octets);
        let content = octets.trim_ascii_start();
        if content.is_empty()
            || content.starts_with(b"#")
            || content.iter().all(u8::is_ascii_whitespace)
        {
            continue;
        }
        if content.len() == octets.len() {
            lines.push(Line::new(number));
        }
        let Some(line) = lines.last_mut() else {
            let place = file.at(number, 1);
            file.push(Diagnostic::error(
                place,
                "a blank at its beginning makes a line continue the one before, and there is none",
            ));
            continue;
        };
        take(line, number, octets, file);
    }
    lines.retain(|line| line.sound);
    for line in &mut lines {
        line.text.truncate(line.text.trim_end().len());
    }
    lines
}

/// Adds a line of the file to a rule's text, unless something in it makes it none.
fn take(line: &mut Line, number: usize, octets: &[u8], file: &mut File<'_>) {
    let start = line.text.len();
    if line.number() != number {
        line.pieces.push((start, number));
    }
    let fault = match str::from_utf8(octets) {
        Err(error) => {
            let (good, bad) = octets
                .split_at_checked(error.valid_up_to())
                .unwrap_or_default();
            let octet = bad.first().copied().unwrap_or_default();
            let column = String::from_utf8_lossy(good).chars().count();
            Some((column, format!("octet 0x{octet:02x} is not UTF-8")))
        }
        Ok(text) if start.saturating_add(text.len()) > MOST => {
            Some((0, format!("the rule has more than {MOST} octets")))
        }
        Ok(text) => {
            line.text.push_str(text);
            let mut characters = text.chars().enumerate();
            characters
                .find(|(_, found)| found.is_control() && *found != '\t')
                .map(|(column, found)| {
                    (
                        column,
                        format!("control character {}", found.escape_default()),
                    )
                })
        }
    };
    // One fault of a rule is enough.
    if let (true, Some((column, what))) = (line.sound, fault) {
        line.sound = false;
        let place = file.at(number, column.saturating_add(1));
        file.push(Diagnostic::error(place, what));
    }
}

/// What some editors put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Much more than the longest pattern and the longest text.
const MOST: usize = 16 << 10;

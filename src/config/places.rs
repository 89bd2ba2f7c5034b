//! Where each value stands in the file, worked out when somebody asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Place;

/// The lines of a text, for telling places in it.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    start: Place,
    text: Arc<str>,
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(end, _)| end);
        let starts = ends.map(|end| end.saturating_add(1));
        Self {
            start: Place::new(file, 1, 1),
            text: text.into(),
            starts: std::iter::once(0).chain(starts).collect(),
        }
    }

    /// The place of an octet; its column takes time in the length of its line.
    pub(super) fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line));
        let before = start.and_then(|start| self.text.get(*start..offset));
        let column = before.map_or(0, |before| before.chars().count());
        self.start.at(line, column.saturating_add(1))
    }
}

/// The place of each value, by the path of its keys. Where something stands is no part of what it says, so any two are
/// equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    offsets: BTreeMap<String, usize>,
    lines: Option<Lines>,
}

impl Places {
    pub(super) const fn new(lines: Lines, offsets: BTreeMap<String, usize>) -> Self {
        Self {
            offsets,
            lines: Some(lines),
        }
    }

    /// The place of a path, or of the longest part of it that is known.
    pub(super) fn place(&self, path: &str) -> Place {
        let offset = offset(&self.offsets, path);
        match &self.lines {
            Some(lines) => lines.place(offset),
            None => Place::new(UNNAMED, 1, 1),
        }
    }
}

/// The offset of a path, or of the longest part of it that is known.
pub(super) fn offset(offsets: &BTreeMap<String, usize>, path: &str) -> usize {
    let ends = path.rmatch_indices(['.', '[']).map(|(end, _)| end);
    let parts = std::iter::once(path.len()).chain(ends);
    let mut known = parts.filter_map(|end| offsets.get(path.get(..end)?));
    known.next().copied().unwrap_or(0)
}

impl PartialEq for Places {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What a configuration that was made in code is called.
const UNNAMED: &str = "policy.toml";

//! The table of storeys, and who may use whom.

use std::collections::BTreeMap;
use std::fs;
use std::iter;

use crate::sources;

/// The table of storeys.
#[derive(Debug)]
pub(crate) struct House(BTreeMap<String, Level>);

/// Storey, then the place in its row: what stands after a `<` is higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Level {
    storey: u16,
    place: usize,
}

impl House {
    pub(crate) fn of_this_crate() -> Self {
        let design = fs::read_to_string(sources::root().join("DESIGN.md")).expect("DESIGN.md");
        Self::read(&design).unwrap()
    }

    /// Rows of the form ``| 1 | `step/*` < `clock/*`, `dns/*` | ... |``.
    pub(crate) fn read(design: &str) -> Result<Self, String> {
        let mut places = BTreeMap::new();
        for line in design.lines() {
            let mut cells = line.split('|').map(str::trim).skip(1);
            let (Some(storey), Some(row)) = (
                cells.next().and_then(|cell| cell.parse().ok()),
                cells.next(),
            ) else {
                continue;
            };
            for (place, modules) in row.split('<').enumerate() {
                for module in modules
                    .split(',')
                    .map(|module| module.trim().trim_matches('`'))
                {
                    if places
                        .insert(module.to_owned(), Level { storey, place })
                        .is_some()
                    {
                        return Err(format!("DESIGN.md: `{module}` stands in two places"));
                    }
                }
            }
        }
        if places.is_empty() {
            Err("DESIGN.md: no row of storeys found".to_owned())
        } else {
            Ok(Self(places))
        }
    }

    /// The module's own entry, or that of the nearest folder about it (`rbl/*`).
    pub(crate) fn level(&self, module: &str) -> Option<Level> {
        let path = module.replace("::", "/");
        let folders = path.rmatch_indices('/').map(|(end, _)| &path[..end]);
        let mut entries = iter::once(path.as_str())
            .chain(folders)
            .map(|folder| format!("{folder}/*"));
        let entry = self
            .0
            .get(&path)
            .or_else(|| entries.find_map(|entry| self.0.get(&entry)));
        entry.copied()
    }

    pub(crate) fn permits(&self, from: &str, to: &str) -> bool {
        if from.is_empty() || from == to {
            return true; // the crate root uses everything; a file uses itself
        }
        match (self.level(from), self.level(to)) {
            (Some(above), Some(below)) => {
                below < above || (below == above && share_a_folder(from, to))
            }
            _ => false,
        }
    }

    pub(crate) fn objection(&self, from: &str, to: &str) -> String {
        let at = |module: &str| match self.level(module) {
            Some(level) => format!("{module} (storey {})", level.storey),
            None => format!("{module} (no storey)"),
        };
        if to.is_empty() {
            return format!("{from} may not use the crate root, which uses everything");
        }
        format!("{} may not use {}", at(from), at(to))
    }
}

/// Whether one is the `mod.rs` of the other's folder.
pub(crate) fn share_a_folder(a: &str, b: &str) -> bool {
    let below = |child: &str, parent: &str| {
        child
            .strip_prefix(parent)
            .is_some_and(|rest| rest.starts_with("::"))
    };
    below(a, b) || below(b, a)
}

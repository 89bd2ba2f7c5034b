//! A module imports only from lower storeys.
//!
//! The storeys are the table in `DESIGN.md`. Every path in `src` that starts at `crate`, `super`,
//! `self`, a child module or an imported module is resolved and judged: in `use` trees, in types
//! and expressions, and among the tokens of macros and attributes.

#[path = "../sources/mod.rs"]
mod sources;

mod cases;
mod house;
mod reader;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use cases::{BREACHES, LEGAL, MODULES, cases};
use house::House;
use reader::Reader;
use syn::visit::Visit;
use tree::{file_of, modules, not_read};

#[test]
fn no_module_imports_from_its_own_storey_or_above() {
    let house = House::of_this_crate();
    let modules = modules();
    let known = modules.keys().cloned().collect();
    let found: Vec<String> = modules
        .iter()
        .flat_map(|(module, source)| breaches(&house, &known, module, source))
        .collect();
    assert!(
        found.is_empty(),
        "imports that do not point downstairs:\n{}",
        found.join("\n")
    );
}

#[test]
fn every_module_has_a_place_in_the_house() {
    let house = House::of_this_crate();
    let homeless: Vec<String> = modules()
        .into_keys()
        .filter(|module| !module.is_empty() && house.level(module).is_none())
        .collect();
    assert!(
        homeless.is_empty(),
        "no storey in DESIGN.md for: {}",
        homeless.join(", ")
    );
}

#[test]
fn every_declared_module_was_read() {
    let found = not_read(&modules());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn breaches_are_found() {
    for (module, source, expected) in cases(BREACHES) {
        let found = breaches_in(module, &source).join("\n");
        assert!(
            !expected.is_empty() && found.contains(expected),
            "{source}\n  wanted {expected}\n  found {found}"
        );
    }
}

#[test]
fn what_points_downstairs_passes() {
    for (module, source, _) in cases(LEGAL) {
        let found = breaches_in(module, &source);
        assert!(found.is_empty(), "{source}\n  found {found:?}");
    }
}

#[test]
fn a_file_left_unread_is_noticed() {
    let tree = |files: &[(&str, &str)]| -> BTreeMap<String, String> {
        files
            .iter()
            .map(|(module, source)| (module.to_string(), source.to_string()))
            .collect()
    };
    let whole = tree(&[("", "mod a; pub mod b { mod c; }"), ("a", ""), ("b::c", "")]);
    assert_eq!(not_read(&whole), [""; 0]);
    assert_eq!(
        not_read(&tree(&[("", "mod a; mod b;"), ("a", "")])),
        ["b is declared, but no file of it was read"]
    );
    assert_eq!(
        not_read(&tree(&[("", ""), ("a", "")])),
        ["a was read, but no module declares it"]
    );
    assert_eq!(not_read(&tree(&[])), ["src/lib.rs was not read"]);
}

#[test]
fn a_design_without_its_table_is_refused() {
    assert_eq!(
        House::read("# Design\nNo table here.\n").unwrap_err(),
        "DESIGN.md: no row of storeys found"
    );
    let twice = "| 1 | `a`, `b` | x |\n| 0 | `b` | y |\n";
    assert_eq!(
        House::read(twice).unwrap_err(),
        "DESIGN.md: `b` stands in two places"
    );
}

/// What one file does that the house forbids, a line each.
fn breaches(house: &House, known: &BTreeSet<String>, module: &str, source: &str) -> Vec<String> {
    let file = file_of(known, module);
    let tree = syn::parse_file(source).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut reader = Reader::new(known, module);
    loop {
        let before = reader.imported.len();
        reader.found.clear();
        reader.visit_file(&tree);
        if reader.imported.len() == before {
            break; // every alias was known in this round, so every path was resolved
        }
    }
    let judged = reader
        .found
        .into_iter()
        .filter(|path| !house.permits(module, &path.target));
    judged
        .map(|path| {
            format!(
                "{file}:{}: {}: {}",
                path.line,
                path.written,
                house.objection(module, &path.target)
            )
        })
        .collect()
}

/// [`breaches`] in a house that stands whole, however much of it is built.
fn breaches_in(module: &str, source: &str) -> Vec<String> {
    let known = MODULES
        .split_whitespace()
        .map(str::to_owned)
        .chain([String::new()])
        .collect();
    breaches(&House::of_this_crate(), &known, module, source)
}

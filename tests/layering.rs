//! A module imports only from lower storeys.
//!
//! The storeys are the table in `DESIGN.md`. Every path in `src` that starts at `crate`, `super`,
//! `self`, a child module or an imported module is resolved and judged: in `use` trees, in types
//! and expressions, and among the tokens of macros and attributes.

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::iter;
use std::path::Path;

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};

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

/// A path found in a file, and the module it leads to.
#[derive(Debug)]
struct Found {
    line: usize,
    written: String,
    target: String,
}

/// Collects the paths of one file that stay within the crate.
struct Reader<'k> {
    known: &'k BTreeSet<String>,
    /// Where the reader stands: the file's module, then the inline modules around the item.
    here: Vec<String>,
    /// Modules that the file calls by a name of its own: children and imports.
    imported: BTreeMap<String, Vec<String>>,
    found: Vec<Found>,
}

impl<'k> Reader<'k> {
    fn new(known: &'k BTreeSet<String>, module: &str) -> Self {
        Self {
            known,
            here: segments(module),
            imported: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// The path from the crate root, or `None` if it leads to another crate or to something local.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut absolute = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.here.clone(),
            "super" => self.here[..self.here.len().saturating_sub(1)].to_vec(),
            name => self.imported.get(name)?.clone(),
        };
        for segment in rest {
            match segment.as_str() {
                "self" => {}
                "super" => drop(absolute.pop()),
                name => absolute.push(name.to_owned()),
            }
        }
        Some(absolute)
    }

    /// The innermost module on the way; the crate root if there is none.
    fn module_on(&self, absolute: &[String]) -> String {
        let prefixes = (0..=absolute.len())
            .rev()
            .map(|length| absolute[..length].join("::"));
        prefixes
            .into_iter()
            .find(|prefix| self.known.contains(prefix))
            .unwrap_or_default()
    }

    fn note(&mut self, path: &[String], line: usize, suffix: &str) {
        if let Some(absolute) = self.absolute(path) {
            let written = path.join("::") + suffix;
            self.found.push(Found {
                line,
                written,
                target: self.module_on(&absolute),
            });
        }
    }

    fn import(&mut self, path: &[String], ident: &Ident, alias: Option<&Ident>) {
        self.note(path, ident.span().start().line, "");
        let Some(absolute) = self.absolute(path) else {
            return;
        };
        let name = alias
            .map(Ident::to_string)
            .or_else(|| absolute.last().cloned());
        if self.known.contains(&absolute.join("::")) || absolute.is_empty() {
            self.imported.extend(name.map(|name| (name, absolute)));
        }
    }

    fn import_all(&mut self, path: &[String], line: usize) {
        self.note(path, line, "::*");
        let Some(absolute) = self.absolute(path) else {
            return;
        };
        for module in self.known.iter().map(|module| segments(module)) {
            if let Some((name, parent)) = module.split_last()
                && parent == absolute
            {
                self.imported.insert(name.clone(), module.clone());
            }
        }
    }

    fn walk_use(&mut self, prefix: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.walk_use(prefix, &path.tree);
                prefix.pop();
            }
            syn::UseTree::Name(name) => {
                self.import(&joined(prefix, &name.ident), &name.ident, None)
            }
            syn::UseTree::Rename(name) => self.import(
                &joined(prefix, &name.ident),
                &name.ident,
                Some(&name.rename),
            ),
            syn::UseTree::Glob(glob) => {
                self.import_all(prefix, glob.star_token.spans[0].start().line)
            }
            syn::UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.walk_use(prefix, tree)),
        }
    }

    /// Tokens nobody has parsed: `a::b::c` is a path, and so is each entry of `a::{b, c::d}`.
    fn scan(&mut self, prefix: &[String], tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            match token {
                TokenTree::Group(group) => self.scan(&[], group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = joined(prefix, first);
                    while let [TokenTree::Punct(a), TokenTree::Punct(b), next, after @ ..] = rest
                        && (a.as_char(), b.as_char()) == (':', ':')
                    {
                        match next {
                            TokenTree::Ident(ident) => path.push(ident.to_string()),
                            TokenTree::Group(group) => self.scan(&path, group.stream()),
                            _ => break,
                        }
                        rest = after;
                    }
                    if path.len() > 1 {
                        self.note(&path, first.span().start().line, "");
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.here.push(item.ident.to_string());
        self.imported
            .insert(item.ident.to_string(), self.here.clone());
        visit::visit_item_mod(self, item);
        self.here.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            self.walk_use(&mut Vec::new(), &item.tree);
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        if item.ident == "self" {
            let alias = item.rename.as_ref().map(|(_, ident)| ident);
            self.import(&["crate".to_owned()], &item.ident, alias);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let written: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if path.leading_colon.is_none() && written.len() > 1 {
            self.note(&written, path.segments[0].ident.span().start().line, "");
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.scan(&[], call.tokens.clone());
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.scan(&[], list.tokens.clone());
    }

    /// `pub(in path)` names an ancestor, which is no import.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

/// The table of storeys.
#[derive(Debug)]
struct House(BTreeMap<String, Level>);

/// Storey, then the place in its row: what stands after a `<` is higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Level {
    storey: u16,
    place: usize,
}

impl House {
    fn of_this_crate() -> Self {
        let design = fs::read_to_string(sources::root().join("DESIGN.md")).expect("DESIGN.md");
        Self::read(&design).unwrap()
    }

    /// Rows of the form ``| 1 | `step/*` < `clock/*`, `dns/*` | ... |``.
    fn read(design: &str) -> Result<Self, String> {
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
    fn level(&self, module: &str) -> Option<Level> {
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

    fn permits(&self, from: &str, to: &str) -> bool {
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

    fn objection(&self, from: &str, to: &str) -> String {
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
fn share_a_folder(a: &str, b: &str) -> bool {
    let below = |child: &str, parent: &str| {
        child
            .strip_prefix(parent)
            .is_some_and(|rest| rest.starts_with("::"))
    };
    below(a, b) || below(b, a)
}

/// Modules declared and not read, or read and not declared.
fn not_read(modules: &BTreeMap<String, String>) -> Vec<String> {
    if !modules.contains_key("") {
        return vec!["src/lib.rs was not read".to_owned()];
    }
    let mut declared = BTreeSet::from([String::new()]);
    for (module, source) in modules {
        let tree = syn::parse_file(source).unwrap_or_else(|error| panic!("{module}: {error}"));
        collect_declared(&tree.items, &segments(module), &mut declared);
    }
    let read: BTreeSet<String> = modules.keys().cloned().collect();
    let unread = declared
        .difference(&read)
        .map(|module| format!("{module} is declared, but no file of it was read"));
    let orphans = read
        .difference(&declared)
        .map(|module| format!("{module} was read, but no module declares it"));
    unread.chain(orphans).collect()
}

fn collect_declared(items: &[syn::Item], here: &[String], declared: &mut BTreeSet<String>) {
    for item in items {
        let syn::Item::Mod(module) = item else {
            continue;
        };
        let path = joined(here, &module.ident);
        match &module.content {
            Some((_, items)) => collect_declared(items, &path, declared),
            None => drop(declared.insert(path.join("::"))),
        }
    }
}

/// Every file under `src`, by the module it holds; `lib.rs` is the empty one.
fn modules() -> BTreeMap<String, String> {
    let files = sources::below("src").into_iter();
    files.map(|(file, text)| (module_of(&file), text)).collect()
}

/// `rbl::zone` for `rbl/zone.rs`, `rbl` for `rbl/mod.rs`, nothing for `lib.rs`.
fn module_of(file: &Path) -> String {
    let file = file.with_extension("");
    let mut parts: Vec<&str> = file
        .iter()
        .map(|part| part.to_str().expect("an ASCII file name"))
        .collect();
    if matches!(parts.as_slice(), ["lib"] | [.., "mod"]) {
        parts.pop();
    }
    parts.join("::")
}

/// The way back, for messages.
fn file_of(known: &BTreeSet<String>, module: &str) -> String {
    let path = module.replace("::", "/");
    match module {
        "" => "src/lib.rs".to_owned(),
        _ if known
            .iter()
            .any(|other| share_a_folder(module, other) && other.len() > module.len()) =>
        {
            format!("src/{path}/mod.rs")
        }
        _ => format!("src/{path}.rs"),
    }
}

fn segments(module: &str) -> Vec<String> {
    module
        .split("::")
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect()
}

fn joined(prefix: &[String], ident: &Ident) -> Vec<String> {
    let mut path = prefix.to_vec();
    path.push(ident.to_string());
    path
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

/// Lines of the form `module | source | what is found`; `/n` ends a line of the source.
fn cases(text: &'static str) -> Vec<(&'static str, String, &'static str)> {
    let lines = text.lines().filter(|line| !line.is_empty());
    let cases = lines.map(
        |line| match line.split(" | ").collect::<Vec<_>>().as_slice() {
            [module, source] => (module.trim(), source.replace("/n", "\n"), ""),
            [module, source, expected] => (module.trim(), source.replace("/n", "\n"), *expected),
            _ => panic!("not a case: {line}"),
        },
    );
    cases.collect()
}

const MODULES: &str =
    "name client address reply wire wire::smtp wire::smtp::verb wire::smtp::argument wire::proxy wire::milter step clock dns dns::memory fcrdns
    rbl rbl::zone rbl::health helo relay verdict policy policies policies::relay guard";

const BREACHES: &str = r#"
step | use crate::policy::Policy; | src/step.rs:1: crate::policy::Policy: step (storey 1) may not use policy (storey 6)
step | /nuse super::policy; | src/step.rs:2: super::policy: step (storey 1) may not use policy (storey 6)
step | use crate::{name::Name,/n policy::{self as p, Chain}}; | src/step.rs:2: crate::policy::Chain: step
step | use crate::{name::Name,/n policy::{self as p, Chain}}; | src/step.rs:2: crate::policy::self: step
step | fn f() { let _ = crate::policy::Chain::new(); } | crate::policy::Chain::new: step
step | fn f(_: Vec<crate::policy::Chain>) {} | crate::policy::Chain: step
step | impl From<u8> for super::policy::Chain {} | super::policy::Chain: step
step | fn f() { <u8 as crate::policy::Policy>::check(); } | crate::policy::Policy::check: step
step | mod inner { use super::super::policy; } | super::super::policy: step
step | fn f() {/n matches!(x, Some(crate::policy::Chain)) } | src/step.rs:2: crate::policy::Chain: step
step | macro_rules! m { () => { $crate::policy::chain() } } | crate::policy::chain: step
step | macro_rules! m { () => { use crate::{name::Name, policy::Chain}; } } | crate::policy::Chain: step
step | #[error("{}", crate::policy::text())] struct E; | crate::policy::text: step
step | use crate::policy as p; fn f() { p::chain(); } | src/step.rs:1: p::chain: step
step | fn f() { p::chain(); } use crate::policy as p; | src/step.rs:1: p::chain: step
step | use crate::Policy; | crate::Policy: step may not use the crate root
step | use crate as root; fn f() { root::policy::chain(); } | root::policy::chain: step
step | use super::*; | super::*: step may not use the crate root
step | extern crate self as mailward; | crate: step may not use the crate root
step | use crate::dns::Dns; | step (storey 1) may not use dns (storey 1)
name | use crate::client::ClientIp; | name (storey 0) may not use client (storey 0)
wire::smtp | use super::proxy::X; | src/wire/smtp/mod.rs:1: super::proxy::X: wire::smtp
helo | use crate::relay::Side; | helo (storey 3) may not use relay (storey 3)
rbl::zone | use super::health::X; | src/rbl/zone.rs:1: super::health::X: rbl::zone
rbl::zone | use super::super::verdict; | rbl::zone (storey 2) may not use verdict (storey 3)
fcrdns | use crate::rbl; fn f() { rbl::zone::ask(); } | src/fcrdns.rs:1: rbl::zone::ask: fcrdns
fcrdns | use crate::rbl::*; fn f() { zone::ask(); } | src/fcrdns.rs:1: zone::ask: fcrdns
dns | use crate::guard::*; | src/dns/mod.rs:1: crate::guard::*: dns
wire::smtp::verb | use super::argument::X; | wire::smtp::verb (storey 0) may not use wire::smtp::argument (storey 0)
wire::milter | use super::smtp; | wire::milter (no storey) may not use wire::smtp (storey 0)
stranger | use crate::name::Name; | stranger (no storey) may not use name (storey 0)
"#;

const LEGAL: &str = r#"
 | pub mod policy; pub use policy::Chain; pub use crate::guard::Guard;
step | use std::task::Poll; use crate::name::Name; use self::inner::X; mod inner {}
step | fn f(&self) { self.poll(); Self::new(); core::policy::x(); policy(); }
step | /// See [`crate::policy::Policy`]./npub(in crate::policy) fn f() {}
dns | use crate::{clock::Clock, step::Step}; mod memory; pub use memory::MemoryDns;
dns::memory | use super::Dns; use crate::dns::Answer; use crate::clock;
wire::smtp::verb | use super::{super::X, Y}; use crate::{wire::smtp, name::Name};
wire::smtp | use crate::{address::Mailbox, client::ClientIp, name::Name, reply::ReplyCode};
policy | mod tests { use super::*; } use crate::wire; fn f() { wire::smtp::parse(); }
guard | fn f() { vec![crate::name::Name, super::policies::relay::X]; }
"#;

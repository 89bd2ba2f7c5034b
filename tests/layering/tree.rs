//! The modules of the crate, as they are declared and as they lie in files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::Ident;

use crate::house::share_a_folder;
use crate::sources;

/// Modules declared and not read, or read and not declared.
pub(crate) fn not_read(modules: &BTreeMap<String, String>) -> Vec<String> {
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
pub(crate) fn modules() -> BTreeMap<String, String> {
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
pub(crate) fn file_of(known: &BTreeSet<String>, module: &str) -> String {
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

pub(crate) fn segments(module: &str) -> Vec<String> {
    module
        .split("::")
        .filter(|segment| !segment.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(crate) fn joined(prefix: &[String], ident: &Ident) -> Vec<String> {
    let mut path = prefix.to_vec();
    path.push(ident.to_string());
    path
}

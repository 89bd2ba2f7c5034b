//! Each public type shows what it is for by an example that runs.

mod sources;

use std::fmt::Write;

use syn::{Attribute, Expr, ExprLit, Ident, Item, Lit, Meta, Visibility};

/// The types without an example, by the path of their file and their name, each with its reason.
const EXEMPT: &[(&str, &str)] = &[];

#[test]
fn each_public_type_has_a_running_example() {
    let mut types = Vec::new();
    for (file, text) in sources::below("src") {
        let tree = syn::parse_file(&text).unwrap();
        collect(&tree.items, &file.display().to_string(), &mut types);
    }
    assert!(!types.is_empty(), "no public type found in src");
    let bare: Vec<&str> = types
        .iter()
        .filter(|found| !has_running_example(&found.docs))
        .map(|found| found.name.as_str())
        .collect();
    let missing: Vec<&&str> = bare.iter().filter(|name| !is_exempt(name)).collect();
    assert!(
        missing.is_empty(),
        "{} of {} public types have no example: {missing:#?}",
        missing.len(),
        types.len()
    );
    for (name, _) in EXEMPT {
        assert!(bare.contains(name), "{name} needs no exemption");
    }
}

#[test]
fn only_a_block_that_runs_is_an_example() {
    let running = ["```", "```rust", "```should_panic", "~~~", "````rust"];
    for fence in running {
        assert!(has_running_example(&block(fence)), "{fence}");
    }
    let others = [
        "```text",
        "```ignore",
        "```rust,ignore",
        "```no_run",
        "```compile_fail",
    ];
    for fence in others {
        assert!(!has_running_example(&block(fence)), "{fence}");
    }
    assert!(!has_running_example("No block at all."));
    assert!(!has_running_example(
        "```text\n```\n\nThe fence above is a closing one."
    ));
    assert!(has_running_example("```text\n```\n\n```\n```"));
}

#[test]
fn a_type_behind_a_private_module_is_not_public() {
    let text = "
        pub struct Shown;
        pub(crate) struct Crate;
        struct Private;
        mod inner { pub struct Behind; }
        pub mod open { pub enum Inside {} }
        pub trait Door {}
        pub type Short = Shown;
        /// ```
        #[doc(hidden)] pub struct Hidden;
    ";
    let mut types = Vec::new();
    collect(&syn::parse_file(text).unwrap().items, "f.rs", &mut types);
    let names: Vec<&str> = types.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(
        names,
        ["f.rs: Shown", "f.rs: Inside", "f.rs: Door", "f.rs: Short"]
    );
}

/// A public type and what is written above it.
struct Documented {
    name: String,
    docs: String,
}

/// Adds the types that a user of the crate can name. That a `pub` item of a file is one is held by
/// the lint `unreachable_pub`; of modules inside a file only the public ones are entered.
fn collect(items: &[Item], file: &str, types: &mut Vec<Documented>) {
    for item in items {
        if let Item::Mod(module) = item
            && matches!(module.vis, Visibility::Public(_))
            && let Some((_, inner)) = &module.content
        {
            collect(inner, file, types);
        }
        let Some((Visibility::Public(_), name, attributes)) = declaration(item) else {
            continue;
        };
        if !attributes.iter().any(is_hidden) {
            types.push(Documented {
                name: format!("{file}: {name}"),
                docs: docs(attributes),
            });
        }
    }
}

fn declaration(item: &Item) -> Option<(&Visibility, &Ident, &[Attribute])> {
    match item {
        Item::Struct(item) => Some((&item.vis, &item.ident, &item.attrs)),
        Item::Enum(item) => Some((&item.vis, &item.ident, &item.attrs)),
        Item::Union(item) => Some((&item.vis, &item.ident, &item.attrs)),
        Item::Trait(item) => Some((&item.vis, &item.ident, &item.attrs)),
        Item::Type(item) => Some((&item.vis, &item.ident, &item.attrs)),
        _ => None,
    }
}

fn is_hidden(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc")
        && matches!(attribute.parse_args::<Ident>(), Ok(word) if word == "hidden")
}

fn docs(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        if let Meta::NameValue(meta) = &attribute.meta
            && meta.path.is_ident("doc")
            && let Expr::Lit(ExprLit {
                lit: Lit::Str(line),
                ..
            }) = &meta.value
        {
            writeln!(text, "{}", line.value()).unwrap();
        }
    }
    text
}

/// Whether one of the fenced blocks is Rust that rustdoc compiles and runs.
fn has_running_example(docs: &str) -> bool {
    let mut open: Option<&str> = None;
    for line in docs.lines().map(str::trim) {
        let info = line.trim_start_matches(['`', '~']);
        let fence = &line[..line.len() - info.len()];
        match open {
            Some(opening) if fence.starts_with(opening) && info.is_empty() => open = None,
            None if fence.len() >= 3 => {
                let mut words = info.split([',', ' ']).filter(|word| !word.is_empty());
                if words.all(|word| ["rust", "should_panic"].contains(&word)) {
                    return true;
                }
                open = Some(fence);
            }
            _ => {}
        }
    }
    false
}

fn is_exempt(name: &str) -> bool {
    EXEMPT.iter().any(|(exempt, _)| *exempt == name)
}

fn block(fence: &str) -> String {
    let end = fence.trim_end_matches(|c: char| !"`~".contains(c));
    format!("What it is.\n\n{fence}\nassert!(true);\n{end}\n")
}

//! The shape of the source tree: short files of short functions, each with its purpose in its first
//! line, nothing left half done.

mod sources;

use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

#[test]
fn no_source_file_is_longer_than_one_sitting() {
    check(&everywhere(), too_long);
}

#[test]
fn every_source_file_says_first_what_it_is_for() {
    check(&everywhere(), silent);
}

#[test]
fn no_function_is_longer_than_one_look() {
    check(&["src"], rambling);
}

#[test]
fn nothing_is_left_unfinished() {
    check(&everywhere(), unfinished);
}

#[test]
#[should_panic(expected = "no such folder of ours")]
fn a_folder_that_is_not_there_is_a_fault() {
    check(&["src", "no such folder of ours"], too_long);
}

#[test]
fn faults_are_found() {
    let judge =
        |fault: Fault, text: &str| faults(&[(PathBuf::from("x.rs"), text.to_owned())], fault);
    let says = |fault: &str| Err(fault.to_owned());
    assert_eq!(judge(too_long, &"\n".repeat(500)), Ok(()));
    assert_eq!(
        judge(too_long, &"\n".repeat(501)),
        says("x.rs: 501 lines; a noun is hiding in it")
    );
    assert_eq!(judge(silent, "//! What it is for.\n"), Ok(()));
    assert_eq!(judge(silent, README), Ok(()));
    for text in ["", "\n//! Late.", "//!\n", "// What it is for."] {
        assert_eq!(
            judge(silent, text),
            says("x.rs: the first line is not a `//!` sentence")
        );
    }
    for text in [function(60), method(60), given(60)] {
        assert_eq!(judge(rambling, &text), Ok(()));
    }
    for text in [function(61), method(61), given(61)] {
        assert_eq!(
            judge(rambling, &text),
            says("x.rs:2: f has 61 lines; a step of it wants a name")
        );
    }
    for word in UNFINISHED {
        assert_eq!(
            judge(unfinished, &format!("\n{word}")),
            says(&format!("x.rs:2: {word}"))
        );
    }
    assert_eq!(faults(&[], unfinished), says("no file found"));
}

/// A function of so many lines, one line below the top; then one of a type, and one that a trait gives.
fn function(lines: usize) -> String {
    format!("\n#[inline] fn f() {{{}}}", "\n".repeat(lines - 1))
}

fn method(lines: usize) -> String {
    format!("impl T {{{}}}", function(lines))
}

fn given(lines: usize) -> String {
    format!("trait T {{{}}}", function(lines))
}

/// Where this repository keeps Rust files; `fuzz` is not in the published package.
fn everywhere() -> Vec<&'static str> {
    let mut folders = vec!["src", "tests", "examples", "benches"];
    if sources::root().join("fuzz").exists() {
        folders.push("fuzz/fuzz_targets");
    }
    folders
}

type Fault = fn(&str) -> Option<String>;

fn too_long(text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > MOST_LINES).then(|| format!(" {lines} lines; a noun is hiding in it"))
}

fn silent(text: &str) -> Option<String> {
    let says = text
        .lines()
        .next()
        .is_some_and(|line| (line.len() > 4 && line.starts_with("//! ")) || line == README);
    (!says).then(|| " the first line is not a `//!` sentence".to_owned())
}

/// Functions are counted from `fn` to their last brace.
fn rambling(text: &str) -> Option<String> {
    let mut lengths = Lengths::default();
    lengths.visit_file(&syn::parse_file(text).unwrap());
    let long = |&(_, _, lines): &(usize, String, usize)| lines > MOST_LINES_OF_A_FUNCTION;
    let (line, name, lines) = lengths.0.into_iter().find(long)?;
    Some(format!(
        "{line}: {name} has {lines} lines; a step of it wants a name"
    ))
}

/// The first line, the name and the count of lines of each function.
#[derive(Default)]
struct Lengths(Vec<(usize, String, usize)>);

impl Lengths {
    fn note(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.fn_token.span.start().line;
        let last = body.brace_token.span.close().end().line;
        self.0
            .push((first, signature.ident.to_string(), last - first + 1));
    }
}

impl<'ast> Visit<'ast> for Lengths {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.note(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.note(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

fn unfinished(text: &str) -> Option<String> {
    text.lines().zip(1..).find_map(|(line, number)| {
        let word = UNFINISHED.iter().find(|word| line.contains(**word))?;
        Some(format!("{number}: {word}"))
    })
}

/// Fails with every fault found in the files of these folders, and when they hold no file.
#[track_caller]
fn check(folders: &[&str], fault: Fault) {
    let read = |folder: &&str| -> Vec<(PathBuf, String)> {
        let files = sources::below(folder).into_iter();
        files
            .map(|(file, text)| (Path::new(folder).join(file), text))
            .collect()
    };
    let files: Vec<_> = folders.iter().flat_map(read).collect();
    assert_eq!(faults(&files, fault), Ok(()));
}

fn faults(files: &[(PathBuf, String)], fault: Fault) -> Result<(), String> {
    if files.is_empty() {
        return Err("no file found".to_owned());
    }
    let found = files.iter().filter_map(|(file, text)| {
        let fault = fault(text)?;
        Some(format!("{}:{fault}", file.display()))
    });
    let found: Vec<String> = found.collect();
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.join("\n"))
    }
}

const MOST_LINES: usize = 500;
const MOST_LINES_OF_A_FUNCTION: usize = 60;

/// The first line of the crate: its README says what it is for.
const README: &str = r#"#![doc = include_str!("../README.md")]"#;

/// Written in halves, so that this file does not hold them.
const UNFINISHED: [&str; 6] = [
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("not yet ", "implemented"),
];

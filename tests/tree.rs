//! The shape of the source tree: short files, each with its purpose in its first line, nothing
//! left half done.

mod sources;

use std::path::{Path, PathBuf};

#[test]
fn no_source_file_is_longer_than_one_sitting() {
    check(&["src"], too_long);
}

#[test]
fn every_source_file_says_first_what_it_is_for() {
    check(&["src"], silent);
}

#[test]
fn nothing_is_left_unfinished() {
    check(&["src", "examples", "benches", "tests"], unfinished);
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
    for word in UNFINISHED {
        assert_eq!(
            judge(unfinished, &format!("\n{word}")),
            says(&format!("x.rs:2: {word}"))
        );
    }
    assert_eq!(faults(&[], unfinished), says("no file found"));
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

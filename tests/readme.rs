//! What the README shows is what runs.

use std::fs;
use std::path::Path;

#[test]
fn its_example_is_the_quickstart() {
    let quickstart = read("examples/quickstart.rs");
    let (_, code) = quickstart
        .split_once("\n\n")
        .expect("a header, then the code");
    assert_eq!(blocks(&read("README.md"), "rust"), [code]);
}

#[test]
fn the_minimum_it_names_is_that_of_the_manifest() {
    let manifest = read("Cargo.toml");
    let (_, rest) = manifest
        .split_once("\nrust-version = \"")
        .expect("rust-version");
    let (version, _) = rest.split_once('"').expect("a quoted version");
    let sentence = format!("\nRust {version} or later;");
    assert!(read("README.md").contains(&sentence), "{sentence}");
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fenced = text.split("\n```").skip(1).step_by(2);
    let wanted = fenced.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    wanted.map(|block| format!("{block}\n")).collect()
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect(file)
}

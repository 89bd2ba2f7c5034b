//! The repository's own files, for the tests that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file below a folder of the repository, by its path from there; what Cargo has built is none.
///
/// # Panics
/// When there is no such folder: who looks into it means to find something.
#[track_caller]
pub(crate) fn below(folder: &str) -> Vec<(PathBuf, String)> {
    let top = root().join(folder);
    let mut files = Vec::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&top).unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Where `Cargo.toml` stands.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

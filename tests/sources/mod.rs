//! The repository's own files, for the tests that read them.

use std::fs;
use std::path::{Path, PathBuf};

/// Every Rust file below a folder of the repository, by its path from there; none if there is no
/// such folder.
pub(crate) fn below(folder: &str) -> Vec<(PathBuf, String)> {
    let top = root().join(folder);
    let mut files = Vec::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
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

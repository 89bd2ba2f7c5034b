//! Where table files come from.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Gives the files that a policy file names.
///
/// ```
/// use mailward::config::{Files, MemoryFiles};
///
/// let files = MemoryFiles::new().with("auth.mta", "192.0.2.1 OK\n");
/// assert_eq!(files.read("auth.mta")?, b"192.0.2.1 OK\n");
/// assert!(files.read("auth.user").is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Files {
    /// The octets of a file.
    ///
    /// # Errors
    /// When it is not there, or cannot be read.
    fn read(&self, file: &str) -> io::Result<Vec<u8>>;

    /// What the file is called in errors.
    fn shown(&self, file: &str) -> String {
        file.to_owned()
    }
}

/// Files of a folder on disk. A path that is not relative is read as it is.
///
/// ```
/// use mailward::config::{Files, Folder};
///
/// let folder = Folder::new("no such folder");
/// assert!(folder.read("auth.mta").is_err());
/// assert!(folder.shown("auth.mta").starts_with("no such folder"));
/// ```
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder with this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

impl Files for Folder {
    fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        read(&self.0.join(file), MOST_OCTETS)
    }

    fn shown(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }
}

/// Files in memory: for tests, and for hosts that keep them elsewhere.
///
/// ```
/// use mailward::config::{Files, MemoryFiles};
///
/// let files = MemoryFiles::new().with("recipients", "old@example.org REJECT\n");
/// assert!(files.read("recipients").is_ok());
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more file.
    #[must_use]
    pub fn with(mut self, file: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        self.0.insert(file.into(), text.into());
        self
    }
}

impl Files for MemoryFiles {
    fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        let found = self.0.get(file).cloned();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Reads a file of at most so many octets.
pub(super) fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut text)?;
    if text.len() > most {
        let error = format!("it is longer than {most} octets");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, error));
    }
    Ok(text)
}

/// What an error says of a file that could not be read.
pub(super) fn unreadable(file: &str, error: &io::Error) -> String {
    let file = crate::diagnostic::shown(file);
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file {file}"),
        _ => format!("{file} cannot be read: {error}"),
    }
}

/// Room for some millions of rules.
const MOST_OCTETS: usize = 1 << 28;

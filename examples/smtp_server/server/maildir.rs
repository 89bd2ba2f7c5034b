//! Where accepted mail goes: a maildir, in which a message is there whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, process};

use mailward::name::Name;
use tokio::task;

/// A folder with `tmp`, `new` and `cur`. Cloning it shares the counter that keeps names unique.
#[derive(Clone)]
pub(crate) struct Maildir {
    folder: PathBuf,
    host: Name,
    count: Arc<AtomicU64>,
}

/// A message that is being written in `tmp`. One that is dropped before it is kept leaves nothing behind.
pub(crate) struct Draft {
    file: BufWriter<File>,
    id: String,
    written: PathBuf,
    kept: PathBuf,
}

impl Maildir {
    /// Opens the folder, and makes it where there is none; only its owner may look inside.
    pub(crate) fn open(folder: &Path, host: Name) -> io::Result<Self> {
        for part in ["tmp", "new", "cur"] {
            private().recursive(true).create(folder.join(part))?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            host,
            count: Arc::default(),
        })
    }

    /// Begins a message.
    pub(crate) fn draft(&self, now: SystemTime) -> io::Result<Draft> {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let id = format!(
            "{}.M{}P{}Q{count}",
            since.as_secs(),
            since.subsec_micros(),
            process::id()
        );
        let name = format!("{id}.{}", self.host);
        let (written, kept) = (
            self.folder.join("tmp").join(&name),
            self.folder.join("new").join(&name),
        );
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&written)?;
        Ok(Draft {
            file: BufWriter::new(file),
            id,
            written,
            kept,
        })
    }
}

impl Draft {
    /// What the message is called in its `Received` line and in the log.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Writes on. This goes to the system's cache, so it is done where it stands.
    pub(crate) fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.file.write_all(octets)
    }

    /// Puts the message on the disk and into `new`: only then may the client forget it.
    pub(crate) async fn keep(self) -> io::Result<()> {
        task::spawn_blocking(move || self.sync()).await?
    }

    fn sync(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.written, &self.kept)?;
        let folder = self.kept.parent().unwrap_or(&self.kept);
        File::open(folder)?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Once kept it is no longer there, and then nothing is removed.
        let _ = fs::remove_file(&self.written);
    }
}

#[cfg(unix)]
fn private() -> DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private() -> DirBuilder {
    DirBuilder::new()
}

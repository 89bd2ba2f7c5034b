//! Programs of others, started on loopback and stopped by their process id.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Where the programs are; `None`, and loud about it, when one is missing.
///
/// With `MAILWARD_REAL=require` a missing program fails the test.
pub(crate) fn installed<const N: usize>(programs: [&str; N]) -> Option<[PathBuf; N]> {
    let missing: Vec<_> = programs
        .iter()
        .filter(|name| find(name).is_none())
        .collect();
    if missing.is_empty() {
        return Some(programs.map(|name| find(name).unwrap()));
    }
    let test = thread::current().name().unwrap_or("a test").to_owned();
    let required = env::var_os("MAILWARD_REAL").is_some_and(|value| value == "require");
    assert!(
        !required,
        "MAILWARD_REAL=require, and not installed: {missing:?}"
    );
    // Not by `eprintln!`, which cargo swallows when a test passes.
    let _ = writeln!(
        io::stderr(),
        "\n*** SKIPPED {test}: not installed: {missing:?} ***"
    );
    None
}

/// Daemons stand where the path of a user does not lead.
fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).collect::<Vec<_>>();
    let more = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from);
    let places = folders
        .into_iter()
        .chain(more)
        .map(|folder| folder.join(program));
    places.into_iter().find(|place| place.is_file())
}

/// A temporary folder that daemons of other users can read; gone with its owner.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("mailward-real-{}-{count}", process::id()));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn shown(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), text).unwrap();
    }

    /// Whether we are the superuser, who must tell daemons as whom to run.
    pub(crate) fn is_of_root(&self) -> bool {
        fs::metadata(&self.0).unwrap().uid() == 0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running program that listens on a port of 127.0.0.1, and its folder.
pub(crate) struct Daemon {
    child: Child,
    address: SocketAddr,
    folder: Folder,
}

impl Daemon {
    /// Starts what `command` says for a free port and an empty folder, and waits until it `answers`.
    ///
    /// Somebody may take the port before the program does, so there are three attempts.
    pub(crate) fn start(
        command: impl Fn(u16, &Folder) -> Command,
        answers: impl Fn(SocketAddr) -> bool,
    ) -> Self {
        let mut logs = Vec::new();
        for _ in 0..3 {
            let (port, folder) = (free_port(), Folder::new());
            let log = File::create(folder.path().join("log")).unwrap();
            let child = command(port, &folder)
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap();
            let mut daemon = Self {
                child,
                address: (Ipv4Addr::LOCALHOST, port).into(),
                folder,
            };
            if daemon.comes_up(&answers) {
                return daemon;
            }
            logs.push(daemon.log());
        }
        panic!("it does not start; its logs:\n{}", logs.join("\n---\n"));
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    #[cfg(all(feature = "config", feature = "replay"))]
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// What it wrote so far.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Sends it a signal, such as `STOP`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &pid]).status();
        assert!(sent.unwrap().success(), "{signal} to {pid}");
    }

    fn comes_up(&mut self, answers: &impl Fn(SocketAddr) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && self.child.try_wait().unwrap().is_none() {
            if answers(self.address) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Daemon {
    /// Asks it to end, for only then it ends its own children; then makes it.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let pid = self.child.id().to_string();
            let _ = Command::new("kill").args(["-s", "TERM", &pid]).status();
        }
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free for UDP and TCP.
pub(crate) fn free_port() -> u16 {
    loop {
        let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = datagrams.local_addr().unwrap();
        if TcpListener::bind(address).is_ok() {
            return address.port();
        }
    }
}

/// Whether a name server answers anything at all about a name.
pub(crate) fn answers_dns(address: SocketAddr, name: &str) -> bool {
    let mut question = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        question.push(u8::try_from(label.len()).unwrap());
        question.extend(label.as_bytes());
    }
    question.extend([0, 0, 1, 0, 1]);
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut answer = [0; 512];
    let answered = socket
        .send_to(&question, address)
        .and_then(|_| socket.recv(&mut answer));
    answered.is_ok() && answer[..2] == question[..2] && answer[3] & 0x0f == 0
}

const PATIENCE: Duration = Duration::from_secs(10);

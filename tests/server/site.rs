//! A server of its own for each test.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::{env, fs, process};

use mailward::clock::SystemClock;
use mailward::dns::{Dns, MemoryDns};
use mailward::guard::{Guard, GuardBuilder, Shared};
use mailward::name::Name;
use mailward::relay::Perimeter;
use mailward::wording::Security;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::peer::Peer;
use crate::server::{Limits, Maildir, Record, Server, Users};

/// A server of its own on a free port, and what it recorded and kept.
pub(crate) struct Site {
    address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) serving: JoinHandle<()>,
    records: Arc<Mutex<Vec<Record>>>,
    pub(crate) folder: PathBuf,
    pub(crate) limits: Limits,
}

pub(crate) type Check = Box<dyn FnOnce(GuardBuilder) -> GuardBuilder>;

/// What differs between sites.
pub(crate) struct Arrangement {
    pub(crate) limits: Limits,
    pub(crate) proxy: Option<&'static str>,
    pub(crate) dns: Arc<dyn Dns>,
    pub(crate) check: Check,
}

impl Default for Arrangement {
    fn default() -> Self {
        let (dns, check): (_, Check) = (Arc::new(MemoryDns::empty()), Box::new(|guard| guard));
        Self {
            limits: Limits::default(),
            proxy: None,
            dns,
            check,
        }
    }
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::of(Arrangement::default()).await
    }

    pub(crate) async fn with(
        limits: Limits,
        check: impl FnOnce(GuardBuilder) -> GuardBuilder + 'static,
    ) -> Self {
        Self::of(Arrangement {
            limits,
            check: Box::new(check),
            ..Arrangement::default()
        })
        .await
    }

    pub(crate) async fn of(arrangement: Arrangement) -> Self {
        let perimeter = Perimeter::new(hostname()).domain("example.org".parse().unwrap());
        let perimeter = arrangement
            .proxy
            .iter()
            .map(|proxy| proxy.parse().unwrap())
            .fold(perimeter, Perimeter::proxy);
        let shared = Shared::new(arrangement.dns, SystemClock::new());
        let guard = Guard::builder(perimeter, shared).security(Security::Friendly);
        let guard = (arrangement.check)(guard).build();
        Self::judged_by(watch::channel(guard).1, arrangement.limits).await
    }

    pub(crate) async fn judged_by(guard: watch::Receiver<Guard>, limits: Limits) -> Self {
        let folder = new_folder();
        let records = Arc::new(Mutex::new(Vec::new()));
        let journal = Arc::clone(&records);
        let server = Server {
            guard,
            clock: Arc::new(SystemClock::new()),
            users: Users::parse("eve:apple").unwrap(),
            maildir: Maildir::open(&folder, hostname()).unwrap(),
            limits,
            journal: Arc::new(move |record: &Record| journal.lock().unwrap().push(record.clone())),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, (stop, stopped)) = (listener.local_addr().unwrap(), watch::channel(false));
        let serving = tokio::spawn(server.serve(listener, stopped));
        Self {
            address,
            stop,
            serving,
            records,
            folder,
            limits,
        }
    }

    pub(crate) async fn dial(&self) -> Peer {
        Peer::dial(self.address).await
    }

    /// A peer that has been greeted.
    pub(crate) async fn peer(&self) -> Peer {
        let mut peer = self.dial().await;
        peer.hears("220 ").await;
        peer
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.records.lock().unwrap().clone()
    }

    pub(crate) fn kept(&self) -> Vec<String> {
        let read = |folder: &Path| {
            fs::read_dir(folder.join("new"))
                .unwrap()
                .map(|entry| entry.unwrap().path())
        };
        read(&self.folder)
            .map(|file| fs::read_to_string(file).unwrap())
            .collect()
    }
}

fn hostname() -> Name {
    Name::parse("mx.example.org").unwrap()
}

/// An empty folder. Whoever asks for it removes it.
pub(crate) fn new_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("mailward-server-test-{}-{count}", process::id()));
    fs::create_dir(&folder).unwrap();
    folder
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

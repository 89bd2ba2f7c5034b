//! A policy file that is read again while the server runs.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use mailward::clock::SystemClock;
use mailward::diagnostic::Diagnostics;
use mailward::dns::MemoryDns;
use mailward::guard::Shared;

use crate::file::{self, PolicyFile};
use crate::peer::Peer;
use crate::server::Limits;
use crate::site::{Site, new_folder};

/// A policy file in a folder of its own, with its table of senders.
struct Policy {
    folder: PathBuf,
    dns: Arc<MemoryDns>,
}

impl Policy {
    fn new(more: &str) -> Self {
        let policy = Self {
            folder: new_folder(),
            dns: Arc::default(),
        };
        policy.write("policy.toml", &format!("{POLICY}{more}"));
        policy.write("auth.user", HARMLESS);
        policy
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).unwrap();
    }

    fn begin(&self) -> PolicyFile {
        let (path, mut found) = (self.folder.join("policy.toml"), Diagnostics::new());
        let config = file::read(&path, &mut found).unwrap();
        let shared = Shared::new(Arc::clone(&self.dns), SystemClock::new());
        let file = PolicyFile::begin(&path, &config, shared, &mut found);
        assert_eq!(found.to_string(), "");
        file.unwrap()
    }

    /// What was said of files, without the folder.
    fn said(&self, found: &Diagnostics) -> String {
        let folder = format!("{}/", self.folder.display());
        found.to_string().replace(&folder, "")
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn site(file: &PolicyFile) -> Site {
    Site::judged_by(file.guard(), Limits::default()).await
}

/// A peer whose next command is RCPT.
async fn sender(site: &Site) -> Peer {
    let mut peer = site.peer().await;
    peer.asks("EHLO mail.example", "250").await;
    peer.asks("MAIL FROM:<ann@mail.example>", "250").await;
    peer
}

const RCPT: &str = "RCPT TO:<bob@example.org>";

#[tokio::test]
async fn a_changed_table_judges_those_who_come_after() {
    let policy = Policy::new("");
    let file = policy.begin();
    let site = site(&file).await;
    let mut before = sender(&site).await;
    before.asks(RCPT, "250").await;

    policy.write("auth.user", "ann@mail.example REJECT\n");
    assert_eq!(policy.said(&file.reload().unwrap()), "");
    sender(&site).await.asks(RCPT, "550 5.7.1").await;
    // Whoever was there before ends as it began, with all its messages.
    before.asks(RCPT, "250").await;
    before.asks("RSET", "250").await;
    before.asks("MAIL FROM:<ann@mail.example>", "250").await;
    before.asks(RCPT, "250").await;

    policy.write("auth.user", HARMLESS);
    file.reload().unwrap();
    sender(&site).await.asks(RCPT, "250").await;
}

#[tokio::test]
async fn the_name_of_the_host_is_part_of_what_changes() {
    let policy = Policy::new("");
    let file = policy.begin();
    let site = site(&file).await;
    let mut before = sender(&site).await;
    policy.write("policy.toml", &POLICY.replace("mx.", "mx2."));
    file.reload().unwrap();
    site.dial().await.hears("220 mx2.example.org ").await;
    before.asks(RCPT, "250").await;
    before.asks("DATA", "354").await;
    before.asks("x\r\n.", "250").await;
    assert!(site.kept()[0].contains("\n\tby mx.example.org with ESMTP "));
}

#[tokio::test]
async fn a_bad_file_changes_nothing_and_is_told_of() {
    let policy = Policy::new("");
    policy.write("auth.user", "ann@mail.example REJECT\n");
    let file = policy.begin();
    let site = site(&file).await;
    sender(&site).await.asks(RCPT, "550 5.7.1").await;

    policy.write("auth.user", "# Senders.\nann@mail.example REJCET\n");
    assert_eq!(
        policy.said(&file.reload().unwrap_err()),
        "auth.user:2:18: error: REJCET: not an action; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a \
         text; did you mean REJECT?\n"
    );
    sender(&site).await.asks(RCPT, "550 5.7.1").await;

    policy.write("auth.user", HARMLESS);
    policy.write("policy.toml", &format!("{POLICY}securty = 'secure'\n"));
    let errors = policy.said(&file.reload().unwrap_err());
    assert!(
        errors.starts_with("policy.toml:8:1: error: unknown key securty; ")
            && errors.ends_with("\n"),
        "{errors}"
    );
    fs::remove_file(policy.folder.join("policy.toml")).unwrap();
    let errors = policy.said(&file.reload().unwrap_err());
    assert_eq!(
        errors,
        "policy.toml:1:1: error: there is no file policy.toml\n"
    );
    sender(&site).await.asks(RCPT, "550 5.7.1").await;

    policy.write("policy.toml", POLICY);
    file.reload().unwrap();
    sender(&site).await.asks(RCPT, "250").await;
}

#[tokio::test]
async fn the_name_system_stays() {
    let policy = Policy::new("\n[[check]]\nkind = 'sender-domain'\n");
    let file = policy.begin();
    let site = site(&file).await;
    sender(&site).await.asks(RCPT, "450 4.1.8").await;
    assert_eq!(policy.said(&file.reload().unwrap()), "");
    policy
        .dns
        .replace("mail.example. MX 10 mail.example.")
        .unwrap();
    sender(&site).await.asks(RCPT, "250").await;

    let settings = "\n[dns]\ncache = 0\n";
    policy.write("policy.toml", &format!("{POLICY}{settings}"));
    let warnings = policy.said(&file.reload().unwrap());
    assert_eq!(
        warnings,
        "policy.toml:9:1: warning: cache and in-flight stay as they were when the server started\n"
    );
}

#[test]
fn a_policy_that_is_not_there_is_told_of() {
    let mut found = Diagnostics::new();
    assert!(file::read("no such file".as_ref(), &mut found).is_none());
    let errors = found.to_string();
    assert!(
        errors.starts_with("no such file:1:1: error: cannot be read: "),
        "{errors}"
    );
}

const POLICY: &str = "hostname = 'mx.example.org'
security = 'friendly'
perimeter.domains = ['example.org']

[[check]]
kind = 'sender-table'
file = 'auth.user'
";

const HARMLESS: &str = "joe@mail.example REJECT\n";

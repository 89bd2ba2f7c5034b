//! Twelve real clients against the server, over TCP on loopback, and what became of them.

mod clients;
mod dialogue;

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, fs, io};

use mailward::client::ClientIp;
use mailward::clock::SystemClock;
use mailward::dns::MemoryDns;
use mailward::policy::RefuseAt;
use mailward::wording::Security;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::options::Options;
use crate::policy;
use crate::server::{Limits, Maildir, Record, Server, Users};
use clients::{CLIENTS, DemoClient};

/// Plays all clients at once, prints each dialogue and the table, and judges.
pub(crate) async fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let options = site(options)?;
    let folder = Temporary::new()?;
    let records = Arc::new(Mutex::new(Vec::new()));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let serving =
        tokio::spawn(server(&options, &folder.0, Arc::clone(&records))?.serve(listener, stopped));

    let mut playing = Vec::new();
    for client in &CLIENTS {
        playing.push(tokio::spawn(timeout(
            PATIENCE,
            dialogue::play(client, address),
        )));
    }
    for (client, playing) in CLIENTS.iter().zip(playing) {
        println!("{} ({})\n{}", client.title, client.ip, playing.await???);
    }
    stop.send_replace(true);
    serving.await?;

    let records = records.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept(&folder.0)?;
    let right = table(&options, &records, &kept);
    let deliveries = CLIENTS
        .iter()
        .filter(|client| client.is_delivered())
        .count();
    println!(
        "\n{right} of {} clients ended as they should; {} messages kept, {deliveries} expected.",
        CLIENTS.len(),
        kept.len()
    );
    let is_right = right == CLIENTS.len() && kept.len() == deliveries;
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The site that the clients meet: the modes of the command line, and the rest as it stands here.
fn site(options: &Options) -> Result<Options, Box<dyn Error>> {
    Ok(Options {
        domains: vec!["example.org".parse()?],
        networks: vec!["198.18.9.0/24".parse()?],
        proxies: vec!["127.0.0.1".parse()?],
        blocklists: vec!["bl.example.net".parse()?],
        bad_senders: vec!["offers@bulk.example".parse()?],
        ..options.clone()
    })
}

fn server(
    options: &Options,
    folder: &Path,
    records: Arc<Mutex<Vec<Record>>>,
) -> Result<Server, Box<dyn Error>> {
    let clock = SystemClock::new();
    let dns = Arc::new(MemoryDns::parse(include_str!("demo.zone"))?.without_log());
    Ok(Server {
        guard: watch::channel(policy::guard(options, Some(dns), clock.clone())?).1,
        clock: Arc::new(clock),
        users: Users::parse("eve:apple")?,
        maildir: Maildir::open(folder, options.hostname.clone())?,
        limits: Limits::default(),
        journal: Arc::new(move |record: &Record| {
            records
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(record.clone());
        }),
    })
}

/// Prints what became of each client, and counts those it should have become of.
fn table(options: &Options, records: &[Record], kept: &[String]) -> usize {
    println!(
        "{:<30} {:<13} {:<17} {:<14} {:<20} delivered",
        "client", "address", "verdict", "rule", "reason"
    );
    let mut right = 0;
    for client in &CLIENTS {
        let record = deciding(client, records);
        let verdict = record.map_or_else(String::new, |record| {
            format!("{} {}", record.verb, record.codes())
        });
        let rule = record
            .and_then(|record| record.rule.as_ref())
            .map(|rule| rule.as_str());
        let reason = record.and_then(Record::reason);
        let deliveries = kept.iter().filter(|message| is_of(client, message)).count();
        let wanted = wanted(client, options);
        let ended_well = verdict == wanted
            && rule == client.rule
            && reason == client.reason
            && deliveries == usize::from(client.is_delivered());
        println!(
            "{:<30} {:<13} {verdict:<17} {:<14} {:<20} {}{}",
            client.title,
            client.ip,
            rule.unwrap_or("-"),
            reason.unwrap_or("-"),
            if deliveries == 0 { "no" } else { "yes" },
            if ended_well {
                String::new()
            } else {
                format!("  WRONG: wanted {wanted}, {:?}", client.rule)
            },
        );
        right += usize::from(ended_well);
    }
    right
}

/// The record that decided about a client: its first refusal, or the message that was kept.
fn deciding<'r>(client: &DemoClient, records: &'r [Record]) -> Option<&'r Record> {
    let ip = ClientIp::parse(client.ip).ok()?;
    let mut of_client = records.iter().filter(|record| record.client.ip() == ip);
    of_client.find(|record| record.refusal.is_some() || record.verb == "MESSAGE")
}

fn wanted(client: &DemoClient, options: &Options) -> &'static str {
    match (options.security, options.refuse_at) {
        (Security::Friendly, RefuseAt::Recipient) => client.verdict.friendly_recipient,
        (Security::Friendly, RefuseAt::Earliest) => client.verdict.friendly_earliest,
        (Security::Secure, RefuseAt::Recipient) => client.verdict.secure_recipient,
        (Security::Secure, RefuseAt::Earliest) => client.verdict.secure_earliest,
    }
}

/// The messages that lie in the maildir.
fn kept(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder.join("new"))?
        .map(|entry| fs::read_to_string(entry?.path()))
        .collect()
}

/// Whether the message is this client's: by what it wrote, and by what the server wrote about it.
fn is_of(client: &DemoClient, message: &str) -> bool {
    message.contains(&format!("\nSubject: {}\n", client.title))
        && message.contains(&format!("[{}])\n\tby mx.example.org with ESMTP", client.ip))
        && message.ends_with("\n\n.a line that begins with a dot\n")
}

/// A folder that is gone with its contents when the demo is over, however it ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> io::Result<Self> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_nanos();
        let folder = env::temp_dir().join(format!("mailward-demo-{}-{now}", process::id()));
        fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How long one client may take.
const PATIENCE: Duration = Duration::from_secs(30);

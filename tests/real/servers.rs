//! nsd, unbound and rbldnsd, with configurations of ours.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mailward::dns::HickoryDns;

use crate::daemon::{Daemon, Folder, answers_dns, installed};
use crate::zones::{LISTS, zones};

/// A resolver that asks this server alone.
pub(crate) fn resolver(server: &Daemon) -> HickoryDns {
    HickoryDns::builder()
        .servers([server.address()])
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap()
}

/// nsd, authoritative for the zones of `zones.rs`.
pub(crate) fn nsd() -> Option<Daemon> {
    let [program] = installed(["nsd"])?;
    let command = |port, folder: &Folder| {
        folder.write("nsd.conf", nsd_conf(port, folder));
        for (zone, text) in zones() {
            if let Some(text) = text {
                folder.write(&format!("{zone}.zone"), text);
            }
        }
        let mut command = Command::new(&program);
        command
            .arg("-d")
            .arg("-c")
            .arg(folder.path().join("nsd.conf"));
        command
    };
    Some(Daemon::start(command, |address| {
        answers_dns(address, "mail.example")
    }))
}

fn nsd_conf(port: u16, folder: &Folder) -> String {
    let here = folder.shown();
    let mut text = format!(
        r#"
server:
    ip-address: 127.0.0.1@{port}
    username: ""
    chroot: ""
    zonesdir: "{here}"
    database: ""
    pidfile: "{here}/nsd.pid"
    xfrdfile: ""
    xfrdir: "{here}"
    zonelistfile: "{here}/zone.list"
    server-count: 1
    ipv4-edns-size: 1232
    rrl-ratelimit: 0
remote-control:
    control-enable: no
"#
    );
    for (zone, _) in zones() {
        writeln!(
            text,
            "zone:\n    name: \"{zone}\"\n    zonefile: \"{zone}.zone\""
        )
        .unwrap();
    }
    text
}

/// rbldnsd, with the lists of `zones.rs`.
pub(crate) fn rbldnsd() -> Option<Daemon> {
    let [program] = installed(["rbldnsd"])?;
    let command = |port, folder: &Folder| rbldnsd_command(&program, port, folder);
    Some(Daemon::start(command, |address| {
        answers_dns(address, "2.0.0.127.bl.example")
    }))
}

fn rbldnsd_command(program: &Path, port: u16, folder: &Folder) -> Command {
    let mut command = Command::new(program);
    command.args([
        "-n",
        "-b",
        &format!("127.0.0.1/{port}"),
        "-w",
        folder.shown(),
    ]);
    if folder.is_of_root() {
        command.args(["-u", "nobody"]);
    }
    for (number, (zone, kind, text)) in LISTS.iter().enumerate() {
        folder.write(&format!("{number}.{kind}"), text);
        command.arg(format!("{zone}:{kind}:{number}.{kind}"));
    }
    command
}

/// unbound in front of the others, which it asks about their zones; about all else it refuses to be asked.
pub(crate) struct Site {
    pub(crate) resolver: Daemon,
    _behind: [Daemon; 2],
}

impl Site {
    pub(crate) fn start() -> Option<Self> {
        let [program, ..] = installed(["unbound", "nsd", "rbldnsd"])?;
        let behind = [nsd()?, rbldnsd()?];
        let [nsd, lists] = [behind[0].address(), behind[1].address()];
        let command = |port, folder: &Folder| {
            folder.write("unbound.conf", unbound_conf(port, folder, nsd, lists));
            let mut command = Command::new(&program);
            command
                .arg("-d")
                .arg("-c")
                .arg(folder.path().join("unbound.conf"));
            command
        };
        let resolver = Daemon::start(command, |address| answers_dns(address, "mail.example"));
        Some(Self {
            resolver,
            _behind: behind,
        })
    }

    pub(crate) fn dns(&self) -> HickoryDns {
        resolver(&self.resolver)
    }
}

fn unbound_conf(port: u16, folder: &Folder, nsd: SocketAddr, lists: SocketAddr) -> String {
    let mut text = format!(
        r#"
remote-control:
    control-enable: no
server:
    interface: 127.0.0.1@{port}
    access-control: 127.0.0.0/8 allow
    username: ""
    chroot: ""
    directory: "{}"
    pidfile: ""
    use-syslog: no
    do-daemonize: no
    do-ip6: no
    do-not-query-localhost: no
    module-config: "iterator"
    num-threads: 1
    qname-minimisation: no
    local-zone: "." refuse
"#,
        folder.shown()
    );
    let authoritative = zones().into_iter().map(|(zone, _)| (zone, nsd));
    let listing: BTreeSet<_> = LISTS.iter().map(|(zone, ..)| *zone).collect();
    let all: Vec<_> = authoritative
        .chain(listing.into_iter().map(|zone| (zone, lists)))
        .collect();
    for (zone, _) in &all {
        writeln!(text, "    local-zone: \"{zone}.\" transparent").unwrap();
    }
    for (zone, server) in all {
        let (ip, port) = (server.ip(), server.port());
        writeln!(
            text,
            "stub-zone:\n    name: \"{zone}\"\n    stub-addr: {ip}@{port}"
        )
        .unwrap();
    }
    text
}

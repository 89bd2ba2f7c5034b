//! Mail from swaks to `examples/smtp_server` behind a proxy, judged by what real servers say; and the same by
//! `examples/replay`.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::daemon::{Daemon, Folder, installed};
use crate::programs::{example, reply, swaks};
use crate::servers::Site;

/// A mail, and what becomes of it: reply to RCPT, and reason.
struct Mail {
    client: &'static str,
    sender: &'static str,
    recipient: &'static str,
    reply: &'static str,
    reason: Option<&'static str>,
}

const ACCEPTED: Mail = Mail {
    client: "203.0.113.2",
    sender: "ann@shop.example",
    recipient: "bob@example.org",
    reply: "250 2.1.5 ",
    reason: None,
};

/// One that is accepted, and one refused for each thing that a name server is asked about, or nobody.
const MAILS: [Mail; 5] = [
    ACCEPTED,
    Mail {
        recipient: "pat@third.example",
        reply: "550 5.7.1 ",
        reason: Some("relay-denied"),
        ..ACCEPTED
    },
    Mail {
        client: "203.0.113.9",
        reply: "554 5.7.1 ",
        reason: Some("listed-client"),
        ..ACCEPTED
    },
    Mail {
        client: "203.0.113.3", // it says that it is mail.example, which knows nothing of it
        reply: "550 5.7.25 ",
        reason: Some("unverified-client"),
        ..ACCEPTED
    },
    Mail {
        sender: "ann@nowhere.example",
        reply: "450 4.1.8 ",
        reason: Some("unresolvable-sender"),
        ..ACCEPTED
    },
];

/// Starts the server of the example by this policy. `None` where it cannot be built.
fn server(policy: &str, dns: &str) -> Option<Daemon> {
    let program = example("smtp_server")?;
    let command = |port, folder: &Folder| {
        folder.write("policy.toml", policy);
        folder.write("auth.user", "joe@shop.example REJECT\n");
        folder.write("empty.zone", "");
        let mut command = Command::new(&program);
        command.args(["--policy", "policy.toml", "--dns", dns]);
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        command
    };
    Some(Daemon::start(command, |address| {
        TcpStream::connect(address).is_ok()
    }))
}

#[test]
fn swaks_is_answered_by_what_real_servers_say() {
    let Some(site) = Site::start() else { return };
    let Some(server) = server(POLICY, &site.resolver.address().to_string()) else {
        return;
    };
    for mail in &MAILS {
        let arguments = ["--from", mail.sender, "--to", mail.recipient];
        let quit = ["--quit-after", "RCPT"];
        let arguments = [arguments.as_slice(), &quit].concat();
        let Some(dialogue) = swaks(server.address(), mail.client, &arguments) else {
            return;
        };
        let heard = reply(&dialogue, "RCPT");
        assert!(heard.starts_with(mail.reply), "{}:\n{dialogue}", mail.reply);
        let record = format!(
            "client={} port=50000 proxy=127.0.0.1 verb=RCPT ",
            mail.client
        );
        let log = server.log();
        let record = log.lines().rfind(|line| line.starts_with(&record)).unwrap();
        let reason = mail.reason.map_or("", |reason| reason);
        assert!(record.contains(reason), "{record}");
        assert_eq!(
            record.contains(" reason="),
            mail.reason.is_some(),
            "{record}"
        );
    }
}

#[test]
fn swaks_leaves_a_message() {
    let Some(site) = Site::start() else { return };
    let Some(server) = server(POLICY, &site.resolver.address().to_string()) else {
        return;
    };
    let arguments = ["--from", ACCEPTED.sender, "--to", ACCEPTED.recipient];
    let Some(dialogue) = swaks(server.address(), ACCEPTED.client, &arguments) else {
        return;
    };
    assert!(reply(&dialogue, "DATA").starts_with("354 "), "{dialogue}");
    assert!(
        reply(&dialogue, ".").starts_with("250 2.0.0 "),
        "{dialogue}"
    );
    let kept = fs::read_dir(server.folder().path().join("maildir/new")).unwrap();
    let kept = kept.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let [message] = kept.collect::<Vec<_>>().try_into().unwrap();
    let received = "Return-Path: <ann@shop.example>\n\
                    Received: from mail.example ([203.0.113.2])\n\tby mx.example.org with ESMTP id ";
    assert!(message.starts_with(received), "{message}");
}

#[test]
fn a_replay_is_answered_by_what_real_servers_say() {
    let Some(site) = Site::start() else { return };
    let Some(program) = example("replay") else {
        return;
    };
    let folder = Folder::new();
    folder.write("policy.toml", POLICY);
    folder.write("auth.user", "joe@shop.example REJECT\n");
    let mut replay = Command::new(program)
        .current_dir(folder.path())
        .args(["--policy", "policy.toml"])
        .args(["--dns", &site.resolver.address().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = replay.stdin.take().unwrap();
    for mail in &MAILS {
        let header = format!("PROXY TCP4 {} 127.0.0.1 50000 25", mail.client);
        let (from, to) = (mail.sender, mail.recipient);
        let [from, to] = [format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>")];
        let commands = json!([{ "proxy": header }, "EHLO mail.example", from, to, "QUIT"]);
        let session = json!({"id": mail.reply, "client": "127.0.0.1", "commands": commands});
        writeln!(input, "{session}").unwrap();
    }
    drop(input);
    let output = replay.wait_with_output().unwrap();
    assert!(output.status.success());
    let outcomes = String::from_utf8(output.stdout).unwrap();
    let rcpts: Vec<_> = outcomes.lines().map(rcpt).collect();
    let expected = MAILS.each_ref().map(|mail| (true, json!(mail.reason)));
    assert_eq!(rcpts, expected, "{outcomes}");
}

/// Of the step of RCPT: whether the reply is the one that the session is called after, and the reason.
fn rcpt(outcome: &str) -> (bool, Value) {
    let outcome: Value = serde_json::from_str(outcome).unwrap();
    let mut steps = outcome["steps"].as_array().unwrap().iter();
    let rcpt = |step: &&Value| step["command"].as_str().unwrap().starts_with("RCPT ");
    let step = steps.find(rcpt).unwrap();
    let reply = step["reply"].as_str().unwrap();
    let expected = reply.starts_with(outcome["id"].as_str().unwrap());
    (expected, step["reason"].clone())
}

#[test]
fn a_hangup_has_the_policy_read_again() {
    if installed(["swaks"]).is_none() {
        return;
    }
    let tables = POLICY.split_once(NAMES).unwrap().0;
    let Some(server) = server(tables, "empty.zone") else {
        return;
    };
    let heard = || {
        let arguments = ["--from", "joe@shop.example", "--to", "bob@example.org"];
        let arguments = [arguments.as_slice(), &["--quit-after", "RCPT"]].concat();
        let dialogue = swaks(server.address(), "203.0.113.2", &arguments).unwrap();
        reply(&dialogue, "RCPT")[..9].to_owned()
    };
    assert_eq!(heard(), "550 5.7.1");

    server.folder().write("auth.user", "joe@shop.example OK\n");
    server.signal("HUP");
    logs(&server, "smtp_server: policy.toml: loaded again\n");
    assert_eq!(heard(), "250 2.1.5");

    server
        .folder()
        .write("auth.user", "joe@shop.example REJCET\n");
    server.signal("HUP");
    logs(
        &server,
        "auth.user:1:18: error: REJCET: not an action; expected OK, DUNNO, REJECT, DEFER, LOG or a reply code and a text; \
         did you mean REJECT?\nsmtp_server: policy.toml: not loaded; what was loaded before stays\n",
    );
    assert_eq!(heard(), "250 2.1.5");
}

#[test]
fn a_server_does_not_start_by_a_bad_policy() {
    let Some(program) = example("smtp_server") else {
        return;
    };
    let folder = Folder::new();
    folder.write("policy.toml", POLICY.replace("friendly", "freindly"));
    let output = Command::new(program)
        .current_dir(folder.path())
        .args(["--policy", "policy.toml", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "policy.toml:2:12: error: unknown security freindly; expected friendly or secure; did you mean friendly?\nsmtp_server: policy.toml: not loaded\n"
    );
    assert!(!folder.path().join("maildir").exists());
}

/// Waits until the server has written this.
#[track_caller]
fn logs(server: &Daemon, text: &str) {
    let begun = Instant::now();
    while !server.log().contains(text) {
        assert!(begun.elapsed() < PATIENCE, "{}", server.log());
        thread::sleep(Duration::from_millis(20));
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

const NAMES: &str = "\n# What name servers are asked about.\n";

const POLICY: &str = "hostname = 'mx.example.org'
security = 'friendly'

[perimeter]
domains = ['example.org']
proxy-protocol = ['127.0.0.0/8']

[[check]]
kind = 'sender-table'
file = 'auth.user'

# What name servers are asked about.
[[check]]
kind = 'blocklist'
zone = [{ zone = 'bl.example' }]

[[check]]
kind = 'verified-client'

[[check]]
kind = 'sender-domain'
";

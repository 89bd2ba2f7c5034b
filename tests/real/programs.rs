//! The programs of `examples/`, as they stand now, and swaks, which speaks with them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

use crate::daemon::installed;

/// Where an example is. Who runs this test alone has not built it yet, or another state of it, so cargo is asked.
pub(crate) fn example(name: &str) -> Option<PathBuf> {
    static BUILT: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let [cargo] = installed([env!("CARGO")])?;
    let built = BUILT.get_or_init(|| {
        let arguments = "build --all-features --example smtp_server --example replay";
        let output = Command::new(cargo)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(arguments.split(' '))
            .args(["--quiet", "--message-format=json-render-diagnostics"])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let messages = String::from_utf8(output.stdout).unwrap();
        messages.lines().filter_map(program).collect()
    });
    Some(built[name].clone())
}

/// The program that a message of cargo tells of.
fn program(message: &str) -> Option<(String, PathBuf)> {
    let message: Value = serde_json::from_str(message).unwrap();
    let file = message["executable"].as_str()?;
    let name = message["target"]["name"].as_str().unwrap();
    Some((name.to_owned(), file.into()))
}

/// What swaks said and heard as this client of a proxy, a line each: `->` in front of the first, `<-` of the second,
/// with `**` where the reply was no success.
pub(crate) fn swaks(server: SocketAddr, client: &str, arguments: &[&str]) -> Option<String> {
    let [swaks] = installed(["swaks"])?;
    let output = Command::new(swaks)
        .args(["--server", "127.0.0.1"])
        .args(["--port", &server.port().to_string()])
        .args(["--proxy-version", "1", "--proxy-family", "TCP4"])
        .args(["--proxy-source", client, "--proxy-source-port", "50000"])
        .args(["--proxy-dest", "127.0.0.1", "--proxy-dest-port", "25"])
        .args(["--timeout", "30", "--helo", "mail.example"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    Some(format!("{said}{errors}"))
}

/// The reply to a command of such a dialogue.
#[track_caller]
pub(crate) fn reply<'d>(dialogue: &'d str, command: &str) -> &'d str {
    let mut lines = dialogue.lines();
    let said = |line: &str| {
        line.strip_prefix(" -> ")
            .is_some_and(|said| said.starts_with(command))
    };
    assert!(lines.any(said), "no {command} in:\n{dialogue}");
    let heard = lines.next().unwrap_or_default();
    let reply = heard
        .strip_prefix("<-  ")
        .or_else(|| heard.strip_prefix("<** "));
    reply.unwrap_or_else(|| panic!("no reply to {command} in:\n{dialogue}"))
}

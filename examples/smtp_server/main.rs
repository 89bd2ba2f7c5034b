//! A real SMTP server, judged at each verb by a guard.
//!
//! `cargo run --release --example smtp_server -- --demo` plays twelve clients against it over TCP and shows what
//! became of each; `-- --help` lists the options for serving. `server/` is the server, `options.rs` the command line,
//! `names.rs` the name system, `demo/` the twelve clients. The guard is that of `file.rs` where there is a policy file,
//! else that of `policy.rs`.

mod demo;
mod file;
mod names;
mod options;
mod policy;
mod server;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use mailward::clock::SystemClock;
use mailward::config::DnsSettings;
use mailward::diagnostic::Diagnostics;
use mailward::guard::Shared;
use tokio::net::TcpListener;
use tokio::sync::watch;

use file::PolicyFile;
use options::{Names, Options, Request};
use server::{Limits, Maildir, Record, Server, Users};

#[tokio::main]
async fn main() -> ExitCode {
    let request = match Request::parse(std::env::args().skip(1)) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("smtp_server: {error}; --help lists the options");
            return ExitCode::from(2);
        }
    };
    let done = match request {
        Request::Help => {
            print!("{}", options::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Request::Demo(options) => demo::run(&options).await,
        Request::Serve(options) => serve(&options).await.map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("smtp_server: {error}");
        ExitCode::FAILURE
    })
}

/// Serves until ctrl-c, and logs each outcome.
async fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    let clock = SystemClock::new();
    let guard = match &options.policy {
        Some(path) => {
            let file = policy_file(path, options, clock.clone())?;
            let guard = file.guard();
            #[cfg(unix)]
            file.reload_at_hangup()?;
            guard
        }
        None => {
            let open = |names| names::open(names, &DnsSettings::default());
            let dns = options.names.as_ref().map(open).transpose()?;
            watch::channel(policy::guard(options, dns, clock.clone())?).1
        }
    };
    let hostname = guard.borrow().perimeter().hostname().clone();
    let server = Server {
        guard,
        clock: Arc::new(clock),
        users: options
            .users
            .as_deref()
            .map(Users::read)
            .transpose()?
            .unwrap_or_default(),
        maildir: Maildir::open(&options.maildir, hostname.clone())
            .map_err(|error| format!("{}: {error}", options.maildir.display()))?,
        limits: Limits::default(),
        journal: Arc::new(|record: &Record| eprintln!("{record}")),
    };
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("{}: {error}", options.listen))?;
    eprintln!(
        "smtp_server: {hostname} listens on {}, keeps mail in {}, ends on ctrl-c",
        listener.local_addr()?,
        options.maildir.display()
    );
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(server.serve(listener, stopped));
    tokio::signal::ctrl_c().await?;
    eprintln!("smtp_server: stopping");
    stop.send_replace(true);
    serving.await?;
    Ok(())
}

/// Loads the policy file, and says what may not have been meant, or what is wrong.
fn policy_file(path: &Path, options: &Options, clock: SystemClock) -> Result<PolicyFile, String> {
    let mut found = Diagnostics::new();
    let not_loaded = || format!("{}: not loaded", path.display());
    let begun = file::read(path, &mut found)
        .ok_or_else(not_loaded)
        .and_then(|config| {
            let dns = names::open(
                options.names.as_ref().unwrap_or(&Names::System),
                config.dns(),
            )?;
            PolicyFile::begin(path, &config, Shared::new(dns, clock), &mut found)
                .ok_or_else(not_loaded)
        });
    eprint!("{found}");
    begun
}

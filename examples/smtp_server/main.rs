//! A real SMTP server, judged at each verb by a guard.
//!
//! `cargo run --release --example smtp_server -- --demo` plays twelve clients against it over TCP and shows what
//! became of each; `-- --help` lists the options for serving. `server/` is the server, `policy.rs` the guard,
//! `options.rs` the command line, `demo/` the twelve clients.

mod demo;
mod options;
mod policy;
mod server;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;

use mailward::clock::SystemClock;
use tokio::net::TcpListener;
use tokio::sync::watch;

use options::{Options, Request};
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
    let dns = options.zone.as_deref().map(policy::read_zone).transpose()?;
    let clock = SystemClock::new();
    let server = Server {
        guard: policy::guard(options, dns, clock.clone())?,
        clock: Arc::new(clock),
        users: options
            .users
            .as_deref()
            .map(Users::read)
            .transpose()?
            .unwrap_or_default(),
        maildir: Maildir::open(&options.maildir, options.hostname.clone())
            .map_err(|error| format!("{}: {error}", options.maildir.display()))?,
        limits: Limits::default(),
        journal: Arc::new(|record: &Record| eprintln!("{record}")),
    };
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("{}: {error}", options.listen))?;
    eprintln!(
        "smtp_server: {} listens on {}, keeps mail in {}, ends on ctrl-c",
        options.hostname,
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

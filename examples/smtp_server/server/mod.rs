//! An SMTP server round a guard: the part of the example to copy.
//!
//! A [`Server`] takes connections. For each, `proxy` finds out who it is, and `connection` reads commands, asks the
//! guard, and writes its replies; `verbs`, `login` and `transfer` add what only a server can: extensions and limits,
//! AUTH, the message itself. The other files are one noun each.

mod auth;
mod connection;
mod limits;
mod line;
mod login;
mod maildir;
mod message;
mod output;
mod patience;
mod proxy;
mod received;
mod record;
mod transfer;
mod verbs;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use mailward::clock::Clock;
use mailward::guard::Guard;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

pub(crate) use auth::Users;
pub(crate) use limits::Limits;
pub(crate) use maildir::Maildir;
pub(crate) use record::{Journal, Record};

/// Everything that the connections of one server share.
pub(crate) struct Server {
    /// Who judges. A connection ends on the guard it began with; whatever is sent here judges those that come after.
    pub(crate) guard: watch::Receiver<Guard>,
    /// The calendar for `Received` lines and file names.
    pub(crate) clock: Arc<dyn Clock>,
    /// Who may log in; nobody when it is empty.
    pub(crate) users: Users,
    /// Where accepted mail goes.
    pub(crate) maildir: Maildir,
    /// What one connection, and all of them together, may use.
    pub(crate) limits: Limits,
    /// Who is told of each outcome.
    pub(crate) journal: Journal,
}

impl Server {
    /// Takes connections until `stop` turns true; then lets those that are open say goodbye.
    pub(crate) async fn serve(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let server = Arc::new(self);
        let places = Arc::new(Semaphore::new(server.limits.connections));
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    pause_after(&error).await;
                    continue;
                }
            };
            match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let (server, stop) = (Arc::clone(&server), stop.clone());
                    tokio::spawn(async move {
                        connection::serve(stream, peer, server, stop).await;
                        drop(place);
                    });
                }
                Err(_) => turn_away(stream).await,
            }
        }
        let all = u32::try_from(server.limits.connections).unwrap_or(u32::MAX);
        // Whoever is not done by then is cut off.
        let _ = timeout(GRACE, places.acquire_many(all)).await;
    }
}

/// There is room for this in any fresh connection's send buffer, so nobody waits for a slow peer here.
async fn turn_away(mut stream: TcpStream) {
    let _ = timeout(Duration::from_secs(1), stream.write_all(FULL)).await;
}

/// A connection that broke before it was taken is nobody's fault. When files run out, taking the next one at once
/// would only fail again.
async fn pause_after(error: &io::Error) {
    eprintln!("accept: {error}");
    sleep(Duration::from_millis(100)).await;
}

const FULL: &[u8] = b"421 4.3.2 Too many connections, try again later.\r\n";

/// How long open connections may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(10);

//! Waiting for a peer, but not for ever, and how a connection ends.

use std::future::Future;
use std::io;
use std::time::Duration;

use mailward::reply::{Detail, Reply, ReplyCode, ReplyText};
use tokio::sync::watch;
use tokio::time::timeout;

/// Why a connection ends.
#[derive(Debug)]
pub(crate) enum End {
    /// The peer is gone, or the network is.
    Gone,
    /// The last reply has been said.
    Said,
    /// This is to be said, and why in a word.
    Farewell(Reply, &'static str),
}

impl End {
    /// A 421 with this text.
    pub(crate) const fn farewell(detail: Detail, text: &'static str, reason: &'static str) -> Self {
        let text = ReplyText::from_static(text);
        Self::Farewell(
            Reply::new(ReplyCode::SERVICE_NOT_AVAILABLE, Some(detail), text),
            reason,
        )
    }
}

/// How long a peer is waited for.
pub(crate) struct Patience {
    idle: Duration,
    stop: watch::Receiver<bool>,
}

impl Patience {
    pub(crate) const fn new(idle: Duration, stop: watch::Receiver<bool>) -> Self {
        Self { idle, stop }
    }

    /// Waits for what the peer does next, until it has been idle for too long or the server stops.
    pub(crate) async fn between_commands<T>(
        &mut self,
        next: impl Future<Output = io::Result<T>>,
    ) -> Result<T, End> {
        tokio::select! {
            biased;
            result = timeout(self.idle, next) => given(result),
            _ = self.stop.wait_for(|stop| *stop) => {
                Err(End::farewell(Detail::NOT_ACCEPTING_MESSAGES, "Shutting down, try again later.", "stopping"))
            }
        }
    }

    /// Waits for what the peer does next in the middle of something that should come to its end.
    pub(crate) async fn meanwhile<T>(
        &self,
        next: impl Future<Output = io::Result<T>>,
    ) -> Result<T, End> {
        given(timeout(self.idle, next).await)
    }
}

fn given<T, E>(result: Result<io::Result<T>, E>) -> Result<T, End> {
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::farewell(
            Detail::BAD_CONNECTION,
            "Idle for too long.",
            "idle",
        )),
    }
}

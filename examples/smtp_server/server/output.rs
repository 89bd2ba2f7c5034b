//! Replies on their way to the client, and the end of a connection.

use std::io;
use std::time::Duration;

use mailward::reply::Reply;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::line::LineReader;

/// Replies on their way out.
pub(super) struct Output {
    stream: OwnedWriteHalf,
    waiting: Vec<u8>,
}

impl Output {
    pub(super) const fn new(stream: OwnedWriteHalf) -> Self {
        Self {
            stream,
            waiting: Vec::new(),
        }
    }

    pub(super) fn put(&mut self, reply: &Reply) {
        self.put_octets(reply.to_string().as_bytes());
    }

    pub(super) fn put_octets(&mut self, octets: &[u8]) {
        self.waiting.extend_from_slice(octets);
    }

    /// Whether so much waits that it should go out now.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() > MAX_WAITING
    }

    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.waiting).await?;
        self.waiting.clear();
        Ok(())
    }
}

/// Closes our direction and reads what is still on its way. A socket closed with octets unread resets the connection,
/// and the last reply would be lost with it.
pub(super) async fn linger(mut input: LineReader<OwnedReadHalf>, mut output: Output) {
    let drain = async {
        output.stream.shutdown().await?;
        let mut left = MAX_DRAIN;
        while left > 0 {
            let octets = input.octets().await?.len();
            if octets == 0 {
                break;
            }
            input.consume(octets);
            left = left.saturating_sub(octets);
        }
        io::Result::Ok(())
    };
    let _ = timeout(LINGER, drain).await;
}

/// A client that sends commands and reads no replies gets no further than this many octets.
const MAX_WAITING: usize = 16 * 1024;

/// The most octets, and the longest time, to wait for a peer that was told to go.
const MAX_DRAIN: usize = 4 * 1024 * 1024;
const LINGER: Duration = Duration::from_secs(2);

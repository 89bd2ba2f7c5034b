//! The other end of a connection, and name servers that are never there.

use std::future::pending;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::Location;
use std::time::Duration;

use mailward::client::ClientIp;
use mailward::dns::{Dns, Lookup, Mx, PtrTarget, Txt};
use mailward::name::NameRef;
use mailward::step::Step;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A peer that says what a test wants it to say.
pub(crate) struct Peer(BufReader<TcpStream>);

impl Peer {
    pub(crate) async fn dial(server: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(server).await.unwrap()))
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.send_octets(text.as_bytes()).await;
    }

    /// A server that has closed the connection may not take all of it.
    pub(crate) async fn send_octets(&mut self, octets: &[u8]) {
        let _ = timeout(PATIENCE, self.0.write_all(octets))
            .await
            .expect("the server reads");
    }

    /// The lines of one reply, each ended by LF; nothing when the server has closed the connection.
    pub(crate) async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let mut line = String::new();
            timeout(PATIENCE, self.0.read_line(&mut line))
                .await
                .expect("a reply in time")
                .unwrap();
            assert!(line.is_empty() || line.ends_with("\r\n"), "{line:?}");
            reply.push_str(line.trim_end());
            reply.push('\n');
            if line.as_bytes().get(3) != Some(&b'-') {
                return reply;
            }
        }
    }

    #[track_caller]
    pub(crate) fn hears<'p>(&'p mut self, code: &'p str) -> impl Future<Output = ()> + 'p {
        let caller = Location::caller();
        async move {
            let reply = self.reply().await;
            assert!(
                reply.starts_with(code.trim_end()),
                "{caller}: wanted {code}, heard {reply}"
            );
        }
    }

    pub(crate) async fn said(&mut self, line: &str) -> String {
        self.send(&format!("{line}\r\n")).await;
        self.reply().await
    }

    pub(crate) async fn asks(&mut self, line: &str, code: &str) {
        let reply = self.said(line).await;
        assert!(
            reply.starts_with(code.trim_end()),
            "{line}: wanted {code}, heard {reply}"
        );
    }

    pub(crate) async fn begins_message(&mut self) {
        self.asks("EHLO mail.example", "250").await;
        self.asks("MAIL FROM:<ann@mail.example>", "250").await;
        self.asks("RCPT TO:<bob@example.org>", "250").await;
        self.asks("DATA", "354").await;
    }

    /// Everything that is said until the server closes the connection.
    pub(crate) async fn last_words(&mut self) -> String {
        let mut said = Vec::new();
        let read = timeout(PATIENCE, self.0.read_to_end(&mut said))
            .await
            .expect("an end in time");
        read.expect("no reset");
        String::from_utf8(said).unwrap()
    }

    pub(crate) async fn is_closed(&mut self) {
        assert_eq!(self.last_words().await, "");
    }
}

/// Name servers that never answer.
pub(crate) struct Silent;

impl Dns for Silent {
    fn ptr(&self, _: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
        Step::later(pending())
    }

    fn a(&self, _: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
        Step::later(pending())
    }

    fn aaaa(&self, _: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
        Step::later(pending())
    }

    fn mx(&self, _: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
        Step::later(pending())
    }

    fn txt(&self, _: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
        Step::later(pending())
    }
}

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

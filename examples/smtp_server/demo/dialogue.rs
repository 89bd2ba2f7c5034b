//! One client's side of a dialogue over TCP.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use mailward::wire::proxy::{Ends, ProxyHeader};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::clients::DemoClient;

/// Plays the client as far as it gets, and gives what was said on both sides.
pub(super) async fn play(client: &DemoClient, server: SocketAddr) -> io::Result<String> {
    let mut dialogue = Dialogue {
        stream: BufReader::new(TcpStream::connect(server).await?),
        said: String::new(),
    };
    dialogue.send(&header(client, server)?.to_string()).await?;
    if dialogue.reply().await? && dialogue.sends_mail(client).await? {
        dialogue.send(&message(client)).await?;
        dialogue.reply().await?;
    }
    dialogue.ask("QUIT").await?;
    Ok(dialogue.said)
}

fn header(client: &DemoClient, server: SocketAddr) -> io::Result<ProxyHeader> {
    let source: Ipv4Addr = client.ip.parse().map_err(io::Error::other)?;
    let SocketAddr::V4(server) = server else {
        return Err(io::Error::other("the demo serves on IPv4"));
    };
    let source = SocketAddrV4::new(source, 40_000);
    Ok(ProxyHeader::Tcp4(Ends {
        source: *source.ip(),
        destination: *server.ip(),
        source_port: source.port(),
        destination_port: server.port(),
    }))
}

fn message(client: &DemoClient) -> String {
    let DemoClient {
        title, from, to, ..
    } = client;
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {title}\r\n\r\n..a line that begins with a dot\r\n.\r\n"
    )
}

struct Dialogue {
    stream: BufReader<TcpStream>,
    said: String,
}

impl Dialogue {
    /// Greets, and goes on until the server waits for a message or has refused something.
    async fn sends_mail(&mut self, client: &DemoClient) -> io::Result<bool> {
        let login = client
            .login
            .map(|response| format!("AUTH PLAIN {response}"));
        let lines = [
            Some(format!("EHLO {}", client.greeting)),
            login,
            Some(format!("MAIL FROM:{}", client.from)),
            Some(format!("RCPT TO:{}", client.to)),
            Some("DATA".to_owned()),
        ];
        for line in lines.iter().flatten() {
            if !self.ask(line).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn ask(&mut self, line: &str) -> io::Result<bool> {
        self.send(&format!("{line}\r\n")).await?;
        self.reply().await
    }

    async fn send(&mut self, text: &str) -> io::Result<()> {
        self.said
            .extend(text.lines().map(|line| format!("  C: {line}\n")));
        self.stream.write_all(text.as_bytes()).await
    }

    /// Reads a reply, of one line or several, and says whether it was a good one.
    async fn reply(&mut self) -> io::Result<bool> {
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.said.push_str(&format!("  S: {}\n", line.trim_end()));
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(matches!(line.as_bytes().first(), Some(b'2' | b'3')));
            }
        }
    }
}

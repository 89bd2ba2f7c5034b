//! A thread for each session, over TCP, without an async runtime: a small server, and three clients that try it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use mailward::clock::SystemClock;
use mailward::dns::MemoryDns;
use mailward::policies::{Greeting, SenderDomain};
use mailward::verdict::Then;
use mailward::{Guard, Perimeter, Shared};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let guard = guard()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let guard = guard.clone(); // shares it
            thread::spawn(move || serve(&guard, &stream)); // a real server has a limit to its threads, and logs errors
        }
    });

    let clients = CLIENTS.map(|dialogue| thread::spawn(move || speak(address, dialogue)));
    for (client, expected) in clients.into_iter().zip(CLIENTS) {
        let heard = client.join().map_err(|_| "a client panicked")??;
        println!("{heard}");
        assert_eq!(heard, expected);
    }
    Ok(())
}

fn guard() -> Result<Guard, Box<dyn std::error::Error>> {
    let home = Perimeter::new("mx.example.org".parse()?).domain("example.org".parse()?);
    let clock = SystemClock::new();
    let dns = MemoryDns::parse(ZONE)?.with_clock(clock.clone());
    Ok(Guard::builder(home.clone(), Shared::new(dns, clock))
        .check(Greeting::new(&home))
        .check(SenderDomain::new())
        .build())
}

/// One session. A verb blocks this thread until it is decided, at the latest at the guard's deadline.
fn serve(guard: &Guard, stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(300)))?; // RFC 5321 section 4.5.3.2.7
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let (mut dialogue, mut outcome) = guard.connect_blocking(stream.peer_addr()?);
    loop {
        writer.write_all(outcome.reply.to_string().as_bytes())?;
        if outcome.then == Then::Close {
            return Ok(());
        }
        outcome = if outcome.reply.code().as_u16() == 354 {
            let message = read_message(&mut reader)?;
            drop(message); // a real server stores it here, and answers 451 where it cannot
            dialogue.end_of_data()
        } else {
            dialogue.line(&read_line(&mut reader)?)
        };
    }
}

/// A line with its CRLF. Whoever sends longer ones, or a bare LF, is hung up on: a line must mean the same to all.
fn read_line(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.take(MAX_LINE).read_until(b'\n', &mut line)?;
    let whole = line.ends_with(b"\r\n").then_some(line);
    whole.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// The lines of a message, up to the one that is a dot. A leading dot was doubled by the client (RFC 5321 4.5.2).
fn read_message(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    loop {
        let line = read_line(reader)?;
        if line == b".\r\n" {
            return Ok(message);
        }
        if message.len() > MAX_MESSAGE {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// Speaks the client's lines of a dialogue, and gives back the dialogue as it went.
fn speak(server: SocketAddr, dialogue: &str) -> io::Result<String> {
    let stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let (mut reader, mut writer) = (BufReader::new(&stream), &stream);
    let mut heard = String::new();
    for line in dialogue.lines() {
        if let Some(command) = line.strip_prefix("C: ") {
            writer.write_all(format!("{command}\r\n").as_bytes())?;
            heard += &format!("{line}\n");
        } else {
            let mut reply = String::new();
            reader.read_line(&mut reply)?;
            heard += &format!("S: {}\n", reply.trim_end());
        }
    }
    Ok(heard)
}

const MAX_LINE: u64 = 2048;
const MAX_MESSAGE: usize = 10 << 20;

/// The answer takes its time, so the threads of the sessions really wait.
const ZONE: &str = "example.com. MX !delay=50ms 10 mail.example.com.";

/// Three clients: one is welcome, one claims to be us, one tries to relay, and hangs up.
const CLIENTS: [&str; 3] = [
    "S: 220 mx.example.org ESMTP
C: EHLO mail.example.com
S: 250 mx.example.org ESMTP
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Sender ok.
C: RCPT TO:<bob@example.org>
S: 250 2.1.5 Recipient ok.
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C: .
S: 250 2.0.0 Ok.
C: QUIT
S: 221 2.0.0 Closing transmission channel.
",
    "S: 220 mx.example.org ESMTP
C: HELO mx.example.org
S: 250 mx.example.org ESMTP
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Sender ok.
C: RCPT TO:<bob@example.org>
S: 554 5.7.0 Closing transmission channel.
C: QUIT
S: 221 2.0.0 Closing transmission channel.
",
    "S: 220 mx.example.org ESMTP
C: EHLO mail.example.com
S: 250 mx.example.org ESMTP
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Sender ok.
C: RCPT TO:<bob@third.example>
S: 550 5.7.1 User not local, Relay disabled.
",
];

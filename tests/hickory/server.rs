//! A name server on loopback that says what its script says, over UDP and TCP.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::message::{Question, Reply};

/// What the server does with a question.
pub(crate) enum Act {
    Say(Reply),
    /// These very octets, for each of them a message.
    Octets(Vec<Vec<u8>>),
    Silence,
}

impl From<Reply> for Act {
    fn from(reply: Reply) -> Self {
        Self::Say(reply)
    }
}

/// What listens on the port beside UDP.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tcp {
    Open,
    Closed,
}

pub(crate) struct Server {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Question>>>,
    stopped: Arc<AtomicBool>,
}

type Script = Arc<dyn Fn(&Question) -> Act + Send + Sync>;

impl Server {
    pub(crate) fn start(script: impl Fn(&Question) -> Act + Send + Sync + 'static) -> Self {
        Self::with(Tcp::Open, script)
    }

    pub(crate) fn with(
        tcp: Tcp,
        script: impl Fn(&Question) -> Act + Send + Sync + 'static,
    ) -> Self {
        Self::at(Ipv4Addr::LOCALHOST.into(), tcp, script)
    }

    pub(crate) fn at(
        ip: IpAddr,
        tcp: Tcp,
        script: impl Fn(&Question) -> Act + Send + Sync + 'static,
    ) -> Self {
        let (datagrams, streams) = sockets(ip);
        let address = datagrams.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let known = Arc::clone(&log);
        let script: Script = Arc::new(move |question| {
            known.lock().unwrap().push(question.clone());
            script(question)
        });
        let (script_too, stop) = (Arc::clone(&script), Arc::clone(&stopped));
        thread::spawn(move || serve_datagrams(&datagrams, &script, &stop));
        if tcp == Tcp::Open {
            let stop = Arc::clone(&stopped);
            thread::spawn(move || serve_streams(&streams, &script_too, &stop));
        }
        Self {
            address,
            log,
            stopped,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked so far: name and type, with `+tcp` behind what came over TCP.
    pub(crate) fn asked(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        let shown = log.iter().map(|question| {
            let how = if question.over_tcp { "+tcp" } else { "" };
            format!("{} {}{how}", question.spelt, question.kind)
        });
        shown.collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address); // wakes who waits in `accept`
    }
}

/// A port that is free for both.
fn sockets(ip: IpAddr) -> (UdpSocket, TcpListener) {
    loop {
        let datagrams = UdpSocket::bind((ip, 0)).unwrap();
        if let Ok(streams) = TcpListener::bind(datagrams.local_addr().unwrap()) {
            return (datagrams, streams);
        }
    }
}

fn serve_datagrams(socket: &UdpSocket, script: &Script, stopped: &AtomicBool) {
    socket
        .set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let mut packet = [0; 4096];
    while !stopped.load(Ordering::SeqCst) {
        let Ok((length, client)) = socket.recv_from(&mut packet) else {
            continue;
        };
        for reply in replies(&packet[..length], false, script) {
            socket.send_to(&reply, client).unwrap();
        }
    }
}

fn serve_streams(socket: &TcpListener, script: &Script, stopped: &AtomicBool) {
    for stream in socket.incoming() {
        if stopped.load(Ordering::SeqCst) {
            return;
        }
        let script = Arc::clone(script);
        thread::spawn(move || serve_stream(stream.unwrap(), &script));
    }
}

/// Until the client hangs up.
fn serve_stream(mut stream: TcpStream, script: &Script) {
    let mut length = [0; 2];
    while stream.read_exact(&mut length).is_ok() {
        let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
        if stream.read_exact(&mut packet).is_err() {
            return;
        }
        for reply in replies(&packet, true, script) {
            let length = u16::try_from(reply.len()).unwrap().to_be_bytes();
            let _ = stream.write_all(&[&length, reply.as_slice()].concat());
        }
    }
}

fn replies(packet: &[u8], over_tcp: bool, script: &Script) -> Vec<Vec<u8>> {
    let question = Question::read(packet, over_tcp);
    match script(&question) {
        Act::Say(reply) => vec![reply.to(&question)],
        Act::Octets(messages) => messages,
        Act::Silence => Vec::new(),
    }
}

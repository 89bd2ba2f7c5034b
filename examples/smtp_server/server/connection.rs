//! One connection, from the greeting to the last reply.

use std::net::SocketAddr;
use std::sync::Arc;

use mailward::address::Recipient;
use mailward::client::{Client, ClientIp};
use mailward::guard::{Dialogue, Guard, Outcome};
use mailward::reply::{Detail, Reply, ReplyCode, ReplyText};
use mailward::verdict::{Event, Then};
use mailward::wire::smtp::{Command, Verb};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::watch;

use super::line::{Line, LineReader};
use super::output::{Output, linger};
use super::patience::{End, Patience};
use super::record::Record;
use super::{Server, proxy};

/// A dialogue with one client.
///
/// The guard's [`Dialogue`] has the state of SMTP; what stands here is what only the host knows.
pub(super) struct Connection {
    pub(super) server: Arc<Server>,
    /// The server's guard when the connection came.
    pub(super) guard: Guard,
    pub(super) dialogue: Dialogue,
    pub(super) input: LineReader<OwnedReadHalf>,
    pub(super) patience: Patience,
    /// The address at the other end of the socket: the client's, or a proxy's.
    pub(super) peer: ClientIp,
    /// The recipients that were accepted, of the present transaction.
    pub(super) recipients: Vec<Recipient>,
    pub(super) failed_logins: usize,
    output: Output,
    commands: usize,
    bad_commands: usize,
}

/// Speaks with a peer until it or the server has had enough.
pub(super) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    server: Arc<Server>,
    stop: watch::Receiver<bool>,
) {
    // Replies go out as soon as the client waits for them.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let (mut input, mut output) = (LineReader::new(read), Output::new(write));
    let patience = Patience::new(server.limits.idle, stop);
    let guard = server.guard.borrow().clone();
    let client = match guard.perimeter().is_proxy(peer.ip().into()) {
        true => proxy::client(peer, &mut input, server.limits.proxy).await,
        false => Ok(Client::from(peer)),
    };
    match client {
        Ok(client) => {
            let (dialogue, greeting) = guard.connect(client).await;
            let mut connection = Connection {
                server,
                guard,
                dialogue,
                input,
                patience,
                peer: peer.ip().into(),
                recipients: Vec::new(),
                failed_logins: 0,
                output,
                commands: 0,
                bad_commands: 0,
            };
            let end = connection.run(&greeting).await;
            connection.end(end).await;
        }
        Err(End::Farewell(reply, reason)) => {
            (server.journal)(&Record::own(
                Client::from(peer),
                CONNECT,
                &reply,
                Some(reason),
            ));
            output.put(&reply);
            let _ = patience.meanwhile(output.flush()).await;
            linger(input, output).await;
        }
        Err(End::Gone | End::Said) => {}
    }
}

impl Connection {
    async fn run(&mut self, greeting: &Outcome) -> End {
        if let Err(end) = self.say(CONNECT, greeting) {
            return end;
        }
        loop {
            if let Err(end) = self.turn().await {
                return end;
            }
        }
    }

    /// Reads one command and obeys. Replies wait until the client waits for them (RFC 2920 section 3.2).
    async fn turn(&mut self) -> Result<(), End> {
        if self.input.is_dry() || self.output.is_full() {
            self.flush().await?;
        }
        let command = match self
            .patience
            .between_commands(self.input.line(MAX_LINE_LEN))
            .await?
        {
            Line::Whole(line) => Command::parse(line),
            Line::TooLong => return self.say_own("?", &LINE_TOO_LONG, "line-too-long"),
            Line::Endless => {
                return Err(End::farewell(
                    Detail::SYNTAX,
                    "That line does not end.",
                    "endless-line",
                ));
            }
            Line::End => return Err(End::Gone),
        };
        self.commands += 1;
        if self.commands > self.server.limits.commands {
            return Err(End::farewell(
                Detail::SECURITY,
                "Too many commands.",
                "too-many-commands",
            ));
        }
        let said = match command {
            Ok(command) => self.obey(command).await,
            Err(error) => {
                let outcome = self.dialogue.bad_syntax(&error);
                self.say(error.verb().map_or("?", Verb::as_str), &outcome)
            }
        };
        // RSET and greetings end a transaction, and so does the message.
        if self.dialogue.session().sender().is_none() {
            self.recipients.clear();
        }
        said
    }

    /// Says what the guard answers, and does what is to follow.
    pub(super) fn say(&mut self, verb: &'static str, outcome: &Outcome) -> Result<(), End> {
        self.journal(&Record::of(
            *self.dialogue.session().client(),
            verb,
            outcome,
        ));
        self.output.put(&outcome.reply);
        if outcome.then == Then::Close {
            return Err(End::Said);
        }
        match outcome.verdict.refusal().map(|refusal| refusal.event()) {
            Some(Event::BadSyntax | Event::BadSequence | Event::CommandDisabled) => {
                self.count_bad()
            }
            _ => Ok(()),
        }
    }

    /// Says what the server itself has to answer.
    pub(super) fn say_own(
        &mut self,
        verb: &'static str,
        reply: &Reply,
        reason: &'static str,
    ) -> Result<(), End> {
        self.journal(&Record::own(
            *self.dialogue.session().client(),
            verb,
            reply,
            Some(reason),
        ));
        self.output.put(reply);
        match matches!(reply.code().as_u16(), 500..=504 | 555) {
            true => self.count_bad(),
            false => Ok(()),
        }
    }

    /// Says that a message was taken.
    pub(super) fn say_kept(&mut self, id: String) {
        let outcome = self.dialogue.end_of_data();
        let client = *self.dialogue.session().client();
        self.journal(&Record {
            id: Some(id),
            ..Record::of(client, "MESSAGE", &outcome)
        });
        self.output.put(&outcome.reply);
        self.commands = 0;
    }

    /// Says something that no [`Reply`] can be.
    pub(super) fn say_octets(&mut self, octets: &[u8]) {
        self.output.put_octets(octets);
    }

    pub(super) async fn flush(&mut self) -> Result<(), End> {
        self.patience.meanwhile(self.output.flush()).await
    }

    fn journal(&self, record: &Record) {
        (self.server.journal)(record);
    }

    fn count_bad(&mut self) -> Result<(), End> {
        self.bad_commands += 1;
        match self.bad_commands > self.server.limits.bad_commands {
            true => Err(End::farewell(
                Detail::SECURITY,
                "Too many bad commands.",
                "too-many-bad-commands",
            )),
            false => Ok(()),
        }
    }

    async fn end(mut self, end: End) {
        match end {
            End::Gone => return,
            End::Said => {}
            End::Farewell(reply, reason) => {
                self.journal(&Record::own(
                    *self.dialogue.session().client(),
                    "CLOSE",
                    &reply,
                    Some(reason),
                ));
                self.output.put(&reply);
            }
        }
        if self.flush().await.is_ok() {
            linger(self.input, self.output).await;
        }
    }
}

const CONNECT: &str = "CONNECT";

/// The longest line of any command: that of AUTH (RFC 4954 section 4). The parser knows the limit of each verb.
pub(super) const MAX_LINE_LEN: usize = Verb::Auth.max_line_len();

const LINE_TOO_LONG: Reply = Reply::new(
    ReplyCode::COMMAND_UNRECOGNIZED,
    Some(Detail::SYNTAX),
    ReplyText::from_static("Line too long."),
);

//! One session, from its connection to its end.

use std::io::{self, Write};

use super::{Header, Item, Script, Step, Told, World};
use crate::client::{Client, ClientIp};
use crate::guard::{Dialogue, Guard, Outcome};
use crate::reply::{Detail, Reply, ReplyCode, ReplyText};
use crate::session::{Report, Session};
use crate::trace::Trace;
use crate::verdict::{Reason, Refusal, Stage, Subject, Then};
use crate::wire::proxy::{Parsed, ProxyHeader};
use crate::wire::smtp::{Command, Verb};

/// Judges a session, and tells each step.
pub(super) fn play(
    guard: &Guard,
    world: &World,
    script: &Script<'_>,
    output: &mut impl Write,
) -> io::Result<()> {
    let mut told = Told::begin(output, &script.id)?;
    let mut items = script.items.iter();
    match client(guard, world, script, &mut items) {
        Ok(client) => {
            let before = world.asked();
            let (dialogue, outcome) = world.drive(guard.connect(client));
            let mut player = Player {
                world,
                dialogue,
                standing: Then::Continue,
                message: Message::None,
                told: &mut told,
            };
            player.tell(CONNECT, Some(Stage::Connect), before, &outcome)?;
            items.try_for_each(|item| player.take(item))?;
        }
        Err(reason) => {
            told.step(&Step {
                command: CONNECT,
                outcome: &farewell(reason),
                queries: 0,
                would: None,
            })?;
            for item in items {
                pass(world, item);
            }
        }
    }
    told.end()
}

/// Who is to be judged: the peer, or whom a listed proxy names. Or why that cannot be known.
fn client<'s>(
    guard: &Guard,
    world: &World,
    script: &Script<'_>,
    items: &mut impl Iterator<Item = &'s Item<'s>>,
) -> Result<Client, &'static str> {
    if !guard.perimeter().is_proxy(script.client) {
        return Ok(script.peer());
    }
    match items.find(|item| pass(world, item).is_none()) {
        Some(Item::Proxy(Header { octets, .. })) => {
            let client = named(octets, script.client).ok_or("proxy-header-malformed")?;
            Ok(client.identified(&script.id))
        }
        _ => Err("proxy-header-missing"),
    }
}

/// The client of a header: whom it names, or the proxy itself when it names nobody.
fn named(octets: &[u8], proxy: ClientIp) -> Option<Client> {
    match ProxyHeader::parse(octets) {
        Ok(Parsed::Complete { header, used }) if used == octets.len() => {
            Some(match header.source() {
                Some(source) => Client::proxied(source.ip().into(), proxy).with_port(source.port()),
                None => Client::unnamed(proxy),
            })
        }
        Ok(_) | Err(_) => None,
    }
}

/// Does what happens to the world, whoever is connected. Nothing for what is about the connection.
fn pass(world: &World, item: &Item<'_>) -> Option<()> {
    match item {
        Item::Wait(time) => world.wait(*time),
        Item::Zone(records) => world.change_zone(records),
        _ => return None,
    }
    Some(())
}

/// What a listed proxy hears that does not say for whom it speaks.
fn farewell(reason: &'static str) -> Outcome {
    let code = ReplyCode::SERVICE_NOT_AVAILABLE;
    let refusal = Refusal::temporary(Reason::custom(reason, Subject::Client))
        .with_detail(Detail::OTHER_PROTOCOL)
        .closing();
    Outcome {
        verdict: refusal.clone().with_code(code).unwrap_or(refusal).into(),
        reply: Reply::new(code, Some(Detail::OTHER_PROTOCOL), HEADER_EXPECTED),
        rule: None,
        then: Then::Close,
        trace: Trace::new(),
    }
}

/// A session under way.
struct Player<'p, 'w, W> {
    world: &'p World,
    dialogue: Dialogue,
    standing: Then,
    message: Message,
    told: &'p mut Told<'w, W>,
}

/// Whether a message is on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Message {
    None,
    Coming,
}

impl<W: Write> Player<'_, '_, W> {
    fn take(&mut self, item: &Item<'_>) -> io::Result<()> {
        if pass(self.world, item).is_some() || self.standing == Then::Close {
            return Ok(());
        }
        match item {
            Item::Says(line) => return self.says(line, line.as_bytes()),
            Item::Raw(octets) => return self.says(&octets.escape_ascii().to_string(), octets),
            Item::Proxy(header) => return self.says(&header.shown, &header.octets),
            Item::Authenticated(user) => self.dialogue.authenticated(user),
            Item::Tls => self.dialogue.tls(),
            Item::Report(report) => self.report(*report),
            Item::Wait(_) | Item::Zone(_) => {}
        }
        Ok(())
    }

    fn report(&mut self, report: Report) {
        self.dialogue.report(report);
        if report == Report::Refused {
            self.end_message();
        }
    }

    fn says(&mut self, shown: &str, line: &[u8]) -> io::Result<()> {
        let before = self.world.asked();
        if self.message == Message::Coming && matches!(line, b"." | b".\r\n") {
            self.message = Message::None;
            let outcome = self.dialogue.end_of_data();
            return self.tell(shown, None, before, &outcome);
        }
        self.end_message();
        match Command::parse(line) {
            Ok(command) => {
                let verb = command.verb();
                let outcome = self.world.drive(self.dialogue.command(command));
                if verb == Verb::Data && !outcome.is_refusal() {
                    self.message = Message::Coming;
                }
                self.tell(shown, stage(verb), before, &outcome)
            }
            Err(error) => {
                let outcome = self.dialogue.bad_syntax(&error);
                self.tell(shown, None, before, &outcome)
            }
        }
    }

    /// The message has come, and nobody says what the client heard.
    fn end_message(&mut self) {
        if self.message == Message::Coming {
            self.message = Message::None;
            let _ = self.dialogue.end_of_data();
        }
    }

    fn tell(
        &mut self,
        command: &str,
        stage: Option<Stage>,
        asked_before: u64,
        outcome: &Outcome,
    ) -> io::Result<()> {
        self.standing = outcome.then;
        let would = outcome.trace.would().next().zip(stage);
        self.told.step(&Step {
            command,
            outcome,
            queries: self.world.asked().saturating_sub(asked_before),
            would: would.map(|((_, refusal), stage)| {
                spoken(
                    self.dialogue.guard(),
                    refusal,
                    stage,
                    self.dialogue.session(),
                )
            }),
        })
    }
}

/// The code that a refusal would have been spoken with.
fn spoken(guard: &Guard, refusal: &Refusal, stage: Stage, session: &Session) -> ReplyCode {
    let refusal = guard.firmness().apply(refusal.clone()).at(stage);
    guard.wording().refuse(&refusal, stage, session).code()
}

/// Where policies have a say.
const fn stage(verb: Verb) -> Option<Stage> {
    match verb {
        Verb::Ehlo | Verb::Helo => Some(Stage::Greeting),
        Verb::Mail => Some(Stage::Mail),
        Verb::Rcpt => Some(Stage::Recipient),
        Verb::Data => Some(Stage::Data),
        _ => None,
    }
}

const CONNECT: &str = "connect";
const HEADER_EXPECTED: ReplyText = ReplyText::from_static("A PROXY header is expected here.");

//! A line of input: the facts, and what is said and happens.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Reader, Replay, Text, unknown};
use crate::client::{Client, ClientIp};
use crate::session::Report;

/// A session.
#[derive(Debug)]
pub(super) struct Script<'l> {
    pub(super) id: Cow<'l, str>,
    pub(super) client: ClientIp,
    pub(super) port: Option<u16>,
    pub(super) items: Vec<Item<'l>>,
}

/// What is said, or happens beside the dialogue.
#[derive(Debug)]
pub(super) enum Item<'l> {
    Says(Cow<'l, str>),
    Raw(Vec<u8>),
    Proxy(Header),
    Authenticated(Cow<'l, str>),
    Tls,
    Report(Report),
    Wait(Duration),
    Zone(Cow<'l, str>),
}

/// A PROXY header as it is sent, and as it is shown.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) octets: Vec<u8>,
    pub(super) shown: String,
}

impl<'l> Script<'l> {
    /// Reads a line.
    pub(super) fn read(line: &'l str) -> Result<Self, String> {
        serde_json::from_str(line).map_err(|error| {
            let column = error.column();
            let text = error.to_string();
            let place = format!(" at line {} column {column}", error.line());
            let what = text.strip_suffix(&place).unwrap_or(&text);
            let mut sentence = format!("column {column}: ");
            sentence.extend(what.chars().take(LONGEST_ERROR));
            sentence
        })
    }

    /// The peer, when it speaks for itself.
    pub(super) fn peer(&self) -> Client {
        let peer = Client::direct(self.client).identified(&self.id);
        match self.port {
            Some(port) => peer.with_port(port),
            None => peer,
        }
    }

    /// How much its zone changes hold.
    pub(super) fn zone_octets(&self) -> usize {
        let zones = self.items.iter().filter_map(|item| match item {
            Item::Zone(records) => Some(records.len()),
            _ => None,
        });
        zones.fold(0, usize::saturating_add)
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for Script<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

struct Fields<'l>(PhantomData<&'l ()>);

impl<'de: 'l, 'l> Visitor<'de> for Fields<'l> {
    type Value = Script<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a session, as an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Script<'l>, M::Error> {
        let (mut id, mut client, mut port, mut items) = (None, None, None, None);
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "id" => once(&mut id, "id", map.next_value::<Text<'l>>()?.0)?,
                "client" => once(&mut client, "client", address(&map.next_value()?)?)?,
                "port" => once(&mut port, "port", map.next_value()?)?,
                "commands" => once(&mut items, "commands", map.next_value::<Items<'l>>()?.0)?,
                _ => return Err(unknown("field", &key, &FIELDS)),
            }
        }
        Ok(Script {
            id: id.ok_or_else(|| de::Error::missing_field("id"))?,
            client: client.ok_or_else(|| de::Error::missing_field("client"))?,
            port,
            items: items.ok_or_else(|| de::Error::missing_field("commands"))?,
        })
    }
}

fn once<T, E: de::Error>(slot: &mut Option<T>, key: &'static str, value: T) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::duplicate_field(key)),
    }
}

fn address<E: de::Error>(Text(text): &Text<'_>) -> Result<ClientIp, E> {
    ClientIp::parse(text).map_err(E::custom)
}

/// The commands, as many as are allowed.
struct Items<'l>(Vec<Item<'l>>);

impl<'de: 'l, 'l> Deserialize<'de> for Items<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Sequence(PhantomData))
    }
}

struct Sequence<'l>(PhantomData<&'l ()>);

impl<'de: 'l, 'l> Visitor<'de> for Sequence<'l> {
    type Value = Items<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of commands and objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Items<'l>, S::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            if items.len() >= Replay::MAX_COMMANDS {
                let most = Replay::MAX_COMMANDS;
                return Err(de::Error::custom(format!("more than {most} commands")));
            }
            items.push(item);
        }
        Ok(Items(items))
    }
}

impl<'de: 'l, 'l> Deserialize<'de> for Item<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

const FIELDS: [&str; 4] = ["id", "client", "port", "commands"];

/// In characters; whoever sent the line knows what stood in it.
const LONGEST_ERROR: usize = 300;

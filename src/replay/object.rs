//! One entry of `commands`: a command line, or an object of one key.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, MapAccess, Visitor};

use super::{Header, Hex, Item, Text, Time, True, unknown};
use crate::dns::MemoryDns;
use crate::session::Report;

/// Reads an entry.
pub(super) struct Reader<'l>(pub(super) PhantomData<&'l ()>);

impl<'de: 'l, 'l> Visitor<'de> for Reader<'l> {
    type Value = Item<'l>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a command line or an object")
    }

    fn visit_borrowed_str<E: de::Error>(self, line: &'de str) -> Result<Item<'l>, E> {
        Ok(Item::Says(Cow::Borrowed(line)))
    }

    fn visit_str<E: de::Error>(self, line: &str) -> Result<Item<'l>, E> {
        Ok(Item::Says(Cow::Owned(line.to_owned())))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Item<'l>, M::Error> {
        let Some(Text(key)) = map.next_key()? else {
            return Err(de::Error::custom("an object says one thing, and this none"));
        };
        let item = value(&key, &mut map)?;
        match map.next_key::<Text<'l>>()? {
            None => Ok(item),
            Some(_) => Err(de::Error::custom("an object says one thing, and this more")),
        }
    }
}

fn value<'de: 'l, 'l, M: MapAccess<'de>>(key: &str, map: &mut M) -> Result<Item<'l>, M::Error> {
    Ok(match key {
        "report" => Item::Report(report(&map.next_value()?)?),
        "raw" => Item::Raw(map.next_value::<Hex>()?.0),
        "authenticated" => Item::Authenticated(map.next_value::<Text<'l>>()?.0),
        "tls" => {
            let True = map.next_value()?;
            Item::Tls
        }
        "wait" => Item::Wait(map.next_value::<Time>()?.0),
        "early-talker" => {
            let True = map.next_value()?;
            Item::Report(Report::EarlyTalker)
        }
        "proxy" => Item::Proxy(line_header(&map.next_value()?)),
        "proxy-hex" => Item::Proxy(octet_header(map.next_value()?)),
        "zone" => Item::Zone(zone(map.next_value()?)?),
        _ => return Err(unknown("object", key, &OBJECTS)),
    })
}

fn report<E: de::Error>(Text(word): &Text<'_>) -> Result<Report, E> {
    match &**word {
        "unknown-user" => Ok(Report::UnknownUser),
        "auth-failed" => Ok(Report::AuthFailed),
        "accepted" => Ok(Report::Accepted),
        "refused" => Ok(Report::Refused),
        _ => Err(unknown("report", word, &REPORTS)),
    }
}

fn line_header(Text(line): &Text<'_>) -> Header {
    let mut octets = line.as_bytes().to_vec();
    octets.extend(b"\r\n");
    Header {
        octets,
        shown: line.to_string(),
    }
}

fn octet_header(Hex(octets): Hex) -> Header {
    Header {
        shown: octets.escape_ascii().to_string(),
        octets,
    }
}

/// Read to the end now, so that a session that is judged can be judged to its end.
fn zone<'l, E: de::Error>(Text(records): Text<'l>) -> Result<Cow<'l, str>, E> {
    match MemoryDns::parse(&records) {
        Ok(_) => Ok(records),
        Err(error) => Err(E::custom(format!("zone: {error}"))),
    }
}

const OBJECTS: [&str; 9] = [
    "report",
    "raw",
    "authenticated",
    "tls",
    "wait",
    "early-talker",
    "proxy",
    "proxy-hex",
    "zone",
];

const REPORTS: [&str; 4] = ["unknown-user", "auth-failed", "accepted", "refused"];

//! One record of a master file: its type and its data.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::time::Duration;

use crate::dns::{DnsError, Exchange, Mx, PtrTarget, Txt};
use crate::name::Name;

use super::{Owner, Place, Token, ZoneError};

/// A record as the tree takes it.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) owner: Box<str>,
    pub(super) kind: Kind,
    pub(super) ttl: Duration,
    /// How late the answer comes.
    pub(super) delay: Duration,
    pub(super) data: Data,
}

/// The types a zone file may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    A,
    Aaaa,
    /// Every type, for what is scripted.
    Any,
    Cname,
    Mx,
    Ns,
    Ptr,
    Soa,
    Txt,
}

impl Kind {
    pub(super) fn parse(word: &str) -> Option<Self> {
        KINDS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(word))
            .map(|&(_, kind)| kind)
    }
}

/// What a record says.
#[derive(Debug)]
pub(super) enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(Box<str>),
    Mx(Mx),
    /// Only a delay: the answer is what else the file says.
    Late,
    Ns,
    Ptr(PtrTarget),
    Scripted(Scripted),
    /// How long an absence may be kept.
    Soa(Duration),
    Txt(Txt),
}

/// An answer that no record gives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scripted {
    NoData,
    NoSuchName,
    Trouble(DnsError),
}

/// The words of one entry, from left to right.
#[derive(Debug)]
pub(super) struct Fields<'e, 'z> {
    tokens: std::slice::Iter<'e, Token<'z>>,
    end: Place,
}

impl<'e, 'z> Fields<'e, 'z> {
    pub(super) fn new(tokens: &'e [Token<'z>], end: Place) -> Self {
        Self {
            tokens: tokens.iter(),
            end,
        }
    }

    pub(super) fn peek(&self) -> Option<&'e Token<'z>> {
        self.tokens.as_slice().first()
    }

    pub(super) fn next(&mut self, what: &'static str) -> Result<&'e Token<'z>, ZoneError> {
        self.tokens
            .next()
            .ok_or_else(|| ZoneError::ended(what, self.end))
    }

    /// The next word, if it is one that `read` takes.
    pub(super) fn next_if<T>(&mut self, read: impl FnOnce(&Token<'z>) -> Option<T>) -> Option<T> {
        let found = read(self.peek()?)?;
        self.tokens.next();
        Some(found)
    }

    fn parse<T: FromStr>(&mut self, what: &'static str) -> Result<T, ZoneError> {
        let token = self.next(what)?;
        token
            .bare()
            .and_then(|word| word.parse().ok())
            .ok_or_else(|| ZoneError::expected(what, token))
    }

    pub(super) fn owner(&mut self, what: &'static str, origin: &Owner) -> Result<Owner, ZoneError> {
        Owner::read(self.next(what)?, origin)
    }

    pub(super) fn seconds(&mut self, what: &'static str) -> Result<Duration, ZoneError> {
        let token = self.next(what)?;
        token
            .bare()
            .and_then(seconds)
            .ok_or_else(|| ZoneError::expected(what, token))
    }

    pub(super) fn finish(&self) -> Result<(), ZoneError> {
        self.peek().map_or(Ok(()), |token| {
            Err(ZoneError::expected("the end of the entry", token))
        })
    }
}

/// Reads what stands behind the type: `!` words, then the data.
pub(super) fn read_data(
    kind: Kind,
    ttl: Duration,
    origin: &Owner,
    fields: &mut Fields<'_, '_>,
) -> Result<(Duration, Data), ZoneError> {
    let mut delay = Duration::ZERO;
    let mut late = false;
    while let Some(token) = fields.next_if(|token| token.bare()?.starts_with('!').then_some(*token))
    {
        match script(&token)? {
            Script::Answer(scripted) => return Ok((delay, Data::Scripted(scripted))),
            Script::Delay(more) => delay = delay.saturating_add(more),
        }
        late = true;
    }
    match fields.peek() {
        None if late => Ok((delay, Data::Late)),
        Some(token) if kind == Kind::Any => Err(ZoneError::expected(
            "a word such as !servfail, for ANY",
            token,
        )),
        _ => Ok((delay, plain_data(kind, ttl, origin, fields)?)),
    }
}

fn plain_data(
    kind: Kind,
    ttl: Duration,
    origin: &Owner,
    fields: &mut Fields<'_, '_>,
) -> Result<Data, ZoneError> {
    Ok(match kind {
        Kind::A => Data::A(fields.parse("an IPv4 address")?),
        Kind::Aaaa => Data::Aaaa(fields.parse("an IPv6 address")?),
        Kind::Any => {
            return Err(ZoneError::ended(
                "a word such as !servfail, for ANY",
                fields.end,
            ));
        }
        Kind::Cname => Data::Cname(fields.owner("a name", origin)?.key()),
        Kind::Mx => Data::Mx(mail_exchanger(origin, fields)?),
        Kind::Ns => fields.owner("a name", origin).map(|_| Data::Ns)?,
        Kind::Ptr => Data::Ptr(PtrTarget::from_labels(
            fields.owner("a name", origin)?.labels(),
        )),
        Kind::Soa => Data::Soa(start_of_authority(origin, fields)?.min(ttl)),
        Kind::Txt => Data::Txt(text(fields)?),
    })
}

fn mail_exchanger(origin: &Owner, fields: &mut Fields<'_, '_>) -> Result<Mx, ZoneError> {
    let preference = fields.parse("a preference from 0 to 65535")?;
    let host = fields.owner("a name", origin)?;
    let exchange = match (host.labels().next(), Name::from_labels(host.labels())) {
        (None, _) => Exchange::Root,
        (Some(_), Ok(name)) => Exchange::Host(name),
        (Some(_), Err(_)) => Exchange::Unusable,
    };
    Ok(Mx {
        preference,
        exchange,
    })
}

/// The minimum field, which bounds how long an absence may be kept (RFC 2308 section 4).
fn start_of_authority(origin: &Owner, fields: &mut Fields<'_, '_>) -> Result<Duration, ZoneError> {
    fields.owner("the primary server's name", origin)?;
    fields.owner("the mailbox of the person responsible, as a name", origin)?;
    fields.parse::<u32>("a serial number")?;
    fields.seconds("a refresh time")?;
    fields.seconds("a retry time")?;
    fields.seconds("an expiry time")?;
    fields.seconds("a minimum time")
}

fn text(fields: &mut Fields<'_, '_>) -> Result<Txt, ZoneError> {
    let mut octets = string(fields.next("a string")?)?;
    while let Some(token) = fields.next_if(|token| Some(*token)) {
        octets.extend(string(&token)?);
        if octets.len() > MAX_TEXT {
            return Err(ZoneError::plain(
                "this text is longer than 65535 octets",
                token.place,
            ));
        }
    }
    Ok(Txt::new(octets))
}

fn string(token: &Token<'_>) -> Result<Vec<u8>, ZoneError> {
    let octets: Vec<u8> = token.octets()?.iter().map(|octet| octet.value).collect();
    if octets.len() > MAX_STRING {
        return Err(ZoneError::plain(
            "this string is longer than 255 octets; write it as several",
            token.place,
        ));
    }
    Ok(octets)
}

enum Script {
    Answer(Scripted),
    Delay(Duration),
}

fn script(token: &Token<'_>) -> Result<Script, ZoneError> {
    if let Some(delay) = token.text.strip_prefix("!delay=") {
        let delay = milliseconds(delay)
            .ok_or_else(|| ZoneError::expected("a delay such as !delay=250ms", token))?;
        return Ok(Script::Delay(delay));
    }
    Ok(Script::Answer(match token.text {
        "!nodata" => Scripted::NoData,
        "!nxdomain" => Scripted::NoSuchName,
        "!refused" => Scripted::Trouble(DnsError::Refused),
        "!servfail" => Scripted::Trouble(DnsError::ServerFailure),
        "!timeout" => Scripted::Trouble(DnsError::Timeout),
        _ => return Err(ZoneError::unknown("script word", token, SCRIPT_WORDS)),
    }))
}

/// `250ms`, `5s`, `2m`, `1h`.
fn milliseconds(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.find(|next: char| !next.is_ascii_digit())?)?;
    let number: u64 = number.parse().ok()?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(unit).map(Duration::from_millis)
}

/// A TTL: seconds, or numbers with the units w d h m s as name servers take them (`1h30m`); below 2^31.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    let mut total = 0_u32;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .find(|next: char| !next.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, unit) = rest.split_at_checked(end)?;
        let mut unit = unit.chars();
        let factor = match unit.next().map(|letter| letter.to_ascii_lowercase()) {
            None if number.len() == text.len() => 1,
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 60 * 60,
            Some('d') => 24 * 60 * 60,
            Some('w') => 7 * 24 * 60 * 60,
            _ => return None,
        };
        total = number
            .parse::<u32>()
            .ok()?
            .checked_mul(factor)?
            .checked_add(total)?;
        rest = unit.as_str();
    }
    (!text.is_empty() && total <= MAX_TTL).then(|| Duration::from_secs(total.into()))
}

pub(super) const KINDS: [(&str, Kind); 9] = [
    ("A", Kind::A),
    ("AAAA", Kind::Aaaa),
    ("ANY", Kind::Any),
    ("CNAME", Kind::Cname),
    ("MX", Kind::Mx),
    ("NS", Kind::Ns),
    ("PTR", Kind::Ptr),
    ("SOA", Kind::Soa),
    ("TXT", Kind::Txt),
];

const SCRIPT_WORDS: [&str; 6] = [
    "!delay=250ms",
    "!nodata",
    "!nxdomain",
    "!refused",
    "!servfail",
    "!timeout",
];

/// RFC 1035 section 3.3.
const MAX_STRING: usize = 255;

/// RFC 1035 section 3.2.1: as long as the data of a record may be.
const MAX_TEXT: usize = 65_535;

/// RFC 2181 section 8.
const MAX_TTL: u32 = 0x7fff_ffff;

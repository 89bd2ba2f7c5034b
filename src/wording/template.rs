//! An operator's text, with placeholders.

use std::fmt::{self, Write as _};

use super::Security;
use crate::name::Name;
use crate::reply::ReplyText;
use crate::session::Session;
use crate::verdict::{Reason, Refusal};

/// A text with its placeholders found.
#[derive(Clone, Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(Box<str>),
    Slot(Slot),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Client,
    Name,
    Helo,
    Sender,
    Recipient,
    Zone,
    Text,
    Code,
    Id,
    Hostname,
}

impl Slot {
    const ALL: [(&'static str, Self); 10] = [
        ("client", Self::Client),
        ("name", Self::Name),
        ("helo", Self::Helo),
        ("sender", Self::Sender),
        ("recipient", Self::Recipient),
        ("zone", Self::Zone),
        ("text", Self::Text),
        ("code", Self::Code),
        ("id", Self::Id),
        ("hostname", Self::Hostname),
    ];
}

impl Template {
    pub(super) fn parse(text: &str, security: Security) -> Result<Self, TextError> {
        ReplyText::parse(text).map_err(|error| TextError(Fault::Unusable(error.to_string())))?;
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, from_brace)) = rest.split_once('{') {
            let Some((word, after)) = from_brace.split_once('}') else {
                return Err(TextError(Fault::Unclosed));
            };
            push_text(&mut parts, before);
            parts.push(Part::Slot(slot(word, security)?));
            rest = after;
        }
        push_text(&mut parts, rest);
        Ok(Self { parts })
    }

    /// The text with its evidence filled in. Octets of the peer become printable ASCII.
    pub(super) fn fill(&self, refusal: &Refusal, session: &Session, hostname: &Name) -> ReplyText {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                // Writing to a String cannot fail.
                Part::Slot(slot) => drop(write_slot(&mut text, *slot, refusal, session, hostname)),
            }
        }
        ReplyText::sanitize(&text)
    }

    /// The text as it stands; in secure mode there are no placeholders.
    pub(super) fn plain(&self) -> ReplyText {
        let fixed = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(&**text),
            Part::Slot(_) => None,
        });
        ReplyText::sanitize(&fixed.collect::<String>())
    }
}

fn push_text(parts: &mut Vec<Part>, text: &str) {
    if !text.is_empty() {
        parts.push(Part::Text(text.into()));
    }
}

fn slot(word: &str, security: Security) -> Result<Slot, TextError> {
    let known = Slot::ALL
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, slot)| *slot);
    match (known, security) {
        (None, _) => Err(TextError(Fault::UnknownPlaceholder(word.into()))),
        (Some(_), Security::Secure) => Err(TextError(Fault::SecurePlaceholder(word.into()))),
        (Some(slot), Security::Friendly) => Ok(slot),
    }
}

fn write_slot(
    out: &mut String,
    slot: Slot,
    refusal: &Refusal,
    session: &Session,
    hostname: &Name,
) -> fmt::Result {
    match slot {
        Slot::Client => write!(out, "{}", session.client().ip()),
        Slot::Name => match session.known_name().and_then(|found| found.name()) {
            Some(name) => write!(out, "{name}"),
            None => out.write_str("unknown"),
        },
        Slot::Helo => out.write_str(session.greeting().map_or("", |greeting| greeting.text())),
        Slot::Sender => session
            .sender()
            .map_or(Ok(()), |sender| write!(out, "{}", sender.sender())),
        Slot::Recipient => session
            .recipient()
            .map_or(Ok(()), |recipient| write!(out, "{recipient}")),
        Slot::Zone => out.write_str(match refusal.reason() {
            Reason::ListedClient(hit) => hit.label(),
            _ => "",
        }),
        Slot::Text => match refusal.reason() {
            Reason::ListedClient(hit) => hit.text().map_or(Ok(()), |text| write!(out, "{text}")),
            _ => Ok(()),
        },
        Slot::Code => write!(out, "{}", refusal.code()),
        Slot::Id => out.write_str(session.client().id().unwrap_or("-")),
        Slot::Hostname => write!(out, "{hostname}"),
    }
}

/// A text cannot be used.
///
/// ```
/// use mailward::name::Name;
/// use mailward::verdict::Event;
/// use mailward::wording::{Security, Wording};
///
/// let secure = Wording::new(Security::Secure, Name::parse("mx.example.org")?);
/// let error = secure.with_text(Event::ListedClient, "See {zone}").unwrap_err();
/// assert_eq!(error.to_string(), "placeholder {zone} works in friendly mode only");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct TextError(Fault);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("{0}")]
    Unusable(String),
    #[error("brace without its partner; expected a placeholder such as {{client}}")]
    Unclosed,
    #[error(
        "unknown placeholder {{{0}}}; expected client, name, helo, sender, recipient, zone, text, code, id or hostname in braces"
    )]
    UnknownPlaceholder(String),
    #[error("placeholder {{{0}}} works in friendly mode only")]
    SecurePlaceholder(String),
}

//! Values of JSON that mean something here.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use crate::diagnostic::shown;
use crate::nearest::nearest;

/// A text, taken from the line where it stands there as it is.
#[derive(Debug)]
pub(super) struct Text<'l>(pub(super) Cow<'l, str>);

impl<'de: 'l, 'l> Deserialize<'de> for Text<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextReader).map(Text)
    }
}

struct TextReader;

impl<'de> Visitor<'de> for TextReader {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// What can only be so.
pub(super) struct True;

impl<'de> Deserialize<'de> for True {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match bool::deserialize(deserializer)? {
            true => Ok(Self),
            false => Err(de::Error::custom("expected true, or no such object")),
        }
    }
}

/// Octets in hexadecimal digits of either case.
pub(super) struct Hex(pub(super) Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        octets(text.as_bytes())
            .map(Self)
            .ok_or_else(|| de::Error::custom("expected octets, each as two hexadecimal digits"))
    }
}

fn octets(digits: &[u8]) -> Option<Vec<u8>> {
    let mut pairs = digits.chunks_exact(2);
    let octets = pairs.by_ref().map(octet).collect::<Option<_>>()?;
    pairs.remainder().is_empty().then_some(octets)
}

fn octet(pair: &[u8]) -> Option<u8> {
    let digit = |octet: &u8| char::from(*octet).to_digit(16);
    let [high, low] = pair else { return None };
    let value = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
    u8::try_from(value).ok()
}

/// A number with its unit.
pub(super) struct Time(pub(super) Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        duration(&text).map(Self).ok_or_else(|| {
            let text = shown(&text);
            de::Error::custom(format!(
                "{text} is no time; expected a number with its unit, such as 250ms, 5s, 5m, 1h or 35d"
            ))
        })
    }
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = UNITS
        .iter()
        .find_map(|(unit, length)| Some((text.strip_suffix(unit)?, length)))?;
    if !number.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    let millis = number.parse::<u64>().ok()?.checked_mul(*unit)?;
    Some(Duration::from_millis(millis))
}

/// What a word is not, and which was probably meant.
pub(super) fn unknown<E: de::Error>(what: &str, word: &str, known: &[&str]) -> E {
    let (last, others) = known.split_last().unwrap_or((&"", &[]));
    let found = shown(word);
    let mut sentence = format!(
        "unknown {what} {found}; expected {} or {last}",
        others.join(", ")
    );
    if let Some(meant) = nearest(word, known.iter().copied()) {
        sentence.push_str(&format!("; did you mean {meant}?"));
    }
    E::custom(sentence)
}

/// In milliseconds; `ms` before the `s` that it ends in.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

//! Names in a master file: any octets, relative to an origin.

use crate::dns::escaped;

use super::{Token, ZoneError};

/// A name of a zone: labels of any octets, lower-case, the root's empty one left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Owner(Vec<Vec<u8>>);

impl Owner {
    /// Reads a word as a name; `@` and names without a final dot belong to the origin.
    pub(super) fn read(token: &Token<'_>, origin: &Self) -> Result<Self, ZoneError> {
        match token.bare() {
            Some("@") => return Ok(origin.clone()),
            Some(".") => return Ok(Self::default()),
            _ => {}
        }
        let octets = token.octets()?;
        if octets
            .iter()
            .any(|octet| !octet.escaped && (!octet.value.is_ascii_graphic()))
        {
            return Err(ZoneError::expected(
                "a name in visible ASCII, other octets as \\DDD",
                token,
            ));
        }
        let mut labels: Vec<Vec<u8>> = octets
            .split(|octet| octet.value == b'.' && !octet.escaped)
            .map(|label| {
                label
                    .iter()
                    .map(|octet| octet.value.to_ascii_lowercase())
                    .collect()
            })
            .collect();
        match labels.pop_if(|last| last.is_empty()) {
            Some(_) => {}
            None => labels.extend(origin.0.iter().cloned()),
        }
        Self(labels).checked(token)
    }

    fn checked(self, token: &Token<'_>) -> Result<Self, ZoneError> {
        if self.0.is_empty() || self.0.iter().any(Vec::is_empty) {
            return Err(ZoneError::expected("a name without empty labels", token));
        }
        if self.0.iter().any(|label| label.len() > MAX_LABEL) {
            return Err(ZoneError::expected(
                "a name with labels of at most 63 octets",
                token,
            ));
        }
        let octets = self
            .0
            .iter()
            .map(|label| label.len().saturating_add(1))
            .fold(1, usize::saturating_add);
        if octets > MAX_WIRE {
            return Err(ZoneError::expected("a name of at most 253 octets", token));
        }
        Ok(self)
    }

    /// The labels, most particular first.
    pub(super) fn labels(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.0.iter().map(Vec::as_slice)
    }

    /// The name as the tree keeps it; for a name made of letters, digits, `-` and `_` this is its `Name`.
    pub(super) fn key(&self) -> Box<str> {
        escaped(self.labels()).into()
    }
}

/// RFC 1035 section 2.3.4.
const MAX_LABEL: usize = 63;

/// RFC 1035 section 2.3.4, counting each label's length octet and the root.
const MAX_WIRE: usize = 255;

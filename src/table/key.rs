//! The text under which a mailbox is looked up.

use std::fmt::{self, Write as _};

use crate::address::{Domain, Literal};

/// A local part, folded, an `@`, and the domain if there is one; or a literal alone. Built on the stack.
#[derive(Debug)]
pub(super) struct Key {
    octets: [u8; ROOM],
    len: usize,
}

impl Key {
    pub(super) fn of_address(local: &str, domain: &Domain) -> Self {
        let mut key = Self::of_local(local);
        // There is room, as there is below.
        let _ = match domain {
            Domain::Name(name) => key.write_str(name.as_str()),
            Domain::Literal(literal) => write!(key, "{literal}"),
        };
        key
    }

    pub(super) fn of_local(local: &str) -> Self {
        let mut key = Self::EMPTY;
        let _ = if local.is_ascii() {
            let copied = key.write_str(local);
            for octet in key.octets.iter_mut().take(local.len()) {
                octet.make_ascii_lowercase();
            }
            copied
        } else {
            local
                .chars()
                .flat_map(char::to_lowercase)
                .try_for_each(|character| key.write_char(character))
        };
        let _ = key.write_char('@');
        key
    }

    pub(super) fn of_literal(literal: &Literal) -> Self {
        let mut key = Self::EMPTY;
        let _ = write!(key, "{literal}");
        key
    }

    pub(super) fn as_str(&self) -> &str {
        self.octets
            .get(..self.len)
            .and_then(|octets| str::from_utf8(octets).ok())
            .unwrap_or_default()
    }

    const EMPTY: Self = Self {
        octets: [0; ROOM],
        len: 0,
    };
}

impl fmt::Write for Key {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        let place = self.octets.get_mut(self.len..end).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// A mailbox has at most 254 octets ([`Mailbox::MAX_LEN`](crate::address::Mailbox::MAX_LEN)), and no character grows
/// by more than half when it is folded (two octets become three).
const ROOM: usize = 384;

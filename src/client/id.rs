//! The host's own name of a connection.

use std::fmt;

/// Visible ASCII, kept inline so that a client stays a small value that is copied.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Id {
    octets: [u8; Self::MAX_LEN],
    len: u8,
}

impl Id {
    pub(super) const MAX_LEN: usize = 64;

    /// The text's first characters; each that is no visible ASCII becomes a `?`. Nothing of an empty text.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut octets = [0; Self::MAX_LEN];
        let mut len: u8 = 0;
        for (octet, character) in octets.iter_mut().zip(text.chars()) {
            *octet = u8::try_from(character)
                .ok()
                .filter(u8::is_ascii_graphic)
                .unwrap_or(b'?');
            len = len.saturating_add(1);
        }
        (len > 0).then_some(Self { octets, len })
    }

    pub(super) fn as_str(&self) -> &str {
        let octets = self.octets.get(..usize::from(self.len));
        octets
            .and_then(|octets| str::from_utf8(octets).ok())
            .unwrap_or_default()
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

//! The beginning of a refused text, for error messages.

use std::fmt;

/// At most [`Excerpt::MAX_LEN`] octets of a text, printed escaped and in quotation marks.
///
/// It lives on the stack so that the errors of constant constructors can be dropped in constants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Excerpt {
    octets: [u8; Self::MAX_LEN],
    kept: usize,
    whole: usize,
}

impl Excerpt {
    const MAX_LEN: usize = 40;

    pub(super) fn of(text: &str) -> Self {
        let mut octets = [0; Self::MAX_LEN];
        let kept = (0..=text.len().min(Self::MAX_LEN))
            .rev()
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(0);
        for (to, from) in octets.iter_mut().zip(text.bytes().take(kept)) {
            *to = from;
        }
        Self {
            octets,
            kept,
            whole: text.len(),
        }
    }

    fn as_str(&self) -> &str {
        let kept = self.octets.get(..self.kept).unwrap_or_default();
        str::from_utf8(kept).unwrap_or_default()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = if self.kept < self.whole { ".." } else { "" };
        write!(f, "\"{}{cut}\"", self.as_str().escape_debug())
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

//! What the client is told: a code, an enhanced code and a text, in the form that goes on the wire.
//!
//! [RFC 5321 section 4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2) defines the lines,
//! [RFC 2034](https://www.rfc-editor.org/rfc/rfc2034) where the enhanced code stands in them.
//! Everything that could make a reply lie is kept out by type: the code is in range
//! ([`ReplyCode`]), the class of the enhanced code is the code's ([`Detail`] has none of its own),
//! and the text cannot begin a line ([`ReplyText`]).
//!
//! ```
//! use mailward::reply::{Detail, Reply, ReplyCode, ReplyText};
//!
//! let reply = Reply::new(
//!     ReplyCode::MAILBOX_UNAVAILABLE,
//!     Some(Detail::POLICY),
//!     ReplyText::from_static("relaying denied"),
//! );
//! assert_eq!(reply.to_string(), "550 5.7.1 relaying denied\r\n");
//! ```

mod code;
mod enhanced;
mod excerpt;
mod text;

pub use code::{Class, InvalidReplyCode, ReplyCode};
pub use enhanced::{Detail, EnhancedCode, InvalidDetail};
pub use text::{InvalidReplyText, ReplyText};

use std::{fmt, iter, slice, sync::Arc};

use excerpt::Excerpt;

/// An SMTP reply.
///
/// [`Display`](fmt::Display) is the wire form: every line begins with the code and, if there is
/// one, the enhanced code, and ends with CRLF; no line is longer than [`Reply::MAX_LINE_LEN`]
/// octets. A text that does not fit in a line goes on in the next one, broken at a blank where
/// there is one. A single text never takes more than ten lines.
///
/// A reply is 7-bit as long as its texts [are](ReplyText::is_ascii). Making one, cloning one and
/// printing one allocate nothing beyond the texts; [`multiline`](Self::multiline) allocates once.
///
/// ```
/// use mailward::reply::{Detail, Reply, ReplyCode, ReplyText};
///
/// let text = ReplyText::sanitize("no mail for you\r\n250 ok"); // what a peer wrote begins no line
/// let reply = Reply::new(ReplyCode::MAILBOX_UNAVAILABLE, Some(Detail::POLICY), text);
/// assert_eq!(reply.to_string(), "550 5.7.1 no mail for you?250 ok\r\n");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    code: ReplyCode,
    detail: Option<Detail>,
    texts: Texts,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Texts {
    One(ReplyText),
    Many(Arc<[ReplyText]>),
}

impl Reply {
    /// The most octets of a printed line, CRLF included
    /// ([RFC 5321 section 4.5.3.1.5](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.5)).
    pub const MAX_LINE_LEN: usize = 512;

    /// The most texts that [`multiline`](Self::multiline) keeps.
    pub const MAX_TEXTS: usize = 64;

    /// A reply with one text.
    ///
    /// `detail` is `None` in greetings and in answers to HELO and EHLO, where RFC 2034 wants no
    /// enhanced code. Beside a 3yz code it is not printed.
    ///
    /// ```
    /// use mailward::reply::{Reply, ReplyCode, ReplyText};
    ///
    /// let text = ReplyText::from_static("mx.example.org ESMTP");
    /// let greeting = Reply::new(ReplyCode::SERVICE_READY, None, text);
    /// assert_eq!(greeting.to_string(), "220 mx.example.org ESMTP\r\n");
    /// ```
    pub const fn new(code: ReplyCode, detail: Option<Detail>, text: ReplyText) -> Self {
        Self {
            code,
            detail,
            texts: Texts::One(text),
        }
    }

    /// A reply with one text a line, as EHLO is answered.
    ///
    /// Texts beyond [`MAX_TEXTS`](Self::MAX_TEXTS) are dropped; if there is none, the reply has
    /// [`ReplyText::NO_REASON`].
    ///
    /// ```
    /// use mailward::reply::{Reply, ReplyCode, ReplyText};
    ///
    /// let texts = ["mx.example.org", "PIPELINING", "8BITMIME"].map(ReplyText::from_static);
    /// let reply = Reply::multiline(ReplyCode::OK, None, texts);
    /// assert_eq!(reply.to_string(), "250-mx.example.org\r\n250-PIPELINING\r\n250 8BITMIME\r\n");
    /// ```
    pub fn multiline(
        code: ReplyCode,
        detail: Option<Detail>,
        texts: impl IntoIterator<Item = ReplyText>,
    ) -> Self {
        let texts: Arc<[ReplyText]> = texts.into_iter().take(Self::MAX_TEXTS).collect();
        if texts.is_empty() {
            return Self::new(code, detail, ReplyText::NO_REASON);
        }
        Self {
            code,
            detail,
            texts: Texts::Many(texts),
        }
    }

    /// The three digits.
    pub const fn code(&self) -> ReplyCode {
        self.code
    }

    /// The enhanced code that is printed, if one is.
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        self.detail.and_then(|detail| self.code.enhanced(detail))
    }

    /// The texts as they were given, before long ones are broken into lines; at least one.
    ///
    /// ```
    /// use mailward::reply::{Reply, ReplyCode, ReplyText};
    ///
    /// let reply = Reply::new(ReplyCode::OK, None, ReplyText::from_static("fine"));
    /// assert!(reply.texts().map(ReplyText::as_str).eq(["fine"]));
    /// ```
    pub fn texts(&self) -> slice::Iter<'_, ReplyText> {
        match &self.texts {
            Texts::One(text) => slice::from_ref(text).iter(),
            Texts::Many(texts) => texts.iter(),
        }
    }

    /// Whether the reply may be sent in a session without SMTPUTF8.
    pub fn is_ascii(&self) -> bool {
        self.texts().all(ReplyText::is_ascii)
    }
}

/// The wire form.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let enhanced = self.enhanced();
        let width = if enhanced.is_some() {
            ENHANCED_WIDTH
        } else {
            PLAIN_WIDTH
        };
        let mut lines = self
            .texts()
            .flat_map(|text| fold(text.as_str(), width))
            .peekable();
        while let Some(line) = lines.next() {
            let mark = if lines.peek().is_some() { '-' } else { ' ' };
            write!(f, "{}{mark}", self.code)?;
            if let Some(enhanced) = enhanced {
                write!(f, "{enhanced} ")?;
            }
            write!(f, "{line}\r\n")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("code", &self.code)
            .field("enhanced", &self.enhanced())
            .field("texts", &self.texts().as_slice())
            .finish()
    }
}

/// The lines of a text that has no blank at its ends: each at most `width` octets, at least one.
fn fold(text: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    iter::from_fn(move || {
        let end = line_end(rest, width);
        let (line, others) = rest
            .split_at_checked(end)
            .filter(|(line, _)| !line.is_empty())?;
        rest = others.trim_ascii_start();
        Some(line.trim_ascii_end())
    })
}

/// Where the first line ends: at the last blank that lets it fit, else at the last character.
fn line_end(text: &str, width: usize) -> usize {
    if text.len() <= width {
        return text.len();
    }
    let boundary = |&end: &usize| text.is_char_boundary(end);
    let longest = (0..=width).rev().find(boundary).unwrap_or(width);
    // The blank itself may stand just beyond the line, for it is not printed.
    let octets = text.as_bytes().get(..=longest).unwrap_or_default();
    octets
        .iter()
        .rposition(|&octet| octet == b' ')
        .unwrap_or(longest)
}

/// What a line has room for beside `250-` and CRLF.
const PLAIN_WIDTH: usize = Reply::MAX_LINE_LEN - "250-\r\n".len();
/// The same with the longest enhanced code before it.
const ENHANCED_WIDTH: usize = PLAIN_WIDTH - "5.999.999 ".len();

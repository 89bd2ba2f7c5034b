//! What a reply says to a human reader: one text without a control character in it.
//!
//! Whatever a peer, a DNS record or a table contributes to a reply goes through [`ReplyText`], so
//! that no text can begin a second reply line of its own
//! ([RFC 5321 section 4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2): printable
//! characters, blanks and tabs; a tab is not kept here).

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::Arc,
};

use crate::reply::Excerpt;

/// The text of a reply: at least one and at most [`ReplyText::MAX_LEN`] octets of printable ASCII
/// (32 to 126), with no blank at either end.
///
/// Only [`sanitize_utf8`](Self::sanitize_utf8) lets other characters in, for sessions that
/// negotiated SMTPUTF8. Cloning does not allocate; nor does a text made
/// [`from_static`](Self::from_static).
///
/// ```
/// use mailward::reply::ReplyText;
///
/// let text = ReplyText::sanitize("hello\r\n250 ok");
/// assert_eq!(text.as_str(), "hello?250 ok");
/// ```
#[derive(Clone)]
pub struct ReplyText(Source);

#[derive(Clone)]
enum Source {
    Static(&'static str),
    Shared(Arc<str>),
}

impl ReplyText {
    /// The most octets a text may have.
    pub const MAX_LEN: usize = 2048;

    /// What stands in for a text of which nothing can be used: `no reason given`.
    pub const NO_REASON: Self = Self(Source::Static("no reason given"));

    /// Takes a text of the program itself, without allocating. Blanks at the ends are dropped.
    ///
    /// A text that [`parse`](Self::parse) would refuse becomes [`NO_REASON`](Self::NO_REASON)
    /// as a whole, for a constant has nobody to report an error to.
    ///
    /// ```
    /// use mailward::reply::ReplyText;
    ///
    /// const BYE: ReplyText = ReplyText::from_static("goodbye");
    /// assert_eq!(BYE.as_str(), "goodbye");
    /// assert_eq!(ReplyText::from_static("two\nlines"), ReplyText::NO_REASON);
    /// ```
    pub const fn from_static(text: &'static str) -> Self {
        let mut rest = text.as_bytes();
        let text = text.trim_ascii();
        let mut usable = !text.is_empty() && text.len() <= Self::MAX_LEN;
        while let [first, others @ ..] = rest {
            usable = usable && matches!(*first, b' '..=b'~');
            rest = others;
        }
        if usable {
            Self(Source::Static(text))
        } else {
            Self::NO_REASON
        }
    }

    /// Takes a text that an operator wrote. Blanks at the ends are dropped.
    ///
    /// # Errors
    ///
    /// [`InvalidReplyText`] if nothing is left, if the text is longer than
    /// [`MAX_LEN`](Self::MAX_LEN) octets, or if it holds a control character (a line break, for
    /// instance) or one outside ASCII.
    ///
    /// ```
    /// use mailward::reply::ReplyText;
    ///
    /// assert_eq!(ReplyText::parse("go away")?.as_str(), "go away");
    /// assert!(ReplyText::parse("go\naway").is_err());
    /// # Ok::<(), mailward::reply::InvalidReplyText>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidReplyText> {
        let invalid = |fault| {
            Err(InvalidReplyText {
                text: Excerpt::of(text),
                fault,
            })
        };
        if let Some((at, found)) = text.char_indices().find(|&(_, found)| !is_printable(found)) {
            return invalid(Fault::Character(found, at));
        }
        match text.trim_ascii() {
            "" => invalid(Fault::Empty),
            text if text.len() > Self::MAX_LEN => invalid(Fault::TooLong(text.len())),
            text => Ok(Self(Source::Shared(text.into()))),
        }
    }

    /// Makes a text of anything: each run of characters that are not printable ASCII becomes one
    /// `?`, blanks, tabs and line ends at the ends are dropped, what exceeds
    /// [`MAX_LEN`](Self::MAX_LEN) is cut off, and if nothing is left the text is
    /// [`NO_REASON`](Self::NO_REASON).
    ///
    /// ```
    /// use mailward::reply::ReplyText;
    ///
    /// assert_eq!(ReplyText::sanitize("se\u{e9}\u{e9}\u{7}n").as_str(), "se?n");
    /// assert_eq!(ReplyText::sanitize("  "), ReplyText::NO_REASON);
    /// ```
    pub fn sanitize(text: &str) -> Self {
        Self::keeping(text, is_printable)
    }

    /// As [`sanitize`](Self::sanitize), but printable characters outside ASCII stay: for sessions
    /// that negotiated SMTPUTF8 only
    /// ([RFC 6531 section 3.7.4](https://www.rfc-editor.org/rfc/rfc6531#section-3.7.4)).
    ///
    /// Control characters, line and paragraph separators, invisible marks and those that turn the
    /// direction of writing become `?`.
    ///
    /// ```
    /// use mailward::reply::ReplyText;
    ///
    /// assert_eq!(ReplyText::sanitize_utf8("señor\u{202e}!").as_str(), "señor?!");
    /// ```
    pub fn sanitize_utf8(text: &str) -> Self {
        Self::keeping(text, is_printable_utf8)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Source::Static(text) => text,
            Source::Shared(text) => text,
        }
    }

    /// Whether the text may be sent in a session without SMTPUTF8.
    pub fn is_ascii(&self) -> bool {
        self.as_str().is_ascii()
    }

    /// The text as a session without SMTPUTF8 may have it: `self` if it
    /// [is ASCII](Self::is_ascii), and sanitized again if not.
    ///
    /// ```
    /// use mailward::reply::ReplyText;
    ///
    /// assert_eq!(ReplyText::sanitize_utf8("señor").into_ascii().as_str(), "se?or");
    /// ```
    #[must_use]
    pub fn into_ascii(self) -> Self {
        if self.is_ascii() {
            self
        } else {
            Self::sanitize(self.as_str())
        }
    }

    fn keeping(text: &str, keep: fn(char) -> bool) -> Self {
        let mut kept = String::with_capacity(text.len().min(Self::MAX_LEN));
        let mut in_run = false;
        for found in text.trim_ascii().chars() {
            let usable = keep(found);
            let next = if usable { found } else { '?' };
            if !usable && in_run {
                continue;
            }
            if kept.len().saturating_add(next.len_utf8()) > Self::MAX_LEN {
                break;
            }
            kept.push(next);
            in_run = !usable;
        }
        match kept.trim_ascii() {
            "" => Self::NO_REASON,
            text => Self(Source::Shared(text.into())),
        }
    }
}

/// As [`ReplyText::parse`].
impl FromStr for ReplyText {
    type Err = InvalidReplyText;

    fn from_str(text: &str) -> Result<Self, InvalidReplyText> {
        Self::parse(text)
    }
}

/// The text as it is.
impl fmt::Display for ReplyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for ReplyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl AsRef<str> for ReplyText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for ReplyText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ReplyText {}

impl PartialOrd for ReplyText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ReplyText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for ReplyText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Why an operator's text is not a [`ReplyText`].
///
/// ```
/// use mailward::reply::ReplyText;
///
/// let error = ReplyText::parse("go\naway").unwrap_err();
/// assert_eq!(error.to_string(), "reply text \"go\\naway\": unusable character '\\n' at octet 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reply text {text}: {fault}")]
pub struct InvalidReplyText {
    text: Excerpt,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("empty")]
    Empty,
    #[error("{0} octets long, the limit is {max}", max = ReplyText::MAX_LEN)]
    TooLong(usize),
    #[error("unusable character {0:?} at octet {1}")]
    Character(char, usize),
}

const fn is_printable(found: char) -> bool {
    matches!(found, ' '..='~')
}

/// Printable ASCII, and beyond it what shows and stays on its line.
fn is_printable_utf8(found: char) -> bool {
    let deceptive = matches!(
        found,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    );
    !found.is_control() && !deceptive
}

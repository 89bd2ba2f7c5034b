//! What stands before the `@`.

use std::{borrow::Cow, fmt, str::FromStr, sync::Arc};

use super::{Fault, InvalidLocalPart, Scan, printed};

/// A local part, without the quotes that it may need on the wire (RFC 5321 section 4.1.2).
///
/// Two local parts are equal when they are the same to the octet: only the host that has the
/// mailbox knows more (section 2.4). Tables compare [`folded`](Self::folded) ones.
///
/// ```
/// use mailward::address::LocalPart;
///
/// let local = LocalPart::parse(r#""john \"jack\" doe""#)?;
/// assert_eq!(local.as_str(), r#"john "jack" doe"#);
/// assert_eq!(local.to_string(), r#""john \"jack\" doe""#);
/// assert_eq!(LocalPart::parse(r#""ann""#)?, LocalPart::parse("ann")?);
/// # Ok::<(), mailward::address::InvalidLocalPart>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalPart(Arc<str>);

impl LocalPart {
    /// The most octets of a local part as it is printed: what a path of 256 leaves for it beside
    /// brackets, `@` and a domain of one letter.
    pub const MAX_LEN: usize = 252;

    /// Reads the form that stands on the wire: words joined by dots, or a quoted string.
    ///
    /// # Errors
    ///
    /// An empty local part, empty quotes too; a dot at either end or beside another; a character
    /// that must be quoted and is not; a quote that is never closed; a control character; more
    /// than [`MAX_LEN`](Self::MAX_LEN) octets.
    pub fn parse(text: &str) -> Result<Self, InvalidLocalPart> {
        Scan::whole(text, Self::scan).map_err(|fault| InvalidLocalPart::new(text, fault))
    }

    /// Takes the plain value, as a directory of users has it, quotes and backslashes being part of
    /// it.
    ///
    /// # Errors
    ///
    /// An empty value, a control character, or one that would print as more than
    /// [`MAX_LEN`](Self::MAX_LEN) octets.
    ///
    /// ```
    /// use mailward::address::LocalPart;
    ///
    /// assert_eq!(LocalPart::new("john doe")?.to_string(), r#""john doe""#);
    /// # Ok::<(), mailward::address::InvalidLocalPart>(())
    /// ```
    pub fn new(value: &str) -> Result<Self, InvalidLocalPart> {
        let control = value.char_indices().find(|(_, found)| found.is_control());
        let local = match control {
            Some((at, found)) => Err(Fault::Quoted {
                found,
                octet: at.saturating_add(1),
            }),
            None if value.is_empty() => Err(Fault::EmptyLocalPart { octet: 1 }),
            None => Self::bounded(value),
        };
        local.map_err(|fault| InvalidLocalPart::new(value, fault))
    }

    /// The value, without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the session needs no SMTPUTF8 (RFC 6531) for it.
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }

    /// Whether the local part names another way to go, which some host may follow: it holds one of
    /// `@ % ! : ,` whether quoted or not, or begins as the encapsulated addresses of Exchange do
    /// (`IMCEASMTP-..`, `IMCEAEX-..`, in any case).
    ///
    /// Relay control takes no such recipient from outside, whatever its domain. What merely looks
    /// alike, such as plus extensions, VERP, SRS and BATV, is not routed.
    ///
    /// ```
    /// use mailward::address::LocalPart;
    ///
    /// assert!(LocalPart::parse("victim%third.example")?.is_routed());
    /// assert!(LocalPart::parse(r#""victim@third.example""#)?.is_routed());
    /// assert!(LocalPart::parse("imceasmtp-victim+40third+2Eexample")?.is_routed());
    /// assert!(!LocalPart::parse("list-bounces+ann=example.com")?.is_routed());
    /// # Ok::<(), mailward::address::InvalidLocalPart>(())
    /// ```
    pub fn is_routed(&self) -> bool {
        self.0.contains(ROUTING) || self.is_encapsulated()
    }

    /// The local part before its first `+`, if it has an extension.
    ///
    /// ```
    /// use mailward::address::LocalPart;
    ///
    /// assert_eq!(LocalPart::parse("ann+lists+rust")?.without_extension(), Some("ann"));
    /// assert_eq!(LocalPart::parse("ann")?.without_extension(), None);
    /// assert_eq!(LocalPart::parse("+ann")?.without_extension(), None);
    /// # Ok::<(), mailward::address::InvalidLocalPart>(())
    /// ```
    pub fn without_extension(&self) -> Option<&str> {
        let (user, _) = self.0.split_once('+')?;
        (!user.is_empty()).then_some(user)
    }

    /// The value in lower case, as tables compare it.
    ///
    /// ```
    /// use mailward::address::LocalPart;
    ///
    /// assert_eq!(LocalPart::parse("Ann.Bee")?.folded(), "ann.bee");
    /// # Ok::<(), mailward::address::InvalidLocalPart>(())
    /// ```
    pub fn folded(&self) -> Cow<'_, str> {
        if !self.0.is_ascii() {
            Cow::Owned(self.0.to_lowercase())
        } else if self.0.bytes().any(|octet| octet.is_ascii_uppercase()) {
            Cow::Owned(self.0.to_ascii_lowercase())
        } else {
            Cow::Borrowed(&self.0)
        }
    }

    /// Reads a local part that ends with the text, or before an `@` or a `>`.
    pub(super) fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let octet = scan.octet();
        let local = if scan.eat('"') {
            Self::bounded(&quoted(scan, octet)?)
        } else {
            Self::bounded(dotted(scan)?)
        }?;
        match scan.peek() {
            None | Some('@' | '>') => Ok(local),
            Some(found) => Err(Fault::Character {
                found,
                octet: scan.octet(),
            }),
        }
    }

    /// `value` is not empty and has no control characters.
    fn bounded(value: &str) -> Result<Self, Fault> {
        let too_long = Fault::TooLong {
            most: Self::MAX_LEN,
        };
        if value.len() > Self::MAX_LEN {
            return Err(too_long);
        }
        let local = Self(value.into());
        if printed(&local) > Self::MAX_LEN {
            return Err(too_long);
        }
        Ok(local)
    }

    /// `IMCEASMTP-victim+40third+2Eexample`: the word that says what is inside, and a hyphen or blank.
    fn is_encapsulated(&self) -> bool {
        let Some((head, rest)) = self.0.split_at_checked(ENCAPSULATED.len()) else {
            return false;
        };
        let inside = rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        head.eq_ignore_ascii_case(ENCAPSULATED) && inside.starts_with(['-', ' '])
    }
}

impl FromStr for LocalPart {
    type Err = InvalidLocalPart;

    fn from_str(text: &str) -> Result<Self, InvalidLocalPart> {
        Self::parse(text)
    }
}

/// Prints what stands on the wire: in quotes where it needs them.
impl fmt::Display for LocalPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |word: &str| !word.is_empty() && word.chars().all(is_atext);
        if self.0.split('.').all(word) {
            return f.write_str(&self.0);
        }
        f.write_str("\"")?;
        for piece in self.0.split_inclusive(['"', '\\']) {
            let plain = piece.strip_suffix(['"', '\\']).unwrap_or(piece);
            f.write_str(plain)?;
            if let Some(special) = piece.strip_prefix(plain).filter(|rest| !rest.is_empty()) {
                write!(f, "\\{special}")?;
            }
        }
        f.write_str("\"")
    }
}

/// The words of a Dot-string (RFC 5321 section 4.1.2).
fn dotted<'t>(scan: &mut Scan<'t>) -> Result<&'t str, Fault> {
    let start = scan.octet();
    let text = scan.take_while(|character| character == '.' || is_atext(character));
    if text.is_empty() {
        return Err(match scan.peek() {
            None | Some('@' | '>') => Fault::EmptyLocalPart { octet: start },
            Some(found) => Fault::Character {
                found,
                octet: start,
            },
        });
    }
    let mut octet = start;
    for word in text.split('.') {
        if word.is_empty() {
            return Err(Fault::Dot { octet });
        }
        octet = octet.saturating_add(word.len()).saturating_add(1);
    }
    Ok(text)
}

/// What stands in a Quoted-string, whose first quote has been read.
fn quoted(scan: &mut Scan<'_>, octet: usize) -> Result<String, Fault> {
    let mut value = String::new();
    loop {
        let at = scan.octet();
        let (escaped, found) = match scan.next() {
            Some('"') => break,
            Some('\\') => (true, scan.next()),
            found => (false, found),
        };
        match found {
            None => return Err(Fault::Quote { octet }),
            // A quoted-pair is ASCII (RFC 6531 leaves it as it was); control characters are none
            // of either.
            Some(found) if found.is_control() || (escaped && !found.is_ascii()) => {
                return Err(Fault::Quoted { found, octet: at });
            }
            Some(found) => value.push(found),
        }
    }
    if value.is_empty() {
        return Err(Fault::EmptyLocalPart { octet });
    }
    Ok(value)
}

/// RFC 5322 section 3.2.3, with the UTF-8 of RFC 6531 section 3.3.
fn is_atext(character: char) -> bool {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '/' => true,
        '=' | '?' | '^' | '_' | '`' | '{' | '|' | '}' | '~' => true,
        _ => !character.is_ascii() && !character.is_control(),
    }
}

/// What makes a host look for another host in a local part: RFC 822's `@`, the percent hack, UUCP,
/// DECnet and RFC 821 routes, and the comma that some take for a second address. The full-width and
/// small forms of these become the plain ones on a host that folds by compatibility (NFKC).
const ROUTING: [char; 14] = [
    '@', '%', '!', ':', ',', '\u{ff20}', '\u{ff05}', '\u{ff01}', '\u{ff1a}', '\u{ff0c}',
    '\u{fe6b}', '\u{fe6a}', '\u{fe57}', '\u{fe55}',
];

/// Exchange's Internet Mail Connector Encapsulated Address.
const ENCAPSULATED: &str = "IMCEA";

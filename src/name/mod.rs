//! Domain names, read once and compared label by label.
//!
//! A [`Name`] is what a host or a mail domain is called: labels of letters, digits and hyphens
//! (RFC 1123 section 2.1), joined by dots, at most 63 octets a label and 253 in all (RFC 1035
//! section 2.3.4). Underscores are let pass, since real hosts have them. Case means nothing in
//! DNS, so it is folded away; one final dot says that the name is complete, so it is dropped;
//! U-labels become A-labels (RFC 5890), so one name has one spelling. Names whose last label is a
//! number are refused (RFC 3696 section 2): `203.0.113.9` is an address, and a resolver that takes
//! such a "name" short-circuits the very check it was asked for.
//!
//! DNS itself may carry any octet in a label. [`Name::from_labels`] refuses those that would
//! print as a name they are not, such as a dot inside a label.
//!
//! Whether one name lies below another is asked of labels, never of text: `badexample.org` does
//! not lie within `example.org`.

mod check;
mod pattern;
mod set;

use std::{borrow::Borrow, borrow::Cow, fmt, str::FromStr, sync::Arc};

pub use self::{
    check::InvalidName,
    pattern::{InvalidNamePattern, NamePattern},
    set::NameSet,
};

pub(crate) use self::check::NameFault;

use self::check::{Check, MAX_NAME, is_plain};
use crate::excerpt::Excerpt;

/// A domain name: lower-case A-labels, no final dot.
///
/// Cloning shares the text. Names order as their texts do, and hash and compare as them too, so a
/// map keyed by names can be asked with a `&str`.
///
/// ```
/// use mailward::name::Name;
///
/// let host: Name = "MX1.Example.ORG.".parse()?;
/// let site = Name::parse("example.org")?;
/// assert_eq!(host.as_str(), "mx1.example.org");
/// assert!(host.is_within(&site) && site.is_within(&site));
/// assert!(host.is_below(&site) && !site.is_below(&site));
/// # Ok::<(), mailward::name::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<str>);

impl Name {
    /// Reads a name: case is folded, one final dot dropped, U-labels turned into A-labels (with
    /// the feature `idna`, on by default; without it they are an error).
    ///
    /// # Errors
    ///
    /// An empty text, an empty label, a label or name that is too long, a character that may not
    /// stand in a name, a hyphen at the edge of a label, a number as the last label, or a text
    /// that IDNA (UTS 46, non-transitional) does not admit.
    ///
    /// ```
    /// use mailward::name::Name;
    ///
    /// let error = Name::parse("203.0.113.9").unwrap_err();
    /// assert_eq!(error.to_string(), "203.0.113.9: the last label is a number, as in an address");
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        Self::read(text).map_err(|fault| InvalidName {
            input: Excerpt::new(text),
            fault,
        })
    }

    /// Makes a name of the labels of a DNS answer, the root's empty one left out.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), and no label is ever taken apart: one that holds a dot, a
    /// blank, a control character or any other octet that no host name has makes the whole
    /// unusable. Octets above 127 are not read as UTF-8.
    ///
    /// ```
    /// use mailward::name::Name;
    ///
    /// assert_eq!(Name::from_labels([&b"MX1"[..], b"example"])?.as_str(), "mx1.example");
    ///
    /// let error = Name::from_labels([&b"pc.local"[..], b"example"]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     r#""pc\.local": '.' at octet 3 is not a letter, digit, hyphen or underscore"#,
    /// );
    /// # Ok::<(), mailward::name::InvalidName>(())
    /// ```
    pub fn from_labels<'l>(
        labels: impl IntoIterator<Item = &'l [u8]>,
    ) -> Result<Self, InvalidName> {
        let mut check = Check::default();
        let mut text = String::new();
        for label in labels {
            if let Err(fault) = check.label(label) {
                let input = Excerpt::of_labels(&text, label);
                return Err(InvalidName { input, fault });
            }
            if !text.is_empty() {
                text.push('.');
            }
            text.extend(
                label
                    .iter()
                    .map(|octet| char::from(octet.to_ascii_lowercase())),
            );
        }
        match check.finish() {
            Ok(()) => Ok(Self(text.into())),
            Err(fault) => Err(InvalidName {
                input: Excerpt::new(&text),
                fault,
            }),
        }
    }

    /// The name as text: lower-case, without a final dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name on loan, as [`NameRef`].
    pub fn borrowed(&self) -> NameRef<'_> {
        NameRef(&self.0)
    }

    /// The labels, most particular first.
    ///
    /// ```
    /// # use mailward::name::Name;
    /// let name = Name::parse("mx1.example.org")?;
    /// assert!(name.labels().eq(["mx1", "example", "org"]));
    /// assert_eq!(name.labels().next_back(), Some("org"));
    /// # Ok::<(), mailward::name::InvalidName>(())
    /// ```
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.0.split('.')
    }

    /// The name itself and each name above it, longest first, as a table of domains is asked.
    ///
    /// ```
    /// # use mailward::name::Name;
    /// let name = Name::parse("mx1.example.org")?;
    /// let texts = name.suffixes().map(|suffix| suffix.as_str());
    /// assert!(texts.eq(["mx1.example.org", "example.org", "org"]));
    /// # Ok::<(), mailward::name::InvalidName>(())
    /// ```
    pub fn suffixes(&self) -> impl Iterator<Item = NameRef<'_>> + Clone {
        // Each is a name again: labels stay whole, and the last one is the same.
        std::iter::successors(Some(self.as_str()), parent).map(NameRef)
    }

    /// Whether the name has at least two labels, as one that means something outside its own site
    /// must.
    pub fn is_qualified(&self) -> bool {
        self.0.contains('.')
    }

    /// Whether this is `parent` or a name below it.
    pub fn is_within(&self, parent: &Self) -> bool {
        self == parent || self.is_below(parent)
    }

    /// Whether this is a name below `parent`, at the border of a label.
    pub fn is_below(&self, parent: &Self) -> bool {
        let below = self.0.strip_suffix(parent.as_str());
        below.is_some_and(|rest| rest.ends_with('.'))
    }

    pub(crate) fn read(text: &str) -> Result<Self, NameFault> {
        if is_plain(text.as_bytes()) {
            return Ok(Self(text.into()));
        }
        let text = to_ascii(text)?;
        let text = text.strip_suffix('.').unwrap_or(&text);
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        let mut check = Check::default();
        for label in text.as_bytes().split(|&octet| octet == b'.') {
            check.label(label)?;
        }
        check.finish()?;
        Ok(Self(
            if text.bytes().any(|octet| octet.is_ascii_uppercase()) {
                text.to_ascii_lowercase().into()
            } else {
                text.into()
            },
        ))
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Name {
    type Error = InvalidName;

    fn try_from(text: &str) -> Result<Self, InvalidName> {
        Self::parse(text)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A name that somebody else keeps: what DNS is asked about.
///
/// It comes from a [`Name`], or is one that the crate built itself, such as the name under which a
/// block list is asked about a client. It is spelt as a `Name` is.
///
/// ```
/// use mailward::name::{Name, NameRef};
///
/// let name = Name::parse("example.org")?;
/// let lent: NameRef<'_> = name.borrowed();
/// assert_eq!(lent.as_str(), "example.org");
/// assert_eq!(lent.to_name(), name);
/// # Ok::<(), mailward::name::InvalidName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameRef<'a>(&'a str);

impl<'a> NameRef<'a> {
    /// The name as text: lower-case, without a final dot.
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// A name of its own, which copies the text and checks nothing again.
    pub fn to_name(self) -> Name {
        Name(self.0.into())
    }

    /// Takes the caller's word that `text` is spelt as a [`Name`] is.
    pub(crate) const fn assume_valid(text: &'a str) -> Self {
        Self(text)
    }
}

impl<'a> From<&'a Name> for NameRef<'a> {
    fn from(name: &'a Name) -> Self {
        name.borrowed()
    }
}

impl fmt::Display for NameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

fn parent<'n>(name: &&'n str) -> Option<&'n str> {
    name.split_once('.').map(|(_, parent)| parent)
}

/// A-labels for U-labels. ASCII stays as it is, `xn--` labels too: DNS decides whether they exist.
#[cfg(feature = "idna")]
fn to_ascii(text: &str) -> Result<Cow<'_, str>, NameFault> {
    use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

    if text.is_ascii() {
        return Ok(Cow::Borrowed(text));
    }
    if text.len() > MAX_UNICODE {
        return Err(NameFault::TooLong);
    }
    // Which ASCII may stand in a name, and how long it may be, is checked on what comes out.
    Uts46::new()
        .to_ascii(
            text.as_bytes(),
            AsciiDenyList::EMPTY,
            Hyphens::Allow,
            DnsLength::Ignore,
        )
        .map_err(|_| NameFault::NotIdna)
}

#[cfg(not(feature = "idna"))]
fn to_ascii(text: &str) -> Result<Cow<'_, str>, NameFault> {
    if text.is_ascii() {
        Ok(Cow::Borrowed(text))
    } else if text.len() > MAX_UNICODE {
        Err(NameFault::TooLong)
    } else {
        Err(NameFault::NotAscii)
    }
}

/// No longer text is looked at for U-labels: four octets each for as many characters as the
/// longest name has.
const MAX_UNICODE: usize = MAX_NAME.saturating_mul(4);

//! What makes a text a name, and what is wrong with one that is not.

use std::{ascii, fmt};

use crate::excerpt::Excerpt;

/// The text is not a usable domain name.
///
/// Printed, it names the text (cut and escaped) and the fault.
///
/// ```
/// use mailward::name::Name;
///
/// let error = Name::parse("mail..example").unwrap_err();
/// assert_eq!(error.to_string(), "mail..example: empty label at octet 6");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{input}: {fault}")]
pub struct InvalidName {
    pub(super) input: Excerpt,
    pub(super) fault: NameFault,
}

/// What is wrong. Octets are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameFault {
    Character {
        found: u8,
        octet: usize,
    },
    Empty,
    EmptyLabel {
        octet: usize,
    },
    Hyphen {
        octet: usize,
    },
    LabelTooLong {
        octet: usize,
    },
    #[cfg(not(feature = "idna"))]
    NotAscii,
    #[cfg(feature = "idna")]
    NotIdna,
    Numeric,
    TooLong,
}

impl NameFault {
    /// The same fault in a text in which the name has `octets` before it.
    pub(crate) const fn shifted(self, octets: usize) -> Self {
        match self {
            Self::Character { found, octet } => Self::Character {
                found,
                octet: octet.saturating_add(octets),
            },
            Self::EmptyLabel { octet } => Self::EmptyLabel {
                octet: octet.saturating_add(octets),
            },
            Self::Hyphen { octet } => Self::Hyphen {
                octet: octet.saturating_add(octets),
            },
            Self::LabelTooLong { octet } => Self::LabelTooLong {
                octet: octet.saturating_add(octets),
            },
            other => other,
        }
    }
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Character { found, octet } => write!(
                f,
                "'{}' at octet {octet} is not a letter, digit, hyphen or underscore",
                ascii::escape_default(found)
            ),
            Self::Empty => f.write_str("the name is empty"),
            Self::EmptyLabel { octet } => write!(f, "empty label at octet {octet}"),
            Self::Hyphen { octet } => write!(f, "hyphen at the edge of a label at octet {octet}"),
            Self::LabelTooLong { octet } => {
                write!(
                    f,
                    "the label at octet {octet} is longer than {MAX_LABEL} octets"
                )
            }
            #[cfg(not(feature = "idna"))]
            Self::NotAscii => f.write_str("not ASCII, and the feature `idna` is off"),
            #[cfg(feature = "idna")]
            Self::NotIdna => f.write_str("not a valid internationalized name"),
            Self::Numeric => f.write_str("the last label is a number, as in an address"),
            Self::TooLong => write!(f, "the name is longer than {MAX_NAME} octets"),
        }
    }
}

/// Takes the labels of a name one after another, and remembers what the whole must satisfy.
#[derive(Debug, Default)]
pub(super) struct Check {
    /// Octets so far: labels, and dots between them.
    octets: usize,
    /// Whether the label that came last is made of digits alone.
    numeric: bool,
}

impl Check {
    pub(super) fn label(&mut self, label: &[u8]) -> Result<(), NameFault> {
        // No label is empty, so nothing yet means that this is the first one; else a dot precedes.
        let before = match self.octets {
            0 => 0,
            octets => octets.saturating_add(1),
        };
        let octet = before.saturating_add(1);
        if label.is_empty() {
            return Err(NameFault::EmptyLabel { octet });
        }
        if label.len() > MAX_LABEL {
            return Err(NameFault::LabelTooLong { octet });
        }
        let mut numeric = true;
        for (at, &found) in label.iter().enumerate() {
            if !is_name_octet(found) {
                let octet = octet.saturating_add(at);
                return Err(NameFault::Character { found, octet });
            }
            numeric &= found.is_ascii_digit();
        }
        self.octets = before.saturating_add(label.len());
        if self.octets > MAX_NAME {
            return Err(NameFault::TooLong);
        }
        if label.first() == Some(&b'-') {
            return Err(NameFault::Hyphen { octet });
        }
        if label.last() == Some(&b'-') {
            return Err(NameFault::Hyphen { octet: self.octets });
        }
        self.numeric = numeric;
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<(), NameFault> {
        match self {
            Self { octets: 0, .. } => Err(NameFault::Empty),
            Self { numeric: true, .. } => Err(NameFault::Numeric),
            Self { .. } => Ok(()),
        }
    }
}

/// Whether a text is a name as it stands, in lower case and without a final dot. One pass, since most texts are; what is
/// wrong with the others is told by [`Check`], which agrees.
pub(super) fn is_plain(text: &[u8]) -> bool {
    let (mut label, mut numeric, mut before) = (0_usize, false, b'.');
    for &octet in text {
        match octet {
            b'a'..=b'z' | b'_' => numeric = false,
            b'0'..=b'9' => numeric = numeric || before == b'.',
            b'-' if before != b'.' => numeric = false,
            b'.' if !matches!(before, b'.' | b'-') => label = 0,
            _ => return false,
        }
        label = label.wrapping_add(usize::from(octet != b'.'));
        if label > MAX_LABEL {
            return false;
        }
        before = octet;
    }
    !numeric && !matches!(before, b'.' | b'-') && text.len() <= MAX_NAME
}

const fn is_name_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_')
}

/// RFC 1035 section 2.3.4.
const MAX_LABEL: usize = 63;

/// RFC 1035 section 2.3.4 allows 255 octets on the wire: a length before each label and the
/// root's zero at the end, which leaves this many for the text.
pub(super) const MAX_NAME: usize = 253;

//! What was asked.

use std::fmt;

use crate::name::{Name, NameRef};

/// The record types that anti-spam policy asks for.
///
/// ```
/// use mailward::dns::RecordType;
///
/// assert_eq!(RecordType::Aaaa.to_string(), "AAAA");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: the five questions of `Dns`"
)]
pub enum RecordType {
    /// IPv4 addresses (RFC 1035 section 3.4.1).
    A,
    /// IPv6 addresses (RFC 3596).
    Aaaa,
    /// Mail exchangers (RFC 1035 section 3.3.9).
    Mx,
    /// Names of an address (RFC 1035 section 3.3.12).
    Ptr,
    /// Texts (RFC 1035 section 3.3.14).
    Txt,
}

impl RecordType {
    /// The type's mnemonic, as in a master file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Ptr => "PTR",
            Self::Txt => "TXT",
        }
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A question put to the name system: a record type and a name.
///
/// ```
/// use mailward::dns::{Question, RecordType};
/// use mailward::name::Name;
///
/// let question = Question::new(RecordType::Mx, Name::parse("example.org")?.borrowed());
/// assert_eq!(question.to_string(), "MX example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Question {
    record_type: RecordType,
    name: Name,
}

impl Question {
    /// The question for records of this type under this name.
    #[must_use]
    pub fn new(record_type: RecordType, name: NameRef<'_>) -> Self {
        Self {
            record_type,
            name: name.to_name(),
        }
    }

    /// The record type asked for.
    #[must_use]
    pub const fn record_type(&self) -> RecordType {
        self.record_type
    }

    /// The name asked about; for a reverse lookup the one in `in-addr.arpa` or `ip6.arpa`.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.record_type, self.name)
    }
}

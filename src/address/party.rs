//! The two ends of a message: who a path says it is from, and who it is for.

use std::{fmt, str::FromStr};

use super::{Domain, Fault, InvalidMailbox, LocalPart, Mailbox, POSTMASTER, Scan};

/// Who a reverse-path says the message is from, without brackets and source route.
///
/// ```
/// use mailward::address::{ReversePath, Sender};
///
/// assert_eq!(ReversePath::parse("<>")?.sender(), &Sender::Null);
/// assert!(matches!(ReversePath::parse("<joe>")?.sender(), Sender::Local(_)));
/// # Ok::<(), mailward::address::InvalidPath>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: null, or with or without a domain"
)]
pub enum Sender {
    /// A local part alone. The grammar has no such path, but hosts do send it, and it is for the
    /// policy to judge.
    Local(LocalPart),
    /// A mailbox.
    Mailbox(Mailbox),
    /// The null reverse-path of bounces (RFC 5321 section 4.5.5).
    Null,
}

impl Sender {
    /// Reads a mailbox, a local part alone, or `<>`.
    ///
    /// # Errors
    ///
    /// What [`Mailbox::parse`] refuses, but for a missing domain.
    ///
    /// ```
    /// use mailward::address::Sender;
    ///
    /// for text in ["ann@example.org", "joe", "<>"] {
    ///     assert_eq!(Sender::parse(text)?.to_string(), text);
    /// }
    /// # Ok::<(), mailward::address::InvalidMailbox>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidMailbox> {
        if text == NULL {
            return Ok(Self::Null);
        }
        Scan::whole(text, Self::scan).map_err(|fault| InvalidMailbox::new(text, fault))
    }

    /// The mailbox, if there is one.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Local(_) | Self::Null => None,
            Self::Mailbox(mailbox) => Some(mailbox),
        }
    }

    /// What stands before the `@`, or without one.
    pub const fn local(&self) -> Option<&LocalPart> {
        match self {
            Self::Local(local) => Some(local),
            Self::Mailbox(mailbox) => Some(mailbox.local()),
            Self::Null => None,
        }
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> Option<&Domain> {
        self.mailbox().map(Mailbox::domain)
    }

    /// Whether it is the null reverse-path.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the session needs no SMTPUTF8 (RFC 6531) for it.
    pub fn is_ascii(&self) -> bool {
        self.local().is_none_or(LocalPart::is_ascii)
    }

    /// A mailbox or a local part; the null path has its own form.
    pub(super) fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let local = LocalPart::scan(scan)?;
        if scan.peek() == Some('@') {
            Mailbox::scan_domain(scan, local).map(Self::Mailbox)
        } else {
            Ok(Self::Local(local))
        }
    }
}

impl From<Mailbox> for Sender {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

impl FromStr for Sender {
    type Err = InvalidMailbox;

    fn from_str(text: &str) -> Result<Self, InvalidMailbox> {
        Self::parse(text)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(local) => local.fmt(f),
            Self::Mailbox(mailbox) => mailbox.fmt(f),
            Self::Null => f.write_str(NULL),
        }
    }
}

/// Who a forward-path says the message is for, without brackets and source route: what is judged.
///
/// ```
/// use mailward::address::Recipient;
///
/// assert_eq!(Recipient::parse("POSTMASTER")?, Recipient::Postmaster);
/// assert!(Recipient::parse("postmaster@example.org")?.is_postmaster());
/// assert!(Recipient::parse("third.example!victim@example.org")?.is_routed());
/// assert!(Recipient::parse("bob").is_err());
/// # Ok::<(), mailward::address::InvalidMailbox>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: RFC 5321 section 4.1.1.3"
)]
pub enum Recipient {
    /// A mailbox.
    Mailbox(Mailbox),
    /// The bare word, in any case: the postmaster of whoever is asked (RFC 5321 section 4.5.1).
    Postmaster,
}

impl Recipient {
    /// Reads a mailbox, or the bare word `Postmaster` in any case.
    ///
    /// # Errors
    ///
    /// What [`Mailbox::parse`] refuses: any other word without a domain too.
    pub fn parse(text: &str) -> Result<Self, InvalidMailbox> {
        Scan::whole(text, Self::scan).map_err(|fault| InvalidMailbox::new(text, fault))
    }

    /// The mailbox, if there is one.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Mailbox(mailbox) => Some(mailbox),
            Self::Postmaster => None,
        }
    }

    /// What stands after the `@`; the bare postmaster has none.
    pub fn domain(&self) -> Option<&Domain> {
        self.mailbox().map(Mailbox::domain)
    }

    /// Whether the local part is `postmaster` in any case, at whatever domain or none.
    pub fn is_postmaster(&self) -> bool {
        self.mailbox().is_none_or(Mailbox::is_postmaster)
    }

    /// Whether the local part names another way to go; see [`LocalPart::is_routed`].
    pub fn is_routed(&self) -> bool {
        self.mailbox().is_some_and(Mailbox::is_routed)
    }

    /// Whether the session needs no SMTPUTF8 (RFC 6531) for it.
    pub fn is_ascii(&self) -> bool {
        self.mailbox().is_none_or(Mailbox::is_ascii)
    }

    pub(super) fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let quoted = scan.peek() == Some('"');
        let local = LocalPart::scan(scan)?;
        let postmaster = local.as_str().eq_ignore_ascii_case(POSTMASTER);
        if scan.peek() != Some('@') && postmaster && !quoted {
            return Ok(Self::Postmaster);
        }
        Mailbox::scan_domain(scan, local).map(Self::Mailbox)
    }
}

impl From<Mailbox> for Recipient {
    fn from(mailbox: Mailbox) -> Self {
        Self::Mailbox(mailbox)
    }
}

impl FromStr for Recipient {
    type Err = InvalidMailbox;

    fn from_str(text: &str) -> Result<Self, InvalidMailbox> {
        Self::parse(text)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mailbox(mailbox) => mailbox.fmt(f),
            Self::Postmaster => f.write_str(POSTMASTER),
        }
    }
}

const NULL: &str = "<>";

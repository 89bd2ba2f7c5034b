//! A local part at a domain.

use std::{fmt, str::FromStr};

use super::{Domain, Fault, InvalidMailbox, LocalPart, Scan, printed};

/// A mailbox: a local part at a domain (RFC 5321 section 4.1.2).
///
/// ```
/// use mailward::address::Mailbox;
///
/// let mailbox: Mailbox = "Ann@Example.org".parse()?;
/// assert_eq!(mailbox.local().as_str(), "Ann");
/// assert_eq!(mailbox.to_string(), "Ann@example.org");
/// # Ok::<(), mailward::address::InvalidMailbox>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mailbox {
    domain: Domain,
    local: LocalPart,
}

impl Mailbox {
    /// The most octets of a mailbox as it is printed: a path of 256 without its brackets (RFC 5321
    /// section 4.5.3.1.3).
    pub const MAX_LEN: usize = 254;

    /// Puts a mailbox together.
    ///
    /// # Errors
    ///
    /// More than [`MAX_LEN`](Self::MAX_LEN) octets in all.
    ///
    /// ```
    /// use mailward::address::{Domain, LocalPart, Mailbox};
    ///
    /// let mailbox = Mailbox::new(LocalPart::new("john doe")?, Domain::parse("example.org")?)?;
    /// assert_eq!(mailbox.to_string(), r#""john doe"@example.org"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(local: LocalPart, domain: Domain) -> Result<Self, InvalidMailbox> {
        let mailbox = Self { domain, local };
        match mailbox.check() {
            Ok(()) => Ok(mailbox),
            Err(fault) => Err(InvalidMailbox::new(&mailbox.to_string(), fault)),
        }
    }

    /// Reads `ann@example.org`, without brackets round it.
    ///
    /// # Errors
    ///
    /// What [`LocalPart::parse`] and [`Domain::parse`] refuse, a missing domain, or more than
    /// [`MAX_LEN`](Self::MAX_LEN) octets as it would be printed.
    pub fn parse(text: &str) -> Result<Self, InvalidMailbox> {
        Scan::whole(text, Self::scan).map_err(|fault| InvalidMailbox::new(text, fault))
    }

    /// What stands before the `@`.
    pub const fn local(&self) -> &LocalPart {
        &self.local
    }

    /// What stands after the `@`.
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Whether the session needs no SMTPUTF8 (RFC 6531) for it. A domain never does once it is
    /// read, since U-labels have become A-labels.
    pub fn is_ascii(&self) -> bool {
        self.local.is_ascii()
    }

    /// Whether the local part names another way to go; see [`LocalPart::is_routed`].
    pub fn is_routed(&self) -> bool {
        self.local.is_routed()
    }

    /// Whether the local part is `postmaster`, in any case (RFC 5321 section 4.5.1).
    ///
    /// ```
    /// # use mailward::address::Mailbox;
    /// assert!(Mailbox::parse("PostMaster@example.org")?.is_postmaster());
    /// # Ok::<(), mailward::address::InvalidMailbox>(())
    /// ```
    pub fn is_postmaster(&self) -> bool {
        self.local.as_str().eq_ignore_ascii_case(POSTMASTER)
    }

    /// Whether the local part is `abuse`, in any case (RFC 2142 section 2).
    pub fn is_abuse(&self) -> bool {
        self.local.as_str().eq_ignore_ascii_case("abuse")
    }

    pub(super) fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let local = LocalPart::scan(scan)?;
        Self::scan_domain(scan, local)
    }

    /// Reads the `@` and the domain.
    pub(super) fn scan_domain(scan: &mut Scan<'_>, local: LocalPart) -> Result<Self, Fault> {
        let octet = scan.octet();
        if !scan.eat('@') {
            return Err(Fault::NoDomain { octet });
        }
        let domain = Domain::scan(scan)?;
        let mailbox = Self { domain, local };
        mailbox.check()?;
        Ok(mailbox)
    }

    fn check(&self) -> Result<(), Fault> {
        match printed(self) {
            0..=Self::MAX_LEN => Ok(()),
            _ => Err(Fault::TooLong {
                most: Self::MAX_LEN,
            }),
        }
    }
}

impl FromStr for Mailbox {
    type Err = InvalidMailbox;

    fn from_str(text: &str) -> Result<Self, InvalidMailbox> {
        Self::parse(text)
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// The one mailbox that needs no domain, and that every domain must have.
pub(super) const POSTMASTER: &str = "Postmaster";

//! What stands in angle brackets after `MAIL FROM:` and `RCPT TO:`.

use std::{fmt, str::FromStr, sync::Arc};

use super::{Domain, Fault, InvalidPath, Mailbox, Recipient, Scan, Sender, printed, read_name};
use crate::name::Name;

/// The path of `MAIL FROM`: where a report of failure should go (RFC 5321 section 4.1.1.2).
///
/// ```
/// use mailward::address::ReversePath;
///
/// let path = ReversePath::parse("<ann@Example.org>")?;
/// assert_eq!(path.to_string(), "<ann@example.org>");
/// assert!(ReversePath::parse("<>")?.is_null());
/// # Ok::<(), mailward::address::InvalidPath>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReversePath {
    sender: Sender,
    route: Option<SourceRoute>,
}

impl ReversePath {
    /// The null reverse-path.
    pub const NULL: Self = Self {
        sender: Sender::Null,
        route: None,
    };

    /// The most octets of a path (RFC 5321 section 4.5.3.1.3), brackets and source route included.
    pub const MAX_LEN: usize = MAX_LEN;

    /// Reads `<>`, `<ann@example.org>`, `<@relay.example:ann@example.org>`, or `<joe>` with no
    /// domain, which the grammar does not have but a policy can judge.
    ///
    /// # Errors
    ///
    /// Missing brackets, anything after them, what [`Sender::parse`] refuses, a source route that
    /// is not of names or leads to no domain, or more than [`MAX_LEN`](Self::MAX_LEN) octets, as it
    /// stands or as it would be printed.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        Scan::whole(text, Self::scan).map_err(|fault| InvalidPath::new(text, fault))
    }

    /// Reads the path that `text` begins with, and gives back what follows it, such as the
    /// parameters of the command. A `>` or a blank in quotes does not end a path.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), whatever follows.
    ///
    /// ```
    /// use mailward::address::ReversePath;
    ///
    /// let (path, rest) = ReversePath::parse_prefix(r#"<"a> b"@example.org> SIZE=1000"#)?;
    /// assert_eq!(path.to_string(), r#"<"a> b"@example.org>"#);
    /// assert_eq!(rest, " SIZE=1000");
    /// # Ok::<(), mailward::address::InvalidPath>(())
    /// ```
    pub fn parse_prefix(text: &str) -> Result<(Self, &str), InvalidPath> {
        prefix(text, Self::scan)
    }

    /// Who the message says it is from: what is judged.
    pub const fn sender(&self) -> &Sender {
        &self.sender
    }

    /// The source route that was written before the sender.
    pub const fn source_route(&self) -> Option<&SourceRoute> {
        self.route.as_ref()
    }

    /// Whether it is the null reverse-path.
    pub const fn is_null(&self) -> bool {
        self.sender.is_null()
    }

    /// The sender's mailbox, if there is one.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        self.sender.mailbox()
    }

    /// The sender's domain, if there is one.
    pub fn domain(&self) -> Option<&Domain> {
        self.sender.domain()
    }

    fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let route = open(scan)?;
        let sender = match route {
            None if scan.peek() == Some('>') => Sender::Null,
            None => Sender::scan(scan)?,
            Some(_) => Sender::Mailbox(Mailbox::scan(scan)?),
        };
        let path = Self { sender, route };
        close(scan, &path)?;
        Ok(path)
    }
}

impl From<Mailbox> for ReversePath {
    fn from(mailbox: Mailbox) -> Self {
        Self::from(Sender::Mailbox(mailbox))
    }
}

impl From<Sender> for ReversePath {
    fn from(sender: Sender) -> Self {
        Self {
            sender,
            route: None,
        }
    }
}

impl FromStr for ReversePath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        Self::parse(text)
    }
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sender {
            Sender::Null => f.write_str("<>"),
            sender => bracketed(f, self.route.as_ref(), sender),
        }
    }
}

/// The path of `RCPT TO`: where the message should go (RFC 5321 section 4.1.1.3).
///
/// ```
/// use mailward::address::{ForwardPath, Recipient};
///
/// let path = ForwardPath::parse("<@relay.example,@b.example:bob@example.org>")?;
/// assert_eq!(path.recipient(), &Recipient::parse("bob@example.org").unwrap());
/// assert_eq!(path.source_route().unwrap().hosts().len(), 2);
///
/// assert_eq!(ForwardPath::parse("<postmaster>")?.recipient(), &Recipient::Postmaster);
/// assert!(ForwardPath::parse("<bob>").is_err());
/// # Ok::<(), mailward::address::InvalidPath>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ForwardPath {
    recipient: Recipient,
    route: Option<SourceRoute>,
}

impl ForwardPath {
    /// The most octets of a path (RFC 5321 section 4.5.3.1.3), brackets and source route included.
    pub const MAX_LEN: usize = MAX_LEN;

    /// Reads `<bob@example.org>`, `<@relay.example:bob@example.org>` or the bare `<Postmaster>` in
    /// any case.
    ///
    /// # Errors
    ///
    /// Missing brackets, anything after them, what [`Recipient::parse`] refuses, a source route
    /// that is not of names or leads to no domain, or more than [`MAX_LEN`](Self::MAX_LEN) octets,
    /// as it stands or as it would be printed.
    pub fn parse(text: &str) -> Result<Self, InvalidPath> {
        Scan::whole(text, Self::scan).map_err(|fault| InvalidPath::new(text, fault))
    }

    /// Reads the path that `text` begins with, and gives back what follows it, such as the
    /// parameters of the command. A `>` or a blank in quotes does not end a path.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), whatever follows.
    ///
    /// ```
    /// use mailward::address::ForwardPath;
    ///
    /// let (path, rest) = ForwardPath::parse_prefix("<bob@example.org> NOTIFY=NEVER")?;
    /// assert_eq!((path.to_string().as_str(), rest), ("<bob@example.org>", " NOTIFY=NEVER"));
    /// # Ok::<(), mailward::address::InvalidPath>(())
    /// ```
    pub fn parse_prefix(text: &str) -> Result<(Self, &str), InvalidPath> {
        prefix(text, Self::scan)
    }

    /// Who the message is for: what is judged.
    pub const fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// The source route that was written before the recipient.
    pub const fn source_route(&self) -> Option<&SourceRoute> {
        self.route.as_ref()
    }

    /// The recipient's mailbox, if there is one.
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        self.recipient.mailbox()
    }

    /// The recipient's domain, if there is one.
    pub fn domain(&self) -> Option<&Domain> {
        self.recipient.domain()
    }

    fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let route = open(scan)?;
        let recipient = match route {
            None => Recipient::scan(scan)?,
            Some(_) => Recipient::Mailbox(Mailbox::scan(scan)?),
        };
        let path = Self { recipient, route };
        close(scan, &path)?;
        Ok(path)
    }
}

impl From<Mailbox> for ForwardPath {
    fn from(mailbox: Mailbox) -> Self {
        Self::from(Recipient::Mailbox(mailbox))
    }
}

impl From<Recipient> for ForwardPath {
    fn from(recipient: Recipient) -> Self {
        Self {
            recipient,
            route: None,
        }
    }
}

impl FromStr for ForwardPath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        Self::parse(text)
    }
}

impl fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        bracketed(f, self.route.as_ref(), &self.recipient)
    }
}

/// The hosts that an old-fashioned path goes through: a fact for the log, and nothing else (RFC
/// 5321 appendix C).
///
/// ```
/// use mailward::address::ForwardPath;
///
/// let path = ForwardPath::parse("<@a.example,@b.example:bob@example.org>")?;
/// let route = path.source_route().unwrap();
/// assert_eq!(route.to_string(), "@a.example,@b.example");
/// assert_eq!(route.hosts()[1].as_str(), "b.example");
/// # Ok::<(), mailward::address::InvalidPath>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceRoute(Arc<[Name]>);

impl SourceRoute {
    /// The hosts, first to last; at least one.
    pub fn hosts(&self) -> &[Name] {
        &self.0
    }

    /// `@host`, then `,@host` any number of times, then `:` (A-d-l of RFC 5321 section 4.1.2). The
    /// first `@` has been read.
    fn scan(scan: &mut Scan<'_>) -> Result<Self, Fault> {
        let mut hosts = Vec::new();
        loop {
            hosts.push(read_name(scan)?);
            if scan.eat(':') {
                return Ok(Self(hosts.into()));
            }
            let octet = scan.octet();
            if !(scan.eat(',') && scan.eat('@')) {
                return Err(Fault::Route { octet });
            }
        }
    }
}

impl fmt::Display for SourceRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, host) in self.0.iter().enumerate() {
            let between = if place == 0 { "" } else { "," };
            write!(f, "{between}@{host}")?;
        }
        Ok(())
    }
}

fn prefix<'t, T>(
    text: &'t str,
    scan: impl FnOnce(&mut Scan<'t>) -> Result<T, Fault>,
) -> Result<(T, &'t str), InvalidPath> {
    let mut rest = Scan::new(text);
    let path = scan(&mut rest).map_err(|fault| InvalidPath::new(text, fault))?;
    Ok((path, rest.rest()))
}

/// Reads `<` and a source route if there is one.
fn open(scan: &mut Scan<'_>) -> Result<Option<SourceRoute>, Fault> {
    let octet = scan.octet();
    if !scan.eat('<') {
        return Err(Fault::Open { octet });
    }
    if scan.eat('@') {
        SourceRoute::scan(scan).map(Some)
    } else {
        Ok(None)
    }
}

/// Reads `>`, and sees that the path is not too long in either spelling.
fn close(scan: &mut Scan<'_>, path: &impl fmt::Display) -> Result<(), Fault> {
    let octet = scan.octet();
    if !scan.eat('>') {
        return Err(Fault::Close { octet });
    }
    if scan.read() > MAX_LEN || printed(path) > MAX_LEN {
        return Err(Fault::TooLong { most: MAX_LEN });
    }
    Ok(())
}

fn bracketed(
    f: &mut fmt::Formatter<'_>,
    route: Option<&SourceRoute>,
    party: &impl fmt::Display,
) -> fmt::Result {
    match route {
        None => write!(f, "<{party}>"),
        Some(route) => write!(f, "<{route}:{party}>"),
    }
}

/// RFC 5321 section 4.5.3.1.3.
const MAX_LEN: usize = 256;

//! What was asked and found on the way to a verdict, and which rule decided.
//!
//! A refusal is read by three people: the peer's postmaster gets the reply, our operator and the auditor a year later
//! get the trace. It is typed, and so is its text: names are parsed ones, octets of the peer come escaped.
//!
//! Recording costs nothing that is not asked for: at [`Level::Off`] and [`Level::Decision`] a command to which nobody
//! objects leaves an empty trace and allocates nothing.

use std::cmp;
use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::dns::DnsError;
use crate::fcrdns::Fcrdns;
use crate::helo::Standing;
use crate::mailroute::MailRoute;
use crate::rbl::Listing;
use crate::relay::{Destination, Side};
use crate::verdict::{Refusal, Rule};

/// How much is recorded.
///
/// ```
/// use mailward::trace::{Level, Note, Recorder};
///
/// let recorder = Recorder::new(Level::Decision);
/// recorder.evidence(|| unreachable!("evidence is recorded only at `Level::Full`"));
/// recorder.decision(|| Note::Accepted);
/// assert_eq!(recorder.into_trace().entries().len(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: nothing, what was decided, everything"
)]
pub enum Level {
    /// Nothing.
    Off,
    /// What was decided, would have been decided, or was in doubt; and what a table's rule says is to be logged.
    #[default]
    Decision,
    /// That, every check that found nothing, every question asked, and the evidence.
    Full,
}

/// Collects the entries of one command. Shared by the checks of a row, which may run on any thread; a check can add to
/// it, and take nothing away.
///
/// ```
/// use mailward::trace::{Level, Note, Recorder};
///
/// let recorder = Recorder::new(Level::Full);
/// recorder.evidence(|| Note::Clean);
/// assert_eq!(recorder.into_trace().entries().len(), 1);
/// ```
#[derive(Debug, Default)]
pub struct Recorder {
    level: Level,
    entries: Mutex<Vec<Entry>>,
    /// How many entries there are, so that a check that left none need not lock them to find out.
    len: AtomicUsize,
}

impl Recorder {
    /// A recorder of this level.
    #[must_use]
    pub const fn new(level: Level) -> Self {
        Self {
            level,
            entries: Mutex::new(Vec::new()),
            len: AtomicUsize::new(0),
        }
    }

    /// How much it records.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Records what was decided, unless the level is [`Level::Off`].
    pub fn decision(&self, note: impl FnOnce() -> Note) {
        if self.level >= Level::Decision {
            self.push(note(), MAX_DECISIONS);
        }
    }

    /// Records what was found, at [`Level::Full`].
    pub fn evidence(&self, note: impl FnOnce() -> Note) {
        if self.level >= Level::Full {
            self.push(note(), MAX_ENTRIES);
        }
    }

    /// How many entries there are: a mark for [`Recorder::attribute`].
    pub(crate) fn mark(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Gives all entries since `mark` that have no rule yet to this one.
    pub(crate) fn attribute(&self, mark: usize, rule: &Rule) {
        if self.mark() > mark {
            for entry in self
                .entries()
                .iter_mut()
                .skip(mark)
                .filter(|entry| entry.rule.is_none())
            {
                entry.rule = Some(rule.clone());
            }
        }
    }

    /// True when what a check came to stands there since `mark`.
    pub(crate) fn is_concluded(&self, mark: usize) -> bool {
        self.level == Level::Full
            && self
                .entries()
                .iter()
                .skip(mark)
                .any(|entry| entry.note.is_conclusion())
    }

    /// Turns what was decided since `mark` into what would have been, for a check that does not act.
    pub(crate) fn rehearse(&self, mark: usize) {
        if self.mark() > mark {
            for entry in self.entries().iter_mut().skip(mark) {
                entry.note = match mem::replace(&mut entry.note, Note::Clean) {
                    Note::Refused(refusal) => Note::WouldRefuse(refusal),
                    Note::Accepted => Note::WouldAccept,
                    note => note,
                };
            }
        }
    }

    /// Drops all entries since `mark`.
    pub(crate) fn forget(&self, mark: usize) {
        if self.mark() > mark {
            let mut entries = self.entries();
            entries.truncate(mark);
            self.len.store(entries.len(), Ordering::Release);
        }
    }

    /// What was recorded.
    #[must_use]
    pub fn into_trace(self) -> Trace {
        Trace {
            entries: self
                .entries
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn push(&self, note: Note, most: usize) {
        let mut entries = self.entries();
        match entries.len().cmp(&most) {
            cmp::Ordering::Less => entries.push(Entry { rule: None, note }),
            cmp::Ordering::Equal => entries.push(Entry {
                rule: None,
                note: Note::Truncated,
            }),
            cmp::Ordering::Greater => {}
        }
        self.len.store(entries.len(), Ordering::Release);
    }

    // Entries are only pushed and taken under this lock, so a poisoned one still holds whole entries.
    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one command left behind, in the order in which it happened. `Display` prints a line an entry.
///
/// ```
/// use mailward::trace::Trace;
///
/// assert!(Trace::default().entries().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    entries: Vec<Entry>,
}

impl Trace {
    /// A trace of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What dry-run rules would have refused, with their names.
    pub fn would(&self) -> impl Iterator<Item = (Option<&Rule>, &Refusal)> {
        self.entries.iter().filter_map(|entry| match &entry.note {
            Note::WouldRefuse(refusal) => Some((entry.rule.as_ref(), refusal)),
            _ => None,
        })
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries
            .iter()
            .try_for_each(|entry| writeln!(f, "{entry}"))
    }
}

/// One thing that happened, and the rule on whose behalf.
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// let (mut dialogue, _) = Guard::builder(perimeter, shared).build().connect_blocking(client);
/// dialogue.line(b"EHLO mail.example.com");
/// dialogue.line(b"MAIL FROM:<ann@example.com>");
/// let outcome = dialogue.line(b"RCPT TO:<bob@example.net>");
/// let entry = &outcome.trace.entries()[0];
/// assert_eq!(entry.rule.as_ref().unwrap().as_str(), "relay-control");
/// assert_eq!(entry.to_string(), "relay-control: refused 550 5.7.1 relay-denied");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The rule; `None` outside any.
    pub rule: Option<Rule>,
    /// What happened.
    pub note: Note,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            Some(rule) => write!(f, "{rule}: {}", self.note),
            None => self.note.fmt(f),
        }
    }
}

/// What can happen.
///
/// ```
/// use mailward::trace::Note;
/// use mailward::verdict::{Reason, Refusal};
///
/// let note = Note::Refused(Refusal::new(Reason::RelayDenied));
/// assert_eq!(note.to_string(), "refused 550 5.7.1 relay-denied");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// A question to the name system, with its kind, and what came of it.
    Asked {
        /// The question, such as `A mail.example.org`.
        question: Arc<str>,
        /// What came of it.
        outcome: Found,
        /// How long it took.
        spent: Duration,
    },
    /// The client's name.
    Client(Fcrdns),
    /// What a list said; of the zone only the label.
    List {
        /// The zone's label.
        label: Arc<str>,
        /// What it said.
        listing: Listing,
    },
    /// How the greeting's name stands to the client.
    Greeting(Standing),
    /// Where mail to the sender's domain goes.
    Route(MailRoute),
    /// The sides of relay control.
    Relay {
        /// The connection's.
        connection: Side,
        /// The recipient's.
        destination: Destination,
    },
    /// A table's rule that was found.
    Matched(Arc<str>),
    /// A check was not asked, and why.
    Skipped(Skip),
    /// A check had no objection.
    Clean,
    /// A check accepted.
    Accepted,
    /// A check refused.
    Refused(Refusal),
    /// A check could not find out, and might have refused.
    MightRefuse(Refusal),
    /// A check could not find out, and might have accepted.
    MightAccept(Refusal),
    /// A dry-run check would have refused.
    WouldRefuse(Refusal),
    /// A dry-run check would have accepted.
    WouldAccept,
    /// A policy panicked.
    Panicked,
    /// A policy was overdue at the deadline.
    Overdue,
    /// There was more than a trace may hold.
    Truncated,
}

/// What came of a question.
///
/// ```
/// # use mailward::{Guard, Perimeter, Shared, client::ClientIp, clock::SystemClock, dns::MemoryDns, name::Name};
/// # let perimeter = Perimeter::new(Name::parse("mx.example.org")?);
/// # let shared = Shared::new(MemoryDns::default(), SystemClock::new());
/// # let client: ClientIp = "203.0.113.9".parse()?;
/// use mailward::policies::VerifiedClient;
/// use mailward::policy::RefuseAt;
/// use mailward::trace::Level;
///
/// let builder = Guard::builder(perimeter, shared).refuse_at(RefuseAt::Earliest).trace(Level::Full);
/// let (_, greeting) = builder.check(VerifiedClient::new()).build().connect_blocking(client);
/// let asked = greeting.trace.entries()[0].to_string();
/// assert!(asked.contains("asked PTR 9.113.0.203.in-addr.arpa: no such name"), "{asked}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: as dns::Answer and dns::DnsError"
)]
pub enum Found {
    /// This many records, which may be kept that long.
    Records(usize, Duration),
    /// The name exists, with no such record.
    NoData,
    /// The name does not exist.
    NoSuchName,
    /// Trouble.
    Trouble(DnsError),
}

/// Why a check was not asked.
///
/// ```
/// use mailward::trace::{Note, Skip};
///
/// let note = Note::Skipped(Skip::Postmaster); // mail for postmaster passes the row by
/// assert_eq!(note.to_string(), "skipped: postmaster");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Skip {
    /// The session is exempt from this check.
    Exempt,
    /// The recipient is a postmaster.
    Postmaster,
}

impl Note {
    const fn is_conclusion(&self) -> bool {
        match self {
            Self::Asked { .. } | Self::Client(_) | Self::List { .. } | Self::Greeting(_) => false,
            Self::Route(_) | Self::Relay { .. } | Self::Matched(_) | Self::Truncated => false,
            Self::Skipped(_) | Self::Clean | Self::Accepted | Self::Refused(_) => true,
            Self::MightRefuse(_)
            | Self::MightAccept(_)
            | Self::WouldRefuse(_)
            | Self::WouldAccept => true,
            Self::Panicked | Self::Overdue => true,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked {
                question,
                outcome,
                spent,
            } => {
                write!(f, "asked {question}: {outcome} in {} ms", spent.as_millis())
            }
            Self::Client(found) => write!(f, "client name: {found}"),
            Self::List { label, listing } => write!(f, "list {label}: {listing}"),
            Self::Greeting(standing) => write!(f, "greeting: {standing}"),
            Self::Route(route) => write!(f, "sender domain: {route}"),
            Self::Relay {
                connection,
                destination,
            } => {
                write!(f, "connection {connection}, recipient {destination}")
            }
            Self::Matched(pattern) => write!(f, "matched {pattern}"),
            Self::Skipped(Skip::Exempt) => f.write_str("skipped: exempt"),
            Self::Skipped(Skip::Postmaster) => f.write_str("skipped: postmaster"),
            Self::Clean => f.write_str("clean"),
            Self::Accepted => f.write_str("accepted"),
            Self::Refused(refusal) => write!(f, "refused {refusal}"),
            Self::MightRefuse(refusal) => write!(f, "might have refused {refusal}"),
            Self::MightAccept(refusal) => write!(f, "might have accepted {refusal}"),
            Self::WouldRefuse(refusal) => write!(f, "would have refused {refusal}"),
            Self::WouldAccept => f.write_str("would have accepted"),
            Self::Panicked => f.write_str("panicked"),
            Self::Overdue => f.write_str("overdue"),
            Self::Truncated => f.write_str("and more"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records(count, ttl) => write!(f, "{count} records, ttl {} s", ttl.as_secs()),
            Self::NoData => f.write_str("no such record"),
            Self::NoSuchName => f.write_str("no such name"),
            Self::Trouble(error) => error.fmt(f),
        }
    }
}

/// More than any honest session needs: 20 lists, 10 names, and as many checks.
const MAX_ENTRIES: usize = 256;

/// Decisions still find a place where evidence has taken its own.
const MAX_DECISIONS: usize = 512;

//! A whole name system in a string.
//!
//! [`MemoryDns`] reads the text of a master file (RFC 1035 section 5) and answers from it: for tests, demonstrations,
//! replays and fuzzing. It knows `$ORIGIN`, `$TTL`, `@`, relative names, entries over several lines in parentheses,
//! comments, quoted strings, `\DDD`, wildcards (RFC 4592) and CNAME chains, and the types A, AAAA, CNAME, MX, NS, PTR,
//! SOA and TXT. Names are absolute until an `$ORIGIN` has come. A record without TTL takes the one of `$TTL`, else
//! the one stated last, else an hour.
//!
//! Trouble is scripted in the data's place; what is scripted wins over records of the same name and type:
//!
//! | data | answer |
//! | --- | --- |
//! | `!servfail`, `!timeout`, `!refused` | that [`DnsError`](super::DnsError), at once |
//! | `!nodata`, `!nxdomain` | that absence |
//! | `!delay=250ms` before data or another word | the same, later: on the clock of [`MemoryDns::with_clock`] |
//! | `!delay=250ms` alone | whatever else the file says, later |
//!
//! The type `ANY` scripts every type; so does a script in the place of a CNAME's data.

mod error;
mod owner;
mod reader;
mod record;
mod tokens;
mod tree;

pub use error::ZoneError;

use std::fmt;
use std::mem;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::client::ClientIp;
use crate::clock::Clock;
use crate::name::NameRef;
use crate::step::Step;

use super::{Dns, Lookup, Mx, PtrTarget, QueryName, Question, RecordType, Txt};

// The files of this folder know each other through this one.
use owner::Owner;
use record::{Data, Fields, KINDS, Kind, Record, Scripted, read_data, seconds};
use tokens::{Entries, Entry, Place, Token};
use tree::{Found, Tree};

/// A [`Dns`] that answers from a zone file in memory, and remembers what it was asked.
///
/// The absence of a name or record may be kept for as long as the nearest SOA above says (RFC 2308 section 5), and
/// not at all when there is none. A chain of more than eight CNAMEs, or a loop, is
/// [`DnsError::ServerFailure`](super::DnsError::ServerFailure), as it is from a real resolver. A name that has both
/// a CNAME and the type asked for answers the type.
///
/// ```
/// use mailward::dns::{Dns, DnsError, MemoryDns};
/// use mailward::name::Name;
///
/// let dns: MemoryDns = r#"
/// $ORIGIN example.
/// mail       A     192.0.2.7
/// 7.2.0.192.in-addr.arpa.  PTR  mail
/// slow       A     !timeout
/// "#
/// .parse()?;
///
/// assert!(dns.ptr("192.0.2.7".parse()?).wait()?.records().len() == 1);
/// assert_eq!(dns.a(Name::parse("slow.example")?.borrowed()).wait(), Err(DnsError::Timeout));
/// assert_eq!(dns.queries()[1].to_string(), "A slow.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MemoryDns {
    tree: RwLock<Tree>,
    log: Option<Mutex<Vec<Question>>>,
    clock: Option<Arc<dyn Clock>>,
}

impl MemoryDns {
    /// A name system in which no name exists.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            tree: RwLock::default(),
            log: Some(Mutex::default()),
            clock: None,
        }
    }

    /// Reads a zone file.
    ///
    /// # Errors
    /// The first word that cannot be read, with its line and column.
    ///
    /// ```
    /// use mailward::dns::MemoryDns;
    ///
    /// let error = MemoryDns::parse("mail.example. A 192.0.2.\n").unwrap_err();
    /// assert_eq!(error.to_string(), "line 1, column 17: expected an IPv4 address, found 192.0.2.");
    /// ```
    pub fn parse(zone: &str) -> Result<Self, ZoneError> {
        let tree = Tree::of(reader::read(zone)?);
        Ok(Self {
            tree: RwLock::new(tree),
            ..Self::empty()
        })
    }

    /// Lets scripted delays pass on this clock. Without a clock they pass at once.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        Self {
            clock: Some(Arc::new(clock)),
            ..self
        }
    }

    /// Keeps no log of the questions. An answer then allocates nothing.
    #[must_use]
    pub fn without_log(self) -> Self {
        Self { log: None, ..self }
    }

    /// Puts a record in place of those of the same name and type, as in `mail.example. A 192.0.2.8`.
    ///
    /// The text may hold several records: together they take the place of what they replace. A question sees the
    /// state before or the state after. `ANY` and `CNAME` replace all a name has; another type, its alias too.
    ///
    /// # Errors
    /// As [`MemoryDns::parse`]; nothing is replaced then.
    ///
    /// ```
    /// use mailward::dns::{Dns, MemoryDns};
    /// use mailward::name::Name;
    ///
    /// let dns = MemoryDns::parse("mail.example. A !servfail")?;
    /// dns.replace("mail.example. A 192.0.2.8")?;
    /// assert!(dns.a(Name::parse("mail.example")?.borrowed()).wait().is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replace(&self, record: &str) -> Result<(), ZoneError> {
        let records = reader::read(record)?;
        self.tree
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .replace(records);
        Ok(())
    }

    /// What was asked so far, in order.
    #[must_use]
    pub fn queries(&self) -> Vec<Question> {
        self.log().map_or_else(Vec::new, |log| log.clone())
    }

    /// How many questions were asked so far.
    #[must_use]
    pub fn query_count(&self) -> usize {
        self.log().map_or(0, |log| log.len())
    }

    /// How many names there are, with those that exist because of names below them.
    #[cfg(feature = "replay")]
    pub(crate) fn name_count(&self) -> usize {
        let tree = self.tree.read().unwrap_or_else(PoisonError::into_inner);
        tree.len()
    }

    /// Empties the log.
    pub fn forget_queries(&self) {
        self.log().map(|mut log| mem::take(&mut *log));
    }

    fn log(&self) -> Option<MutexGuard<'_, Vec<Question>>> {
        self.log
            .as_ref()
            .map(|log| log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer<'a, T: Send + Sync + 'a>(
        &'a self,
        record_type: RecordType,
        name: NameRef<'_>,
        find: impl FnOnce(&Tree, &str) -> Found<T>,
    ) -> Step<'a, Lookup<T>> {
        if let Some(mut log) = self.log() {
            log.push(Question::new(record_type, name));
        }
        let Found { lookup, delay } = find(
            &self.tree.read().unwrap_or_else(PoisonError::into_inner),
            name.as_str(),
        );
        match &self.clock {
            Some(clock) if !delay.is_zero() => {
                let sleep = clock.sleep_until(clock.now().plus(delay));
                Step::later(async move {
                    sleep.await;
                    lookup
                })
            }
            _ => Step::ready(lookup),
        }
    }
}

impl Dns for MemoryDns {
    fn ptr(&self, client: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
        let name = QueryName::arpa(client);
        self.answer(RecordType::Ptr, name.borrowed(), |tree, name| {
            tree.find(name, |node| &node.ptr)
        })
    }

    fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
        self.answer(RecordType::A, name, |tree, name| {
            tree.find(name, |node| &node.a)
        })
    }

    fn aaaa(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
        self.answer(RecordType::Aaaa, name, |tree, name| {
            tree.find(name, |node| &node.aaaa)
        })
    }

    fn mx(&self, name: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
        self.answer(RecordType::Mx, name, |tree, name| {
            tree.find(name, |node| &node.mx)
        })
    }

    fn txt(&self, name: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
        self.answer(RecordType::Txt, name, |tree, name| {
            tree.find(name, |node| &node.txt)
        })
    }
}

impl FromStr for MemoryDns {
    type Err = ZoneError;

    fn from_str(zone: &str) -> Result<Self, ZoneError> {
        Self::parse(zone)
    }
}

impl Default for MemoryDns {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for MemoryDns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .tree
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .len();
        f.debug_struct("MemoryDns")
            .field("names", &names)
            .field("queries", &self.query_count())
            .finish()
    }
}

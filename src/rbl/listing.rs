//! What one list says of one client.

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use crate::dns::{DnsError, Lookup, Txt};
use crate::reply::ReplyText;

/// What one list says of one client.
///
/// Only [`Listing::Listed`] may ever count against a client, or for it on a list of good ones.
///
/// ```
/// use mailward::dns::{DnsError, MemoryDns};
/// use mailward::name::Name;
/// use mailward::rbl::{self, Listing, Zone};
///
/// let dns = MemoryDns::parse("9.113.0.203.bl.example. A !timeout")?;
/// let zones = [Zone::new(Name::parse("bl.example")?)];
/// let found = rbl::look_up("203.0.113.9".parse()?, &zones, &[], &dns).wait();
/// assert_eq!(found, [Listing::Trouble(DnsError::Timeout)]);
/// assert!(found[0].hit().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "complete: a policy must decide about each of these"
)]
pub enum Listing {
    /// The client is on the list.
    Listed(Hit),
    /// The client is not on the list.
    Absent {
        /// How long that may be kept; zero when the zone does not say.
        ttl: Duration,
    },
    /// The list refused the question: a quota, an open resolver, a mistyped zone. The codes, sorted.
    Refused(Arc<[Ipv4Addr]>),
    /// The answer is none that a list gives: the zone has changed hands, or a resolver rewrote it. The codes, sorted.
    Broken(Arc<[Ipv4Addr]>),
    /// The lookup failed.
    Trouble(DnsError),
    /// The list was not asked, or its answer no longer mattered.
    Skipped(Skip),
}

impl Listing {
    /// The hit, when the client is listed.
    #[must_use]
    pub const fn hit(&self) -> Option<&Hit> {
        match self {
            Self::Listed(hit) => Some(hit),
            _ => None,
        }
    }

    pub(super) const fn hit_mut(&mut self) -> Option<&mut Hit> {
        match self {
            Self::Listed(hit) => Some(hit),
            _ => None,
        }
    }

    /// True when DNS trouble left the question open.
    #[must_use]
    pub const fn is_trouble(&self) -> bool {
        matches!(self, Self::Trouble(_))
    }
}

impl fmt::Display for Listing {
    /// For traces: `listed 127.0.0.2, 127.0.0.4` or `absent`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, codes) = match self {
            Self::Listed(hit) => ("listed", hit.codes()),
            Self::Refused(codes) => ("refused", &**codes),
            Self::Broken(codes) => ("broken", &**codes),
            Self::Absent { .. } => return f.write_str("absent"),
            Self::Trouble(error) => return error.fmt(f),
            Self::Skipped(_) => return f.write_str("not asked"),
        };
        f.write_str(word)?;
        codes
            .iter()
            .enumerate()
            .try_for_each(|(at, code)| write!(f, "{} {code}", if at == 0 { "" } else { "," }))
    }
}

/// Why a list has no say.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::name::Name;
/// use mailward::rbl::{self, Listing, Skip, Zone};
///
/// let zones = [Zone::new(Name::parse("bl.example")?)];
/// let found = rbl::look_up("192.168.1.2".parse()?, &zones, rbl::never_asked(), &MemoryDns::empty()).wait();
/// assert_eq!(found, [Listing::Skipped(Skip::NeverAsked)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Skip {
    /// The list takes no clients of this family.
    Family,
    /// The name to ask for would be longer than a name may be.
    NameTooLong,
    /// The client's network is one that lists are never asked about.
    NeverAsked,
    /// A list further up has decided.
    Undecisive,
}

/// A client found on a list.
///
/// ```
/// use std::net::Ipv4Addr;
/// use mailward::dns::MemoryDns;
/// use mailward::name::Name;
/// use mailward::rbl::{self, Zone};
///
/// let dns = MemoryDns::parse("*.bl.example. A 127.0.0.4\n*.bl.example. TXT \"an open proxy\"")?;
/// let zones = [Zone::new(Name::parse("bl.example")?).with_text()];
/// let found = rbl::look_up("203.0.113.9".parse()?, &zones, &[], &dns).wait();
/// let hit = found[0].hit().unwrap();
/// assert_eq!((hit.label(), hit.codes()), ("bl.example", &[Ipv4Addr::new(127, 0, 0, 4)][..]));
/// assert_eq!(hit.text().unwrap().as_str(), "an open proxy");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    label: Arc<str>,
    codes: Arc<[Ipv4Addr]>,
    text: HitText,
    ttl: Duration,
}

/// The list's reason, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
enum HitText {
    NotAsked,
    None,
    Given(ReplyText),
}

impl Hit {
    pub(super) const fn new(label: Arc<str>, codes: Arc<[Ipv4Addr]>, ttl: Duration) -> Self {
        Self {
            label,
            codes,
            text: HitText::NotAsked,
            ttl,
        }
    }

    pub(super) fn saying(self, text: ReplyText) -> Self {
        Self {
            text: HitText::Given(text),
            ..self
        }
    }

    /// What the list is called.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The codes that list the client: inside 127.0.0.0/8, sorted, at least one.
    #[must_use]
    pub fn codes(&self) -> &[Ipv4Addr] {
        &self.codes
    }

    /// The list's reason, when it was asked for and given. A stranger wrote it: it is sanitised and bounded, and
    /// belongs into friendly replies and logs only.
    #[must_use]
    pub const fn text(&self) -> Option<&ReplyText> {
        match &self.text {
            HitText::Given(text) => Some(text),
            HitText::NotAsked | HitText::None => None,
        }
    }

    /// How long the listing may be kept.
    #[must_use]
    pub const fn ttl(&self) -> Duration {
        self.ttl
    }

    pub(super) const fn lacks_text(&self) -> bool {
        matches!(self.text, HitText::NotAsked)
    }

    /// Takes the answer to the question for the reason. Trouble leaves it open: a listing needs no reason.
    pub(super) fn take_reason(&mut self, answer: &Lookup<Txt>) {
        if let Ok(answer) = answer {
            self.text = reason(answer.records()).map_or(HitText::None, HitText::Given);
        }
    }
}

/// Several records cannot be matched to several codes (RFC 5782 section 2.1), so they are all told, in one order
/// whatever order they came in.
fn reason(records: &[Txt]) -> Option<ReplyText> {
    let mut records: Vec<&[u8]> = records.iter().map(Txt::as_bytes).collect();
    records.sort_unstable();
    records.dedup();
    let mut joined = records.join(b" / ".as_slice());
    joined.truncate(MAX_TEXT);
    let text = String::from_utf8_lossy(&joined);
    (!text.trim().is_empty()).then(|| ReplyText::sanitize(&text))
}

/// Longer reasons are cut: nobody reads more, and a TXT record may have 64 KiB.
const MAX_TEXT: usize = 400;

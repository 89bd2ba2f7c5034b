//! One list: what is asked of it, and what its answer means.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use crate::client::ClientIp;
use crate::dns::{Answer, Lookup, QueryName};
use crate::name::Name;
use crate::reply::ReplyText;

use super::{Hit, Listing, Skip};

/// A list of addresses published in DNS.
///
/// The zone's name may hold an account key, so it is never printed, not even by `Debug`: the label is.
///
/// ```
/// use mailward::name::Name;
/// use mailward::rbl::{Families, Zone};
///
/// let zone = Zone::new(Name::parse("k3y.zen.bl.example")?).labelled("zen").families(Families::V4);
/// assert_eq!(zone.label(), "zen");
/// assert_eq!(format!("{zone:?}"), "Zone { label: \"zen\", families: V4, text: Ignore }");
/// let query = zone.query("192.0.2.99".parse()?).unwrap();
/// assert_eq!(query.as_str(), "99.2.0.192.k3y.zen.bl.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Zone {
    domain: Name,
    label: Arc<str>,
    families: Families,
    text: ZoneText,
}

impl Zone {
    /// The list under this name: asked about both families, its texts ignored. Its label is the name's last three
    /// labels, since whoever sells access to a list puts the customer's key before those.
    #[must_use]
    pub fn new(domain: Name) -> Self {
        let hidden = domain.labels().count().saturating_sub(PRINTED_LABELS);
        let printed: Vec<&str> = domain.labels().skip(hidden).collect();
        let label = printed.join(".").into();
        Self {
            domain,
            label,
            families: Families::Both,
            text: ZoneText::Ignore,
        }
    }

    /// Calls the list by this word in logs, traces and replies. Give one to each zone whose last three labels hold a key.
    #[must_use]
    pub fn labelled(self, label: impl Into<Arc<str>>) -> Self {
        Self {
            label: label.into(),
            ..self
        }
    }

    /// Asks the list only about clients of these families.
    #[must_use]
    pub fn families(self, families: Families) -> Self {
        Self { families, ..self }
    }

    /// Asks the list for its reason (TXT) when it lists a client.
    #[must_use]
    pub fn with_text(self) -> Self {
        Self {
            text: ZoneText::Ask,
            ..self
        }
    }

    /// Gives this reason for whom the list lists, and asks the list for none.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use std::time::Duration;
    /// use mailward::dns::Answer;
    /// use mailward::name::Name;
    /// use mailward::rbl::Zone;
    /// use mailward::reply::ReplyText;
    ///
    /// let zone = Zone::new(Name::parse("bl.example")?).saying(ReplyText::parse("ask your provider")?);
    /// let listing = zone.interpret(&Ok(Answer::of([Ipv4Addr::new(127, 0, 0, 2)], Duration::ZERO)));
    /// assert_eq!(listing.hit().unwrap().text().unwrap().as_str(), "ask your provider");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn saying(self, text: ReplyText) -> Self {
        Self {
            text: ZoneText::Fixed(text),
            ..self
        }
    }

    /// What the list is called in logs, traces and replies.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The zone's name. It may hold an account key: do not print it.
    #[must_use]
    pub const fn domain(&self) -> &Name {
        &self.domain
    }

    /// The name under which the list publishes a client (RFC 5782 sections 2.1 and 2.4).
    ///
    /// # Errors
    /// The list takes no clients of that family, or the name would be too long.
    pub fn query(&self, client: ClientIp) -> Result<QueryName, Skip> {
        let asked = match (self.families, client.as_ip()) {
            (Families::Both, _) | (Families::V4, IpAddr::V4(_)) | (Families::V6, IpAddr::V6(_)) => {
                true
            }
            (Families::V4, IpAddr::V6(_)) | (Families::V6, IpAddr::V4(_)) => false,
        };
        if !asked {
            return Err(Skip::Family);
        }
        QueryName::listed(client, &self.domain).ok_or(Skip::NameTooLong)
    }

    /// What an answer of the list means.
    ///
    /// RFC 5782 section 2.1 lets any A record list. Public lists answer so to say other things too, and a zone whose
    /// domain has expired answers with a web server for all the world. Therefore:
    ///
    /// - 127.255.255.0/24 says that the question was wrong or the quota used up: [`Listing::Refused`];
    /// - whatever lies outside 127.0.0.0/8 is no answer of a list: [`Listing::Broken`];
    /// - neither are 127.0.0.0 and 127.0.0.1, which filtering resolvers give: [`Listing::Broken`];
    /// - all else in 127.0.0.0/8 lists.
    ///
    /// When some of several records list, the client is listed by those alone. When none does, a refusal is reported
    /// before a broken answer. The codes come out sorted, whatever order the server chose.
    ///
    /// ```
    /// use std::net::Ipv4Addr;
    /// use std::time::Duration;
    /// use mailward::dns::Answer;
    /// use mailward::name::Name;
    /// use mailward::rbl::{Listing, Zone};
    ///
    /// let zone = Zone::new(Name::parse("bl.example")?);
    /// let answer = |code: [u8; 4]| Ok(Answer::of([Ipv4Addr::from(code)], Duration::ZERO));
    /// assert!(matches!(zone.interpret(&answer([127, 0, 0, 2])), Listing::Listed(_)));
    /// assert!(matches!(zone.interpret(&answer([127, 255, 255, 254])), Listing::Refused(_)));
    /// assert!(matches!(zone.interpret(&answer([203, 0, 113, 80])), Listing::Broken(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn interpret(&self, answer: &Lookup<Ipv4Addr>) -> Listing {
        let (records, ttl) = match answer {
            Err(error) => return Listing::Trouble(*error),
            Ok(Answer::Records { records, ttl }) if !records.is_empty() => (records, *ttl),
            Ok(absence) => return Listing::Absent { ttl: absence.ttl() },
        };
        let of = |wanted| codes(records, wanted);
        if let Some(codes) = of(Meaning::Lists) {
            let hit = Hit::new(self.label.clone(), codes, ttl);
            return Listing::Listed(match &self.text {
                ZoneText::Fixed(text) => hit.saying(text.clone()),
                ZoneText::Ask | ZoneText::Ignore => hit,
            });
        }
        of(Meaning::Refuses).map_or_else(
            || Listing::Broken(of(Meaning::Broken).unwrap_or_default()),
            Listing::Refused,
        )
    }

    pub(super) const fn wants_text(&self) -> bool {
        matches!(self.text, ZoneText::Ask)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            domain: _,
            label,
            families,
            text,
        } = self;
        f.debug_struct("Zone")
            .field("label", label)
            .field("families", families)
            .field("text", text)
            .finish()
    }
}

/// Which clients a list is asked about.
///
/// ```
/// use mailward::name::Name;
/// use mailward::rbl::{Families, Skip, Zone};
///
/// let zone = Zone::new(Name::parse("bl.example")?).families(Families::V4);
/// assert_eq!(zone.query("2001:db8::1".parse()?).unwrap_err(), Skip::Family);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "complete: there are two families")]
pub enum Families {
    /// Clients of either family.
    #[default]
    Both,
    /// IPv4 clients. A mapped client, `::ffff:192.0.2.1`, is one.
    V4,
    /// IPv6 clients.
    V6,
}

/// Whether a list is asked for its reason when it lists a client, or has one from the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
enum ZoneText {
    #[default]
    Ignore,
    Ask,
    Fixed(ReplyText),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Broken,
    Lists,
    Refuses,
}

const fn meaning(code: Ipv4Addr) -> Meaning {
    match code.octets() {
        [127, 255, 255, _] => Meaning::Refuses,
        [127, 0, 0, 0 | 1] => Meaning::Broken,
        [127, ..] => Meaning::Lists,
        _ => Meaning::Broken,
    }
}

/// The codes of that meaning, sorted, each once; `None` when there are none. Shares the answer's own when it can.
fn codes(records: &Arc<[Ipv4Addr]>, wanted: Meaning) -> Option<Arc<[Ipv4Addr]>> {
    if records.iter().all(|&code| meaning(code) == wanted)
        && records.is_sorted_by(|one, next| one < next)
    {
        return (!records.is_empty()).then(|| records.clone());
    }
    let mut codes: Vec<_> = records
        .iter()
        .copied()
        .filter(|&code| meaning(code) == wanted)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    (!codes.is_empty()).then(|| codes.into())
}

/// As many labels of a zone's name may be printed where it has no label of its own.
const PRINTED_LABELS: usize = 3;

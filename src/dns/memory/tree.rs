//! The names of a zone, and what they answer.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::iter;
use std::mem;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use crate::dns::{Answer, DnsError, Lookup, Mx, PtrTarget, Txt};

use super::{Data, Kind, Record, Scripted};

/// All names. A wildcard is kept under the name it stands below, so that looking for it builds no text.
#[derive(Debug, Default)]
pub(super) struct Tree {
    names: HashMap<Box<str>, Node>,
    wildcards: HashMap<Box<str>, Node>,
}

/// What one name has.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) a: Slot<Ipv4Addr>,
    pub(super) aaaa: Slot<Ipv6Addr>,
    pub(super) mx: Slot<Mx>,
    pub(super) ptr: Slot<PtrTarget>,
    pub(super) txt: Slot<Txt>,
    alias: Option<Alias>,
    /// How long an absence at or below this name may be kept; from its SOA.
    absence: Option<Duration>,
}

/// What one name has of one type.
#[derive(Debug)]
pub(super) struct Slot<T> {
    /// Records that came since the last `seal`.
    pending: Vec<T>,
    records: Option<Arc<[T]>>,
    ttl: Duration,
    delay: Duration,
    scripted: Option<Scripted>,
}

#[derive(Debug)]
struct Alias {
    target: Box<str>,
    ttl: Duration,
    delay: Duration,
}

/// An answer and how late it comes.
#[derive(Debug)]
pub(super) struct Found<T> {
    pub(super) lookup: Lookup<T>,
    pub(super) delay: Duration,
}

impl Tree {
    pub(super) fn of(records: Vec<Record>) -> Self {
        let mut tree = Self::default();
        tree.add(records);
        tree.names
            .values_mut()
            .chain(tree.wildcards.values_mut())
            .for_each(Node::seal);
        tree
    }

    /// Puts these records in place of those of the same name and type.
    pub(super) fn replace(&mut self, records: Vec<Record>) {
        for record in &records {
            if let Some(node) = self.node_mut(&record.owner) {
                node.clear(record.kind);
            }
        }
        let owners: HashSet<Box<str>> = records.iter().map(|record| record.owner.clone()).collect();
        self.add(records);
        for owner in owners {
            if let Some(node) = self.node_mut(&owner) {
                node.seal();
            }
        }
    }

    fn add(&mut self, records: Vec<Record>) {
        for record in records {
            self.plant(&record.owner);
            if let Some(node) = self.node_mut(&record.owner) {
                node.take(record);
            }
        }
    }

    /// Makes the name exist, and with it those above (RFC 4592 section 2.2.2: empty non-terminals exist).
    fn plant(&mut self, name: &str) {
        for name in iter::successors(Some(name), |name| above(name)) {
            let (nodes, key) = match wildcard(name) {
                Some(parent) => (&mut self.wildcards, parent),
                None => (&mut self.names, name),
            };
            if nodes.contains_key(key) {
                return;
            }
            nodes.insert(key.into(), Node::default());
        }
    }

    fn node_mut(&mut self, name: &str) -> Option<&mut Node> {
        match wildcard(name) {
            Some(parent) => self.wildcards.get_mut(parent),
            None => self.names.get_mut(name),
        }
    }

    fn node(&self, name: &str) -> Option<&Node> {
        match wildcard(name) {
            Some(parent) => self.wildcards.get(parent),
            None => self.names.get(name),
        }
    }

    /// The name's own node, or the wildcard at its closest encloser (RFC 4592 section 3.3.1).
    fn node_or_wildcard(&self, name: &str) -> Option<&Node> {
        if let Some(node) = self.node(name) {
            return Some(node);
        }
        let mut enclosers = iter::successors(above(name), |name| above(name));
        let closest = enclosers.find(|name| name.is_empty() || self.node(name).is_some())?;
        self.wildcards.get(closest)
    }

    /// Answers one question, following aliases.
    pub(super) fn find<'t, T: 't>(
        &'t self,
        name: &'t str,
        slot: impl Fn(&'t Node) -> &'t Slot<T>,
    ) -> Found<T> {
        let mut name = name;
        let mut delay = Duration::ZERO;
        let mut ttl = Duration::MAX;
        for _ in 0..=MAX_ALIASES {
            let Some(node) = self.node_or_wildcard(name) else {
                let ttl = ttl.min(self.absence(name));
                return Found {
                    lookup: Ok(Answer::NoSuchName { ttl }),
                    delay,
                };
            };
            let slot = slot(node);
            delay = delay.saturating_add(slot.delay);
            if let Some(lookup) = slot.answer(ttl, || self.absence(name)) {
                return Found { lookup, delay };
            }
            let Some(alias) = &node.alias else {
                let ttl = ttl.min(self.absence(name));
                return Found {
                    lookup: Ok(Answer::NoData { ttl }),
                    delay,
                };
            };
            ttl = ttl.min(alias.ttl);
            delay = delay.saturating_add(alias.delay);
            name = &alias.target;
        }
        Found {
            lookup: Err(DnsError::ServerFailure),
            delay,
        }
    }

    /// How long the absence of a name or record may be kept: what the nearest SOA at or above the name says.
    fn absence(&self, name: &str) -> Duration {
        let mut names = iter::successors(Some(name), |name| above(name));
        names
            .find_map(|name| self.node(name)?.absence)
            .unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.names.len().saturating_add(self.wildcards.len())
    }
}

impl Node {
    fn take(&mut self, record: Record) {
        let Record {
            kind,
            ttl,
            delay,
            data,
            ..
        } = record;
        match data {
            Data::A(ip) => self.a.push(ip, ttl, delay),
            Data::Aaaa(ip) => self.aaaa.push(ip, ttl, delay),
            Data::Cname(target) => self.alias = Some(Alias { target, ttl, delay }),
            Data::Late => self.script(kind, |script| *script.delay = delay),
            Data::Mx(mx) => self.mx.push(mx, ttl, delay),
            Data::Ns => {}
            Data::Ptr(target) => self.ptr.push(target, ttl, delay),
            Data::Scripted(scripted) => self.script(kind, |script| {
                *script.scripted = Some(scripted);
                *script.delay = delay;
            }),
            Data::Soa(absence) => self.absence = Some(absence),
            Data::Txt(txt) => self.txt.push(txt, ttl, delay),
        }
    }

    /// Scripts one type, or all: with trouble at an alias, nothing behind it can be found.
    fn script(&mut self, kind: Kind, write: impl Fn(ScriptMut<'_>)) {
        let every = matches!(kind, Kind::Any | Kind::Cname);
        let Self {
            a,
            aaaa,
            mx,
            ptr,
            txt,
            ..
        } = self;
        let slots = [
            (Kind::A, a.script()),
            (Kind::Aaaa, aaaa.script()),
            (Kind::Mx, mx.script()),
            (Kind::Ptr, ptr.script()),
            (Kind::Txt, txt.script()),
        ];
        slots
            .into_iter()
            .filter(|(own, _)| every || *own == kind)
            .for_each(|(_, script)| write(script));
    }

    /// Forgets what is to be replaced. An alias and other data exclude each other (RFC 1034 section 3.6.2).
    fn clear(&mut self, kind: Kind) {
        match kind {
            Kind::A => self.a = Slot::default(),
            Kind::Aaaa => self.aaaa = Slot::default(),
            Kind::Mx => self.mx = Slot::default(),
            Kind::Ptr => self.ptr = Slot::default(),
            Kind::Txt => self.txt = Slot::default(),
            Kind::Ns | Kind::Soa => return,
            Kind::Any | Kind::Cname => {
                *self = Self {
                    absence: self.absence,
                    ..Self::default()
                }
            }
        }
        self.alias = None;
    }

    fn seal(&mut self) {
        self.a.seal();
        self.aaaa.seal();
        self.mx.seal();
        self.ptr.seal();
        self.txt.seal();
    }
}

/// What a script may change of a slot, whatever the slot holds.
struct ScriptMut<'s> {
    delay: &'s mut Duration,
    scripted: &'s mut Option<Scripted>,
}

impl<T> Slot<T> {
    /// All records of one name and type share a TTL, the smallest (RFC 2181 section 5.2), and come together.
    fn push(&mut self, record: T, ttl: Duration, delay: Duration) {
        self.pending.push(record);
        self.ttl = self.ttl.min(ttl);
        self.delay = self.delay.max(delay);
    }

    const fn script(&mut self) -> ScriptMut<'_> {
        ScriptMut {
            delay: &mut self.delay,
            scripted: &mut self.scripted,
        }
    }

    fn seal(&mut self)
    where
        T: Clone + Eq + Hash,
    {
        if !self.pending.is_empty() {
            let mut seen = HashSet::new();
            let records = mem::take(&mut self.pending)
                .into_iter()
                .filter(|record| seen.insert(record.clone()));
            self.records = Some(records.collect());
        }
    }

    fn answer(&self, most: Duration, absence: impl FnOnce() -> Duration) -> Option<Lookup<T>> {
        match (self.scripted, &self.records) {
            (Some(Scripted::Trouble(error)), _) => Some(Err(error)),
            (Some(Scripted::NoData), _) => Some(Ok(Answer::NoData {
                ttl: absence().min(most),
            })),
            (Some(Scripted::NoSuchName), _) => Some(Ok(Answer::NoSuchName {
                ttl: absence().min(most),
            })),
            (None, Some(records)) => Some(Ok(Answer::Records {
                records: records.clone(),
                ttl: self.ttl.min(most),
            })),
            (None, None) => None,
        }
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self {
            pending: Vec::new(),
            records: None,
            ttl: Duration::MAX,
            delay: Duration::ZERO,
            scripted: None,
        }
    }
}

/// The name one label up; the root, which is the empty text, has none.
fn above(name: &str) -> Option<&str> {
    if name.is_empty() {
        return None;
    }
    let mut skip = false;
    let dot = name.bytes().position(|octet| {
        let border = octet == b'.' && !skip;
        skip = octet == b'\\' && !skip;
        border
    });
    Some(
        dot.and_then(|dot| name.get(dot.saturating_add(1)..))
            .unwrap_or_default(),
    )
}

/// For `*.example` what it stands below: `example`.
fn wildcard(name: &str) -> Option<&str> {
    if name == "*" {
        Some("")
    } else {
        name.strip_prefix("*.")
    }
}

/// No chain of aliases is followed further; resolvers stop at about as many.
const MAX_ALIASES: usize = 8;

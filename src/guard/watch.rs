//! The name system as one verb sees it: under its deadline, and on record.

use std::future::poll_fn;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use crate::client::ClientIp;
use crate::clock::{Clock, Moment};
use crate::dns::{Answer, Dns, DnsError, Lookup, Mx, PtrTarget, QueryName, Txt};
use crate::name::NameRef;
use crate::step::Step;
use crate::trace::{Found, Level, Note, Recorder};

/// Asks another `Dns`. An answer that takes more than its share of the command's time is [`DnsError::Overdue`], and when
/// that time is over nothing is asked any more.
pub(super) struct Watch<'a> {
    pub(super) dns: &'a dyn Dns,
    pub(super) clock: &'a dyn Clock,
    pub(super) deadline: Moment,
    pub(super) late: &'a AtomicBool,
    pub(super) recorder: Option<&'a Recorder>,
}

impl Watch<'_> {
    fn watch<'s, T: Send + Sync + 'static>(
        &'s self,
        kind: &str,
        name: NameRef<'_>,
        ask: impl FnOnce(&'s dyn Dns) -> Step<'s, Lookup<T>>,
    ) -> Step<'s, Lookup<T>> {
        if self.late.load(Ordering::Relaxed) && self.clock.now() >= self.deadline {
            return Step::ready(Err(DnsError::Overdue));
        }
        let Some(recorder) = self
            .recorder
            .filter(|recorder| recorder.level() == Level::Full)
        else {
            return self.in_time(ask(self.dns));
        };
        let question: Arc<str> = format!("{kind} {}", name.as_str()).into();
        let asked = self.clock.now();
        self.in_time(ask(self.dns)).map(move |lookup| {
            let spent = self.clock.now().since(asked);
            recorder.evidence(|| Note::Asked {
                question,
                outcome: found(&lookup),
                spent,
            });
            lookup
        })
    }

    fn in_time<'s, T: Send + Sync + 'static>(
        &'s self,
        answer: Step<'s, Lookup<T>>,
    ) -> Step<'s, Lookup<T>> {
        let mut answer = match answer.into_ready() {
            Ok(lookup) => return Step::ready(lookup),
            Err(answer) => answer,
        };
        let last = self.share();
        let mut sleep = self.clock.sleep_until(last);
        Step::later(poll_fn(move |context| {
            if let Poll::Ready(lookup) = Pin::new(&mut answer).poll(context) {
                return Poll::Ready(lookup);
            }
            // The clock is asked too, for another sleeper may have been woken first.
            if sleep.as_mut().poll(context).is_ready() || self.clock.now() >= last {
                self.late.store(true, Ordering::Relaxed);
                return Poll::Ready(Err(DnsError::Overdue));
            }
            Poll::Pending
        }))
    }

    /// Until when an answer may come that is asked for now: half of what is left of the command's time. So whoever
    /// owns a zone that does not answer cannot keep later checks from asking theirs, and all of them together end
    /// within the deadline.
    fn share(&self) -> Moment {
        let now = self.clock.now();
        let left = self.deadline.since(now);
        now.plus(left.checked_div(2).unwrap_or_default())
    }
}

fn found<T>(lookup: &Lookup<T>) -> Found {
    match lookup {
        Ok(Answer::Records { records, ttl }) => Found::Records(records.len(), *ttl),
        Ok(Answer::NoData { .. }) => Found::NoData,
        Ok(Answer::NoSuchName { .. }) => Found::NoSuchName,
        Err(error) => Found::Trouble(*error),
    }
}

impl Dns for Watch<'_> {
    fn ptr(&self, client: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
        self.watch("PTR", QueryName::arpa(client).borrowed(), |dns| {
            dns.ptr(client)
        })
    }

    fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
        self.watch("A", name, |dns| dns.a(name))
    }

    fn aaaa(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
        self.watch("AAAA", name, |dns| dns.aaaa(name))
    }

    fn mx(&self, name: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
        self.watch("MX", name, |dns| dns.mx(name))
    }

    fn txt(&self, name: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
        self.watch("TXT", name, |dns| dns.txt(name))
    }
}

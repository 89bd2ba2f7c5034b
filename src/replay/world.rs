//! The name system and the time in which sessions are replayed.

use std::future::Future;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};

use crate::client::ClientIp;
use crate::clock::{Clock, ManualClock, Moment, Sleep, SystemClock};
use crate::dns::{Dns, Lookup, MemoryDns, Mx, PtrTarget, Txt};
use crate::guard::Shared;
use crate::name::NameRef;
use crate::step::Step;

/// What replayed sessions happen in.
///
/// ```
/// use mailward::dns::MemoryDns;
/// use mailward::replay::World;
///
/// let world = World::simulated(MemoryDns::parse("mail.example. A !delay=4s 192.0.2.7")?);
/// # let _ = world;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct World {
    shared: Shared,
    time: Time,
    zone: Option<Arc<MemoryDns>>,
    zone_octets: AtomicUsize,
    asked: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Time {
    /// It stands still until somebody waits.
    Simulated(ManualClock),
    /// The machine's, and the waits on top.
    Real(Shifted),
}

impl World {
    /// A name system in memory, and simulated time: the clock jumps to whatever is waited for. Nothing waits for the
    /// real world, so a policy that does (for another thread, a socket) is overdue.
    ///
    /// Zone changes of a run hold at most 16 MiB in all, and stop where the zone has 262 144 names.
    #[must_use]
    pub fn simulated(zone: MemoryDns) -> Self {
        let clock = ManualClock::new();
        let zone = Arc::new(zone.with_clock(clock.clone()).without_log());
        Self::new(
            Arc::clone(&zone),
            clock.clone(),
            Time::Simulated(clock),
            Some(zone),
        )
    }

    /// Any other name system, and the machine's time. There is no zone to change. A question whose answer is at hand
    /// counts as no query: it came from a cache.
    pub fn real(dns: impl Dns + 'static) -> Self {
        let clock = Shifted::default();
        Self::new(dns, clock.clone(), Time::Real(clock), None)
    }

    fn new(
        dns: impl Dns + 'static,
        clock: impl Clock + 'static,
        time: Time,
        zone: Option<Arc<MemoryDns>>,
    ) -> Self {
        let asked = Arc::<AtomicU64>::default();
        let counted = Counted {
            dns,
            asked: Arc::clone(&asked),
            counts: match zone {
                Some(_) => Counts::Everything,
                None => Counts::WhatIsWaitedFor,
            },
        };
        Self {
            shared: Shared::new(counted, clock),
            time,
            zone,
            zone_octets: AtomicUsize::new(0),
            asked,
        }
    }

    /// What a guard in this world is built on.
    pub(super) fn shared(&self) -> Shared {
        self.shared.clone()
    }

    /// Whether a session with zone changes of so many octets can happen here.
    pub(super) fn admits(&self, zone_octets: usize) -> Result<(), String> {
        if zone_octets == 0 {
            return Ok(());
        }
        let Some(zone) = &self.zone else {
            return Err("the zone cannot change where real name servers are asked".to_owned());
        };
        let used = self.zone_octets.load(Ordering::Relaxed);
        let used = used.saturating_add(zone_octets);
        if used > MAX_ZONE_OCTETS || zone.name_count() >= MAX_NAMES {
            return Err("the zone changes of this run are too many".to_owned());
        }
        self.zone_octets.store(used, Ordering::Relaxed);
        Ok(())
    }

    /// Replaces records. What was read before cannot fail now.
    pub(super) fn change_zone(&self, records: &str) {
        if let Some(zone) = &self.zone {
            let _ = zone.replace(records);
        }
    }

    /// Lets time pass.
    pub(super) fn wait(&self, time: Duration) {
        match &self.time {
            Time::Simulated(clock) => clock.advance(time),
            Time::Real(clock) => clock.shift(time),
        }
    }

    /// How many questions were put so far.
    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Runs a verb to its end.
    pub(super) fn drive<F: Future>(&self, verb: F) -> F::Output {
        let mut verb = pin!(verb);
        let first = verb.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        match (first, &self.time) {
            (Poll::Ready(output), _) => output,
            (Poll::Pending, Time::Real(_)) => pollster::block_on(verb),
            (Poll::Pending, Time::Simulated(clock)) => {
                let waker = Waker::from(Arc::new(Unpark(thread::current())));
                loop {
                    match verb.as_mut().poll(&mut Context::from_waker(&waker)) {
                        Poll::Ready(output) => return output,
                        Poll::Pending => pass_time(clock),
                    }
                }
            }
        }
    }
}

/// Moves the clock to whoever wakes first. Who does not sleep by it wakes this thread.
fn pass_time(clock: &ManualClock) {
    match clock.next_wake() {
        Some(next) => clock.advance(next.since(clock.now())),
        None => thread::park(),
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The machine's clock, put forward. It is put forward only between two verbs, when nobody sleeps by it.
#[derive(Clone, Debug, Default)]
struct Shifted {
    machine: SystemClock,
    by: Arc<Mutex<Duration>>,
}

impl Shifted {
    fn shift(&self, by: Duration) {
        let mut sum = self.by.lock().unwrap_or_else(PoisonError::into_inner);
        *sum = sum.saturating_add(by);
    }

    fn by(&self) -> Duration {
        *self.by.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Shifted {
    fn now(&self) -> Moment {
        self.machine.now().plus(self.by())
    }

    fn wall(&self) -> SystemTime {
        let wall = self.machine.wall();
        wall.checked_add(self.by()).unwrap_or(wall)
    }

    fn sleep_until(&self, moment: Moment) -> Sleep {
        let left = moment.since(self.now());
        self.machine.sleep_until(self.machine.now().plus(left))
    }
}

/// Counts the questions that another `Dns` is asked.
struct Counted<D> {
    dns: D,
    asked: Arc<AtomicU64>,
    counts: Counts,
}

#[derive(Clone, Copy)]
enum Counts {
    Everything,
    WhatIsWaitedFor,
}

impl<D> Counted<D> {
    fn count<'s, T: Send + Unpin + 's>(&self, answer: Step<'s, T>) -> Step<'s, T> {
        let counts = match self.counts {
            Counts::Everything => true,
            Counts::WhatIsWaitedFor => !answer.is_ready(),
        };
        self.asked.fetch_add(u64::from(counts), Ordering::Relaxed);
        answer
    }
}

impl<D: Dns> Dns for Counted<D> {
    fn ptr(&self, client: ClientIp) -> Step<'_, Lookup<PtrTarget>> {
        self.count(self.dns.ptr(client))
    }

    fn a(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv4Addr>> {
        self.count(self.dns.a(name))
    }

    fn aaaa(&self, name: NameRef<'_>) -> Step<'_, Lookup<Ipv6Addr>> {
        self.count(self.dns.aaaa(name))
    }

    fn mx(&self, name: NameRef<'_>) -> Step<'_, Lookup<Mx>> {
        self.count(self.dns.mx(name))
    }

    fn txt(&self, name: NameRef<'_>) -> Step<'_, Lookup<Txt>> {
        self.count(self.dns.txt(name))
    }
}

/// So that no input, however long, fills the memory.
const MAX_ZONE_OCTETS: usize = 16 << 20;
const MAX_NAMES: usize = 1 << 18;

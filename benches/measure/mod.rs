//! What the benches share: allocations counted, and two things timed in turns.
#![allow(dead_code, reason = "no bench uses all of it")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The system's allocator. It counts only inside [`allocations`], so that a timing of what allocates is not charged
/// for the counting.
pub(crate) struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicU64 = AtomicU64::new(0);

#[expect(
    unsafe_code,
    reason = "an allocator is counted where it stands; both calls go to the system's as they came"
)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Relaxed) {
            COUNT.fetch_add(1, Relaxed);
        }
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above; every pointer we gave out is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// How often one run allocates, once it is warm.
pub(crate) fn allocations<T>(mut run: impl FnMut() -> T) -> u64 {
    for _ in 0..WARM {
        black_box(run());
    }
    let before = COUNT.load(Relaxed);
    COUNTS.store(true, Relaxed);
    black_box(run());
    COUNTS.store(false, Relaxed);
    COUNT.load(Relaxed) - before
}

/// Nanoseconds a run of each, timed in turns, so that a machine that is busy now and then slows both: the medians.
pub(crate) fn in_turns<A, B>(mut a: impl FnMut() -> A, mut b: impl FnMut() -> B) -> (f64, f64) {
    let (runs_a, runs_b) = (runs_in_a_turn(&mut a), runs_in_a_turn(&mut b));
    let turns = (0..TURNS).map(|_| (turn(runs_a, &mut a), turn(runs_b, &mut b)));
    let (of_a, of_b) = turns.unzip();
    (median(of_a), median(of_b))
}

/// Nanoseconds a run: the median of many turns.
pub(crate) fn alone<T>(mut run: impl FnMut() -> T) -> f64 {
    let runs = runs_in_a_turn(&mut run);
    median((0..TURNS).map(|_| turn(runs, &mut run)).collect())
}

/// Says whether a measurement keeps to its bar.
pub(crate) fn bar(what: &str, most: f64, measured: f64) {
    let verdict = if measured <= most { "kept" } else { "missed" };
    println!("    {what}: bar: at most {most:.3}, measured: {measured:.3}, {verdict}");
}

/// True when cargo only wants to know that the bench runs.
pub(crate) fn is_a_test() -> bool {
    !std::env::args().any(|argument| argument == "--bench")
        || std::env::args().any(|argument| argument == "--test" || argument == "--list")
}

/// What `--runs ROW SIDE COUNT` on the command line asks for: to run one side of one row so many times and do nothing
/// else. Under a tool that counts instructions, the difference of two counts is free of what surrounds the runs.
pub(crate) fn asked_runs() -> Option<(String, String, u64)> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--runs");
    arguments.next()?;
    let mut next = || {
        arguments
            .next()
            .expect("--runs takes a row, a side and a count")
    };
    Some((next(), next(), next().parse().expect("a count")))
}

fn turn<T>(runs: u32, run: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..runs {
        black_box(run());
    }
    start.elapsed().as_nanos() as f64 / f64::from(runs)
}

fn runs_in_a_turn<T>(run: &mut impl FnMut() -> T) -> u32 {
    let mut runs = 1;
    while turn(runs, run) * f64::from(runs) < TURN.as_nanos() as f64 {
        runs *= 2;
    }
    runs
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

const WARM: u32 = 100;
const TURNS: u32 = 201;
const TURN: Duration = Duration::from_millis(2);

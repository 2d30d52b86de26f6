//! The time that this thread has had a core, so that other work on the machine does not count.
//!
//! Knows Linux's account of it; elsewhere the time of the wall.

use std::time::Instant;

/// Runs it; the seconds of one core that it took.
pub fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let (before, started) = (on_core(), Instant::now());
    let done = work();
    let after = on_core();
    let wall = started.elapsed().as_secs_f64();
    (before.zip(after).map_or(wall, |(before, after)| after - before), done)
}

fn on_core() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

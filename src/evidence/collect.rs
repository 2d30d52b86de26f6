//! All sources at once, each within the deadline, none able to harm another.
//!
//! Knows concurrency and deadlines; a slow, failed or panicking source becomes a fault while the others' answers are
//! kept. Must not know what a source is beyond how it is asked.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use firstlook_core::evidence::access::Access;
use firstlook_core::evidence::asked::table::Table;
use firstlook_core::evidence::changes::ChangeEvent;
use firstlook_core::evidence::metric::Measured;
use firstlook_core::evidence::traces::Traces;
use firstlook_core::evidence::{Line, Window};
use futures_util::FutureExt;
use futures_util::future::{join, join_all};
use tokio::time::Instant;

use super::cloudtrail::Changed;
use super::{Caps, Door, Fault, FaultKind, Fetched, Measurements, Moment, Source, Tabled};

/// What all sources brought, in the order in which they were given.
#[derive(Debug)]
pub struct Collected {
    /// One for each source.
    pub sources: Vec<SourceResult>,
    /// How long it took in all.
    pub took: Duration,
}

/// What one source brought.
#[derive(Debug)]
pub struct SourceResult {
    /// `evidence.sources[].name`.
    pub source: String,
    /// What it says of the window; `Err` when that could not be had.
    pub brought: Result<Brought, Fault>,
    /// What else is missing: a baseline, a file or a query among many.
    pub faults: Vec<Fault>,
    /// Bytes that the other side read, normal times included, where that is what it is paid by.
    pub scanned: u64,
    /// How long this source took.
    pub took: Duration,
}

/// What sources bring.
#[derive(Debug, PartialEq)]
pub enum Brought {
    /// Of a source of logs.
    Lines(SourceLines),
    /// Of a source of metrics.
    Measured(Vec<Measured>),
    /// Of a query that counts without times.
    Table(Table),
    /// Of a source that knows what was changed.
    Changed(Vec<ChangeEvent>),
    /// Of a source of traces.
    Traces(Traces),
    /// Of a source of access logs, and of tables that people ask.
    Counted {
        /// The requests, where they are counted.
        access: Option<Access>,
        /// What was asked for.
        tables: Vec<Tabled>,
    },
}

/// The lines of one source.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceLines {
    /// Of the window.
    pub window: Vec<Line>,
    /// Of each baseline that could be had.
    pub baselines: Vec<Normal>,
    /// How a person gets the lines of the window.
    pub query: String,
    /// Where a person sees them, with absolute times.
    pub link: Option<String>,
    /// What a cap cut from the window, for people.
    pub truncated: Option<String>,
}

/// The lines of one baseline.
#[derive(Debug, PartialEq, Eq)]
pub struct Normal {
    /// Its time.
    pub window: Window,
    /// Its lines.
    pub lines: Vec<Line>,
    /// What a cap cut, for people: counts are then too low.
    pub truncated: Option<String>,
}

/// Asks all `sources` about `moment`, all at once. Every request has ended when `deadline` is over. `caps` is what one
/// source of logs may bring; its window and baselines share it equally.
pub async fn collect(sources: Vec<&Source>, moment: &Moment, deadline: Duration, caps: Caps) -> Collected {
    let begun = Instant::now();
    let shares = 1 + moment.baselines.len();
    let caps = Caps { lines: caps.lines / shares, bytes: caps.bytes / shares };
    let each = sources.into_iter().map(|source| one(source, moment, deadline, caps));
    let sources = join_all(each).await;
    Collected { sources, took: begun.elapsed() }
}

async fn one(source: &Source, moment: &Moment, deadline: Duration, caps: Caps) -> SourceResult {
    let begun = Instant::now();
    let name = &source.name;
    let mut scanned = 0;
    let (brought, faults) = match &source.door {
        Door::LogFile(door) => {
            lines(name, moment, deadline, |window| door.fetch(window, &moment.labels, caps)).await
        }
        Door::Loki(door) => {
            lines(name, moment, deadline, |window| door.fetch(window, &moment.labels, caps)).await
        }
        Door::CloudWatchLogs(door) => match guarded(name, deadline, door.asked(moment)).await {
            Ok(asked) => {
                let left = deadline.saturating_sub(begun.elapsed());
                let answer = lines(name, moment, left, |window| asked.fetch(window, caps)).await;
                scanned = asked.scanned();
                answer
            }
            Err(fault) => (Err(fault), Vec::new()),
        },
        Door::Prometheus(door) => measured(guarded(name, deadline, door.measure(moment)).await),
        Door::CloudWatchMetrics(door) => {
            measured(guarded(name, deadline, Box::pin(door.measure(moment))).await)
        }
        Door::CloudTrail(door) => changed(guarded(name, deadline, Box::pin(door.changes(moment))).await),
        Door::Xray(door) => match guarded(name, deadline, Box::pin(door.trace(moment))).await {
            Ok(found) => (Ok(Brought::Traces(found.traces)), found.faults),
            Err(fault) => (Err(fault), Vec::new()),
        },
        Door::Athena(door) => match guarded(name, deadline, Box::pin(door.count(moment))).await {
            Ok(found) => {
                scanned = found.scanned;
                (Ok(Brought::Counted { access: found.access, tables: found.tables }), found.faults)
            }
            Err(fault) => (Err(fault), Vec::new()),
        },
    };
    SourceResult { source: source.name.clone(), brought, faults, scanned, took: begun.elapsed() }
}

fn measured(found: Result<Measurements, Fault>) -> (Result<Brought, Fault>, Vec<Fault>) {
    match found {
        Ok(found) => (Ok(Brought::Measured(found.measured)), found.faults),
        Err(fault) => (Err(fault), Vec::new()),
    }
}

fn changed(found: Result<Changed, Fault>) -> (Result<Brought, Fault>, Vec<Fault>) {
    match found {
        Ok(found) => (Ok(Brought::Changed(found.events)), found.faults),
        Err(fault) => (Err(fault), Vec::new()),
    }
}

/// The lines of the window and of each baseline, fetched at once, and what is missing.
pub(super) async fn lines<F: Future<Output = Result<Fetched, Fault>>>(
    source: &str,
    moment: &Moment,
    deadline: Duration,
    fetch: impl Fn(Window) -> F,
) -> (Result<Brought, Fault>, Vec<Fault>) {
    let each = |window: Window| guarded(source, deadline, fetch(window));
    let (now, normal) =
        join(each(moment.window), join_all(moment.baselines.iter().map(|window| each(*window)))).await;
    let mut faults = Vec::new();
    let lines = now.map(|now| {
        let Fetched { lines: window, query, link, truncated, faults: of_window } = now;
        faults.extend(of_window);
        let baselines = normals(&moment.baselines, normal, &mut faults);
        Brought::Lines(SourceLines { window, baselines, query, link, truncated })
    });
    (lines, faults)
}

/// The baselines that could be had; the others become faults.
fn normals(windows: &[Window], results: Vec<Result<Fetched, Fault>>, faults: &mut Vec<Fault>) -> Vec<Normal> {
    let mut normals = Vec::new();
    for (window, result) in windows.iter().zip(results) {
        match result {
            Ok(fetched) => {
                // What is wrong with a file is wrong with it for all windows: said once.
                let new: Vec<_> =
                    fetched.faults.into_iter().filter(|fault| !faults.contains(fault)).collect();
                faults.extend(new);
                normals.push(Normal { window: *window, lines: fetched.lines, truncated: fetched.truncated });
            }
            Err(fault) => faults.push(without_normal(*window, fault)),
        }
    }
    normals
}

/// The fault of a baseline that could not be had.
pub(super) fn without_normal(window: Window, fault: Fault) -> Fault {
    let reason =
        format!("no comparison with {}: {}", window.start.format("%Y-%m-%d %H:%M UTC"), fault.reason);
    Fault { reason, ..fault }
}

/// What `work` gives, or a fault when it takes too long or panics.
pub(super) async fn guarded<T>(
    source: &str,
    deadline: Duration,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(deadline, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Fault::unavailable(
            format!("reading the source {source} failed unexpectedly"),
            "this is a defect of firstlook; its log has the cause",
        )),
        Err(_) => Err(Fault {
            kind: FaultKind::Timeout,
            reason: format!("no answer within {} s", deadline.as_secs_f64()),
            remedy: format!("raise `evidence.timeout` or narrow the query of source {source}"),
        }),
    }
}

#[cfg(test)]
mod tests;

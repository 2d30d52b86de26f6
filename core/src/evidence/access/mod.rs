//! Requests to a load balancer, counted by who answered, with what, which path and for whom: what stands out.
//!
//! Knows counts. Must not know who counted. Values are verbatim, and a client chooses some of them; what leaves is redacted
//! by [`items`].

mod grouped;
mod items;
#[cfg(test)]
mod tests;

use super::delta::stats::g2;
use super::shares::{SIGNIFICANT, TIMES, rises};
pub use grouped::{DIMENSIONS, Group, Grouped};
pub use items::items;

/// Rows that are told beside the whole.
const MOST: usize = 5;
/// Fewer requests have no 95th percentile.
const FEWEST: u64 = 10;
/// Nobody notices less than this, in seconds.
const NOTICED: f64 = 0.005;
/// Of all requests, the share that one value must have so that its rise is told.
const CROWD: f64 = 0.05;

/// By what requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// All together.
    All,
    /// The target that answered.
    Target,
    /// The path without ids.
    Path,
    /// What the target answered.
    TargetStatus,
    /// What the load balancer answered.
    Status,
    /// The client's address.
    Client,
}

/// How many requests, and how they went.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// All.
    pub requests: u64,
    /// Those that the load balancer answered with 5xx.
    pub failed: u64,
    /// The 95th percentile of the time that targets took, in seconds.
    pub p95: Option<f64>,
}

/// The requests with one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// By what.
    pub by: By,
    /// The value; of [`By::All`] nothing.
    pub value: String,
    /// In the window.
    pub now: Counts,
    /// In all normal times together.
    pub normal: Counts,
}

/// What a source of access logs brought. Verbatim: not for prompts or pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Access {
    /// Counted by each.
    pub rows: Vec<Row>,
    /// How many normal times, each as long as the window, were counted.
    pub times: usize,
    /// How a person gets the same.
    pub query: String,
    /// Where a person sees it.
    pub link: Option<String>,
}

/// What is told of a row; the first weighs most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// A larger share of its requests fails.
    Fails,
    /// It takes longer.
    Slow,
    /// A larger share of all requests has this value.
    More,
}

impl Access {
    /// All requests together.
    fn whole(&self) -> Option<&Row> {
        self.rows.iter().find(|row| row.by == By::All)
    }

    /// The rows that stand out against normal: those that fail while the others do not, slow ones, then crowds.
    fn standing_out(&self) -> Vec<(&Row, Mark)> {
        let Some(whole) = self.whole() else { return Vec::new() };
        let compared = self.times > 0 && whole.normal.requests > 0;
        let rows = self.rows.iter().filter(|row| row.by != By::All);
        let mut all: Vec<(&Row, Mark)> =
            rows.filter_map(|row| Some((row, self.mark(row, whole, compared)?))).collect();
        let size = |(row, mark): &(&Row, Mark)| match mark {
            Mark::Fails => apart(row, whole),
            Mark::Slow => row.now.p95.unwrap_or_default(),
            Mark::More => row.now.requests as f64,
        };
        all.sort_by(|a, b| {
            let place = |(row, _): &(&Row, Mark)| (row.by, row.value.clone());
            a.1.cmp(&b.1).then(size(b).total_cmp(&size(a))).then_with(|| place(a).cmp(&place(b)))
        });
        all.truncate(MOST);
        all
    }

    fn mark(&self, row: &Row, whole: &Row, compared: bool) -> Option<Mark> {
        let normal = Some((row.normal.failed, row.normal.requests)).filter(|(_, all)| compared && *all > 0);
        // That a 5xx is a failure is no news; nor is it that what all do, each does.
        let of_status = matches!(row.by, By::Status | By::TargetStatus);
        let fails = rises((row.now.failed, row.now.requests), normal) && apart(row, whole) >= SIGNIFICANT;
        if !of_status && fails {
            return Some(Mark::Fails);
        }
        let slower = row.now.p95.zip(self.middle(row.by)).is_some_and(|(p95, middle)| p95 > TIMES * middle);
        if !of_status && slower && is_slow(row) {
            return Some(Mark::Slow);
        }
        let usual = (row.normal.requests, whole.normal.requests);
        let crowd = of_status || row.now.requests as f64 >= CROWD * whole.now.requests as f64;
        let more = compared && crowd && rises((row.now.requests, whole.now.requests), Some(usual));
        more.then_some(Mark::More)
    }

    /// The time that half of the rows of this kind keep.
    fn middle(&self, by: By) -> Option<f64> {
        let rows = self.rows.iter().filter(|row| row.by == by && row.now.requests >= FEWEST);
        let mut times: Vec<f64> = rows.filter_map(|row| row.now.p95).collect();
        times.sort_by(f64::total_cmp);
        times.get(times.len().saturating_sub(1) / 2).copied()
    }
}

/// Requests with other values.
fn others(row: &Row, whole: &Row) -> u64 {
    whole.now.requests.saturating_sub(row.now.requests)
}

/// How clearly more of its requests fail than of all others in the window; 0 where no more do.
fn apart(row: &Row, whole: &Row) -> f64 {
    let failed = whole.now.failed.saturating_sub(row.now.failed) as f64;
    let exposure = row.now.requests as f64 / others(row, whole).max(1) as f64;
    if row.now.failed as f64 > failed * exposure { g2(row.now.failed as f64, failed, exposure) } else { 0.0 }
}

fn is_slow(row: &Row) -> bool {
    let (Some(now), Some(normal)) = (row.now.p95, row.normal.p95) else { return false };
    let enough = row.now.requests.min(row.normal.requests) >= FEWEST;
    enough && now > TIMES * normal && now - normal >= NOTICED
}

/// Whether the whole differs from normal.
fn whole_differs(whole: &Row) -> bool {
    let usual = Some((whole.normal.failed, whole.normal.requests)).filter(|(_, all)| *all > 0);
    rises((whole.now.failed, whole.now.requests), usual) || is_slow(whole)
}

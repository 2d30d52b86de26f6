//! Where the lines of a moment come from: one door per kind of source, and the collector that asks all at once.
//!
//! Knows how to bring lines, within bounds, and to say plainly what could not be had. Must not know incidents,
//! patterns, or what the lines are for. Nothing here is redacted yet: the hop does that.

mod api;
pub mod ask;
pub mod athena;
pub mod cloudtrail;
pub mod cloudwatch_logs;
pub mod cloudwatch_metrics;
mod collect;
mod events;
#[cfg(test)]
mod fake_api;
pub mod findings;
pub mod guardduty;
pub mod knowledge_base;
pub mod log_file;
pub mod loki;
pub mod look;
mod pace;
pub mod prometheus;
mod quoted;
mod scanned;
pub mod security_hub;
mod series;
mod template;
pub mod xray;

pub use athena::{Athena, Counted, Tabled};
pub use cloudtrail::CloudTrail;
pub use cloudwatch_logs::CloudWatchLogs;
pub use cloudwatch_metrics::CloudWatchMetrics;
pub use collect::{Brought, Collected, Normal, SourceLines, SourceResult, collect};
pub use findings::{SecurityDoor, SecuritySource};
pub use guardduty::GuardDuty;
pub use knowledge_base::KnowledgeBase;
pub use log_file::LogFile;
pub use loki::Loki;
pub use prometheus::Prometheus;
pub use security_hub::SecurityHub;
pub use xray::{Traced, Xray};

use firstlook_core::alert::Labels;
use firstlook_core::evidence::catalogue::Known;
use firstlook_core::evidence::cloudwatch::is_region;
use firstlook_core::evidence::metric::Measured;
use firstlook_core::evidence::{Line, Window};

/// A configured source of evidence. Which incidents it is asked for, the caller decides.
#[derive(Debug)]
pub struct Source {
    /// `evidence.sources[].name`.
    pub name: String,
    /// How it is reached.
    pub door: Door,
}

/// The kinds of sources, `evidence.sources[].type`.
#[derive(Debug)]
pub enum Door {
    /// `log_file`.
    LogFile(LogFile),
    /// `loki`.
    Loki(Loki),
    /// `prometheus`.
    Prometheus(Prometheus),
    /// `cloudwatch_logs`.
    CloudWatchLogs(CloudWatchLogs),
    /// `cloudwatch_metrics`.
    CloudWatchMetrics(CloudWatchMetrics),
    /// `cloudtrail`.
    CloudTrail(CloudTrail),
    /// `xray`.
    Xray(Xray),
    /// `athena`.
    Athena(Athena),
}

impl Door {
    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        match self {
            Self::LogFile(door) => door.names(label),
            Self::Loki(door) => door.names(label),
            Self::Prometheus(door) => door.names(label),
            Self::CloudWatchLogs(door) => door.names(label),
            Self::CloudWatchMetrics(door) => door.names(label),
            // It asks for who changed what, whatever the labels say.
            Self::CloudTrail(_) => false,
            Self::Xray(door) => door.names(label),
            Self::Athena(door) => door.names(label),
        }
    }
}

/// The moment that sources are asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// What all alerts of the incident have in common, after mapping: it fills the sources' placeholders.
    pub labels: Labels,
    /// The first of its alerts, those that fire first.
    pub alerts: Vec<Alert>,
    /// The alarm's time.
    pub window: Window,
    /// What counts as normal.
    pub baselines: Vec<Window>,
}

/// An alert of the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// The configured sender, such as `alertmanager/main`.
    pub source: String,
    /// What it says, after mapping.
    pub labels: Labels,
}

impl Moment {
    /// What the alerts of one kind of sender say: `alertmanager`, `sns`.
    pub fn alerts_of(&self, kind: &str) -> Vec<Labels> {
        let of = |alert: &&Alert| alert.source.split('/').next() == Some(kind);
        self.alerts.iter().filter(of).map(|alert| alert.labels.clone()).collect()
    }

    /// The region of AWS of the alarms that came from there.
    pub fn region(&self) -> Option<String> {
        let alerts = self.alerts_of("sns");
        alerts.iter().map(|labels| labels.get("region")).find(|region| is_region(region)).map(str::to_owned)
    }
}

/// Bounds of one fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Lines, continuation lines counted.
    pub lines: usize,
    /// Bytes of text that are kept.
    pub bytes: usize,
}

impl Default for Caps {
    /// What one source may bring for one collection (DESIGN, "The numbers that hold everywhere").
    fn default() -> Self {
        Self { lines: 200_000, bytes: 64 * 1024 * 1024 }
    }
}

/// What a source brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// In order of time where times are known.
    pub lines: Vec<Line>,
    /// How a person gets the same lines.
    pub query: String,
    /// Where a person sees them, with absolute times.
    pub link: Option<String>,
    /// What a cap cut away, for people.
    pub truncated: Option<String>,
    /// Parts that could not be had, such as one unreadable file among many.
    pub faults: Vec<Fault>,
}

/// Why a source, or a part of it, could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of failure it was: a metric label.
    pub kind: FaultKind,
    /// What happened, one line for people.
    pub reason: String,
    /// The configuration key or deed that closes the gap.
    pub remedy: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// No answer within the deadline.
    Timeout,
    /// The configuration or the labels do not lead to lines.
    Configuration,
    /// The other side refused, failed, or could not be reached.
    Unavailable,
}

impl Fault {
    pub(crate) fn configuration(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: FaultKind::Configuration, reason: reason.into(), remedy: remedy.into() }
    }

    /// Nothing came in time.
    pub fn timeout(reason: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Timeout,
            reason: reason.into(),
            remedy: "raise `evidence.timeout`, or narrow what this source is asked for".into(),
        }
    }

    pub(crate) fn unavailable(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: FaultKind::Unavailable, reason: reason.into(), remedy: remedy.into() }
    }
}

/// What is wrong with several questions is said once.
fn once(faults: &mut Vec<Fault>, fault: Fault) {
    if !faults.contains(&fault) {
        faults.push(fault);
    }
}

/// The metrics that a source has.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// They, verbatim.
    pub known: Vec<Known>,
    /// What a cap or the time cut away, for people.
    pub truncated: Option<String>,
}

/// What a source of metrics brought.
#[derive(Debug, Default, PartialEq)]
pub struct Measurements {
    /// Quantities of the window and of normal times.
    pub measured: Vec<Measured>,
    /// Parts that could not be had, such as one query among many.
    pub faults: Vec<Fault>,
}

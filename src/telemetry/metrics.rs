//! The metrics of firstlook: every name in one enum, base units, bounded labels.
//!
//! Knows names, units, help texts and buckets. Must not know when something is worth counting: the hops do.

use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::labels::{self, Label};

/// Every metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Counter: requests at the webhooks.
    WebhookRequests,
    /// Counter: bodies that were not let in at an SNS source.
    SnsRefusals,
    /// Counter: decisions on alerts.
    Alerts,
    /// Counter: deliveries that were kept.
    Deliveries,
    /// Counter: incidents that were opened, reopened or resolved.
    Incidents,
    /// Counter: storms that began or ended.
    Storms,
    /// Counter: incidents that a storm's message told in place of their own.
    StormIncidents,
    /// Counter: questions to senders.
    Resyncs,
    /// Counter: attempts to notify.
    Notifications,
    /// Histogram, seconds: from the receipt of an alert until a pager had taken its incident.
    FirstPage,
    /// Gauge: jobs by kind and state.
    Jobs,
    /// Histogram, seconds: how long a job ran.
    JobDuration,
    /// Histogram, seconds: how long an evidence source took.
    EvidenceFetch,
    /// Counter: bytes of logs that the other side read for evidence.
    LogsScanned,
    /// Counter: calls of the model.
    ModelCalls,
    /// Counter: tokens of the model.
    ModelTokens,
    /// Counter: millionths of a US dollar, where prices are configured.
    ModelCost,
    /// Counter: sentences of the model.
    Claims,
    /// Counter: analyses that ended.
    Analyses,
    /// Counter: tools that analyses have called.
    ToolCalls,
    /// Histogram, seconds: how long an HTTP request took.
    HttpRequestDuration,
    /// Gauge: bodies that the database refused, held until it takes them.
    HeldBodies,
    /// Counter: attempts to page without the database.
    UnstoredPages,
    /// Gauge, always 1: which build runs.
    BuildInfo,
}

/// What a metric measures with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Seconds, with these upper bounds.
    Seconds(&'static [f64]),
}

/// What Prometheus is told of a metric.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// The full name.
    pub name: &'static str,
    /// What it measures with.
    pub kind: Kind,
    /// The names of its labels, in the order in which callers give them.
    pub labels: &'static [&'static str],
    /// One sentence for people.
    pub help: &'static str,
}

/// The goal is 0.25 s (DESIGN, "The numbers that hold everywhere").
const PAGE_BUCKETS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];
const REQUEST_BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The evidence deadline is 20 s, the model's 45 s.
const WORK_BUCKETS: &[f64] = &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 45.0, 90.0];

impl Metric {
    /// Every metric, in the order of the enum.
    pub const ALL: [Self; 24] = [
        Self::WebhookRequests,
        Self::SnsRefusals,
        Self::Alerts,
        Self::Deliveries,
        Self::Incidents,
        Self::Storms,
        Self::StormIncidents,
        Self::Resyncs,
        Self::Notifications,
        Self::FirstPage,
        Self::Jobs,
        Self::JobDuration,
        Self::EvidenceFetch,
        Self::LogsScanned,
        Self::ModelCalls,
        Self::ModelTokens,
        Self::ModelCost,
        Self::Claims,
        Self::Analyses,
        Self::ToolCalls,
        Self::HttpRequestDuration,
        Self::HeldBodies,
        Self::UnstoredPages,
        Self::BuildInfo,
    ];

    /// What Prometheus is told of it.
    pub fn description(self) -> Description {
        use labels::{
            AnalysisOutcome, ClaimVerdict, DeliveryState, EvidenceKind, FetchOutcome, IncidentChange,
            Integration, JobKind, JobState, ModelOutcome, ResyncOutcome, Route, SendOutcome, SenderKind,
            SnsRefusal, StatusClass, StormChange, TokenDirection, Tool, ToolOutcome, WebhookStatus,
        };
        let labels: &'static [&'static str] = match self {
            Self::WebhookRequests => &[SenderKind::NAME, WebhookStatus::NAME],
            Self::SnsRefusals => &[SnsRefusal::NAME],
            Self::Alerts => &[labels::ACTION],
            Self::Deliveries => &[DeliveryState::NAME],
            Self::Incidents => &[IncidentChange::NAME],
            Self::Resyncs => &[ResyncOutcome::NAME],
            Self::Notifications => &[Integration::NAME, SendOutcome::NAME],
            Self::Storms => &[StormChange::NAME],
            Self::StormIncidents
            | Self::FirstPage
            | Self::HeldBodies
            | Self::LogsScanned
            | Self::ModelCost => &[],
            Self::UnstoredPages => &[SendOutcome::NAME],
            Self::Jobs => &[JobKind::NAME, JobState::NAME],
            Self::JobDuration => &[JobKind::NAME],
            Self::EvidenceFetch => &[EvidenceKind::NAME, FetchOutcome::NAME],
            Self::ModelCalls => &[ModelOutcome::NAME],
            Self::ModelTokens => &[TokenDirection::NAME],
            Self::Claims => &[ClaimVerdict::NAME],
            Self::Analyses => &[AnalysisOutcome::NAME],
            Self::ToolCalls => &[Tool::NAME, ToolOutcome::NAME],
            Self::HttpRequestDuration => &[Route::NAME, StatusClass::NAME],
            Self::BuildInfo => &["version"],
        };
        let (name, help) = self.words();
        Description { name, kind: self.kind(), labels, help }
    }

    fn kind(self) -> Kind {
        match self {
            Self::FirstPage => Kind::Seconds(PAGE_BUCKETS),
            Self::JobDuration | Self::EvidenceFetch => Kind::Seconds(WORK_BUCKETS),
            Self::HttpRequestDuration => Kind::Seconds(REQUEST_BUCKETS),
            Self::Jobs | Self::HeldBodies | Self::BuildInfo => Kind::Gauge,
            _ => Kind::Counter,
        }
    }

    /// Its name, and one sentence for people.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::WebhookRequests => (
                "firstlook_webhook_requests_total",
                "Requests at the webhooks, by kind of sender and status.",
            ),
            Self::SnsRefusals => {
                ("firstlook_sns_refusals_total", "Bodies that were not let in at an SNS source, by reason.")
            }
            Self::Alerts => ("firstlook_alerts_total", "Alerts received, by what was decided."),
            Self::Deliveries => ("firstlook_deliveries_total", "Bodies kept, by what became of them."),
            Self::Incidents => ("firstlook_incidents_total", "Incidents opened, reopened, folded, resolved."),
            Self::Storms => ("firstlook_storms_total", "Storms that began or ended at a receiver."),
            Self::StormIncidents => {
                ("firstlook_storm_incidents_total", "Messages that a storm's stands for.")
            }
            Self::Resyncs => (
                "firstlook_resyncs_total",
                "How often Alertmanagers and CloudWatch were asked what fires there, and what that came to.",
            ),
            Self::Notifications => {
                ("firstlook_notifications_total", "Attempts to notify, by integration and how they ended.")
            }
            Self::FirstPage => (
                "firstlook_first_page_seconds",
                "Time from the receipt of an alert until a pager had taken its incident.",
            ),
            Self::Jobs => ("firstlook_jobs", "Jobs in the store."),
            Self::JobDuration => ("firstlook_job_duration_seconds", "How long jobs ran."),
            Self::EvidenceFetch => {
                ("firstlook_evidence_fetch_seconds", "How long evidence sources took, and how it ended.")
            }
            Self::LogsScanned => (
                "firstlook_logs_scanned_bytes_total",
                "Bytes that CloudWatch Logs and Athena read for evidence and for queries of runbooks, which is what a query is paid by.",
            ),
            Self::ModelCalls => ("firstlook_model_calls_total", "Calls of the model, by outcome."),
            Self::ModelTokens => ("firstlook_model_tokens_total", "Tokens that the model read and wrote."),
            Self::ModelCost => (
                "firstlook_model_cost_micro_usd_total",
                "What the model cost, in millionths of a US dollar, where prices are configured.",
            ),
            Self::Claims => {
                ("firstlook_claims_total", "Sentences of the model, by what the check found out about them.")
            }
            Self::Analyses => ("firstlook_analyses_total", "Analyses that ended, by how."),
            Self::ToolCalls => ("firstlook_tool_calls_total", "Tool calls of analyses, by tool and outcome."),
            Self::HttpRequestDuration => (
                "firstlook_http_request_duration_seconds",
                "How long HTTP requests took, by route template and class of status.",
            ),
            Self::HeldBodies => {
                ("firstlook_held_bodies", "Bodies that the database refused, held until it takes them.")
            }
            Self::UnstoredPages => {
                ("firstlook_unstored_pages_total", "Attempts to page without the database, by outcome.")
            }
            Self::BuildInfo => ("firstlook_build_info", "Always 1; the labels say which build runs."),
        }
    }
}

/// Adds `amount` to a counter.
pub fn count_by(metric: Metric, amount: u64, labels: &[Label]) {
    metrics::counter!(metric.description().name, checked(metric, labels)).increment(amount);
}

/// Adds one to a counter.
pub fn count(metric: Metric, labels: &[Label]) {
    count_by(metric, 1, labels);
}

/// Adds a time to a histogram.
pub fn observe(metric: Metric, took: std::time::Duration, labels: &[Label]) {
    metrics::histogram!(metric.description().name, checked(metric, labels)).record(took.as_secs_f64());
}

/// Sets a gauge.
pub fn gauge(metric: Metric, value: f64, labels: &[Label]) {
    metrics::gauge!(metric.description().name, checked(metric, labels)).set(value);
}

fn checked(metric: Metric, labels: &[Label]) -> Vec<metrics::Label> {
    debug_assert!(
        labels.iter().map(|label| label.name()).eq(metric.description().labels.iter().copied()),
        "{metric:?} has other labels than {labels:?}"
    );
    labels.iter().map(|label| metrics::Label::from_static_parts(label.name(), label.value())).collect()
}

/// What `/metrics` shows.
#[derive(Clone)]
pub struct Exporter(PrometheusHandle);

impl Exporter {
    /// All metrics in Prometheus' text form.
    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// A recorder, and what shows it.
///
/// # Errors
/// When the buckets of a histogram are refused.
pub fn recorder() -> Result<(PrometheusRecorder, Exporter), BuildError> {
    let mut builder = PrometheusBuilder::new();
    for metric in Metric::ALL {
        let description = metric.description();
        if let Kind::Seconds(buckets) = description.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(description.name.to_owned()), buckets)?;
        }
    }
    let recorder = builder.build_recorder();
    let exporter = Exporter(recorder.handle());
    Ok((recorder, exporter))
}

/// Makes a [`recorder`] that of the process, and describes all metrics.
///
/// # Errors
/// When there is one already.
pub fn install() -> Result<Exporter, BuildError> {
    let (recorder, exporter) = recorder()?;
    metrics::set_global_recorder(recorder)?;
    describe();
    Ok(exporter)
}

/// Tells the recorder what each metric is, and which build runs.
pub fn describe() {
    for metric in Metric::ALL {
        let Description { name, kind, help, .. } = metric.description();
        match kind {
            Kind::Counter => metrics::describe_counter!(name, help),
            Kind::Gauge => metrics::describe_gauge!(name, help),
            Kind::Seconds(_) => metrics::describe_histogram!(name, metrics::Unit::Seconds, help),
        }
    }
    gauge(Metric::BuildInfo, 1.0, &[Label::version()]);
}

#[cfg(test)]
mod tests;

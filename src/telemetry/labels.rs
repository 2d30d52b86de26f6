//! The labels of metrics. Every value is a variant, so that nothing a sender writes can make a new series.
//!
//! Knows the words. Must not know which metric carries them.

use firstlook_core::incident::Action;

/// Defines a label: its name, and an enum of its values.
macro_rules! label {
    ($(#[$doc:meta])* $name:ident as $label:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the word beside each variant says what it is")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// The name of the label.
            pub const NAME: &'static str = $label;
            /// Every value that it can have.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as Prometheus sees it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl From<$name> for Label {
            fn from(value: $name) -> Self {
                Self { name: $name::NAME, value: value.as_str() }
            }
        }
    };
}

/// A name and one of its values. Made only from the enums of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    name: &'static str,
    value: &'static str,
}

impl Label {
    /// The name of the label.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its value.
    pub fn value(self) -> &'static str {
        self.value
    }

    /// The version of this build.
    pub fn version() -> Self {
        Self { name: "version", value: env!("CARGO_PKG_VERSION") }
    }
}

label! {
    /// The kind of sender.
    SenderKind as "source" {
        Alertmanager = "alertmanager", Sns = "sns", Changes = "changes", Pagerduty = "pagerduty", Slack = "slack",
    }
}
label! {
    /// Why a body was not let in at an SNS source.
    SnsRefusal as "reason" {
        Credentials = "credentials", Malformed = "malformed", Topic = "topic", Version = "version", Age = "age",
        CertificateAddress = "certificate_address", CertificateUnavailable = "certificate_unavailable",
        Certificate = "certificate", Signature = "signature",
    }
}
label! {
    /// What a webhook was answered (DESIGN 4: the status is the sender's retry policy).
    WebhookStatus as "status" {
        Committed = "200", Unusable = "400", Unauthorized = "401", Forbidden = "403", NotFound = "404", TooLarge = "413",
        TryAgain = "503", Other = "other",
    }
}
label! {
    /// What became of a delivery that was kept.
    DeliveryState as "state" { Accepted = "accepted", Partial = "partial", Rejected = "rejected" }
}
label! {
    /// What became of an incident.
    IncidentChange as "change" { Opened = "opened", Reopened = "reopened", Folded = "folded", Resolved = "resolved" }
}
label! {
    /// What became of a storm.
    StormChange as "change" { Began = "began", Ended = "ended" }
}
label! {
    /// The kind of receiver.
    Integration as "integration" { Pagerduty = "pagerduty", Slack = "slack", Webhook = "webhook" }
}
label! {
    /// How sending ended.
    SendOutcome as "outcome" { Sent = "sent", Retried = "retried", Parked = "parked" }
}
label! {
    /// What a job waits for.
    JobState as "state" { Ready = "ready", Running = "running", Parked = "parked" }
}
label! {
    /// What a job does.
    JobKind as "kind" {
        Page = "page", Message = "message", Triage = "triage", Upkeep = "upkeep", Charts = "charts", Analysis = "analysis", Report = "report",
        Declare = "declare",
    }
}
label! {
    /// What asking a sender came to.
    ResyncOutcome as "outcome" { Agreed = "agreed", Differed = "differed", Unanswered = "unanswered" }
}
label! {
    /// The kind of evidence source.
    EvidenceKind as "type" {
        LogFile = "log_file", Loki = "loki", Prometheus = "prometheus", CloudWatchLogs = "cloudwatch_logs",
        CloudWatchMetrics = "cloudwatch_metrics", CloudTrail = "cloudtrail", Xray = "xray", Athena = "athena",
        KnowledgeBase = "bedrock_knowledge_base", SecurityHub = "security_hub", GuardDuty = "guardduty",
    }
}
label! {
    /// How a fetch ended.
    FetchOutcome as "outcome" {
        Ok = "ok", Truncated = "truncated", Timeout = "timeout", Configuration = "configuration",
        Unavailable = "unavailable",
    }
}
label! {
    /// How a call of the model ended.
    ModelOutcome as "outcome" {
        Ok = "ok", Repaired = "repaired", Unusable = "unusable", Timeout = "timeout", Refused = "refused",
        Failed = "failed", OverBudget = "over_budget",
    }
}
label! {
    /// What code found out about a sentence of a model.
    ClaimVerdict as "verdict" { Verified = "verified", Unchecked = "unchecked", Refuted = "refuted" }
}
label! {
    /// Tokens that the model read or wrote.
    TokenDirection as "direction" { Input = "input", Output = "output" }
}
label! {
    /// How an analysis ended.
    AnalysisOutcome as "outcome" {
        Ready = "ready", NothingVerified = "nothing_verified", Shared = "shared", OverBudget = "over_budget",
        Failed = "failed",
    }
}
label! {
    /// A tool of an analysis.
    Tool as "tool" {
        Item = "item", Logs = "logs", Query = "query", Metrics = "metrics", Metric = "metric", Traces = "traces", AccessLogs = "access_logs",
        Changes = "changes", History = "history", Runbook = "runbook",
    }
}
label! {
    /// Whether a tool did what it was asked.
    ToolOutcome as "outcome" { Ok = "ok", Failed = "failed" }
}
label! {
    /// The hundreds of a status.
    StatusClass as "class" { Informational = "1xx", Success = "2xx", Redirect = "3xx", Client = "4xx", Server = "5xx" }
}
label! {
    /// The route's template, never the path that was asked for.
    Route as "route" {
        AlertmanagerWebhook = "/webhooks/alertmanager/{source}", SnsWebhook = "/webhooks/sns/{source}", Home = "/",
        Incident = "/incidents/{id}",
        IncidentAction = "/incidents/{id}/{deed:acknowledge|resolve|analyze}", Runbooks = "/runbooks",
        IncidentFeedback = "/incidents/{id}/feedback", ApiIncidentFeedback = "/api/v1/incidents/{id}/feedback",
        Deliveries = "/deliveries", Delivery = "/deliveries/{id}", Style = "/static/style.css", ApiIncidents = "/api/v1/incidents",
        ApiIncident = "/api/v1/incidents/{id}",
        ApiIncidentAction = "/api/v1/incidents/{id}/{deed:acknowledge|resolve|analyze}",
        ApiAnalysis = "/api/v1/incidents/{id}/analysis.md",
        ApiDeliveries = "/api/v1/deliveries", ApiDelivery = "/api/v1/deliveries/{id}",
        ApiReplay = "/api/v1/deliveries/{id}/replay",
        Healthz = "/healthz", Readyz = "/readyz", Metrics = "/metrics", Other = "other",
    }
}

/// What was decided about an alert: the word of the timeline, the log and the response.
pub const ACTION: &str = "action";

impl From<Action> for Label {
    fn from(action: Action) -> Self {
        Self { name: ACTION, value: action.as_str() }
    }
}

impl StatusClass {
    /// The class of an HTTP status; what is none counts as a server's fault.
    pub fn of(status: u16) -> Self {
        match status / 100 {
            1 => Self::Informational,
            2 => Self::Success,
            3 => Self::Redirect,
            4 => Self::Client,
            _ => Self::Server,
        }
    }
}

impl WebhookStatus {
    /// The value for an HTTP status.
    pub fn of(status: u16) -> Self {
        let word = status.to_string();
        Self::ALL.iter().copied().find(|value| value.as_str() == word).unwrap_or(Self::Other)
    }
}

impl Route {
    /// The value for a route template as the router gives it.
    pub fn of(template: &str) -> Self {
        Self::ALL.iter().copied().find(|value| value.as_str() == template).unwrap_or(Self::Other)
    }
}

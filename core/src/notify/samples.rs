//! Incidents for trying messages out, in tests and by `check`: the one of messages/README's samples, at its stages.

mod analysis;
mod odd;
mod storm;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Language;
use crate::alert::{AlertStatus, Severity};
use crate::evidence::{Change, Frequency, Gap, Item, Kind, Redacted, Redactor};
use crate::incident::Status;
use crate::summary::{Cause, Claim, Confidence, State, Summary, Verdict};

use super::routing::Routing;
use super::view::{Alert, Block, DoFirst, Evidence, Impact, Incident, Notification, Runbook, Step};

pub use analysis::{analysed, nasty_analysis};
pub use odd::{all, nasty};
pub use storm::{storm, storms};

/// 03:07 in Tokyo.
pub fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_111_620, 0).unwrap_or_default()
}

/// Text as it may be told.
pub fn safe(text: &str) -> Redacted {
    Redactor::default().redact(text)
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<Redacted, Redacted> {
    pairs.iter().map(|(key, value)| (safe(key), safe(value))).collect()
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// An item of evidence from before the alarm.
pub fn item(id: &str, kind: Kind, title: &str, text: &str) -> Item {
    Item {
        id: id.into(),
        kind,
        // As `known` names where what came before is from.
        source: if kind == Kind::History { "history" } else { "local" }.into(),
        title: safe(title),
        text: safe(text),
        query: None,
        link: None,
        at: Some(start() - TimeDelta::seconds(144)),
        frequency: None,
        chart: None,
    }
}

/// An alert of the samples' service.
pub fn alert(name: &str, status: AlertStatus, severity: Severity) -> Alert {
    Alert {
        source: "alertmanager/main".into(),
        fingerprint: safe("0123456789abcdef"),
        status,
        severity,
        labels: map(&[("alertname", name), ("service", "payment-api")]),
        annotations: map(&[("summary", "payment-api fails many requests"), ("description", "More than 5%.")]),
        starts_at: start(),
        began_at: start(),
        ends_at: None,
        received: 1,
    }
}

fn runbook() -> Runbook {
    let step = |id: &str, section: &str, text: &str, command: Option<&str>| Step {
        id: id.into(),
        section: safe(section),
        text: safe(text),
        blocks: command.map(|text| Block { language: safe("sh"), text: safe(text) }).into_iter().collect(),
    };
    Runbook {
        path: safe("connection-pool.md"),
        title: safe("Connection pool"),
        commit: Some("4c1e9d0".into()),
        url: Some(safe("https://git.example.com/runbooks/blob/4c1e9d0/connection-pool.md")),
        steps: vec![
            step("R1", "Check", "Is the connection pool full?", Some("poolctl show payment-api")),
            step("R2", "Check", "Was there a deploy less than 30 min before?", None),
            step("R3", "Respond", "Roll back the deploy.", None),
            step("R4", "Respond", "Raise the pool.", None),
            step("R5", "Escalate", "Call the platform lead.", None),
        ],
    }
}

/// Within a second of the alarm.
pub fn first_look() -> Incident {
    Incident {
        language: Language::En,
        id: "0199".into(),
        number: 482,
        title: safe("payment-api: PaymentApi5xxRateHigh"),
        status: Status::Open,
        flags: Vec::new(),
        flap: None,
        severity: Severity::Critical,
        service: Some(safe("payment-api")),
        group_key: map(&[
            ("alertname", "PaymentApi5xxRateHigh"),
            ("cluster", "prod-tokyo"),
            ("service", "payment-api"),
        ]),
        labels: map(&[("service", "payment-api")]),
        opened_at: start() + TimeDelta::seconds(1),
        started_at: start(),
        acknowledged_at: None,
        resolved_at: None,
        owner: None,
        escalates_at: Some(start() + TimeDelta::minutes(30)),
        silenced_until: None,
        impact: Some(Impact { value: 24.9, threshold: Some(5.0), normal: Some(0.2), unit: Some("%".into()) }),
        do_first: Some(DoFirst {
            text: safe("Is the connection pool full?"),
            because: safe("Runbook step 1 of connection-pool.md."),
            citations: ids(&["R1"]),
        }),
        occurrences: 4,
        previous: None,
        alerts_omitted: Default::default(),
        alerts: vec![alert("PaymentApi5xxRateHigh", AlertStatus::Firing, Severity::Critical)],
        runbook: Some(runbook()),
        evidence: Some(Evidence {
            items: vec![item("H1", Kind::History, "#455, 3 Oct, 22 min", "Rolled back v2.37.1. Ken Mori")],
            gaps: Vec::new(),
            queries: Vec::new(),
            sources_read: 0,
            scanned_bytes: 0,
            collected_at: None,
            window: None,
        }),
        summary: None,
        feedback: None,
        analysis: None,
        spent: None,
        declared: None,
        notifications: vec![paged()],
        routing: Routing::default(),
        timeline: None,
        url: "https://firstlook.example.com/incidents/482".into(),
        version: 1,
    }
}

fn paged() -> Notification {
    Notification {
        receiver: "oncall".into(),
        integration: "pagerduty/0".into(),
        kind: "trigger".into(),
        state: "sent".into(),
        attempts: 1,
        sent_at: Some(start()),
        reason: safe("route 1, severity=critical"),
    }
}

/// With what was read.
pub fn with_evidence() -> Incident {
    let frequency = |change, now, normal| {
        Some(Frequency {
            change,
            now,
            normal: Some(normal),
            sparkline: vec![0, 1, 9],
            last_seen: Some(start()),
        })
    };
    let mut pool =
        item("L1", Kind::Log, "HikariPool-1 - Connection is not available", "… timed out after 30000 ms");
    pool.frequency = frequency(Change::New, 182, 0.0);
    let mut retry =
        item("L4", Kind::Log, "CaptureClient : retrying capture attempt=<num>", "retrying capture");
    retry.frequency = frequency(Change::Surged, 310, 50.0);
    retry.at = Some(start() - TimeDelta::seconds(460));
    let mut usual = item("L5", Kind::Log, "GET /health", "GET /health 200");
    usual.frequency = frequency(Change::Common, 400, 400.0);
    let deploy = item(
        "C1",
        Kind::Change,
        "deploy v2.40.3 to v2.41.0, Ken Mori",
        "retry capture inside the transaction",
    );
    let mut view = first_look();
    let mut items = view.evidence.take().map(|evidence| evidence.items).unwrap_or_default();
    items.extend([pool, retry, usual, deploy]);
    let gap = Gap {
        source: "cloudtrail".into(),
        reason: safe("access denied"),
        remedy: safe("allow cloudtrail:LookupEvents"),
    };
    view.evidence = Some(Evidence {
        items,
        gaps: vec![gap],
        queries: Vec::new(),
        sources_read: 1,
        scanned_bytes: 0,
        collected_at: Some(start() + TimeDelta::seconds(19)),
        window: None,
    });
    view.version = 2;
    view
}

/// What a model made of it: a sentence of each verdict, two causes, one step.
pub fn summary() -> Summary {
    let claim = |text: &str, verdict, citations: &[&str]| Claim {
        text: safe(text),
        citations: ids(citations),
        verdict,
        reason: None,
    };
    let cause = |text: &str, confidence, against: &[&str]| Cause {
        text: safe(text),
        confidence,
        citations: ids(&["C1"]),
        against: ids(against),
        reason: None,
    };
    Summary {
        state: State::Ready,
        reason: None,
        language: "en".into(),
        headline: Some(safe("No database connection has been free since 03:04:36.")),
        claims: vec![
            claim("The payment provider seems to have been slow first.", Verdict::Unchecked, &["L4"]),
            claim("The pool timed out 182 times.", Verdict::Verified, &["L1"]),
            claim("The moon was full at 99%.", Verdict::Refuted, &["L9"]),
        ],
        causes: vec![
            cause("A flag made payments slower.", Confidence::Inconclusive, &["L4"]),
            cause("v2.41.0 keeps a connection while it retries.", Confidence::Confirmed, &[]),
        ],
        ruled_out: Vec::new(),
        next_steps: vec![safe("Roll back to v2.40.3 [C1].")],
        model: Some("claude-sonnet-4-6".into()),
        input_tokens: 3_900,
        cached: Default::default(),
        output_tokens: 400,
        cost_usd: None,
        duration_ms: 11_000,
        written_at: start() + TimeDelta::seconds(31),
    }
}

/// With what a model made of it.
pub fn with_summary() -> Incident {
    let mut view = with_evidence();
    view.summary = Some(summary());
    view.version = 3;
    view
}

/// Without a model, or without an answer of it.
pub fn without_summary(state: State, reason: Option<&str>) -> Incident {
    let mut view = with_evidence();
    let mut summary = summary();
    (summary.state, summary.reason, summary.headline) = (state, reason.map(safe), None);
    (summary.claims, summary.causes, summary.next_steps) = (Vec::new(), Vec::new(), Vec::new());
    view.summary = Some(summary);
    view
}

/// Somebody has it.
pub fn acknowledged() -> Incident {
    let mut view = with_summary();
    view.status = Status::Acknowledged;
    view.owner = Some(safe("Aya Tanaka"));
    view.acknowledged_at = Some(start() + TimeDelta::seconds(135));
    view.escalates_at = None;
    view
}

/// The same while it flaps: the fifth time within ten minutes was just now.
#[cfg(test)]
pub fn flapping(view: Incident) -> Incident {
    let last = start() + TimeDelta::minutes(34);
    let flap = super::view::Flap { times: 5, last, until: last + TimeDelta::minutes(10) };
    Incident { flags: vec!["flapping".to_owned()], flap: Some(flap), ..view }
}

/// It is over.
pub fn resolved() -> Incident {
    let mut view = acknowledged();
    view.status = Status::Resolved;
    view.resolved_at = Some(start() + TimeDelta::minutes(34));
    view.alerts = vec![alert("PaymentApi5xxRateHigh", AlertStatus::Resolved, Severity::Critical)];
    view
}

/// As it is declared: with its channel, before that, and with none.
#[cfg(test)]
pub fn declared() -> [Incident; 3] {
    use super::view::Declared;
    let one = Declared {
        actor: safe("Aya Tanaka in Slack"),
        at: start() + TimeDelta::minutes(5),
        lead: Some("U0AYATANAKA".into()),
        name: Some("inc-482-payment-api".into()),
        channel: Some("C0INC".into()),
        link: Some("https://example.slack.com/archives/C0ALERTCRIT/p1795111621000100".into()),
        undone: Vec::new(),
    };
    let opening = Declared { name: None, channel: None, link: None, ..one.clone() };
    let undone = vec![safe("no channel was opened: add the scope channels:manage"); 5];
    let none = Declared { undone, ..opening.clone() };
    [one, opening, none].map(|one| Incident { declared: Some(one), ..acknowledged() })
}

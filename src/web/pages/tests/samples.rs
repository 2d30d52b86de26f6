//! An incident with everything, for the tests of the pages.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::alert::{AlertStatus, Severity};
use firstlook_core::evidence::{Change, Frequency, Gap, Item, Kind, Redacted, Redactor, Window};
use firstlook_core::incident::Status;
use firstlook_core::notify::Routing;
use firstlook_core::notify::view::{
    Alert, Block, DoFirst, Evidence, Impact, Incident, Notification, Runbook, Step, TimelineEntry,
};
use firstlook_core::summary::{Cause, Claim, Confidence, RuledOut, State, Summary, Verdict};

/// The instant that the pages are read at: 14 minutes after the alarm.
pub(super) fn now() -> DateTime<Utc> {
    "2026-11-19T18:21:08Z".parse().unwrap()
}

pub(super) fn at(clock: &str) -> DateTime<Utc> {
    format!("2026-11-19T{clock}Z").parse().unwrap()
}

pub(super) fn red(text: &str) -> Redacted {
    Redactor::default().redact(text)
}

pub(super) fn window() -> Window {
    Window { start: at("17:52:00"), end: at("18:09:00") }
}

fn cites(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn labels(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<Redacted, Redacted> {
    pairs.iter().map(|(k, v)| (red(k), red(v))).collect()
}

fn item(id: &str, kind: Kind, source: &str, title: &str, text: &str) -> Item {
    Item {
        id: id.to_owned(),
        kind,
        source: source.to_owned(),
        title: red(title),
        text: red(text),
        query: None,
        link: None,
        at: None,
        frequency: None,
        chart: None,
    }
}

fn log(id: &str, change: Change, counts: &[u32], normal: f64, title: &str, text: &str) -> Item {
    let now = counts.iter().map(|n| u64::from(*n)).sum();
    let last_seen = Some(at("18:05:10"));
    Item {
        at: Some(at("18:04:36")),
        frequency: Some(Frequency {
            change,
            now,
            normal: Some(normal),
            sparkline: counts.to_vec(),
            last_seen,
        }),
        query: Some(red(r#"{app="payment-api"} |= "ERROR""#)),
        ..item(id, Kind::Log, "k8s", title, text)
    }
}

fn items() -> Vec<Item> {
    let rising = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 36, 59, 74, 78];
    let surge = [2, 2, 2, 2, 2, 2, 3, 6, 11, 14, 19, 20, 19, 20, 17, 20, 19];
    let gone = [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0];
    let mut history = item(
        "H1",
        Kind::History,
        "history",
        "#455, 3 Oct, 22 min",
        "Rolled back v2.37.1; it recovered 9 min later.",
    );
    history.link = Some(red("/incidents/455"));
    vec![
        item(
            "A1",
            Kind::Alarm,
            "alert",
            "PaymentApi5xxRateHigh",
            "38.2% of requests get a 5xx; the alarm is set at 5%.",
        ),
        item("R1", Kind::Runbook, "runbook", "Is the pool full?", "Is the pool full? active equals max."),
        history,
        log(
            "L1",
            Change::New,
            &rising,
            0.0,
            "ERROR HikariPool-1 - Connection is not available, request timed out after <num>ms (total=20, active=20, idle=0, waiting=<num>)",
            "18:04:36.114 ERROR [exec-17] HikariPool-1 - Connection is not available, request timed out after 30001ms (total=20, active=20, idle=0, waiting=4)\n18:05:58.902 ERROR [exec-43] HikariPool-1 - Connection is not available, request timed out after 30000ms (total=20, active=20, idle=0, waiting=163)",
        ),
        log(
            "L2",
            Change::Surged,
            &surge,
            29.0,
            "WARN CaptureClient : retrying capture attempt=<num> psp=<any> user=<email:3f2a>",
            "18:02:20.031 WARN CaptureClient : retrying capture attempt=2 psp=kito user=<email:3f2a>",
        ),
        log(
            "L3",
            Change::Gone,
            &gone,
            34.0,
            "INFO SettlementJob : heartbeat ok batch=<num>",
            "18:05:10.000 INFO SettlementJob : heartbeat ok batch=88213",
        ),
    ]
}

fn runbook() -> Runbook {
    let step = |id: &str, section: &str, text: &str, blocks: Vec<Block>| Step {
        id: id.to_owned(),
        section: red(section),
        text: red(text),
        blocks,
    };
    let block = |language: &str, text: &str| Block { language: red(language), text: red(text) };
    Runbook {
        path: red("connection-pool.md"),
        title: red("Connection pool exhausted"),
        commit: Some("4c1e9d0aa1b2c3d4".to_owned()),
        url: Some(red("https://git.example.com/runbooks/connection-pool.md")),
        steps: vec![
            step("R1", "Check", "Is the pool full? active equals max.", vec![]),
            step(
                "R2",
                "Check",
                "Is it one endpoint, or all?",
                vec![block("logql", "sum by (path) (rate({app=\"payment-api\"}[1m]))")],
            ),
            step(
                "R3",
                "Respond",
                "If a deploy came less than 30 min before: roll back.",
                vec![block("sh", "deployctl rollback payment-api")],
            ),
            step("R4", "Escalate", "After 30 min: platform lead.", vec![]),
        ],
    }
}

fn causes() -> Vec<Cause> {
    vec![
        Cause {
            text: red("Each capture keeps a database connection while it retries the payment provider."),
            confidence: Confidence::Likely,
            citations: cites(&["L2", "L1"]),
            against: vec![],
            reason: None,
        },
        Cause {
            text: red("The settlement job holds connections."),
            confidence: Confidence::Inconclusive,
            citations: cites(&["L3"]),
            against: cites(&["L2"]),
            reason: None,
        },
    ]
}

pub(super) fn summary() -> Summary {
    let claim = |text: &str, ids: &[&str], verdict, reason: Option<&str>| Claim {
        text: red(text),
        citations: cites(ids),
        verdict,
        reason: reason.map(red),
    };
    Summary {
        state: State::Ready,
        reason: None,
        language: "en".to_owned(),
        headline: Some(red("No database connection has been free in its pool since 18:04:36.")),
        claims: vec![
            claim(
                "PaymentApi5xxRateHigh fired: 38.2% of requests get a 5xx, and the alarm is set at 5%.",
                &["A1"],
                Verdict::Verified,
                None,
            ),
            claim(
                "A message not seen in the baseline, “Connection is not available”, appeared at 18:04:36.",
                &["L1"],
                Verdict::Verified,
                None,
            ),
            claim(
                "Capture retries rose before the pool was full.",
                &["L2", "L9"],
                Verdict::Unchecked,
                Some("Nothing in it can be checked literally."),
            ),
            claim(
                "About 2,300 customers are affected.",
                &["L1"],
                Verdict::Refuted,
                Some("2,300 stands in no cited item."),
            ),
        ],
        causes: causes(),
        ruled_out: vec![RuledOut { text: red("A slow database."), citations: cites(&["L1"]) }],
        next_steps: vec![red("Roll back to v2.40.3."), red("Watch whether L1 stops.")],
        model: Some("claude-sonnet-4-6".to_owned()),
        input_tokens: 10_410,
        cached: Default::default(),
        output_tokens: 890,
        cost_usd: None,
        duration_ms: 11_600,
        written_at: at("18:07:31"),
    }
}

fn alert(name: &str, pod: &str) -> Alert {
    Alert {
        source: "alertmanager/main".to_owned(),
        fingerprint: red("00f1ab"),
        status: AlertStatus::Firing,
        severity: Severity::Critical,
        labels: labels(&[("alertname", name), ("service", "payment-api"), ("pod", pod)]),
        annotations: labels(&[("summary", "38.2% of requests get a 5xx")]),
        starts_at: at("18:07:00"),
        began_at: at("18:07:00"),
        ends_at: None,
        received: 6,
    }
}

fn notifications() -> Vec<Notification> {
    let one = |integration: &str, kind: &str, state: &str, attempts, reason: &str| Notification {
        receiver: "oncall".to_owned(),
        integration: integration.to_owned(),
        kind: kind.to_owned(),
        state: state.to_owned(),
        attempts,
        sent_at: (state == "sent").then(|| at("18:07:00.600")),
        reason: red(reason),
    };
    vec![
        one("pagerduty/0", "trigger", "sent", 1, "route 1, severity=\"critical\""),
        one("slack/0", "level", "sent", 2, "route 1; first try: 429, waited 1 s"),
        one("slack/1", "trigger", "pending", 3, "route 1; 503 from Slack"),
        one("webhook/0", "trigger", "parked", 8, "404: no such address; check webhook_configs[0].url"),
    ]
}

fn timeline() -> Vec<TimelineEntry> {
    let line = |clock: &str, kind: &str, actor: &str, text: &str| TimelineEntry {
        at: at(clock),
        kind: kind.to_owned(),
        actor: red(actor),
        text: red(text),
    };
    vec![
        line("18:07:00", "opened", "alertmanager/main", "PaymentApi5xxRateHigh fired, incident opened."),
        line("18:07:00.6", "told", "firstlook", "Paged oncall through PagerDuty."),
        line("18:07:19", "evidence", "firstlook", "Evidence ready: 6 items, 2 gaps."),
        line("18:07:31", "summary", "firstlook", "Summary ready: 2 of 3 sentences verified."),
    ]
}

fn gap(source: &str, reason: &str, remedy: &str) -> Gap {
    Gap { source: source.to_owned(), reason: red(reason), remedy: red(remedy) }
}

fn gaps() -> Vec<Gap> {
    vec![
        gap("cloudtrail", "access denied", "Allow cloudtrail:LookupEvents"),
        gap("k8s", "no answer within 20 s", "Raise evidence.timeout, or narrow the query of k8s"),
    ]
}

/// An open critical incident with everything.
pub(super) fn open() -> Incident {
    Incident {
        language: Language::En,
        id: "0193".to_owned(),
        number: 482,
        title: red("payment-api fails 38.2% of requests"),
        status: Status::Open,
        flags: vec![],
        flap: None,
        severity: Severity::Critical,
        service: Some(red("payment-api")),
        group_key: labels(&[("cluster", "prod-tokyo"), ("service", "payment-api")]),
        labels: labels(&[
            ("alertname", "PaymentApi5xxRateHigh"),
            ("cluster", "prod-tokyo"),
            ("service", "payment-api"),
        ]),
        opened_at: at("18:07:00"),
        started_at: at("18:07:00"),
        acknowledged_at: None,
        resolved_at: None,
        owner: None,
        escalates_at: Some(at("18:37:00")),
        silenced_until: None,
        impact: Some(Impact {
            value: 38.2,
            threshold: Some(5.0),
            normal: Some(0.2),
            unit: Some("%".to_owned()),
        }),
        do_first: Some(DoFirst {
            text: red("Roll back payment-api to v2.40.3"),
            because: red("Runbook step 3."),
            citations: cites(&["R3", "R1", "H1"]),
        }),
        occurrences: 4,
        previous: None,
        alerts_omitted: Default::default(),
        alerts: vec![alert("PaymentApi5xxRateHigh", "a-1"), alert("PaymentApi5xxRateHigh", "a-2")],
        runbook: Some(runbook()),
        evidence: Some(Evidence {
            items: items(),
            gaps: gaps(),
            sources_read: 1,
            collected_at: Some(at("18:07:19")),
            window: Some(window()),
            ..Evidence::default()
        }),
        summary: Some(summary()),
        feedback: None,
        analysis: None,
        spent: None,
        declared: None,
        notifications: notifications(),
        routing: Routing::default(),
        timeline: Some(timeline()),
        url: "http://127.0.0.1:8080/incidents/482".to_owned(),
        version: 7,
    }
}

//! One incident's evidence, made by the code that makes it in the service: alarm, steps, history, metrics, changes, logs.
//!
//! What tables of sentences are held against. Nothing of it is written by hand in the form of an item.

use chrono::{DateTime, TimeDelta, Utc};

use crate::alert::{AlertId, AlertStatus, Labels, Severity};
use crate::evidence::changes::{self, ChangeEvent};
use crate::evidence::known::{self, Earlier};
use crate::evidence::metric::{self, Limit, Measured, Point, Relation};
use crate::evidence::{Item, Line, Redacted, Redactor, Span, Window, compare, items, pack};
use crate::incident::Member;
use crate::runbook::{Pinned, Step};

/// Items and pack, read once by each test.
pub(super) fn scene() -> (Vec<Item>, Redacted) {
    let redactor = Redactor::default();
    let mut all = known::alarms(&[alarm()], &redactor);
    all.extend(known::steps(&runbook(), &redactor));
    all.extend(known::earlier(&[earlier()], &redactor, &|n| format!("http://f/incidents/{n}")));
    let mut others = metric::items(&quantities(), window(), &redactor);
    others.extend(changes::items(&events(), &labels(), at("14:04:00"), &redactor));
    let span =
        Span { window: window(), baselines: vec![Window { start: at("13:15:00"), end: at("13:45:00") }] };
    let comparison = compare(lines(), usual(), Some(&span));
    let packed = pack(&others, &comparison, 4_000, &redactor);
    all.extend(others);
    all.extend(items(&comparison, "shop", None, &redactor, packed.last));
    (all, packed.text)
}

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-11-20T{time}Z").parse().unwrap()
}

fn window() -> Window {
    Window { start: at("13:49:00"), end: at("14:19:00") }
}

fn labels() -> Labels {
    [
        ("alertname", "CheckoutErrors"),
        ("service", "checkout"),
        ("severity", "critical"),
        ("cluster", "prod-tokyo"),
    ]
    .into_iter()
    .collect()
}

fn alarm() -> (AlertId, Member) {
    let annotations: Labels = [
        ("summary", "checkout fails 12.4% of requests"),
        ("description", "5xx ratio is 0.124, above 5% for 5m, on 3 of 12 pods"),
    ]
    .into_iter()
    .collect();
    let member = Member {
        status: AlertStatus::Firing,
        severity: Severity::Critical,
        labels: labels(),
        annotations,
        starts_at: at("14:04:00"),
        lead: TimeDelta::seconds(60),
        ends_at: None,
        generator_url: None,
        received: 1,
        reason: String::new(),
    };
    (AlertId { source: "alertmanager/main".into(), fingerprint: "f1".into() }, member)
}

fn runbook() -> Pinned {
    let step = |id: &str, section: &str, text: &str| Step {
        id: id.into(),
        section: section.into(),
        text: text.into(),
        blocks: Vec::new(),
    };
    Pinned {
        path: "checkout.md".into(),
        title: "Checkout".into(),
        commit: None,
        url: None,
        reason: String::new(),
        owner: None,
        escalate_after: None,
        steps: vec![
            step("R1", "Check", "Is it one pod, or all? If one: restart it."),
            step(
                "R2",
                "Respond",
                "If the pool is exhausted for more than 10 minutes: kubectl rollout undo deployment/checkout",
            ),
        ],
    }
}

fn earlier() -> Earlier {
    Earlier {
        number: 471,
        title: "CheckoutErrors: checkout fails 31% of requests".into(),
        opened_at: at("02:10:00") - TimeDelta::days(9),
        resolved_at: at("02:31:20") - TimeDelta::days(9),
        ended_by: "Resolved by aya. The pool of db-0 was too small; rolled back to v2.39.0.".into(),
    }
}

fn measured(name: &str, unit: &str, window: &[f64], normal: &[f64]) -> (String, Measured) {
    let points = |values: &[f64], from: DateTime<Utc>| -> Vec<Point> {
        values
            .iter()
            .zip(0..)
            .map(|(value, n)| Point { at: from + TimeDelta::minutes(n * 5), value: *value })
            .collect()
    };
    let one = Measured {
        name: name.into(),
        labels: [("service", "checkout")].into_iter().collect(),
        unit: unit.into(),
        of_alarm: false,
        window: points(window, at("13:49:00")),
        normal: points(normal, at("12:49:00")),
        expected: None,
        limit: None,
        query: "q".into(),
        link: None,
    };
    ("prom".into(), one)
}

fn quantities() -> Vec<(String, Measured)> {
    let mut errors =
        measured("5xx share", "%", &[0.4, 0.41, 0.39, 8.2, 12.43, 12.1], &[0.4, 0.3, 0.5, 0.4, 0.4, 0.6]);
    errors.1.of_alarm = true;
    errors.1.limit = Some(Limit { relation: Relation::Above, value: 5.0 });
    vec![
        errors,
        measured(
            "CPU of db-0",
            "%",
            &[41.0, 42.0, 40.0, 88.0, 97.5, 96.0],
            &[41.0, 40.0, 42.0, 41.0, 41.0, 41.0],
        ),
        measured("p99 latency", "ms", &[250.0, 240.0, 255.0, 4_100.0, 31_250.0, 29_800.0], &[250.0; 6]),
        measured("orders", "per minute", &[1_204.0, 1_190.0, 1_210.0, 640.0, 311.0, 318.0], &[1_204.0; 6]),
        measured("heap", "MiB", &[1_536.0, 1_530.0, 1_540.0, 1_536.0, 1_537.0, 1_536.0], &[1_536.0; 6]),
    ]
}

fn events() -> Vec<ChangeEvent> {
    vec![ChangeEvent {
        at: at("14:01:07"),
        source: "changes/ci".into(),
        summary: "Deploy checkout v2.40.1".into(),
        origin: "argocd".into(),
        details: vec![
            ("commit".into(), "4f2a9c1d0b7e6a5f4c3b2a1908f7e6d5c4b3a291".into()),
            ("by".into(), "alice".into()),
            ("replicas".into(), "12".into()),
        ],
        ..ChangeEvent::default()
    }]
}

fn line(time: DateTime<Utc>, text: &str) -> Line {
    Line::new(Some(time), "checkout-7d9f8b", text)
}

fn lines() -> impl Iterator<Item = Line> {
    let pool = (0..412).map(|n| {
        let text = format!(
            "ERROR db.Pool: Connection to db-0.db.prod.svc:5432 is not available, request timed out after 30000ms (total=5, active=5, idle=0, waiting={})",
            180 + n % 9
        );
        line(at("14:02:33") + TimeDelta::seconds(n * 2), &text)
    });
    let refused = (0..3).map(|n| {
        line(
            at("14:03:10") + TimeDelta::seconds(n * 70),
            "WARN Gateway: POST /api/v1/pay of 10.0.3.17 answered 503 after 1,250 ms, retry 3 of 5",
        )
    });
    let served = (0..900).map(|n| {
        line(
            at("13:49:00") + TimeDelta::seconds(n * 2),
            &format!("INFO Http: served GET /cart in {} ms", 20 + n % 7),
        )
    });
    served.chain(pool).chain(refused)
}

fn usual() -> impl Iterator<Item = Line> {
    let served = (0..900).map(|n| {
        line(
            at("13:15:00") + TimeDelta::seconds(n * 2),
            &format!("INFO Http: served GET /cart in {} ms", 20 + n % 7),
        )
    });
    let beats = (0..60).map(|n| {
        line(
            at("13:15:00") + TimeDelta::seconds(n * 30),
            "INFO Worker: heartbeat: settlement queue polled, 0 waiting",
        )
    });
    served.chain(beats)
}

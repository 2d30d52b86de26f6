//! The recorded incident, as Alertmanager posts it (FACTS A1).
//!
//! Pure. Knows the sample's two alerts. Must not know who receives them.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

/// The sample's service, which its log files are called by.
pub const SERVICE: &str = "payment-api";

/// One alert and its times.
#[derive(Debug, Clone, Copy)]
pub struct Alert {
    which: Which,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy)]
enum Which {
    Errors,
    Latency,
}

impl Alert {
    /// The critical one that opens the incident.
    pub fn errors(starts_at: DateTime<Utc>) -> Self {
        Self { which: Which::Errors, starts_at, ends_at: None }
    }

    /// The warning that joins it.
    pub fn latency(starts_at: DateTime<Utc>) -> Self {
        Self { which: Which::Latency, starts_at, ends_at: None }
    }

    /// The same, over.
    pub fn ended(self, at: DateTime<Utc>) -> Self {
        Self { ends_at: Some(at), ..self }
    }

    fn words(self) -> (&'static str, &'static str, &'static str, &'static str, &'static str) {
        match self.which {
            Which::Errors => (
                "HighErrorRate",
                "critical",
                "b7a1c0de5f20e911",
                "58 % of payments fail",
                "The share of failed requests of payment-api is 58 %; its limit is 5 %.",
            ),
            Which::Latency => (
                "HighLatency",
                "warning",
                "02c5f1e8a94d7b36",
                "p99 of POST /payments is 30.0 s",
                "The 99th percentile of POST /payments is 30.0 s; its limit is 1.5 s.",
            ),
        }
    }

    fn json(self) -> Value {
        let (name, severity, fingerprint, summary, description) = self.words();
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        json!({
            "status": if self.ends_at.is_some() { "resolved" } else { "firing" },
            "labels": {
                "alertname": name, "severity": severity, "service": SERVICE, "namespace": "shop", "cluster": "eu-1",
            },
            "annotations": { "summary": summary, "description": description },
            "startsAt": time(self.starts_at),
            "endsAt": self.ends_at.map_or("0001-01-01T00:00:00Z".to_owned(), time),
            "generatorURL": "",
            "fingerprint": fingerprint,
        })
    }
}

/// The body of one notification of `alerts`, sent by the Alertmanager that calls itself `external_url`.
pub fn body(alerts: &[Alert], external_url: &str) -> Value {
    let firing = alerts.iter().any(|alert| alert.ends_at.is_none());
    let group = json!({ "cluster": "eu-1", "namespace": "shop", "service": SERVICE });
    json!({
        "version": "4",
        "groupKey": format!("{{}}:{{cluster=\"eu-1\", namespace=\"shop\", service=\"{SERVICE}\"}}"),
        "truncatedAlerts": 0,
        "status": if firing { "firing" } else { "resolved" },
        "receiver": "firstlook",
        "groupLabels": group,
        "commonLabels": group,
        "commonAnnotations": {},
        "externalURL": external_url,
        "alerts": alerts.iter().map(|alert| alert.json()).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use firstlook_core::alert::AlertStatus;

    use super::*;
    use crate::sources::alertmanager::parse;

    #[test]
    fn bodies_are_read_as_alertmanagers_own() {
        let at: DateTime<Utc> = "2026-03-04T09:10:00Z".parse().unwrap();
        let alerts = [Alert::errors(at), Alert::latency(at).ended(at + chrono::TimeDelta::minutes(3))];
        let bytes = body(&alerts, "http://am-0:9093").to_string();
        let read: Vec<_> = parse(bytes.as_bytes(), "alertmanager/main", at)
            .unwrap()
            .alerts
            .into_iter()
            .map(|alert| alert.unwrap())
            .collect();
        let status: Vec<_> = read.iter().map(|alert| (alert.status, alert.ends_at.is_some())).collect();
        assert_eq!(status, [(AlertStatus::Firing, false), (AlertStatus::Resolved, true)]);
        assert_ne!(read[0].id.fingerprint, read[1].id.fingerprint);
        assert_eq!(body(&alerts, "x")["status"], "firing");
        assert_eq!(body(&alerts[1..], "x")["status"], "resolved");
    }
}

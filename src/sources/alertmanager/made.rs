//! A body as Alertmanager would have sent it, for what firstlook found by asking: it is kept and read as any other.

use firstlook_core::alert::{AlertMessage, AlertStatus};
use serde_json::{Value, json};

/// A firing alert has no end (FACTS A3).
const NO_END: &str = "0001-01-01T00:00:00Z";

/// Says `messages`. `receiver` is whom Alertmanager would have addressed, `found` how firstlook knows, for whoever reads
/// the delivery.
pub fn body(messages: &[AlertMessage], receiver: &str, found: &str) -> Vec<u8> {
    let firing = messages.iter().any(|one| one.status == AlertStatus::Firing);
    let status = if firing { AlertStatus::Firing } else { AlertStatus::Resolved };
    let body = json!({
        "receiver": receiver, "status": status.as_str(), "version": "4", "groupKey": "", "truncatedAlerts": 0,
        "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "",
        "firstlook": {"made": true, "found": found},
        "alerts": messages.iter().map(alert).collect::<Vec<_>>(),
    });
    body.to_string().into_bytes()
}

fn alert(message: &AlertMessage) -> Value {
    json!({
        "status": message.status.as_str(), "labels": message.labels, "annotations": message.annotations,
        "startsAt": message.starts_at, "endsAt": message.ends_at.map_or_else(|| NO_END.into(), |end| json!(end)),
        "generatorURL": message.generator_url.as_deref().unwrap_or_default(),
        "fingerprint": message.id.fingerprint,
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use firstlook_core::alert::{AlertId, Labels};

    use super::*;
    use crate::sources::alertmanager::{parse, receiver};

    #[test]
    fn what_is_made_reads_as_what_was_meant() {
        let at: DateTime<Utc> = DateTime::from_timestamp_micros(1_795_111_620_123_456).unwrap();
        let mut labels = Labels::default();
        labels.set("alertname", "Slow \"quoted\" <b>");
        let firing = AlertMessage {
            id: AlertId { source: "alertmanager/main".into(), fingerprint: "c5688262826c92f9".into() },
            status: AlertStatus::Firing,
            labels,
            annotations: Labels::default(),
            starts_at: at,
            lead: TimeDelta::zero(),
            ends_at: None,
            ordered: false,
            generator_url: Some("http://p/graph".into()),
        };
        let over = AlertMessage {
            id: AlertId { fingerprint: "other".into(), ..firing.id.clone() },
            status: AlertStatus::Resolved,
            ends_at: Some(at + TimeDelta::seconds(1)),
            generator_url: None,
            ..firing.clone()
        };
        let body = body(&[firing.clone(), over.clone()], "web.hook", "found by asking");
        let read = parse(&body, "alertmanager/main", at + TimeDelta::hours(1)).unwrap();
        assert_eq!((read.status, read.truncated), (AlertStatus::Firing, 0));
        assert_eq!(read.alerts, [Ok(firing), Ok(over)]);
        assert_eq!(receiver(&body).as_deref(), Some("web.hook"));
        assert_eq!(receiver(br#"{"receiver":"web\\.hook"}"#).as_deref(), Some("web.hook"));
        assert_eq!(receiver(b"{}").or(receiver(b"garbage")), None);
    }
}

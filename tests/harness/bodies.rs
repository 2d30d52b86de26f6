//! Bodies as Alertmanager sends them.

use serde_json::Value;

/// A body as Alertmanager sends it.
pub fn body(alerts: &[Value]) -> String {
    let firing = alerts.iter().any(|alert| alert["status"] == "firing");
    serde_json::json!({
        "version": "4", "groupKey": "{}:{}", "truncatedAlerts": 0, "receiver": "firstlook",
        "status": if firing { "firing" } else { "resolved" },
        "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am:9093",
        "alerts": alerts,
    })
    .to_string()
}

/// An alert that fires since a minute.
pub fn alert(labels: &[(&str, &str)], summary: &str) -> Value {
    let labels: std::collections::BTreeMap<&str, &str> = labels.iter().copied().collect();
    let starts = firstlook::clock::now() - chrono::TimeDelta::minutes(1);
    serde_json::json!({
        "status": "firing", "labels": labels, "annotations": {"summary": summary},
        "startsAt": starts, "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus:9090/graph",
    })
}

/// The same alert, ended now.
pub fn resolved(alert: &Value) -> Value {
    let mut alert = alert.clone();
    alert["status"] = "resolved".into();
    alert["endsAt"] = serde_json::json!(firstlook::clock::now());
    alert
}

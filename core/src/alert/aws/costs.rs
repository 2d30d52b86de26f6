//! Money: budgets that are exceeded, as text, and anomalies of costs. Neither ever says that it is over.

use serde_json::Value;

use super::event::Event;
use super::pick::{field, list, text, word};
use super::{Place, Reading, Status};

/// AWS Budgets' text.
pub fn budget(said: &str, here: &Place) -> Option<Vec<Reading>> {
    if !said.trim_start().starts_with("AWS Budget Notification") {
        return None;
    }
    let name = field(said, "Budget Name")?;
    let of = |key: &str| field(said, key).unwrap_or_default();
    let (kind, threshold, limit) = (of("Alert Type"), of("Alert Threshold"), of("Budgeted Amount"));
    let amount =
        ["ACTUAL Amount", "FORECASTED Amount"].iter().find_map(|key| field(said, key)).unwrap_or_default();
    let account =
        said.lines().find_map(|line| line.trim().strip_prefix("AWS Account ")).unwrap_or_default().trim();
    let account = if account.bytes().all(|c| c.is_ascii_digit()) { account } else { "" };
    let mut summary = format!("Budget {name}");
    for (before, value) in [(": ", &amount), (" against the threshold ", &threshold), (" of ", &limit)] {
        if !value.is_empty() {
            summary += &format!("{before}{value}");
        }
    }
    if !kind.is_empty() {
        summary += &format!(" ({})", kind.to_lowercase());
    }
    let reading = here
        .of("aws.budgets", account, "")
        .reading("budget", &[&name, &kind, &threshold], Status::Fires)
        .called(&format!("AWS Budgets: {name}"), &summary)
        .label("resource", &name)
        .label("budget_type", &of("Budget Type"))
        .label("alert_type", &kind)
        .note("description", said.trim());
    Some(vec![reading])
}

/// Cost Anomaly Detection, as it publishes it.
pub fn anomaly(json: &Value, here: &Place) -> Option<Vec<Reading>> {
    Some(vec![found(json, &here.of("aws.ce", &text(json, "/accountId"), ""))?])
}

/// The same by EventBridge.
pub fn anomaly_event(event: &Event<'_>) -> Option<Vec<Reading>> {
    if event.kind != "Anomaly Detected" {
        return None;
    }
    let place = event.place.of("aws.ce", &text(event.detail, "/accountId"), "");
    Some(vec![found(event.detail, &place)?.since(event.at)])
}

fn found(said: &Value, place: &Place) -> Option<Reading> {
    let id = word(said, "/anomalyId")?;
    said.get("impact").filter(|impact| impact.is_object())?;
    let about = match text(said, "/dimensionalValue") {
        about if about.is_empty() => text(said, "/monitorName"),
        about => about,
    };
    let (more, usual) = (text(said, "/impact/totalImpact"), text(said, "/impact/totalExpectedSpend"));
    let mut summary =
        format!("Costs of {} are out of the ordinary", if about.is_empty() { "AWS" } else { &about });
    if !more.is_empty() {
        summary += &format!(": {more} more than expected");
        if !usual.is_empty() {
            summary += &format!(" ({usual})");
        }
    }
    let causes = list(said, "/rootCauses").iter().take(10).map(|one| {
        let parts = ["/service", "/region", "/linkedAccount", "/usageType"].map(|at| text(one, at));
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    });
    let causes: Vec<String> = causes.filter(|cause| !cause.is_empty()).collect();
    let service = list(said, "/rootCauses").first().map(|one| text(one, "/service")).unwrap_or_default();
    let reading = place
        .reading("anomaly", &[&id], Status::Fires)
        .called(&format!("Cost anomaly: {}", if about.is_empty() { &id } else { &about }), &summary)
        .label("resource", &about)
        .label("aws_service", &service)
        .label("monitor", &text(said, "/monitorName"))
        .note("description", &causes.join("\n"))
        .at_console(&text(said, "/anomalyDetailsLink"));
    Some(reading)
}

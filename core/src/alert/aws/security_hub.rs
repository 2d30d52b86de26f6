//! Security Hub's findings: one event may carry several, each with its own state.

use serde_json::Value;

use super::event::Event;
use super::pick::{list, some_of, text, word};
use super::time::time;
use super::{Reading, Status};
use crate::alert::Severity;

/// The findings of an event; one that cannot be read leaves the whole event to its text.
pub fn read(event: &Event<'_>) -> Option<Vec<Reading>> {
    if !event.kind.starts_with("Security Hub Findings - ") {
        return None;
    }
    let findings = list(event.detail, "/findings");
    if findings.is_empty() {
        return None;
    }
    findings.iter().map(|one| finding(event, one)).collect()
}

fn finding(event: &Event<'_>, one: &Value) -> Option<Reading> {
    let (id, title) = (word(one, "/Id")?, word(one, "/Title")?);
    let place = event.place.of(&event.place.source, &text(one, "/AwsAccountId"), &text(one, "/Region"));
    let resources: Vec<String> = list(one, "/Resources").iter().filter_map(|one| word(one, "/Id")).collect();
    let label = text(one, "/Severity/Label");
    let reading = place
        .reading("finding", &[&id], if over(one) { Status::Over } else { Status::Fires })
        .called(&format!("Security Hub: {title}"), &summary(&title, &resources))
        .label("resource", resources.first().map_or("", String::as_str))
        .label("product", &text(one, "/ProductName"))
        .label("aws_severity", &label)
        .note("description", &text(one, "/Description"))
        .note("remediation", &text(one, "/Remediation/Recommendation/Text"))
        .severe(severity(&label))
        .since(time(&text(one, "/UpdatedAt")).or(event.at));
    Some(reading)
}

/// Somebody has resolved or suppressed it, it is archived, or the check passes now.
pub(crate) fn over(one: &Value) -> bool {
    matches!(text(one, "/Workflow/Status").as_str(), "RESOLVED" | "SUPPRESSED")
        || text(one, "/RecordState") == "ARCHIVED"
        || text(one, "/Compliance/Status") == "PASSED"
}

fn summary(title: &str, resources: &[String]) -> String {
    match resources {
        [] => title.to_owned(),
        some => format!("{title}: {}", some_of(some, 2)),
    }
}

fn severity(label: &str) -> Option<Severity> {
    match label {
        "CRITICAL" => Some(Severity::Critical),
        "HIGH" | "MEDIUM" => Some(Severity::Warning),
        "LOW" | "INFORMATIONAL" => Some(Severity::Info),
        _ => None,
    }
}

//! GuardDuty's findings: each keeps its id however often it is updated.

use serde_json::Value;

use super::event::Event;
use super::pick::{first, text, word};
use super::{Reading, Status};
use crate::alert::Severity;

/// Where a finding names what it is about, the more telling first.
pub(crate) const RESOURCES: [&str; 9] = [
    "/resource/instanceDetails/instanceId",
    "/resource/eksClusterDetails/name",
    "/resource/ecsClusterDetails/name",
    "/resource/lambdaDetails/functionName",
    "/resource/rdsDbInstanceDetails/dbInstanceIdentifier",
    "/resource/s3BucketDetails/0/name",
    "/resource/containerDetails/name",
    "/resource/accessKeyDetails/userName",
    "/resource/resourceType",
];

/// One finding.
pub fn read(event: &Event<'_>) -> Option<Vec<Reading>> {
    if event.kind != "GuardDuty Finding" {
        return None;
    }
    let detail = event.detail;
    let (id, kind) = (word(detail, "/id")?, word(detail, "/type")?);
    let place = event.place.of(&event.place.source, &text(detail, "/accountId"), &text(detail, "/region"));
    let archived = detail.pointer("/service/archived").and_then(Value::as_bool).unwrap_or(false);
    let status = if archived { Status::Over } else { Status::Fires };
    let title = match text(detail, "/title") {
        title if title.is_empty() => kind.clone(),
        title => title,
    };
    let reading = place
        .reading("finding", &[&id], status)
        .called(&format!("GuardDuty: {kind}"), &title)
        .label("finding_type", &kind)
        .label("resource", &first(detail, &RESOURCES))
        .label("aws_severity", &text(detail, "/severity"))
        .note("description", &text(detail, "/description"))
        .severe(detail.get("severity").and_then(Value::as_f64).map(severity))
        .since(event.at);
    Some(vec![reading])
}

/// GuardDuty's numbers: high from 7, medium from 4.
fn severity(number: f64) -> Severity {
    match number {
        high if high >= 7.0 => Severity::Critical,
        medium if medium >= 4.0 => Severity::Warning,
        _ => Severity::Info,
    }
}

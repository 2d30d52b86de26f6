//! CodeDeploy's triggers and CodePipeline's manual approvals, which come without EventBridge.

use serde_json::Value;

use super::machines::{ACTION, DEPLOYMENT};
use super::pick::{text, word};
use super::states;
use super::{Place, Reading, Status};
use crate::alert::Severity;

/// A trigger of CodeDeploy: the same deployment group as by EventBridge.
pub fn classic(json: &Value, here: &Place) -> Option<Vec<Reading>> {
    let who = [word(json, "/applicationName")?, word(json, "/deploymentGroupName")?];
    let (state, id) = (word(json, "/status")?, word(json, "/deploymentId")?);
    let place = here.of("aws.codedeploy", &text(json, "/accountId"), &text(json, "/region"));
    // JSON in a string.
    let why: Value = serde_json::from_str(&text(json, "/errorInformation")).unwrap_or_default();
    let reading = states::reading(DEPLOYMENT, &place, &who, (&state, &text(&why, "/ErrorMessage")), None)?;
    Some(vec![reading.note("deployment", &id).note("description", &text(&why, "/ErrorCode"))])
}

/// A manual approval that waits for somebody. Its token, with which anybody approves, is not read; the action's end by
/// EventBridge ends it.
pub fn approval(json: &Value, here: &Place) -> Option<Vec<Reading>> {
    let approval = json.get("approval")?;
    let part = |at: &str| word(approval, at);
    let who = [part("/pipelineName")?, part("/stageName")?, part("/actionName")?];
    let place = here.of("aws.codepipeline", "", &text(json, "/region"));
    let mut reading = states::reading(ACTION, &place, &who, ("waiting", ""), None)?;
    let [pipeline, stage, action] = &who;
    reading.status = Status::Fires;
    reading.severity = Some(Severity::Info);
    let summary = format!("CodePipeline {pipeline} waits for an approval: {stage} / {action}");
    let name = format!("CodePipeline: {pipeline}");
    let reading = reading
        .called(&name, &summary)
        .note("description", &text(approval, "/customData"))
        .note("expires", &text(approval, "/expires"))
        .at_console(&text(json, "/consoleLink"));
    Some(vec![reading])
}

//! EC2 Auto Scaling: instances that could not be launched or terminated, and those that could.

use serde_json::Value;

use super::event::Event;
use super::pick::{first, of_arn, text, word};
use super::time::time;
use super::{Place, Reading, Status};

const SOURCE: &str = "aws.autoscaling";

/// As an Auto Scaling group publishes it.
pub fn classic(json: &Value, here: &Place) -> Option<Vec<Reading>> {
    let event = word(json, "/Event")?;
    let event = event.strip_prefix("autoscaling:")?;
    let arn = text(json, "/AutoScalingGroupARN");
    let place = here.of(SOURCE, &first(json, &["/AccountId"]), of_arn(&arn, 3));
    let (what, failed) = match event {
        "EC2_INSTANCE_LAUNCH" => ("launch", false),
        "EC2_INSTANCE_LAUNCH_ERROR" => ("launch", true),
        "EC2_INSTANCE_TERMINATE" => ("terminate", false),
        "EC2_INSTANCE_TERMINATE_ERROR" => ("terminate", true),
        "TEST_NOTIFICATION" => {
            let group = word(json, "/AutoScalingGroupName")?;
            let status = Status::Informs("Auto Scaling tries whether its notifications arrive".to_owned());
            let name = format!("Auto Scaling: {group}");
            return Some(vec![place.reading("test", &[&group], status).called(&name, &name)]);
        }
        _ => return None,
    };
    let at = time(&first(json, &["/EndTime", "/Time"]));
    Some(vec![reading(json, &place, what, failed)?.since(at)])
}

/// As EventBridge sends it.
pub fn from_event(event: &Event<'_>) -> Option<Vec<Reading>> {
    let (what, failed) = match event.kind.as_str() {
        "EC2 Instance Launch Successful" => ("launch", false),
        "EC2 Instance Launch Unsuccessful" => ("launch", true),
        "EC2 Instance Terminate Successful" => ("terminate", false),
        "EC2 Instance Terminate Unsuccessful" => ("terminate", true),
        _ => return None,
    };
    Some(vec![reading(event.detail, &event.place, what, failed)?.since(event.at)])
}

fn reading(said: &Value, place: &Place, what: &str, failed: bool) -> Option<Reading> {
    let group = word(said, "/AutoScalingGroupName")?;
    let why = first(said, &["/StatusMessage", "/Description"]);
    let (status, summary) = match (failed, why.as_str()) {
        (true, "") => (Status::Fires, format!("Auto Scaling group {group} could not {what} an instance")),
        (true, why) => {
            (Status::Fires, format!("Auto Scaling group {group} could not {what} an instance: {why}"))
        }
        (false, _) => (Status::Over, format!("Auto Scaling group {group} could {what} an instance again")),
    };
    let reading = place
        .reading(what, &[&group], status)
        .called(&format!("Auto Scaling: {group}"), &summary)
        .label("resource", &group)
        .label("autoscaling_group", &group)
        .note("instance", &text(said, "/EC2InstanceId"))
        .note("description", &text(said, "/Cause"));
    let instance = text(said, "/EC2InstanceId");
    let instance = if instance.is_empty() { "an instance" } else { &instance };
    let done = if what == "launch" { "launched" } else { "terminated" };
    // What could not be launched has changed nothing.
    Some(match failed {
        true => reading,
        false => reading.with_change(&format!("Auto Scaling group {group} {done} {instance}")),
    })
}

//! What services publish that tells of a change, body by body: what was changed, by what, and under which name.

use super::*;

/// A line for each change: its file, sentence, origin and time, and its event where that has a name.
const CHANGED: &str = r"
alarm-deleted.json: CloudWatch alarm api: 5xx: the alarm was deleted, so it will never say that it is OK | aws.cloudwatch | 07:59:30 | event
alarm-updated.json: CloudWatch alarm api: 5xx: its configuration was changed (update) | aws.cloudwatch | 07:59:30 | event
api-call.json: bob@example.com (role Admin) called lambda UpdateFunctionConfiguration20150331v2 | lambda.amazonaws.com | 07:59:10 | event
auto-scaling-launch.json: Auto Scaling group web launched i-0eee | aws.autoscaling | 07:59:40 | -
beanstalk-deploy-failed.txt: shop-prod: Failed to deploy application. | aws.elasticbeanstalk | 07:59:31 | -
beanstalk-deployed.txt: shop-prod: New application version was deployed to running EC2 instances. | aws.elasticbeanstalk | 07:59:31 | -
cloudformation-rolled-back.json: CloudFormation stack stack/shop/1a2b is UPDATE_ROLLBACK_COMPLETE | aws.cloudformation | 07:59:30 | event
cloudformation-updated.json: CloudFormation stack stack/shop/1a2b is UPDATE_COMPLETE | aws.cloudformation | 07:59:30 | event
codedeploy-event-stopped.json: CodeDeploy deployment shop / prod is STOP | aws.codedeploy | 07:59:30 | event
codedeploy-event-succeeded.json: CodeDeploy deployment shop / prod is SUCCESS | aws.codedeploy | 07:59:30 | event
codedeploy-failed.json: CodeDeploy deployment shop / prod is FAILED: Too few instances are healthy. | aws.codedeploy | 08:00:00 | -
codepipeline-deploy-action.json: CodePipeline action deploy-web / Prod / Deploy is SUCCEEDED | aws.codepipeline | 07:59:30 | event
codepipeline-failed.json: CodePipeline pipeline deploy-web is FAILED: The artifact is not there. | aws.codepipeline | 07:59:30 | event
codepipeline-stage-failed.json: CodePipeline stage deploy-web / Prod is FAILED | aws.codepipeline | 07:59:30 | event
codepipeline-started.json: CodePipeline pipeline deploy-web is STARTED | aws.codepipeline | 07:59:30 | event
codepipeline-succeeded.json: CodePipeline pipeline deploy-web is SUCCEEDED | aws.codepipeline | 07:59:30 | event
ecs-deployment-completed.json: ECS deployment service/prod/web is SERVICE_DEPLOYMENT_COMPLETED: ECS deployment ecs-svc/2 completed. | aws.ecs | 07:59:30 | event
ecs-deployment-failed.json: ECS deployment service/prod/web is SERVICE_DEPLOYMENT_FAILED: The circuit breaker ended it: tasks failed to start. | aws.ecs | 07:59:30 | event
";

fn folder() -> String {
    format!("{}/tests/samples/sns/services", env!("CARGO_MANIFEST_DIR"))
}

fn sample(name: &str) -> Notification {
    read(&std::fs::read_to_string(format!("{}/{name}", folder())).unwrap())
}

#[test]
fn every_sample_that_tells_of_a_change_is_one_and_no_other_is() {
    let files =
        std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let line = |name: String| {
        let changes = sample(&name).changes;
        assert!(changes.len() < 2, "{name}: {changes:?}");
        let event = &changes.first()?.event;
        let named = if event.event.is_some() { "event" } else { "-" };
        Some(format!(
            "{name}: {} | {} | {} | {named}",
            event.summary,
            event.origin,
            event.at.format("%H:%M:%S")
        ))
    };
    let mut changed: Vec<String> = files.filter_map(line).collect();
    changed.sort();
    let wanted: Vec<&str> = CHANGED.trim().lines().collect();
    for (changed, wanted) in changed.iter().zip(&wanted) {
        assert_eq!(changed, wanted);
    }
    assert_eq!(changed.len(), wanted.len(), "{changed:#?}");
}

#[test]
fn a_call_is_known_by_its_own_name_and_its_parameters_are_not_read() {
    let changed = sample("api-call.json").changes.remove(0);
    assert_eq!(changed.event.event.as_deref(), Some("b3dfe8a5-1111-4222-8333-44445555aaaa"));
    let details: Vec<String> =
        changed.event.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(details, ["on=pay", "with=the command line"]);
    assert_eq!(changed.labels.get("resource"), "pay");
    assert!(!format!("{:?}", sample("api-call.json")).contains("hunter2"));
}

#[test]
fn hostile_texts_make_a_change_that_can_be_kept() {
    let long = "x".repeat(400);
    let event = serde_json::json!({
        "id": format!("{long}"), "detail-type": "CodePipeline Pipeline Execution State Change",
        "source": "aws.codepipeline", "account": "1\u{0}2", "region": "eu-west-1", "time": "2099-01-01T00:00:00Z",
        "detail": {"pipeline": format!("a\u{0}b{long}"), "state": "STARTED\u{1b}[31m"},
    });
    let changed = read(&event.to_string()).changes.remove(0);
    assert_eq!(changed.event.at, at("2026-11-20T08:00:00Z"), "nothing was published before it happened");
    let all = format!("{}{:?}", changed.event.summary, changed.labels);
    assert!(!all.contains('\0') && !all.contains('\u{1b}'), "{all:?}");
    assert_eq!(changed.event.event.unwrap().chars().count(), 200);
}

//! What other services publish, body by body: who it is about, what is said of it, and how bad it is.

use firstlook_core::alert::{LabelRule, map_labels};

use super::*;

/// A line for each alert: its file, status, severity where the sender implies one, name, identity and time. `@` is the
/// account and region of the message, `topic` those of the topic.
const TOLD: &str = r"
alarm-deleted.json: noted arn:aws:cloudwatch:eu-west-1:123456789012:alarm:api: 5xx
alarm-deleted.json: resolved - api: 5xx | arn:aws:cloudwatch:eu-west-1:123456789012:alarm:api: 5xx | 07:59:30
alarm-updated.json: noted arn:aws:cloudwatch:eu-west-1:123456789012:alarm:api: 5xx
api-call-routine.json: noted aws.sts/@/call/sts/AssumeRole/pay
api-call.json: noted aws.lambda/@/call/lambda/UpdateFunctionConfiguration20150331v2/pay
auto-scaling-event.json: firing - Auto Scaling: web | aws.autoscaling/@/launch/web | 07:59:30
auto-scaling-launch-error.json: firing - Auto Scaling: web | aws.autoscaling/@/launch/web | 07:59:10
auto-scaling-launch.json: resolved - Auto Scaling: web | aws.autoscaling/@/launch/web | 07:59:40
auto-scaling-terminate-error.json: firing - Auto Scaling: web | aws.autoscaling/@/terminate/web | 07:59:10
auto-scaling-test.json: noted aws.autoscaling/@/test/web
backup-completed.txt: resolved - AWS Backup: db:main | aws.backup/@/backup/arn:aws:rds:eu-west-1:123456789012:db:main | 08:00:00
backup-event-completed.json: resolved - AWS Backup: db:main | aws.backup/@/backup/arn:aws:rds:eu-west-1:123456789012:db:main | 07:59:30
backup-event-copy-failed.json: firing - AWS Backup: db:main | aws.backup/@/copy/arn:aws:rds:eu-west-1:123456789012:db:main | 07:59:30
backup-event-failed.json: firing - AWS Backup: db:main | aws.backup/@/backup/arn:aws:rds:eu-west-1:123456789012:db:main | 07:59:30
backup-event-restore-failed.json: firing - AWS Backup: r1 | aws.backup/@/restore/r1 | 07:59:30
backup-event-running.json: noted aws.backup/@/backup/arn:aws:rds:eu-west-1:123456789012:db:main
backup-failed.txt: firing - AWS Backup: db:main | aws.backup/@/backup/arn:aws:rds:eu-west-1:123456789012:db:main | 08:00:00
beanstalk-degraded.txt: firing warning Elastic Beanstalk: shop-prod | aws.elasticbeanstalk/topic/environment/shop/shop-prod/health | 07:59:31
beanstalk-deploy-failed.txt: firing - Elastic Beanstalk: shop-prod | aws.elasticbeanstalk/topic/environment/shop/shop-prod/Failed to deploy application. | 07:59:31
beanstalk-deployed.txt: noted aws.elasticbeanstalk/topic/environment/shop/shop-prod/New application version was deployed to running EC2 instances.
beanstalk-info.txt: noted aws.elasticbeanstalk/topic/environment/shop/shop-prod/health
beanstalk-ok.txt: resolved - Elastic Beanstalk: shop-prod | aws.elasticbeanstalk/topic/environment/shop/shop-prod/health | 07:59:31
beanstalk-red.txt: firing critical Elastic Beanstalk: shop-prod | aws.elasticbeanstalk/topic/environment/shop/shop-prod/health | 07:59:31
beanstalk-severe.txt: firing critical Elastic Beanstalk: shop-prod | aws.elasticbeanstalk/topic/environment/shop/shop-prod/health | 07:59:31
budget.txt: firing - AWS Budgets: everything per month | aws.budgets/topic/budget/everything per month/ACTUAL/> $800.00 | 08:00:00
cloudformation-rolled-back.json: firing - CloudFormation: stack/shop/1a2b | aws.cloudformation/@/stack/arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1a2b | 07:59:30
cloudformation-updated.json: resolved - CloudFormation: stack/shop/1a2b | aws.cloudformation/@/stack/arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1a2b | 07:59:30
codebuild-failed.json: firing - CodeBuild: web | aws.codebuild/@/build/web | 07:59:30
codebuild-phase.json: firing - CodeBuild: web | aws.codebuild/@/phase/web/BUILD | 07:59:30
codebuild-succeeded.json: resolved - CodeBuild: web | aws.codebuild/@/build/web | 07:59:30
codedeploy-event-stopped.json: firing - CodeDeploy: shop prod | aws.codedeploy/@/deployment/shop/prod | 07:59:30
codedeploy-event-succeeded.json: resolved - CodeDeploy: shop prod | aws.codedeploy/@/deployment/shop/prod | 07:59:30
codedeploy-failed.json: firing - CodeDeploy: shop prod | aws.codedeploy/@/deployment/shop/prod | 08:00:00
codedeploy-instance-failed.json: firing - CodeDeploy: shop prod | aws.codedeploy/@/instance/shop/prod/i-0fff | 07:59:30
codepipeline-action-failed.json: firing - CodePipeline: deploy-web | aws.codepipeline/@/action/deploy-web/Prod/Approve | 07:59:30
codepipeline-approval.json: firing info CodePipeline: deploy-web | aws.codepipeline/@/action/deploy-web/Prod/Approve | 08:00:00
codepipeline-deploy-action.json: resolved - CodePipeline: deploy-web | aws.codepipeline/@/action/deploy-web/Prod/Deploy | 07:59:30
codepipeline-failed.json: firing - CodePipeline: deploy-web | aws.codepipeline/@/pipeline/deploy-web | 07:59:30
codepipeline-stage-failed.json: firing - CodePipeline: deploy-web | aws.codepipeline/@/stage/deploy-web/Prod | 07:59:30
codepipeline-started.json: noted aws.codepipeline/@/pipeline/deploy-web
codepipeline-succeeded.json: resolved - CodePipeline: deploy-web | aws.codepipeline/@/pipeline/deploy-web | 07:59:30
cost-anomaly-event.json: firing - Cost anomaly: Amazon DynamoDB | aws.ce/@/anomaly/an1 | 07:59:30
cost-anomaly.json: firing - Cost anomaly: Amazon DynamoDB | aws.ce/topic/anomaly/an1 | 08:00:00
dms-event.json: firing - DMS: ORDERS1 | aws.dms/@/event/ORDERS1/DMS-EVENT-0078 | 07:59:30
dms-failed.json: firing - DMS: orders | aws.dms/topic/event/orders/DMS-EVENT-0078 | 07:58:11
ec2-running.json: resolved - EC2: i-0abc | aws.ec2/@/instance/i-0abc | 07:59:30
ec2-stopped.json: firing - EC2: i-0abc | aws.ec2/@/instance/i-0abc | 07:59:30
ecs-deployment-completed.json: resolved - ECS: service/prod/web | aws.ecs/@/deployment/arn:aws:ecs:eu-west-1:123456789012:service/prod/web | 07:59:30
ecs-deployment-failed.json: firing - ECS: service/prod/web | aws.ecs/@/deployment/arn:aws:ecs:eu-west-1:123456789012:service/prod/web | 07:59:30
ecs-placement-failure.json: firing - ECS: service/prod/web | aws.ecs/@/service/arn:aws:ecs:eu-west-1:123456789012:service/prod/web | 07:59:30
ecs-service-steady.json: resolved - ECS: service/prod/web | aws.ecs/@/service/arn:aws:ecs:eu-west-1:123456789012:service/prod/web | 07:59:30
elasticache-failover.json: firing - ElastiCache: sessions | aws.elasticache/topic/cluster/sessions/FailoverComplete | 08:00:00
elasticache-replace-started.json: firing - ElastiCache: sessions-001 | aws.elasticache/topic/cluster/sessions-001/CacheNodeReplace | 08:00:00
elasticache-scheduled.json: noted aws.elasticache/topic/cluster/sessions-001/NodeReplacementScheduled
elasticache-snapshot-complete.json: resolved - ElastiCache: sessions-001 | aws.elasticache/topic/cluster/sessions-001/Snapshot | 08:00:00
elasticache-snapshot-failed.json: firing - ElastiCache: sessions-001 | aws.elasticache/topic/cluster/sessions-001/Snapshot | 08:00:00
glue-crawler-failed.json: firing - Glue: landing | aws.glue/@/crawler/landing | 07:59:30
glue-failed.json: firing - Glue: orders | aws.glue/@/job/orders | 07:59:30
glue-succeeded.json: resolved - Glue: orders | aws.glue/@/job/orders | 07:59:30
glue-timeout.json: firing - Glue: orders | aws.glue/@/job/orders | 07:59:30
guardduty-archived.json: resolved critical GuardDuty: UnauthorizedAccess:EC2/SSHBruteForce | aws.guardduty/@/finding/16afba5c5c43e07c9e3e5e2e544e95df | 07:59:30
guardduty-high.json: firing critical GuardDuty: UnauthorizedAccess:EC2/SSHBruteForce | aws.guardduty/@/finding/16afba5c5c43e07c9e3e5e2e544e95df | 07:59:30
guardduty-low.json: firing info GuardDuty: UnauthorizedAccess:EC2/SSHBruteForce | aws.guardduty/@/finding/b3 | 07:59:30
guardduty-medium.json: firing warning GuardDuty: Recon:IAMUser/UserPermissions | aws.guardduty/@/finding/b2 | 07:59:30
health-investigation.json: firing warning AWS Health: AWS_EC2_OPERATIONAL_ISSUE | aws.health/210987654321/eu-west-1/event/arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae2 | 07:30:00
health-issue-closed.json: resolved warning AWS Health: AWS_EC2_OPERATIONAL_ISSUE | aws.health/210987654321/eu-west-1/event/arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae | 07:55:00
health-issue-ended.json: resolved warning AWS Health: AWS_EC2_OPERATIONAL_ISSUE | aws.health/210987654321/eu-west-1/event/arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae | 07:50:00
health-issue.json: firing warning AWS Health: AWS_EC2_OPERATIONAL_ISSUE | aws.health/210987654321/eu-west-1/event/arn:aws:health:eu-west-1::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_7f35c8ae | 07:30:00
health-notice.json: firing info AWS Health: AWS_ACM_RENEWAL_STATE_CHANGE | aws.health/@/event/arn:aws:health:eu-west-1::event/ACM/AWS_ACM_RENEWAL_STATE_CHANGE/n1 | 07:00:00
health-scheduled.json: firing info AWS Health: AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED | aws.health/@/event/arn:aws:health:eu-west-1::event/EC2/AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED/x1 | 07:59:30
lacks-budget.txt: firing - AWS Budget Notification | its text | 08:00:00
lacks-finding-id.json: firing - Security Hub Findings - Imported | its text | 08:00:00
lacks-health-arn.json: firing - AWS Health Event | its text | 08:00:00
lacks-resource.txt: firing - An AWS Backup job failed. BackupJob ID : 1b2345b2 | its text | 08:00:00
lacks-source.json: firing - DB instance restarted | its text | 08:00:00
lacks-state.json: firing - Glue Job State Change | its text | 08:00:00
rds-event-backup.json: noted aws.rds/@/event/main/RDS-EVENT-0001
rds-event-failover.json: firing - RDS: main | aws.rds/@/event/main/RDS-EVENT-0013 | 07:59:30
rds-old.json: firing - RDS: old | aws.rds/topic/event/old/RDS-EVENT-0089 | 07:58:11
rds-restarted.json: resolved - RDS: main | aws.rds/@/event/main/RDS-EVENT-0004 | 07:59:11
rds-shutdown.json: firing - RDS: main | aws.rds/@/event/main/RDS-EVENT-0004 | 07:58:11
rds-storage.json: firing - RDS: main | aws.rds/@/event/main/RDS-EVENT-0089 | 07:58:11
security-hub-several.json: firing critical Security Hub: S3.8 Buckets block public access | aws.securityhub/@/finding/arn:aws:securityhub:eu-west-1:123456789012:finding/a | 07:58:00
security-hub-several.json: firing warning Security Hub: S3.8 Buckets block public access | aws.securityhub/@/finding/arn:aws:securityhub:eu-west-1:123456789012:finding/b | 07:58:00
security-hub-several.json: resolved critical Security Hub: S3.8 Buckets block public access | aws.securityhub/@/finding/arn:aws:securityhub:eu-west-1:123456789012:finding/c | 07:58:00
security-hub-several.json: resolved critical Security Hub: S3.8 Buckets block public access | aws.securityhub/@/finding/arn:aws:securityhub:eu-west-1:123456789012:finding/d | 07:58:00
security-hub-several.json: resolved critical Security Hub: S3.8 Buckets block public access | aws.securityhub/@/finding/arn:aws:securityhub:eu-west-1:123456789012:finding/e | 07:58:00
security-hub-several.json: resolved info Security Hub: S3.8 Buckets block public access | aws.securityhub/@/finding/arn:aws:securityhub:eu-west-1:123456789012:finding/f | 07:58:00
step-functions-timed-out.json: firing - Step Functions: stateMachine:Order | aws.states/@/state machine/arn:aws:states:eu-west-1:123456789012:stateMachine:Order | 07:59:30
unknown-event.json: firing - ECS Task State Change | its text | 08:00:00
";

fn folder() -> String {
    format!("{}/tests/samples/sns/services", env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    std::fs::read_to_string(format!("{}/{name}", folder())).unwrap()
}

fn sample(name: &str) -> AlertMessage {
    let said = read(&text(name));
    assert!(said.aside.is_empty() && said.alerts.len() == 1, "{name}: {said:?}");
    said.alerts.into_iter().next().unwrap().unwrap()
}

/// What a sample becomes, as in [`TOLD`].
fn told(name: &str) -> Vec<String> {
    let said = read(&text(name));
    let place = |identity: &str| {
        let place =
            identity.replace("123456789012/eu-west-1/", "@/").replace("123456789012/eu-south-1/", "topic/");
        let hash = place.len() == 16 && place.bytes().all(|c| c.is_ascii_hexdigit());
        if hash { "its text".to_owned() } else { place }
    };
    let alerts = said.alerts.iter().map(|alert| {
        let alert = alert.as_ref().unwrap();
        let severity = if label(alert, "severity").is_empty() { "-" } else { label(alert, "severity") };
        let (status, name_of, at) =
            (alert.status.as_str(), label(alert, "alertname"), alert.starts_at.format("%H:%M:%S"));
        format!("{name}: {status} {severity} {name_of} | {} | {at}", place(&alert.id.fingerprint))
    });
    let aside = said.aside.iter();
    alerts
        .chain(aside.map(|one| format!("{name}: {} {}", one.action.as_str(), place(&one.alert.fingerprint))))
        .collect()
}

#[test]
fn every_sample_is_read_as_the_table_says() {
    let files =
        std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut read: Vec<String> = files.flat_map(|name| told(&name)).collect();
    read.sort();
    let wanted: Vec<&str> = TOLD.trim().lines().collect();
    for (read, wanted) in read.iter().zip(&wanted) {
        assert_eq!(read, wanted);
    }
    assert_eq!(read.len(), wanted.len());
}

#[test]
fn a_sentence_says_what_happened() {
    for (name, said) in [
        (
            "auto-scaling-launch-error.json",
            "Auto Scaling group web could not launch an instance: No capacity in this zone.",
        ),
        ("auto-scaling-launch.json", "Auto Scaling group web could launch an instance again"),
        ("backup-event-failed.json", "AWS Backup backup db:main is FAILED: The key may not be used."),
        (
            "budget.txt",
            "Budget everything per month: $871.20 against the threshold > $800.00 of $1,000.00 (actual)",
        ),
        (
            "codedeploy-failed.json",
            "CodeDeploy deployment shop / prod is FAILED: Too few instances are healthy.",
        ),
        (
            "codepipeline-failed.json",
            "CodePipeline pipeline deploy-web is FAILED: The artifact is not there.",
        ),
        ("codepipeline-approval.json", "CodePipeline deploy-web waits for an approval: Prod / Approve"),
        ("cost-anomaly.json", "Costs of Amazon DynamoDB are out of the ordinary: 80 more than expected (60)"),
        ("guardduty-high.json", "Somebody guesses passwords of i-0ddd by SSH."),
        ("health-issue.json", "AWS Health, issue: AWS_EC2_OPERATIONAL_ISSUE of i-0aaa, i-0bbb"),
        (
            "health-scheduled.json",
            "AWS Health, scheduled change: AWS_EC2_PERSISTENT_INSTANCE_RETIREMENT_SCHEDULED of i-0ccc",
        ),
        ("rds-storage.json", "RDS main: The free storage capacity is low"),
    ] {
        assert_eq!(summary(&sample(name)), said, "{name}");
    }
    for (name, reason) in [
        ("codepipeline-started.json", "CodePipeline: deploy-web: its state is STARTED"),
        ("alarm-deleted.json", "api: 5xx: the alarm was deleted, so it will never say that it is OK"),
        ("alarm-updated.json", "api: 5xx: its configuration was changed (update)"),
    ] {
        assert_eq!(read(&text(name)).aside[0].reason, reason);
    }
    assert_eq!(
        sample("health-issue.json").annotations.get("description"),
        "We look into slow launches in one zone."
    );
}

/// Labels of some samples.
const LABELS: &str = "
health-scheduled.json | event_source=aws.health aws_service=EC2 resource=i-0ccc event_category=scheduledChange
health-issue.json | account=210987654321 region=eu-west-1 resource=
guardduty-high.json | finding_type=UnauthorizedAccess:EC2/SSHBruteForce resource=i-0ddd aws_severity=8
guardduty-medium.json | resource=deploy aws_severity=5.3
rds-storage.json | account=123456789012 region=eu-west-1 event_id=RDS-EVENT-0089 event_source=aws.rds source_id=main
rds-old.json | account=123456789012 region=eu-south-1 resource=old
codepipeline-action-failed.json | pipeline=deploy-web stage=Prod action=Approve resource=deploy-web
codedeploy-failed.json | application=shop deployment_group=prod event_source=aws.codedeploy
ecs-deployment-failed.json | resource=arn:aws:ecs:eu-west-1:123456789012:service/prod/web event_source=aws.ecs
cost-anomaly.json | resource=Amazon_DynamoDB monitor=per_service
beanstalk-red.txt | environment=shop-prod application=shop event_source=aws.elasticbeanstalk
elasticache-failover.json | resource=sessions event=FailoverComplete
unknown-event.json | account=123456789012 region=eu-west-1 event_source=aws.ecs topic=alarms
";

#[test]
fn labels_are_of_one_vocabulary() {
    for line in LABELS.trim().lines() {
        let (name, labels) = line.split_once(" | ").unwrap();
        let alert = sample(name);
        for pair in labels.split(' ') {
            let (label, value) = pair.split_once('=').unwrap();
            assert_eq!(alert.labels.get(label).replace(' ', "_"), value, "{name}: {label}");
        }
    }
    let anomaly =
        "https://console.aws.amazon.com/cost-management/home#/anomaly-detection/monitors/m1/anomalies/an1";
    let database = "https://console.aws.amazon.com/rds/home?region=eu-west-1#dbinstance:id=old";
    for (name, link) in [
        ("cost-anomaly.json", Some(anomaly)),
        ("rds-old.json", Some(database)),
        ("codepipeline-failed.json", None),
    ] {
        assert_eq!(sample(name).generator_url.as_deref(), link, "{name}");
    }
}

/// Each with what ends it, whichever way either came.
#[test]
fn what_ends_something_is_the_end_of_that() {
    for (begins, ends) in [
        ("health-issue.json", "health-issue-closed.json"),
        ("health-issue.json", "health-issue-ended.json"),
        ("guardduty-high.json", "guardduty-archived.json"),
        ("rds-shutdown.json", "rds-restarted.json"),
        ("auto-scaling-launch-error.json", "auto-scaling-launch.json"),
        ("auto-scaling-event.json", "auto-scaling-launch.json"),
        ("codepipeline-failed.json", "codepipeline-succeeded.json"),
        ("codebuild-failed.json", "codebuild-succeeded.json"),
        ("codedeploy-failed.json", "codedeploy-event-succeeded.json"),
        ("codedeploy-event-stopped.json", "codedeploy-event-succeeded.json"),
        ("backup-failed.txt", "backup-event-completed.json"),
        ("backup-event-failed.json", "backup-completed.txt"),
        ("beanstalk-severe.txt", "beanstalk-ok.txt"),
        ("elasticache-snapshot-failed.json", "elasticache-snapshot-complete.json"),
        ("glue-timeout.json", "glue-succeeded.json"),
        ("ecs-placement-failure.json", "ecs-service-steady.json"),
        ("ec2-stopped.json", "ec2-running.json"),
    ] {
        let (begins, ends) = (sample(begins), sample(ends));
        assert_eq!(begins.id, ends.id);
        assert_eq!((begins.status, ends.status), (AlertStatus::Firing, AlertStatus::Resolved));
        assert_eq!(ends.ends_at, Some(ends.starts_at));
        assert!(begins.ordered && ends.ordered);
    }
    let (launch, terminate) =
        (sample("auto-scaling-launch.json"), sample("auto-scaling-terminate-error.json"));
    assert_ne!(launch.id, terminate.id, "a launch ends no failed termination");
}

#[test]
fn a_severity_goes_where_it_is_configured_and_a_rule_may_say_another() {
    let mut reading = Reading { severity_label: "prio".into(), ..reading() };
    let said = |reading: &Reading| {
        let body = text("security-hub-several.json");
        let said = Said::raw(body.as_bytes(), TopicArn::parse(TOPIC), at("2026-11-20T08:00:00Z"));
        notification(&said, "sns/aws", reading, None).alerts.swap_remove(1).unwrap()
    };
    let one = said(&reading);
    assert_eq!((label(&one, "prio"), label(&one, "severity")), ("warning", ""));
    reading.severity_label = "severity".into();
    let rule = LabelRule::new(Some("sns/aws"), "aws_severity", Some("HIGH"), "severity").unwrap();
    assert_eq!(map_labels(&[rule], "sns/aws", &said(&reading).labels).get("severity"), "HIGH");
}

#[test]
fn a_token_is_nowhere_in_what_is_read() {
    let alert = sample("codepipeline-approval.json");
    assert!(!format!("{alert:?}").contains("1a2b3c4d"), "{alert:?}");
    assert_eq!(alert.id, sample("codepipeline-action-failed.json").id, "the action's end ends it");
}

#[test]
fn what_lacks_its_parts_is_told_with_its_text() {
    let mut tried = 0;
    for file in std::fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let (body, Some(whole)) = (text(&name), told(&name).first().cloned()) else { continue };
        let Ok(mut json) = serde_json::from_str::<Value>(&body) else { continue };
        if whole.contains("its text") || json.get("detail").is_none() {
            continue;
        }
        json["detail"] = json!({});
        let said = read(&json.to_string());
        let alert = said.alerts.first().unwrap_or_else(|| panic!("{name}: {said:?}")).clone().unwrap();
        assert_eq!((alert.status, alert.id.fingerprint.len()), (AlertStatus::Firing, 16), "{name}");
        assert_eq!(alert.annotations.get("description"), json.to_string(), "{name}");
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn nothing_is_said_to_have_happened_after_it_was_published() {
    let mut ahead: Value = serde_json::from_str(&text("glue-failed.json")).unwrap();
    ahead["time"] = "2099-01-01T00:00:00Z".into();
    assert_eq!(one(&ahead).starts_at, at("2026-11-20T08:00:00Z"));
    ahead["time"] = "soon".into();
    assert_eq!(one(&ahead).starts_at, at("2026-11-20T08:00:00Z"));
    ahead["detail"]["state"] = "EXPLODED_WITH_ERROR".into();
    assert_eq!(one(&ahead).status, AlertStatus::Firing, "a new word that says so");
}

//! What cannot be asked, or not seen: it is said once, in words, and nothing changes.

use serde_json::json;

use super::{Asked, METRIC, ago, arn, timeline, told};
use crate::harness::{PATIENCE, command};
use crate::support::cloudwatch::CloudWatch;
use crate::support::plan::Behaviour;
use crate::support::sns::TOPIC;
use crate::support::wait::eventually;

/// What `check --online` prints, with these credentials.
pub(super) fn check(asked: &Asked, credentials: bool) -> String {
    let mut command = command(asked.firstlook().folder.path(), &["check", "--online"]);
    if credentials {
        command.envs(CloudWatch::credentials());
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[tokio::test]
async fn without_credentials_an_alarm_without_an_ok_action_goes_stale_and_says_why() {
    let asked = Asked::start(false, "").await;
    asked.world.alarm("[P1] endless", "ALARM", 60).await;
    let mut other = crate::support::sns::alarm("[P1] told", "ALARM", ago(1));
    other["OKActions"] = json!([TOPIC]);
    asked.world.post(&asked.world.sns.notification(None, &other.to_string())).await;
    asked.has_asked().await;
    asked.long_silence().await;
    let stale = eventually(PATIENCE, "it is stale", async || {
        let incident = asked.firstlook().incident(1).await;
        (incident["flags"] == json!(["stale"])).then_some(incident)
    })
    .await;
    let words = "its alarm has no OK action, so CloudWatch does not say when it is over, and nothing has confirmed it";
    assert!(timeline(&stale).contains(words), "{}", timeline(&stale));
    assert_eq!(stale["status"], "open");
    assert_eq!(
        asked.firstlook().incident(2).await["flags"],
        json!([]),
        "CloudWatch will say when that is over"
    );
    asked.ask().await;
    asked.ask().await;
    assert_eq!(asked.lines("there are no AWS credentials: CloudWatch is not asked"), 1);
    let soon =
        "SELECT count(*) FROM job WHERE key = 'resync/sns/aws' AND run_at < now() + interval '4 minutes'";
    assert_eq!((asked.firstlook().sql(soon).await, asked.cloudwatch.calls("DescribeAlarms")), (0, 0));
    let check = check(&asked, false);
    assert!(check.contains("no AWS credentials: CloudWatch is not asked what is in alarm"), "{check}");
    assert_eq!(asked.world.told().await, ["trigger", "trigger"]);
    asked.finish().await;
}

#[tokio::test]
async fn a_configured_time_holds_for_every_alarm_and_resync_false_asks_nobody() {
    let asked = Asked::start(true, ", resync: false, stale_after: 1h").await;
    let mut message = crate::support::sns::alarm("told", "ALARM", ago(1));
    message["OKActions"] = json!([TOPIC]);
    asked.world.post(&asked.world.sns.notification(None, &message.to_string())).await;
    asked.long_silence().await;
    let stale = asked.firstlook().until("it is stale", |one| one["flags"] == json!(["stale"])).await;
    assert!(timeline(&stale).contains("has said nothing of it for longer than `stale_after`"));
    assert!(asked.cloudwatch.server().requests().is_empty());
    asked.world.told().await;
    asked.finish().await;
}

#[tokio::test]
async fn what_is_not_allowed_is_said_once_with_the_permission_and_changes_nothing() {
    let asked = Asked::start(true, "").await;
    asked.world.alarm("[P1] edge", "ALARM", 3600).await;
    asked.cloudwatch.allow("DescribeAlarms", false);
    asked.cloudwatch.put(METRIC, &arn("[P1] edge"), "OK", ago(10), &told());
    asked.long_silence().await;
    asked.ask().await;
    asked.ask().await;
    let words = "CloudWatch cannot be asked what is in alarm, so that lost messages stay lost: AWS does not allow cloudwatch:DescribeAlarms";
    assert_eq!(asked.lines(words), 1);
    assert_eq!((asked.deliveries().await, asked.lines("that is over")), (1, 0));
    let said = check(&asked, true);
    assert!(said.contains("FAULT  sns/aws eu-west-1"), "{said}");
    assert!(said.contains("AWS does not allow cloudwatch:DescribeAlarms"), "{said}");
    asked.cloudwatch.allow("DescribeAlarms", true);
    let said = check(&asked, true);
    assert!(said.contains("cloudwatch:DescribeAlarms is allowed, for account 123456789012"), "{said}");

    // Of what may be muted unseen, nothing is raised.
    asked.cloudwatch.allow("ListAlarmMuteRules", false);
    asked.cloudwatch.put(METRIC, &arn("[P1] lost"), "ALARM", ago(10), &told());
    asked.ask().await;
    asked.firstlook().until("it is over", |one| one["status"] == "resolved").await;
    assert_eq!(
        (asked.lines("AWS does not allow cloudwatch:ListAlarmMuteRules"), asked.lines("that is over")),
        (1, 1)
    );
    assert_eq!(asked.world.told().await, ["trigger", "resolve"]);
    asked.finish().await;
}

#[tokio::test]
async fn who_is_slowed_down_or_left_without_an_answer_asks_again() {
    let asked = Asked::start(true, "").await;
    asked.has_asked().await;
    asked.world.alarm("[P1] edge", "ALARM", 3600).await;
    asked.cloudwatch.put(METRIC, &arn("[P1] edge"), "OK", ago(10), &told());
    asked.cloudwatch.forget_log_alarms();
    let plan = asked.cloudwatch.server().plan();
    plan.repeat(Behaviour::status(500));
    asked.long_silence().await;
    asked.ask().await;
    assert_eq!((asked.deliveries().await, asked.lines("AWS answers 500")), (1, 1));
    plan.heal();
    plan.then(Behaviour::status(400)).then(Behaviour::Hang);
    asked.ask().await;
    asked.firstlook().until("it is over", |one| one["status"] == "resolved").await;
    assert_eq!((plan.left(), asked.lines("that is over")), (0, 1));
    assert_eq!(asked.world.told().await, ["trigger", "resolve"]);
    asked.finish().await;
}

#[tokio::test]
async fn what_was_deleted_has_ended_and_what_may_only_be_hidden_stays() {
    let asked = Asked::start(true, "").await;
    for name in ["[P1] deleted", "[P1] composite", "[P1] foreign"] {
        let mut message = crate::support::sns::alarm(name, "ALARM", ago(60));
        if name.contains("composite") {
            message.as_object_mut().unwrap().remove("Trigger");
            message["AlarmRule"] = "ALARM(x)".into();
        }
        if name.contains("foreign") {
            message["AlarmArn"] = arn(name).replace("123456789012", "999999999999").into();
        }
        asked.world.post(&asked.world.sns.notification(None, &message.to_string())).await;
    }
    asked.long_silence().await;
    // Nothing is seen at all: whose alarms would be is not known.
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 3);
    // Of the same name, in the account that is seen.
    asked.cloudwatch.put(METRIC, &arn("[P1] foreign"), "OK", ago(10), &told());
    asked.long_silence().await;
    asked.ask().await;
    asked.ask().await;
    let status = async |number| asked.firstlook().incident(number).await["status"].clone();
    assert_eq!([status(1).await, status(2).await, status(3).await], ["resolved", "open", "open"]);
    let gone = asked.firstlook().incident(1).await;
    assert!(timeline(&gone).contains("found by asking CloudWatch in eu-west-1"), "{}", timeline(&gone));
    assert_eq!(asked.lines("does not see the alarms of account 999999999999"), 1);
    assert_eq!(asked.world.told().await.len(), 4);
    asked.finish().await;
}

//! What CloudWatch does not answer, or does not know, proves nothing; and asking goes on whoever stops it.

use serde_json::json;

use super::{Asked, METRIC, ago, arn, told};
use crate::harness::PATIENCE;
use crate::support::plan::Behaviour;
use crate::support::sns::{TOPIC, alarm};
use crate::support::wait::eventually;

#[tokio::test]
async fn a_muted_alarm_does_not_ring_while_nobody_can_say_that_it_is_muted() {
    let asked = Asked::start(true, "").await;
    asked.has_asked().await;
    asked.cloudwatch.put(METRIC, &arn("[P1] muted"), "ALARM", ago(10), &told());
    asked.cloudwatch.mute("[P1] muted");
    let plan = asked.cloudwatch.server().plan();
    plan.repeat_on("ListAlarmMuteRules", Behaviour::status(400));
    asked.ask().await;
    let words = "since it may be muted: AWS answers ThrottlingException to cloudwatch:ListAlarmMuteRules";
    assert_eq!((asked.deliveries().await, asked.lines(words)), (0, 1));
    plan.heal();
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 0, "it is muted");
    asked.finish().await;
}

#[tokio::test]
async fn an_alarm_that_a_slow_or_older_endpoint_does_not_name_is_not_gone() {
    let asked = Asked::start(true, "").await;
    let message = alarm("[P1] log", "ALARM", ago(60)).to_string();
    asked.world.post(&asked.world.sns.notification(None, &message)).await;
    asked.cloudwatch.put("LogAlarm", &arn("[P1] log"), "ALARM", ago(60), &json!({"AlarmActions": [TOPIC]}));
    asked.cloudwatch.put(METRIC, &arn("other"), "OK", ago(60), &json!({}));
    asked.long_silence().await;
    // As often as it is tried: a question about fewer types would be answered again.
    let plan = asked.cloudwatch.server().plan();
    plan.times(3, &Behaviour::status(400));
    asked.ask().await;
    assert_eq!((plan.left(), asked.deliveries().await), (0, 1));
    assert_eq!(asked.lines("AWS answers ThrottlingException to cloudwatch:DescribeAlarms"), 1);
    asked.cloudwatch.forget_log_alarms();
    asked.long_silence().await;
    asked.ask().await;
    assert_eq!((asked.deliveries().await, asked.lines("that is over")), (1, 1));
    assert_eq!(asked.firstlook().incident(1).await["status"], "open");
    assert_eq!(asked.world.told().await, ["trigger"]);
    asked.finish().await;
}

#[tokio::test]
async fn an_alarm_whose_name_begins_with_that_of_another_is_not_a_part_of_it() {
    let asked = Asked::start(true, "").await;
    let message = alarm("[P1] checkout/5xx", "ALARM", ago(60)).to_string();
    asked.world.post(&asked.world.sns.notification(None, &message)).await;
    // Of too little data nothing is said, so that it is looked for by its name.
    asked.cloudwatch.put(METRIC, &arn("[P1] checkout/5xx"), "INSUFFICIENT_DATA", ago(30), &told());
    let composite = json!({"AlarmActions": [TOPIC], "AlarmRule": "ALARM(x)"});
    asked.cloudwatch.put("CompositeAlarm", &arn("[P1] checkout"), "OK", ago(30), &composite);
    asked.long_silence().await;
    asked.ask().await;
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 1);
    assert_eq!(asked.firstlook().incident(1).await["status"], "open");
    assert_eq!(asked.world.told().await, ["trigger"]);
    asked.finish().await;
}

#[tokio::test]
async fn what_a_replica_of_another_configuration_has_ended_stands_again() {
    let asked = Asked::start(true, "").await;
    asked.has_asked().await;
    // What such a replica does, which knows neither of the two: they are done for good.
    let ended = "WITH j AS (DELETE FROM job WHERE key = 'resync/sns/aws' RETURNING 1) SELECT count(*) FROM j";
    eventually(PATIENCE, "it waits", async || (asked.firstlook().sql(ended).await == 1).then_some(())).await;
    let other = "WITH j AS (INSERT INTO job (kind, key, state, run_at) VALUES ('upkeep', 'resync/sns/gone', 'ready', now())
        RETURNING 1) SELECT count(*) FROM j";
    assert_eq!(asked.firstlook().sql(other).await, 1);
    asked.cloudwatch.put(METRIC, &arn("[P1] lost"), "ALARM", ago(10), &told());
    asked.firstlook().until("it is asked again", |one| one["status"] == "open").await;
    let gone = "SELECT count(*) FROM job WHERE key = 'resync/sns/gone'";
    assert_eq!(asked.firstlook().sql(gone).await, 0, "of a source that is configured no more nobody asks");
    assert_eq!(asked.world.told().await, ["trigger"]);
    asked.finish().await;
}

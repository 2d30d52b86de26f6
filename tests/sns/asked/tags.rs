//! Tags of alarms that do not send them: read ahead of time, they are labels as those of a message are.

use serde_json::{Value, json};

use super::{Asked, METRIC, ago, arn, told};
use crate::harness::PATIENCE;
use crate::support::cloudwatch::CloudWatch;
use crate::support::plan::Behaviour;
use crate::support::sns::{TOPIC, alarm};
use crate::support::wait::eventually;

/// Severity and service from tags.
const BY_TAG: &str = "[{ source: sns/aws, from: tag.severity, to: severity }, { source: sns/aws, from: tag.service, to: service }]";

/// A CloudWatch with quiet alarms that tell the topic, with these severities as their tags.
fn with(alarms: &[(&str, &str)]) -> CloudWatch {
    let cloudwatch = CloudWatch::start();
    for (name, severity) in alarms {
        cloudwatch.put(METRIC, &arn(name), "OK", ago(600), &told());
        cloudwatch.tag(&arn(name), &[("severity", severity), ("service", "checkout"), ("aws:stack", "shop")]);
    }
    cloudwatch
}

impl Asked {
    async fn tagged(alarms: &[(&str, &str)]) -> Self {
        Self::before(with(alarms), true, "", BY_TAG).await
    }

    /// Has tags read now, and waits until that is done.
    async fn learn(&self) {
        eventually(PATIENCE, "it reads", async || {
            let begun =
                "WITH j AS (UPDATE job SET run_at = now() - interval '1 second' WHERE key = 'tags/sns/aws'
                AND state = 'ready' RETURNING 1) SELECT count(*) FROM j";
            (self.firstlook().sql(begun).await == 1).then_some(())
        })
        .await;
        self.has_asked().await;
    }

    /// Has the past be another.
    async fn age(&self, statement: &'static str) {
        self.firstlook().run(statement).await;
    }

    async fn post(&self, message: &Value) -> Value {
        let answer = self.world.post(&self.world.sns.notification(None, &message.to_string())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    /// Severity and tags of an incident's first alert.
    async fn seen(&self, number: i64) -> (Value, Value, Value) {
        let incident = self.firstlook().incident(number).await;
        let labels = &incident["alerts"][0]["labels"];
        (incident["severity"].clone(), labels["tag.severity"].clone(), labels["tag.aws:stack"].clone())
    }
}

const OLD: &str = "UPDATE alarm_tags SET asked_at = asked_at - interval '7 hours'";

#[tokio::test]
async fn an_alarm_rings_by_a_tag_that_its_first_message_does_not_have() {
    let asked = Asked::tagged(&[("edge", "critical"), ("own", "critical"), ("none", "critical")]).await;
    assert_eq!(asked.cloudwatch.calls("ListTagsForResource"), 3);
    asked.world.alarm("edge", "ALARM", 1).await;
    let incident = asked.firstlook().incident(1).await;
    assert_eq!(asked.seen(1).await, (json!("critical"), json!("critical"), json!("shop")));
    assert_eq!(incident["service"], "checkout", "grouped by it");
    // What the message says itself wins, also that there is nothing.
    let mut own = alarm("own", "ALARM", ago(1));
    own["AlarmTags"] = json!([{"Key": "severity", "Value": "info"}]);
    asked.post(&own).await;
    assert_eq!(asked.seen(2).await, (json!("info"), json!("info"), Value::Null));
    let mut none = alarm("none", "ALARM", ago(1));
    (none["AlarmTags"], none["AlarmTagsStatus"]) = (json!([]), "SUCCESS".into());
    asked.post(&none).await;
    assert_eq!(asked.seen(3).await, (json!("warning"), Value::Null, Value::Null));
    assert_eq!(asked.world.told().await, ["trigger"], "nobody was asked again");
    assert_eq!(asked.cloudwatch.calls("ListTagsForResource"), 3);

    // A replica has them from its start.
    asked.world.alarm("edge", "OK", 0).await;
    let replica = asked.firstlook().replica().await;
    let body = alarm("edge", "ALARM", firstlook::clock::now()).to_string();
    let body = asked.world.sns.notification(None, &body).to_string();
    let url = format!("{}/webhooks/sns/aws", replica.url);
    let answer = asked.firstlook().send(|client| client.post(url).body(body)).await;
    assert_eq!(answer.json()["alerts"][0]["action"], "reopened", "{}", answer.text);
    assert_eq!(asked.seen(1).await.0, "critical");
    asked.world.told().await;
    replica.finish().await;
    asked.finish().await;
}

#[tokio::test]
async fn what_is_learned_later_reaches_the_open_incident_once_and_so_does_a_change() {
    let asked = Asked::tagged(&[]).await;
    asked.world.alarm("late", "ALARM", 60).await;
    let mut own = alarm("own", "ALARM", ago(1));
    own["AlarmTags"] = json!([{"Key": "severity", "Value": "info"}]);
    asked.post(&own).await;
    assert_eq!(asked.seen(1).await, (json!("warning"), Value::Null, Value::Null));
    for name in ["late", "own"] {
        asked.cloudwatch.put(METRIC, &arn(name), "ALARM", ago(1), &told());
        asked.cloudwatch.tag(&arn(name), &[("severity", "critical"), ("aws:stack", "shop")]);
    }
    asked.ask().await;
    eventually(PATIENCE, "its tags are known", async || {
        (asked.seen(1).await == (json!("critical"), json!("critical"), json!("shop"))).then_some(())
    })
    .await;
    assert_eq!(asked.seen(2).await.1, "info", "it sends its own");
    asked.ask().await;
    asked.ask().await;
    assert_eq!((asked.deliveries().await, asked.world.told().await), (3, vec!["trigger".to_owned()]));
    let timeline = super::timeline(&asked.firstlook().incident(1).await);
    assert!(timeline.contains("its tags were read from CloudWatch in eu-west-1"), "{timeline}");

    asked.cloudwatch.tag(&arn("late"), &[("severity", "warning"), ("service", "checkout")]);
    asked.age(OLD).await;
    asked.learn().await;
    eventually(PATIENCE, "its tags are others", async || {
        (asked.seen(1).await == (json!("warning"), json!("warning"), Value::Null)).then_some(())
    })
    .await;
    let incident = asked.firstlook().incident(1).await;
    assert_eq!((&incident["service"], &incident["number"]), (&json!("checkout"), &json!(1)));
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 4);
    asked.finish().await;
}

#[tokio::test]
async fn what_is_not_allowed_is_asked_seldom_said_once_and_costs_nothing_else() {
    let cloudwatch = with(&[("edge", "critical"), ("other", "critical")]);
    cloudwatch.allow("ListTagsForResource", false);
    let asked = Asked::before(cloudwatch, true, "", BY_TAG).await;
    asked.learn().await;
    asked.learn().await;
    assert_eq!(asked.cloudwatch.calls("ListTagsForResource"), 1);
    assert_eq!(asked.lines("are not read anew: AWS does not allow cloudwatch:ListTagsForResource"), 1);
    let said = super::limits::check(&asked, true);
    let words =
        "alarms have only the tags that they send along: AWS does not allow cloudwatch:ListTagsForResource";
    assert!(said.contains(words) && said.contains("note   sns/aws eu-west-1"), "{said}");
    asked.world.alarm("edge", "ALARM", 3600).await;
    assert_eq!(asked.seen(1).await, (json!("warning"), Value::Null, Value::Null));
    asked.cloudwatch.put(METRIC, &arn("edge"), "OK", ago(10), &told());
    asked.long_silence().await;
    asked.ask().await;
    asked.firstlook().until("it is over", |one| one["status"] == "resolved").await;
    asked.cloudwatch.allow("ListTagsForResource", true);
    let said = super::limits::check(&asked, true);
    assert!(said.contains("cloudwatch:ListTagsForResource is allowed"), "{said}");
    asked.world.told().await;
    asked.finish().await;
}

#[tokio::test]
async fn who_is_slowed_down_waits_and_loses_nothing() {
    let cloudwatch = with(&[("a", "critical"), ("b", "critical")]);
    // Each call is tried three times.
    for _ in 0..3 {
        cloudwatch.server().plan().then_on("ListTagsForResource", Behaviour::status(400));
    }
    let asked = Asked::before(cloudwatch, true, "", BY_TAG).await;
    assert_eq!((asked.cloudwatch.server().plan().left(), asked.lines("too much is asked at once")), (0, 1));
    let known = "SELECT count(*) FROM alarm_tags WHERE read_at IS NOT NULL";
    assert_eq!(asked.firstlook().sql(known).await, 0, "the other one waits as well");
    asked.learn().await;
    assert_eq!((asked.firstlook().sql(known).await, asked.lines("that is over")), (2, 1));
    assert_eq!(asked.cloudwatch.calls("ListTagsForResource"), 5);

    // What is known stays known while nothing new can be had.
    asked.age(OLD).await;
    asked.cloudwatch.server().plan().repeat_on("ListTagsForResource", Behaviour::status(500));
    asked.learn().await;
    asked.cloudwatch.server().plan().heal();
    asked.world.alarm("a", "ALARM", 1).await;
    assert_eq!(asked.seen(1).await.0, "critical");
    asked.world.told().await;
    asked.finish().await;
}

#[tokio::test]
async fn only_alarms_that_tell_our_topics_are_asked_for_and_deleted_ones_are_forgotten() {
    let cloudwatch = with(&[("ours", "critical"), ("kept", "critical"), ("gone", "critical")]);
    let mut mail = told();
    mail["AlarmActions"] = json!([TOPIC.replace("alarms-", "mail-")]);
    cloudwatch.put(METRIC, &arn("mail"), "OK", ago(600), &mail);
    let mut end = mail.clone();
    end["OKActions"] = json!([TOPIC]);
    cloudwatch.put("CompositeAlarm", &arn("ours by its end"), "OK", ago(600), &end);
    cloudwatch.put("LogAlarm", &arn("log"), "OK", ago(600), &json!({"AlarmActions": [TOPIC]}));
    cloudwatch.page(1);
    let asked = Asked::before(cloudwatch, true, "", BY_TAG).await;
    assert_eq!(asked.cloudwatch.calls("ListTagsForResource"), 5);
    let rows = "SELECT count(*) FROM alarm_tags";
    assert_eq!(asked.firstlook().sql(rows).await, 5);
    // Asked for again, one is not there any more; another is not listed for long.
    asked.cloudwatch.delete(&arn("gone"));
    asked.age(OLD).await;
    asked.learn().await;
    assert_eq!(asked.firstlook().sql(rows).await, 4);
    asked.cloudwatch.delete(&arn("kept"));
    asked.age("UPDATE alarm_tags SET listed_at = now() - interval '8 days', named_at = now() - interval '8 days'").await;
    asked.learn().await;
    assert_eq!(asked.firstlook().sql(rows).await, 3);
    asked.world.alarm("kept", "ALARM", 1).await;
    assert_eq!(asked.seen(1).await.0, "warning", "it is another alarm of this name");
    asked.world.told().await;
    asked.finish().await;
}

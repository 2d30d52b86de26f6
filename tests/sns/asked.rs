//! CloudWatch is asked what is in alarm: messages that were lost are found, each once, and what cannot be known is left.

mod known;
mod limits;
mod refused;
mod tags;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::{SERVICE, World};
use crate::harness::{Firstlook, PATIENCE, Setup};
use crate::support::cloudwatch::{ACCOUNT, CloudWatch};
use crate::support::sns::{Sns, TOPIC};
use crate::support::wait::eventually;

const METRIC: &str = "MetricAlarm";

/// firstlook, a topic, and the CloudWatch that its alarms come from.
struct Asked {
    world: World,
    cloudwatch: CloudWatch,
}

/// So many minutes ago.
fn ago(minutes: i64) -> DateTime<Utc> {
    firstlook::clock::now() - TimeDelta::minutes(minutes)
}

fn arn(name: &str) -> String {
    format!("arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:{name}")
}

/// What tells the topic.
fn told() -> Value {
    json!({
        "AlarmActions": [TOPIC], "MetricName": "HTTPCode_ELB_5XX_Count", "Namespace": "AWS/ApplicationELB", "Statistic": "Sum",
        "Period": 60, "EvaluationPeriods": 1, "Threshold": 10.0, "ComparisonOperator": "GreaterThanThreshold",
        "Dimensions": [{"Name": "LoadBalancer", "Value": "app/web/123"}],
    })
}

impl Asked {
    async fn start(credentials: bool, more: &str) -> Self {
        Self::before(CloudWatch::start(), credentials, more, SERVICE).await
    }

    /// With a CloudWatch that has alarms already.
    async fn before(cloudwatch: CloudWatch, credentials: bool, more: &str, labels: &str) -> Self {
        let sns = Sns::start();
        let environment = if credentials { CloudWatch::credentials() } else { Vec::new() };
        let source = sns.source(more).replace(&sns.api().url(), &cloudwatch.server().url());
        let setup = Setup { sns: source, labels: labels.into(), environment, ..Setup::default() };
        let asked = Self { world: World { firstlook: Firstlook::start(setup).await, sns }, cloudwatch };
        asked.known_for("1 day").await;
        asked.has_asked().await;
        asked
    }

    /// The source has been known for so long.
    async fn known_for(&self, interval: &str) {
        let query = "INSERT INTO source_known VALUES ('sns/aws', now() - $1::text::interval)
            ON CONFLICT (source) DO UPDATE SET since = excluded.since";
        let mut connection = PgConnection::connect(&self.firstlook().database).await.unwrap();
        sqlx::query(query).bind(interval).execute(&mut connection).await.unwrap();
    }

    fn firstlook(&self) -> &Firstlook {
        &self.world.firstlook
    }

    /// Has CloudWatch asked now, and waits until that is done, and what follows from it.
    async fn ask(&self) {
        eventually(PATIENCE, "it asks", async || {
            let begun =
                "WITH j AS (UPDATE job SET run_at = now() - interval '1 second' WHERE key = 'resync/sns/aws'
                AND state = 'ready' RETURNING 1) SELECT count(*) FROM j";
            (self.firstlook().sql(begun).await == 1).then_some(())
        })
        .await;
        self.has_asked().await;
    }

    async fn has_asked(&self) {
        let pending = "SELECT count(*) FROM job WHERE (key LIKE 'resync/%' OR key LIKE 'tags/%') AND (state = 'running' OR run_at < now())";
        eventually(PATIENCE, "it has asked", async || {
            (self.firstlook().sql(pending).await == 0).then_some(())
        })
        .await;
    }

    /// What was last heard of every alert was heard two days ago.
    async fn long_silence(&self) {
        let query = "WITH a AS (UPDATE alert SET seen_at = now() - interval '2 days' RETURNING 1) SELECT count(*) FROM a";
        assert_ne!(self.firstlook().sql(query).await, 0);
    }

    /// What was ever said to hop 1.
    async fn deliveries(&self) -> i64 {
        self.firstlook().sql("SELECT count(*) FROM delivery").await
    }

    /// Lines of the log that hold `words`.
    fn lines(&self, words: &str) -> usize {
        let log = self.firstlook().log();
        log.iter().filter(|line| line["message"].as_str().unwrap_or_default().contains(words)).count()
    }

    /// The status of each incident, by title's first word.
    async fn statuses(&self) -> Vec<(String, String)> {
        let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        let one = |one: &Value| {
            let name = one["alerts"][0]["labels"]["alertname"].as_str().unwrap_or_default().to_owned();
            (name, text(one, "status"))
        };
        let mut all: Vec<_> = self.firstlook().incidents().await.iter().map(one).collect();
        all.sort();
        all
    }

    async fn finish(self) {
        for line in self.firstlook().log() {
            assert!(!line.to_string().contains("a-secret"), "{line}");
        }
        self.world.finish().await;
    }
}

fn timeline(incident: &Value) -> String {
    incident["timeline"].to_string()
}

#[tokio::test]
async fn an_ok_that_was_lost_ends_the_incident_once() {
    let asked = Asked::start(true, "").await;
    asked.world.alarm("[P1] edge", "ALARM", 3600).await;
    let incident =
        asked.firstlook().until("it rings", |one| one["notifications"][0]["state"] == "sent").await;
    let words =
        "[P1] edge has no OK action: CloudWatch will not say when it is over; add one that leads to a topic";
    assert!(timeline(&incident).contains(words), "{}", timeline(&incident));
    assert!(asked.firstlook().get("/incidents/1").await.text.contains("has no OK action"));

    // It is confirmed as long as it is in alarm.
    asked.cloudwatch.put(METRIC, &arn("[P1] edge"), "ALARM", ago(60), &told());
    asked.long_silence().await;
    asked.ask().await;
    let fresh = "SELECT count(*) FROM alert WHERE seen_at > now() - interval '1 minute'";
    assert_eq!((asked.firstlook().sql(fresh).await, asked.deliveries().await), (1, 1));

    // Its OK may be on its way for a while.
    asked.cloudwatch.put(METRIC, &arn("[P1] edge"), "OK", ago(1), &told());
    asked.long_silence().await;
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 1);
    asked.cloudwatch.put(METRIC, &arn("[P1] edge"), "OK", ago(5), &told());
    asked.ask().await;
    let incident = asked.firstlook().until("it is over", |one| one["status"] == "resolved").await;
    assert!(
        timeline(&incident).contains("found by asking CloudWatch in eu-west-1"),
        "{}",
        timeline(&incident)
    );
    asked.ask().await;
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 2, "the same again says nothing");
    assert_eq!(asked.world.told().await, ["trigger", "resolve"]);
    let page = asked.firstlook().get("/api/v1/deliveries").await.json();
    let id = page["items"][0]["id"].as_str().unwrap();
    let body = asked.firstlook().get(&format!("/api/v1/deliveries/{id}")).await.text;
    assert!(body.contains("firstlook") && body.contains("NewStateValue"), "{body}");
    let again = format!("{}/api/v1/deliveries/{id}/replay", asked.firstlook().url);
    let again = asked.firstlook().send(|client| client.post(again)).await;
    assert_eq!(
        (again.status, &again.json()["alerts"][0]["action"]),
        (200, &json!("duplicate")),
        "{}",
        again.text
    );
    let metrics = asked.firstlook().get("/metrics").await.text;
    assert!(metrics.contains(r#"firstlook_resyncs_total{outcome="differed"} 1"#), "{metrics}");
    asked.finish().await;
}

#[tokio::test]
async fn alarms_of_every_type_that_were_never_heard_of_ring_if_their_topic_would_have_told_us() {
    let asked = Asked::start(true, "").await;
    asked.has_asked().await;
    asked.cloudwatch.page(1);
    let quiet = |more: Value| {
        let mut alarm = told();
        alarm.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        alarm
    };
    let cloudwatch = &asked.cloudwatch;
    cloudwatch.put(METRIC, &arn("[P1] lost"), "ALARM", ago(10), &told());
    let composite = json!({"AlarmActions": [TOPIC], "AlarmRule": "ALARM(x)"});
    cloudwatch.put("CompositeAlarm", &arn("[P1] both"), "ALARM", ago(10), &composite);
    cloudwatch.put("LogAlarm", &arn("[P1] log"), "ALARM", ago(10), &json!({"AlarmActions": [TOPIC]}));
    cloudwatch.put(METRIC, &arn("[P1] fresh"), "ALARM", ago(1), &told());
    cloudwatch.put(METRIC, &arn("[P1] disabled"), "ALARM", ago(10), &quiet(json!({"ActionsEnabled": false})));
    let other = format!("arn:aws:sns:eu-west-1:{ACCOUNT}:mail");
    cloudwatch.put(METRIC, &arn("[P1] mail"), "ALARM", ago(10), &quiet(json!({"AlarmActions": [other]})));
    cloudwatch.put(METRIC, &arn("[P1] muted"), "ALARM", ago(10), &told());
    cloudwatch.mute("[P1] muted");
    let suppressed =
        json!({"AlarmActions": [TOPIC], "AlarmRule": "ALARM(x)", "ActionsSuppressedBy": "Alarm"});
    cloudwatch.put("CompositeAlarm", &arn("[P1] hushed"), "ALARM", ago(10), &suppressed);
    let elsewhere = arn("[P1] elsewhere").replace("eu-west-1", "eu-west-3");
    cloudwatch.put(METRIC, &elsewhere, "ALARM", ago(10), &told());
    asked.ask().await;
    asked.ask().await;
    let open: Vec<String> = asked.statuses().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(open.len(), 3, "{open:?}");
    let incidents = asked.firstlook().incidents().await;
    let titles: Vec<&str> = incidents.iter().map(|one| one["title"].as_str().unwrap()).collect();
    for name in ["[P1] lost: HTTPCode_ELB_5XX_Count", "[P1] both: its rule", "[P1] log"] {
        assert!(titles.iter().any(|title| title.starts_with(name)), "{name}: {titles:?}");
    }
    assert_eq!(asked.deliveries().await, 3, "each is said once");
    let told = asked.world.told().await;
    assert_eq!(told, ["trigger", "trigger", "trigger"]);

    // What it says by itself afterwards is the same alarm's.
    let number =
        incidents.iter().find(|one| one["title"].as_str().unwrap().contains("lost")).unwrap()["number"]
            .as_i64();
    asked.world.alarm("[P1] lost", "OK", 1).await;
    let lost = asked.firstlook().incident(number.unwrap()).await;
    assert_eq!((&lost["status"], &lost["service"]), (&json!("resolved"), &json!("web")));
    // An answer from before an end that was heard opens nothing.
    asked.ask().await;
    assert_eq!(asked.deliveries().await, 4);
    asked.finish().await;
}

#[tokio::test]
async fn a_time_series_ends_when_it_is_not_among_the_contributors_any_more() {
    let asked = Asked::start(true, "").await;
    for id in ["aaaa", "bbbb"] {
        let mut message = crate::support::sns::alarm("[P1] fleet/cpu", "ALARM", ago(60));
        message["AlarmContributorId"] = id.into();
        message["AlarmContributorAttributes"] = json!({"InstanceId": format!("i-{id}")});
        let answer = asked.world.post(&asked.world.sns.notification(None, &message.to_string())).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    asked.cloudwatch.put(METRIC, &arn("[P1] fleet/cpu"), "ALARM", ago(60), &json!({}));
    asked.cloudwatch.contributors("[P1] fleet/cpu", &[("aaaa", ago(60))]);
    asked.long_silence().await;
    asked.ask().await;
    let firing =
        "SELECT count(*) FROM alert WHERE status = 'firing' AND seen_at > now() - interval '1 minute'
        AND fingerprint LIKE '%/aaaa'";
    assert_eq!((asked.deliveries().await, asked.firstlook().sql(firing).await), (3, 1));
    assert_eq!(asked.firstlook().incident(1).await["status"], "open");

    // Where contributors may not be seen, the whole alarm's OK ends them.
    asked.cloudwatch.allow("DescribeAlarmContributors", false);
    asked.long_silence().await;
    asked.ask().await;
    assert_eq!(asked.firstlook().incident(1).await["status"], "open");
    assert_eq!(asked.lines("AWS does not allow cloudwatch:DescribeAlarmContributors"), 1);
    asked.cloudwatch.put(METRIC, &arn("[P1] fleet/cpu"), "OK", ago(5), &json!({}));
    asked.ask().await;
    asked.firstlook().until("it is over", |one| one["status"] == "resolved").await;
    assert_eq!(asked.world.told().await, ["trigger", "resolve"]);
    asked.finish().await;
}

#[tokio::test]
async fn what_is_said_while_it_is_asked_holds() {
    let asked = Asked::start(true, "").await;
    asked.world.alarm("[P1] edge", "ALARM", 3600).await;
    asked.cloudwatch.put(METRIC, &arn("[P1] edge"), "OK", ago(10), &told());
    asked.long_silence().await;
    let slow = crate::support::plan::Behaviour::Slow(std::time::Duration::from_secs(2));
    asked.cloudwatch.server().plan().then_on("DescribeAlarms", slow);
    let before = asked.cloudwatch.calls("DescribeAlarms");
    let ((), ()) = tokio::join!(asked.ask(), async {
        eventually(PATIENCE, "it asks", async || {
            (asked.cloudwatch.calls("DescribeAlarms") > before).then_some(())
        })
        .await;
        asked.world.alarm("[P1] edge", "ALARM", 1).await;
    });
    let incident = asked.firstlook().incident(1).await;
    assert_eq!(incident["status"], "open", "{}", timeline(&incident));
    assert_eq!(asked.deliveries().await, 3, "the old end was said, and is late");
    assert_eq!(asked.world.told().await, ["trigger"]);
    asked.finish().await;
}

#[tokio::test]
async fn two_replicas_ask_once() {
    let asked = Asked::start(true, "").await;
    asked.has_asked().await;
    let replica = asked.firstlook().replica().await;
    asked.has_asked().await;
    let before = asked.cloudwatch.calls("DescribeAlarms");
    asked.cloudwatch.put(METRIC, &arn("[P1] lost"), "ALARM", ago(10), &told());
    asked.ask().await;
    assert_eq!(asked.cloudwatch.calls("DescribeAlarms"), before + 1);
    assert_eq!(asked.deliveries().await, 1);
    assert_eq!(asked.world.told().await, ["trigger"]);
    replica.finish().await;
    asked.finish().await;
}

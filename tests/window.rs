//! The time that is looked at: from where an alarm's data breached, however long before it fired that was, anew for each
//! episode, and over all alerts of an incident.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, alert, body};
use crate::support::sns::{Sns, alarm};

const LABELS: &str =
    "[{ source: sns/aws, from: dimension.LoadBalancer, regex: \"app/(.+)/.+\", to: service }]";
const CAUSE: &str = "pool exhausted, waiting for a connection";

struct World {
    firstlook: Firstlook,
    sns: Sns,
    now: DateTime<Utc>,
}

impl World {
    /// Logs of two hours: requests, and a cause that was logged from 40 to 35 minutes ago.
    async fn start(incidents: &str) -> Self {
        let sns = Sns::start();
        let folder = tempfile::tempdir().unwrap();
        let now = firstlook::clock::now();
        let mut text = String::new();
        for second in (0..7_200).rev().step_by(5) {
            let at = (now - TimeDelta::seconds(second)).format("%Y-%m-%dT%H:%M:%S%.3fZ");
            text += &format!("{at} INFO GET /v1/cart/{second} 200\n");
            if (35 * 60..40 * 60).contains(&second) {
                text += &format!("{at} ERROR {CAUSE}\n");
            }
        }
        std::fs::write(folder.path().join("app.log"), text).unwrap();
        let evidence = format!(
            "  baseline: [preceding]\n  sources: [{{ name: app, type: log_file, path: \"{}/app.log\" }}]",
            folder.path().display()
        );
        let setup = Setup {
            sns: sns.source(""),
            labels: LABELS.into(),
            evidence,
            incidents: incidents.into(),
            ..Setup::default()
        };
        let (slack, pagerduty) =
            (crate::support::slack::Slack::start(), crate::support::pagerduty::PagerDuty::start());
        Self { firstlook: Firstlook::beside(setup, slack, pagerduty, Some(folder)).await, sns, now }
    }

    fn ago(&self, seconds: i64) -> DateTime<Utc> {
        // CloudWatch gives milliseconds.
        let at = self.now - TimeDelta::seconds(seconds);
        DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap()
    }

    /// Publishes a change of the alarm `edge` over `periods` periods of so many seconds, so many seconds ago.
    async fn alarm(&self, state: &str, changed: DateTime<Utc>, period: u64, periods: u64) {
        let mut message = alarm("edge", state, changed);
        message["NewStateReason"] = "Threshold Crossed: the reason does not list what it saw.".into();
        message["Trigger"]["Period"] = period.into();
        message["Trigger"]["EvaluationPeriods"] = periods.into();
        let body = self.sns.notification(None, &message.to_string()).to_string();
        let url = format!("{}/webhooks/sns/aws", self.firstlook.url);
        let answer = self.firstlook.send(|client| client.post(url).body(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// The incident, once it was looked at.
    async fn looked(&self) -> Value {
        self.firstlook.idle().await;
        self.firstlook.incident(1).await
    }
}

/// Start and end of what was looked at.
fn window(incident: &Value) -> (DateTime<Utc>, DateTime<Utc>) {
    let time = |which: &str| incident["evidence"]["window"][which].as_str().unwrap().parse().unwrap();
    (time("start"), time("end"))
}

const MINUTES: fn(i64) -> TimeDelta = TimeDelta::minutes;

#[tokio::test]
async fn what_was_logged_when_the_data_began_to_breach_is_found_and_the_next_episode_begins_anew() {
    let world = World::start("{ group_by: [alertname], reopen_within: 15m }").await;
    // It fires ten minutes ago, after six periods of five minutes: 15 minutes before it fired there was nothing to see.
    let fired = world.ago(600);
    world.alarm("ALARM", fired, 300, 6).await;
    let incident = world.looked().await;
    assert_eq!(window(&incident), (fired - MINUTES(30 + 15), fired + MINUTES(2)));
    assert!(incident["evidence"]["items"].to_string().contains(CAUSE), "{}", incident["evidence"]);
    assert_eq!(incident["evidence"]["gaps"], json!([]));
    let one = &incident["alerts"][0];
    let time = |key: &str| one[key].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!((time("starts_at"), time("began_at")), (fired, fired - MINUTES(30)));

    world.alarm("OK", world.ago(400), 300, 6).await;
    let again = world.ago(300);
    world.alarm("ALARM", again, 60, 1).await;
    let incident = world.looked().await;
    assert_eq!(window(&incident), (again - MINUTES(1 + 15), again + MINUTES(2)));
    // The message of the first episode comes late, and once more: neither moves anything.
    world.alarm("ALARM", fired, 300, 6).await;
    let one = &world.firstlook.incident(1).await["alerts"][0];
    assert_eq!(one["began_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap(), again - MINUTES(1));
    world.firstlook.finish().await;
}

#[tokio::test]
async fn an_alarm_over_days_has_no_window_of_days_and_says_so() {
    let world = World::start("{ group_by: [alertname] }").await;
    let fired = world.ago(300);
    world.alarm("ALARM", fired, 86_400, 7).await;
    let incident = world.looked().await;
    assert_eq!(window(&incident), (fired - TimeDelta::hours(3) - MINUTES(15), fired + MINUTES(2)));
    let gap = incident["evidence"]["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|gap| gap["source"] == "evidence.window");
    let gap = gap.unwrap_or_else(|| panic!("{}", incident["evidence"]["gaps"]));
    let began = (fired - TimeDelta::days(7)).format("%Y-%m-%d %H:%M UTC").to_string();
    assert!(gap["reason"].as_str().unwrap().contains(&began), "{gap}");
    world.firstlook.finish().await;
}

#[tokio::test]
async fn of_several_alerts_the_earliest_trouble_and_the_first_to_fire_count() {
    let world = World::start("{ group_by: [alertname], correlate_by: [service] }").await;
    // Alertmanager does not say what was before.
    let mut one = alert(&[("alertname", "CartSlow"), ("service", "web")], "slow");
    let first = world.ago(240);
    one["startsAt"] = json!(first);
    world.firstlook.post(body(std::slice::from_ref(&one))).await;
    let incident = world.looked().await;
    assert_eq!(window(&incident).0, first - MINUTES(15));
    let fired = world.ago(10);
    world.alarm("ALARM", fired, 300, 2).await;
    let store = firstlook::store::Store::new(&world.firstlook.database, 1).unwrap();
    let id = world.firstlook.incident(1).await["id"].as_str().unwrap().parse().unwrap();
    let onset = async || store.onset(id).await.unwrap().unwrap();
    let seconds = |at: DateTime<Utc>| (at - world.now).num_seconds();
    let both = onset().await;
    assert_eq!((seconds(both.began_at), seconds(both.fired_at)), (seconds(fired) - 600, seconds(first)));
    assert_eq!(world.firstlook.incidents().await.len(), 1, "both are of the service");
    // What is over counts no more, unless all is.
    world.alarm("OK", world.ago(5), 300, 2).await;
    assert_eq!(onset().await.began_at, onset().await.fired_at);
    world.firstlook.post(body(&[crate::harness::resolved(&one)])).await;
    assert_eq!(seconds(onset().await.began_at), seconds(fired) - 600);
    world.firstlook.finish().await;
}

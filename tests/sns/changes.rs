//! Changes that come by SNS: evidence of the alarms that follow, and none of them an alarm.

use serde_json::{Value, json};

use super::World;
use crate::harness::{Firstlook, Setup};
use crate::support::sns::Sns;

const LABELS: &str = "[{ source: sns/aws, from: dimension.LoadBalancer, regex: \"app/(.+)/.+\", to: service }, \
      { source: sns/aws, from: pipeline, regex: \"deploy-(.+)\", to: service }]";
const KEPT: &str = "SELECT count(*) FROM change";

async fn world() -> World {
    let sns = Sns::start();
    let setup = Setup { sns: sns.source(""), labels: LABELS.into(), ..Setup::default() };
    World { firstlook: Firstlook::start(setup).await, sns }
}

/// An event of some seconds ago, with a name of its own.
fn event(seconds: i64, id: &str) -> impl FnOnce(&mut Value) {
    let at = firstlook::clock::now() - chrono::TimeDelta::seconds(seconds);
    let id = id.to_owned();
    move |event| {
        event["time"] = at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into();
        event["id"] = id.into();
    }
}

#[tokio::test]
async fn a_deployment_that_came_minutes_before_an_alarm_is_its_evidence() {
    let world = world().await;
    world.publish("codepipeline-started.json", event(600, "1")).await;
    world.publish("codepipeline-succeeded.json", event(200, "2")).await;
    let of_another = |message: &mut Value| {
        event(100, "3")(message);
        message["resources"] = json!(["arn:aws:ecs:eu-west-1:123456789012:service/prod/search"]);
    };
    world.publish("ecs-deployment-completed.json", of_another).await;
    assert!(world.firstlook.incidents().await.is_empty(), "a change is no alarm");
    world.alarm("edge 5xx", "ALARM", 0).await;
    let incident =
        world.firstlook.until("it has looked", |one| !one["evidence"]["collected_at"].is_null()).await;
    world.firstlook.idle().await;
    let items = incident["evidence"]["items"].as_array().unwrap().iter();
    let changes: Vec<&Value> = items.filter(|item| item["kind"] == "change").collect();
    let titles: Vec<&str> = changes.iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    let begins =
        ["CodePipeline pipeline deploy-web is SUCCEEDED, ", "CodePipeline pipeline deploy-web is STARTED, "];
    assert!(titles[0].starts_with(begins[0]) && titles[0].ends_with(" min before the alarm"), "{titles:?}");
    assert!(
        titles[1].starts_with(begins[1]) && titles[2].starts_with("ECS deployment service/prod/search"),
        "{titles:?}"
    );
    let text = changes[0]["text"].as_str().unwrap();
    assert!(text.contains("\nservice: web") && text.contains("\nof: aws.codepipeline"), "{text}");
    assert_eq!(changes[0]["source"], "sns/aws");
    let words = world.firstlook.slack.messages()[0].words();
    assert!(words.contains("CodePipeline pipeline deploy-web is SUCCEEDED"), "{words}");
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn a_failed_deployment_is_an_alarm_and_a_change() {
    let world = world().await;
    let opened = world.publish("ecs-deployment-failed.json", event(60, "1")).await;
    assert_eq!(opened["alerts"][0]["action"], "opened", "{opened}");
    assert_eq!(world.firstlook.sql(KEPT).await, 1);
    let noted = world.publish("api-call.json", event(30, "2")).await;
    assert_eq!(noted["alerts"][0]["action"], "noted", "{noted}");
    world.publish("api-call-routine.json", event(20, "3")).await;
    assert_eq!((world.firstlook.incidents().await.len(), world.firstlook.sql(KEPT).await), (1, 2));
    let secret = "SELECT count(*) FROM change WHERE position('hunter2' IN change::text) > 0";
    assert_eq!(world.firstlook.sql(secret).await, 0, "no value of a request is kept");
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn the_same_event_is_one_change_however_it_comes() {
    let world = world().await;
    let path =
        format!("{}/tests/samples/sns/services/codepipeline-succeeded.json", env!("CARGO_MANIFEST_DIR"));
    let mut message: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event(60, "one")(&mut message);
    let body = world.sns.notification(None, &message.to_string());
    for _ in 0..2 {
        assert_eq!(world.post(&body).await.status, 200, "SNS tries again");
    }
    // EventBridge gives it to the topic twice.
    let again = world.sns.notification(None, &message.to_string());
    assert_ne!(again["MessageId"], body["MessageId"]);
    assert_eq!(world.post(&again).await.status, 200);
    assert_eq!(world.firstlook.sql(KEPT).await, 1);
    // Another one of the same second that says the same.
    message["id"] = json!("two");
    assert_eq!(world.post(&world.sns.notification(None, &message.to_string())).await.status, 200);
    assert_eq!(world.firstlook.sql(KEPT).await, 2);
    // Without a name of its own, by its text and its time.
    for _ in 0..2 {
        world.publish("auto-scaling-launch.json", |_| ()).await;
    }
    assert_eq!(world.firstlook.sql(KEPT).await, 3);
    world.finish().await;
}

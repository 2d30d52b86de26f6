//! Other services' messages from the outside: what fails opens an incident, what goes well again ends it, and what merely
//! informs opens none.

use serde_json::Value;

use super::World;

impl World {
    /// Publishes a sample, `changed`, and says what came of it.
    pub(super) async fn publish(&self, name: &str, changed: impl FnOnce(&mut Value)) -> Value {
        let path = format!("{}/tests/samples/sns/services/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let text = match serde_json::from_str::<Value>(&text) {
            Ok(mut json) => {
                changed(&mut json);
                json.to_string()
            }
            Err(_) => text,
        };
        let answer = self.post(&self.sns.notification(None, &text)).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        answer.json()
    }
}

/// `seconds` ago, as EventBridge writes it.
fn ago(seconds: i64) -> impl FnOnce(&mut Value) {
    let at = firstlook::clock::now() - chrono::TimeDelta::seconds(seconds);
    move |event| event["time"] = at.format("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

#[tokio::test]
async fn a_pipeline_fails_goes_on_and_ends_well() {
    let world = World::start("").await;
    for quiet in [
        "codepipeline-started.json",
        "codepipeline-succeeded.json",
        "backup-completed.txt",
        "auto-scaling-test.json",
    ] {
        world.publish(quiet, |_| ()).await;
    }
    assert!(world.firstlook.incidents().await.is_empty(), "nothing was wrong");
    let opened = world.publish("codepipeline-failed.json", ago(90)).await;
    assert_eq!(opened["alerts"][0]["action"], "opened", "{opened}");
    let noted = world.publish("codepipeline-started.json", ago(60)).await;
    assert_eq!(noted["alerts"][0]["action"], "noted", "{noted}");
    let incident = world.firstlook.incident(1).await;
    assert_eq!(incident["title"], "CodePipeline pipeline deploy-web is FAILED: The artifact is not there.");
    assert_eq!(incident["severity"], "warning", "its source's");
    assert!(incident["timeline"].to_string().contains("its state is STARTED"), "{}", incident["timeline"]);
    world.publish("codepipeline-stage-failed.json", ago(80)).await;
    world.publish("codepipeline-succeeded.json", ago(20)).await;
    assert_eq!(world.firstlook.incident(1).await["status"], "open", "its stage is as it was");
    let over = |event: &mut Value| {
        ago(10)(event);
        event["detail"]["state"] = "SUCCEEDED".into();
    };
    let answer = world.publish("codepipeline-stage-failed.json", over).await;
    assert_eq!(answer["alerts"][0]["action"], "incident_resolved", "{answer}");
    assert_eq!(world.firstlook.incidents().await.len(), 1);
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn findings_of_one_event_are_alerts_of_one_incident() {
    let world = World::start("").await;
    let answer = world.publish("security-hub-several.json", |_| ()).await;
    assert_eq!(answer["alerts"].as_array().unwrap().len(), 6, "{answer}");
    let incident = world.firstlook.incident(1).await;
    assert_eq!(
        (&incident["severity"], incident["alerts"].as_array().unwrap().len()),
        (&"critical".into(), 2)
    );
    let solved = |event: &mut Value| {
        for finding in event["detail"]["findings"].as_array_mut().unwrap() {
            finding["Workflow"]["Status"] = "RESOLVED".into();
            finding["UpdatedAt"] = "2026-11-20T07:59:00.000Z".into();
        }
    };
    world.publish("security-hub-several.json", solved).await;
    assert_eq!(world.firstlook.incident(1).await["status"], "resolved");
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    world.finish().await;
}

#[tokio::test]
async fn an_alarm_that_is_deleted_is_over() {
    let world = World::start("").await;
    let now = firstlook::clock::now() - chrono::TimeDelta::seconds(60);
    let mut alarm = crate::support::sns::alarm("api: 5xx", "ALARM", now);
    alarm["AlarmDescription"] = "".into();
    world.post(&world.sns.notification(None, &alarm.to_string())).await;
    world.publish("alarm-updated.json", ago(30)).await;
    assert_eq!(world.firstlook.incident(1).await["status"], "open");
    world.publish("alarm-deleted.json", ago(5)).await;
    let incident = world.firstlook.incident(1).await;
    assert_eq!(incident["status"], "resolved", "{incident}");
    assert!(incident["timeline"].to_string().contains("the alarm was deleted"), "{}", incident["timeline"]);
    world.told().await;
    world.finish().await;
}

/// Postgres refuses NUL, and JSON can name it: neither a label nor a reason may lose its alarm.
#[tokio::test]
async fn a_nul_inside_of_a_message_loses_no_alarm() {
    let world = World::start("").await;
    let odd = |event: &mut Value| event["detail"]["EventCategories"][0] = "availability\0".into();
    let opened = world.publish("rds-event-backup.json", odd).await;
    assert_eq!(opened["alerts"][0]["action"], "opened", "{opened}");
    let odd = |event: &mut Value| event["detail"]["state"] = "RUN\0NING".into();
    let noted = world.publish("backup-event-running.json", odd).await;
    assert_eq!(noted["alerts"][0]["action"], "noted", "{noted}");
    let mut alarm = crate::support::sns::alarm("api", "ALARM", firstlook::clock::now());
    alarm["AlarmDescription"] = "{\"tier\": \"\\u0000\", \"\\u0000\": \"1\"}".into();
    let answer = world.post(&world.sns.notification(None, &alarm.to_string())).await;
    assert_eq!(answer.json()["alerts"][0]["action"], "opened", "{}", answer.text);
    world.told().await;
    world.finish().await;
}

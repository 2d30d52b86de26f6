//! What CloudTrail has late: asked for once more when it must be there, once, whoever dies; told where it is decisive.

use serde_json::{Value, json};
use std::time::Duration;

use super::{REGION, ago, by_hand};
use crate::harness::{Firstlook, Setup};
use crate::support::cloudtrail::CloudTrail;
use crate::support::cloudwatch::CloudWatch;
use crate::support::sns::{Sns, alarm};

/// How long ago the alarm fired: all that was changed before it is known in a few seconds.
const FIRED: i64 = 15 * 60 - 6;

struct World {
    firstlook: Firstlook,
    trail: CloudTrail,
    _sns: Sns,
}

impl World {
    /// An alarm, and one change before it that CloudTrail has in time; looked at.
    async fn start(more: impl IntoIterator<Item = (String, String)>) -> Self {
        let (sns, trail) = (Sns::start(), CloudTrail::start());
        trail.record(REGION, "ec2", "StopInstances", ago(FIRED + 1_800), &json!({}));
        let evidence = format!(
            "  window: {{ before: 10m, after: 1s }}\n  sources: [{{ name: trail, type: cloudtrail, endpoint_url: \"{}\" }}]",
            trail.server().url()
        );
        let mut environment = CloudWatch::credentials();
        environment.extend(more);
        let source = sns.source(", resync: false");
        let setup = Setup { evidence, sns: source, environment, ..Setup::default() };
        let mut firstlook = Firstlook::start(setup).await;
        firstlook.fail_at(None);
        let body = sns.notification(None, &alarm("edge", "ALARM", ago(FIRED)).to_string()).to_string();
        let url = format!("{}/webhooks/sns/aws", firstlook.url);
        assert_eq!(firstlook.send(|client| client.post(url).body(body)).await.status, 200);
        let world = Self { firstlook, trail, _sns: sns };
        world.firstlook.idle().await;
        world
    }

    fn edits(&self) -> usize {
        self.firstlook.slack.messages()[0].edits()
    }

    /// Waits until all is known, and has the last look made at once.
    async fn later(&self) {
        assert_eq!(self.firstlook.sql("SELECT count(*) FROM job WHERE late AND run_at > now()").await, 1);
        tokio::time::sleep(Duration::from_secs(8)).await;
        self.firstlook.run("UPDATE job SET run_at = now() WHERE late").await;
    }

    async fn asked_again(&self) -> Value {
        let asked = |one: &Value| one["timeline"].to_string().contains("asked again");
        self.firstlook.until("it has asked again", asked).await;
        let left = "SELECT count(*) FROM job WHERE kind = 'triage'";
        while self.firstlook.sql(left).await > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.firstlook.idle().await;
        self.firstlook.incident(1).await
    }
}

/// Id and title of each change.
fn changes(incident: &Value) -> Vec<(&str, &str)> {
    let items = incident["evidence"]["items"].as_array().unwrap().iter();
    let changes = items.filter(|item| item["kind"] == "change");
    changes.map(|item| (item["id"].as_str().unwrap(), item["title"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn what_decides_nothing_is_added_to_the_page_and_no_message_is_touched() {
    let world = World::start([]).await;
    let before = world.firstlook.incident(1).await;
    assert_eq!(changes(&before).len(), 1);
    let gaps = before["evidence"]["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["reason"].as_str().unwrap().contains("5 to 15 min late")), "{gaps:?}");
    let edits = world.edits();
    world.trail.record(REGION, "s3", "PutBucketPolicy", ago(FIRED + 60), &json!({}));
    world.later().await;
    let after = world.asked_again().await;
    let (old, new) = (changes(&before), changes(&after));
    assert_eq!(new[0], old[0], "what was told keeps its id");
    assert!(new.len() == 2 && new[1].0 == "C2" && new[1].1.contains("PutBucketPolicy"), "{new:?}");
    assert_eq!(after["evidence"]["gaps"], json!([]), "nothing can be missing any more");
    assert_eq!(after["summary"], before["summary"]);
    assert_eq!(world.edits(), edits);
    let words = "1 changes more, none of what the alarm names, 0 gaps";
    assert!(after["timeline"].to_string().contains(words), "{}", after["timeline"]);
    assert_eq!(world.firstlook.sql("SELECT count(*) FROM job WHERE late").await, 0, "once");
    world.firstlook.finish().await;
}

#[tokio::test]
async fn what_names_the_alarms_own_things_is_told_once_whenever_the_process_dies() {
    // The first summary passes this step too.
    let fail = [(firstlook::fail::VARIABLE.to_owned(), "before-summary:2".to_owned())];
    let mut world = World::start(fail).await;
    let edits = world.edits();
    world.trail.record(REGION, "elasticloadbalancing", "DeleteListener", ago(FIRED + 30), &by_hand());
    world.later().await;
    world.firstlook.dead().await;
    world.firstlook.launch().await;
    let after = world.asked_again().await;
    let found = changes(&after);
    assert!(found.len() == 2 && found[1].0 == "C2" && found[1].1.contains("DeleteListener"), "{found:?}");
    assert_eq!(after["timeline"].to_string().matches("asked again").count(), 1);
    let rounds = "SELECT count(*) FROM evidence e JOIN summary s USING (incident, round)";
    assert_eq!(world.firstlook.sql(rounds).await, 2, "each with a summary of its own");
    assert!(world.edits() > edits, "the message says what it did not");
    world.firstlook.finish().await;
}

#[tokio::test]
async fn a_source_that_does_not_answer_leaves_its_gap() {
    let world = World::start([]).await;
    world.trail.deny();
    let before = world.firstlook.incident(1).await;
    world.later().await;
    let left = "SELECT count(*) FROM job WHERE kind = 'triage'";
    while world.firstlook.sql(left).await > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let after = world.firstlook.incident(1).await;
    assert_eq!(after["evidence"], before["evidence"]);
    assert!(!after["timeline"].to_string().contains("asked again"));
    world.firstlook.finish().await;
}

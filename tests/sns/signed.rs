//! Signed calls: how subscriptions are confirmed with AWS credentials, and what `check --online` finds with them.

use serde_json::Value;

use super::{SERVICE, World};
use crate::harness::{Firstlook, Setup, command};
use crate::support::plan::Behaviour;
use crate::support::sns::{CREDENTIALS, Sns, is_signed};

async fn with_credentials(sns: Sns) -> World {
    let environment = CREDENTIALS.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let setup =
        Setup { sns: sns.source(", resync: false"), labels: SERVICE.into(), environment, ..Setup::default() };
    World { firstlook: Firstlook::start(setup).await, sns }
}

async fn confirmed(world: &World) -> String {
    let answer = world.post(&world.sns.confirmation("SubscriptionConfirmation")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["alerts"][0]["reason"].to_string()
}

#[tokio::test]
async fn with_credentials_a_subscription_is_confirmed_so_that_only_signed_calls_end_it() {
    let world = with_credentials(Sns::start()).await;
    let reason = confirmed(&world).await;
    assert!(reason.contains("by a signed call: only signed calls end it"), "{reason}");
    let requests = world.sns.api().requests();
    assert_eq!(requests.len(), 1);
    assert!(is_signed(&requests[0], "sns"), "{:?}", requests[0].headers);
    assert_eq!(requests[0].parameters()["AuthenticateOnUnsubscribe"], "true");
    // It was said at the start, too.
    let said =
        |line: &Value| line["message"].as_str().unwrap_or_default().contains("there are AWS credentials");
    assert!(world.firstlook.log().iter().any(said));
    world.finish().await;
}

#[tokio::test]
async fn credentials_that_may_not_do_not_keep_alarms_away() {
    let sns = Sns::start();
    sns.deny(&["ConfirmSubscription"]);
    let world = with_credentials(sns).await;
    let reason = confirmed(&world).await;
    for words in
        ["by a call without signature", "AWS does not allow sns:ConfirmSubscription (AuthorizationError)"]
    {
        assert!(reason.contains(words), "{reason}");
    }
    let signed: Vec<bool> = world.sns.api().requests().iter().map(|one| is_signed(one, "sns")).collect();
    assert_eq!(signed, [true, false]);
    assert!(world.firstlook.incidents().await.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn without_credentials_it_is_confirmed_without_a_signature_and_says_so() {
    let world = World::start("").await;
    // As 400 is how SNS throttles.
    world.sns.api().plan().then(Behaviour::status(400));
    let throttled = world.post(&world.sns.confirmation("SubscriptionConfirmation")).await;
    assert_eq!(throttled.status, 503, "{}", throttled.text);
    let reason = confirmed(&world).await;
    assert!(reason.contains("no AWS credentials were found"), "{reason}");
    world.finish().await;
}

#[tokio::test]
async fn a_signed_call_that_is_not_answered_is_asked_for_again_and_one_that_is_refused_is_an_alarm() {
    let world = with_credentials(Sns::start()).await;
    // 400 is how SNS throttles.
    for behaviour in [Behaviour::status(503), Behaviour::status(400), Behaviour::Hang, Behaviour::Reset] {
        world.sns.api().plan().then(behaviour.clone());
        let begun = std::time::Instant::now();
        let answer = world.post(&world.sns.confirmation("SubscriptionConfirmation")).await;
        assert_eq!(answer.status, 503, "{behaviour:?}: {}", answer.text);
        assert!(begun.elapsed().as_secs() < 5, "{behaviour:?}");
    }
    let mut wrong = world.sns.confirmation("SubscriptionConfirmation");
    wrong["Token"] = "expired".into();
    assert_eq!(world.post(&world.sns.sign(wrong)).await.status, 200);
    let incident = world.firstlook.until("it rings", |one| one["status"] == "open").await;
    let text = incident["alerts"][0]["annotations"]["description"].as_str().unwrap();
    assert!(text.contains("AWS answers InvalidParameter to sns:ConfirmSubscription"), "{text}");
    assert_eq!(world.told().await, ["trigger"]);
    world.finish().await;
}

/// What `check --online` says of SNS.
fn checked(world: &World, credentials: bool) -> (bool, Vec<String>) {
    let mut command = command(world.firstlook.folder.path(), &["check", "--online"]);
    if credentials {
        command.envs(CREDENTIALS);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("p4ss"), "{text}");
    let lines = text.lines().filter(|line| line.contains("sns/aws")).map(str::to_owned).collect();
    (output.status.success(), lines)
}

#[tokio::test]
async fn check_online_says_what_would_be_lost() {
    const HOUR: &str =
        "{\"healthyRetryPolicy\":{\"numRetries\":90,\"minDelayTarget\":40,\"maxDelayTarget\":40}}";
    let find = |lines: &[String], mark: &str, words: &str| {
        let found = lines.iter().any(|line| line.starts_with(mark) && line.contains(words));
        assert!(found, "no {mark} with {words} in\n{}", lines.join("\n"));
    };
    let world = World::start(", require_signature_version: 2, resync: false").await;
    let (ok, lines) = checked(&world, false);
    find(&lines, "note", "no AWS credentials, so its subscriptions cannot be looked at");
    assert!(ok, "{lines:?}");
    // The pattern of the source has a star, so topics are listed.
    let (ok, lines) = checked(&world, true);
    find(&lines, "FAULT", "no subscription of it leads to /webhooks/sns/aws");
    find(&lines, "FAULT", "it signs by version 1");
    assert!(!ok && !lines.iter().any(|line| line.contains("others")), "{lines:?}");
    world.sns.set_topic("SignatureVersion", "2");
    world.sns.subscribe("https://elsewhere.example/hook", "0", &[]);
    world.sns.subscribe(
        "https://sns:p4ss@fl.example/webhooks/sns/aws",
        "1",
        &[("RawMessageDelivery", "true")],
    );
    let (ok, lines) = checked(&world, true);
    find(&lines, "FAULT", "fl.example/webhooks/sns/aws: raw message delivery is on");
    find(&lines, "note", "SNS tries for 60 s");
    find(&lines, "note", "it has no dead-letter queue");
    assert!(!ok && lines.iter().all(|line| !line.contains("version 1")), "{lines:?}");
    // One at our own host counts alone.
    let own = format!("{}/webhooks/sns/aws", world.firstlook.url.replace("http:", "https:"));
    let good = [("EffectiveDeliveryPolicy", HOUR), ("RedrivePolicy", "{\"deadLetterTargetArn\":\"x\"}")];
    world.sns.subscribe(&own, "2", &good);
    let (ok, lines) = checked(&world, true);
    find(&lines, "ok", "127.0.0.1");
    assert!(ok && lines.iter().all(|line| !line.contains("fl.example")), "{lines:?}");
    world.sns.subscribe(&own, "PendingConfirmation", &[]);
    find(&checked(&world, true).1, "FAULT", "it waits to be confirmed");
    for (action, permission) in [
        ("ListTopics", "sns:ListTopics"),
        ("ListSubscriptionsByTopic", "sns:ListSubscriptionsByTopic"),
        ("GetSubscriptionAttributes", "sns:GetSubscriptionAttributes"),
        ("GetTopicAttributes", "sns:GetTopicAttributes"),
    ] {
        world.sns.deny(&[action]);
        find(
            &checked(&world, true).1,
            "note",
            &format!("AWS does not allow {permission} (AuthorizationError)"),
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn check_online_says_that_asking_finds_what_a_filter_policy_keeps_away() {
    for (resync, noted) in [("", true), (", resync: false", false)] {
        let world = World::start(resync).await;
        let own = format!("{}/webhooks/sns/aws", world.firstlook.url.replace("http:", "https:"));
        world.sns.subscribe(&own, "1", &[("FilterPolicy", r#"{"team":["edge"]}"#)]);
        let (_, lines) = checked(&world, true);
        let note = |line: &String| line.starts_with("note") && line.contains("set `resync: false`");
        let filter = |line: &String| line.contains("it has a filter policy");
        assert_eq!(lines.iter().any(|line| note(line) && filter(line)), noted, "{lines:?}");
        world.finish().await;
    }
}

//! SNS from the outside: signed messages become incidents, nothing else is kept, and nothing is lost or doubled.

mod asked;
mod changes;
mod hostile;
mod odd;
mod outage;
mod properties;
mod replay;
mod services;
mod signed;

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Answer, Firstlook, PATIENCE, Setup};
use crate::support::plan::Behaviour;
use crate::support::sns::{CONFIRM_TOKEN, Sns, TOPIC, UNSUBSCRIBE, alarm};
use crate::support::wait::eventually;

const SERVICE: &str = "[{ source: sns/aws, from: dimension.LoadBalancer, regex: \"app/(.+)/.+\", to: service }, \
      { source: sns/aws, from: alertname, regex: \"\\\\[(P\\\\d)\\\\].*\", to: severity }]";

/// firstlook, and an SNS whose certificate it believes.
struct World {
    firstlook: Firstlook,
    sns: Sns,
}

impl World {
    async fn start(more: &str) -> Self {
        let sns = Sns::start();
        let setup = Setup { sns: sns.source(more), labels: SERVICE.into(), ..Setup::default() };
        Self { firstlook: Firstlook::start(setup).await, sns }
    }

    async fn post(&self, body: &Value) -> Answer {
        self.post_text(body.to_string()).await
    }

    async fn post_text(&self, body: String) -> Answer {
        let url = format!("{}/webhooks/sns/aws", self.firstlook.url);
        let request = |client: &reqwest::Client| {
            client.post(url).header("content-type", "text/plain; charset=UTF-8").body(body)
        };
        self.firstlook.send(request).await
    }

    /// Publishes an alarm's message, `ago` seconds old.
    async fn alarm(&self, name: &str, state: &str, ago: i64) -> Answer {
        let changed = firstlook::clock::now() - chrono::TimeDelta::seconds(ago);
        let message = alarm(name, state, changed).to_string();
        let answer = self.post(&self.sns.notification(Some("an alarm"), &message)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    /// What PagerDuty was told, in order.
    async fn told(&self) -> Vec<String> {
        self.firstlook.idle().await;
        self.firstlook.pagerduty.events().iter().map(|event| event.action().to_owned()).collect()
    }

    /// Asserts that what opens a subscription is nowhere to be seen, and that no address of a message was followed.
    async fn finish(self) {
        assert!(!self.sns.was_followed(), "an address of a message was followed");
        let mut shown = self.firstlook.log().iter().map(Value::to_string).collect::<String>();
        for delivery in self.firstlook.get("/api/v1/deliveries").await.json()["items"].as_array().unwrap() {
            for path in ["/deliveries", "/api/v1/deliveries"] {
                let id = delivery["id"].as_str().unwrap();
                shown += &self.firstlook.get(&format!("{path}/{id}")).await.text;
            }
        }
        for incident in self.firstlook.incidents().await {
            let number = incident["number"].as_i64().unwrap();
            shown += &self.firstlook.incident(number).await.to_string();
            shown += &self.firstlook.get(&format!("/incidents/{number}")).await.text;
        }
        for secret in [CONFIRM_TOKEN, UNSUBSCRIBE, "Action=Unsubscribe", "SubscribeURL"] {
            assert!(!shown.contains(secret), "{secret} is shown");
        }
        let kept = "SELECT count(*) FROM delivery WHERE position('subscribeurl'::bytea IN lower(encode(body, 'escape'))::bytea) > 0";
        assert_eq!(self.firstlook.sql(kept).await, 0);
        self.firstlook.finish().await;
    }
}

#[tokio::test]
async fn an_alarm_rings_and_its_ok_ends_it() {
    for version in ["1", "2"] {
        let mut world = World::start("").await;
        world.sns.version = version;
        let answer = world.alarm("[P1] edge 5xx", "ALARM", 90).await.json();
        assert_eq!(answer["alerts"][0]["action"], "opened", "{answer}");
        let incident =
            world.firstlook.until("it is told", |one| one["notifications"][0]["state"] == "sent").await;
        let title = "[P1] edge 5xx: HTTPCode_ELB_5XX_Count (Sum) is 17, above 10, for 1 min";
        assert_eq!((&incident["title"], &incident["service"]), (&json!(title), &json!("web")));
        assert_eq!(incident["severity"], "critical", "P1, by the rule over its name");
        let one = &incident["alerts"][0];
        assert_eq!(one["fingerprint"], "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:[P1] edge 5xx");
        for (label, value) in [
            ("alertname", "[P1] edge 5xx"),
            ("account", "123456789012"),
            ("region", "eu-west-1"),
            ("dimension.LoadBalancer", "app/web/123"),
        ] {
            assert_eq!(one["labels"][label], value);
        }
        assert_eq!(one["annotations"]["runbook_url"], "https://wiki.example/edge");
        let answer = world.alarm("[P1] edge 5xx", "OK", 10).await.json();
        assert_eq!(answer["alerts"][0]["action"], "incident_resolved", "{answer}");
        assert_eq!(world.told().await, ["trigger", "resolve"]);
        world.finish().await;
    }
}

#[tokio::test]
async fn an_alarm_without_a_severity_has_that_of_its_source() {
    let world = World::start("").await;
    world.alarm("disk", "ALARM", 5).await;
    assert_eq!(world.firstlook.incidents().await[0]["severity"], "warning");
    assert!(world.told().await.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn what_is_overtaken_by_its_end_opens_nothing() {
    let world = World::start("").await;
    world.alarm("[P1] late", "OK", 60).await;
    let late = world.alarm("[P1] late", "ALARM", 120).await.json();
    assert_eq!(late["alerts"][0]["action"], "late", "{late}");
    assert!(world.firstlook.incidents().await.is_empty());
    let next = world.alarm("[P1] late", "ALARM", 1).await.json();
    assert_eq!(next["alerts"][0]["action"], "opened", "{next}");
    let rechecks = "SELECT count(*) FROM job WHERE key LIKE 'recheck/%'";
    assert_eq!(world.firstlook.sql(rechecks).await, 0);
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn too_little_data_is_noted_where_its_alarm_fires() {
    let world = World::start("").await;
    world.alarm("api", "ALARM", 60).await;
    let noted = world.alarm("api", "INSUFFICIENT_DATA", 30).await.json();
    assert_eq!(noted["alerts"][0]["action"], "noted", "{noted}");
    let incident = world.firstlook.incident(1).await;
    let timeline = incident["timeline"].to_string();
    assert!(timeline.contains("too little data"), "{timeline}");
    assert_eq!(incident["status"], "open");
    world.told().await;
    world.finish().await;

    let world = World::start(", insufficient_data: ignore").await;
    let ignored = world.alarm("api", "INSUFFICIENT_DATA", 30).await.json();
    assert_eq!(ignored["alerts"][0]["action"], "ignored");
    world.finish().await;

    let world = World::start(", insufficient_data: incident").await;
    world.alarm("api", "INSUFFICIENT_DATA", 30).await;
    assert_eq!(world.firstlook.incidents().await[0]["title"], "api has too little data to say anything");
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn whatever_else_is_published_is_an_alert_with_its_text() {
    let world = World::start("").await;
    let text = "AWS Budget Notification\n\nYour budget is exceeded: 120 % of 100 USD";
    world.post(&world.sns.notification(None, text)).await;
    let incident = world.firstlook.incident(1).await;
    assert_eq!(incident["title"], "AWS Budget Notification");
    assert_eq!(incident["alerts"][0]["annotations"]["description"], text);
    let approval = json!({"approval": {"pipelineName": "deploy", "token": "2f8a-usable"}}).to_string();
    world.post(&world.sns.notification(Some("APPROVAL NEEDED"), &approval)).await;
    assert_eq!(world.firstlook.incidents().await[0]["title"], "APPROVAL NEEDED");
    let kept = "SELECT count(*) FROM delivery WHERE position('2f8a-usable' IN encode(body, 'escape')) > 0";
    assert_eq!(world.firstlook.sql(kept).await, 0);
    assert!(!world.firstlook.incident(2).await.to_string().contains("2f8a-usable"));
    for odd in ["", "\u{0}", "{", "[1]", "null", "{\"AlarmName\": 7}"] {
        let answer = world.post(&world.sns.notification(None, odd)).await;
        assert_eq!(answer.status, 200, "{odd:?}: {}", answer.text);
    }
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn a_subscription_is_confirmed_where_we_say_and_its_end_is_an_alarm() {
    let world = World::start("").await;
    let answer = world.post(&world.sns.confirmation("SubscriptionConfirmation")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let reason = answer.json()["alerts"][0]["reason"].to_string();
    assert!(reason.contains(&format!("SNS has confirmed the subscription to {TOPIC}")), "{reason}");
    assert_eq!(world.sns.api().requests().len(), 1);
    assert!(world.firstlook.incidents().await.is_empty());
    let page = world.firstlook.get("/deliveries").await.text;
    assert!(page.contains("sns/aws"), "{page}");

    let ended = world.post(&world.sns.confirmation("UnsubscribeConfirmation")).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    let incident = world.firstlook.until("it rings", |one| one["status"] == "open").await;
    assert_eq!(incident["title"], "Alarms from the SNS topic alarms-prod do not come any more");
    assert_eq!(incident["severity"], "critical");
    assert_eq!(world.sns.api().requests().len(), 1, "that would subscribe it again");

    tokio::time::sleep(Duration::from_millis(20)).await;
    world.post(&world.sns.confirmation("SubscriptionConfirmation")).await;
    world.firstlook.until("it is over", |one| one["status"] == "resolved").await;
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    world.finish().await;
}

#[tokio::test]
async fn a_subscription_that_sns_refuses_is_an_alarm_and_one_that_it_cannot_confirm_now_comes_again() {
    let world = World::start("").await;
    let body = world.sns.confirmation("SubscriptionConfirmation");
    world.sns.api().plan().then(Behaviour::status(503));
    let answer = world.post(&body).await;
    assert_eq!((answer.status, answer.header("retry-after").is_empty()), (503, false));
    assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, 0);
    let mut wrong = world.sns.confirmation("SubscriptionConfirmation");
    wrong["Token"] = "expired".into();
    assert_eq!(world.post(&world.sns.sign(wrong)).await.status, 200);
    let incident = world.firstlook.until("it rings", |one| one["status"] == "open").await;
    let text = incident["alerts"][0]["annotations"]["description"].as_str().unwrap();
    assert!(text.contains("answers 400"), "{text}");
    assert_eq!(world.post(&body).await.status, 200);
    assert_eq!(world.told().await, ["trigger"], "that one was sent before the other");
    world.finish().await;
}

#[tokio::test]
async fn a_message_is_taken_once_however_often_it_comes_and_whatever_is_killed() {
    let mut world = World::start("").await;
    let message = alarm("[P1] once", "ALARM", firstlook::clock::now()).to_string();
    let body = world.sns.notification(None, &message);
    let all = futures_util::future::join_all((0..20).map(|_| world.post(&body))).await;
    let repeats = all.iter().filter(|answer| answer.json()["repeat"] == true).count();
    assert!(all.iter().all(|answer| answer.status == 200) && repeats == 19, "{repeats}");
    assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, 1);
    assert_eq!(world.firstlook.sql("SELECT received FROM incident_alert").await, 1);
    // Whenever it dies, SNS tries again: what was not committed is taken then, and what was is known.
    let mut last = body;
    for (number, step) in ["read:1", "before-commit:1", "committed:1"].into_iter().enumerate() {
        world.firstlook.kill();
        world.firstlook.fail_at(Some(step));
        world.firstlook.launch().await;
        let message = alarm(&format!("[P1] {step}"), "ALARM", firstlook::clock::now()).to_string();
        last = world.sns.notification(None, &message);
        let url = format!("{}/webhooks/sns/aws", world.firstlook.url);
        let client = firstlook::http::client(Duration::from_secs(15)).unwrap();
        assert!(client.post(url).body(last.to_string()).send().await.is_err(), "it dies before it answers");
        world.firstlook.dead().await;
        world.firstlook.fail_at(None);
        world.firstlook.launch().await;
        let answer = eventually(PATIENCE, "it is taken", async || {
            Some(world.post(&last).await).filter(|answer| answer.status == 200)
        })
        .await;
        assert_eq!(answer.json()["repeat"] == true, step == "committed:1", "{step}");
        let (deliveries, once) =
            ("SELECT count(*) FROM delivery", "SELECT max(received) FROM incident_alert");
        assert_eq!(world.firstlook.sql(deliveries).await, 2 + number as i64, "{step}");
        assert_eq!(world.firstlook.sql(once).await, 1, "{step}");
    }
    assert_eq!(world.post(&last).await.json()["repeat"], true);
    let told = world.told().await;
    assert!((4..=7).contains(&told.len()) && world.firstlook.pagerduty.incidents().len() == 4, "{told:?}");
    // Forgotten once it is too old to be taken anyway.
    let old = "WITH o AS (UPDATE sns_seen SET received_at = now() - interval '16 days' RETURNING 1) SELECT count(*) FROM o";
    assert_eq!(world.firstlook.sql(old).await, 4);
    let left = "SELECT count(*) FROM sns_seen";
    eventually(PATIENCE, "it is forgotten", async || (world.firstlook.sql(left).await == 0).then_some(()))
        .await;
    world.finish().await;
}

#[tokio::test]
async fn a_raw_delivery_is_taken_on_the_strength_of_its_credentials() {
    let sns = Sns::start();
    let source = sns.source(", raw_delivery: true, basic_auth: { username: sns, password: a-secret }");
    let source = source.replace("arn:aws:sns:eu-west-1:123456789012:alarms-*", TOPIC);
    let firstlook = Firstlook::start(Setup { sns: source, ..Setup::default() }).await;
    let world = World { firstlook, sns };
    let url = format!("{}/webhooks/sns/aws", world.firstlook.url);
    let post = async |password: Option<&str>, topic: &str, body: &str| {
        let (url, body, topic) = (url.clone(), body.to_owned(), topic.to_owned());
        let id = "0f4d5698-188d-4681-944f-c39a9e1bd651";
        let request = |client: &reqwest::Client| {
            let request =
                client.post(url).header("x-amz-sns-topic-arn", topic).header("x-amz-sns-message-id", id);
            let request = request.header("x-amz-sns-rawdelivery", "true").body(body);
            password
                .map_or(request.try_clone().unwrap(), |password| request.basic_auth("sns", Some(password)))
        };
        world.firstlook.send(request).await
    };
    let message = alarm("raw", "ALARM", firstlook::clock::now()).to_string();
    let refused = r#"firstlook_sns_refusals_total{reason="credentials"} 1"#;
    for (password, counted) in [(None, false), (Some("wrong"), true)] {
        let answer = post(password, TOPIC, &message).await;
        assert_eq!(answer.status, 401);
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, "Basic realm=\"firstlook\"", "SNS sends a password when it is asked");
        let metrics = world.firstlook.get("/metrics").await.text;
        assert_eq!(metrics.contains(refused), counted, "the first request of SNS is no refusal");
    }
    eventually(PATIENCE, "it is logged", async || {
        let log = world.firstlook.log();
        let warned = |line: &&Value| line["message"].to_string().contains("a body was not let in");
        (log.iter().filter(warned).count() == 1).then_some(())
    })
    .await;
    assert_eq!(
        post(Some("a-secret"), "arn:aws:sns:eu-west-1:123456789012:other", &message).await.status,
        403
    );
    assert_eq!(post(Some("a-secret"), TOPIC, "").await.status, 400);
    assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, 0);
    let answer = post(Some("a-secret"), TOPIC, &message).await;
    assert_eq!(answer.json()["alerts"][0]["action"], "opened", "{}", answer.text);
    assert_eq!(post(Some("a-secret"), TOPIC, &message).await.json()["repeat"], true);
    // Where a proxy drops the headers, the topic is the only one of the list, so that a text stays the same alert.
    let text = |client: &reqwest::Client| {
        client.post(url.clone()).basic_auth("sns", Some("a-secret")).body("The disk is full")
    };
    let named = |client: &reqwest::Client| text(client).header("x-amz-sns-topic-arn", TOPIC);
    let first = world.firstlook.send(named).await.json();
    let second = world.firstlook.send(text).await.json();
    assert_eq!(first["alerts"][0]["action"], "opened", "{first}");
    assert_eq!(second["alerts"][0]["fingerprint"], first["alerts"][0]["fingerprint"], "{second}");
    // An envelope is verified all the same.
    let mut forged = world.sns.notification(None, "x");
    forged["Message"] = "y".into();
    assert_eq!(post(Some("a-secret"), TOPIC, &forged.to_string()).await.status, 401);
    world.told().await;
    world.finish().await;
}

//! A secret in every place that something comes from, and none of them in anything that leaves.

mod brought;

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{CHANGE_KEY, Firstlook, Setup, TOKEN, alert, body};
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::loki::Loki;
use crate::support::model::Model;
use crate::support::pagerduty::PagerDuty;
use crate::support::slack::Slack;
use crate::support::sns::CREDENTIALS;

/// A text that holds a secret, and the secret: one for each place, so that a find says where it came from.
struct Planted {
    text: &'static str,
    secret: &'static str,
}

const LABEL: Planted =
    Planted { text: "postgres://app:mQ9zLabel7Kd@db-0:5432/orders", secret: "mQ9zLabel7Kd" };
const SUMMARY: Planted = Planted {
    text: "login of ida.summary@example.com fails, card 4539 1488 0343 6467",
    secret: "4539 1488 0343 6467",
};
const DESCRIPTION: Planted = Planted { text: "retry with password=hR4uDescr1pt", secret: "hR4uDescr1pt" };
const LINK: Planted =
    Planted { text: "http://prometheus:9090/graph?token=vT8sLinkSecret3", secret: "vT8sLinkSecret3" };
const FILE: Planted = Planted {
    text: "ERROR auth: key AKIAQ7WJDEGXDNCFIL3F was refused, Authorization: Bearer b3FileBearerTok3n9x",
    secret: "AKIAQ7WJDEGXDNCFIL3F",
};
const LOKI: Planted = Planted {
    text: "ERROR sync: {\"user\":\"ida.loki@example.com\",\"api_key\":\"zX5cLokiApiKey81\"} was refused",
    secret: "zX5cLokiApiKey81",
};
const INSIGHTS: Planted = Planted {
    text: "ERROR pay: webhook https://hooks.slack.com/services/T01ABCDEF/B01ABCDEF/c8InsightsHook2Zq9LmXw answers 500",
    secret: "c8InsightsHook2Zq9LmXw",
};
const STEP: Planted =
    Planted { text: "Log in with `psql postgres://root:pW6xStep2Yt@db-0/orders`.", secret: "pW6xStep2Yt" };
const BLOCK: Planted = Planted {
    text: "curl -H 'Authorization: Bearer kL2mBlockTok3n77Qa' https://api/reset",
    secret: "kL2mBlockTok3n77Qa",
};
const CHANGE: Planted =
    Planted { text: "Deploy checkout with DB_PASSWORD=nB7vChange4Rr", secret: "nB7vChange4Rr" };
const DETAIL: Planted = Planted {
    text: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZXRhaWwifQ.c2lnbmF0dXJlT2ZEZXRhaWw",
    secret: "c2lnbmF0dXJlT2ZEZXRhaWw",
};
const ARCHITECTURE: Planted =
    Planted { text: "ALB -> ECS, admin password: gY3tArch1tect", secret: "gY3tArch1tect" };
const CAUSE: Planted = Planted { text: "The key was rotated, secret=wE5rFeedback8", secret: "wE5rFeedback8" };

const ALL: [&Planted; 13] = [
    &LABEL,
    &SUMMARY,
    &DESCRIPTION,
    &LINK,
    &FILE,
    &LOKI,
    &INSIGHTS,
    &STEP,
    &BLOCK,
    &CHANGE,
    &DETAIL,
    &ARCHITECTURE,
    &CAUSE,
];
/// Second secrets of the same texts.
const MORE: [&str; 3] = ["ida.summary@example.com", "ida.loki@example.com", "b3FileBearerTok3n9x"];

fn lines(now: DateTime<Utc>, planted: &'static Planted) -> impl Iterator<Item = (DateTime<Utc>, String)> {
    let normal = (0..60).map(move |n| (now - TimeDelta::seconds(360 - n), format!("INFO took {n} ms")));
    normal.chain((0..4).map(move |n| (now - TimeDelta::seconds(90 - n), format!("{} ({n})", planted.text))))
}

fn runbook(folder: &Path) {
    let text = format!(
        "---\nmatch: ['alertname=\"CheckoutFails\"']\n---\n# Checkout\n## Check\n1. {}\n   ```sh\n   {}\n   ```\n",
        STEP.text, BLOCK.text
    );
    std::fs::write(folder.join("checkout.md"), text).unwrap();
}

/// The model says again what it reads, as a bad one would.
fn parrot(prompt: &str) -> String {
    let lines: Vec<&str> = prompt.lines().filter(|line| line.contains("ERROR")).take(3).collect();
    let claim =
        |text: &str| json!({"text": text.chars().take(400).collect::<String>(), "citations": ["A1", "L1"]});
    let mut claims: Vec<Value> = lines.iter().map(|line| claim(line)).collect();
    claims.push(
        json!({"text": "It is CheckoutFails, severity critical, 38% of requests.", "citations": ["A1"]}),
    );
    let cause = json!({"text": "38% of requests fail.", "confidence": "likely", "citations": ["A1"]});
    json!({"headline": "CheckoutFails, 38%", "claims": claims, "causes": [cause]}).to_string()
}

async fn change(firstlook: &Firstlook) {
    let at = firstlook::clock::now() - TimeDelta::minutes(2);
    let event = json!({
        "routing_key": CHANGE_KEY,
        "payload": {"summary": CHANGE.text, "source": "ci", "timestamp": at.to_rfc3339(), "custom_details": {"token": DETAIL.text}},
    });
    let url = format!("{}/webhooks/changes/ci", firstlook.url);
    let answer = firstlook.send(|http| http.post(url).bearer_auth(TOKEN).body(event.to_string())).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
}

/// firstlook over the three kinds of logs, with a runbook, a model that says again what it reads, and an alarm.
struct World {
    firstlook: Firstlook,
    model: Model,
    loki: Loki,
    insights: CloudWatchLogs,
}

impl World {
    async fn start() -> Self {
        let (model, loki, insights) = (Model::start(parrot), Loki::start(), CloudWatchLogs::start());
        let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
        let runbooks = folder.path().join("runbooks");
        std::fs::create_dir_all(&runbooks).unwrap();
        runbook(&runbooks);
        let line = |(at, text): (DateTime<Utc>, String)| format!("{} {text}\n", at.to_rfc3339());
        let file = folder.path().join("app.log");
        std::fs::write(&file, lines(now, &FILE).map(line).collect::<String>()).unwrap();
        for (at, text) in lines(now, &LOKI) {
            loki.push(&[("app", "checkout")], at, &text);
        }
        for (at, text) in lines(now, &INSIGHTS) {
            insights.write("/ecs/checkout", at, "s", &text);
        }
        let evidence = format!(
            "  window: {{ before: 2m, after: 1s }}\n  sources:\n  - {{ name: files, type: log_file, path: \"{}\" }}\n  \
             - {{ name: loki, type: loki, url: \"{}\", query: '{{app=\"checkout\"}}' }}\n  \
             - {{ name: insights, type: cloudwatch_logs, region: eu-west-1, endpoint_url: \"{}\", log_groups: [/ecs/checkout] }}",
            file.display(),
            loki.url(),
            insights.url()
        );
        let summary = Setup::default().openai(&model).summary;
        let summary =
            summary.replace("{ provider", &format!("{{ architecture: '{}', provider", ARCHITECTURE.text));
        let environment =
            CREDENTIALS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let setup = Setup { evidence, summary, environment, runbooks, ..Setup::default() };
        let firstlook = Firstlook::beside(setup, Slack::start(), PagerDuty::start(), Some(folder)).await;
        Self { firstlook, model, loki, insights }
    }

    async fn alarm(&self) -> Value {
        let labels = [
            ("alertname", "CheckoutFails"),
            ("service", "checkout"),
            ("severity", "critical"),
            ("dsn", LABEL.text),
        ];
        let mut alarm = alert(&labels, &format!("38% of requests: {}", SUMMARY.text));
        alarm["annotations"]["description"] = DESCRIPTION.text.into();
        alarm["generatorURL"] = LINK.text.into();
        self.firstlook.post(body(&[alarm])).await;
        self.firstlook.until("the summary is written", |one| one["summary"]["state"] == "ready").await
    }

    /// Everything that left: what is shown, logged and sent.
    async fn left(&self, incident: &Value) -> Vec<(&'static str, String)> {
        let Self { firstlook, model, .. } = self;
        let page = format!("/incidents/{}", incident["number"]);
        let api = format!("/api/v1/incidents/{}", incident["number"]);
        let mut left = vec![("firstlook's log", format!("{:?}", firstlook.log()))];
        for path in [page.as_str(), api.as_str(), "/", "/api/v1/incidents", "/metrics", "/runbooks"] {
            left.push(("a page or answer", firstlook.get(path).await.text));
        }
        let sent = [
            ("a request to the model", model.requests()),
            ("a request to Slack", firstlook.slack.requests()),
            ("a request to PagerDuty", firstlook.pagerduty.requests()),
            ("a request to Loki", self.loki.requests()),
            ("a request to CloudWatch", self.insights.server().requests()),
        ];
        for (what, requests) in sent {
            assert!(!requests.is_empty(), "{what} is looked at");
            left.extend(requests.iter().map(|request| (what, request.text())));
        }
        left
    }
}

#[tokio::test]
async fn no_secret_of_any_source_leaves() {
    let world = World::start().await;
    change(&world.firstlook).await;
    let incident = world.alarm().await;
    let url = format!("{}/api/v1/incidents/{}/feedback", world.firstlook.url, incident["number"]);
    let said = json!({"right": false, "cause": CAUSE.text});
    assert_eq!(world.firstlook.send(|http| http.post(url).json(&said)).await.status, 200);
    world.firstlook.idle().await;
    // Each place was read: what is around its secret is there, or the test would find nothing for want of looking.
    let prompt = world.model.prompts().concat();
    for around in [
        "ERROR auth: key",
        "ERROR sync:",
        "ERROR pay: webhook",
        "retry with",
        "Log in with",
        "curl -H",
        "Deploy checkout with",
        "ALB -> ECS",
        "38% of requests",
    ] {
        assert!(prompt.contains(around), "{around} is not in the prompt: {prompt}");
    }
    for (what, text) in world.left(&incident).await {
        for secret in ALL.iter().map(|planted| planted.secret).chain(MORE) {
            assert!(!text.contains(secret), "{secret} is in {what}: {text}");
        }
    }
    world.firstlook.finish().await;
}

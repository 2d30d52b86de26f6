//! Secrets in what the sources of measures, calls, requests and documents have, asked by the first look and by tools.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, alert, body};
use crate::support::athena::{Athena, Logged};
use crate::support::cloudtrail::CloudTrail;
use crate::support::cloudwatch::CloudWatch;
use crate::support::knowledge_base::{ID, KnowledgeBase};
use crate::support::model::{Asked, Model, Said};
use crate::support::prometheus::Prometheus;
use crate::support::server::Server;
use crate::support::sns::CREDENTIALS;
use crate::support::xray::{Hop, Xray};

const REGION: &str = "eu-west-1";
const THROWN: &str = "hG7yThrown3Pq";
const PATH: &str = "ida.path@example.com";
const CALLER: &str = "ida.trail@example.com";
const PASSAGE: &str = "uJ8kPassage5Rt1v2x3y";
const SERIES: &str = "sD4fSeries6Wx";
const DIMENSION: &str = "ida.dimension@example.com";
const QUESTION: &str = "lK9jQuestion2Zc";

fn hop(name: &'static str, seconds: f64, status: u16) -> Hop {
    Hop { name, kind: "AWS::ECS::Container", seconds, status }
}

fn source(name: &str, kind: &str, server: &Server, more: &str) -> String {
    let url = server.url();
    format!("\n    - {{ name: {name}, type: {kind}, region: {REGION}, endpoint_url: \"{url}\"{more} }}")
}

async fn firstlook(sources: &str, model: &Model) -> Firstlook {
    let evidence = format!("  window: {{ before: 10m, after: 1s }}\n  sources:{sources}");
    let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Firstlook::start(Setup { evidence, environment, ..Setup::default() }.openai(model)).await
}

/// None of `secrets` is in anything that was sent to the model, or is shown; each of `around` was sent.
async fn kept_in(firstlook: &Firstlook, model: &Model, secrets: &[&str], around: &[&str]) {
    let sent: String = model.requests().iter().map(|request| request.text()).collect();
    for words in around {
        assert!(sent.contains(words), "{words} was not read: {}", model.prompts().pop().unwrap_or_default());
    }
    let mut left = vec![("a request to the model", sent), ("the log", format!("{:?}", firstlook.log()))];
    for path in ["/incidents/1", "/api/v1/incidents/1", "/api/v1/incidents/1/analysis.md"] {
        left.push((path, firstlook.get(path).await.text));
    }
    let slack: String = firstlook.slack.requests().iter().map(|request| request.text()).collect();
    left.push(("a request to Slack", slack));
    for (what, text) in left {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} is in {what}: {text}");
        }
    }
}

fn over(incident: &Value) -> bool {
    incident["analysis"]["ended_at"].is_string()
}

fn summary(_: &str) -> String {
    json!({"headline": "38% of requests fail", "claims": [{"text": "38% of requests fail.", "citations": ["A1"]}]})
        .to_string()
}

fn ends() -> Said {
    Said::text(r#"{"overview":[{"text":"38% of requests fail.","citations":["A1"]}]}"#)
}

/// Requests, traces and calls of the last minutes and of yesterday, those of now with a secret in each.
fn aws(now: DateTime<Utc>) -> (Xray, Athena, CloudTrail, KnowledgeBase) {
    let (xray, athena) = (Xray::start(), Athena::start());
    let (trail, base) = (CloudTrail::start(), KnowledgeBase::start());
    let words = format!("no connection to postgres://app:{THROWN}@db-0/orders");
    for day in [0, 1] {
        for n in 1..240_i64 {
            let at = now - TimeDelta::days(day) - TimeDelta::seconds(10 * n);
            let bad = day == 0 && n < 30;
            let hops = |seconds, status| -> Vec<Hop> {
                vec![hop("api", seconds, status), hop("db", seconds, status)]
            };
            match bad {
                true => xray.trace(at, &hops(5.0, 500), Some(("java.sql.SQLException", &words))),
                false => xray.trace(at, &hops(0.1, 200), None),
            };
            athena.log(Logged {
                at,
                elb: "app/web/123",
                target: "10.0.1.7:8080",
                path: format!("GET /users/{PATH}"),
                status: if bad { 502 } else { 200 },
                seconds: 0.1,
                client: "203.0.113.7".to_owned(),
            });
        }
    }
    let by = json!({"userIdentity": {"type": "AssumedRole", "arn": format!("arn:aws:sts::123456789012:assumed-role/Admin/{CALLER}"),
        "sessionContext": {"sessionIssuer": {"userName": "Admin"}}}, "requestParameters": {"dBInstanceIdentifier": "db-0"}});
    trail.record(REGION, "rds", "ModifyDBInstance", now - TimeDelta::minutes(5), &by);
    base.keep("s3://kb/fails.md", &format!("When requests fail, log in with token={PASSAGE}."));
    (xray, athena, trail, base)
}

/// Asks every kind of them.
fn looks(asked: &Asked) -> Said {
    let call = |name: &str, input: Value| (name.to_owned(), name.to_owned(), input);
    match asked.answers {
        0 => Said {
            calls: vec![
                call("traces", json!({"source": "tr", "words": ["SQLException"]})),
                call("access_logs", json!({"source": "alb", "by": ["path", "status"]})),
                call("changes", json!({"words": ["db-0"]})),
                call("history", json!({"words": ["requests", "fail"]})),
            ],
            ..Said::default()
        },
        _ => ends(),
    }
}

#[tokio::test]
async fn no_secret_of_a_trace_a_request_a_call_or_a_document_leaves() {
    let model = Model::start(summary);
    model.talk(looks);
    let (xray, athena, trail, base) = aws(firstlook::clock::now());
    let sources = [
        source("tr", "xray", xray.server(), ""),
        source("alb", "athena", athena.server(), ", database: logs, table: alb, workgroup: oncall"),
        source("trail", "cloudtrail", trail.server(), ", global_services: false"),
        source("wiki", "bedrock_knowledge_base", base.server(), &format!(", knowledge_base_id: {ID}")),
    ];
    let firstlook = firstlook(&sources.concat(), &model).await;
    let labels = [("alertname", "HighErrorRate"), ("service", "api"), ("severity", "warning")];
    firstlook.post(body(&[alert(&labels, "38% of requests fail")])).await;
    firstlook.idle().await;
    let url = format!("{}/api/v1/incidents/1/analyze", firstlook.url);
    assert_eq!(firstlook.send(|http| http.post(&url)).await.status, 200);
    let incident = firstlook.until("it is analysed", over).await;
    let asked = incident["analysis"]["asked"].as_array().unwrap();
    assert_eq!(asked.len(), 4, "{asked:#?}");
    firstlook.idle().await;
    let around = [
        "java.sql.SQLException: no connection to",
        "GET /users/",
        "called rds ModifyDBInstance on db-0",
        "log in with token=",
    ];
    kept_in(&firstlook, &model, &[THROWN, PATH, CALLER, PASSAGE], &around).await;
    firstlook.finish().await;
}

/// Looks for what is measured, and reads one of it.
fn reads(asked: &Asked) -> Said {
    let call = |name: &str, input: Value| (input.to_string(), name.to_owned(), input);
    match asked.answers {
        0 => Said {
            calls: vec![
                call("metrics", json!({"source": "prom", "words": ["queue"]})),
                call("metrics", json!({"source": "cw", "namespace": "Shop", "words": ["pool"]})),
                call("query", json!({"source": "prom", "query": "queue_depth"})),
            ],
            ..Said::default()
        },
        _ => ends(),
    }
}

#[tokio::test]
async fn no_secret_of_a_series_or_of_a_question_leaves() {
    let now = firstlook::clock::now();
    let mut text = "# TYPE queue_depth gauge\n".to_owned();
    for n in (0..6 * 24 * 2).rev() {
        let at = (now - TimeDelta::minutes(10 * n)).timestamp();
        text.push_str(&format!(
            "queue_depth{{dsn=\"amqp://app:{SERIES}@mq-1/orders\"}} {} {at}\n",
            7 + n % 3
        ));
    }
    text.push_str("# EOF\n");
    let prometheus = Prometheus::with_history(&text, "  []\n", &[], &[]).await;
    let cloudwatch = CloudWatch::start();
    let pool = json!({"Namespace": "Shop", "MetricName": "PoolInUse", "Dimensions": [{"Name": "Owner", "Value": DIMENSION}]});
    let minute = DateTime::from_timestamp(now.timestamp().div_euclid(600) * 600, 0).unwrap();
    for n in 1..200 {
        cloudwatch.measure(&pool, minute - TimeDelta::minutes(10 * n), 4.0);
    }
    let model = Model::start(|_| panic!("no summary is asked for"));
    model.talk(reads);
    let sources = [
        format!("\n    - {{ name: prom, type: prometheus, url: \"{}\" }}", prometheus.url()),
        source("cw", "cloudwatch_metrics", cloudwatch.server(), ""),
    ];
    let firstlook = firstlook(&sources.concat(), &model).await;
    let url = format!("{}/api/v1/insights", firstlook.url);
    let question = format!("Is the queue longer since we set password={QUESTION} there?");
    let asked = json!({"question": question, "days": 1});
    assert_eq!(firstlook.send(|http| http.post(&url).json(&asked)).await.status, 201);
    let incident = firstlook.until("it is answered", over).await;
    let asked = incident["analysis"]["asked"].as_array().unwrap();
    assert!(asked.len() == 3 && asked.iter().all(|one| one["ok"] == true), "{asked:#?}");
    firstlook.idle().await;
    let around = ["Is the queue longer since", "amqp://", "PoolInUse", "Owner"];
    kept_in(&firstlook, &model, &[SERIES, DIMENSION, QUESTION], &around).await;
    firstlook.finish().await;
}

//! Access logs in Athena as evidence, from the outside: the target that fails while the other does not.

mod asked;

use std::time::Duration;

use aws_sdk_athena::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, TimeDelta, Utc};
use firstlook::evidence::athena::Table;
use firstlook::evidence::{Athena as Door, Counted, Fault, FaultKind, Moment};
use firstlook_core::evidence::Window;
use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, command};
use crate::support::athena::{Athena, Logged};
use crate::support::plan::Behaviour;
use crate::support::sns::{CREDENTIALS, Sns, alarm};
use crate::support::wait::eventually;

const BALANCER: &str = "app/web/123";

/// A request a second in the last 40 minutes and yesterday; one of two targets fails in the last two minutes.
pub fn traffic(athena: &Athena, now: DateTime<Utc>) {
    for day in [0, 1] {
        for n in 1..2_400_i64 {
            let at = now - TimeDelta::days(day) - TimeDelta::seconds(n);
            let bad = day == 0 && n < 120 && n % 2 == 0;
            let one = Logged {
                at,
                elb: BALANCER,
                target: if n % 2 == 0 { "10.0.1.7:8080" } else { "10.0.1.8:8080" },
                path: ["GET /pay", "GET /cart", "GET /items/*"][n as usize % 3].into(),
                status: if bad { 502 } else { 200 },
                seconds: if bad { 5.0 } else { 0.1 },
                client: format!("203.0.113.{}", n % 50),
            };
            athena.log(Logged { elb: "app/other/9", target: "10.9.9.9:80", status: 500, ..one.clone() });
            athena.log(one);
        }
    }
}

fn table() -> Table {
    Table {
        database: "logs".into(),
        table: Some("alb".into()),
        partition: "day".into(),
        workgroup: Some("oncall".into()),
        output_location: None,
    }
}

fn moment(now: DateTime<Utc>, balancer: &str) -> Moment {
    let window = Window { start: now - TimeDelta::minutes(10), end: now };
    let labels = [("dimension.LoadBalancer", balancer)].into_iter().collect();
    Moment { labels, alerts: vec![], window, baselines: vec![window.preceding(), window.yesterday()] }
}

async fn door(athena: &Athena, table: Table, seconds: u64) -> Door {
    let credentials = Credentials::new(CREDENTIALS[0].1, CREDENTIALS[1].1, None, None, "test");
    let sdk = firstlook::aws::config(Some("eu-west-1"), Some(&athena.server().url())).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    Door::new(&sdk, true, table, &[], Duration::from_secs(seconds)).unwrap()
}

async fn counted(athena: &Athena, moment: &Moment) -> Result<Counted, Fault> {
    door(athena, table(), 5).await.count(moment).await
}

#[tokio::test]
async fn the_target_that_fails_stands_on_the_page() {
    let (sns, athena, now) = (Sns::start(), Athena::start(), firstlook::clock::now());
    traffic(&athena, now);
    let evidence = format!(
        "  window: {{ before: 10m, after: 1s }}\n  sources: [{{ name: alb, type: athena, database: logs, table: alb, \
         workgroup: oncall, endpoint_url: \"{}\" }}]",
        athena.server().url()
    );
    let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let (sns_source, evidence) = (sns.source(", resync: false"), evidence);
    let firstlook =
        Firstlook::start(Setup { evidence, sns: sns_source, environment, ..Setup::default() }).await;
    let mut message = alarm("web 5xx", "ALARM", now - TimeDelta::seconds(30));
    message["NewStateReason"] = "Threshold Crossed: it is too much.".into();
    message["Trigger"]["Namespace"] = "AWS/ApplicationELB".into();
    message["Trigger"]["Dimensions"] = json!([{"name": "LoadBalancer", "value": BALANCER}]);
    let body = sns.notification(Some("an alarm"), &message.to_string()).to_string();
    let url = format!("{}/webhooks/sns/aws", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(url).body(body)).await.status, 200);
    let has = |one: &Value| one["evidence"]["items"].to_string().contains("\"M2\"");
    let incident = firstlook.until("there is evidence", has).await;
    firstlook.idle().await;
    // An answer is read in several statements: evidence may stand in one whose timeline does not tell of it yet.
    let incident = firstlook.incident(incident["number"].as_i64().unwrap()).await;
    let items: Vec<&Value> = incident["evidence"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "metric")
        .collect();
    let title = |n: usize| items[n]["title"].as_str().unwrap();
    assert!(
        title(0).starts_with("all requests: 5xx ")
            && title(0).contains(" %), normally 0 %; p95 5 s, normally 0.1 s"),
        "{items:#?}"
    );
    assert!(
        title(1).starts_with("target 10.0.1.7:8080: 5xx ") && title(1).contains("; others 5xx 0 of "),
        "{}",
        title(1)
    );
    assert!(!incident["evidence"]["items"].to_string().contains("10.9.9.9"), "another balancer's");
    assert_eq!(incident["evidence"]["gaps"], json!([]));
    let (query, link) = (items[1]["query"].as_str().unwrap(), items[1]["link"].as_str().unwrap());
    let start = "aws athena start-query-execution --region eu-west-1 --query-execution-context Database='logs' --work-group 'oncall'";
    assert!(query.starts_with(start), "{query}");
    assert!(link.contains("/athena/home?region=eu-west-1#/query-editor/history/0b1c2d3e-"), "{link}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(page.contains("target 10.0.1.7:8080: 5xx"), "the page has it");
    assert!(incident["timeline"].to_string().contains("12.3 MB scanned"), "{}", incident["timeline"]);
    let pack =
        firstlook.sql("SELECT count(*) FROM evidence WHERE pack LIKE '%M2 target 10.0.1.7:8080: 5xx%'").await;
    assert!(pack >= 1, "a model reads it");
    let metrics = firstlook.get("/metrics").await.text;
    let line = metrics.lines().find(|line| line.starts_with("firstlook_logs_scanned_bytes_total ")).unwrap();
    assert!(line.split(' ').next_back().unwrap().parse::<u64>().unwrap() >= 12_345_678, "{line}");
    firstlook.finish().await;
}

#[tokio::test]
async fn one_query_counts_the_window_beside_normal() {
    let (athena, now) = (Athena::start(), firstlook::clock::now());
    traffic(&athena, now);
    let found = counted(&athena, &moment(now, BALANCER)).await.unwrap();
    let access = found.access.unwrap();
    assert_eq!((found.faults, access.times, found.scanned), (vec![], 2, 12_345_678));
    let whole = &access.rows.iter().find(|row| row.value.is_empty()).unwrap();
    assert_eq!(whole.now.failed, 59, "{whole:?}");
    assert!(
        (595..=601).contains(&whole.now.requests) && (1_195..=1_201).contains(&whole.normal.requests),
        "{whole:?}"
    );
    assert_eq!(athena.queries(), (1, 0));
    let asked = &athena.asked("StartQueryExecution")[0];
    assert_eq!(
        (&asked["WorkGroup"], &asked["QueryExecutionContext"]["Database"]),
        (&json!("oncall"), &json!("logs"))
    );
    // What a label says stays a value: nobody has that name.
    let found = counted(&athena, &moment(now, "x' OR elb <> '")).await.unwrap();
    assert!(found.faults[0].reason.starts_with("alb has no request of this window"), "{:?}", found.faults);
    assert!(found.faults[0].remedy.contains("every five minutes"));
}

#[tokio::test]
async fn a_query_that_does_not_end_is_stopped() {
    let (athena, now) = (Athena::start(), firstlook::clock::now());
    athena.end("RUNNING", "");
    let door = door(&athena, table(), 2).await;
    let fault = door.count(&moment(now, BALANCER)).await.unwrap_err();
    assert!(
        fault.kind == FaultKind::Timeout && fault.reason.contains("had not finished the query after 1."),
        "{fault:?}"
    );
    eventually(PATIENCE, "it is stopped", async || (athena.queries() == (1, 1)).then_some(())).await;
    // The same where the one who waits is given up.
    let waits = tokio::time::timeout(Duration::from_secs(1), door.count(&moment(now, BALANCER))).await;
    assert!(waits.is_err());
    eventually(PATIENCE, "it is stopped too", async || (athena.queries() == (2, 2)).then_some(())).await;
}

#[tokio::test]
async fn what_athena_refuses_is_said_with_its_remedy() {
    let (athena, now) = (Athena::start(), firstlook::clock::now());
    let moment = moment(now, BALANCER);
    for action in ["StartQueryExecution", "GetQueryExecution", "GetQueryResults"] {
        athena.deny(&[action]);
        let fault = counted(&athena, &moment).await.unwrap_err();
        assert_eq!(fault.remedy, format!("allow `athena:{action}` to the role of firstlook"));
    }
    athena.deny(&[]);
    let fault =
        door(&athena, Table { workgroup: None, ..table() }, 3).await.count(&moment).await.unwrap_err();
    assert!(
        fault.reason.contains("No output location provided") && fault.remedy.contains("`output_location`"),
        "{fault:?}"
    );
    for (reason, remedy) in [
        ("COLUMN_NOT_FOUND: line 10:9: Column 'day' cannot be resolved", "`partition`"),
        ("Permission denied on S3 path: s3://logs/x", "files in S3"),
    ] {
        athena.end("FAILED", reason);
        let fault = counted(&athena, &moment).await.unwrap_err();
        assert!(fault.reason.ends_with(reason) && fault.remedy.contains(remedy), "{fault:?}");
    }
    athena.end("CANCELLED", "");
    assert!(counted(&athena, &moment).await.unwrap_err().remedy.contains("workgroup"));
    athena.end("SUCCEEDED", "");
    athena.server().plan().then(Behaviour::status(400)).then(Behaviour::status(503));
    assert!(counted(&athena, &moment).await.is_ok(), "it asks for patience twice");
    athena.server().plan().repeat_on("", Behaviour::Hang);
    let fault = door(&athena, table(), 1).await.count(&moment).await.unwrap_err();
    assert_eq!(fault.reason, "Athena did not answer athena:StartQueryExecution in time");
}

#[test]
fn check_online_names_the_action_that_is_missing() {
    let athena = Athena::start();
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "route: {{ receiver: x }}\nreceivers: [{{ name: x }}]\nevidence: {{ sources: [{{ name: alb, type: athena, database: logs, \
         table: alb, output_location: \"s3://results/\", region: eu-west-1, endpoint_url: \"{}\" }}] }}\n",
        athena.server().url()
    );
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let said = || {
        let output = command(folder.path(), &["check", "--online"]).envs(CREDENTIALS).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("evidence alb")).unwrap_or(&text).to_owned()
    };
    assert!(said().starts_with("ok"), "{}", said());
    for action in ["StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution"] {
        athena.deny(&[action]);
        let refused = said();
        assert!(refused.starts_with("FAULT") && refused.contains(&format!("`athena:{action}`")), "{refused}");
    }
}

//! CloudWatch Logs as evidence, from the outside: an alarm of SNS leads to the log group of what it watches.

mod blocks;
mod budget;
pub(crate) mod door;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, command};
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::sns::{CREDENTIALS, Sns, alarm};
use crate::support::wait::eventually;

const GROUP: &str = "/aws/lambda/pay";

fn credentials() -> Vec<(String, String)> {
    CREDENTIALS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An alarm of a Lambda function's errors, half a minute old.
fn errors_of(function: &str, now: DateTime<Utc>) -> String {
    let mut message = alarm(&format!("{function} errors"), "ALARM", now - TimeDelta::seconds(30));
    message["NewStateReason"] = "Threshold Crossed: it is too much.".into();
    message["Trigger"]["Namespace"] = "AWS/Lambda".into();
    message["Trigger"]["MetricName"] = "Errors".into();
    message["Trigger"]["Dimensions"] = json!([{"name": "FunctionName", "value": function}]);
    message.to_string()
}

/// What is always there, in the window, before it, and yesterday.
fn normal(logs: &CloudWatchLogs, now: DateTime<Utc>) {
    for day in [0, 1] {
        for n in 0..140_i64 {
            let at = now - TimeDelta::days(day) - TimeDelta::seconds(5 * n);
            let stream = format!("2026/11/26/[$LATEST]{}", n % 3);
            logs.write(GROUP, at, &stream, &format!("INFO paid order {} in {} ms", 1000 + n, 20 + n % 9));
            logs.write("/aws/lambda/payroll", at, "x", "ERROR of another function");
        }
    }
}

async fn rung(firstlook: &Firstlook, sns: &Sns, message: &str) {
    let body = sns.notification(Some("an alarm"), message).to_string();
    let url = format!("{}/webhooks/sns/aws", firstlook.url);
    let answer = firstlook.send(|client| client.post(url).body(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn start(sns: &Sns, logs: &CloudWatchLogs, timeout: &str) -> Firstlook {
    let evidence = format!(
        "  window: {{ before: 5m, after: 5s }}\n  timeout: {timeout}\n  sources: [{{ name: logs, type: cloudwatch_logs, \
         endpoint_url: \"{}\" }}]",
        logs.url()
    );
    let (sns, environment) = (sns.source(", resync: false"), credentials());
    Firstlook::start(Setup { evidence, sns, environment, ..Setup::default() }).await
}

fn gaps(incident: &Value) -> Vec<&Value> {
    incident["evidence"]["gaps"].as_array().unwrap().iter().collect()
}

#[tokio::test]
async fn a_functions_alarm_leads_to_the_new_pattern_of_its_log_group() {
    let (sns, logs, now) = (Sns::start(), CloudWatchLogs::start(), firstlook::clock::now());
    normal(&logs, now);
    for n in 0..6 {
        let at = now - TimeDelta::seconds(60 + 5 * n);
        logs.write(GROUP, at, "s", &format!("ERROR orders-db: no connection within {} ms", 5000 + n));
    }
    let firstlook = start(&sns, &logs, "20s").await;
    rung(&firstlook, &sns, &errors_of("pay", now)).await;
    let incident = firstlook
        .until("there is evidence", |one| one["evidence"]["items"].to_string().contains("\"L1\""))
        .await;
    firstlook.idle().await;
    let items = incident["evidence"]["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["kind"] == "log").unwrap();
    assert_eq!((&item["id"], &item["source"]), (&json!("L1"), &json!("logs")));
    assert!(item["title"].as_str().unwrap().contains("orders-db: no connection within"), "{item}");
    assert!(!incident.to_string().contains("another function"), "payroll only begins like it");
    assert_eq!(gaps(&incident), Vec::<&Value>::new());
    assert!(incident["timeline"].to_string().contains("MB scanned"), "{}", incident["timeline"]);
    let query = item["query"].as_str().unwrap();
    assert!(
        query.starts_with(
            "aws logs start-query --region eu-west-1 --log-group-names '/aws/lambda/pay' --start-time"
        ),
        "{query}"
    );
    let link = item["link"].as_str().unwrap();
    let home =
        "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:logs-insights$3F";
    assert!(
        link.starts_with(home) && link.contains("ABSOLUTE") && link.contains("*2faws*2flambda*2fpay"),
        "{link}"
    );
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(
        page.contains("no connection within") && page.contains("logsV2:logs-insights$3F"),
        "the page has both"
    );
    let started = logs.asked("StartQuery");
    assert!(started.iter().all(|one| one["logGroupNames"] == json!([GROUP])), "{started:?}");
    assert!(logs.asked("FilterLogEvents").is_empty() && logs.stopped() == 0);
    let metrics = firstlook.get("/metrics").await.text;
    let line = metrics.lines().find(|line| line.starts_with("firstlook_logs_scanned_bytes_total ")).unwrap();
    assert!(line.split(' ').next_back().unwrap().parse::<u64>().unwrap() > 1_000, "{line}");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_query_that_does_not_end_is_stopped_and_what_came_is_shown() {
    let (sns, logs, now) = (Sns::start(), CloudWatchLogs::start(), firstlook::clock::now());
    normal(&logs, now);
    for n in 0..6 {
        logs.write(GROUP, now - TimeDelta::seconds(45 + n), "s", "ERROR orders-db: no connection");
    }
    logs.end("Running");
    let firstlook = start(&sns, &logs, "3s").await;
    rung(&firstlook, &sns, &errors_of("pay", now)).await;
    let incident = firstlook.until("there is evidence", |one| one["evidence"]["gaps"][0].is_object()).await;
    firstlook.idle().await;
    assert!(incident["evidence"]["items"].to_string().contains("no connection"), "{}", incident["evidence"]);
    let said = gaps(&incident)[0]["reason"].as_str().unwrap();
    assert!(said.starts_with("Logs Insights had not finished after 2."), "{said}");
    eventually(PATIENCE, "no query runs on", async || (logs.queries().1 == 0).then_some(())).await;
    let (started, _) = logs.queries();
    assert!(started >= 3 && logs.stopped() == started, "{started} {}", logs.stopped());
    firstlook.finish().await;
}

#[test]
fn check_online_names_the_action_that_is_missing() {
    let logs = CloudWatchLogs::start();
    logs.group(GROUP);
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "route: {{ receiver: x }}\nreceivers: [{{ name: x }}]\nevidence: {{ sources: [{{ name: logs, type: cloudwatch_logs, \
         region: eu-west-1, endpoint_url: \"{}\" }}] }}\n",
        logs.url()
    );
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let said = || {
        let output = command(folder.path(), &["check", "--online"]).envs(CREDENTIALS).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("evidence logs")).unwrap_or(&text).to_owned()
    };
    let fine = said();
    assert!(fine.starts_with("ok") && fine.contains("started and stopped"), "{fine}");
    assert_eq!(logs.stopped(), 1);
    for action in ["DescribeLogGroups", "StartQuery", "GetQueryResults", "StopQuery"] {
        logs.deny(&[action]);
        let refused = said();
        assert!(
            refused.starts_with("FAULT") && refused.contains(&format!("allow `logs:{action}`")),
            "{refused}"
        );
    }
}

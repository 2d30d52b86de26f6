//! The local CloudWatch Logs refuses what the real one refuses.

use chrono::DateTime;
use serde_json::{Value, json};

use super::client;
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::sns::CREDENTIALS;

async fn ask(logs: &CloudWatchLogs, action: &str, body: Value) -> (u16, Value) {
    ask_as(logs, action, "logs", body).await
}

async fn ask_as(logs: &CloudWatchLogs, action: &str, service: &str, body: Value) -> (u16, Value) {
    let scope = format!("20261125/eu-west-1/{service}/aws4_request");
    let signed =
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host, Signature=0", CREDENTIALS[0].1);
    let request = client().post(logs.url()).header("x-amz-target", format!("Logs_20140328.{action}"));
    let answer = request.header("authorization", signed).body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn start() -> Value {
    json!({"logGroupNames": ["/a"], "startTime": 1_772_359_200, "endTime": 1_772_359_201,
           "queryString": "fields @timestamp\n| sort @timestamp desc"})
}

#[tokio::test]
async fn queries_pass_through_their_states_and_end_once() {
    let logs = CloudWatchLogs::start();
    for n in 0..4 {
        logs.write(
            "/a",
            DateTime::from_timestamp_millis(1_772_359_200_250 + n).unwrap(),
            "s",
            &format!("line {n}"),
        );
    }
    let id = ask(&logs, "StartQuery", start()).await.1;
    assert_eq!(logs.queries(), (1, 1));
    for (status, rows, scanned) in [("Scheduled", 0, 0.0), ("Running", 2, 24.0), ("Complete", 4, 24.0)] {
        let (_, answer) = ask(&logs, "GetQueryResults", id.clone()).await;
        assert_eq!((&answer["status"], answer["results"].as_array().unwrap().len()), (&json!(status), rows));
        assert_eq!(answer["statistics"]["bytesScanned"], scanned);
    }
    assert_eq!(ask(&logs, "StopQuery", id.clone()).await.1["__type"], "InvalidParameterException");
    assert_eq!((logs.queries(), logs.stopped()), ((1, 0), 0));
    let (_, page) =
        ask(&logs, "FilterLogEvents", json!({"logGroupName": "/a", "startFromHead": false})).await;
    assert_eq!((&page["events"], &page["nextToken"]), (&json!([]), &json!("page-2")));
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let logs = CloudWatchLogs::start();
    logs.group("/a");
    let with = |key: &str, value: Value| {
        let mut body = start();
        body[key] = value;
        body
    };
    for (action, body, code) in [
        ("StartQuery", with("startTime", json!(1_772_359_200_000_i64)), "InvalidParameterException"),
        ("StartQuery", with("endTime", json!(1)), "MalformedQueryException"),
        ("StartQuery", with("limit", json!(10_001)), "InvalidParameterException"),
        ("StartQuery", with("logGroupName", json!("/a")), "InvalidParameterException"),
        ("StartQuery", with("logGroupNames", json!([])), "InvalidParameterException"),
        ("StartQuery", with("logGroupNames", json!(vec!["/a"; 51])), "InvalidParameterException"),
        ("StartQuery", with("logGroupNames", json!(["/a", "/b"])), "ResourceNotFoundException"),
        ("StartQuery", with("queryString", json!("fields @x\n| filter ((")), "MalformedQueryException"),
        ("StartQuery", with("queryString", json!("fields @x | limit 10001")), "MalformedQueryException"),
        ("StartQuery", with("queryString", json!("stats median(a) by b")), "MalformedQueryException"),
        (
            "StartQuery",
            with("queryString", json!("SOURCE logGroups() | limit 1")),
            "InvalidParameterException",
        ),
        ("GetQueryResults", json!({"queryId": "query-9"}), "ResourceNotFoundException"),
        ("StopQuery", json!({"queryId": "other"}), "ResourceNotFoundException"),
        ("DescribeLogGroups", json!({"limit": 51}), "InvalidParameterException"),
        ("FilterLogEvents", json!({"logGroupName": "/b"}), "ResourceNotFoundException"),
        ("DeleteLogGroup", json!({"logGroupName": "/a"}), "UnknownOperationException"),
    ] {
        let (status, answer) = ask(&logs, action, body).await;
        assert_eq!((status, &answer["__type"]), (400, &json!(code)), "{action}");
    }
    assert_eq!(ask_as(&logs, "StartQuery", "sqs", start()).await.0, 403);
    logs.deny(&["StartQuery"]);
    assert_eq!(ask(&logs, "StartQuery", start()).await.1["__type"], "AccessDeniedException");
    assert_eq!(logs.queries(), (0, 0));
}

//! CloudWatch's metrics as evidence: what an alarm of SNS watches, compared with normal, on the page.

mod composite;

use std::time::Duration;

use aws_sdk_cloudwatch::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, Utc};
use firstlook::evidence::cloudwatch_metrics::Query;
use firstlook::evidence::{Alert, CloudWatchMetrics as Door, Fault, Measurements, Moment};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::metric::{Limit, Relation};
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, command};
use crate::support::cloudwatch::{ACCOUNT, CloudWatch};
use crate::support::plan::Behaviour;
use crate::support::sns::{CREDENTIALS, Sns, alarm};

fn metric(name: &str) -> Value {
    json!({"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": [{"Name": "FunctionName", "Value": "pay"}]})
}

fn arn(account: &str) -> String {
    format!("arn:aws:cloudwatch:eu-west-1:{account}:alarm:pay errors")
}

/// An alarm of one metric, as the API has it.
fn errors() -> Value {
    let mut more = metric("Errors");
    more["Statistic"] = "Sum".into();
    more["Period"] = 60.into();
    more["Threshold"] = 10.0.into();
    more["ComparisonOperator"] = "GreaterThanThreshold".into();
    more
}

/// The beginning of a minute, some minutes ago.
fn minute(ago: i64) -> DateTime<Utc> {
    let now = firstlook::clock::now().timestamp();
    DateTime::from_timestamp(now.div_euclid(60) * 60 - ago * 60, 0).unwrap()
}

/// A value a minute, calm before the last minutes and yesterday, in which it is `high`.
fn measure(cloudwatch: &CloudWatch, name: &str, calm: f64, high: f64) {
    for ago in (1..40).chain(1_430..1_470) {
        let value = if ago < 4 { high } else { calm + (ago % 3) as f64 };
        cloudwatch.measure(&metric(name), minute(ago), value);
    }
}

fn moment() -> Moment {
    let pairs = [("alertname", "pay errors"), ("account", ACCOUNT), ("region", "eu-west-1")];
    let labels: Labels = pairs.into_iter().chain([("function", "pay")]).collect();
    let window = Window { start: minute(12), end: firstlook::clock::now() };
    let alerts = vec![Alert { source: "sns/aws".into(), labels: labels.clone() }];
    Moment { alerts, labels, window, baselines: vec![window.preceding(), window.yesterday()] }
}

async fn measured(cloudwatch: &CloudWatch, queries: &[Query]) -> Result<Measurements, Fault> {
    let credentials = Credentials::new(CREDENTIALS[0].1, CREDENTIALS[1].1, None, None, "test");
    let sdk =
        firstlook::aws::config(Some("us-east-1"), Some(&cloudwatch.server().url())).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    Door::new(&sdk, false, queries, Duration::from_secs(3))?.measure(&moment()).await
}

#[tokio::test]
async fn what_an_alarm_watches_is_on_the_page_beside_its_limit_and_what_is_normal() {
    let (sns, cloudwatch) = (Sns::start(), CloudWatch::start());
    cloudwatch.put("MetricAlarm", &arn(ACCOUNT), "ALARM", minute(1), &errors());
    measure(&cloudwatch, "Errors", 0.0, 17.0);
    let evidence = format!(
        "  window: {{ before: 10m, after: 1s }}\n  sources: [{{ name: cw, type: cloudwatch_metrics, endpoint_url: \"{}\" }}]",
        cloudwatch.server().url()
    );
    let (sns_source, environment) = (sns.source(", resync: false"), CloudWatch::credentials());
    let firstlook =
        Firstlook::start(Setup { evidence, sns: sns_source, environment, ..Setup::default() }).await;
    let mut message = alarm("pay errors", "ALARM", firstlook::clock::now());
    message["NewStateReason"] = "Threshold Crossed: it is too much.".into();
    let body = sns.notification(Some("an alarm"), &message.to_string()).to_string();
    let url = format!("{}/webhooks/sns/aws", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(url).body(body)).await.status, 200);
    let incident = firstlook.until("there is evidence", |one| one["impact"]["threshold"].is_number()).await;
    firstlook.idle().await;
    let items = incident["evidence"]["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["kind"] == "metric").unwrap();
    let title = item["title"].as_str().unwrap();
    assert!(title.starts_with("Errors (Sum): 17, normally 1 (0 to 2), above since "), "{title}");
    assert!(item["text"].as_str().unwrap().contains("alarm above 10, reached at "), "{item}");
    assert_eq!(
        (&incident["impact"]["value"], &incident["impact"]["threshold"]),
        (&json!(17.0), &json!(10.0))
    );
    assert!(
        item["query"]
            .as_str()
            .unwrap()
            .starts_with("aws cloudwatch get-metric-data --region eu-west-1 --start-time")
    );
    assert!(item["link"].as_str().unwrap().contains("#metricsV2:graph=~(view~'timeSeries"), "{item}");
    assert_eq!(incident["evidence"]["gaps"], json!([]));
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(page.contains("class=\"thr\"") && page.contains("Errors (Sum)"), "the page draws it");
    firstlook.finish().await;
}

#[tokio::test]
async fn expressions_bands_and_pages_are_read() {
    let cloudwatch = CloudWatch::start();
    measure(&cloudwatch, "Errors", 0.0, 17.0);
    measure(&cloudwatch, "Throttles", 1.0, 1.0);
    let stat = |id: &str, name: &str, returned: bool| json!({"Id": id, "MetricStat": {"Metric": metric(name), "Period": 60, "Stat": "Sum"}, "ReturnData": returned});
    let sum = json!({"Id": "e1", "Expression": "m1 + m2", "Label": "failures", "ReturnData": true});
    let metrics = json!([stat("m1", "Errors", false), stat("m2", "Throttles", false), sum]);
    let math =
        json!({"Metrics": metrics, "Threshold": 5.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"});
    for paged in [false, true] {
        cloudwatch.put("MetricAlarm", &arn(ACCOUNT), "ALARM", minute(1), &math);
        cloudwatch.give(paged, (2.0, 8.0));
        let found = measured(&cloudwatch, &[]).await.unwrap();
        let one = &found.measured[0];
        assert_eq!((one.name.as_str(), found.measured.len(), &found.faults), ("failures", 1, &vec![]));
        assert_eq!(one.limit, Some(Limit { relation: Relation::AtLeast, value: 5.0 }));
        let values: Vec<f64> = one.window.iter().map(|point| point.value).collect();
        assert_eq!((values.len(), &values[values.len() - 3..]), (12, &[18.0, 18.0, 18.0][..]), "{paged}");
        assert!(one.normal.len() >= 20 && one.link.is_none() && one.expected.is_none());
        let band = json!({"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": true});
        let anomaly = json!({
            "Metrics": [stat("m1", "Errors", true), band], "ThresholdMetricId": "ad1",
            "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
        });
        cloudwatch.put("MetricAlarm", &arn(ACCOUNT), "ALARM", minute(1), &anomaly);
        let found = measured(&cloudwatch, &[]).await.unwrap();
        let one = &found.measured[0];
        let range = one.expected.unwrap();
        assert_eq!(
            (one.name.as_str(), one.limit, range.low, range.median, range.high),
            ("Errors", None, 2.0, 5.0, 8.0)
        );
    }
}

#[tokio::test]
async fn configured_metrics_are_asked_for_and_what_cannot_be_had_is_named() {
    let cloudwatch = CloudWatch::start();
    measure(&cloudwatch, "Duration", 20.0, 400.0);
    // Another account's alarm of that name.
    cloudwatch.put("MetricAlarm", &arn("999999999999"), "ALARM", minute(1), &errors());
    let query = |title: &str, metric: &str, value: &str| Query {
        title: title.into(),
        namespace: "AWS/Lambda".into(),
        metric: metric.into(),
        dimensions: [("FunctionName".to_owned(), value.to_owned())].into(),
        stat: "Average".into(),
        period: 60,
        unit: "ms".into(),
    };
    let queries = [
        query("p50", "Duration", "{{labels.function}}"),
        query("none", "Nothing", "pay"),
        query("unnamed", "Duration", "{{labels.absent}}"),
    ];
    let found = measured(&cloudwatch, &queries).await.unwrap();
    let named: Vec<_> =
        found.measured.iter().map(|one| (one.name.as_str(), one.unit.as_str(), one.of_alarm)).collect();
    assert_eq!(named[0], ("p50", "ms", false));
    let said: Vec<&str> = found.faults.iter().map(|fault| fault.reason.as_str()).collect();
    assert_eq!(
        said,
        ["the incident has no label `absent`", "CloudWatch has no values of none in the window"]
    );
    for (denied, action) in [("DescribeAlarms", "DescribeAlarms"), ("GetMetricData", "GetMetricData")] {
        cloudwatch.allow(denied, false);
        let answer = measured(&cloudwatch, &queries[..1]).await;
        let fault = answer.map_or_else(|fault| fault, |found| found.faults[0].clone());
        assert_eq!(fault.remedy, format!("allow `cloudwatch:{action}` to the role of firstlook"));
        cloudwatch.allow(denied, true);
    }
    cloudwatch.server().plan().then_on("GetMetricData", Behaviour::status(400));
    assert_eq!(measured(&cloudwatch, &queries[..1]).await.unwrap().faults, [], "throttled once");
    cloudwatch.server().plan().repeat_on("GetMetricData", Behaviour::Hang);
    let fault = measured(&cloudwatch, &queries[..1]).await.unwrap_err();
    assert_eq!(fault.reason, "CloudWatch did not answer in time");
}

#[test]
fn check_online_tries_both_calls() {
    let cloudwatch = CloudWatch::start();
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "route: {{ receiver: x }}\nreceivers: [{{ name: x }}]\nevidence: {{ sources: [{{ name: cw, type: cloudwatch_metrics, \
         region: eu-west-1, endpoint_url: \"{}\" }}] }}\n",
        cloudwatch.server().url()
    );
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let said = || {
        let output = command(folder.path(), &["check", "--online"]).envs(CREDENTIALS).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("evidence cw")).unwrap_or(&text).to_owned()
    };
    assert!(said().starts_with("ok"), "{}", said());
    for action in ["DescribeAlarms", "GetMetricData"] {
        cloudwatch.allow(action, false);
        let refused = said();
        assert!(
            refused.starts_with("FAULT") && refused.contains(&format!("`cloudwatch:{action}`")),
            "{refused}"
        );
        cloudwatch.allow(action, true);
    }
}

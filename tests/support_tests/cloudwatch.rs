//! The local CloudWatch refuses what the real one refuses, and our door never asks for more than that.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::primitives::DateTime as AwsTime;
use aws_sdk_cloudwatch::types::{AlarmType, Metric, MetricDataQuery, MetricStat};
use firstlook::sources::cloudwatch_api::{Api, Question};
use serde_json::json;

use super::client;
use crate::support::cloudwatch::{ACCOUNT, CloudWatch};
use crate::support::sns::CREDENTIALS;

async fn shared(key: &str) -> aws_config::SdkConfig {
    let credentials = Credentials::new(key, CREDENTIALS[1].1, None, None, "test");
    let provider = SharedCredentialsProvider::new(credentials);
    let plain = firstlook::aws::config(Some("eu-west-1"), None).await;
    plain.into_builder().credentials_provider(provider).build()
}

async fn sdk(cloudwatch: &CloudWatch, key: &str) -> Client {
    let shared = shared(key).await.into_builder().endpoint_url(cloudwatch.server().url()).build();
    Client::new(&shared)
}

fn fill(cloudwatch: &CloudWatch, count: usize) -> Vec<String> {
    let now = firstlook::clock::now();
    let names: Vec<String> = (0..count).map(|number| format!("alarm {number:03}")).collect();
    for name in &names {
        let arn = format!("arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:{name}");
        cloudwatch.put("MetricAlarm", &arn, "OK", now, &json!({}));
    }
    names
}

#[tokio::test]
async fn too_many_names_unknown_types_wrong_tokens_and_strangers_are_refused() {
    let cloudwatch = CloudWatch::start();
    let names = fill(&cloudwatch, 101);
    let known = sdk(&cloudwatch, CREDENTIALS[0].1).await;
    let ask = || known.describe_alarms();
    let types = Some(vec![AlarmType::from("DreamAlarm")]);
    for (request, code) in [
        (ask().set_alarm_names(Some(names.clone())), "ValidationError"),
        (ask().set_alarm_types(types), "ValidationError"),
        (ask().max_records(101), "ValidationError"),
        (ask().next_token("made up"), "InvalidNextToken"),
        (sdk(&cloudwatch, "AKIASTRANGER").await.describe_alarms(), "InvalidClientTokenId"),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code));
    }
    let composite = ask().alarm_types(AlarmType::CompositeAlarm).send().await.unwrap();
    assert!(composite.composite_alarms().is_empty() && composite.metric_alarms().is_empty());
    let page = ask().max_records(100).send().await.unwrap();
    assert_eq!((page.metric_alarms().len(), page.next_token().is_some()), (100, true));
    let last =
        ask().max_records(100).set_next_token(page.next_token().map(str::to_owned)).send().await.unwrap();
    assert_eq!((last.metric_alarms().len(), last.next_token()), (1, None));
    let url = format!(
        "{}/service/GraniteServiceVersion20100801/operation/DescribeAlarms",
        cloudwatch.server().url()
    );
    let unsigned = client()
        .post(url)
        .header("smithy-protocol", "rpc-v2-cbor")
        .header("content-type", "application/cbor");
    assert_eq!(unsigned.body(vec![0xbf, 0xff]).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn tags_are_those_of_an_alarm_of_the_region_and_alarms_are_found_by_whom_they_tell() {
    let cloudwatch = CloudWatch::start();
    let (names, now) = (fill(&cloudwatch, 2), firstlook::clock::now());
    let arn = |name: &str| format!("arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:{name}");
    let told = json!({"OKActions": ["arn:aws:sns:eu-west-1:123456789012:alarms-x"]});
    cloudwatch.put("LogAlarm", &arn("telling"), "OK", now, &told);
    cloudwatch.tag(&arn(&names[0]), &[("team", "a"), ("aws:stack", "b")]);
    let known = sdk(&cloudwatch, CREDENTIALS[0].1).await;
    let tags = |arn: String| known.list_tags_for_resource().resource_arn(arn).send();
    let has = tags(arn(&names[0])).await.unwrap();
    assert_eq!(has.tags().iter().map(|one| one.key().unwrap()).collect::<Vec<_>>(), ["team", "aws:stack"]);
    assert!(tags(arn(&names[1])).await.unwrap().tags().is_empty());
    for (wrong, code) in [
        (arn("nobody's"), "ResourceNotFoundException"),
        (arn(&names[0]).replace("eu-west-1", "eu-west-3"), "InvalidParameterValueException"),
        (arn(""), "InvalidParameterValueException"),
        ("text".to_owned(), "InvalidParameterValueException"),
        (arn(&"n".repeat(1000)), "InvalidParameterValueException"),
    ] {
        assert_eq!(tags(wrong).await.unwrap_err().code(), Some(code));
    }
    let telling = async |prefix: &str| {
        let every = [AlarmType::MetricAlarm, AlarmType::LogAlarm];
        known.describe_alarms().set_alarm_types(Some(every.to_vec())).action_prefix(prefix).send().await
    };
    let found = telling("arn:aws:sns:eu-west-1:123456789012:alarms-").await.unwrap();
    assert_eq!((found.log_alarms().len(), found.metric_alarms().len()), (1, 0));
    assert!(telling("arn:aws:sns:eu-west-1:123456789012:mail").await.unwrap().log_alarms().is_empty());
    assert_eq!(telling("").await.unwrap_err().code(), Some("ValidationError"));
}

#[tokio::test]
async fn many_names_are_asked_for_a_hundred_at_a_time() {
    let cloudwatch = CloudWatch::start();
    let names = fill(&cloudwatch, 150);
    let api = Api::new(shared(CREDENTIALS[0].1).await, Some(cloudwatch.server().url()));
    let question =
        Question { names: names.iter().map(String::as_str).collect::<BTreeSet<_>>(), ..Question::default() };
    let answer = api.ask("eu-west-1", &question).await.unwrap();
    assert_eq!((answer.alarms.len(), answer.account.as_deref()), (150, Some(ACCOUNT)));
    // Two for the names, one for what is in alarm.
    assert_eq!(cloudwatch.calls("DescribeAlarms"), 3);
    assert!(api.ask("eu-west-3", &question).await.unwrap().alarms.is_empty(), "that is another region");
}

#[tokio::test]
async fn queries_for_values_are_refused_where_the_real_one_refuses_them() {
    let cloudwatch = CloudWatch::start();
    let known = sdk(&cloudwatch, CREDENTIALS[0].1).await;
    let metric = Metric::builder().namespace("N").metric_name("M").build();
    let query = |id: String, period: i32| {
        let stat = MetricStat::builder().metric(metric.clone()).stat("Sum").period(period).build();
        MetricDataQuery::builder().id(id).metric_stat(stat).build()
    };
    let ask = |queries: Vec<MetricDataQuery>, end: i64| {
        let request = known.get_metric_data().set_metric_data_queries(Some(queries));
        request.start_time(AwsTime::from_secs(600)).end_time(AwsTime::from_secs(end)).send()
    };
    let one = || vec![query("m1".into(), 60)];
    assert!(ask(one(), 1_200).await.is_ok());
    for (queries, end) in [
        (one(), 600),
        (vec![], 1_200),
        (vec![query("M1".into(), 60)], 1_200),
        (vec![query("m1".into(), 45)], 1_200),
        ([one(), one()].concat(), 1_200),
        ((0..501).map(|n| query(format!("m{n}"), 60)).collect(), 1_200),
        (vec![MetricDataQuery::builder().id("m1").build()], 1_200),
    ] {
        assert_eq!(ask(queries, end).await.unwrap_err().code(), Some("ValidationError"));
    }
}

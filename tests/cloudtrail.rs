//! CloudTrail as evidence: who changed what before an alarm, in what order, and what is said to be missing.

mod late;

use std::time::Duration;

use aws_sdk_cloudtrail::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, TimeDelta, Utc};
use firstlook::evidence::cloudtrail::Changed;
use firstlook::evidence::{Alert, CloudTrail as Door, Fault, Moment};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup};
use crate::support::cloudtrail::{ACCOUNT, CloudTrail};
use crate::support::cloudwatch::CloudWatch;
use crate::support::plan::Behaviour;
use crate::support::sns::{CREDENTIALS, Sns, alarm};

const REGION: &str = "eu-west-1";

fn ago(seconds: i64) -> DateTime<Utc> {
    firstlook::clock::now() - TimeDelta::seconds(seconds)
}

fn moment() -> Moment {
    let pairs =
        [("alertname", "pay"), ("account", ACCOUNT), ("region", REGION), ("dimension.FunctionName", "pay")];
    let labels: Labels = pairs.into_iter().collect();
    let alerts = vec![Alert { source: "sns/aws".into(), labels: labels.clone() }];
    Moment { alerts, labels, window: Window { start: ago(900), end: ago(0) }, baselines: Vec::new() }
}

async fn looked(trail: &CloudTrail, timeout: u64, moment: &Moment) -> Result<Changed, Fault> {
    let credentials = Credentials::new(CREDENTIALS[0].1, CREDENTIALS[1].1, None, None, "test");
    let url = trail.server().url();
    let sdk = firstlook::aws::config(Some("us-east-2"), Some(&url)).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    let door = Door::new(&sdk, false, true, TimeDelta::hours(4), Duration::from_secs(timeout));
    door.changes(moment).await
}

fn summaries(found: &Changed) -> Vec<&str> {
    found.events.iter().map(|event| event.summary.as_str()).collect()
}

/// The gaps but for the one that young events may be missing.
fn gaps(found: &Changed) -> Vec<&str> {
    let all = found.faults.iter().map(|fault| fault.reason.as_str());
    all.filter(|reason| !reason.starts_with("CloudTrail has events 5 to 15 min late")).collect()
}

/// A call of somebody who logged in, with secrets in its parameters.
fn by_hand() -> Value {
    json!({
        "userIdentity": {
            "type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Admin/bob@example.com"),
            "sessionContext": {"sessionIssuer": {"userName": "Admin"}},
        },
        "sessionCredentialFromConsole": "true",
        "requestParameters": {
            "loadBalancerArn": format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/web/123"),
            "password": "hunter2", "attributes": [{"key": "idle_timeout", "value": "hunter3"}],
        },
    })
}

#[tokio::test]
async fn who_changed_what_before_an_alarm_is_on_the_page() {
    let (sns, trail) = (Sns::start(), CloudTrail::start());
    trail.record(REGION, "elasticloadbalancing", "ModifyLoadBalancerAttributes", ago(180), &by_hand());
    let other = json!({"requestParameters": {"bucketName": "logs"}, "errorCode": "AccessDenied"});
    trail.record(REGION, "s3", "PutBucketPolicy", ago(60), &other);
    trail.record(REGION, "sts", "AssumeRole", ago(30), &json!({"requestParameters": {"roleArn": "x"}}));
    trail.record(REGION, "ec2", "StopInstances", ago(5 * 3600), &json!({}));
    let evidence = format!(
        "  window: {{ before: 10m, after: 1s }}\n  sources: [{{ name: trail, type: cloudtrail, endpoint_url: \"{}\" }}]",
        trail.server().url()
    );
    let (source, environment) = (sns.source(", resync: false"), CloudWatch::credentials());
    let firstlook = Firstlook::start(Setup { evidence, sns: source, environment, ..Setup::default() }).await;
    let body = sns.notification(None, &alarm("edge", "ALARM", ago(0)).to_string()).to_string();
    let url = format!("{}/webhooks/sns/aws", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(url).body(body)).await.status, 200);
    let incident = firstlook.until("it has looked", |one| !one["evidence"]["collected_at"].is_null()).await;
    firstlook.idle().await;
    let items: Vec<&Value> = incident["evidence"]["items"].as_array().unwrap().iter().collect();
    let changes: Vec<&&Value> = items.iter().filter(|item| item["kind"] == "change").collect();
    let titles: Vec<&str> = changes.iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 3, "{titles:?}");
    assert!(titles[0].starts_with("<email:") && titles[0].contains("> (role Admin) called elasticloadbalancing ModifyLoadBalancerAttributes on loadbalancer/app/web/123, "), "{titles:?}");
    assert!(
        titles[1].starts_with(
            "the user deployer called s3 PutBucketPolicy, which failed (AccessDenied) on logs, "
        ),
        "{titles:?}"
    );
    assert!(
        titles[2].starts_with("the user deployer called sts AssumeRole"),
        "routine comes last: {titles:?}"
    );
    let first = changes[0];
    assert_eq!((&first["source"], &first["id"]), (&json!("trail"), &json!("C1")));
    assert!(first["text"].as_str().unwrap().contains("\nwith: the console"), "{first}");
    let query = first["query"].as_str().unwrap();
    let begins = "aws cloudtrail lookup-events --region eu-west-1 --lookup-attributes AttributeKey=EventName,AttributeValue=Modify";
    assert!(query.starts_with(begins) && query.contains("--start-time 20"), "{query}");
    let link = first["link"].as_str().unwrap();
    assert!(
        link.contains("cloudtrailv2/home?region=eu-west-1#/events?EventName=Modify")
            && link.contains("&StartTime=20"),
        "{link}"
    );
    let gaps = incident["evidence"]["gaps"].as_array().unwrap();
    assert!(gaps.len() == 1 && gaps[0]["reason"].as_str().unwrap().contains("may be missing"), "{gaps:?}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(page.contains("ModifyLoadBalancerAttributes"));
    for secret in ["hunter2", "hunter3", "bob@"] {
        assert!(!page.contains(secret) && !incident.to_string().contains(secret), "{secret}");
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn every_page_is_asked_for_at_the_pace_that_is_allowed() {
    let trail = CloudTrail::start();
    for n in 0..120 {
        let more = json!({"requestParameters": {"functionName": format!("f-{n}")}});
        trail.record(REGION, "lambda", "UpdateFunctionCode", ago(1_000 + n), &more);
    }
    trail.record("us-east-1", "iam", "AttachRolePolicy", ago(1_500), &json!({}));
    trail.record("us-east-1", "lambda", "UpdateFunctionCode", ago(1_400), &json!({}));
    trail.throttle(1);
    let found = looked(&trail, 20, &moment()).await.unwrap();
    assert_eq!((found.events.len(), gaps(&found)), (121, vec![]), "{:?}", found.faults);
    assert!(
        summaries(&found).contains(&"the user deployer called iam AttachRolePolicy"),
        "a service without a region"
    );
    let asked = trail.asked();
    assert!(trail.regions().values().sum::<usize>() >= 5, "three pages, one of another region, one again");
    for one in &asked {
        assert_eq!(one["LookupAttributes"], json!([{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]));
        assert_eq!(one["MaxResults"], 50);
        assert_eq!((&one["StartTime"], &one["EndTime"]), (&asked[0]["StartTime"], &asked[0]["EndTime"]));
    }
}

#[tokio::test]
async fn where_there_are_too_many_the_alarms_own_things_are_asked_for_by_name() {
    let trail = CloudTrail::start();
    for n in 0..400 {
        trail.record(REGION, "ec2", "CreateTags", ago(20 + n), &json!({}));
    }
    let own = json!({"resources": [{"resourceName": "pay", "type": "x"}], "requestParameters": {"functionName": "pay"}});
    trail.record(REGION, "lambda", "UpdateFunctionCode", ago(7_000), &own);
    let mut read = own.clone();
    read["readOnly"] = true.into();
    trail.record(REGION, "lambda", "GetFunction", ago(7_001), &read);
    // A pace of two a second leaves three seconds six pages, of eight.
    let short = looked(&trail, 4, &moment()).await.unwrap();
    assert!(short.events.len() >= 50 && short.events.len() < 400, "{}", short.events.len());
    let reasons = gaps(&short).join("\n");
    assert!(
        reasons.contains("did not give all events in time") && reasons.contains("were not looked at"),
        "{reasons}"
    );
    for n in 400..1_100 {
        trail.record(REGION, "ec2", "CreateTags", ago(20 + n), &json!({}));
    }
    let found = looked(&trail, 30, &moment()).await.unwrap();
    assert_eq!(found.events.len(), 1_001);
    assert_eq!(found.events.last().unwrap().summary, "the user deployer called lambda UpdateFunctionCode");
    let reasons = gaps(&found);
    assert!(
        reasons.len() == 1 && reasons[0].contains("were not looked at, beside those of pay"),
        "{reasons:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_had_is_a_gap_with_its_remedy() {
    let trail = CloudTrail::start();
    trail.deny();
    let fault = looked(&trail, 3, &moment()).await.unwrap_err();
    assert!(fault.remedy.contains("allow `cloudtrail:LookupEvents` to the role of firstlook"), "{fault:?}");
    let trail = CloudTrail::start();
    trail.server().plan().repeat(Behaviour::Hang);
    let fault = looked(&trail, 2, &moment()).await.unwrap_err();
    assert!(fault.reason.contains("in time"), "{fault:?}");
    let trail = CloudTrail::start();
    trail.record(REGION, "lambda", "UpdateFunctionCode", ago(1_000), &json!({}));
    let mut elsewhere = moment();
    elsewhere.labels.set("account", "210987654321");
    let found = looked(&trail, 3, &elsewhere).await.unwrap();
    assert!(gaps(&found)[0].contains("of the account 210987654321, and the events are of 123456789012"));
    let old = Moment { window: Window { start: ago(4_000), end: ago(2_000) }, ..moment() };
    assert_eq!(looked(&trail, 3, &old).await.unwrap().faults, [], "what is old is whole");
}

#[tokio::test]
async fn hostile_records_are_told_by_their_outer_fields() {
    let huge = "x".repeat(300_000);
    for text in ["", "[[[[", "{\"eventName\": {\"a\": 1}}", &"{\"a\":".repeat(50_000), &huge] {
        let trail = CloudTrail::start();
        let own = json!({"resources": [{"resourceName": "pay", "type": "x"}]});
        trail.record(REGION, "lambda", "UpdateFunctionCode", ago(1_000), &own);
        trail.garble(REGION, text);
        let found = looked(&trail, 3, &moment()).await.unwrap();
        assert_eq!(summaries(&found), ["deployer called lambda UpdateFunctionCode"]);
        assert_eq!(found.events[0].details[0], ("on".to_owned(), "pay".to_owned()));
    }
}

//! The local CloudTrail refuses what the real one refuses.

use chrono::DateTime;
use serde_json::{Value, json};

use super::client;
use crate::support::cloudtrail::CloudTrail;
use crate::support::sns::CREDENTIALS;

async fn ask(trail: &CloudTrail, region: &str, body: &Value) -> (u16, Value) {
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={}/20261125/{region}/cloudtrail/aws4_request, SignedHeaders=host, Signature=0",
        CREDENTIALS[0].1
    );
    let request = client().post(trail.server().url()).header("authorization", signed);
    let request = request.header("x-amz-target", "CloudTrail_20131101.LookupEvents");
    let answer = request.body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn filled() -> CloudTrail {
    let trail = CloudTrail::start();
    for n in 0..4 {
        let at = DateTime::from_timestamp(1_772_359_200 + n, 0).unwrap();
        let more =
            json!({"readOnly": n == 3, "resources": [{"resourceName": format!("i-{n}"), "type": "x"}]});
        trail.record("eu-west-1", "ec2", "StopInstances", at, &more);
    }
    trail
}

fn attribute(key: &str, value: &str) -> Value {
    json!({"AttributeKey": key, "AttributeValue": value})
}

#[tokio::test]
async fn pages_are_the_newest_first_and_a_token_belongs_to_its_parameters() {
    let trail = filled();
    let mut asked = json!({"LookupAttributes": [attribute("ReadOnly", "false")], "MaxResults": 2});
    let (_, first) = ask(&trail, "eu-west-1", &asked).await;
    let ids = |page: &Value| -> Vec<String> {
        page["Events"].as_array().unwrap().iter().map(|one| one["EventId"].as_str().unwrap().into()).collect()
    };
    assert_eq!(ids(&first), ["event-2", "event-1"]);
    asked["NextToken"] = first["NextToken"].clone();
    let (_, second) = ask(&trail, "eu-west-1", &asked).await;
    assert_eq!((ids(&second), &second["NextToken"]), (vec!["event-0".to_owned()], &Value::Null));
    asked["StartTime"] = 1.into();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(ask(&trail, "eu-west-1", &asked).await.1["__type"], "InvalidNextTokenException");
    let by_name = json!({"LookupAttributes": [attribute("ResourceName", "i-3")]});
    assert_eq!(ids(&ask(&trail, "eu-west-1", &by_name).await.1), ["event-3"]);
    assert_eq!(ask(&trail, "us-east-1", &json!({})).await.1["Events"], json!([]), "each region has its own");
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let two = [attribute("ReadOnly", "false"), attribute("EventName", "x")];
    for (asked, code) in [
        (json!({"LookupAttributes": two}), "InvalidLookupAttributesException"),
        (json!({"LookupAttributes": [attribute("Colour", "red")]}), "InvalidLookupAttributesException"),
        (json!({"MaxResults": 51}), "InvalidMaxResultsException"),
        (json!({"StartTime": 2, "EndTime": 1}), "InvalidTimeRangeException"),
        (json!({"NextToken": "token-0"}), "InvalidNextTokenException"),
    ] {
        let (status, answer) = ask(&filled(), "eu-west-1", &asked).await;
        assert_eq!((status, &answer["__type"]), (400, &json!(code)), "{asked}");
    }
    let trail = filled();
    for n in 0..3 {
        let (_, answer) = ask(&trail, "eu-west-1", &json!({})).await;
        assert_eq!(answer["__type"] == "ThrottlingException", n == 2, "{answer}");
    }
    let unsigned =
        client().post(trail.server().url()).header("x-amz-target", "CloudTrail_20131101.LookupEvents");
    assert_eq!(unsigned.send().await.unwrap().status().as_u16(), 400);
}

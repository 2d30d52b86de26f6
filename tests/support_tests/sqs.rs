//! The local SQS and the signed part of the local SNS refuse what the real ones refuse.

use serde_json::{Value, json};

use super::client;
use crate::support::sns::{CONFIRM_TOKEN, CREDENTIALS, Sns, TOPIC};
use crate::support::sqs::Sqs;

fn signature(service: &str, region: &str) -> String {
    let scope = format!("20261125/{region}/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host, Signature=0", CREDENTIALS[0].1)
}

async fn ask(sqs: &Sqs, action: &str, signed: &str, body: Value) -> (u16, Value) {
    let origin = sqs.url().replace("/123456789012/dead", "");
    let request = client().post(origin).header("x-amz-target", format!("AmazonSQS.{action}"));
    let answer = request.header("authorization", signed).body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn messages_are_hidden_while_they_are_held_and_only_the_newest_receipt_deletes() {
    let sqs = Sqs::start();
    sqs.put("one");
    let signed = signature("sqs", "eu-west-1");
    let receive = json!({"QueueUrl": sqs.url(), "MaxNumberOfMessages": 10, "VisibilityTimeout": 30, "WaitTimeSeconds": 0});
    let (_, first) = ask(&sqs, "ReceiveMessage", &signed, receive.clone()).await;
    assert_eq!(first["Messages"][0]["Body"], "one");
    assert_eq!(ask(&sqs, "ReceiveMessage", &signed, receive.clone()).await.1, json!({}), "it is hidden");
    sqs.reappear();
    let (_, second) = ask(&sqs, "ReceiveMessage", &signed, receive.clone()).await;
    assert_eq!(first["Messages"][0]["MessageId"], second["Messages"][0]["MessageId"]);
    let delete = |answer: &Value| json!({"QueueUrl": sqs.url(), "ReceiptHandle": answer["Messages"][0]["ReceiptHandle"]});
    assert_eq!(ask(&sqs, "DeleteMessage", &signed, delete(&first)).await.0, 400);
    assert_eq!((ask(&sqs, "DeleteMessage", &signed, delete(&second)).await.0, sqs.len()), (200, 0));
    let mut eleven = receive.clone();
    eleven["MaxNumberOfMessages"] = 11.into();
    for (action, signed, body, status) in [
        ("ReceiveMessage", "", receive.clone(), 403),
        ("ReceiveMessage", &signature("sns", "eu-west-1"), receive.clone(), 403),
        ("ReceiveMessage", &signed, eleven, 400),
        ("ReceiveMessage", &signed, json!({"QueueUrl": "http://elsewhere/1/q"}), 400),
        ("PurgeQueue", &signed, receive, 400),
    ] {
        assert_eq!(ask(&sqs, action, signed, body).await.0, status, "{action}");
    }
}

#[tokio::test]
async fn a_subscription_that_only_signed_calls_end_is_confirmed_by_a_signed_call_alone() {
    let sns = Sns::start();
    let form = format!(
        "Action=ConfirmSubscription&Version=2010-03-31&TopicArn={TOPIC}&Token={CONFIRM_TOKEN}&AuthenticateOnUnsubscribe=true"
    );
    let other = signature("sns", "us-east-1");
    for (signed, status) in [("", 403), (other.as_str(), 403), (&signature("sns", "eu-west-1"), 200)] {
        let request = client().post(format!("{}/", sns.api().url())).body(form.clone());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.header("authorization", signed).send().await.unwrap();
        assert_eq!(answer.status(), status, "{signed}");
    }
}

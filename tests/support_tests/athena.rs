//! The local Athena refuses what the real one refuses.

use serde_json::{Value, json};

use super::client;
use crate::support::athena::Athena;
use crate::support::sns::CREDENTIALS;

async fn ask(athena: &Athena, action: &str, service: &str, body: Value) -> (u16, Value) {
    let scope = format!("20261125/eu-west-1/{service}/aws4_request");
    let signed =
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host, Signature=0", CREDENTIALS[0].1);
    let request =
        client().post(athena.server().url()).header("x-amz-target", format!("AmazonAthena.{action}"));
    let answer = request.header("authorization", signed).body(body.to_string()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn queries_pass_through_their_states_and_what_is_wrong_is_refused() {
    let athena = Athena::start();
    let (start, state, results) = ("StartQueryExecution", "GetQueryExecution", "GetQueryResults");
    let (_, id) =
        ask(&athena, start, "athena", json!({"QueryString": "SELECT 1", "WorkGroup": "oncall"})).await;
    assert_eq!(
        ask(&athena, results, "athena", id.clone()).await.1["__type"],
        "InvalidRequestException",
        "too early"
    );
    for expected in ["QUEUED", "RUNNING", "SUCCEEDED"] {
        let (_, answer) = ask(&athena, state, "athena", id.clone()).await;
        assert_eq!(answer["QueryExecution"]["Status"]["State"], expected);
    }
    assert_eq!(ask(&athena, results, "athena", id.clone()).await.0, 200);
    let mut many = id.clone();
    many["MaxResults"] = 1_001.into();
    for (action, body, said) in [
        (start, json!({"QueryString": "", "WorkGroup": "oncall"}), "length"),
        (start, json!({"QueryString": "SELECT 1"}), "No output location"),
        (start, json!({"QueryString": "SELECT 'x", "WorkGroup": "oncall"}), "mismatched"),
        (start, json!({"QueryString": "SELECT 1; DROP TABLE x", "WorkGroup": "oncall"}), "mismatched"),
        (start, json!({"QueryString": "SELECT * FROM \"alb\"", "WorkGroup": "oncall"}), "mismatched"),
        (results, many, "MaxResults"),
        (state, json!({"QueryExecutionId": "7"}), "not found"),
    ] {
        let (status, answer) = ask(&athena, action, "athena", body).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("InvalidRequestException")), "{action} {said}");
        assert!(answer["Message"].as_str().unwrap().contains(said), "{answer}");
    }
    assert_eq!(
        ask(&athena, "DeleteWorkGroup", "athena", json!({})).await.1["__type"],
        "UnknownOperationException"
    );
    assert_eq!(ask(&athena, state, "logs", id).await.0, 403);
    athena.deny(&[start]);
    assert_eq!(ask(&athena, start, "athena", json!({})).await.1["__type"], "AccessDeniedException");
    assert_eq!(athena.queries(), (1, 0));
}

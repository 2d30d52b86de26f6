//! The local X-Ray refuses what the real one refuses.

use serde_json::{Value, json};

use super::client;
use crate::support::sns::CREDENTIALS;
use crate::support::xray::{Hop, Xray};

async fn ask(xray: &Xray, path: &str, service: &str, body: Value) -> (u16, String, Value) {
    let scope = format!("20261125/eu-west-1/{service}/aws4_request");
    let signed =
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host, Signature=0", CREDENTIALS[0].1);
    let request = client().post(format!("{}{path}", xray.server().url())).header("authorization", signed);
    let answer = request.body(body.to_string()).send().await.unwrap();
    let code = answer.headers().get("x-amzn-errortype").map_or("", |code| code.to_str().unwrap()).to_owned();
    (answer.status().as_u16(), code, answer.json().await.unwrap())
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let xray = Xray::start();
    let at = chrono::DateTime::from_timestamp(1_772_359_200, 0).unwrap();
    let id = xray.trace(at, &[Hop { name: "a", kind: "", seconds: 1.0, status: 500 }], None);
    let range = |start: f64, end: f64, filter: &str| json!({"StartTime": start, "EndTime": end, "FilterExpression": filter});
    let (start, hours) = (1_772_359_200.0, 3_600.0);
    for (path, body, said) in [
        ("/TraceSummaries", range(start, start + 6.0 * hours, "fault = true"), ""),
        ("/TraceSummaries", range(start, start + 6.1 * hours, "fault = true"), "6 hours"),
        ("/TraceSummaries", range(start, start - 1.0, "fault = true"), "before"),
        ("/TraceSummaries", range(start * 1e3, start * 1e3, "fault = true"), "in seconds"),
        ("/TraceSummaries", range(start, start + 9.0, "service(\"a\") { fault"), "not valid"),
        ("/TraceSummaries", range(start, start + 9.0, "bogus = 1"), "not valid"),
        ("/ServiceGraph", range(start, start + 9.0 * hours, ""), "6 hours"),
        ("/Traces", json!({"TraceIds": vec![&id; 6]}), "1 to 5"),
        ("/Traces", json!({"TraceIds": ["7"]}), "1 to 5"),
        ("/Traces", json!({}), "1 to 5"),
    ] {
        let (status, code, answer) = ask(&xray, path, "xray", body).await;
        match said {
            "" => assert_eq!((status, answer["TraceSummaries"][0]["HasFault"].as_bool()), (200, Some(true))),
            said => {
                assert_eq!((status, code.as_str()), (400, "InvalidRequestException"), "{path} {said}");
                assert!(answer["Message"].as_str().unwrap().contains(said), "{answer}");
            }
        }
    }
    let unknown = format!("1-{:08x}-{:024x}", 1, 2);
    let (_, _, answer) = ask(&xray, "/Traces", "xray", json!({"TraceIds": [id, unknown]})).await;
    assert_eq!(
        (&answer["UnprocessedTraceIds"], answer["Traces"].as_array().unwrap().len()),
        (&json!([unknown]), 1)
    );
    assert_eq!(ask(&xray, "/Traces", "logs", json!({})).await.0, 403);
    assert_eq!(ask(&xray, "/EncryptionConfig", "xray", json!({})).await.1, "UnknownOperationException");
    xray.deny(&["GetServiceGraph"]);
    assert_eq!(ask(&xray, "/ServiceGraph", "xray", json!({})).await.1, "AccessDeniedException");
}

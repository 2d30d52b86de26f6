//! The local knowledge base refuses what the real one refuses.

use serde_json::{Value, json};

use super::client;
use crate::support::knowledge_base::{ID, KnowledgeBase};
use crate::support::sns::CREDENTIALS;

async fn ask(base: &KnowledgeBase, path: &str, service: &str, body: Value) -> (u16, String, Value) {
    let scope = format!("20261125/eu-west-1/{service}/aws4_request");
    let signed =
        format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host, Signature=0", CREDENTIALS[0].1);
    let request = client().post(format!("{}{path}", base.server().url())).header("authorization", signed);
    let answer = request.body(body.to_string()).send().await.unwrap();
    let code = answer.headers().get("x-amzn-errortype").map_or("", |code| code.to_str().unwrap()).to_owned();
    (answer.status().as_u16(), code, answer.json().await.unwrap())
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let base = KnowledgeBase::start();
    base.keep("s3://kb/pool.md", "The pool is exhausted: raise its limit.");
    base.keep("s3://kb/other.md", "Certificates end.");
    let path = format!("/knowledgebases/{ID}/retrieve");
    let query = |text: &str| json!({"retrievalQuery": {"text": text}});
    let results = |n: i64| {
        json!({"retrievalQuery": {"text": "pool"},
            "retrievalConfiguration": {"vectorSearchConfiguration": {"numberOfResults": n}}})
    };
    for (path, service, body, status, code) in [
        (path.as_str(), "bedrock", query("pool exhausted"), 200, ""),
        (&path, "bedrock", results(100), 200, ""),
        (&path, "bedrock", results(0), 400, "ValidationException"),
        (&path, "bedrock", results(101), 400, "ValidationException"),
        (&path, "bedrock", query("  "), 400, "ValidationException"),
        (&path, "bedrock", json!({}), 400, "ValidationException"),
        (&path, "bedrock", query(&"x".repeat(1_001)), 400, "ValidationException"),
        ("/knowledgebases/NOSUCHBASE/retrieve", "bedrock", query("pool"), 404, "ResourceNotFoundException"),
        ("/knowledgebases/a-b/retrieve", "bedrock", query("pool"), 400, "ValidationException"),
        ("/knowledgebases/x", "bedrock", query("pool"), 404, "UnknownOperationException"),
        (&path, "bedrock-agent-runtime", query("pool"), 403, "MissingAuthenticationTokenException"),
    ] {
        let (got, said, answer) = ask(&base, path, service, body.clone()).await;
        assert_eq!((got, said.as_str()), (status, code), "{path} {body}: {answer}");
    }
    let (_, _, answer) = ask(&base, &path, "bedrock", query("the pool is exhausted")).await;
    let found = answer["retrievalResults"].as_array().unwrap();
    assert_eq!((found.len(), &found[0]["location"]["s3Location"]["uri"]), (1, &json!("s3://kb/pool.md")));
    base.refuse(1, 409, "ConflictException", "busy");
    assert_eq!(ask(&base, &path, "bedrock", query("pool")).await.1, "ConflictException");
    assert_eq!(ask(&base, &path, "bedrock", query("pool")).await.0, 200);
}

//! The tool `history` asks knowledge bases as well: what they have is an item that can be cited, once.

use super::*;
use crate::support::knowledge_base::{ID, KnowledgeBase};
use crate::support::plan::Behaviour;
use crate::support::sns::CREDENTIALS;

async fn firstlook(base: &KnowledgeBase, model: &Model) -> Firstlook {
    let evidence = format!(
        "  sources: [{{ name: wiki, type: bedrock_knowledge_base, knowledge_base_id: {ID}, region: eu-west-1, \
         endpoint_url: \"{}\" }}]",
        base.server().url()
    );
    let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let summary = openai(model, "analysis: { max_steps: 6 }");
    let firstlook = Firstlook::start(Setup { evidence, summary, environment, ..Setup::default() }).await;
    assert_eq!(firstlook.post(body(&[alarm("api")])).await.status, 200);
    firstlook.idle().await;
    firstlook
}

async fn analyze(firstlook: &Firstlook) -> Value {
    let url = format!("{}/api/v1/incidents/1/analyze", firstlook.url);
    assert_eq!(firstlook.send(|http| http.post(&url)).await.status, 200);
    firstlook.until("the analysis has ended", over).await["analysis"].clone()
}

/// Asks twice for the same words in another form, then says what it was told.
fn asks(asked: &Asked) -> Said {
    match asked.answers {
        0 => Said::call("a", "history", json!({"words": ["rebalance", "consumer"]})),
        1 => Said::call("b", "history", json!({"words": ["consumer", "rebalance"]})),
        _ => Said::text(r#"{"overview":[{"text":"38% of requests fail.","citations":["A1"]}]}"#),
    }
}

#[tokio::test]
async fn a_document_that_the_first_look_did_not_find_is_brought_once_and_redacted() {
    let (base, model) = (KnowledgeBase::start(), Model::start(summary));
    base.keep(
        "s3://kb/kafka.md",
        "After a rebalance the consumer lags: wait 5 min, token=abcdef1234567890abcdef.",
    );
    base.keep("s3://kb/errors.md", "When requests fail, look at the deployment.");
    let firstlook = firstlook(&base, &model).await;
    let summary = model.prompts().pop().unwrap();
    assert!(summary.contains("[DOCUMENTS]") && summary.contains("| s3://kb/errors.md"), "{summary}");
    assert!(!summary.contains("kafka.md"), "it is not about that");
    model.talk(asks);
    let analysis = analyze(&firstlook).await;
    assert_eq!(analysis["state"], "ready", "{analysis:#}");
    let last = talks(&model).pop().unwrap();
    let offered = model.requests().pop().unwrap().json()["tools"].to_string();
    assert!(offered.contains("passages of documents about them"), "the tool says so: {offered}");
    assert!(last.contains("After a rebalance the consumer lags: wait 5 min"), "{last}");
    assert!(!last.contains("abcdef1234567890abcdef"), "{last}");
    let items = analysis["items"].as_array().unwrap();
    let kafka: Vec<&Value> = items.iter().filter(|item| item.to_string().contains("kafka.md")).collect();
    assert_eq!((kafka.len(), &kafka[0]["source"]), (1, &json!("wiki")), "{kafka:#?}");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_base_that_refuses_is_said_to_the_model_with_its_remedy() {
    let (base, model) = (KnowledgeBase::start(), Model::start(summary));
    let firstlook = firstlook(&base, &model).await;
    base.server().plan().repeat(Behaviour::status(500));
    model.talk(asks);
    analyze(&firstlook).await;
    let last = talks(&model).pop().unwrap();
    assert!(last.contains("wiki: AWS answers 500 (InternalServerException) to bedrock:Retrieve"), "{last}");
    firstlook.finish().await;
}

//! Knowledge bases among the sources of evidence: what they are, and what is said of a wrong one.

use super::*;

fn source(keys: &str) -> Result<Config, Error> {
    read(&format!("{REST}evidence: {{ sources: [{{ type: bedrock_knowledge_base, {keys} }}] }}"))
}

#[test]
fn a_knowledge_base_has_its_place_and_a_bound() {
    let config = source("name: wiki, knowledge_base_id: KB12345678, matchers: ['service=\"api\"']").unwrap();
    let one = &config.evidence.sources[0];
    assert_eq!((one.name.as_str(), one.kind.name()), ("wiki", "bedrock_knowledge_base"));
    let EvidenceKind::KnowledgeBase(base) = &one.kind else { panic!("{one:?}") };
    assert_eq!(
        base,
        &KnowledgeBase { id: "KB12345678".into(), region: None, endpoint_url: None, max_results: 5 }
    );
    let keys =
        "name: w, knowledge_base_id: a1, region: eu-west-1, endpoint_url: \"http://x\", max_results: 10";
    let config = source(keys).unwrap();
    let EvidenceKind::KnowledgeBase(base) = &config.evidence.sources[0].kind else { panic!() };
    assert_eq!((base.region.as_deref(), base.max_results), (Some("eu-west-1"), 10));
}

#[test]
fn what_is_wrong_with_it_is_said_with_its_remedy() {
    for (keys, expected) in [
        ("name: w", "`evidence.sources[0].knowledge_base_id` is missing: write the id of the knowledge base"),
        (
            "name: w, knowledge_base_id: my-base",
            "is no id of a knowledge base: at most 10 letters and digits",
        ),
        ("name: w, knowledge_base_id: ABCDEFGHIJK", "is no id of a knowledge base"),
        ("name: w, knowledge_base_id: A1, max_results: 11", "is not a whole number from 1 to 10"),
        ("name: w, knowledge_base_id: A1, max_results: 0", "is not a whole number from 1 to 10"),
        (
            "name: history, knowledge_base_id: A1",
            "`evidence.sources[0].name` is what firstlook calls its own knowledge",
        ),
        ("name: runbooks, knowledge_base_id: A1", "is what firstlook calls its own knowledge"),
        ("name: w, knowledge_base_id: A1, query: x", "query"),
        ("knowledge_base_id: A1", "`evidence.sources[0].name` is missing"),
    ] {
        let said = match source(keys) {
            Ok(config) => config.warnings.iter().map(|one| format!("{} {}", one.key, one.text)).collect(),
            Err(error) => error.to_string(),
        };
        assert!(said.contains(expected), "{keys}: {said}");
    }
}

//! The tools as a model is told of them, derived from what is configured.
//!
//! Knows JSON Schema. Must not read a call.

use serde_json::{Map, Value, json};

use super::super::talk::Spec;
use super::input::WORDS;
use super::{LEVELS, Offer, Queried};
use crate::evidence::reach;
use crate::runbook::Language;

impl Offer {
    /// What a model is told of the tools.
    pub fn specs(&self) -> Vec<Spec> {
        let id = json!({"type": "string", "description": "An id of the evidence or of a result, such as L3"});
        let offset = json!({"type": "integer", "minimum": 0, "description": "The character to read on from; 0 at first"});
        let mut specs = vec![spec(
            "item",
            "Reads an item of the evidence, or a result, whole: what was cut can be read on from an offset.",
            &[("id", id)],
            &[("offset", offset)],
        )];
        if !self.logs.is_empty() {
            let source = json!({"type": "string", "enum": self.logs});
            specs.push(spec(
                "logs",
                "Log lines of the incident's window that hold every word of `contains` and none of `excludes`, as \
                 patterns with their counts against normal times, and samples. Begin with few words.",
                &[("source", source)],
                &[
                    ("contains", list("Plain words or parts of a line, in any case of letters")),
                    ("excludes", list("Lines with any of these are left out")),
                    ("level", json!({"type": "string", "enum": LEVELS, "description": "The least level"})),
                ],
            ));
        }
        if !self.queries.is_empty() {
            let names: Vec<&str> = self.queries.iter().map(|one| one.source.as_str()).collect();
            let speaks: Vec<String> = self.queries.iter().map(spoken).collect();
            let about = format!(
                "Runs a query of your own for the incident's window and for normal times: {}. Without `offset` and `@` of times: the \
                 times are set.",
                speaks.join("; ")
            );
            let query = json!({"type": "string", "description": "The query, in the source's language"});
            let source = json!({"type": "string", "enum": names});
            specs.push(spec("query", &about, &[("source", source), ("query", query)], &[]));
        }
        let about = list("Any of these words; leave it out for all changes");
        specs.push(spec("changes", "Deploys and other changes around the window.", &[], &[("words", about)]));
        let words = list("Words of a title, a service or a log line");
        let about = "Earlier incidents that share words, and how each ended.";
        specs.push(spec("history", about, &[("words", words)], &[]));
        if !self.steps.is_empty() {
            let step = json!({"type": "string", "enum": self.steps});
            specs.push(spec("runbook", "A step of the runbook, whole.", &[("step", step)], &[]));
        }
        specs
    }
}

/// What a source takes.
fn spoken(one: &Queried) -> String {
    let language = one.language.name();
    match one.language {
        Language::LogsInsights => format!("{} takes {language}", one.source),
        Language::PromQl | Language::LogQl => {
            format!("{} takes {language} with ranges of at most {}", one.source, reach::written(one.reach))
        }
    }
}

fn list(about: &str) -> Value {
    json!({"type": "array", "items": {"type": "string"}, "maxItems": WORDS, "description": about})
}

fn spec(name: &str, about: &str, required: &[(&str, Value)], optional: &[(&str, Value)]) -> Spec {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        required.iter().chain(optional).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let input =
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false});
    Spec { name: name.to_owned(), description: about.to_owned(), input }
}

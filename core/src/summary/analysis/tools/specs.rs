//! The tools as a model is told of them, derived from what is configured.
//!
//! Knows JSON Schema. Must not read a call.

use serde_json::{Map, Value, json};

use super::super::talk::Spec;
use super::input::WORDS;
use super::{LEVELS, Offer, Queried, STATS};
use crate::evidence::About;
use crate::evidence::access::DIMENSIONS;
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
        match self.about {
            About::Insight => {
                specs.extend(self.of_days(self.days.unwrap_or(1)));
                specs.push(self.changes());
            }
            About::Findings => specs.extend([self.changes(), self.history()]),
            About::Moment => self.of_moment(&mut specs),
        }
        specs
    }

    /// Those that look at the window of an incident.
    fn of_moment(&self, specs: &mut Vec<Spec>) {
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
        specs.extend(self.of_sources());
        specs.push(self.changes());
        specs.push(self.history());
        if !self.steps.is_empty() {
            let step = json!({"type": "string", "enum": self.steps});
            specs.push(spec("runbook", "A step of the runbook, whole.", &[("step", step)], &[]));
        }
    }

    fn history(&self) -> Spec {
        let words = list("Words of a title, a service or a log line");
        let about = match self.documents {
            true => {
                "Earlier incidents that share words, and how each ended; passages of documents about them."
            }
            false => "Earlier incidents that share words, and how each ended.",
        };
        spec("history", about, &[("words", words)], &[])
    }

    /// The tools that ask one kind of source.
    fn of_sources(&self) -> Vec<Spec> {
        let source = |names: &[String]| json!({"type": "string", "enum": names});
        let text = |about: &str| json!({"type": "string", "description": about});
        let mut specs = Vec::new();
        if !self.metrics.is_empty() {
            let dimensions = json!({"type": "object", "additionalProperties": {"type": "string"},
                "description": "All of its dimensions, such as {\"FunctionName\": \"pay\"}: CloudWatch knows a metric by all of them"});
            let stat = json!({"type": "string", "enum": STATS});
            let (namespace, metric) = (text("Such as AWS/Lambda"), text("Such as Errors"));
            specs.push(spec(
                "metric",
                "A metric of CloudWatch, minute by minute in the incident's window and in normal times.",
                &[
                    ("source", source(&self.metrics)),
                    ("namespace", namespace),
                    ("metric", metric),
                    ("stat", stat),
                ],
                &[("dimensions", dimensions)],
            ));
        }
        if !self.traces.is_empty() {
            specs.push(spec(
                "traces",
                "Calls between services that fail or are slow against normal times, and requests that show why.",
                &[("source", source(&self.traces))],
                &[
                    ("service", text("A service by its name in the traces; all are looked at without it")),
                    ("words", list("Requests alone with any of these in their address, services or exceptions")),
                ],
            ));
        }
        if !self.access.is_empty() {
            let by = json!({"type": "array", "items": {"type": "string", "enum": DIMENSIONS}, "maxItems": 3,
                "description": "What requests are grouped by"});
            let only = DIMENSIONS.map(|name| (name, text("Requests alone with exactly this value")));
            specs.push(spec(
                "access_logs",
                "Requests to the load balancer, counted in groups in the window and in normal times. `path` is the verb and the \
                 path with ids as *, such as \"GET /items/*\".",
                &[("source", source(&self.access)), ("by", by)],
                &only,
            ));
        }
        specs
    }

    fn changes(&self) -> Spec {
        let about = match self.trail {
            false => "Any of these words; leave it out for all changes",
            true => {
                "Any of these words; leave it out for all changes. CloudTrail is asked for those that are the whole name of a \
                 resource, a user or an API call"
            }
        };
        spec("changes", "Deploys and other changes around the window.", &[], &[("words", list(about))])
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

pub(super) fn list(about: &str) -> Value {
    json!({"type": "array", "items": {"type": "string"}, "maxItems": WORDS, "description": about})
}

pub(super) fn spec(name: &str, about: &str, required: &[(&str, Value)], optional: &[(&str, Value)]) -> Spec {
    let names: Vec<&str> = required.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        required.iter().chain(optional).map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    let input =
        json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false});
    Spec { name: name.to_owned(), description: about.to_owned(), input }
}

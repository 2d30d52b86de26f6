//! The tools of a question about metrics over days, as a model is told of them.
//!
//! Knows JSON Schema. Must not read a call. None takes a time: the days are those that a person asked about.

use serde_json::json;

use super::super::talk::Spec;
use super::specs::{list, spec};
use super::{Offer, STATS};
use crate::evidence::reach;

/// What is told of a series, whichever tool brings it.
const FIGURES: &str = "Code computes the figures of each series: median, 95th percentile, least and most with their times, the \
     same of each day against the days before, trend, steps, the course of the day and of the week, all against the time before.";

impl Offer {
    /// Those that list and read metrics.
    pub(super) fn of_days(&self, days: u64) -> Vec<Spec> {
        let text = |about: &str| json!({"type": "string", "description": about});
        let queried: Vec<&str> = self.queries.iter().map(|one| one.source.as_str()).collect();
        let named: Vec<&str> = self.metrics.iter().map(String::as_str).collect();
        let all: Vec<&str> = queried.iter().chain(&named).copied().collect();
        let span = if days == 1 { "the day".to_owned() } else { format!("the {days} days") };
        let mut specs = Vec::new();
        if !all.is_empty() {
            let words = list("Few words or parts of names; those metrics come first that hold most of them");
            let namespace = text("Of CloudWatch alone, exactly, such as AWS/Lambda; leave it out to find it");
            let about = "Which metrics there are, by words: names, labels or dimensions, and what they mean.";
            let source = json!({"type": "string", "enum": all});
            specs.push(spec(
                "metrics",
                about,
                &[("source", source)],
                &[("words", words), ("namespace", namespace)],
            ));
        }
        if !queried.is_empty() {
            let reach = self.queries.iter().map(|one| one.reach).min().unwrap_or_default();
            let about = format!(
                "Runs PromQL over {span} that were asked about, with ranges of at most {}, without `offset` and `@`. It is evaluated \
                 each 5 or 10 min: what lies between is seen by a range alone, such as rate(x[10m]) or max_over_time(x[10m]). {FIGURES}",
                reach::written(reach)
            );
            let source = json!({"type": "string", "enum": queried});
            specs.push(spec(
                "query",
                &about,
                &[("source", source), ("query", text("PromQL; aggregate to at most 10 series"))],
                &[],
            ));
        }
        if !named.is_empty() {
            let dimensions = json!({"type": "object", "additionalProperties": {"type": "string"},
                "description": "All of its dimensions, as `metrics` gives them"});
            let about = format!("A metric of CloudWatch over {span} that were asked about. {FIGURES}");
            let source = json!({"type": "string", "enum": named});
            let required = [
                ("source", source),
                ("namespace", text("Exactly, such as AWS/Lambda")),
                ("metric", text("Such as Errors")),
                ("stat", json!({"type": "string", "enum": STATS})),
            ];
            specs.push(spec("metric", &about, &required, &[("dimensions", dimensions)]));
        }
        specs
    }
}

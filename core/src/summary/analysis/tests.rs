//! The loop's bounds, one by one, and what a report keeps.

use std::time::Duration;

use serde_json::{Value, json};

use super::prompt::Guard;
use super::run::{Action, End, Event, Limits, Run, Why};
use super::talk::{Block, Call, Spoken, Stop, Talk, Turn};
use super::tools::{Offer, Queried, Request};
use super::*;
use crate::evidence::{About, Redactor};
use crate::runbook::Language;
use crate::summary::Verdict;
use crate::summary::prompt::Nonce;

mod reports;
mod sources;
mod talks;

const CANARY: &str = "canaryCANARY0123456789";
const FENCE: &str = "fenceFENCE0123456789ab";

fn offer() -> Offer {
    Offer {
        logs: vec!["api".into()],
        queries: vec![
            queried("prom", Language::PromQl),
            queried("loki", Language::LogQl),
            queried("cw", Language::LogsInsights),
        ],
        metrics: vec!["cwm".into()],
        traces: vec!["xray".into()],
        access: vec!["alb".into()],
        trail: true,
        documents: false,
        steps: vec!["R1".into()],
        about: About::Moment,
        days: None,
    }
}

fn queried(source: &str, language: Language) -> Queried {
    Queried { source: source.into(), language, reach: Duration::from_secs(3_600) }
}

fn guard() -> Guard {
    Guard::new(Nonce::parse(FENCE).unwrap(), Nonce::parse(CANARY).unwrap())
}

fn run() -> Run {
    let turns = vec![Turn::User { text: "data".into() }];
    let talk =
        Talk { rules: "rules".into(), own: "own".into(), tools: offer().specs(), withdrawn: false, turns };
    Run::new(talk, guard())
}

const LIMITS: Limits = Limits { max_steps: 4, timeout: Duration::from_secs(100) };

fn call(id: &str, name: &str, input: Value) -> Block {
    Block::Call(Call { id: id.into(), name: name.into(), input, fault: None })
}

fn text(text: &str) -> Block {
    Block::Text { text: text.into() }
}

/// A run that is stepped at second 1 of its time.
struct Stepped(Run);

impl Stepped {
    fn next(&mut self, event: Event<'_>) -> Action {
        let action = self.0.next(event, &offer(), LIMITS, Duration::from_secs(1));
        // Whatever happened, it goes on from what is kept.
        let kept = serde_json::to_string(&self.0).unwrap();
        self.0 = serde_json::from_str(&kept).unwrap();
        assert_eq!(serde_json::to_string(&self.0).unwrap(), kept, "byte for byte");
        assert_eq!(self.0.action(&offer()), action);
        action
    }

    fn said(&mut self, blocks: Vec<Block>) -> Action {
        self.stopped(blocks, Stop::Complete)
    }

    fn stopped(&mut self, blocks: Vec<Block>, stop: Stop) -> Action {
        self.next(Event::Said(Spoken { model: "m".into(), blocks, stop }))
    }

    fn brought(&mut self, words: &str) -> Action {
        let text = Redactor::default().redact(words);
        self.next(Event::Brought { text: &text, ids: vec!["L9".into()], ok: true })
    }

    /// The results and words of the newest turn of the user's side.
    fn told(&self) -> String {
        match self.0.talk.turns.last() {
            Some(Turn::Results { results, text }) => {
                let results: Vec<&str> = results.iter().map(|result| result.text.as_str()).collect();
                format!("{}\n{}", results.join("\n"), text.as_deref().unwrap_or_default())
            }
            Some(Turn::User { text }) => text.clone(),
            other => panic!("{other:?}"),
        }
    }
}

fn logs(word: &str) -> Value {
    json!({"source": "api", "contains": [word]})
}

//! A talk with tools, through chat completions and their dialects (FACTS F).
//!
//! Knows where calls and results stand in a request, and what servers leave out. Must not know what a tool does.

use firstlook_core::summary::analysis::spelled;
use firstlook_core::summary::analysis::talk::{
    ANSWER_TOKENS, Block, Call, Spec, Spoken, Stop, Talk, ToolResult, Turn,
};
use firstlook_core::summary::price::Tokens;
use serde_json::{Value, json};

use super::{Completion, OpenAi, bound, text};
use crate::models::extras::Extras;
use crate::models::{ModelError, Said, TOO_LONG, estimated_tokens};

impl OpenAi {
    /// What the model says next.
    pub(in crate::models) async fn talk(&self, talk: &Talk) -> Result<Said, ModelError> {
        match self.completed(&self.taken_talking, |extras| self.request(talk, extras)).await {
            Ok(completion) => self.said(completion, talk),
            Err(error) if error.reason.starts_with(TOO_LONG) => {
                let spoken = Spoken { model: self.id().to_owned(), blocks: Vec::new(), stop: Stop::Overflow };
                Ok(Said { spoken, tokens: Tokens::default() })
            }
            Err(error) => Err(error),
        }
    }

    fn request(&self, talk: &Talk, extras: Extras) -> Value {
        let system = json!({"role": "system", "content": format!("{}\n\n{}", talk.rules, talk.own)});
        let messages: Vec<Value> =
            std::iter::once(system).chain(talk.turns.iter().flat_map(messages)).collect();
        let tool = |spec: &Spec| {
            let function =
                json!({"name": spec.name, "description": spec.description, "parameters": spec.input});
            json!({"type": "function", "function": function})
        };
        let given = [
            ("model", Some(json!(self.settings.model))),
            ("messages", Some(json!(messages))),
            (bound(extras), Some(json!(ANSWER_TOKENS))),
            ("temperature", self.settings.temperature.filter(|_| extras.temperature).map(|t| json!(t))),
            ("tools", Some(talk.tools.iter().map(tool).collect())),
            ("tool_choice", Some(json!(if talk.withdrawn { "none" } else { "auto" }))),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }

    fn said(&self, completion: Completion, talk: &Talk) -> Result<Said, ModelError> {
        let usage = completion.usage;
        let choice = completion.choices.into_iter().next();
        let choice =
            choice.ok_or_else(|| ModelError::passing("The model server answered without a choice."))?;
        let words = text(&choice.message.content);
        let calls = choice.message.tool_calls.as_array().cloned().unwrap_or_default();
        let written = estimated_tokens(&words) + estimated_tokens(&choice.message.tool_calls.to_string());
        let stop = match choice.finish_reason.as_deref() {
            Some("length") => Stop::Truncated,
            Some("content_filter") => Stop::Filtered,
            _ => Stop::Complete,
        };
        let mut blocks: Vec<Block> = Vec::new();
        if !words.trim().is_empty() {
            blocks.push(Block::Text { text: words });
        }
        blocks.extend(calls.iter().map(call));
        Ok(Said {
            spoken: Spoken { model: self.id().to_owned(), blocks, stop },
            tokens: usage.unwrap_or_default().tokens(talk.tokens(), written),
        })
    }
}

/// Ids may be missing, arguments an object or JSON in a string; what is missing is found out by who reads the call.
fn call(value: &Value) -> Block {
    let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (input, fault) = spelled::read(value["function"]["arguments"].clone());
    Block::Call(Call { id: words(&value["id"]), name: words(&value["function"]["name"]), input, fault })
}

fn messages(turn: &Turn) -> Vec<Value> {
    match turn {
        Turn::User { text } => vec![json!({"role": "user", "content": text})],
        Turn::Model { blocks, .. } => vec![assistant(blocks)],
        Turn::Results { results, text } => {
            let result =
                |one: &ToolResult| json!({"role": "tool", "tool_call_id": one.call, "content": one.text});
            let more = text.iter().map(|text| json!({"role": "user", "content": text}));
            results.iter().map(result).chain(more).collect()
        }
    }
}

/// Thoughts do not go back: servers neither give them a signature nor take them.
fn assistant(blocks: &[Block]) -> Value {
    let mut words = String::new();
    let mut calls = Vec::new();
    for block in blocks {
        match block {
            Block::Text { text } => words.push_str(text),
            Block::Call(Call { id, name, input, .. }) => calls.push(json!({
                "id": id, "type": "function", "function": {"name": name, "arguments": input.to_string()},
            })),
            Block::Thought { .. } | Block::Sealed { .. } => {}
        }
    }
    match (calls.is_empty(), words.trim().is_empty()) {
        (true, true) => json!({"role": "assistant", "content": "(empty)"}),
        (true, false) => json!({"role": "assistant", "content": words}),
        (false, true) => json!({"role": "assistant", "content": null, "tool_calls": calls}),
        (false, false) => json!({"role": "assistant", "content": words, "tool_calls": calls}),
    }
}

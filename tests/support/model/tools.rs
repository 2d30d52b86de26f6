//! Tool use in both protocols: what the real ones refuse, what a test's script is shown, and its answers in their forms.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Refused, invalid};

/// What a script is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// All texts: rules, words, results.
    pub prompt: String,
    /// What the user's side said last.
    pub last: String,
    /// Turns of the model so far.
    pub answers: usize,
}

/// What a script answers.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Its words.
    pub text: String,
    /// What it thinks; Converse alone tells it.
    pub thought: Option<String>,
    /// Id, name and input of each call.
    pub calls: Vec<(String, String, Value)>,
    /// In Converse's words; else what its form says.
    pub stop: Option<&'static str>,
}

impl Said {
    /// Words, or a report.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// One call.
    pub fn call(id: impl Into<String>, name: &str, input: Value) -> Self {
        Self { calls: vec![(id.into(), name.to_owned(), input)], ..Self::default() }
    }

    /// All of it, as it is counted.
    pub fn written(&self) -> String {
        let calls = self.calls.iter().map(|(_, name, input)| format!("{name}{input}"));
        std::iter::once(self.text.clone()).chain(calls).collect()
    }

    pub fn converse(&self) -> (Vec<Value>, &'static str) {
        let mut content = Vec::new();
        if let Some(text) = &self.thought {
            let thought = json!({"text": text, "signature": format!("signed {text}")});
            content.push(json!({"reasoningContent": {"reasoningText": thought}}));
        }
        if !self.text.is_empty() {
            content.push(json!({"text": self.text}));
        }
        content.extend(
            self.calls
                .iter()
                .map(|(id, name, input)| json!({"toolUse": {"toolUseId": id, "name": name, "input": input}})),
        );
        let usual = if self.calls.is_empty() { "end_turn" } else { "tool_use" };
        (content, self.stop.unwrap_or(usual))
    }

    pub fn chat(&self) -> (Value, &'static str) {
        let call = |(id, name, input): &(String, String, Value)| {
            // As some servers do: a string is what the model wrote, be it JSON or not.
            let arguments = input.as_str().map_or_else(|| input.to_string(), str::to_owned);
            json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
        };
        let calls: Vec<Value> = self.calls.iter().map(call).collect();
        let content = if self.text.is_empty() { Value::Null } else { json!(self.text) };
        let stop = match self.stop {
            Some("max_tokens") => "length",
            _ if calls.is_empty() => "stop",
            _ => "tool_calls",
        };
        match calls.is_empty() {
            true => (json!({"role": "assistant", "content": content, "refusal": null}), stop),
            false => (json!({"role": "assistant", "content": content, "tool_calls": calls}), stop),
        }
    }
}

/// Whether a name or an id is one that Converse takes.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What Converse refuses of tools.
pub fn converse(body: &Value) -> Result<(), Refused> {
    let messages = list(&body["messages"]);
    let holds =
        |message: &Value, kind: &str| list(&message["content"]).iter().any(|block| !block[kind].is_null());
    if body["toolConfig"].is_null() {
        return match messages.iter().any(|one| holds(one, "toolUse") || holds(one, "toolResult")) {
            true => invalid(
                "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
            ),
            false => Ok(()),
        };
    }
    for tool in list(&body["toolConfig"]["tools"]) {
        let spec = &tool["toolSpec"];
        if !is_name(spec["name"].as_str().unwrap_or_default())
            || spec["inputSchema"]["json"]["type"] != "object"
        {
            return invalid(
                "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
            );
        }
    }
    let points = body["messages"].to_string().matches("cachePoint").count()
        + body["system"].to_string().matches("cachePoint").count();
    if points > 4 {
        return invalid("You have exceeded the maximum number of cache points: 4.");
    }
    for (at, message) in messages.iter().enumerate() {
        turn(messages, at, message)?;
    }
    Ok(())
}

/// Calls are answered in the next message, all of them and nothing else; thoughts come back as they went.
fn turn(messages: &[Value], at: usize, message: &Value) -> Result<(), Refused> {
    let ids = |message: Option<&Value>, kind: &str| -> Vec<String> {
        let blocks = message.map_or(&[][..], |message| list(&message["content"]));
        let id = |block: &Value| block[kind]["toolUseId"].as_str().map(str::to_owned);
        blocks.iter().filter_map(id).collect()
    };
    for block in list(&message["content"]) {
        let thought = &block["reasoningContent"]["reasoningText"];
        if !thought.is_null() {
            let text = thought["text"].as_str().unwrap_or_default();
            if thought["signature"] != format!("signed {text}") {
                return invalid(format!("messages.{at}.content.0: Invalid `signature` in `thinking` block"));
            }
        }
    }
    let (calls, next) = (ids(Some(message), "toolUse"), messages.get(at + 1));
    if message["role"] == "assistant" && next.is_some() {
        let answered = ids(next, "toolResult");
        let missing: Vec<&String> = calls.iter().filter(|id| !answered.contains(id)).collect();
        if !missing.is_empty() {
            return invalid(format!(
                "Expected toolResult blocks at messages.{}.content for the following Ids: {missing:?}",
                at + 1
            ));
        }
    }
    let results = ids(Some(message), "toolResult");
    let before = ids(at.checked_sub(1).and_then(|at| messages.get(at)), "toolUse");
    if results.iter().any(|id| !before.contains(id)) || results.len() > before.len() {
        return invalid(format!(
            "The number of toolResult blocks at messages.{at}.content exceeds the number of toolUse blocks of previous turn."
        ));
    }
    let all: Vec<String> = messages.iter().flat_map(|one| ids(Some(one), "toolUse")).collect();
    if all.iter().any(|id| !is_name(id)) || all.iter().collect::<BTreeSet<_>>().len() != all.len() {
        return invalid(format!("messages.{at}.content: `tool_use` ids must be unique"));
    }
    Ok(())
}

/// What chat completions refuse of tools.
pub fn chat(body: &Value) -> Result<(), Refused> {
    let messages = list(&body["messages"]);
    let mut open: Vec<String> = Vec::new();
    for message in messages {
        if message["role"] == "tool" {
            let id = message["tool_call_id"].as_str().unwrap_or_default();
            let Some(at) = open.iter().position(|one| one == id) else {
                return invalid(
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
                );
            };
            open.remove(at);
            continue;
        }
        unanswered(&open)?;
        for call in list(&message["tool_calls"]) {
            let arguments = call["function"]["arguments"].as_str();
            if arguments.is_none_or(|text| serde_json::from_str::<Value>(text).is_err()) {
                return invalid(
                    "Invalid type for 'messages[1].tool_calls[0].function.arguments': expected a JSON string.",
                );
            }
            open.push(call["id"].as_str().unwrap_or_default().to_owned());
        }
    }
    unanswered(&open)
}

fn unanswered(open: &[String]) -> Result<(), Refused> {
    match open.is_empty() {
        true => Ok(()),
        false => invalid(format!(
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: {}",
            open.join(", ")
        )),
    }
}

/// What a script is shown of a request with tools; `None` for one without.
pub fn asked(body: &Value) -> Option<Asked> {
    if body["toolConfig"].is_null() && body["tools"].is_null() {
        return None;
    }
    let messages = list(&body["messages"]);
    let ours = messages.iter().rev().take_while(|message| message["role"] != "assistant");
    let last: Vec<String> = ours.map(texts).collect();
    Some(Asked {
        prompt: format!("{}\n{}", texts(&body["system"]), texts(&body["messages"])),
        last: last.into_iter().rev().collect(),
        answers: messages.iter().filter(|message| message["role"] == "assistant").count(),
    })
}

/// Every text in it, one below the other.
fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Array(all) => all.iter().map(texts).collect(),
        Value::Object(map) => {
            let told = |key: &str| {
                !["role", "status", "type", "toolUseId", "tool_call_id", "id", "signature"].contains(&key)
            };
            map.iter().filter(|(key, _)| told(key)).map(|(_, value)| texts(value)).collect()
        }
        _ => String::new(),
    }
}

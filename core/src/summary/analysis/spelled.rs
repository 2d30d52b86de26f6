//! Calls that a model writes into its text, because its server has no reader for them (FACTS F).
//!
//! Knows the few ways in which that is done. Must not take a report, or words about a tool, for a call.

use serde_json::{Map, Value};

use super::talk::{Block, Call};

/// The most calls that are read from one text.
const MOST: usize = 8;
/// What stands around a call: Hermes and Qwen, Mistral, and Markdown's fence.
const MARKS: [&str; 7] =
    ["<tool_call>", "</tool_call>", "[TOOL_CALLS]", "<function_call>", "</function_call>", "```json", "```"];

/// The calls of tools named `names` that `text` consists of; `None` where it is anything else.
pub fn calls(text: &str, names: &[&str]) -> Option<Vec<Block>> {
    let mut rest = text.to_owned();
    for mark in MARKS {
        rest = rest.replace(mark, " ");
    }
    let start = rest.find(['{', '['])?;
    // Words before a call are thoughts; behind it there is none.
    let mut values = serde_json::Deserializer::from_str(rest.get(start..)?).into_iter::<Value>();
    let mut objects = Vec::new();
    for value in values.by_ref() {
        match value.ok()? {
            Value::Array(list) => objects.extend(list),
            other => objects.push(other),
        }
    }
    let calls: Option<Vec<Block>> = objects.iter().map(|object| call(object, names)).collect();
    calls.filter(|calls| (1..=MOST).contains(&calls.len()))
}

fn call(value: &Value, names: &[&str]) -> Option<Block> {
    let object = value.as_object()?;
    let function = object.get("function").and_then(Value::as_object).unwrap_or(object);
    let name = function.get("name")?.as_str()?;
    let input = function.get("arguments").or_else(|| function.get("parameters")).cloned();
    let (input, fault) = read(input.unwrap_or_else(|| Value::Object(Map::new())));
    names
        .contains(&name)
        .then(|| Block::Call(Call { id: String::new(), name: name.to_owned(), input, fault }))
}

/// Arguments as an object: they come as one, or as JSON in a string; and what is wrong with them.
pub fn read(arguments: Value) -> (Value, Option<String>) {
    let parsed = match arguments {
        Value::String(text) if text.trim().is_empty() => Ok(Value::Object(Map::new())),
        Value::String(text) => serde_json::from_str(&text).map_err(|error| error.to_string()),
        Value::Null => Ok(Value::Object(Map::new())),
        other => Ok(other),
    };
    let empty = || Value::Object(Map::new());
    match parsed {
        Ok(object @ Value::Object(_)) => (object, None),
        Ok(_) => (empty(), Some("the input is no JSON object".to_owned())),
        Err(error) => (empty(), Some(format!("the input is not valid JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_from_text_and_a_report_is_none() {
        let names = ["logs", "item"];
        for (text, found) in [
            (r#"<tool_call>{"name":"logs","arguments":{"source":"api"}}</tool_call>"#, 1),
            ("I look.\n```json\n{\"name\":\"item\",\"parameters\":{\"id\":\"L1\"}}\n```", 1),
            (r#"[TOOL_CALLS] [{"name":"logs","arguments":{}},{"name":"item","arguments":"{}"}]"#, 2),
            (r#"{"type":"function","function":{"name":"logs","arguments":"{\"source\":\"api\"}"}}"#, 1),
            (r#"{"name":"rm","arguments":{}}"#, 0),
            (r#"{"overview":[],"name":"logs"} and {"name":"logs"} behind"#, 0),
            (r#"{"overview":[{"text":"x"}]}"#, 0),
            ("Use the logs tool.", 0),
            ("", 0),
        ] {
            assert_eq!(calls(text, &names).map_or(0, |calls| calls.len()), found, "{text}");
        }
    }

    #[test]
    fn arguments_are_read_in_every_form() {
        let object: Value = serde_json::json!({"a": 1});
        for (arguments, fault) in [
            (object, None),
            (Value::from(r#"{"a":1}"#), None),
            (Value::from(" "), None),
            (Value::Null, None),
            (Value::from("{\"a\":"), Some("not valid JSON")),
            (Value::from("[1]"), Some("no JSON object")),
        ] {
            let (input, said) = read(arguments.clone());
            assert!(input.is_object());
            assert_eq!(said.is_some(), fault.is_some(), "{arguments}");
            assert!(said.unwrap_or_default().contains(fault.unwrap_or_default()));
        }
    }
}

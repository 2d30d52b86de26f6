//! The answer's form as a JSON schema, for providers that hold a model to one.
//!
//! Knows the form. Must not know a provider. Strict forms want every property required and none besides; lengths are
//! checked by [`parse`](super::parse), since not every provider knows how to bound them.

use serde_json::{Value, json};

/// The name that providers ask for.
pub const NAME: &str = "first_response_summary";

/// JSON Schema, 2020-12, of the one object that a model has to answer (DESIGN section 5).
pub fn schema() -> Value {
    let text = json!({ "type": "string" });
    let ids = json!({ "type": "array", "items": text });
    let sentence = object(&[("text", text.clone()), ("citations", ids.clone())]);
    let cause = object(&[
        ("text", text.clone()),
        ("confidence", json!({ "type": "string", "enum": ["confirmed", "likely", "inconclusive"] })),
        ("citations", ids.clone()),
        ("against", ids.clone()),
    ]);
    let list = |items: &Value| json!({ "type": "array", "items": items });
    object(&[
        ("headline", text),
        ("claims", list(&sentence)),
        ("causes", list(&cause)),
        ("ruled_out", list(&sentence)),
        ("next_steps", ids),
    ])
}

fn object(properties: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
}

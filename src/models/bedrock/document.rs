//! JSON between the SDK's type for it and everybody else's.
//!
//! Knows both types. Must not know what stands in them.

use aws_smithy_types::{Document, Number};
use serde_json::{Map, Value};

/// `value` as the SDK sends it.
pub(super) fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(truth) => Document::Bool(*truth),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(values) => Document::Array(values.iter().map(document).collect()),
        Value::Object(map) => {
            Document::Object(map.iter().map(|(key, value)| (key.clone(), document(value))).collect())
        }
    }
}

/// What the SDK read.
pub(super) fn value(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(truth) => Value::Bool(*truth),
        Document::Number(Number::PosInt(number)) => Value::from(*number),
        Document::Number(Number::NegInt(number)) => Value::from(*number),
        Document::Number(Number::Float(number)) => Value::from(*number),
        Document::String(text) => Value::String(text.clone()),
        Document::Array(all) => Value::Array(all.iter().map(value).collect()),
        Document::Object(map) => {
            Value::Object(map.iter().map(|(key, one)| (key.clone(), value(one))).collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_back_as_it_went() {
        let all = serde_json::json!({
            "a": [1, -2, 0.5, 18446744073709551615_u64, true, null, "x"], "b": {"c": {}, "d": []},
        });
        assert_eq!(value(&document(&all)), all);
    }
}

//! What a posted message is known by where it stands, so that it is found there after Slack's answer was lost.
//!
//! Knows a message as it is posted and as Slack lists it. Must not know how a channel is read.

use serde_json::{Value, json};

/// Gives the body of a `chat.postMessage` its key, of at most 255 characters: once in its metadata, and once as the id of
/// its first block, since an app may not be shown metadata (FACTS D has no word on whose it reads without a scope).
pub fn keyed(mut body: Value, key: &str) -> Value {
    if let Some(payload) = body.pointer_mut("/metadata/event_payload").and_then(Value::as_object_mut) {
        payload.insert("key".to_owned(), json!(key));
    }
    if let Some(first) = body.pointer_mut("/blocks/0").and_then(Value::as_object_mut) {
        first.insert("block_id".to_owned(), json!(key));
    }
    body
}

/// Whether a message, as `conversations.history` lists it, is the one that was posted with this key.
pub fn bears(message: &Value, key: &str) -> bool {
    let is = |pointer| message.pointer(pointer).and_then(Value::as_str) == Some(key);
    is("/metadata/event_payload/key") || is("/blocks/0/block_id")
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::super::{Buttons, slack_post, slack_update};
    use super::*;
    use crate::notify::Zone;

    #[test]
    fn a_message_is_known_by_its_key_with_and_without_its_metadata() {
        let (view, zone) = (samples::with_evidence(), Zone::utc());
        let mut posted = keyed(slack_post(&view, &zone, "C0", Buttons::default()), "one/1");
        assert!(bears(&posted, "one/1") && !bears(&posted, "one/2"));
        assert_eq!(posted["metadata"]["event_payload"]["kind"], "living", "the rest stays");
        posted["metadata"].take();
        assert!(bears(&posted, "one/1"), "by its block");
        posted["metadata"] = json!({ "event_payload": { "key": "one/1" } });
        posted["blocks"].take();
        assert!(bears(&posted, "one/1"), "by its metadata");
        let other = slack_update(&view, &zone, "C0", "1.0", Buttons::default());
        assert!(!bears(&other, "one/1") && !bears(&json!({ "text": "one/1" }), "one/1"));
        assert_eq!(keyed(json!({ "text": "x" }), "one/1"), json!({ "text": "x" }), "nothing to write it on");
    }
}

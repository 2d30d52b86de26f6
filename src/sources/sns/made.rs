//! A message as SNS would have brought it, for what firstlook found by asking: it is kept and read as any other.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Says what CloudWatch would have published to `topic`. `found` is how firstlook knows, for whoever reads the delivery.
pub fn body(message: &Value, topic: Option<&str>, found: &str, now: DateTime<Utc>) -> Vec<u8> {
    let envelope = json!({
        "Type": "Notification", "MessageId": "", "TopicArn": topic.unwrap_or_default(), "Message": message.to_string(),
        "Timestamp": now, "Signature": "", "SigningCertURL": "",
        "firstlook": {"made": true, "found": found},
    });
    envelope.to_string().into_bytes()
}

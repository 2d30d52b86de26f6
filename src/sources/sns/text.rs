//! Any other message: whatever it is, somebody sent it to a topic for alarms, so it becomes an alert with its text.

use std::fmt::Write;

use firstlook_core::alert::{Labels, fingerprint};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::alarm::word;
use super::said::Said;

/// Longest title, in characters: SNS's own bound of a subject.
const MOST_TITLE: usize = 100;

/// What becomes of a text: its identity, labels and annotations.
pub struct Text {
    /// The same text of the same topic is the same alert.
    pub fingerprint: String,
    /// Named by subject or first line, so that such messages meet in one incident.
    pub labels: Labels,
    /// The text.
    pub annotations: Labels,
}

/// Takes a message as it is. `json` is the same, where it can be read so.
pub fn read(said: &Said, json: Option<&Value>) -> Text {
    // The order of an object's members is no news.
    let content = json.map_or_else(|| said.message.clone(), Value::to_string);
    let title = title(said, json, &content);
    let topic = said.topic.as_ref().map_or("", |topic| topic.as_str());
    let mut labels = Labels::default();
    labels.set("alertname", &title);
    labels.set("topic", topic.rsplit(':').next().unwrap_or_default());
    labels.set("region", said.topic.as_ref().map_or("", |topic| topic.region()));
    labels.set("account", topic.split(':').nth(4).unwrap_or_default());
    if let Some(event) = json.filter(|json| json.get("detail-type").is_some()) {
        for (label, key) in [("event_source", "source"), ("account", "account"), ("region", "region")] {
            let value = word(event, key);
            if !value.is_empty() {
                labels.set(label, &value);
            }
        }
    }
    let mut digest = String::new();
    for byte in Sha256::digest(content.as_bytes()) {
        let _ = write!(digest, "{byte:02x}");
    }
    let identity = [("topic", topic), ("title", title.as_str()), ("text", digest.as_str())];
    let mut annotations = Labels::default();
    annotations.set("summary", &title);
    annotations.set("description", said.message.trim());
    Text { fingerprint: fingerprint(&identity.into_iter().collect()), labels, annotations }
}

/// The subject; else what JSON calls itself; else the first line.
fn title(said: &Said, json: Option<&Value>, content: &str) -> String {
    const NAMES: [&str; 8] = [
        "detail-type",
        "Event Message",
        "title",
        "subject",
        "Event",
        "eventTypeCode",
        "AlarmName",
        "message",
    ];
    let named =
        json.and_then(|json| NAMES.iter().map(|key| word(json, key)).find(|text| !text.trim().is_empty()));
    let line = content.lines().find(|line| !line.trim().is_empty()).unwrap_or("An empty message");
    let text = match (said.subject.trim(), named) {
        ("", Some(named)) => named,
        ("", None) => line.to_owned(),
        (subject, _) => subject.to_owned(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MOST_TITLE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

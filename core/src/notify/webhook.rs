//! An incident for programs: the view as it is, in an envelope that has a version.
//!
//! Knows the envelope. Must not know who receives it.

use serde_json::{Value, json};

use super::lock::{Telling, line};
use super::view::Incident;
use super::zone::Zone;

/// Grows when a reader of the old form would misread the new one; new fields alone do not change it.
const VERSION: u32 = 1;

/// `{version, event_id, kind, text, incident}`. `kind`: `trigger`, `retrigger`, `acknowledge`, `resolve`, `level`.
/// `event_id` is the same each time that one event is sent, so that a receiver can drop a repeat.
///
/// # Errors
/// When the view cannot be written as JSON.
pub fn webhook_body(view: &Incident, zone: &Zone, kind: &str, event_id: &str) -> serde_json::Result<Value> {
    Ok(json!({
        "version": VERSION,
        "event_id": event_id,
        "kind": kind,
        "text": line(view, zone, Telling::Plain),
        "incident": serde_json::to_value(view)?,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_program_gets_the_contracts_incident_and_can_tell_repeats() {
        let view = samples::with_summary();
        let body = webhook_body(&view, &Zone::utc(), "resolve", "482/7").unwrap();
        assert_eq!(
            (&body["version"], &body["kind"], &body["event_id"]),
            (&json!(1), &json!("resolve"), &json!("482/7"))
        );
        assert_eq!(body["incident"], serde_json::to_value(&view).unwrap());
        assert!(body["text"].as_str().unwrap().contains("#482"));
    }
}

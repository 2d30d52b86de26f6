//! Slack's forms: a trigger opens one, once, within three seconds (FACTS D). Must not know what a form asks.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Slack;
use super::desk::{Desk, error};
use super::limits::refusal_of;
use crate::support::server::Answer;

/// How long a trigger is good.
const GOOD: Duration = Duration::from_secs(3);

/// What Slack refuses of a view, in its words.
fn faults(view: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut need = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("[ERROR] {what}"));
        }
    };
    need(view["type"] == "modal", "must be one of: modal [json-pointer:/view/type]");
    for (key, needed) in [("title", true), ("submit", true), ("close", false)] {
        let (text, there) = (&view[key], view.get(key).is_some());
        let length = text["text"].as_str().map_or(0, |text| text.chars().count());
        let fine = text["type"] == "plain_text" && (1..=24).contains(&length);
        need(
            if there { fine } else { !needed },
            &format!("must be 1 to 24 of plain_text [json-pointer:/view/{key}]"),
        );
    }
    let length = |key: &str| view[key].as_str().map_or(0, |text| text.chars().count());
    need(
        length("private_metadata") <= 3_000,
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    );
    need(length("callback_id") <= 255, "must be less than 256 characters [json-pointer:/view/callback_id]");
    let known = ["type", "title", "submit", "close", "callback_id", "private_metadata", "blocks"];
    for key in view.as_object().into_iter().flatten().map(|(key, _)| key) {
        need(known.contains(&key.as_str()), &format!("invalid additional property: {key}"));
    }
    need(
        view["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()),
        "no blocks [json-pointer:/view/blocks]",
    );
    faults.extend(refusal_of(&view["blocks"], 100).into_iter().flat_map(|refusal| refusal.messages));
    faults
}

impl Desk {
    /// `views.open`.
    pub(super) fn open(&self, body: &Value) -> Answer {
        if let Some(refused) = self.lacks("commands") {
            return refused;
        }
        let trigger = body["trigger_id"].as_str().unwrap_or_default();
        let known = self.with(|w| {
            let found = w.triggers.iter_mut().find(|(id, ..)| id == trigger)?;
            let before = (found.1.elapsed(), found.2);
            found.2 = true;
            Some(before)
        });
        match known {
            None => return error("invalid_trigger_id"),
            Some((_, true)) => return error("exchanged_trigger_id"),
            Some((age, _)) if age > GOOD => return error("expired_trigger_id"),
            Some(_) => {}
        }
        let faults = faults(&body["view"]);
        if !faults.is_empty() {
            self.with(|w| w.refusals.push(format!("views.open: {faults:?}")));
            let body =
                json!({"ok": false, "error": "invalid_arguments", "response_metadata": {"messages": faults}});
            return Answer::json(200, &body);
        }
        let id = self.with(|w| {
            let mut view = body["view"].clone();
            let id = format!("V{:04}", w.views.len() + 1);
            view["id"] = json!(id);
            w.views.push(view);
            id
        });
        Answer::json(200, &json!({"ok": true, "view": {"id": id}}))
    }
}

impl Slack {
    /// What a deed of somebody's brings, by which a form may be opened.
    pub fn trigger(&self) -> String {
        self.aged_trigger(Duration::ZERO)
    }

    /// The same, of a deed so long ago.
    pub fn aged_trigger(&self, age: Duration) -> String {
        self.desk.with(|w| {
            let id = format!("{}.T0TEST", w.triggers.len() + 1);
            w.triggers.push((
                id.clone(),
                Instant::now().checked_sub(age).expect("a machine that runs for longer"),
                false,
            ));
            id
        })
    }

    /// The forms that were opened, each with its `id`.
    pub fn views(&self) -> Vec<Value> {
        self.desk.with(|w| w.views.clone())
    }
}

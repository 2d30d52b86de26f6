//! What comes back from forms: which one it is, who filled it in, and what stands in its fields (FACTS D).
//!
//! Knows Slack's payloads. Must not know whether they are genuine, nor what a form asks: nothing of it is looked at here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::declare_form::{self, DeclareSubmission};
use super::deed_forms::{self, DeedSubmission};
use super::form::{Kind, Submission};
use super::press::in_slack;
use crate::incident::Deed;

/// What came of a form, or asks for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modal {
    /// A shortcut: this form is wanted, within three seconds, by this.
    Wanted(Kind, String),
    /// That form was filled in.
    Submitted(Box<Submission>),
    /// The form that declares an incident was.
    Declared(Box<DeclareSubmission>),
    /// The one that silences or resolves it was.
    Deed(Box<DeedSubmission>),
}

/// What is wrong with one block of a form, for whoever filled it in.
pub type FormFault = (&'static str, String);

/// A form as it was filled in.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    /// Slack's name of the form; each that is opened has its own.
    pub view: String,
    /// What was put into it when it was opened.
    pub kept: String,
    /// Who filled it in: `aya in Slack`.
    pub actor: String,
    /// Slack's id of them.
    pub user: String,
    /// By block and element.
    pub values: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Filled {
    /// What stands in a block, at this path of its element.
    pub fn value(&self, block: &str, path: &str) -> Option<&Value> {
        self.values.get(block)?.get("v")?.pointer(path)
    }

    /// The same where it is a text.
    pub fn text(&self, block: &str, path: &str) -> Option<String> {
        self.value(block, path).and_then(Value::as_str).map(str::to_owned)
    }

    /// The incident's number, where the form was opened about one.
    pub fn number(&self) -> Option<i64> {
        self.kept.parse().ok().filter(|number| *number > 0)
    }

    /// The values of the options that were chosen.
    pub fn chosen(&self, block: &str) -> Vec<String> {
        let options = self.value(block, "/selected_options").and_then(Value::as_array).into_iter().flatten();
        options.filter_map(|one| one.get("value")?.as_str().map(str::to_owned)).collect()
    }

    /// The people who were chosen.
    pub fn people(&self, block: &str) -> Vec<String> {
        let people = self.value(block, "/selected_users").and_then(Value::as_array).into_iter().flatten();
        people.filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    callback_id: String,
    trigger_id: String,
    user: User,
    view: View,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct User {
    id: String,
    name: String,
    username: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct View {
    id: String,
    callback_id: String,
    private_metadata: String,
    state: State,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct State {
    values: BTreeMap<String, BTreeMap<String, Value>>,
}

/// Reads the `payload` of an interaction. `Ok(None)` for what is about no form of ours.
///
/// # Errors
/// When it is no payload.
pub fn modal(payload: &str) -> Result<Option<Modal>, String> {
    let Payload { kind, callback_id, trigger_id, user, view } =
        serde_json::from_str(payload).map_err(|error| error.to_string())?;
    if let Some(form) = Kind::named(&callback_id).filter(|_| kind == "shortcut") {
        return Ok(Some(Modal::Wanted(form, trigger_id)));
    }
    if kind != "view_submission" {
        return Ok(None);
    }
    let names = [&user.name, &user.username, &user.id];
    let actor = in_slack(names.into_iter().find(|name| !name.is_empty()).map_or("", String::as_str));
    let filled = Filled {
        actor,
        user: user.id,
        view: view.id,
        kept: view.private_metadata,
        values: view.state.values,
    };
    if let Some(form) = Kind::named(&view.callback_id) {
        return Ok(Some(Modal::Submitted(Box::new(Submission::of(form, filled)))));
    }
    Ok(match view.callback_id.as_str() {
        declare_form::FORM => Some(Modal::Declared(Box::new(DeclareSubmission::of(&filled)))),
        deed_forms::SILENCE => Some(Modal::Deed(Box::new(DeedSubmission::of(Deed::Silence, &filled)))),
        deed_forms::RESOLVE => Some(Modal::Deed(Box::new(DeedSubmission::of(Deed::Resolve, &filled)))),
        _ => None,
    })
}

/// The answer to a form that cannot be used: each fault at its block.
pub fn slack_form_faults(faults: &[FormFault]) -> Value {
    let errors: BTreeMap<&str, &str> = faults.iter().map(|(block, text)| (*block, text.as_str())).collect();
    json!({ "response_action": "errors", "errors": errors })
}

//! The form that declares an incident (messages/README 19-declare-form): what it shows, what comes back, what is wrong with it.
//!
//! Knows Slack's modals (FACTS D). Must not know whether a payload is genuine, nor how a channel is opened.

use serde_json::{Value, json};

use super::super::declare::{Asked, LONGEST_NAME, is_channel_name, is_group, is_user};
use super::super::view::Incident;
use super::super::words;
use super::blocks::{context, plain, short};
use super::modal::{Filled, FormFault};
use crate::language::{Language, Word};

/// The name of the form.
pub(super) const FORM: &str = "declare";
/// How many people, and how many groups, the form can name: more are a company.
const MOST: usize = 50;
/// Slack's bound on what a select offers.
const OPTIONS: usize = 100;
/// Slack's bound on an option's text.
const OPTION: usize = 75;
/// Characters of why groups are not offered.
const REASON: usize = 500;

/// What the form is filled with.
#[derive(Debug, Clone)]
pub struct DeclareForm<'a> {
    /// The incident.
    pub view: &'a Incident,
    /// Slack's id of whoever pressed: they lead unless they choose somebody else.
    pub user: &'a str,
    /// What the channel is called where nobody says otherwise.
    pub name: &'a str,
    /// Whether only who is invited sees it, where nobody says otherwise.
    pub private: bool,
    /// How many people and groups are brought in as the configuration says.
    pub invited: (usize, usize),
    /// The user groups that can be brought in besides: id and name; else why none can be chosen.
    pub groups: Result<&'a [(String, String)], &'a str>,
}

/// The view of `views.open`.
pub fn slack_declare_form(form: &DeclareForm<'_>) -> Value {
    let view = form.view;
    let language = view.language;
    let label = |word: Word, most| plain(word.of(language), most);
    let input = |id: &str, word: Word, element: Value, optional: bool| json!({ "type": "input", "block_id": id, "label": label(word, 200), "element": element, "optional": optional });
    let severity = words::severity(language, view.severity);
    let about = format!("#{} · {severity} · {}", view.number, short(view.title.as_str(), 200));
    let mut blocks: Vec<Value> = context(&about).into_iter().collect();
    let name = json!({ "type": "plain_text_input", "action_id": "v", "initial_value": form.name, "max_length": LONGEST_NAME });
    blocks.push(input("name", words::CHANNEL, name, false));
    let mut lead = json!({ "type": "users_select", "action_id": "v" });
    if is_user(form.user) {
        lead["initial_user"] = json!(form.user);
    }
    blocks.push(input("lead", words::WHO_LEADS, lead, false));
    let besides = words::besides(language, form.invited);
    let people = json!({
        "type": "multi_users_select", "action_id": "v", "max_selected_items": MOST, "placeholder": plain(&besides, 150),
    });
    let mut people = input("people", words::BRING_IN, people, true);
    if let Err(reason) = form.groups {
        people["hint"] = plain(&words::no_groups(language, &short(reason, REASON)), 2_000);
    }
    blocks.push(people);
    blocks.extend(groups(form).map(|select| input("groups", words::BRING_IN_GROUPS, select, true)));
    blocks.push(input("private", words::WHO_SEES, sees(language, form.private), false));
    json!({
        "type": "modal", "callback_id": FORM, "title": label(words::DECLARE_INCIDENT, 24),
        "submit": label(words::DECLARE, 24), "close": label(words::CANCEL, 24),
        "private_metadata": view.number.to_string(), "blocks": blocks,
    })
}

/// None where there is nothing to choose, which Slack would refuse.
fn groups(form: &DeclareForm<'_>) -> Option<Value> {
    let fits = |(id, name): &&(String, String)| is_group(id) && !short(name, OPTION).is_empty();
    let option =
        |(id, name): &(String, String)| json!({ "text": plain(&short(name, OPTION), OPTION), "value": id });
    let known = form.groups.unwrap_or_default();
    let options: Vec<Value> = known.iter().filter(fits).take(OPTIONS).map(option).collect();
    (!options.is_empty()).then(|| {
        json!({ "type": "multi_static_select", "action_id": "v", "options": options, "max_selected_items": MOST })
    })
}

/// Who may see the channel.
fn sees(language: Language, private: bool) -> Value {
    let option =
        |(value, word): (&str, Word)| json!({ "text": plain(word.of(language), OPTION), "value": value });
    let both = [("public", words::EVERYONE), ("private", words::INVITED_ONLY)].map(option);
    let initial = both.get(usize::from(private)).cloned();
    json!({ "type": "static_select", "action_id": "v", "options": both, "initial_option": initial })
}

/// The form as it was filled in, nothing of it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclareSubmission {
    /// Who filled it in: `aya in Slack`.
    pub actor: String,
    /// The incident that it is about, where it names one.
    pub incident: Option<i64>,
    name: String,
    lead: String,
    people: Vec<String>,
    groups: Vec<String>,
    sees: String,
}

impl DeclareSubmission {
    pub(super) fn of(filled: &Filled) -> Self {
        Self {
            actor: filled.actor.clone(),
            incident: filled.number(),
            name: filled.text("name", "/value").unwrap_or_default(),
            lead: filled.text("lead", "/selected_user").unwrap_or_default(),
            people: filled.people("people"),
            groups: filled.chosen("groups"),
            sees: filled.text("private", "/selected_option/value").unwrap_or_default(),
        }
    }

    /// What it asks for; else what is wrong with it, block by block.
    ///
    /// # Errors
    /// Those.
    pub fn wanted(&self, language: Language) -> Result<Asked, Vec<FormFault>> {
        let mut faults: Vec<FormFault> = Vec::new();
        let mut need = |holds: bool, block, word: Word| {
            if !holds {
                faults.push((block, word.of(language).to_owned()));
            }
        };
        // Slack writes names small, and people write `#` before them.
        let name = self.name.trim().trim_start_matches('#').to_lowercase();
        need(is_channel_name(&name), "name", words::NO_CHANNEL_NAME);
        need(is_user(&self.lead), "lead", words::CHOOSE_LEAD);
        need(self.people.iter().all(|id| is_user(id)), "people", words::NOT_PEOPLE);
        need(self.people.len() <= MOST, "people", words::TOO_MANY);
        need(self.groups.iter().all(|id| is_group(id)), "groups", words::NOT_GROUPS);
        need(self.groups.len() <= MOST, "groups", words::TOO_MANY);
        let private = self.sees == "private";
        need(private || self.sees == "public", "private", words::CHOOSE_WHO_SEES);
        if !faults.is_empty() {
            return Err(faults);
        }
        let (lead, users, groups) = (self.lead.clone(), self.people.clone(), self.groups.clone());
        Ok(Asked { name, lead, private, users, groups })
    }
}

/// Why the form declares nothing, at the block that is always there.
pub fn declare_fault(text: &str) -> Vec<FormFault> {
    vec![("name", short(text, REASON))]
}

/// The same where the incident is not there, or somebody was first.
pub fn declare_refused(language: Language, number: Option<i64>, known: bool) -> Vec<FormFault> {
    declare_fault(&match number.filter(|_| !known) {
        Some(number) => words::no_incident(language, number),
        None if known => words::DECLARED_MEANWHILE.of(language).to_owned(),
        None => words::NO_INCIDENT_NAMED.of(language).to_owned(),
    })
}

/// Why there was no form, and that there is a way without one. `why`: in words, without a stop at the end.
pub fn slack_no_declare_form(language: Language, number: i64, why: &str) -> Value {
    super::press::slack_says(&words::no_declare_form(language, number, why))
}

#[cfg(test)]
mod tests;

//! The buttons below a message: what may be pressed at this moment.
//!
//! Knows the deeds and the incident's status. Must not know who presses, nor what a press does. Nothing that stands there
//! moves while the status stays: Resolve takes the place of Acknowledge, so it asks first, and so does Silence (messages/README 2).

use serde_json::{Value, json};

use super::super::text::{address, escape};
use super::super::view::Incident;
use super::super::{facts, words};
use super::blocks::{Line, plain, rich};
use super::menu::menu;
use crate::incident::{Deed, Status};
use crate::language::{Language, Word};

/// What the buttons below messages of this installation can do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Buttons {
    /// Presses reach firstlook: Slack's signing secret is configured.
    pub presses: bool,
    /// A model can be asked to analyse.
    pub analysis: bool,
    /// A bot may open channels.
    pub declare: bool,
}

/// The row below what to do first; at least the link to the page, where that has an address.
pub fn row(view: &Incident, buttons: Buttons) -> Option<Value> {
    let mut row = Vec::new();
    if buttons.presses {
        match view.standing() {
            Status::Open => {
                let mut first = button(Deed::Acknowledge, words::ACKNOWLEDGE, view);
                first["style"] = json!("primary");
                row.push(first);
            }
            Status::Acknowledged => {
                let mut first = button(Deed::Resolve, words::RESOLVE, view);
                first["confirm"] = confirm(
                    view.language,
                    &words::resolve_title(view.language, view.number),
                    &words::resolve_asks(view.language, facts::firing(view)),
                    words::RESOLVE,
                );
                row.push(first);
            }
            Status::Resolved => {}
        }
        if view.standing() != Status::Resolved {
            let mut silence = button(Deed::Silence, words::SILENCE, view);
            let (title, text) =
                (words::SILENCE_TITLE.of(view.language), words::SILENCE_ASKS.of(view.language));
            silence["confirm"] = confirm(view.language, title, text, words::SILENCE);
            row.push(silence);
        }
        if buttons.analysis && view.standing() != Status::Resolved {
            row.push(button(Deed::Analyze, words::ANALYZE, view));
        }
    }
    row.extend(link(&words::open_button(view.language, view.number), &view.url));
    row.extend(menu(view, buttons));
    actions("act", row)
}

/// The action id of the link, which Slack tells of as well.
const OPEN: &str = "open";

/// A button that opens a page; `None` where the address is not one.
pub fn link(text: &str, url: &str) -> Option<Value> {
    let url = address(url)?;
    Some(json!({ "type": "button", "action_id": OPEN, "text": plain(text, 30), "url": url }))
}

/// Whether the first cause was right, where there is one and presses are heard; what was said of it once it was.
pub fn feedback(view: &Incident, buttons: Buttons) -> Vec<Value> {
    let named = facts::ready(view).and_then(facts::best_cause).is_some();
    if !named || !buttons.presses {
        return Vec::new();
    }
    let said =
        view.feedback.as_ref().map(|said| words::judged(view.language, said.actor.as_str(), said.right));
    let asks = said.is_none();
    let line = Line::default()
        .text(&said.unwrap_or_else(|| words::WAS_IT_RIGHT.of(view.language).to_owned()))
        .section();
    let both = || {
        let pair = [(Deed::Right, words::RIGHT), (Deed::Wrong, words::WRONG)];
        pair.map(|(deed, text)| button(deed, text, view)).to_vec()
    };
    let row = asks.then(|| actions("feedback", both())).flatten();
    rich("judged", line.into_iter().collect()).into_iter().chain(row).collect()
}

/// A row of buttons; `None` without any.
pub fn actions(block_id: &str, row: Vec<Value>) -> Option<Value> {
    (!row.is_empty()).then(|| json!({ "type": "actions", "block_id": block_id, "elements": row }))
}

/// A button that does something to this incident.
pub fn button(deed: Deed, text: Word, view: &Incident) -> Value {
    let value = view.number.to_string();
    json!({ "type": "button", "action_id": deed.as_str(), "text": plain(text.of(view.language), 30), "value": value })
}

/// Asks before a button does something.
pub fn confirm(language: Language, title: &str, text: &str, yes: Word) -> Value {
    let (yes, no) = (yes.of(language), words::CANCEL.of(language));
    let plain = |text: &str| json!({ "type": "plain_text", "text": escape(text), "emoji": false });
    json!({ "title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no) })
}

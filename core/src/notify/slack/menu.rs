//! The ⋯ beside the buttons: what is wanted seldom, and what asks before it does anything (messages/README 2).
//!
//! Knows Slack's overflow menu. Must not know who chooses, nor what follows.

use serde_json::{Value, json};

use super::super::view::{Incident, Notification};
use super::super::words;
use super::super::zone::Zone;
use super::blocks::{Line, list, plain, rich, short};
use super::buttons::Buttons;
use super::press::private;
use crate::incident::Status;
use crate::language::Word;

/// Its name.
pub(super) const MORE: &str = "more";
/// Receivers whose reason is told at once; the page has them all.
const REASONS: usize = 10;

/// What can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The form that declares.
    Declare,
    /// The form that resolves.
    Resolve,
    /// The form that silences for longer than an hour.
    Silence,
    /// Why somebody was told.
    Why,
}

impl Choice {
    const ALL: [Self; 4] = [Self::Declare, Self::Resolve, Self::Silence, Self::Why];

    fn as_str(self) -> &'static str {
        match self {
            Self::Declare => "declare",
            Self::Resolve => "resolve",
            Self::Silence => "silence",
            Self::Why => "why",
        }
    }

    fn word(self) -> Word {
        match self {
            Self::Declare => words::DECLARE_OPENS,
            Self::Resolve => words::RESOLVE_OPENS,
            Self::Silence => words::SILENCE_LONGER,
            Self::Why => words::WHY_PAGED,
        }
    }

    /// `silence:482`: which one, and of which incident.
    pub(super) fn read(value: &str) -> Option<(Self, i64)> {
        let (word, number) = value.split_once(':')?;
        let choice = Self::ALL.into_iter().find(|one| one.as_str() == word)?;
        Some((choice, number.parse().ok().filter(|number| *number > 0)?))
    }
}

/// The menu of an incident that is not over.
pub(super) fn menu(view: &Incident, buttons: Buttons) -> Option<Value> {
    let offered = |choice: &Choice| match choice {
        Choice::Declare => buttons.declare && view.declared.is_none(),
        // Resolve has a button once somebody has it.
        Choice::Resolve => view.standing() == Status::Open,
        Choice::Silence | Choice::Why => true,
    };
    let over = view.standing() == Status::Resolved || view.status == Status::Resolved;
    if over || !buttons.presses {
        return None;
    }
    let option = |choice: Choice| json!({ "text": plain(choice.word().of(view.language), 75), "value": format!("{}:{}", choice.as_str(), view.number) });
    let options: Vec<Value> = Choice::ALL.into_iter().filter(offered).map(option).collect();
    Some(json!({ "type": "overflow", "action_id": MORE, "options": options }))
}

/// Why each receiver was told, or is not yet, for the one who asked.
pub fn slack_why(view: &Incident, zone: &Zone) -> Value {
    let language = view.language;
    let mut seen: Vec<(&str, &str, &str)> = Vec::new();
    let mut entries = Vec::new();
    for told in &view.notifications {
        let key = (told.receiver.as_str(), told.integration.as_str(), told.reason.as_str());
        if !seen.contains(&key) && entries.len() < REASONS {
            seen.push(key);
            entries.extend(reason(told, view, zone).section());
        }
    }
    let head = words::why_told(language, view.number, entries.is_empty());
    let page = Line::default().link(&view.url, words::WHOLE_WAY.of(language)).section();
    let parts = Line::default().bold(&head).section().into_iter().chain(list("bullet", entries)).chain(page);
    private(&head, rich("why", parts.collect()).into_iter().collect())
}

/// `oncall pagerduty/0  03:07  route.routes[0]: severity="critical"`.
fn reason(told: &Notification, view: &Incident, zone: &Zone) -> Line {
    let language = view.language;
    let to = format!("{} {}", short(&told.receiver, 60), short(&told.integration, 60));
    let line = Line::default().bold(&to).text("  ");
    let line = match told.sent_at {
        Some(at) => line.time(at, zone),
        None => line.text(words::NOT_TOLD_YET.of(language)),
    };
    line.text("  ").text(&short(told.reason.as_str(), 300))
}

#[cfg(test)]
mod tests;

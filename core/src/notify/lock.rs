//! The one line that a lock screen shows: severity, what, how much, since when, who, the first step.
//!
//! Knows how wide a lock screen is. Must not know which messenger shows it.

use crate::incident::Status;

use super::facts;
use super::text::{bare, columns, cut, width};
use super::view::Incident;
use super::words::{self, Again};
use super::zone::Zone;

/// Columns of a lock screen's line; a kanji counts 2 (messages/README).
pub const COLUMNS: usize = 120;

/// Room that the title keeps however much else there is to say.
const TITLE_LEAST: usize = 24;
/// What the first step may take from a long title.
const STEP_MOST: usize = 28;
/// A value with its unit; a longer unit is no unit.
const VALUE_MOST: usize = 20;
/// A first step in less than this says nothing.
const STEP_LEAST: usize = 16;

/// What is special about this telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Telling {
    /// As the incident stands.
    Plain,
    /// It rings again.
    Again(Again),
    /// The first try may have arrived.
    PossibleRepeat,
    /// It is told in the channel that was opened for it.
    Declared,
}

/// The line, at most [`COLUMNS`] wide, without markup and without symbols; not escaped yet.
pub fn line(view: &Incident, zone: &Zone, telling: Telling) -> String {
    let resolved = view.standing() == Status::Resolved;
    let language = view.language;
    let head = format!("{}{}", head(view, telling), words::COLON.of(language));
    let since = if resolved {
        String::new()
    } else {
        let (before, after) = words::SINCE_THEN;
        format!("{}{}{}", before.of(language), zone.time(view.started_at), after.of(language))
    };
    let nobody = if view.standing() == Status::Open && view.owner.is_none() {
        words::NOBODY_HAS_IT.of(language)
    } else {
        ""
    };
    let step = if resolved { None } else { view.do_first.as_ref() };
    let step =
        step.map(|first| words::first(language, &words::sentence(language, &bare(first.text.as_str()))));
    // Behind a step in Latin letters the number needs its space in every language.
    let latin = step.as_ref().is_some_and(|step| step.ends_with(|c: char| c.is_ascii()));
    let apart = if latin { " " } else { words::APART.of(language) };
    let number = format!("{apart}#{}", view.number);
    let fixed =
        width(&head) + width(&since) + width(words::STOP.of(language)) + width(nobody) + width(&number);
    let room = COLUMNS.saturating_sub(fixed);

    let for_step = step.as_ref().map_or(0, |step| width(step).min(STEP_MOST));
    let value = value(view);
    let for_title = room.saturating_sub(for_step + width(&value)).max(TITLE_LEAST);
    // The value stays whole: a number that is cut is another number.
    let what = format!("{}{value}", cut(&bare(view.title.as_str()), for_title, columns));
    let left = room.saturating_sub(width(&what));
    let step = step.filter(|step| left >= STEP_LEAST.min(width(step))).map(|step| cut(&step, left, columns));
    let stop = if what.ends_with('…') && since.is_empty() { "" } else { words::STOP.of(language) };
    let line = format!("{head}{what}{since}{stop}{nobody}{}{number}", step.unwrap_or_default());
    cut(&line, COLUMNS, columns)
}

fn head(view: &Incident, telling: Telling) -> String {
    let owner = view.owner.as_ref().map(|owner| cut(&bare(owner.as_str()), 24, columns));
    let ended = view.resolved_at.unwrap_or(view.started_at);
    let lead =
        words::lead(view.language, view.standing(), view.severity, owner.as_deref(), ended - view.started_at);
    match telling {
        Telling::Plain => lead,
        Telling::PossibleRepeat => format!("{}{lead}", words::MAYBE_REPEAT.of(view.language)),
        Telling::Declared => format!("{}{lead}", words::DECLARED_HEAD.of(view.language)),
        Telling::Again(again) => {
            let now = if let Again::Repeated { now } = again { now } else { view.started_at };
            words::lead_again(view.language, again, view.severity, now - view.started_at)
        }
    }
}

/// The measured value, where the title does not say it: `, 24.9%`.
fn value(view: &Incident) -> String {
    let value = view.impact.as_ref().map(|impact| words::quantity(impact.value, impact.unit.as_deref()));
    let value = value.map(|value| cut(&bare(&value), VALUE_MOST, columns));
    let unsaid = value.filter(|value| !bare(view.title.as_str()).contains(value.as_str()));
    unsaid.map(|value| format!("{}{value}", words::COMMA.of(view.language))).unwrap_or_default()
}

/// How bad in one short phrase for a subject line: title and, where known, the numbers.
pub fn what_and_how_much(view: &Incident) -> String {
    match &view.impact {
        Some(impact) => {
            let (title, amount) = (bare(view.title.as_str()), bare(&facts::amount(view.language, impact)));
            format!("{title}{}{amount}", words::COLON.of(view.language))
        }
        None => bare(view.title.as_str()),
    }
}

//! What people and machines changed before an alarm: which changes may have to do with it, as items `C1`, `C2` ….
//!
//! Knows events and an incident's labels. Must not know who reported a change, nor claim that it is the cause: it says
//! when it was, and whether it names what the alarm names.

mod dated;
mod kinship;
mod late;
mod runs;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};

use super::excerpt::{excerpt, squeeze};
use super::items::id;
use super::{Item, Kind, Redacted, Redactor};
use crate::alert::Labels;
use kinship::Kinship;
use runs::Run;

pub use dated::dated;
pub use late::{Late, late};

/// Changes that name what the alarm names, at most so many …
const MOST_NAMED: usize = 10;
/// … and so many that do not: a shared database or gateway changes under another name.
const MOST_OTHERS: usize = 5;
/// Longest title, in characters.
const TITLE: usize = 160;

/// One change. Verbatim: not for prompts or pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeEvent {
    /// When it took effect, by its sender's clock.
    pub at: DateTime<Utc>,
    /// The configured source that reported it: `changes/github`.
    pub source: String,
    /// What was changed, in a line.
    pub summary: String,
    /// The system that was changed, or that made the change; may be empty.
    pub origin: String,
    /// Whatever else was said.
    pub details: Vec<(String, String)>,
    /// Where a person sees it.
    pub link: Option<String>,
    /// The sender's name for it, where it has one: what comes twice, or by two ways, is one change.
    pub event: Option<String>,
    /// How a person finds it again.
    pub query: Option<String>,
    /// Who meant it to happen.
    pub intent: Intent,
}

/// Whether somebody meant a change to happen; the more so, the earlier it is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Intent {
    /// Somebody did.
    #[default]
    Meant,
    /// A machine does it by itself, or it failed and so changed nothing.
    Lesser,
    /// It belongs to any day.
    Routine,
}

/// The items of what may have to do with an alarm that began at `began`: what names the same things first, each group
/// from the nearest to the farthest.
pub fn items(
    events: &[ChangeEvent],
    labels: &Labels,
    began: DateTime<Utc>,
    redactor: &Redactor,
) -> Vec<Item> {
    let all = ranked(events, labels, began);
    all.iter().enumerate().map(|(i, (kinship, run))| near(i, run, *kinship, began, redactor)).collect()
}

/// What is told of `events`, in that order.
fn ranked<'a>(events: &'a [ChangeEvent], labels: &Labels, began: DateTime<Utc>) -> Vec<(Kinship, Run<'a>)> {
    let mut all: Vec<(Kinship, Run<'_>)> = Vec::new();
    for run in runs::of(events, began) {
        all.push((Kinship::of(&run, labels), run));
    }
    let far = |run: &Run<'_>| ((began - run.nearest.at).abs(), run.nearest.summary.clone());
    all.sort_by_cached_key(|(kinship, run)| (kinship.rank(run.nearest.intent), far(run)));
    let (mut named, mut others) = (0, 0);
    all.retain(|(kinship, run)| {
        let (count, most) = match kinship.is_told_first(run.nearest.intent) {
            true => (&mut named, MOST_NAMED),
            false => (&mut others, MOST_OTHERS),
        };
        *count += 1;
        *count <= most
    });
    all
}

fn near(place: usize, run: &Run<'_>, kinship: Kinship, began: DateTime<Utc>, redactor: &Redactor) -> Item {
    let mut at = Redacted::time(run.nearest.at, "at %Y-%m-%d %H:%M:%S UTC, ");
    at.push(&distance(began - run.nearest.at));
    item(place, run, [title(run, began, redactor), at], kinship.words(), redactor)
}

/// The item of a run, whose title and first line, when it was, are given. `kin`: what it has to do with the alarm.
fn item(place: usize, run: &Run<'_>, said: [Redacted; 2], kin: &'static str, redactor: &Redactor) -> Item {
    let (event, [title, mut text]) = (run.nearest, said);
    if run.count > 1 {
        text.push_fixed("\n");
        text.push(&Redacted::count(run.count as u64));
        text.push(&Redacted::time(run.first, " times since %Y-%m-%d %H:%M:%S UTC"));
    }
    text.push_fixed(kin);
    for (name, value) in run.details() {
        text.push_fixed("\n");
        text.push(&redactor.redact_line(&name));
        text.push_fixed(": ");
        text.push(&redactor.redact_value(&name, &value));
    }
    Item {
        id: id(Kind::Change, place).to_string(),
        kind: Kind::Change,
        source: event.source.clone(),
        title,
        text,
        query: event.query.as_deref().map(|query| redactor.redact(query)),
        link: event.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: Some(event.at),
        frequency: None,
        chart: None,
    }
}

/// What was done, on what, how often, and how long before the alarm.
fn title(run: &Run<'_>, began: DateTime<Utc>, redactor: &Redactor) -> Redacted {
    let summary = squeeze(&redactor.redact_line(&run.said()));
    let mut title = excerpt(&summary, TITLE);
    if run.count > 1 {
        title.push_fixed(", ");
        title.push(&Redacted::count(run.count as u64));
        title.push_fixed(" times");
    }
    title.push_fixed(", ");
    title.push(&distance(began - run.nearest.at));
    title
}

/// `3 min before the alarm`.
fn distance(before: TimeDelta) -> Redacted {
    let (length, side) = match before < TimeDelta::zero() {
        true => (-before, " after the alarm began"),
        false => (before, " before the alarm"),
    };
    let seconds = length.num_seconds().unsigned_abs();
    let (count, unit) = match seconds {
        0..120 => (seconds, " s"),
        120..7_200 => (seconds / 60, " min"),
        _ => (seconds / 3_600, " h"),
    };
    Redacted::concat([&Redacted::count(count), &Redacted::fixed(unit), &Redacted::fixed(side)])
}

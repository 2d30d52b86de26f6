//! A storm as people are told of it: its figures, what its incidents share, and when its message is told anew.
//!
//! Knows counts. Must not know what began it, nor a receiver's form.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::evidence::Redacted;
use crate::language::Language;

use super::DigestLine;

/// What is shared by at least so many in ten is told.
const SHARED: usize = 8;
/// Labels that every message shows anyway, or that say nothing of a place.
const TOLD: [&str; 3] = ["severity", "alertname", "alertstate"];

/// How a storm stands at one integration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Incidents by severity: the highest that each has, or had.
    pub critical: usize,
    /// As above.
    pub warning: usize,
    /// As above.
    pub info: usize,
    /// Services that they name.
    pub services: usize,
    /// Nobody has them.
    pub open: usize,
    /// Somebody has them.
    pub acknowledged: usize,
    /// Told by messages of their own.
    pub singly: usize,
    /// Told by the storm's message alone.
    pub by_storm: usize,
    /// Not over, and told by the storm's message alone so far.
    pub left: usize,
    /// Whether the storm has ended.
    pub ended: bool,
}

impl Figures {
    /// All of its incidents.
    pub fn all(&self) -> usize {
        self.critical + self.warning + self.info
    }

    /// Those that are not over.
    pub fn not_over(&self) -> usize {
        self.open + self.acknowledged
    }

    /// Nothing is left that only the storm's message tells of.
    pub fn is_over(&self) -> bool {
        self.ended && self.left == 0
    }
}

/// What most of a storm's incidents have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// `az=ap-northeast-1c`.
    pub label: Redacted,
    /// How many have it.
    pub count: usize,
}

/// A storm at one integration.
#[derive(Debug, Clone, PartialEq)]
pub struct Storm {
    /// What it is told in.
    pub language: Language,
    /// `Storm 7`.
    pub number: i64,
    /// When its first incident rang.
    pub since: DateTime<Utc>,
    /// How long it took from the first incident to the newest.
    pub span: TimeDelta,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Its figures.
    pub figures: Figures,
    /// What most have in common.
    pub shared: Option<Shared>,
    /// The most severe that are not over, the worst first.
    pub top: Vec<DigestLine>,
    /// Its page: all of its incidents.
    pub url: String,
}

/// A storm that lasts, in place of its incidents in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// `Storm 7`.
    pub number: i64,
    /// The receiver's name.
    pub receiver: String,
    /// When its first incident rang.
    pub since: DateTime<Utc>,
    /// All of its incidents.
    pub incidents: usize,
    /// Those that only its messages tell of, at least at one integration.
    pub folded: usize,
    /// Those that nobody has.
    pub open: usize,
}

/// The label that tells where a storm is: of those that most of `all` incidents have, the one that most have; of those
/// that equally many have, the first by name. `counts`: name, value and number.
pub fn shared(counts: &[(String, String, usize)], all: usize) -> Option<&(String, String, usize)> {
    let telling = counts.iter().filter(|(name, value, count)| {
        !TOLD.contains(&name.as_str()) && !value.is_empty() && *count > 1 && count * 10 >= all * SHARED
    });
    telling.min_by_key(|(name, value, count)| (std::cmp::Reverse(*count), name.clone(), value.clone()))
}

/// How a storm's message is told at an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Edited in place.
    Living,
    /// Posted, and never edited: once when it begins, once when it has ended.
    Posts,
    /// A pager's incident.
    Page,
}

/// A chat's message is edited at most so often, so that messages of single incidents have room beside it.
const EDIT_EVERY: TimeDelta = TimeDelta::seconds(5);
/// Once it has ended, only what becomes of the rest changes.
const CALM_EVERY: TimeDelta = TimeDelta::seconds(30);
/// A pager hears of growth at most so often.
const PAGE_EVERY: TimeDelta = TimeDelta::seconds(30);

/// Whether there is something to tell: `told` are the figures that were told last, `age` how long ago that was.
pub fn due(form: Form, told: Option<&Figures>, now: &Figures, age: TimeDelta) -> bool {
    let Some(told) = told else { return true };
    if told == now {
        return false;
    }
    let ends = now.ended && !told.ended;
    match form {
        Form::Living => ends || age >= if now.ended { CALM_EVERY } else { EDIT_EVERY },
        Form::Posts => ends,
        // It rings under its own key until all of it is over; growth alone is news in between.
        Form::Page => ends || now.is_over() && !told.is_over() || now.all() > told.all() && age >= PAGE_EVERY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(all: usize, left: usize, ended: bool) -> Figures {
        Figures { warning: all, open: left, left, ended, ..Figures::default() }
    }

    #[test]
    fn a_storm_is_told_when_it_begins_grows_changes_and_ends_at_its_forms_pace() {
        use Form::{Living, Page, Posts};
        let (grown, same) = (figures(40, 40, false), figures(21, 21, false));
        let (fewer, ended) = (figures(21, 3, false), figures(21, 3, true));
        let over = figures(21, 0, true);
        for (form, told, now, age, tells) in [
            (Living, None, same, 0, true),
            (Page, None, same, 0, true),
            (Posts, None, same, 0, true),
            (Living, Some(same), same, 600, false),
            (Living, Some(same), grown, 4, false),
            (Living, Some(same), grown, 5, true),
            (Living, Some(same), fewer, 5, true),
            (Living, Some(same), ended, 0, true),
            (Living, Some(ended), over, 5, false),
            (Living, Some(ended), over, 30, true),
            (Posts, Some(same), grown, 600, false),
            (Posts, Some(same), ended, 0, true),
            (Posts, Some(ended), over, 600, false),
            (Page, Some(same), grown, 29, false),
            (Page, Some(same), grown, 30, true),
            // That some of it is over rings nobody.
            (Page, Some(same), fewer, 600, false),
            (Page, Some(same), ended, 0, true),
            (Page, Some(ended), over, 0, true),
            (Page, Some(over), Figures { acknowledged: 1, ..over }, 600, false),
        ] {
            let said = due(form, told.as_ref(), &now, TimeDelta::seconds(age));
            assert_eq!(said, tells, "{form:?}: {told:?} to {now:?} after {age} s");
        }
    }

    #[test]
    fn what_most_have_in_common_tells_where_it_is() {
        let count = |name: &str, value: &str, count| (name.to_owned(), value.to_owned(), count);
        let az = count("az", "c", 31);
        let counts = [
            count("severity", "critical", 34),
            count("alertname", "Down", 33),
            count("cluster", "", 34),
            count("team", "orders", 20),
            az.clone(),
        ];
        assert_eq!(shared(&counts, 34), Some(&az));
        assert_eq!(shared(&counts, 39), None, "fewer than eight in ten");
        let two = [count("zone", "x", 31), az.clone()];
        assert_eq!(shared(&two, 34), Some(&az), "always the same of two");
        assert_eq!(shared(&[count("az", "c", 1)], 1), None);
        assert_eq!(shared(&[], 0), None);
    }
}

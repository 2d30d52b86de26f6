//! What an item says, read once, so that sentences can be looked up in it.
//!
//! Knows what parts an item has. Must not know claims.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use regex::Regex;

use super::moment::{Moment, Stage};
use super::packed::Line;
use super::quantity::{Quantity, Role};
use super::reading::Reading;
use super::runs::{atoms, runs};
use super::sense::{denied, denied_before};
use super::spelling::{compiled, plain};
use super::unit::Dim;
use super::words::Word;
use super::zones::Zone;
use crate::evidence::{Item, Kind, Redactor};
use crate::summary::clean::clean;

/// A number that an excerpt has cut is another number.
static CUT: LazyLock<Regex> = LazyLock::new(|| compiled(r"[0-9][0-9.,]*…"));

/// A moment of an item, in UTC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Instant {
    /// The date, where one is known.
    pub day: Option<NaiveDate>,
    /// Seconds of the day.
    pub clock: Option<f64>,
    /// What it is exact to, in seconds.
    pub step: f64,
    /// What it is of what happened.
    pub stage: Stage,
    /// As it is written, where that is in another zone.
    pub written: Option<f64>,
    /// Whether it is one of the item's own ends, so that lengths may be counted from it.
    pub edge: bool,
}

/// What an item says.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// What it is.
    pub kind: Kind,
    /// Plain lines, for quotations.
    pub lines: Vec<String>,
    /// All of it as it is read.
    pub reading: Reading,
    /// Where its lines end, in bytes.
    pub ends: Vec<usize>,
    /// The pattern's counts: lines now and normally.
    pub counts: Vec<Quantity>,
    /// The text's moments and the item's own.
    pub instants: Vec<Instant>,
    /// The stems of all words, each with the places where it stands.
    pub stems: BTreeMap<String, Vec<usize>>,
    /// What it says is not so.
    pub denied: BTreeSet<String>,
    /// What is written without a blank, and its parts.
    pub tokens: BTreeSet<String>,
    /// Keys with their values.
    pub labels: BTreeSet<(String, String)>,
    /// First labels of host names, each with the whole names.
    pub hosts: BTreeMap<String, BTreeSet<String>>,
}

impl Shown {
    /// Title, text, times and counts of `item`, and `more`: what a model was shown of it. They pass through the same
    /// cleaning as a claim, so that both sides have the same spelling.
    pub fn new(item: &Item, more: &Line, redactor: &Redactor) -> Self {
        // Lines are kept apart, so that no quotation spans two of them.
        let own = std::iter::once(item.title.as_str()).chain(item.text.as_str().lines());
        // Of what is no log line, the pack repeats the item alone.
        let all = own.chain(more.text.lines().filter(|_| item.kind == Kind::Log));
        let cleaned: Vec<String> = all.map(|line| clean(line, redactor).as_str().to_owned()).collect();
        let mut reading = Reading::of(&CUT.replace_all(&cleaned.join("\n"), "…"), true);
        if item.kind == Kind::Metric {
            measured(&mut reading);
        }
        let mut stems: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for word in &reading.words {
            stems.entry(word.stem.clone()).or_default().push(word.at);
        }
        let mut shown = Self {
            kind: item.kind,
            lines: cleaned.iter().map(|line| plain(line)).collect(),
            counts: counts(item, more),
            instants: instants(item, &reading),
            ends: reading.lower.match_indices('\n').map(|(at, _)| at).collect(),
            denied: denied(&reading.lower).into_iter().collect(),
            stems,
            tokens: BTreeSet::new(),
            labels: labels(&reading.folded),
            hosts: BTreeMap::new(),
            reading,
        };
        shown.index();
        shown
    }

    fn index(&mut self) {
        let text = self.reading.lower.clone();
        for run in runs(&text) {
            let whole = text.get(run.0..run.1).unwrap_or_default();
            self.token(whole);
            for atom in atoms(&text, run) {
                self.token(text.get(atom.start..atom.end).unwrap_or_default());
            }
            if whole.contains('/') {
                for part in whole.split('/') {
                    self.token(part);
                }
            }
        }
    }

    fn token(&mut self, word: &str) {
        let word = word.trim_matches(['.', ':', '-', '=', '+']);
        if word.is_empty() {
            return;
        }
        if let Some(version) =
            word.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        {
            self.tokens.insert(version.to_owned());
        }
        let host = |first: &str| first.contains(char::is_alphabetic) && !word.contains([':', '/', '=']);
        if let Some((first, rest)) = word.split_once('.').filter(|(first, _)| host(first)) {
            self.hosts.entry(first.to_owned()).or_default().insert(word.to_owned());
            // The class at the end of a package's name.
            self.tokens.extend(rest.rsplit('.').next().filter(|last| last.len() > 3).map(str::to_owned));
        }
        self.tokens.insert(word.to_owned());
    }

    /// Whether a word with this stem stands here without a denial before it.
    pub fn says(&self, stem: &str) -> bool {
        let places = self.stems.get(stem).map(Vec::as_slice).unwrap_or_default();
        places.iter().any(|at| !denied_before(self.reading.lower.get(..*at).unwrap_or_default()))
    }

    /// The same for a form of `word` that is not just its beginning: `resolve` and `health` do not say `resolved` and
    /// `healthy`.
    pub fn says_word(&self, word: &Word) -> bool {
        let same = |own: &&Word| {
            own.stem == word.stem && (own.text == word.text || !word.text.starts_with(&own.text))
        };
        let mut own = self.reading.words.iter().filter(same);
        own.any(|own| !denied_before(self.reading.lower.get(..own.at).unwrap_or_default()))
    }

    /// The date that its times are of, where it has any.
    pub fn day(&self) -> Option<NaiveDate> {
        self.instants.iter().find_map(|one| one.day)
    }
}

/// A metric's values have the unit that stands with its figures, and are those of their times.
fn measured(reading: &mut Reading) {
    let values = reading.lower.rfind("\nvalues ").unwrap_or(usize::MAX);
    let has_unit = |q: &&Quantity| q.at.0 < values && (q.dim != Dim::Bare || q.per.is_some());
    let unit = reading.quantities.iter().find(has_unit).cloned();
    for one in reading.quantities.iter_mut().filter(|q| q.at.0 > values) {
        one.role = Role::Then;
        let Some(unit) = unit.as_ref().filter(|_| one.dim == Dim::Bare) else { continue };
        let scale = |at: usize| unit.values.get(at).copied().unwrap_or(1.0) / unit.digits;
        if unit.digits != 0.0 {
            one.values = [one.digits * scale(0), one.digits * scale(1)];
            one.last *= scale(0);
            one.step *= scale(0);
        }
        (one.dim, one.per) = (unit.dim, unit.per.clone());
    }
}

fn counts(item: &Item, more: &Line) -> Vec<Quantity> {
    let count = |value: f64, role| Quantity {
        digits: value,
        values: [value; 2],
        last: 1.0,
        step: 1.0,
        dim: Dim::Bare,
        per: None,
        near: super::quantity::Near::Exact,
        role,
        nouns: Vec::new(),
        before: None,
        ratio: false,
        pair: false,
        spelled: false,
        at: (0, 0),
    };
    #[allow(clippy::cast_precision_loss, reason = "a count of lines")]
    let now = item.frequency.as_ref().map(|f| f.now as f64).into_iter().chain(more.now);
    let normal = item.frequency.as_ref().and_then(|f| f.normal).into_iter().chain(more.before);
    now.map(|now| count(now, Role::Plain)).chain(normal.map(|normal| count(normal, Role::Normal))).collect()
}

fn instants(item: &Item, reading: &Reading) -> Vec<Instant> {
    let own = |at: DateTime<Utc>, stage| Instant {
        day: Some(at.date_naive()),
        clock: Some(f64::from(at.num_seconds_from_midnight()) + f64::from(at.nanosecond()) / 1e9),
        step: 0.001,
        stage,
        written: None,
        edge: true,
    };
    let began = if matches!(item.kind, Kind::Change | Kind::History) { Stage::Any } else { Stage::First };
    let mut all: Vec<Instant> = item.at.map(|at| own(at, began)).into_iter().collect();
    all.extend(item.frequency.as_ref().and_then(|f| f.last_seen).map(|at| own(at, Stage::Last)));
    let day = all.first().and_then(|own| own.day);
    all.extend(reading.moments.iter().filter_map(|moment| instant(moment, day)));
    all
}

/// What a text writes, in UTC, which is the zone of what names none.
fn instant(moment: &Moment, near: Option<NaiveDate>) -> Option<Instant> {
    let year = |year: Option<i32>| year.or(near.map(|day| chrono::Datelike::year(&day)));
    let day = moment.day.and_then(|d| NaiveDate::from_ymd_opt(year(d.year)?, d.month, d.day));
    let offset = moment.zone.map_or(0, |zone| zone.offset(day.or(near).unwrap_or_default()));
    let shifted = moment.clock.map(|clock| clock - f64::from(offset) * 60.0);
    let (days, clock) = match shifted {
        Some(clock) if clock < 0.0 => (-1, Some(clock + 86_400.0)),
        Some(clock) if clock >= 86_400.0 => (1, Some(clock - 86_400.0)),
        clock => (0, clock),
    };
    Some(Instant {
        day: day.and_then(|day| day.checked_add_signed(chrono::TimeDelta::days(days))),
        clock,
        step: moment.step,
        stage: moment.stage,
        written: moment.clock.filter(|_| moment.zone.is_some_and(|zone| zone != Zone::Fixed(0))),
        edge: moment.stage != Stage::Any,
    })
}

/// `key=value`, `key: value`, `"key": "value"`.
fn labels(folded: &str) -> BTreeSet<(String, String)> {
    static LABEL: LazyLock<Regex> =
        LazyLock::new(|| compiled(r#"([A-Za-z0-9_][A-Za-z0-9_.-]*)"?\s?[=:]\s?"?([^\s",;{}\[\]()|]+)"#));
    let value = |text: &str| text.trim_end_matches(['.', ',', ':']).to_lowercase();
    LABEL
        .captures_iter(folded)
        .filter_map(|found| Some((found.get(1)?.as_str().to_lowercase(), value(found.get(2)?.as_str()))))
        .collect()
}

//! Quantities as items `M1`, `M2` …: a line for people, and the figures that a sentence may cite.
//!
//! Knows words and order. Must not tell anything that is not redacted.

use super::{Departure, Measured, Point, Range, Relation, Side};
use crate::alert::Labels;
use crate::evidence::excerpt::excerpt;
use crate::evidence::items::id;
use crate::evidence::words::Words;
use crate::evidence::{Item, Kind, Redacted, Redactor, Window};

/// More quantities than these are not told.
const MOST: usize = 20;
/// Longest title, in characters.
const TITLE: usize = 200;
/// Values written out of one quantity.
const VALUES: usize = 12;

/// The items of all quantities, each with the source that brought it. First what the alarms watch, then what is
/// farthest from normal.
pub fn items(measured: &[(String, Measured)], window: Window, redactor: &Redactor) -> Vec<Item> {
    items_after(0, MOST, measured, window, redactor)
}

/// The same of at most `most` quantities, with ids that follow those of the `before` items before them.
pub fn items_after(
    before: usize,
    most: usize,
    measured: &[(String, Measured)],
    window: Window,
    redactor: &Redactor,
) -> Vec<Item> {
    let depart = |(source, one): &'_ (String, Measured)| {
        let departure = Departure::against(
            &one.window,
            one.expected.or_else(|| Range::of(&one.normal)),
            one.limit.as_ref(),
        )?;
        Some((source.clone(), one.clone(), departure))
    };
    let mut all: Vec<(String, Measured, Departure)> = measured.iter().filter_map(depart).collect();
    all.sort_by(|(_, a, x), (_, b, y)| {
        b.of_alarm.cmp(&a.of_alarm).then(y.effect.total_cmp(&x.effect)).then_with(|| a.name.cmp(&b.name))
    });
    let item = |(i, (source, one, departure)): (usize, &(String, Measured, Departure))| Item {
        id: id(Kind::Metric, before + i).to_string(),
        kind: Kind::Metric,
        source: source.clone(),
        title: title(one, &apart(one, source, measured), departure, redactor),
        text: text(one, departure, redactor),
        query: Some(redactor.redact(&one.query)),
        link: one.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: departure.broken.or(departure.outside.map(|(since, _)| since)),
        frequency: None,
        chart: Some(one.chart(window, departure.range.as_ref())),
    };
    all.iter().take(most).enumerate().map(item).collect()
}

/// The labels that tell a series from the others of its query; what all have alike says nothing in a title.
fn apart(one: &Measured, source: &str, all: &[(String, Measured)]) -> Labels {
    let peers = || all.iter().filter(|(of, other)| of == source && other.name == one.name);
    let differs = |name: &str, value: &str| peers().any(|(_, other)| other.labels.get(name) != value);
    one.labels.iter().filter(|(name, value)| differs(name, value)).collect()
}

impl Words {
    fn point(self, point: Point, unit: &Redacted) -> Self {
        self.figure(point.value, unit).fixed(" at ").clock(point.at)
    }

    fn normal(self, range: &Range, unit: &Redacted) -> Self {
        let words = self.fixed("normally ").figure(range.median, unit);
        words.fixed(" (").figure(range.low, unit).fixed(" to ").figure(range.high, unit).fixed(")")
    }

    fn outside(self, departure: &Departure) -> Self {
        let Some((since, until)) = departure.outside else { return self };
        let side = if departure.side == Side::Above { ", above" } else { ", below" };
        match until {
            None => self.fixed(side).fixed(" since ").clock(since),
            Some(until) => self.fixed(side).fixed(" from ").clock(since).fixed(" to ").clock(until),
        }
    }
}

/// `5xx{service="api"}: 38.2 %, normally 0.4 % (0.1 % to 1 %), above since 09:10:30`.
fn title(one: &Measured, apart: &Labels, departure: &Departure, redactor: &Redactor) -> Redacted {
    let unit = redactor.redact_line(&one.unit);
    let name = match apart.is_empty() {
        true => redactor.redact_line(&one.name),
        false => Redacted::concat([&redactor.redact_line(&one.name), &labels(apart, redactor)]),
    };
    let head = Words(excerpt(&name, TITLE / 2)).fixed(": ");
    // After the end, the last value says least.
    let over = departure.outside.is_some_and(|(_, until)| until.is_some());
    let shown = if over { departure.peak } else { departure.now };
    let words = if over { head.fixed("up to ") } else { head }.figure(shown.value, &unit);
    match (&departure.range, departure.side) {
        (Some(range), Side::Within) => words.fixed(", as usual: ").normal(range, &unit).0,
        (Some(range), _) => words.fixed(", ").normal(range, &unit).outside(departure).0,
        (None, _) => words.fixed(", nothing to compare with").0,
    }
}

/// As Prometheus writes them, each value as it may be told.
pub(in crate::evidence) fn labels(labels: &Labels, redactor: &Redactor) -> Redacted {
    let told: Vec<(&str, Redacted)> =
        labels.iter().map(|(name, value)| (name, redactor.redact_value(name, value))).collect();
    let told: Labels = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
    redactor.redact_line(&told.to_string())
}

/// The figures, one thing a line.
fn text(one: &Measured, departure: &Departure, redactor: &Redactor) -> Redacted {
    let unit = redactor.redact_line(&one.unit);
    let words = Words::default().fixed("now ").point(departure.now, &unit);
    let mut words = words.fixed("; peak ").point(departure.peak, &unit);
    if let Some(range) = &departure.range {
        words =
            words.fixed("\n").normal(range, &unit).fixed(", of ").part(&Redacted::count(range.values as u64));
        words = words.fixed(" values").outside(departure);
    }
    if let Some(limit) = &one.limit {
        let relation = match limit.relation {
            Relation::Above => "\nalarm above ",
            Relation::AtLeast => "\nalarm at or above ",
            Relation::Below => "\nalarm below ",
            Relation::AtMost => "\nalarm at or below ",
        };
        words = words.fixed(relation).figure(limit.value, &unit);
        words = match departure.broken {
            Some(at) => words.fixed(", reached at ").clock(at),
            None => words.fixed(", not reached in this window"),
        };
    }
    if !one.labels.is_empty() {
        words = words.fixed("\nof ").part(&labels(&one.labels, redactor));
    }
    words = words.fixed("\nvalues");
    let each = one.window.len().div_ceil(VALUES).max(1);
    // From the end, so that the newest is among them.
    let shown = one.window.iter().rev().step_by(each).collect::<Vec<_>>();
    for point in shown.into_iter().rev() {
        words = words.fixed(" ").clock(point.at).fixed("=").part(&Redacted::figure(point.value));
    }
    words.0
}

//! Looks for one thing of a sentence in items: a moment, a name, a quotation.
//!
//! Knows when two of a kind say the same. Must not know what the sentence does with it. Numbers have their own file.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::moment::{Moment, Stage};
use super::names::{Name, Sort};
use super::quantity::Fit;
use super::quotes::{Quote, Stands};
use super::reasons;
use super::shown::{Instant, Shown};
use super::unit::Dim;
use super::words::words;
use super::zones::Zone;
use crate::language::Word as Reason;

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Looked {
    /// It stands there.
    Found,
    /// Something like it stands there; why that is not enough.
    Doubt(Reason),
    /// Nothing like it does.
    Absent,
}

/// A moment in `cited`; what names no zone is UTC or `local`.
pub(super) fn moment(claimed: &Moment, local: Zone, cited: &[&Shown]) -> Looked {
    let mut best = Looked::Absent;
    for shown in cited {
        let begins = shown.instants.iter().any(|one| one.stage == claimed.stage);
        for own in &shown.instants {
            let zones = claimed.zone.map_or([Zone::Fixed(0), local], |zone| [zone; 2]);
            let fit = zones.into_iter().map(|zone| same_moment(claimed, own, zone, shown.day())).max();
            let mistaken = claimed.zone.and_then(|zone| zone.mistaken(own.day.or(shown.day())?));
            let mistaken =
                mistaken.is_some_and(|zone| same_moment(claimed, own, zone, shown.day()) == Fit::Yes);
            let written = claimed.zone.is_none() && claimed.clock.is_some() && own.written == claimed.clock;
            match fit.unwrap_or(Fit::No) {
                Fit::Yes
                    if claimed.stage == Stage::Any
                        || own.stage == claimed.stage
                        || (!begins && own.stage == Stage::Any) =>
                {
                    return Looked::Found;
                }
                Fit::Yes => best = Looked::Doubt(reasons::TIME_OF_ANOTHER),
                Fit::Coarse => best = Looked::Doubt(reasons::ROUNDED),
                Fit::No if mistaken => best = Looked::Doubt(reasons::HOUR_OFF),
                Fit::No if written => best = Looked::Doubt(reasons::OTHER_ZONE),
                Fit::No => {}
            }
        }
    }
    best
}

fn same_moment(claimed: &Moment, own: &Instant, zone: Zone, day: Option<NaiveDate>) -> Fit {
    let offset = f64::from(zone.offset(own.day.or(day).unwrap_or_default())) * 60.0;
    let clock = own.clock.map(|clock| clock + offset);
    let days = clock.map_or(0, |clock| if clock < 0.0 { -1 } else { i64::from(clock >= 86_400.0) });
    let own_day = own.day.and_then(|day| day.checked_add_signed(TimeDelta::days(days)));
    let same_day = claimed.day.is_none_or(|day| {
        own_day.is_some_and(|own| {
            day.year.is_none_or(|year| year == own.year()) && (day.month, day.day) == (own.month(), own.day())
        })
    });
    let Some(said) = claimed.clock else { return if same_day { Fit::Yes } else { Fit::No } };
    let Some(clock) = clock.map(|clock| clock.rem_euclid(86_400.0)).filter(|_| same_day) else {
        return Fit::No;
    };
    let after = clock - said;
    let within = (0.0..claimed.step - 1e-6).contains(&after);
    match claimed.step {
        _ if claimed.about && claimed.step <= 60.0 => fit((-60.0..120.0).contains(&after)),
        step if step >= 3_600.0 && claimed.about => fit((-900.0..=900.0).contains(&after)),
        step if step >= 3_600.0 && within => {
            if after < 300.0 {
                Fit::Yes
            } else {
                Fit::Coarse
            }
        }
        // An item that is exact to the minute has no seconds to be right about.
        step if own.step > step => Fit::No,
        step if step < 1.0 => fit(after.abs() < 0.0015),
        _ => fit(within),
    }
}

fn fit(is: bool) -> Fit {
    if is { Fit::Yes } else { Fit::No }
}

/// A name in `cited`.
pub(super) fn name(claimed: &Name, cited: &[&Shown]) -> Looked {
    let any = |test: &dyn Fn(&Shown) -> bool| cited.iter().any(|shown| test(shown));
    if let Some(key) = &claimed.key {
        let value = claimed.text.replace(',', "");
        let joined = [format!("{key}={value}"), format!("{key}:{value}")];
        let pair = (key.clone(), value.clone());
        return if any(&|shown| {
            shown.labels.contains(&pair) || joined.iter().any(|whole| shown.tokens.contains(whole))
        }) {
            Looked::Found
        } else if any(&|shown| shown.tokens.contains(key)) && any(&|shown| shown.tokens.contains(&value)) {
            Looked::Doubt(reasons::APART)
        } else {
            Looked::Absent
        };
    }
    let bare = claimed
        .text
        .strip_prefix('v')
        .filter(|rest| rest.contains('.') && rest.starts_with(|c: char| c.is_ascii_digit()));
    if any(&|shown| {
        shown.tokens.contains(&claimed.text) || bare.is_some_and(|bare| shown.tokens.contains(bare))
    }) {
        return Looked::Found;
    }
    let whole: BTreeSet<&String> =
        cited.iter().filter_map(|shown| shown.hosts.get(&claimed.text)).flatten().collect();
    match (whole.len(), claimed.sort) {
        (1, _) => Looked::Found,
        (2.., _) => Looked::Doubt(reasons::AMBIGUOUS),
        _ if any(&|shown| is_beginning(&claimed.text, shown)) => Looked::Found,
        (_, Sort::Word) if any(&|shown| has_words(claimed, shown)) => Looked::Found,
        (_, Sort::Word) => Looked::Doubt(reasons::NOT_THERE),
        (_, Sort::Identifier) => Looked::Absent,
    }
}

/// A short commit of a long one.
fn is_beginning(text: &str, shown: &Shown) -> bool {
    let hex = |text: &str| text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let next = shown.tokens.range(text.to_owned()..).next();
    hex(text) && next.is_some_and(|whole| whole.len() >= 40 && hex(whole) && whole.starts_with(text))
}

fn has_words(claimed: &Name, shown: &Shown) -> bool {
    let class = claimed.text.strip_suffix("xx").and_then(|class| class.parse::<f64>().ok());
    if let Some(class) = class {
        return shown
            .reading
            .quantities
            .iter()
            .any(|q| q.dim == Dim::Bare && (q.digits / 100.0).floor() == class);
    }
    if claimed.text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let all = words(&claimed.text);
    !all.is_empty() && all.iter().all(|word| shown.stems.contains_key(&word.stem))
}

/// A quotation in `cited`.
pub(super) fn quote(claimed: &Quote, cited: &[&Shown]) -> Looked {
    match cited.iter().map(|shown| claimed.stands_in(&shown.lines)).max().unwrap_or(Stands::No) {
        Stands::Yes => Looked::Found,
        Stands::Turned => Looked::Doubt(reasons::TURNED),
        Stands::No if cited.iter().all(|shown| claimed.is_foreign_to(&shown.lines)) && !cited.is_empty() => {
            Looked::Doubt(reasons::FOREIGN)
        }
        Stands::No => Looked::Absent,
    }
}

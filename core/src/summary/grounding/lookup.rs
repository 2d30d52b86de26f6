//! Looks for one thing of a sentence in items: a number, a moment, a name, a quotation.
//!
//! Knows when two of a kind say the same. Must not know what the sentence does with it.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::derived;
use super::moment::{Moment, Stage};
use super::names::{Name, Sort};
use super::nouns::{COUNTED_IN_JAPANESE, counts_lines, event};
use super::quantity::{Fit, Near, Quantity, Role};
use super::quotes::{Quote, Stands};
use super::reading::Reading;
use super::roles::may_be;
use super::shown::{Instant, Shown};
use super::unit::Dim;
use super::words::{is_grammar, words};
use super::zones::Zone;
use crate::evidence::Kind;

/// How many words beside an item's number say what it counts.
const BESIDE: usize = 5;

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Looked {
    /// It stands there.
    Found,
    /// Something like it stands there; why that is not enough.
    Doubt(&'static str),
    /// Nothing like it does.
    Absent,
}

const OF_ANOTHER: &str = "the cited items say this number of something else";
const OTHER_FIGURE: &str =
    "the cited items have it as another figure: what is normal, a limit, or what is now";
const ROUNDED: &str = "it is rounded so far that it says something else";
const OTHER_WAY: &str = "the cited items say that it went the other way";

/// A number in `cited`, as it stands or computed.
pub(super) fn quantity(claimed: &Quantity, reading: &Reading, cited: &[&Shown]) -> Looked {
    let mut best = Looked::Absent;
    for shown in cited {
        let own = shown.counts.iter().chain(&shown.reading.quantities);
        for own in own.filter(|own| worth(claimed, own)) {
            match one(claimed, own, reading, shown) {
                Looked::Found => return Looked::Found,
                Looked::Doubt(why) => best = Looked::Doubt(why),
                Looked::Absent => {}
            }
        }
    }
    let computed = match claimed.dim {
        Dim::Time => derived::length(claimed, cited),
        Dim::Factor | Dim::Points | Dim::Percent => {
            derived::change(claimed, &reading.lower, cited).unwrap_or(Fit::No)
        }
        _ => Fit::No,
    };
    match (computed, best) {
        (Fit::Yes, _) => Looked::Found,
        (Fit::Coarse, Looked::Absent) => Looked::Doubt(ROUNDED),
        (_, best) => best,
    }
}

/// Whether a closer look can find that they are the same; most numbers are told apart by this.
fn worth(claimed: &Quantity, own: &Quantity) -> bool {
    claimed.dim == own.dim || claimed.ratio || own.ratio || claimed.has_digits_of(own)
}

fn one(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> Looked {
    let hedged = matches!(claimed.near, Near::Over | Near::Under | Near::AtLeast | Near::AtMost);
    let mut fit = claimed.says(own);
    // Against a limit, the limit's own number is said: `above 5 %`.
    let compared = hedged && fit == Fit::No;
    if compared {
        fit = Quantity { near: Near::Exact, ..claimed.clone() }.says(own);
        if fit == Fit::Yes && own.role == Role::Plain {
            return Looked::Doubt("it compares with this number, which is what is now");
        }
    }
    match fit {
        Fit::No if claimed.has_digits_of(own) => return Looked::Doubt(OF_ANOTHER),
        Fit::No => return Looked::Absent,
        Fit::Coarse => return Looked::Doubt(ROUNDED),
        Fit::Yes => {}
    }
    if own.role == Role::Then && claimed.role != Role::From && !at_its_time(own, reading, shown) {
        return Looked::Doubt("the cited items say that it was so at another time");
    }
    if !compared && !may_be(claimed.role, own.role) {
        let other = claimed.role == Role::From && own.role == Role::Plain;
        // `from 5 to 19`: an item that names no figure may well tell both.
        let free = other
            && !shown.reading.quantities.iter().any(|q| q.role != Role::Plain)
            && shown.counts.is_empty();
        if !free {
            return Looked::Doubt(OTHER_FIGURE);
        }
    }
    let is_count = own.at == (0, 0);
    if is_count && !counts(claimed, shown)
        || !is_count && !beside(claimed, own, shown)
        || swapped(claimed, own, reading, shown)
    {
        return Looked::Doubt(OF_ANOTHER);
    }
    if turned(claimed, own, reading, shown) { Looked::Doubt(OTHER_WAY) } else { Looked::Found }
}

/// Whether the sentence names the time at which an item's number was so.
fn at_its_time(own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    let then = shown.reading.moments.iter().rev().find(|moment| moment.at.1 <= own.at.0);
    let same = |said: &Moment, then: &Moment| {
        said.clock.zip(then.clock).is_some_and(|(said, then)| (said / 60.0).floor() == (then / 60.0).floor())
    };
    then.is_some_and(|then| reading.moments.iter().any(|said| same(said, then)))
}

/// Whether a number counts the lines of a pattern: it is beside a word for them, and what stands between is the item's.
fn counts(claimed: &Quantity, shown: &Shown) -> bool {
    let line =
        |noun: &String| counts_lines(noun) || event(noun).iter().any(|stem| shown.stems.contains_key(*stem));
    let at = claimed.nouns.iter().position(line);
    let own = |noun: &String| line(noun) || shown.stems.contains_key(noun);
    let things = claimed.nouns.get(at.map_or(0, |at| at + 1)..).unwrap_or_default();
    // A Japanese counter stands before its thing, and English words for lines behind theirs.
    let japanese = claimed.nouns.first().is_some_and(|noun| noun == COUNTED_IN_JAPANESE);
    let after = !japanese || things.is_empty() || things.iter().any(line);
    at.is_some_and(|at| claimed.nouns.iter().take(at).all(own)) && after
}

/// Whether what a bare number counts stands beside the item's number.
fn beside(claimed: &Quantity, own: &Quantity, shown: &Shown) -> bool {
    let things: Vec<&String> = claimed.nouns.iter().filter(|noun| *noun != COUNTED_IN_JAPANESE).collect();
    if things.is_empty() || claimed.dim != Dim::Bare {
        return true;
    }
    if shown.kind == Kind::Metric && things.iter().any(|noun| shown.stems.contains_key(*noun)) {
        return true;
    }
    let all = &shown.reading.words;
    let place = all.partition_point(|word| word.at < own.at.0);
    let line = |at: usize| {
        shown.reading.lower.get(at.min(own.at.0)..at.max(own.at.0)).is_some_and(|gap| !gap.contains('\n'))
    };
    let near = all.get(place.saturating_sub(BESIDE)..(place + BESIDE).min(all.len())).unwrap_or_default();
    let named = |word: &&super::words::Word| line(word.at) && things.iter().any(|thing| **thing == word.stem);
    near.iter().any(|word| named(&word)) || own.nouns.iter().any(|noun| things.contains(&noun))
}

/// Whether the nearest word of the sentence that the item has stands there with other numbers, and never with this one.
fn swapped(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    if own.at == (0, 0) || shown.kind == Kind::Metric {
        return false;
    }
    let (start, end) = reading.clause(claimed.at.0);
    let edge =
        |at: usize| reading.quantities.iter().map(|q| q.at).filter(move |q| q.1 <= at).map(|q| q.1).max();
    let start = start.max(edge(claimed.at.0).unwrap_or(0));
    let next =
        reading.quantities.iter().map(|q| q.at.0).find(|at| *at >= claimed.at.1).unwrap_or(end).min(end);
    let before = reading.words_in((start, claimed.at.0)).iter().rev().take(6);
    let after = reading.words_in((claimed.at.1, next)).iter().take(3);
    let named = |at: usize| reading.names.iter().any(|name| name.at <= at && at < name.at + name.text.len());
    let known = |word: &&super::words::Word| {
        !is_grammar(&word.text)
            && !named(word.at)
            && word.text.chars().count() > 1
            && shown.stems.contains_key(&word.stem)
    };
    let partners = [before.clone().find(|word| known(word)), after.clone().find(|word| known(word))];
    let partners: Vec<_> = partners.into_iter().flatten().collect();
    // Enough that one of both stands with it.
    !partners.is_empty() && partners.iter().all(|word| is_elsewhere(&word.stem, own, shown))
}

/// Whether a word stands in the item's numbered clauses alone, and not in that of `own`.
fn is_elsewhere(stem: &str, own: &Quantity, shown: &Shown) -> bool {
    let reading = &shown.reading;
    let home = reading.clause(own.at.0);
    let places = shown.stems.get(stem).map(Vec::as_slice).unwrap_or_default();
    let apart = |at: &usize| {
        let clause = reading.clause(*at);
        let place = reading.quantities.partition_point(|q| q.at.0 < clause.0);
        let port = |q: &Quantity| reading.lower.get(..q.at.0).is_some_and(|text| text.ends_with(':'));
        let mut numbers = reading.quantities.iter().skip(place).take_while(|q| q.at.0 < clause.1);
        clause != home && numbers.any(|q| !port(q))
    };
    places.iter().take(50).all(apart)
}

/// Whether the sentence says that it rose where the item's figures fell, or the reverse.
fn turned(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    let (start, end) = reading.clause(claimed.at.0);
    let Some(way) = derived::way(reading.lower.get(start..end).unwrap_or_default()) else { return false };
    if own.role != Role::Plain || claimed.role != Role::Plain {
        return false;
    }
    let pairs = derived::pairs(shown);
    let own = pairs.iter().filter(|(now, _)| super::quantity::is(*now, own.values[0]));
    let against = |(now, usual): &(f64, f64)| if way == derived::Way::Up { now < usual } else { now > usual };
    let mut own = own.peekable();
    own.peek().is_some() && own.all(against)
}

/// A moment in `cited`; what names no zone is UTC or `local`.
pub(super) fn moment(claimed: &Moment, local: Zone, cited: &[&Shown]) -> Looked {
    let mut best = Looked::Absent;
    for shown in cited {
        let begins = shown.instants.iter().any(|one| one.stage == claimed.stage);
        for own in &shown.instants {
            let zones = claimed.zone.map_or([Zone::Fixed(0), local], |zone| [zone; 2]);
            let fit = zones.into_iter().map(|zone| same_moment(claimed, own, zone, shown.day())).max();
            let written = claimed.zone.is_none() && claimed.clock.is_some() && own.written == claimed.clock;
            match fit.unwrap_or(Fit::No) {
                Fit::Yes
                    if claimed.stage == Stage::Any
                        || own.stage == claimed.stage
                        || (!begins && own.stage == Stage::Any) =>
                {
                    return Looked::Found;
                }
                Fit::Yes => best = Looked::Doubt("the cited items say this time of something else"),
                Fit::Coarse => best = Looked::Doubt(ROUNDED),
                Fit::No if written => best = Looked::Doubt("the cited items say this time in another zone"),
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
            if after < 60.0 {
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
            Looked::Doubt("the cited items have key and value apart")
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
        (2.., _) => Looked::Doubt("the cited items name more than one that is called so"),
        _ if any(&|shown| is_beginning(&claimed.text, shown)) => Looked::Found,
        (_, Sort::Word) if any(&|shown| has_words(claimed, shown)) => Looked::Found,
        (_, Sort::Word) => Looked::Doubt("it does not stand in the cited items"),
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
        Stands::Turned => Looked::Doubt("the cited items say before it that it is not so"),
        Stands::No if cited.iter().all(|shown| claimed.is_foreign_to(&shown.lines)) && !cited.is_empty() => {
            Looked::Doubt("the cited items are in another language")
        }
        Stands::No => Looked::Absent,
    }
}

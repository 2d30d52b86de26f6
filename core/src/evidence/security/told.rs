//! A digest as items `F1`, `F2` …: the figures of all, then each kind of finding; a line for people, and what a sentence may cite.
//!
//! Knows words and order. Must not tell anything that is not redacted. All times are UTC.

use chrono::{DateTime, Utc};

use super::digest::{Digest, Group, Seen, by, levels};
use super::{Answer, Finding, HUB, State};
use crate::evidence::excerpt::{excerpt, squeeze};
use crate::evidence::items::id;
use crate::evidence::words::Words;
use crate::evidence::{Item, Kind, Redacted, Redactor, Window};

/// Kinds of findings that are told one by one.
const MOST_GROUPS: usize = 30;
/// Findings of a kind that are told one by one.
const MOST_FINDINGS: usize = 25;
/// Names of one sort.
const MOST_NAMES: usize = 8;
/// Longest title, kind or name of a thing, in characters.
const NAME: usize = 120;
/// Longest description or remedy, in characters.
const SENTENCES: usize = 700;

impl Words {
    fn moment(self, at: DateTime<Utc>) -> Self {
        self.part(&Redacted::time(at, "%Y-%m-%d %H:%M UTC"))
    }

    fn named(self, name: &str, redactor: &Redactor) -> Self {
        self.part(&excerpt(&squeeze(&redactor.redact_line(name)), NAME))
    }

    /// `12 findings; critical 1, high 4`
    fn counted<'a>(self, all: impl Iterator<Item = &'a Finding>) -> Self {
        let levels = levels(all);
        let sum = levels.iter().map(|(_, count)| count).sum();
        let mut words = self.count(sum).fixed(if sum == 1 { " finding" } else { " findings" });
        for (place, (level, count)) in levels.iter().enumerate() {
            words = words
                .fixed(if place == 0 { "; " } else { ", " })
                .fixed(level.word())
                .fixed(" ")
                .count(*count);
        }
        words
    }

    /// `\nby product: Security Hub 48, GuardDuty 5`
    fn by<'a>(self, heading: &'static str, all: impl Iterator<Item = &'a str>, redactor: &Redactor) -> Self {
        let all = by(all);
        let mut words = if all.is_empty() { self } else { self.fixed("\n").fixed(heading) };
        for (place, (name, count)) in all.iter().take(MOST_NAMES).enumerate() {
            words = words
                .fixed(if place == 0 { ": " } else { ", " })
                .named(name, redactor)
                .fixed(" ")
                .count(*count);
        }
        words.and_more(all.len().saturating_sub(MOST_NAMES))
    }

    fn and_more(self, more: usize) -> Self {
        if more == 0 { self } else { self.fixed(", and ").count(more as u64).fixed(" more") }
    }
}

/// What stands open of `answers`, with what of it began in `window`; nothing where no source answered.
pub fn items(answers: &[Answer], window: Window, redactor: &Redactor) -> Vec<Item> {
    if answers.is_empty() {
        return Vec::new();
    }
    let digest = Digest::of(answers, window);
    let groups = digest.groups.iter().take(MOST_GROUPS);
    let told = groups.enumerate().filter_map(|(place, one)| kind(place + 1, one, window, redactor));
    std::iter::once(figures(answers, &digest, window, redactor)).chain(told).collect()
}

fn item(place: usize, source: &str, title: Redacted, text: Redacted) -> Item {
    Item {
        id: id(Kind::Finding, place).to_string(),
        kind: Kind::Finding,
        source: source.to_owned(),
        title,
        text,
        query: None,
        link: None,
        at: None,
        frequency: None,
        chart: None,
    }
}

/// All of them, in numbers.
fn figures(answers: &[Answer], digest: &Digest<'_>, window: Window, redactor: &Redactor) -> Item {
    let (all, new) = (|| digest.all(), |finding: &&Finding| finding.began_in(window));
    let old = |finding: &&Finding| finding.first_seen.is_some_and(|at| at < window.start);
    let began = all().filter(new).count() as u64;
    let title = Words::default().fixed("open: ").counted(all()).fixed("; ").count(began);
    let title = title.fixed(" began in these days").0;
    let mut words = Words::default().moment(window.start).fixed(" to ").moment(window.end);
    words = words.fixed("\nopen: ").counted(all());
    words = words.fixed("\nbegan in these days: ").counted(all().filter(new));
    words = words.fixed("\nseen before: ").counted(all().filter(old));
    let undated = all().filter(|finding| finding.first_seen.is_none()).count() as u64;
    if undated > 0 {
        words = words.fixed("\nwithout a first time: ").count(undated);
    }
    let notified = all().filter(|finding| finding.state == State::Notified).count() as u64;
    if notified > 0 {
        words = words.fixed("\nwhose owner was notified: ").count(notified);
    }
    words = words.by("by product", all().map(|finding| finding.product.as_str()), redactor);
    words = words.by("by account", all().map(|finding| finding.account.as_str()), redactor);
    words = words.by("by region", all().map(|finding| finding.region.as_str()), redactor);
    let shared = digest.shared();
    for (place, (thing, kinds)) in shared.iter().take(MOST_NAMES).enumerate() {
        words = words.fixed(if place == 0 { "\nnamed by findings of several kinds: " } else { ", " });
        words = words.named(thing, redactor).fixed(" ").count(*kinds as u64);
    }
    words = words.and_more(shared.len().saturating_sub(MOST_NAMES));
    if let Some(left) = digest.groups.get(MOST_GROUPS..).filter(|left| !left.is_empty()) {
        let all = left.iter().flat_map(|group| &group.all).map(|seen| seen.finding);
        words = words
            .fixed("\n")
            .count(left.len() as u64)
            .fixed(" more kinds are not told one by one: ")
            .counted(all);
    }
    for missing in answers.iter().flat_map(|answer| &answer.missing) {
        words = words.fixed("\nnot all: ").part(&redactor.redact_line(missing));
    }
    let sources: Vec<&str> = answers.iter().map(|answer| answer.source.as_str()).collect();
    let queries: Vec<&str> = answers.iter().map(|answer| answer.query.as_str()).collect();
    let link = answers.iter().find_map(|answer| answer.link.as_deref());
    Item {
        query: Some(redactor.redact(&queries.join("\n"))),
        link: link.and_then(|link| redactor.redact_url(link)),
        ..item(0, &sources.join(", "), title, words.0)
    }
}

/// `critical, GuardDuty Backdoor:EC2/C&CActivity.B!DNS: 3 open, 1 of them began in these days: i-0abc asks for …`
fn kind(place: usize, group: &Group<'_>, window: Window, redactor: &Redactor) -> Option<Item> {
    let first = group.first()?;
    let finding = first.finding;
    let (open, new) = (group.all.len() as u64, group.new as u64);
    let named = |words: Words| {
        let words = words.fixed(finding.level.word()).fixed(", ").named(&finding.product, redactor);
        match finding.kind.as_str() {
            "" => words,
            // What others call a type is a control of Security Hub's own.
            control if finding.product == HUB => words.fixed(" control ").named(control, redactor),
            other => words.fixed(" ").named(other, redactor),
        }
    };
    let counts = |words: Words| {
        let words = words.count(open).fixed(if open == 1 { " open finding" } else { " open findings" });
        if new > 0 { words.fixed(", ").count(new).fixed(" began in these days") } else { words }
    };
    let title = counts(named(Words::default()).fixed(": ")).fixed(": ").named(&finding.title, redactor);
    let mut words = counts(named(Words::default()).fixed("\n"));
    words = span(words, group);
    words = things(words, group, redactor);
    let all = || group.all.iter().map(|seen| seen.finding);
    // Where there is one alone, each finding says it.
    if by(all().map(|finding| finding.account.as_str())).len() > 1 {
        words = words.by("by account", all().map(|finding| finding.account.as_str()), redactor);
    }
    if by(all().map(|finding| finding.region.as_str())).len() > 1 {
        words = words.by("by region", all().map(|finding| finding.region.as_str()), redactor);
    }
    for (heading, text) in [("\n", &finding.description), ("\nwhat the service advises: ", &finding.remedy)] {
        if !text.is_empty() {
            words = words.fixed(heading).part(&excerpt(&squeeze(&redactor.redact_line(text)), SENTENCES));
        }
    }
    for seen in group.all.iter().take(MOST_FINDINGS) {
        words = single(words.fixed("\n- "), seen, window, redactor);
    }
    if let Some(more @ 1..) = group.all.len().checked_sub(MOST_FINDINGS) {
        words = words.fixed("\nand ").count(more as u64).fixed(" more");
    }
    Some(Item {
        query: Some(redactor.redact(&first.answer.query)),
        link: finding.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: all().filter_map(|finding| finding.last_seen).max(),
        ..item(place, first.source, title.0, words.0)
    })
}

/// When the first of them was seen first, and the last of them last.
fn span(words: Words, group: &Group<'_>) -> Words {
    let all = || group.all.iter().map(|seen| seen.finding);
    let first = all().filter_map(|finding| finding.first_seen).min();
    let last = all().filter_map(|finding| finding.last_seen).max();
    let words = match first {
        Some(at) => words.fixed("\nfirst seen ").moment(at),
        None => words,
    };
    match last {
        Some(at) => words.fixed(if first.is_some() { ", last seen " } else { "\nlast seen " }).moment(at),
        None => words,
    }
}

/// What they are about.
fn things(words: Words, group: &Group<'_>, redactor: &Redactor) -> Words {
    let all = group.all.iter().flat_map(|seen| &seen.finding.resources);
    let mut names: Vec<&str> = Vec::new();
    for thing in all {
        if !names.contains(&thing.id.as_str()) {
            names.push(&thing.id);
        }
    }
    let mut words = if names.is_empty() { words } else { words.fixed("\nabout: ") };
    for (place, name) in names.iter().take(MOST_NAMES).enumerate() {
        words = words.fixed(if place == 0 { "" } else { ", " }).named(name, redactor);
    }
    words.and_more(names.len().saturating_sub(MOST_NAMES))
}

/// `high, began 2026-11-24 01:12 UTC, last seen …, 14 times, in 111122223333 eu-west-1: web-role; API call: ListBuckets`
fn single(words: Words, seen: &Seen<'_>, window: Window, redactor: &Redactor) -> Words {
    let finding = seen.finding;
    let mut words = words.fixed(finding.level.word());
    if let Some(at) = finding.first_seen {
        words = words.fixed(if finding.began_in(window) { ", began " } else { ", first seen " }).moment(at);
    }
    if let Some(at) = finding.last_seen {
        words = words.fixed(", last seen ").moment(at);
    }
    if let Some(count) = finding.count {
        words = words.fixed(", ").count(count).fixed(if count == 1 { " time" } else { " times" });
    }
    if finding.state == State::Notified {
        words = words.fixed(", its owner was notified");
    }
    words =
        words.fixed(", in ").named(&finding.account, redactor).fixed(" ").named(&finding.region, redactor);
    for (place, thing) in finding.resources.iter().enumerate() {
        words = words.fixed(if place == 0 { ": " } else { ", " }).named(&thing.id, redactor);
    }
    for (name, value) in &finding.details {
        let value = excerpt(&squeeze(&redactor.redact_value(name, value)), NAME);
        words = words.fixed("; ").named(name, redactor).fixed(": ").part(&value);
    }
    words
}

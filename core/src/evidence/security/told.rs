//! A digest as items `F1`, `F2` …: the figures of all, then each kind of finding; a line for people, and what a sentence may cite.
//!
//! Knows words and order. Must not tell anything that is not redacted. All times are UTC.

use chrono::{DateTime, Utc};

use super::digest::{Digest, Group, Seen, by, levels};
use super::{Answer, Finding, HUB, State};
use crate::evidence::excerpt::{excerpt, squeeze};
use crate::evidence::items::id;
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

/// What has been written so far, of fixed words and redacted parts.
///
/// It is written in place. Passed on by value as `Words` is, the closures, loops and branches here grew a buffer after it had been
/// freed, in the release profile of rustc 1.95; the profile of the tests did not show it.
#[derive(Default)]
struct Text(Redacted);

impl Text {
    fn fixed(&mut self, text: &'static str) -> &mut Self {
        self.0.push_fixed(text);
        self
    }

    fn part(&mut self, text: &Redacted) -> &mut Self {
        self.0.push(text);
        self
    }

    fn count(&mut self, number: u64) -> &mut Self {
        self.part(&Redacted::count(number))
    }

    fn moment(&mut self, at: DateTime<Utc>) -> &mut Self {
        self.part(&Redacted::time(at, "%Y-%m-%d %H:%M UTC"))
    }

    fn named(&mut self, name: &str, redactor: &Redactor) -> &mut Self {
        self.part(&excerpt(&squeeze(&redactor.redact_line(name)), NAME))
    }

    /// `12 findings; critical 1, high 4`
    fn counted<'a>(&mut self, all: impl Iterator<Item = &'a Finding>) -> &mut Self {
        let levels = levels(all);
        let sum = levels.iter().map(|(_, count)| count).sum();
        self.count(sum).fixed(if sum == 1 { " finding" } else { " findings" });
        for (place, (level, count)) in levels.iter().enumerate() {
            self.fixed(if place == 0 { "; " } else { ", " }).fixed(level.word()).fixed(" ").count(*count);
        }
        self
    }

    /// `\nby product: Security Hub 48, GuardDuty 5`
    fn by(&mut self, heading: &'static str, all: &[(&str, u64)], redactor: &Redactor) {
        for (place, (name, count)) in all.iter().take(MOST_NAMES).enumerate() {
            if place == 0 {
                self.fixed("\n").fixed(heading);
            }
            self.fixed(if place == 0 { ": " } else { ", " }).named(name, redactor).fixed(" ").count(*count);
        }
        self.and_more(all.len().saturating_sub(MOST_NAMES));
    }

    fn and_more(&mut self, more: usize) {
        if more > 0 {
            self.fixed(", and ").count(more as u64).fixed(" more");
        }
    }

    /// `high, GuardDuty Recon:EC2/Portscan`
    fn kind_of(&mut self, finding: &Finding, redactor: &Redactor) {
        self.fixed(finding.level.word()).fixed(", ").named(&finding.product, redactor);
        match finding.kind.as_str() {
            "" => {}
            // What others call a type is a control of Security Hub's own.
            control if finding.product == HUB => {
                self.fixed(" control ").named(control, redactor);
            }
            other => {
                self.fixed(" ").named(other, redactor);
            }
        }
    }

    /// `3 open findings, 1 began in these days`
    fn counts_of(&mut self, group: &Group<'_>) {
        let (open, new) = (group.all.len() as u64, group.new as u64);
        self.count(open).fixed(if open == 1 { " open finding" } else { " open findings" });
        if new > 0 {
            self.fixed(", ").count(new).fixed(" began in these days");
        }
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
    let mut title = Text::default();
    title.fixed("open: ").counted(all()).fixed("; ").count(all().filter(new).count() as u64);
    title.fixed(" began in these days");
    let mut text = Text::default();
    text.moment(window.start).fixed(" to ").moment(window.end);
    text.fixed("\nopen: ").counted(all());
    text.fixed("\nbegan in these days: ").counted(all().filter(new));
    text.fixed("\nseen before: ").counted(all().filter(old));
    let undated = all().filter(|finding| finding.first_seen.is_none()).count() as u64;
    if undated > 0 {
        text.fixed("\nwithout a first time: ").count(undated);
    }
    let notified = all().filter(|finding| finding.state == State::Notified).count() as u64;
    if notified > 0 {
        text.fixed("\nwhose owner was notified: ").count(notified);
    }
    text.by("by product", &by(all().map(|finding| finding.product.as_str())), redactor);
    text.by("by account", &by(all().map(|finding| finding.account.as_str())), redactor);
    text.by("by region", &by(all().map(|finding| finding.region.as_str())), redactor);
    let shared: Vec<(&str, u64)> =
        digest.shared().into_iter().map(|(thing, kinds)| (thing, kinds as u64)).collect();
    text.by("named by findings of several kinds", &shared, redactor);
    if let Some(left) = digest.groups.get(MOST_GROUPS..).filter(|left| !left.is_empty()) {
        let all = left.iter().flat_map(|group| &group.all).map(|seen| seen.finding);
        text.fixed("\n").count(left.len() as u64).fixed(" more kinds are not told one by one: ").counted(all);
    }
    for missing in answers.iter().flat_map(|answer| &answer.missing) {
        text.fixed("\nnot all: ").part(&redactor.redact_line(missing));
    }
    let sources: Vec<&str> = answers.iter().map(|answer| answer.source.as_str()).collect();
    let queries: Vec<&str> = answers.iter().map(|answer| answer.query.as_str()).collect();
    let link = answers.iter().find_map(|answer| answer.link.as_deref());
    Item {
        query: Some(redactor.redact(&queries.join("\n"))),
        link: link.and_then(|link| redactor.redact_url(link)),
        ..item(0, &sources.join(", "), title.0, text.0)
    }
}

/// `critical, GuardDuty Backdoor:EC2/C&CActivity.B!DNS: 3 open findings, 1 began in these days: i-0abc asks for …`
fn kind(place: usize, group: &Group<'_>, window: Window, redactor: &Redactor) -> Option<Item> {
    let first = group.first()?;
    let finding = first.finding;
    let mut title = Text::default();
    title.kind_of(finding, redactor);
    title.fixed(": ").counts_of(group);
    title.fixed(": ").named(&finding.title, redactor);
    let mut text = Text::default();
    text.kind_of(finding, redactor);
    text.fixed("\n").counts_of(group);
    span(&mut text, group);
    things(&mut text, group, redactor);
    let all = || group.all.iter().map(|seen| seen.finding);
    let accounts = by(all().map(|finding| finding.account.as_str()));
    let regions = by(all().map(|finding| finding.region.as_str()));
    // Where there is one alone, each finding says it.
    for (heading, values) in [("by account", accounts), ("by region", regions)] {
        if values.len() > 1 {
            text.by(heading, &values, redactor);
        }
    }
    for (heading, said) in [("\n", &finding.description), ("\nwhat the service advises: ", &finding.remedy)] {
        if !said.is_empty() {
            text.fixed(heading).part(&excerpt(&squeeze(&redactor.redact_line(said)), SENTENCES));
        }
    }
    for seen in group.all.iter().take(MOST_FINDINGS) {
        text.fixed("\n- ");
        single(&mut text, seen, window, redactor);
    }
    if let Some(more @ 1..) = group.all.len().checked_sub(MOST_FINDINGS) {
        text.fixed("\nand ").count(more as u64).fixed(" more");
    }
    Some(Item {
        query: Some(redactor.redact(&first.answer.query)),
        link: finding.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: all().filter_map(|finding| finding.last_seen).max(),
        ..item(place, first.source, title.0, text.0)
    })
}

/// When the first of them was seen first, and the last of them last.
fn span(text: &mut Text, group: &Group<'_>) {
    let all = || group.all.iter().map(|seen| seen.finding);
    let first = all().filter_map(|finding| finding.first_seen).min();
    if let Some(at) = first {
        text.fixed("\nfirst seen ").moment(at);
    }
    if let Some(at) = all().filter_map(|finding| finding.last_seen).max() {
        text.fixed(if first.is_some() { ", last seen " } else { "\nlast seen " }).moment(at);
    }
}

/// What they are about.
fn things(text: &mut Text, group: &Group<'_>, redactor: &Redactor) {
    let all = group.all.iter().flat_map(|seen| &seen.finding.resources);
    let mut names: Vec<&str> = Vec::new();
    for thing in all {
        if !names.contains(&thing.id.as_str()) {
            names.push(&thing.id);
        }
    }
    for (place, name) in names.iter().take(MOST_NAMES).enumerate() {
        text.fixed(if place == 0 { "\nabout: " } else { ", " }).named(name, redactor);
    }
    text.and_more(names.len().saturating_sub(MOST_NAMES));
}

/// `high, began 2026-11-24 01:12 UTC, last seen …, 14 times, in 111122223333 eu-west-1: web-role; API call: ListBuckets`
fn single(text: &mut Text, seen: &Seen<'_>, window: Window, redactor: &Redactor) {
    let finding = seen.finding;
    text.fixed(finding.level.word());
    if let Some(at) = finding.first_seen {
        text.fixed(if finding.began_in(window) { ", began " } else { ", first seen " }).moment(at);
    }
    if let Some(at) = finding.last_seen {
        text.fixed(", last seen ").moment(at);
    }
    if let Some(count) = finding.count {
        text.fixed(", ").count(count).fixed(if count == 1 { " time" } else { " times" });
    }
    if finding.state == State::Notified {
        text.fixed(", its owner was notified");
    }
    text.fixed(", in ").named(&finding.account, redactor).fixed(" ").named(&finding.region, redactor);
    for (place, thing) in finding.resources.iter().enumerate() {
        text.fixed(if place == 0 { ": " } else { ", " }).named(&thing.id, redactor);
    }
    for (name, value) in &finding.details {
        let value = excerpt(&squeeze(&redactor.redact_value(name, value)), NAME);
        text.fixed("; ").named(name, redactor).fixed(": ").part(&value);
    }
}

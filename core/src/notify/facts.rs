//! Picks from an incident the facts that every message tells: how bad, where, which alarm, what was told of it.
//!
//! Knows the view. Must not know how a message is laid out.

use crate::alert::AlertStatus;
use crate::evidence::{Change, Item, Kind};
use crate::language::Language;
use crate::summary::{Cause, Claim, State, Summary, Verdict};

use super::text::one_line;
use super::view::{Alert, Block, Impact, Incident, Notification, Step};
use super::words;

/// Where an alarm says in words what is wrong, best first (FACTS A5).
const OWN_WORDS: [&str; 3] = ["summary", "description", "message"];

/// The most severe alert that fires; when none does, the most severe one.
pub fn worst(view: &Incident) -> Option<&Alert> {
    let firing = view.alerts.iter().filter(|a| a.status == AlertStatus::Firing);
    // `max_by_key` would give the last of equals, and the view has the newest first.
    firing
        .min_by_key(|a| std::cmp::Reverse(a.severity))
        .or_else(|| view.alerts.iter().min_by_key(|a| std::cmp::Reverse(a.severity)))
}

/// How many alerts fire.
pub fn firing(view: &Incident) -> usize {
    let listed = view.alerts.iter().filter(|a| a.status == AlertStatus::Firing).count();
    listed + view.alerts_omitted.firing
}

/// How bad: the alarm's numbers, else its own words.
pub fn how_bad(view: &Incident) -> Option<String> {
    if let Some(impact) = &view.impact {
        return Some(amount(view.language, impact));
    }
    let annotations = &worst(view)?.annotations;
    OWN_WORDS
        .iter()
        .filter_map(|key| annotations.get(*key))
        .map(|text| one_line(text.as_str()))
        .find(|text| !text.is_empty())
}

/// `24.9% (alarm 5%, normal 0.2%)`.
pub fn amount(language: Language, impact: &Impact) -> String {
    let with_unit = |value: f64| words::quantity(value, impact.unit.as_deref());
    words::amount(
        language,
        with_unit(impact.value),
        impact.threshold.map(with_unit),
        impact.normal.map(with_unit),
    )
}

/// The name of the alarm: the group's, else that of its worst alert.
pub fn alarm(view: &Incident) -> Option<String> {
    let named = view.group_key.get("alertname").or_else(|| worst(view)?.labels.get("alertname"));
    named.map(|name| one_line(name.as_str())).filter(|name| !name.is_empty())
}

/// What else groups it: `prod-tokyo`, `payments`. Without the alarm's name and without the service.
pub fn place(view: &Incident) -> Vec<String> {
    let others = view.group_key.iter().filter(|(key, _)| !matches!(key.as_str(), "alertname" | "service"));
    others.map(|(_, value)| one_line(value.as_str())).filter(|value| !value.is_empty()).collect()
}

/// Who could not be told, and why: the newest change that was given up.
pub fn not_told(view: &Incident) -> Option<String> {
    // What only did not come to look as it should has told nobody less.
    let beside = |kind: &str| matches!(kind, "level" | "charts" | "analysis" | "report");
    let missed = |told: &&Notification| told.state == "parked" && !beside(&told.kind);
    let given_up = view.notifications.iter().rfind(missed);
    given_up.map(|told| {
        words::not_told(view.language, &told.receiver, &told.integration, &told.kind, told.reason.as_str())
    })
}

/// The summary, where it can be told.
pub fn ready(view: &Incident) -> Option<&Summary> {
    view.summary.as_ref().filter(|summary| summary.state == State::Ready)
}

/// Whether a person asked something that an analysis alone answers: neither logs nor a runbook are looked for then.
pub fn left_to_analysis(view: &Incident) -> bool {
    view.summary.as_ref().is_some_and(|summary| summary.state == State::LeftToAnalysis)
}

/// The sentences that may be told: refuted ones are shown to nobody.
pub fn told(summary: &Summary) -> impl Iterator<Item = &Claim> {
    summary.claims.iter().filter(|claim| claim.verdict != Verdict::Refuted)
}

/// The cause that the model is most sure of; the first of equals.
pub fn best_cause(summary: &Summary) -> Option<&Cause> {
    summary.causes.iter().min_by_key(|cause| words::bars(Language::En, cause.confidence).1)
}

/// The items of the evidence, whether collected already or known at once.
pub fn items(view: &Incident) -> &[Item] {
    view.evidence.as_ref().map_or(&[], |evidence| &evidence.items)
}

/// Whether evidence was collected; before that the first look stands alone.
pub fn collected(view: &Incident) -> bool {
    view.evidence.as_ref().is_some_and(|evidence| evidence.collected_at.is_some())
}

/// Whether the logs were compared with a baseline, as far as their patterns tell.
pub fn compared(view: &Incident) -> bool {
    items(view).iter().filter_map(|item| item.frequency.as_ref()).all(|frequency| frequency.normal.is_some())
}

/// Why no log pattern is told; `None` where one is, nothing was collected yet, or only other things were asked.
pub fn nothing_told(view: &Incident) -> Option<&'static str> {
    let evidence = view.evidence.as_ref().filter(|evidence| evidence.collected_at.is_some())?;
    let measured = evidence.items.iter().any(|item| matches!(item.kind, Kind::Metric | Kind::Finding));
    if measured && evidence.sources_read == 0 {
        return None;
    }
    let logs: Vec<_> =
        evidence.items.iter().filter(|item| item.kind == Kind::Log && item.frequency.is_some()).collect();
    let telling = |item: &&Item| item.frequency.as_ref().is_some_and(|f| f.change != Change::Common);
    let told = logs.iter().any(telling);
    if left_to_analysis(view) {
        return Some(words::NO_LOGS_ASKED.of(view.language));
    }
    let why = words::nothing_told(evidence.sources_read, evidence.gaps.len(), logs.len(), compared(view));
    (!told).then_some(why.of(view.language))
}

/// The runbook step that the thing to do first was taken from, and its place in the runbook, from 1.
pub fn first_step(view: &Incident) -> Option<(usize, &Step)> {
    let (first, runbook) = (view.do_first.as_ref()?, view.runbook.as_ref()?);
    let at = runbook.steps.iter().position(|step| first.citations.first() == Some(&step.id))?;
    runbook.steps.get(at).map(|step| (at + 1, step))
}

/// What the queries of a runbook's step have brought: in words, and under which ids. `None` where none was answered.
pub fn ran<'a>(view: &'a Incident, step: &str) -> Option<(&'a str, Vec<String>)> {
    let evidence = view.evidence.as_ref()?;
    let answered = evidence.queries.iter().filter(|asked| asked.step == step && asked.reason.is_none());
    let ids: Vec<String> = answered.flat_map(|asked| asked.items.clone()).collect();
    let first = evidence.items.iter().find(|item| ids.first() == Some(&item.id))?;
    // Its title begins with the step's own words, which stand beside it.
    let title = first.title.as_str();
    Some((title.split_once(": ").map_or(title, |(_, told)| told), ids))
}

/// The runbook step that a model's next step names first: `R2: …`.
pub fn step_of<'a>(view: &'a Incident, words: &str) -> Option<&'a Step> {
    let named = words.trim_start_matches(['[', '(']).split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    view.runbook.as_ref()?.steps.iter().find(|step| step.id == named)
}

/// A command of a step that fits on one line.
pub fn command(step: &Step) -> Option<&Block> {
    let is_shell = |b: &&Block| matches!(b.language.as_str(), "sh" | "bash" | "shell" | "console");
    step.blocks.iter().find(is_shell).filter(|b| b.text.as_str().trim().lines().count() == 1)
}

/// Whether a citation has the form of an evidence id: a kind's letter and a number (DESIGN section 3).
pub fn is_id(id: &str) -> bool {
    let mut chars = id.chars();
    let letter = chars.next().is_some_and(|c| "AMLCTRHF".contains(c));
    let number = chars.as_str();
    letter && (1..=4).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit())
}

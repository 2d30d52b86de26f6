//! The parts of the living message: facts, what to do first, what came before, what changed, what is missing, the end.
//!
//! Knows the view and the pieces. Must not know the order of the parts, nor how they are sent.

use serde_json::Value;

use crate::evidence::{Change, Item, Kind, Redacted, known};
use crate::language::Word;

use super::super::view::Incident;
use super::super::words;
use super::super::zone::Zone;
use super::super::{facts, text};
use super::blocks::{Line, context, list, rich, short};

/// Columns of one fact, of one line of a list.
const FACT: usize = 240;
const ENTRY: usize = 160;
/// What a step's query brought, beside the step.
const RESULT: usize = 80;
/// Earlier occurrences, runbook steps, changes and gaps that are told; the page has all.
const EARLIER: usize = 3;
const STEPS: usize = 3;
const CHANGES: usize = 6;
const GAPS: usize = 4;

/// How bad, since when, who, how sure, how many.
pub fn facts(view: &Incident, zone: &Zone) -> Option<Value> {
    let language = view.language;
    let mut line = Line::default();
    if let Some(how_bad) = facts::how_bad(view) {
        line = line.bold(words::HOW_BAD.of(view.language)).text(&short(&how_bad, FACT));
    }
    line = line.next().bold(words::SINCE.of(view.language)).time(view.started_at, zone);
    line = line.text(words::AGO.0.of(language)).ago(view.started_at, zone).text(words::AGO.1.of(language));
    line = who(line.next().bold(words::WHO.of(view.language)), view, zone);
    if let Some(failed) = facts::not_told(view) {
        line = line.next().bold(words::NOT_TOLD.of(view.language)).text(&short(&failed, FACT));
    }
    if let Some(sure) = how_sure(view) {
        line = line.next().bold(words::HOW_SURE.of(view.language)).text(&sure);
    }
    let firing = facts::firing(view);
    if firing > 1 {
        let newest = view.alerts.iter().max_by_key(|alert| alert.starts_at);
        let name =
            newest.and_then(|alert| alert.labels.get("alertname")).map(|name| short(name.as_str(), 80));
        line = line.next().bold(words::ALERTS.of(view.language)).text(&words::alerts(
            language,
            firing,
            name.as_deref(),
        ));
    }
    let listed = facts::items(view).iter().any(is_earlier);
    if view.occurrences > 1 && !listed {
        line = line
            .next()
            .bold(words::EARLIER_COUNT.of(view.language))
            .text(&words::times(language, view.occurrences - 1));
    }
    rich("facts", line.section().into_iter().collect())
}

fn who(line: Line, view: &Incident, zone: &Zone) -> Line {
    let language = view.language;
    let around = |line: Line, (before, after): (Word, Word), at| {
        line.text(before.of(language)).time(at, zone).text(after.of(language))
    };
    let owner = view.owner.as_ref().map(|owner| short(owner.as_str(), 60));
    let nobody = owner.is_none();
    let line = line.text(owner.as_deref().unwrap_or(words::NOBODY.of(language)));
    let line = match view.acknowledged_at.filter(|_| !nobody) {
        Some(at) => around(line, words::HAS_IT, at),
        None => line,
    };
    let line = match escalated(view).filter(|_| nobody) {
        Some(to) => {
            let (before, after) = words::ESCALATED;
            line.text(before.of(language)).text(&to).text(after.of(language))
        }
        None => line,
    };
    match view.escalates_at {
        Some(at) if nobody => around(line, words::ESCALATES, at),
        Some(at) => around(line, words::ESCALATES_STILL, at),
        None => line,
    }
}

/// Those whom it was escalated to, as far as it was told to them or is on its way.
fn escalated(view: &Incident) -> Option<String> {
    let told = view.notifications.iter().filter(|told| told.kind == "escalated");
    let told = told.filter(|told| matches!(told.state.as_str(), "sent" | "pending"));
    let mut to: Vec<&str> = told.map(|told| told.receiver.as_str()).collect();
    to.dedup();
    let to: Vec<String> = to.into_iter().take(3).map(|name| short(name, 60)).collect();
    (!to.is_empty()).then(|| to.join(words::COMMA.of(view.language)))
}

/// Absent while a summary may still come: nothing is known about it then.
fn how_sure(view: &Incident) -> Option<String> {
    let summary = view.summary.as_ref()?;
    if facts::ready(view).is_none() {
        let ended = words::no_summary(view.language, summary.state, None).is_some();
        return ended.then(|| words::EVIDENCE_ONLY.of(view.language).to_owned());
    }
    let told = facts::told(summary).count();
    let verified = facts::told(summary).filter(|c| c.verdict == crate::summary::Verdict::Verified).count();
    let gaps = view.evidence.as_ref().map_or(0, |evidence| evidence.gaps.len());
    let sure = words::how_sure(
        view.language,
        facts::best_cause(summary).map(|cause| cause.confidence),
        verified,
        told,
        gaps,
    );
    (!sure.is_empty()).then_some(sure)
}

/// The one thing to do first, with its command, its reason and the way to the runbook.
pub fn first(view: &Incident) -> Option<Value> {
    let first = view.do_first.as_ref()?;
    let mut line = Line::default()
        .bold(words::DO_FIRST.of(view.language))
        .next()
        .bold(&short(first.text.as_str(), FACT));
    if let Some(command) = facts::first_step(view).and_then(|(_, step)| facts::command(step)) {
        line = line.next().code(&short(command.text.as_str(), FACT));
    }
    line = line.next().text(&short(first.because.as_str(), FACT)).citations(&view.url, &first.citations);
    if let Some((_, step)) = facts::first_step(view) {
        line = ticked(line, view, &step.id, Line::next);
    }
    if let Some(runbook) = &view.runbook {
        let url = runbook.url.as_ref().map_or("", Redacted::as_str);
        line =
            line.next().text(words::RUNBOOK.of(view.language)).link(url, &short(runbook.title.as_str(), 80));
    }
    rich("first", line.quote().into_iter().collect())
}

/// The runbook's next steps, those that are not told above.
pub fn runbook(view: &Incident) -> Option<Value> {
    let runbook = view.runbook.as_ref()?;
    let told = facts::first_step(view).map_or(0, |(number, _)| number);
    let others: Vec<_> = runbook.steps.iter().skip(told).collect();
    let step = |step: &&super::super::view::Step| {
        let line = Line::default()
            .text(&short(step.text.as_str(), ENTRY))
            .citations(&view.url, std::slice::from_ref(&step.id));
        ticked(line, view, &step.id, |line| line.text(" "))
    };
    let steps: Vec<_> = others.iter().take(STEPS).filter_map(|s| step(s).section()).collect();
    let steps = list("bullet", steps)?;
    let heading = Line::default().bold(words::NEXT.of(view.language)).section();
    let left = others.len().saturating_sub(STEPS);
    let more =
        Line::default().link(&format!("{}#runbook", view.url), &words::more_steps(view.language, left));
    let more = (left > 0).then(|| more.section()).flatten();
    rich("runbook", heading.into_iter().chain([steps]).chain(more).collect())
}

/// Behind a runbook's step: that its query was run, and what it brought.
pub fn ticked(line: Line, view: &Incident, step: &str, apart: impl Fn(Line) -> Line) -> Line {
    let Some((told, ids)) = facts::ran(view, step) else { return line };
    let line = apart(line).bold(words::ALREADY_RUN.of(view.language)).text(&short(told, RESULT));
    line.citations(&view.url, &ids)
}

/// What came before, or a runbook that may help; a passage of a document stands on the page.
fn is_earlier(item: &Item) -> bool {
    item.kind == Kind::History && !known::is_passage(item)
}

/// The last occurrences and how each ended.
pub fn earlier(view: &Incident, zone: &Zone) -> Option<Value> {
    let entry = |item: &Item| {
        let line = Line::default().text(&short(item.title.as_str(), ENTRY));
        let ended = short(item.text.as_str(), ENTRY);
        let line =
            if ended.is_empty() { line } else { line.text(words::COLON.of(view.language)).text(&ended) };
        let line = if let Some(at) = item.at { line.text(" ").ago(at, zone) } else { line };
        line.citations(&view.url, std::slice::from_ref(&item.id)).section()
    };
    let history = facts::items(view).iter().filter(|item| is_earlier(item));
    let entries = list("bullet", history.take(EARLIER).filter_map(entry).collect())?;
    rich(
        "earlier",
        Line::default()
            .bold(words::EARLIER.of(view.language))
            .section()
            .into_iter()
            .chain([entries])
            .collect(),
    )
}

/// What changed, in order of time: the most telling items, which the pack has first.
pub fn delta(view: &Incident, zone: &Zone) -> Option<Value> {
    let tells = |item: &&Item| match item.kind {
        Kind::Log => item.frequency.as_ref().is_some_and(|f| f.change != Change::Common),
        // A query that brought no value has no chart.
        Kind::Metric => item.chart.is_some(),
        Kind::Change | Kind::Trace | Kind::Finding => true,
        Kind::Alarm | Kind::Runbook | Kind::History => false,
    };
    let mut told: Vec<_> = facts::items(view).iter().filter(tells).take(CHANGES).collect();
    // A digest is told as it is ranked.
    let found = told.iter().any(|item| item.kind == Kind::Finding);
    if !found {
        told.sort_by_key(|item| (item.at.is_none(), item.at));
    }
    let heading = match facts::compared(view) || told.is_empty() {
        _ if found => words::FOUND,
        true => words::CHANGED,
        false => words::STANDS_OUT,
    }
    .of(view.language);
    let mut sections: Vec<_> = Line::default().bold(heading).section().into_iter().collect();
    if let Some(why) = facts::nothing_told(view) {
        sections.extend(Line::default().text(why).section());
    }
    sections.extend(told.into_iter().filter_map(|item| change(item, view, zone)));
    let all = words::all_items(view.language, facts::items(view).len());
    sections.extend(Line::default().link(&format!("{}#evidence", view.url), &all).section());
    rich("delta", sections)
}

fn change(item: &Item, view: &Incident, zone: &Zone) -> Option<Value> {
    let line = Line::default();
    let line = if let Some(at) = item.at { line.seconds(at, zone).text("  ") } else { line };
    let title = short(item.title.as_str(), ENTRY);
    let line = match (&item.frequency, item.kind) {
        (Some(frequency), _) => {
            let (sign, figures) = words::change(view.language, frequency);
            line.bold(&sign).text("  ").text(&figures).text("  ").code(&title)
        }
        (None, Kind::Metric) => line.bold(words::METRIC.of(view.language)).text("  ").text(&title),
        (None, Kind::Trace) => line.bold(words::TRACE.of(view.language)).text("  ").text(&title),
        (None, Kind::Finding) => line.bold(words::FINDING.of(view.language)).text("  ").text(&title),
        (None, _) => line.bold(words::CHANGE.of(view.language)).text("  ").text(&title),
    };
    line.citations(&view.url, std::slice::from_ref(&item.id)).section()
}

/// What could not be had, each with what closes it.
pub fn gaps(view: &Incident) -> Vec<Value> {
    let gaps = view.evidence.as_ref().map_or(&[][..], |evidence| &evidence.gaps);
    if gaps.is_empty() {
        return Vec::new();
    }
    let told = gaps.iter().take(GAPS).map(|gap| {
        let source = short(&gap.source, 60);
        words::gap(
            view.language,
            &source,
            &short(gap.reason.as_str(), ENTRY),
            &short(gap.remedy.as_str(), ENTRY),
        )
    });
    let left = gaps.len().saturating_sub(GAPS);
    let more = (left > 0).then(|| words::more_gaps(view.language, left));
    let head = words::gaps(view.language, gaps.len());
    let mut lines: Vec<String> = told.chain(more).collect();
    match lines.as_mut_slice() {
        // A single one needs no line of its own above it.
        [one] => *one = format!("{head}{}{one}", words::APART.of(view.language)),
        _ => lines.insert(0, head),
    }
    lines.iter().filter_map(|line| context(line)).collect()
}

/// The short form after the end: how long, what ended it as far as is known, how bad, why.
pub fn end(view: &Incident, zone: &Zone) -> Option<Value> {
    let ended = view.resolved_at.unwrap_or(view.started_at);
    let mut line = Line::default()
        .bold(words::LASTED.of(view.language))
        .time(view.started_at, zone)
        .text(words::TO.of(view.language))
        .time(ended, zone);
    line = line.text(&words::lasted(view.language, ended - view.started_at));
    if let Some(owner) = &view.owner {
        line = line.next().bold(words::WHO.of(view.language)).text(&short(owner.as_str(), 60));
    }
    if let Some(how_bad) = facts::how_bad(view) {
        line = line.next().bold(words::HOW_BAD.of(view.language)).text(&short(&how_bad, FACT));
    }
    if let Some(cause) = facts::ready(view).and_then(facts::best_cause) {
        let bars =
            format!("{}{}", words::bars(view.language, cause.confidence).0, words::COLON.of(view.language));
        line = line.next().bold(words::CAUSE.of(view.language)).text(&bars).text(&text::cut(
            &text::one_line(cause.text.as_str()),
            FACT,
            text::columns,
        ));
        line = line.citations(&view.url, &cause.citations);
    }
    rich("end", line.section().into_iter().collect())
}

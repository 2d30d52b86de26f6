//! An analysis in the thread: one message that is edited as it goes, and in the end tells the report in short.
//!
//! Knows the analysis as it is told, and the room. Must not know when a message is edited. What is refuted is not in a report.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::lock::COLUMNS;
use super::super::text::{bare, columns, cut, escape, one_line};
use super::super::view::Incident;
use super::super::words::analysis as said;
use super::super::words::{self, sentence};
use super::super::zone::Zone;
use super::blocks::{self, Line, list, rich, short};
use super::buttons::{actions, link};
use super::metadata;
use super::summary::Room;
use crate::evidence::Redacted;
use crate::summary::Verdict;
use crate::summary::analysis::{Analysis, Asked, Cause, Report, Sentence};

#[cfg(test)]
mod tests;

/// Told of a report, as of a summary.
const MOST: usize = 1_000;
/// What its overview may take of that, and its gaps; the causes have the rest.
const OVERVIEW: usize = 380;
const GAPS: usize = 200;
/// Kept back for the way to the rest.
const MORE: usize = 20;
/// Steps that are shown: the newest.
const STEPS: usize = 10;
/// Columns of one of them.
const STEP: usize = 120;

/// Body of `chat.postMessage` for an incident's analysis, under the message that stands at `thread_ts`. `first_try`: when a
/// post was tried whose answer is lost, so that it may exist. `None` where there is no analysis.
pub fn analysis_post(
    view: &Incident,
    zone: &Zone,
    channel_id: &str,
    thread_ts: &str,
    first_try: Option<DateTime<Utc>>,
) -> Option<Value> {
    let mut body = message(view, zone, first_try)?;
    let fields = body.as_object_mut()?;
    fields.insert("channel".to_owned(), json!(channel_id));
    fields.insert("thread_ts".to_owned(), json!(thread_ts));
    fields.insert("unfurl_links".to_owned(), json!(false));
    fields.insert("unfurl_media".to_owned(), json!(false));
    Some(body)
}

/// Body of `chat.update` for it. `channel_id`, `ts`: as the post's answer gave them.
pub fn analysis_update(
    view: &Incident,
    zone: &Zone,
    channel_id: &str,
    ts: &str,
    first_try: Option<DateTime<Utc>>,
) -> Option<Value> {
    let mut body = message(view, zone, first_try)?;
    let fields = body.as_object_mut()?;
    fields.insert("channel".to_owned(), json!(channel_id));
    fields.insert("ts".to_owned(), json!(ts));
    Some(body)
}

fn message(view: &Incident, zone: &Zone, first_try: Option<DateTime<Utc>>) -> Option<Value> {
    let analysis = view.analysis.as_ref()?;
    let mut all: Vec<Value> = Vec::new();
    let tokens = analysis.input_tokens.saturating_add(analysis.output_tokens);
    let foot = match (&analysis.report, analysis.state.is_over()) {
        (Some(report), _) => {
            all.extend(ready(view, analysis, report));
            let model = analysis.model.as_deref().map(|model| cut(&one_line(model), 80, columns));
            let made = said::made(view.language, model.as_deref(), tokens, analysis.cost_usd);
            made + words::times_within(view.language, zone)
        }
        (None, true) => {
            all.extend(without(view, analysis));
            said::spent(view.language, tokens, analysis.cost_usd)
        }
        (None, false) => {
            all.extend(running(view, analysis));
            said::used(view.language, tokens, analysis.cost_usd)
        }
    };
    let page = format!("{}#analysis", view.url);
    let lead = analysis.shared_with.as_ref();
    let (button, page) = lead.map_or((view.number, page.as_str()), |lead| (lead.number, lead.url.as_str()));
    let row = link(&words::open_button(view.language, button), page);
    all.extend(actions("act", row.into_iter().collect()));
    all.extend(blocks::context(&foot));
    all.extend(
        first_try.and_then(|at| blocks::context(&words::possible_repeat(view.language, &zone.seconds(at)))),
    );
    Some(json!({
        "text": escape(&cut(&bare(&fallback(view, analysis)), COLUMNS, columns)),
        "blocks": all,
        "metadata": metadata(view, "analysis"),
    }))
}

fn fallback(view: &Incident, analysis: &Analysis) -> String {
    match (&analysis.report, analysis.state.is_over()) {
        (Some(report), _) => {
            let causes = report.root_causes.iter().map(|cause| &cause.sentence);
            let mut told = causes.chain(&report.overview);
            let found = told.find(|one| one.verdict == Verdict::Verified);
            said::line_ready(view.language, view.number, found.map(|found| found.text.as_str()))
        }
        (None, true) => {
            said::line_without(view.language, view.number, analysis.reason.as_ref().map(Redacted::as_str))
        }
        (None, false) => said::line_running(view.language, view.number, analysis.step, analysis.max_steps),
    }
}

/// The bold beginning, and who asked.
fn head(view: &Incident, analysis: &Analysis, bold: &str) -> Option<Value> {
    let by =
        said::asked_by(view.language, &short(&words::actor(view.language, analysis.asked_by.as_str()), 60));
    Line::default().bold(bold).text(&by).section()
}

fn running(view: &Incident, analysis: &Analysis) -> Option<Value> {
    let bold = match analysis.begun_at {
        Some(_) => said::step(view.language, analysis.step, analysis.max_steps),
        None => said::WAITS.of(view.language).to_owned(),
    };
    let left_out = analysis.asked.len().saturating_sub(STEPS);
    let mut parts: Vec<Value> = head(view, analysis, &bold).into_iter().collect();
    if left_out > 0 {
        parts.extend(Line::default().text(&said::earlier(view.language, left_out)).section());
    }
    let steps = analysis.asked.iter().skip(left_out).filter_map(|one| step(view, one)).collect();
    parts.extend(list("bullet", steps));
    rich("analysis", parts)
}

fn step(view: &Incident, asked: &Asked<Redacted>) -> Option<Value> {
    let mark = if asked.ok { said::DONE } else { said::WITHOUT };
    let words = short(asked.words.as_str(), STEP);
    let words = if words.is_empty() { short(asked.tool.as_str(), STEP) } else { words };
    Line::default().bold(mark).text(&words).anchored(&anchors(view), &asked.items).section()
}

fn without(view: &Incident, analysis: &Analysis) -> Option<Value> {
    let reason = analysis.reason.as_ref().map(|reason| sentence(view.language, &short(reason.as_str(), 500)));
    let parts = head(view, analysis, said::without(view.language, analysis.state)).into_iter();
    rich("analysis", parts.chain(Line::default().text(&reason.unwrap_or_default()).section()).collect())
}

fn ready(view: &Incident, analysis: &Analysis, report: &Report) -> Vec<Value> {
    let took =
        i64::try_from(analysis.duration_ms).ok().and_then(TimeDelta::try_milliseconds).unwrap_or_default();
    let head = rich(
        "analysis",
        head(view, analysis, &said::ready(view.language, analysis.step, took)).into_iter().collect(),
    );
    let mut told = Told { parts: Vec::new(), left_out: false };
    let mut room = Room(OVERVIEW);
    told.take(None, report.overview.iter().map(|one| room.take(statement(view, one, None, &[]))).collect());
    room.0 += MOST - MORE - OVERVIEW - GAPS;
    let mut causes: Vec<&Cause<Redacted>> = report.root_causes.iter().collect();
    causes.sort_by_key(|cause| words::bars(view.language, cause.confidence).1);
    let heading = room.take(Line::default().bold(said::CAUSES.of(view.language)).section());
    let cause = |cause: &Cause<Redacted>| {
        statement(view, &cause.sentence, Some(words::bars(view.language, cause.confidence).0), &cause.against)
    };
    told.take(heading, causes.into_iter().map(|one| room.take(cause(one))).collect());
    room.0 += GAPS;
    let heading = room.take(Line::default().bold(said::GAPS.of(view.language)).section());
    let gap = |gap: &Redacted| Line::default().text("• ").text(&one_line(gap.as_str())).section();
    told.take(heading, report.gaps.iter().map(|one| room.take(gap(one))).collect());
    if told.left_out || report.left_out.is_some() {
        told.parts.extend(
            Line::default().link(&format!("{}#analysis", view.url), said::WHOLE.of(view.language)).section(),
        );
    }
    head.into_iter().chain(rich("summary", told.parts)).collect()
}

/// What is told of a report, and whether something had no room.
struct Told {
    parts: Vec<Value>,
    left_out: bool,
}

impl Told {
    fn take(&mut self, heading: Option<Value>, sections: Vec<Option<Value>>) {
        self.left_out |= sections.iter().any(Option::is_none);
        let sections: Vec<Value> = sections.into_iter().flatten().collect();
        if !sections.is_empty() {
            self.parts.extend(heading.into_iter().chain(sections));
        }
    }
}

/// A sentence with its mark; of a cause, how sure it is and what stands against it.
fn statement(
    view: &Incident,
    one: &Sentence<Redacted>,
    bars: Option<&str>,
    against: &[String],
) -> Option<Value> {
    let text = one_line(one.text.as_str());
    let line = bars.map_or_else(Line::default, |bars| {
        Line::default().bold(&format!("{bars}{}", words::COLON.of(view.language)))
    });
    let line = match one.verdict {
        Verdict::Verified => line.bold(words::VERIFIED.of(view.language)).text(&text),
        Verdict::Unchecked => line.bold(words::NOT_VERIFIED.of(view.language)).italic(&text),
        Verdict::Refuted => return None,
    };
    let line = line.anchored(&anchors(view), &one.citations);
    if against.is_empty() {
        return line.section();
    }
    line.text(words::AGAINST.of(view.language)).anchored(&anchors(view), against).section()
}

/// Where the page has the items as they were for the analysis.
fn anchors(view: &Incident) -> String {
    format!("{}#x-", view.url)
}

//! The summary on the page: what is verified, what is not, and what stands in its place where there is none.
//!
//! Knows verdicts. Must not know how they were reached. Refuted sentences are never shown.

use firstlook_core::evidence::Gap;
use firstlook_core::notify;
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::price::Tokens;
use firstlook_core::summary::{Cause, Claim, Confidence, RuledOut, State, Summary, Verdict};
use firstlook_core::{Language, Word};
use serde::Serialize;

use super::evidence::{Cite, Index};
use super::incident::IncidentView;

use super::times::{self, Local};
use super::words;

/// The section's context.
#[derive(Serialize)]
pub(super) struct Section {
    /// What stands in the place of a summary: title and text.
    instead: Option<Instead>,
    claims: Vec<Sentence>,
    unchecked: Vec<Sentence>,
    causes: Vec<Suspect>,
    ruled_out: Vec<Sentence>,
    next_steps: Vec<Next>,
    gaps: Vec<Missing>,
    gaps_title: String,
    /// Whether there is a box of doubts: unchecked sentences or gaps.
    doubts: bool,
    /// Whether there are causes, likely or ruled out.
    suspects: bool,
    /// When and by whom it was made, sentence by sentence.
    made: Vec<String>,
    /// Right or wrong, where there is a cause to judge.
    judge: Option<Judge>,
}

/// What was said of the first cause, and the form to say it.
#[derive(Serialize)]
struct Judge {
    number: i64,
    said: Option<String>,
    form: bool,
}

/// Something that could not be had.
#[derive(Serialize)]
struct Missing {
    source: String,
    reason: String,
    remedy: String,
}

#[derive(Serialize)]
struct Instead {
    title: &'static str,
    text: String,
    reason: Option<String>,
    busy: bool,
}

#[derive(Serialize)]
struct Sentence {
    n: usize,
    text: String,
    reason: Option<String>,
    cites: Vec<Cite>,
}

/// What to do next; ticked where it is a runbook's step whose query was run.
#[derive(Serialize)]
struct Next {
    text: String,
    ran: Option<Tick>,
}

/// What that query brought.
#[derive(Serialize)]
struct Tick {
    told: String,
    cites: Vec<Cite>,
}

#[derive(Serialize)]
struct Suspect {
    n: usize,
    sure: Sure,
    /// How often causes of this confidence were right.
    rate: Option<String>,
    text: String,
    cites: Vec<Cite>,
    /// Why it is less sure than the model was.
    reason: Option<String>,
    /// For the chips of what speaks against it.
    against: Option<Against>,
}

#[derive(Serialize)]
struct Against {
    cites: Vec<Cite>,
}

/// Three bars and a word.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Sure {
    one: bool,
    two: bool,
    three: bool,
    word: &'static str,
}

impl Sure {
    pub(super) fn of(language: Language, confidence: Confidence) -> Self {
        let (two, three) = match confidence {
            Confidence::Confirmed => (true, true),
            Confidence::Likely => (true, false),
            Confidence::Inconclusive => (false, false),
        };
        Self { one: true, two, three, word: words::confidence(language, confidence) }
    }
}

/// How sure, for the header: the bars of the first cause or a word, and how much of it was checked.
#[derive(Debug, Serialize)]
pub(super) struct HowSure {
    pub bars: Option<Sure>,
    pub word: &'static str,
    pub about: String,
}

/// Where the summary stands; before the first triage somebody is about to look.
pub(super) fn state(incident: &Incident) -> State {
    incident.summary.as_ref().map_or(State::Looking, |s| s.state)
}

pub(super) fn how_sure(incident: &Incident) -> HowSure {
    let language = incident.language;
    let gaps = incident.evidence.as_ref().map_or(0, |e| e.gaps.len());
    let about = if gaps == 0 { String::new() } else { words::many(language, gaps, words::GAP) };
    let plain = |word: Word| HowSure { bars: None, word: word.of(language), about: about.clone() };
    let Some(summary) = &incident.summary else { return plain(words::LOOKING) };
    match summary.state {
        State::Looking => plain(words::LOOKING),
        State::NoModel | State::OverBudget | State::Failed => plain(words::FIRST_LOOK),
        State::LeftToAnalysis => plain(words::ANSWERED),
        State::NothingVerified => plain(words::NOTHING),
        State::Ready => {
            let of = |v| summary.claims.iter().filter(|c| c.verdict == v).count();
            let (verified, unchecked) = (of(Verdict::Verified), of(Verdict::Unchecked));
            let bars = summary.causes.first().map(|c| Sure::of(language, c.confidence));
            let word = if bars.is_some() { "" } else { words::NO_CAUSE.of(language) };
            HowSure { bars, word, about: words::sure(language, verified, verified + unchecked, gaps) }
        }
    }
}

/// The section; `reloads`: whether the page reloads itself.
pub(super) fn section(view: &IncidentView<'_>, index: &Index, reloads: bool, now: Local) -> Section {
    let incident = view.incident;
    let language = incident.language;
    let collected = incident.evidence.as_ref().and_then(|e| e.collected_at);
    let gaps: Vec<Missing> = incident.evidence.iter().flat_map(|e| &e.gaps).map(missing).collect();
    let empty = Section {
        instead: None,
        claims: Vec::new(),
        unchecked: Vec::new(),
        causes: Vec::new(),
        ruled_out: Vec::new(),
        next_steps: Vec::new(),
        gaps_title: words::gaps_title(language, gaps.len()),
        doubts: !gaps.is_empty(),
        suspects: false,
        gaps,
        made: collected
            .map(|at| words::collected(language, &times::moment(language, at, now).said()))
            .into_iter()
            .collect(),
        judge: None,
    };
    let state = state(incident);
    let Some(summary) = incident.summary.as_ref() else {
        return Section {
            instead: Some(instead(language, state, collected.is_some(), reloads, None)),
            ..empty
        };
    };
    let mut section = Section {
        claims: sentences(&summary.claims, Verdict::Verified, index),
        unchecked: sentences(&summary.claims, Verdict::Unchecked, index),
        causes: (1..).zip(&summary.causes).map(|(n, c)| suspect(n, c, index, view)).collect(),
        ruled_out: (1..).zip(&summary.ruled_out).map(|(n, r)| ruled_out(n, r, index)).collect(),
        next_steps: summary.next_steps.iter().map(|step| next(step.as_str(), incident, index)).collect(),
        ..empty
    };
    section.doubts |= !section.unchecked.is_empty();
    section.suspects = !section.causes.is_empty() || !section.ruled_out.is_empty();
    section.made.extend(written(incident, summary, now));
    section.judge = judge(view, now).filter(|_| state == State::Ready && !section.causes.is_empty());
    // Else it stands in the place of the summary.
    section.made.extend(summary.reason.iter().filter(|_| state == State::Ready).map(ToString::to_string));
    section.made.extend(incident.spent.map(|spent| words::spent(language, &spent)));
    let told = !section.claims.is_empty() || !section.unchecked.is_empty() || !section.causes.is_empty();
    if state != State::Ready || !told {
        section.instead = Some(instead(language, state, collected.is_some(), reloads, Some(summary)));
    }
    section
}

fn instead(
    language: Language,
    state: State,
    collected: bool,
    reloads: bool,
    summary: Option<&Summary>,
) -> Instead {
    let (title, text) = words::no_summary(language, state, collected);
    let more = if reloads { words::RELOADS.of(language) } else { "" };
    let text = [text, more].join(language.pick(" ", "")).trim_end().to_owned();
    let reason = summary.and_then(|s| s.reason.as_ref()).map(ToString::to_string);
    Instead { title, text, reason, busy: state == State::Looking }
}

fn sentences(claims: &[Claim], verdict: Verdict, index: &Index) -> Vec<Sentence> {
    let chosen = claims.iter().filter(|c| c.verdict == verdict);
    let sentence = |(n, c): (usize, &Claim)| Sentence {
        n,
        text: c.text.to_string(),
        reason: c.reason.as_ref().map(ToString::to_string),
        cites: index.cites(&c.citations),
    };
    (1..).zip(chosen).map(sentence).collect()
}

fn next(text: &str, incident: &Incident, index: &Index) -> Next {
    let ran = notify::step_of(incident, text).and_then(|step| notify::ran(incident, &step.id));
    let ran = ran.map(|(told, ids)| Tick { told: told.to_owned(), cites: index.cites(&ids) });
    Next { text: text.to_owned(), ran }
}

fn suspect(n: usize, cause: &Cause, index: &Index, view: &IncidentView<'_>) -> Suspect {
    let language = view.incident.language;
    Suspect {
        n,
        sure: Sure::of(language, cause.confidence),
        // What is judged is a summary's first cause: of others nobody has said how often they were right.
        rate: view
            .rates
            .0
            .get(&cause.confidence)
            .filter(|_| n == 1)
            .map(|(right, all)| words::hit_rate(language, *right, *all)),
        text: cause.text.to_string(),
        cites: index.cites(&cause.citations),
        reason: cause.reason.as_ref().map(ToString::to_string),
        against: (!cause.against.is_empty()).then(|| Against { cites: index.cites(&cause.against) }),
    }
}

fn ruled_out(n: usize, out: &RuledOut, index: &Index) -> Sentence {
    Sentence { n, text: out.text.to_string(), reason: None, cites: index.cites(&out.citations) }
}

#[allow(clippy::cast_precision_loss, reason = "one decimal of seconds is shown")]
fn written(incident: &Incident, summary: &Summary, now: Local) -> Option<String> {
    let model = summary.model.as_deref()?;
    let items = incident.evidence.as_ref().map_or(0, |e| e.items.len());
    let tokens =
        Tokens { input: summary.input_tokens, output: summary.output_tokens, cached: summary.cached };
    let seconds = format!("{:.1}", summary.duration_ms as f64 / 1000.0);
    let at = times::moment(incident.language, summary.written_at, now).said();
    let cost = summary.cost_usd.map(|usd| format!("${usd:.4}"));
    let numbers = words::Took { tokens, cost: cost.as_deref(), seconds: &seconds };
    (summary.state != State::Looking).then(|| words::written(incident.language, model, &at, items, &numbers))
}

fn judge(view: &IncidentView<'_>, now: Local) -> Option<Judge> {
    let said = view.incident.feedback.as_ref().map(|said| {
        let language = view.incident.language;
        let at = times::moment(language, said.at, now).said();
        words::judged(language, said.right, said.actor.as_str(), &at, said.cause.as_str())
    });
    (view.actions || said.is_some()).then_some(Judge {
        number: view.incident.number,
        said,
        form: view.actions,
    })
}

fn missing(gap: &Gap) -> Missing {
    Missing { source: gap.source.clone(), reason: gap.reason.to_string(), remedy: gap.remedy.to_string() }
}

//! The analysis on the page: how far it is, then its report with what it cites, and what it took.
//!
//! Knows the analysis as it is told. Must not know how it came about.

use firstlook_core::Language;
use firstlook_core::evidence::{Item, Redacted};
use firstlook_core::notify::chart::{mark, series};
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::Verdict;
use firstlook_core::summary::analysis::{Advice, Analysis, Report, Sentence as Checked, State};
use firstlook_core::summary::price::Tokens;
use serde::Serialize;

use super::evidence::Index;
use super::summary::Sure;

use super::times::{self, Local};
use super::{chart, graph, words};

/// Before the ids of items as they were for the analysis: the page's own may have changed since.
const ANCHOR: &str = "x-";
/// The longest text of an item that stands open on the page, in characters.
const SHOWN: usize = 4_000;

/// The section's context.
#[derive(Serialize)]
pub(super) struct Section {
    number: i64,
    /// What stands in the place of a report.
    instead: Option<Instead>,
    /// Whether it can be asked for now.
    form: bool,
    asked: Vec<Asked>,
    asked_title: String,
    report: Option<Shown>,
    items: Vec<Evidence>,
    again: Vec<Again>,
    made: Vec<String>,
    markdown: Option<String>,
}

#[derive(Serialize)]
struct Instead {
    title: &'static str,
    text: String,
    busy: bool,
    link: Option<Link>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    text: String,
}

#[derive(Serialize)]
struct Asked {
    tool: String,
    words: String,
    failed: bool,
    chips: Vec<Chip>,
}

/// A chip that leads to an item; one that names nothing on this page is text.
#[derive(Serialize)]
struct Chip {
    id: String,
    href: Option<String>,
}

#[derive(Serialize)]
struct Shown {
    overview: Vec<Sentence>,
    causes: Vec<Cause>,
    graph: Option<graph::Drawn>,
    impact: Vec<Sentence>,
    timeline: Vec<Moment>,
    actions: Vec<Sentence>,
    prevention: Vec<Sentence>,
    gaps: Vec<String>,
    left_out: Option<String>,
}

#[derive(Serialize)]
struct Sentence {
    text: String,
    /// Why it is not verified; absent where it is, and for advice.
    doubt: Option<String>,
    chips: Vec<Chip>,
}

#[derive(Serialize)]
struct Cause {
    sure: Sure,
    severity: &'static str,
    sentence: Sentence,
    against: Option<Against>,
}

#[derive(Serialize)]
struct Against {
    chips: Vec<Chip>,
}

#[derive(Serialize)]
struct Moment {
    at: String,
    sentence: Sentence,
}

#[derive(Serialize)]
struct Evidence {
    drawing: Option<chart::Drawing>,
    anchor: String,
    id: String,
    title: String,
    source: String,
    text: String,
}

#[derive(Serialize)]
struct Again {
    id: String,
    source: String,
    query: Option<String>,
    link: Option<String>,
}

/// Whether it is on its way, so that the page is to load again.
pub(super) fn runs(incident: &Incident) -> bool {
    incident.analysis.as_ref().is_some_and(|analysis| !analysis.state.is_over())
}

/// The section; `None` where there is no analysis, and none can be asked for.
pub(super) fn section(incident: &Incident, index: &Index, possible: bool, now: Local) -> Option<Section> {
    let language = incident.language;
    let analysis = incident.analysis.as_ref();
    if analysis.is_none() && !possible {
        return None;
    }
    let own = analysis.map_or(&[][..], |analysis| &analysis.items);
    let chips = Chips { own, index, language };
    let form = possible && !runs(incident);
    let mut section = Section {
        number: incident.number,
        instead: Some(Instead {
            title: words::NO_ANALYSIS.of(language),
            text: words::WHAT_ANALYSIS_IS.of(language).to_owned(),
            busy: false,
            link: None,
        }),
        form,
        asked: Vec::new(),
        asked_title: String::new(),
        report: None,
        items: Vec::new(),
        again: Vec::new(),
        made: Vec::new(),
        markdown: None,
    };
    let Some(analysis) = analysis else { return Some(section) };
    section.instead = (analysis.state != State::Ready).then(|| instead(language, analysis));
    section.asked_title = words::asked_title(language, analysis.step, analysis.max_steps);
    section.asked = analysis
        .asked
        .iter()
        .map(|one| Asked {
            tool: one.tool.to_string(),
            words: one.words.to_string(),
            failed: !one.ok,
            chips: chips.of(&one.items),
        })
        .collect();
    section.report = analysis.report.as_ref().map(|report| {
        let leads = |id: &str| chips.of(&[id.to_owned()]).pop().and_then(|chip| chip.href);
        let drawn = |graph| graph::drawn(graph, language, incident.number, now, leads);
        Shown { graph: analysis.graph.as_ref().map(drawn), ..shown(report, &chips) }
    });
    section.items = own.iter().map(|item| evidence(item, incident, now)).collect();
    section.again = analysis
        .reproduce
        .iter()
        .map(|one| Again {
            id: one.id.clone(),
            source: one.source.clone(),
            query: one.query.as_ref().map(ToString::to_string),
            link: one.link.as_ref().map(ToString::to_string),
        })
        .collect();
    section.made = made(language, analysis, now);
    section.markdown =
        analysis.report.as_ref().map(|_| format!("/api/v1/incidents/{}/analysis.md", incident.number));
    Some(section)
}

/// The links of ids, and the language around them.
struct Chips<'a> {
    language: Language,
    own: &'a [Item],
    index: &'a Index,
}

impl Chips<'_> {
    /// To the items as they were, else to those of the page.
    fn of(&self, ids: &[String]) -> Vec<Chip> {
        let chip = |id: &String| {
            let own = self.own.iter().any(|item| item.id == *id).then(|| format!("#{ANCHOR}{id}"));
            Chip { href: own.or_else(|| self.index.has(id).then(|| format!("#{id}"))), id: id.clone() }
        };
        ids.iter().map(chip).collect()
    }
}

fn instead(language: Language, analysis: &Analysis) -> Instead {
    let (title, text) = words::no_analysis(language, analysis.state, analysis.step, analysis.max_steps);
    let reason = analysis.reason.as_ref().map(ToString::to_string);
    let link = analysis.shared_with.as_ref();
    Instead {
        title,
        text: if analysis.state == State::Shared && !text.is_empty() { text } else { reason.unwrap_or(text) },
        busy: !analysis.state.is_over(),
        link: link
            .map(|to| Link { href: format!("/incidents/{}", to.number), text: format!("#{}", to.number) }),
    }
}

fn shown(report: &Report, chips: &Chips<'_>) -> Shown {
    let all = |list: &[Checked<_>]| list.iter().map(|one| sentence(one, chips)).collect();
    let advices = |list: &[Advice<_>]| list.iter().map(|one| advice(one, chips)).collect();
    Shown {
        overview: all(&report.overview),
        causes: report
            .root_causes
            .iter()
            .map(|cause| Cause {
                sure: Sure::of(chips.language, cause.confidence),
                severity: words::severity(chips.language, cause.severity),
                sentence: sentence(&cause.sentence, chips),
                against: (!cause.against.is_empty()).then(|| Against { chips: chips.of(&cause.against) }),
            })
            .collect(),
        graph: None,
        impact: all(&report.impact),
        timeline: report
            .timeline
            .iter()
            .map(|one| Moment { at: one.at.to_string(), sentence: sentence(&one.sentence, chips) })
            .collect(),
        actions: advices(&report.actions),
        prevention: advices(&report.prevention),
        gaps: report.gaps.iter().map(ToString::to_string).collect(),
        left_out: report.left_out.as_ref().map(ToString::to_string),
    }
}

fn sentence(one: &Checked<Redacted>, chips: &Chips<'_>) -> Sentence {
    let doubt = (one.verdict != Verdict::Verified)
        .then(|| one.reason.as_ref().map_or_else(String::new, ToString::to_string));
    Sentence { text: one.text.to_string(), doubt, chips: chips.of(&one.citations) }
}

fn advice(one: &Advice<Redacted>, chips: &Chips<'_>) -> Sentence {
    Sentence { text: one.text.to_string(), doubt: None, chips: chips.of(&one.citations) }
}

fn evidence(item: &Item, incident: &Incident, now: Local) -> Evidence {
    let place = (incident.number, item.id.as_str());
    // Those of other incidents may have an id that stands on the page as well.
    let drawn = item.chart.as_ref().filter(|_| !series(incident).is_empty());
    let drawing = drawn.and_then(|c| {
        chart::drawing(c, mark(incident), (incident.language, now), item.title.as_str(), place)
    });
    Evidence {
        drawing,
        anchor: format!("{ANCHOR}{}", item.id),
        id: item.id.clone(),
        title: item.title.to_string(),
        source: item.source.clone(),
        text: item.text.as_str().chars().take(SHOWN).collect(),
    }
}

#[allow(clippy::cast_precision_loss, reason = "one decimal of seconds is shown")]
fn made(language: Language, analysis: &Analysis, now: Local) -> Vec<String> {
    let asked = words::asked_for(
        language,
        analysis.asked_by.as_str(),
        &times::moment(language, analysis.asked_at, now).text,
    );
    let tokens =
        Tokens { input: analysis.input_tokens, output: analysis.output_tokens, cached: analysis.cached };
    let seconds = format!("{:.1}", analysis.duration_ms as f64 / 1000.0);
    let cost = analysis.cost_usd.map(|usd| format!("${usd:.4}"));
    let took = words::Took { tokens, cost: cost.as_deref(), seconds: &seconds };
    let by = analysis.model.as_deref().map(|model| words::analysed(language, model, &took));
    std::iter::once(asked).chain(by).collect()
}

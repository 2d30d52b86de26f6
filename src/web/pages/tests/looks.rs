//! Analyses in every state.

use firstlook_core::alert::Severity;
use firstlook_core::evidence::{Item, Kind, Redacted};
use firstlook_core::summary::analysis::{
    Advice, Analysis, Asked, Cause, Moment, Report, Sentence, Shared, State, reproduce,
};
use firstlook_core::summary::{Confidence, Verdict};

use super::samples::{at, red};

/// One that ended with a report, all texts of which are `text`.
pub(super) fn ready(text: &str) -> Analysis {
    let item = Item {
        id: "L9".to_owned(),
        kind: Kind::Log,
        source: text.to_owned(),
        title: red(text),
        text: red(text),
        query: Some(red("logcli query")),
        link: Some(red("https://grafana.example/x")),
        at: None,
        frequency: None,
        chart: None,
    };
    let asked = |ok| Asked { step: 1, tool: red(text), words: red(text), items: vec!["L9".to_owned()], ok };
    Analysis {
        state: State::Ready,
        reason: None,
        asked_by: red(text),
        asked_at: at("18:09:00"),
        begun_at: Some(at("18:09:01")),
        ended_at: Some(at("18:10:00")),
        step: 2,
        max_steps: 8,
        asked: vec![asked(true), asked(false)],
        report: Some(report(text)),
        reproduce: reproduce(std::slice::from_ref(&item)),
        graph: None,
        items: vec![item],
        model: Some(text.to_owned()),
        input_tokens: 9_000,
        cached: firstlook_core::summary::price::Cached::default(),
        output_tokens: 800,
        cost_usd: Some(0.0123),
        duration_ms: 7_500,
        shared_with: None,
    }
}

fn report(text: &str) -> Report<Redacted> {
    let one = |verdict| Sentence {
        text: red(text),
        citations: vec!["L9".to_owned(), "L1".to_owned()],
        verdict,
        reason: (verdict != Verdict::Verified).then(|| red(text)),
    };
    let cause = |confidence| Cause {
        sentence: one(Verdict::Verified),
        severity: Severity::Warning,
        confidence,
        against: vec!["L2".to_owned()],
    };
    let advice = || vec![Advice { text: red(text), citations: vec![] }];
    Report {
        overview: vec![one(Verdict::Verified), one(Verdict::Unchecked)],
        root_causes: [Confidence::Confirmed, Confidence::Likely, Confidence::Inconclusive].map(cause).into(),
        impact: vec![one(Verdict::Verified)],
        timeline: vec![Moment { at: red("18:05"), sentence: one(Verdict::Unchecked) }],
        actions: advice(),
        prevention: advice(),
        gaps: vec![red(text)],
        left_out: Some(red(text)),
    }
}

/// One in each state; without a report, but the last.
pub(super) fn every(text: &str) -> Vec<Analysis> {
    let without = |state| Analysis { state, report: None, ..ready(text) };
    let shared = Some(Shared { number: 481, url: "http://127.0.0.1:8080/incidents/481".to_owned() });
    let states = [State::Waiting, State::Running, State::OverBudget, State::NothingVerified, State::Failed];
    let mut all: Vec<Analysis> = states.map(without).into();
    all.push(Analysis { shared_with: shared, ..without(State::Shared) });
    all.push(ready(text));
    all
}

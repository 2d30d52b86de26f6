//! The analysis of the samples' incident, and one whose every text is odd.

use chrono::TimeDelta;

use super::{ids, item, safe, start, with_summary};
use crate::alert::Severity;
use crate::evidence::{Item, Kind, Redacted};
use crate::notify::view::Incident;
use crate::summary::analysis::graph::Graph;
use crate::summary::analysis::{Advice, Analysis, Asked, Cause, Moment, Report, Sentence, State, reproduce};
use crate::summary::price::Cached;
use crate::summary::{Confidence, Verdict};

fn sentence(text: &str, verdict: Verdict, citations: &[&str]) -> Sentence<Redacted> {
    Sentence { text: safe(text), citations: ids(citations), verdict, reason: None }
}

fn cause(
    text: &str,
    confidence: Confidence,
    verdict: Verdict,
    (citations, against): (&[&str], &[&str]),
) -> Cause<Redacted> {
    let sentence = sentence(text, verdict, citations);
    Cause { sentence, severity: Severity::Critical, confidence, against: ids(against) }
}

fn known() -> Vec<Item> {
    let at = |seconds: i64| Some(start() - TimeDelta::seconds(seconds));
    let one =
        |id, kind, title, seconds| Item { at: at(seconds), ..item(id, kind, title, "as the title says") };
    vec![
        one("A1", Kind::Alarm, "PaymentApi5xxRateHigh: 38.2% of requests fail", 0),
        one("C1", Kind::Change, "deploy v2.40.3 to v2.41.0, Ken Mori", 528),
        one("L1", Kind::Log, "182 lines: HikariPool-1 - Connection is not available", 144),
        one("L4", Kind::Log, "412 lines: CaptureClient : retrying capture attempt=<num> psp=kito", 560),
        one("M3", Kind::Metric, "Aurora connections: 118, normally 121", 0),
        one("T1", Kind::Trace, "POST /v1/payments 30.1 s, 500; a connection was held 11.8 s", 60),
    ]
}

/// What a good model found.
fn report() -> Report {
    Report {
        overview: vec![
            sentence("Only kito is slow: 96% of the 412 retries carry psp=kito.", Verdict::Verified, &["L4"]),
            sentence("The provider has an incident of its own.", Verdict::Unchecked, &[]),
        ],
        root_causes: vec![
            cause(
                "The database has no connections left.",
                Confidence::Inconclusive,
                Verdict::Unchecked,
                (&["L1"], &["M3"]),
            ),
            cause(
                "v2.41.0 holds a connection for 11.8 s while it retries.",
                Confidence::Confirmed,
                Verdict::Verified,
                (&["C1", "L1", "T1"], &[]),
            ),
            cause("kito answers slowly.", Confidence::Likely, Verdict::Verified, (&["L4"], &[])),
        ],
        impact: vec![sentence("38.2% of payments fail.", Verdict::Verified, &["A1"])],
        timeline: vec![Moment {
            at: safe("02:58:12"),
            sentence: sentence("v2.41.0 was deployed.", Verdict::Verified, &["C1"]),
        }],
        actions: vec![Advice { text: safe("Roll back to v2.40.3."), citations: ids(&["R3"]) }],
        prevention: Vec::new(),
        gaps: vec![safe("Whether kito knows of it.")],
        left_out: None,
    }
}

/// In this state; with a report where it is ready.
fn analysis(state: State) -> Analysis {
    let asked = |tool: &str, words: &str, items: &[&str], ok| Asked {
        step: 1,
        tool: safe(tool),
        words: safe(words),
        items: ids(items),
        ok,
    };
    let items = known();
    let graph = (state == State::Ready).then(|| Graph::of(&report(), &items)).flatten();
    Analysis {
        state,
        reason: (state.is_over() && state != State::Ready).then(|| safe("The model gave no usable answer")),
        asked_by: safe("Aya Tanaka"),
        asked_at: start() + TimeDelta::seconds(40),
        begun_at: (state != State::Waiting).then(|| start() + TimeDelta::seconds(41)),
        ended_at: state.is_over().then(|| start() + TimeDelta::seconds(152)),
        step: 2,
        max_steps: 8,
        asked: vec![
            asked("logs", "log lines of api with \"retrying capture\"", &["L4"], true),
            asked("changes", "changes", &[], false),
        ],
        report: (state == State::Ready).then(report),
        reproduce: reproduce(&items),
        graph,
        items,
        model: Some("claude-sonnet-4-6".into()),
        input_tokens: 20_000,
        cached: Cached::default(),
        output_tokens: 1_300,
        cost_usd: Some(0.0123),
        duration_ms: 112_000,
        shared_with: None,
    }
}

/// The samples' incident with it.
pub fn analysed(state: State) -> Incident {
    Incident { analysis: Some(analysis(state)), ..with_summary() }
}

/// Every text is `text`, lists are `n` long.
pub fn nasty_analysis(state: State, text: &str, n: usize) -> Analysis {
    let mut analysis = analysis(state);
    (analysis.asked_by, analysis.model) = (safe(text), Some(text.to_owned()));
    analysis.reason = analysis.reason.map(|_| safe(text));
    let asked =
        Asked { step: 1, tool: safe(text), words: safe(text), items: vec![text.to_owned(); n], ok: true };
    analysis.asked = vec![asked; n];
    analysis.items = vec![item(text, Kind::Log, text, text); n];
    if let Some(report) = &mut analysis.report {
        let mut odd = sentence(text, Verdict::Verified, &[]);
        odd.citations = vec![text.to_owned(); n];
        let mut suspect = cause(text, Confidence::Likely, Verdict::Unchecked, (&["L1"], &["L4", "L9"]));
        suspect.sentence = odd.clone();
        report.root_causes = vec![suspect; n];
        (report.overview, report.impact) = (vec![odd.clone(); n], vec![odd; n]);
        report.gaps = vec![safe(text); n];
        analysis.graph = Graph::of(report, &analysis.items);
    }
    analysis
}

//! The graph of causes on an incident's page: drawn, named, led to its evidence, and nothing in it but text.

use firstlook_core::evidence::Redactor;
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::HitRates;
use firstlook_core::summary::analysis::{Analysis, Graph, Report, State};
use firstlook_core::summary::price::Cached;
use serde_json::{Value, json};

use super::samples::{self, now, red};
use super::{check, keep, pages};
use crate::web::pages::IncidentView;

fn cause(text: &str, confidence: &str, verdict: &str, (citations, against): (Value, Value)) -> Value {
    json!({"text": text, "citations": citations, "verdict": verdict, "reason": null, "severity": "critical",
        "confidence": confidence, "against": against})
}

/// The samples' incident with a report whose last cause says `text`.
fn analysed(text: &str) -> Incident {
    let mut incident = samples::open();
    let items = incident.evidence.as_ref().unwrap().items.clone();
    let sentence = |text: &str, id: &str| json!({"text": text, "citations": [id], "verdict": "verified", "reason": null});
    let report = json!({
        "overview": [sentence("The pool timed out 182 times.", "L1")],
        "root_causes": [
            cause("v2.41.0 holds a connection while it retries.", "confirmed", "verified", (json!(["H1", "L1"]), json!([]))),
            cause(text, "inconclusive", "unchecked", (json!(["L3"]), json!(["L2"]))),
        ],
        "impact": [sentence("38.2% of payments fail.", "A1")],
        "timeline": [], "actions": [], "prevention": [], "gaps": [], "left_out": null,
    });
    let report = serde_json::from_value::<Report<String>>(report).unwrap().told(&Redactor::default());
    incident.analysis = Some(Analysis {
        state: State::Ready,
        reason: None,
        asked_by: red("Aya Tanaka"),
        asked_at: now(),
        begun_at: Some(now()),
        ended_at: Some(now()),
        step: 2,
        max_steps: 8,
        asked: vec![],
        graph: Graph::of(&report, &items),
        report: Some(report),
        items: items.into_iter().filter(|item| ["H1", "L1"].contains(&item.id.as_str())).collect(),
        reproduce: vec![],
        model: Some("m".into()),
        input_tokens: 9_000,
        cached: Cached::default(),
        output_tokens: 800,
        cost_usd: None,
        duration_ms: 7_500,
        shared_with: None,
    });
    incident
}

fn drawing(name: &str, incident: &Incident) -> String {
    let view =
        IncidentView { incident, actions: true, analysis: true, declare: true, rates: &HitRates::default() };
    let html = pages().incident(&view, now()).unwrap();
    keep(name, &html);
    check(&html);
    html.split("<div class=\"graph\"").nth(1).unwrap().split("as_picture").next().unwrap().to_owned()
}

#[test]
fn causes_are_drawn_with_their_evidence_and_told_in_words() {
    let html = drawing("graph", &analysed("kito answers slowly."));
    for part in [
        "<title id=\"graph-title\">How it hangs together</title>",
        "<desc id=\"graph-desc\">",
        "Cause 1, High: v2.41.0 holds a connection while it retries.",
        "Cause 2, Low, not verified",
        "<a href=\"#x-H1\"><g class=\"ev\">",
        "<g class=\"cause doubt\">",
        "<g class=\"alarm\">",
        "<g class=\"con\">",
        ">against: L2</text>",
        "href=\"/incidents/482/charts/causes.png\"",
        "leads to, as the report has it",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert_eq!(html.matches("<g class=\"impact\">").count(), 1);
}

#[test]
fn no_words_of_a_model_become_markup() {
    let html = drawing(
        "graph-hostile",
        &analysed("</text><script>alert(1)</script><a href=\"https://evil.example\">x"),
    );
    assert!(!html.contains("<script") && !html.contains("href=\"https://evil"), "{html}");
    assert!(html.contains("&lt;script&gt;"), "{html}");
    let mut without = analysed("x");
    without.analysis.as_mut().unwrap().graph = None;
    let view = IncidentView {
        incident: &without,
        actions: true,
        analysis: true,
        declare: true,
        rates: &HitRates::default(),
    };
    assert!(
        !pages().incident(&view, now()).unwrap().contains("class=\"graph\""),
        "nothing in place of no graph"
    );
}

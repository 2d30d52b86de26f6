//! What a person asked about days, on its page and in the list: its analysis answers, and neither logs nor a runbook are missed.

use chrono::TimeDelta;
use firstlook_core::evidence::metric::{Chart, Point, Range};
use firstlook_core::evidence::{Item, Kind, Window};
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::{HitRates, State};

use super::samples::{at, now, red};
use super::{check, in_order, keep, looks, pages, states};
use crate::web::pages::{IncidentView, ListView};

/// Answered with a series and a change; all texts are `text`.
pub(super) fn asked(text: &str) -> Incident {
    let window = Window { start: at("18:00:00") - TimeDelta::days(7), end: at("18:00:00") };
    let point = |n| Point { at: window.start + TimeDelta::hours(n), value: 12.0 };
    let chart = Chart {
        window,
        points: (0..168).map(point).collect(),
        unit: String::new(),
        of_alarm: false,
        normal: Some(Range { low: 11.0, median: 12.0, high: 13.0, values: 168 }),
        limit: None,
    };
    let item = |id: &str, kind, chart| Item {
        id: id.to_owned(),
        kind,
        source: text.to_owned(),
        title: red(text),
        text: red(text),
        query: None,
        link: None,
        at: Some(at("17:00:00")),
        frequency: None,
        chart,
    };
    let mut analysis = looks::ready(text);
    analysis.items = vec![item("M1", Kind::Metric, Some(chart))];
    analysis.report.as_mut().unwrap().overview[0].citations = vec!["M1".to_owned()];
    let mut incident = states::without_summary(State::LeftToAnalysis, text);
    (incident.runbook, incident.do_first, incident.impact) = (None, None, None);
    incident.analysis = Some(analysis);
    let evidence = incident.evidence.as_mut().unwrap();
    evidence.items = vec![item("C1", Kind::Change, None)];
    (evidence.gaps, evidence.sources_read, evidence.window) = (Vec::new(), 0, Some(window));
    incident
}

fn page(incident: &Incident) -> String {
    let rates = HitRates::default();
    let view = IncidentView { incident, actions: true, analysis: true, declare: true, rates: &rates };
    let html = pages().incident(&view, now()).unwrap();
    keep("asked", &html);
    check(&html);
    html
}

#[test]
fn neither_logs_nor_a_runbook_are_missed_where_an_analysis_answers() {
    let html = page(&asked("words"));
    in_order(
        &html,
        &[
            "Read the analysis",
            "id=\"summary\"",
            "The analysis answers",
            "id=\"analysis\"",
            "id=\"x-M1\"",
            "charts/M1.png",
            "id=\"evidence\"",
            "No logs are read for what was asked.",
            "id=\"C1\"",
        ],
    );
    for absent in [
        "#runbook",
        "id=\"runbook\"",
        "No runbook",
        "No first step is known",
        "evidence.sources",
        "No logs were read",
    ] {
        assert!(!html.contains(absent), "{absent}: {html}");
    }
    // Of an alarm all of it is missed, and a runbook that is there is shown of both.
    let alarm = Incident { runbook: None, do_first: None, ..states::without_summary(State::NoModel, "x") };
    in_order(&page(&alarm), &["No first step is known", "href=\"#runbook\"", "No runbook matched"]);
    let book = states::without_summary(State::LeftToAnalysis, "x");
    in_order(&page(&book), &["href=\"#runbook\"", "id=\"runbook\"", "Connection pool exhausted"]);
}

#[test]
fn a_list_misses_the_runbook_of_an_alarm_alone() {
    let incidents = [asked("words"), Incident { number: 481, runbook: None, ..super::samples::open() }];
    let view = ListView {
        incidents: &incidents,
        filter: Default::default(),
        default_filter: true,
        storms: Vec::new(),
        next_cursor: None,
        ever: true,
        webhook_url: String::new(),
    };
    let html = pages().list(&view, now()).unwrap();
    check(&html);
    in_order(&html, &["#482</span>", "#481</span>", "no runbook</span>"]);
    assert_eq!(html.matches("no runbook</span>").count(), 1, "{html}");
}

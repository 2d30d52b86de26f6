//! That each message speaks one language: no English word of ours is in a Japanese one, whatever is told.

mod forms;

use chrono::TimeDelta;
use regex::Regex;
use serde_json::{Value, json};

use super::samples::{self, safe, start};
use super::view::{Block, Incident, Notification};
use super::words::Again;
use super::*;
use crate::alert::Severity;
use crate::evidence::asked::Asked;
use crate::evidence::{Change, Redacted, Redactor};
use crate::incident::Deed;
use crate::language::Language;
use crate::summary::State;

/// In the place of all that others wrote.
const DATA: &str = "データ";
const HOME: &str = "https://firstlook.example.com";
/// What is called the same in every language: names, zones, keys of the configuration, commands.
const NAMES: [&str; 31] = [
    "why",
    "insight",
    "findings",
    "security",
    "hub",
    "guardduty",
    "Security",
    "Hub",
    "GuardDuty",
    "prometheus",
    "cloudwatch",
    "metrics",
    "open",
    "show",
    "ack",
    "take",
    "resolve",
    "silence",
    "analyse",
    "declare",
    "help",
    "invite",
    "UTC",
    "JST",
    "Slack",
    "firstlook",
    "PagerDuty",
    "pagerduty",
    "summary.provider",
    "summary.budget",
    "evidence.sources",
];

/// The incident in Japanese, with [`DATA`] for each text from outside.
fn japanese(mut view: Incident) -> Incident {
    let data = || safe(DATA);
    view.language = Language::Ja;
    (view.title, view.service) = (data(), Some(data()));
    view.owner = view.owner.map(|_| data());
    view.group_key.values_mut().for_each(|value| *value = data());
    for alert in &mut view.alerts {
        (alert.source, alert.fingerprint) = (DATA.to_owned(), data());
        alert.labels.values_mut().for_each(|value| *value = data());
        alert.annotations.values_mut().for_each(|value| *value = data());
    }
    if let Some(declared) = &mut view.declared {
        declared.actor = data();
        declared.undone.iter_mut().for_each(|text| *text = data());
    }
    for told in &mut view.notifications {
        (told.receiver, told.reason) = (DATA.to_owned(), data());
    }
    if let Some(runbook) = &mut view.runbook {
        (runbook.path, runbook.title) = (data(), data());
        for step in &mut runbook.steps {
            (step.text, step.section) = (data(), data());
            step.blocks = vec![Block { language: safe("sh"), text: data() }];
        }
    }
    if let Some(evidence) = &mut view.evidence {
        for item in &mut evidence.items {
            (item.title, item.text, item.source) = (data(), data(), DATA.to_owned());
        }
        for gap in &mut evidence.gaps {
            (gap.source, gap.reason, gap.remedy) = (DATA.to_owned(), data(), data());
        }
    }
    if let Some(summary) = &mut view.summary {
        let all = |texts: &mut Vec<Redacted>| texts.iter_mut().for_each(|text| *text = data());
        summary.headline = summary.headline.as_ref().map(|_| data());
        summary.reason = summary.reason.as_ref().map(|_| data());
        summary.model = summary.model.as_ref().map(|_| DATA.to_owned());
        all(&mut summary.next_steps);
        summary.claims.iter_mut().for_each(|claim| claim.text = data());
        summary.causes.iter_mut().for_each(|cause| cause.text = data());
    }
    let steps = (view.runbook.as_ref(), view.evidence.as_ref(), view.summary.as_ref());
    view.do_first = do_first(steps.0, steps.1, steps.2, &Redactor::default(), Language::Ja);
    view
}

/// Every incident of the samples, and those that make a word appear that no other has.
fn incidents() -> Vec<Incident> {
    let mut all = vec![samples::first_look(), samples::with_evidence(), samples::with_summary()];
    for state in [
        State::Looking,
        State::LeftToAnalysis,
        State::NoModel,
        State::OverBudget,
        State::Failed,
        State::NothingVerified,
    ] {
        all.push(samples::without_summary(state, None));
        all.push(samples::without_summary(state, Some(DATA)));
    }
    all.extend([samples::acknowledged(), samples::resolved()]);
    all.extend(samples::declared());
    for severity in [Severity::Warning, Severity::Info] {
        all.push(Incident { severity, ..samples::with_summary() });
    }
    let nobody =
        Incident { escalates_at: None, owner: None, acknowledged_at: None, ..samples::acknowledged() };
    all.push(nobody);
    let mut ran = samples::with_evidence();
    let evidence = ran.evidence.as_mut().unwrap();
    let items = evidence.items.iter().take(1).map(|item| item.id.clone()).collect();
    evidence.queries =
        vec![Asked { step: "R1".to_owned(), block: 0, source: Some(DATA.to_owned()), items, reason: None }];
    all.push(ran);
    let flags = ["stale", "flapping", "storm"].map(str::to_owned).to_vec();
    let until = Some(start() + TimeDelta::hours(1));
    all.push(Incident { flags, silenced_until: until, ..samples::first_look() });
    all.extend([samples::first_look(), samples::resolved()].map(samples::flapping));
    let bare =
        Incident { runbook: None, impact: None, evidence: None, occurrences: 3, ..samples::with_evidence() };
    all.extend([Incident { summary: Some(samples::summary()), ..bare.clone() }, bare]);
    all.extend(changes());
    for kind in ["trigger", "retrigger", "acknowledge", "resolve"] {
        let mut view = samples::with_summary();
        let missed =
            Notification { kind: kind.into(), state: "parked".into(), ..view.notifications[0].clone() };
        view.notifications.push(missed);
        view.alerts = vec![view.alerts[0].clone(); 5];
        let evidence = view.evidence.as_mut().unwrap();
        evidence.gaps = vec![evidence.gaps[0].clone(); 9];
        let summary = view.summary.as_mut().unwrap();
        summary.claims = vec![summary.claims[1].clone(); 400];
        all.push(view);
    }
    all.into_iter().map(japanese).collect()
}

/// Evidence in which logs differ in each way, and in none.
fn changes() -> Vec<Incident> {
    use Change::{Common, Gone, New, Number, Rare, Severe, Surged, Value};
    let mut all = Vec::new();
    for change in [New, Rare, Gone, Surged, Severe, Value, Number, Common] {
        for (normal, read) in [(Some(5.0), 1), (None, 1), (None, 0)] {
            let mut view = samples::with_evidence();
            let evidence = view.evidence.as_mut().unwrap();
            evidence.sources_read = read;
            for frequency in evidence.items.iter_mut().filter_map(|item| item.frequency.as_mut()) {
                (frequency.change, frequency.normal) = (change, normal);
            }
            all.push(view.clone());
            view.evidence.as_mut().unwrap().items.retain(|item| item.frequency.is_none());
            all.push(view.clone());
            view.evidence.as_mut().unwrap().gaps.clear();
            all.push(view);
        }
    }
    all
}

/// A storm as it begins, as it ends, and when all of it is over.
fn storms(zone: &Zone) -> Vec<Value> {
    let mut storm = samples::storm(34);
    storm.language = Language::Ja;
    storm.shared.iter_mut().for_each(|shared| shared.label = safe(DATA));
    storm.top.iter_mut().for_each(|one| (one.title, one.owner) = (safe(DATA), Some(safe(DATA))));
    let presses = Buttons { presses: true, ..Buttons::default() };
    let mut all = Vec::new();
    for (ended, open, left) in [(None, 34, 14), (Some(start()), 30, 9), (Some(start()), 0, 0)] {
        (storm.ended_at, storm.figures.ended) = (ended, ended.is_some());
        (storm.figures.open, storm.figures.left, storm.figures.acknowledged) = (open, left, open / 10);
        all.push(slack_storm(&storm, zone, "", presses, Some(start())));
        all.push(slack_storm_update(&storm, zone, "", "", presses));
        let mut page = pagerduty_storm(&storm, zone, "firstlook", "");
        // The class is a word for machines.
        page["payload"]["class"] = json!("");
        all.push(page);
    }
    all
}

fn messages(view: &Incident) -> Vec<Value> {
    let zone = Zone::named("Asia/Tokyo").unwrap();
    let buttons = Buttons { presses: true, analysis: true, declare: true };
    let mut all = vec![
        slack_post(view, &zone, "", buttons),
        slack_post_again(view, &zone, "", buttons, start()),
        slack_post(view, &zone, "C0INC", buttons),
        slack_update(view, &zone, "", "", Buttons::default()),
        slack_show(view, &zone, buttons),
        incoming_webhook(view, &zone),
        resolved_line(view, &zone, "", ""),
        acknowledged_line(view, "", ""),
        pagerduty_trigger(view, &zone, "", "", None),
        pagerduty_without_store(view, &zone, "", "", start()),
        json!({ "text": webhook_body(view, &zone, "level", "").unwrap()["text"] }),
    ];
    let noted =
        |of| pagerduty_note(view, &zone, of).map(|note| json!({ "text": note.replace(&view.url, "") }));
    all.extend(NoteOf::ALL.into_iter().filter_map(noted));
    let now = start() + TimeDelta::hours(30);
    let was = Severity::Warning;
    for again in [
        Again::Repeated { now },
        Again::Raised { was },
        Again::Reopened,
        Again::Joined,
        Again::Escalated,
        Again::Unpaged,
    ] {
        all.push(again_line(view, &zone, "", "", again));
        all.push(pagerduty_trigger(view, &zone, "", "", Some(again)));
    }
    all.extend(declared_line(view, &zone, "", ""));
    all.extend(storms(&zone));
    all.extend(answers(view));
    all
}

/// What is said to the one who pressed.
fn answers(view: &Incident) -> Vec<Value> {
    let ja = Language::Ja;
    let already = |deed| slack_already(view, deed, "aya in Slack");
    let mut all: Vec<_> =
        Deed::ALL.into_iter().flat_map(|deed| [slack_done(ja, deed, 7), already(deed)]).collect();
    let (one, none) = (std::slice::from_ref(view), &[][..]);
    all.extend([slack_open(ja, one, true, HOME), slack_open(ja, none, false, HOME)]);
    all.extend(forms::all());
    all.extend([None, Some(0), Some(34)].map(|taken| slack_storm_taken(ja, 7, taken)));
    all.extend([
        slack_help(ja, HOME),
        slack_unknown(ja, 7),
        slack_nothing_to_judge(ja),
        slack_silenced(view, &Zone::utc(), HOME),
        slack_silenced(&Incident { silenced_until: Some(start()), ..view.clone() }, &Zone::utc(), HOME),
        slack_not_done(ja, DATA),
        slack_declared_before(view),
        slack_why(view, &Zone::utc()),
        slack_declaring_again(ja, 7),
    ]);
    all
}

/// What people read of a message, key by key, and the keys of PagerDuty's details.
fn read(value: &Value, into: &mut Vec<String>) {
    let words = ["text", "fallback", "summary", "source", "component", "group", "class"];
    for (key, inner) in value.as_object().into_iter().flatten() {
        match (key.as_str(), inner) {
            (key, Value::String(text)) if words.contains(&key) => into.push(text.clone()),
            ("custom_details", details) => into
                .extend(details.as_object().into_iter().flatten().map(|(key, text)| format!("{key} {text}"))),
            ("metadata" | "style", _) => {}
            (_, Value::String(_)) => {}
            _ => read(inner, into),
        }
    }
    value.as_array().into_iter().flatten().for_each(|inner| read(inner, into));
}

#[test]
fn every_message_about_every_incident_is_told_in_japanese_alone() {
    let latin = Regex::new("[A-Za-z][A-Za-z.]+").unwrap();
    let mut told = 0;
    for view in incidents() {
        for message in messages(&view) {
            let mut all = Vec::new();
            read(&message, &mut all);
            told += all.len();
            for text in all {
                let words = latin.find_iter(&text).map(|found| found.as_str());
                let foreign: Vec<&str> = words.filter(|word| !NAMES.contains(word)).collect();
                assert!(foreign.is_empty(), "{foreign:?} in {text}");
                assert!(!text.contains(['(', ')', ',']) || text.contains("1,"), "marks of English in {text}");
            }
        }
    }
    assert!(told > 5_000, "{told} texts");
}

#[test]
fn a_japanese_message_reads_as_the_design_does() {
    let view = japanese(samples::with_summary());
    let text = |body: &Value| body["text"].as_str().unwrap().to_owned();
    let zone = Zone::utc();
    assert_eq!(
        text(&slack_post(&view, &zone, "", Buttons::default())),
        "重大：データ、24.9%、18:07 UTCから。担当者なし。まず：データ。#482"
    );
    let mut latin = view.clone();
    latin.do_first.as_mut().unwrap().text = safe("Is the pool full?");
    let line = text(&slack_post(&latin, &zone, "", Buttons::default()));
    assert!(line.ends_with("まず：Is the pool full? #482"), "{line}");
    let ended = japanese(samples::resolved());
    assert_eq!(text(&slack_post(&ended, &zone, "", Buttons::default())), "解決（34分）：データ、24.9%。#482");
    let again = Again::Repeated { now: start() + TimeDelta::minutes(245) };
    let line = text(&again_line(&view, &zone, "", "", again));
    assert!(line.starts_with("重大のまま4時間5分："), "{line}");
    let page = pagerduty_trigger(&view, &zone, "", "", None);
    assert_eq!(
        page["payload"]["summary"],
        "データ：24.9%（しきい値5%、平常時0.2%）、#482。まず：データ。18:07 UTCから、データ、データ。"
    );
    let details = &page["payload"]["custom_details"];
    assert_eq!(details["1 影響"], "24.9%（しきい値5%、平常時0.2%）");
    assert_eq!(details["3 まずやること"], "データ データ（ランブックデータの手順1）");
}

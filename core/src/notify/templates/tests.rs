//! What templates say, what they cannot do, and where their faults are.

mod many;

use serde_json::{Value, json};

use super::*;
use crate::language::Language;
use crate::notify::{
    Buttons, analysis_markdown, incoming_webhook, pagerduty_trigger, samples, slack, slack_post, slack_update,
};
use crate::summary::analysis::State;

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn one(name: &str, text: &str) -> Templates {
    let bodies: Vec<&str> = Some(name).filter(|name| Place::parse(name).is_none()).into_iter().collect();
    Templates::new(&files(&[(name, text)]), &bodies, &Zone::utc()).unwrap()
}

fn news(view: &Incident) -> News<'_> {
    News { view, kind: "trigger", event_id: "e/1" }
}

#[track_caller]
fn fault(name: &str, text: &str, line: usize, words: &str) {
    let bodies: Vec<&str> = Some(name).filter(|name| Place::parse(name).is_none()).into_iter().collect();
    let faults = match Templates::new(&files(&[(name, text)]), &bodies, &Zone::utc()) {
        Ok(templates) => templates.rehearse(),
        Err(faults) => faults,
    };
    let [fault] = faults.as_slice() else { panic!("{text}: {faults:?}") };
    assert_eq!((fault.file.as_str(), fault.line), (format!("{name}.hbs").as_str(), line), "{fault}");
    assert!(fault.to_string().contains(words), "{words} is not in {fault}");
}

#[test]
fn each_place_says_what_its_template_says() {
    let view = samples::with_summary();
    let post = slack_post(&view, &Zone::utc(), "#alerts", Buttons::default());
    let title =
        one("slack_title", "[{{incident.labels.service}}] {{default}}").slack(&post, news(&view)).unwrap();
    assert_eq!(
        title["blocks"][0]["text"]["text"],
        "[payment-api] 🛑 Critical: payment-api: PaymentApi5xxRateHigh"
    );
    let rest = |body: &Value| body["blocks"].as_array().unwrap()[1..].to_vec();
    assert_eq!(rest(&title), rest(&post), "nothing else changes");
    let note =
        one("slack_note", "Team: {{incident.group_key.cluster}}\n\nSince {{time incident.started_at}}\n");
    let body = note.slack(&post, news(&view)).unwrap();
    let at = body["blocks"].as_array().unwrap().iter().position(|block| block["block_id"] == "note").unwrap();
    assert_eq!(body["blocks"][at - 1]["block_id"], "facts");
    assert_eq!(note.preview("slack_note", &view).unwrap(), "Team: prod-tokyo\nSince 2026-11-19 18:07 UTC");
    slack::limits::check(&body);

    let event = pagerduty_trigger(&view, &Zone::utc(), "firstlook", "k", None);
    let summary = one("pagerduty_summary", "{{cut incident.title 12}} ({{kind}}), #{{incident.number}}");
    let said = summary.pagerduty(&event, news(&view)).unwrap();
    assert_eq!(said["payload"]["summary"], "payment-api… (trigger), #482");
    assert_eq!(said["payload"]["custom_details"], event["payload"]["custom_details"]);
    let details = "{{#each default}}\n{{@key}}: {{this}}\n{{/each}}\nteam: {{incident.service}}\n of two\n";
    let said = one("pagerduty_details", details).pagerduty(&event, news(&view)).unwrap();
    let mut wanted = event["payload"]["custom_details"].clone();
    wanted["team"] = json!("payment-api of two");
    assert_eq!(said["payload"]["custom_details"], wanted);

    let view = sample(Language::En);
    let markdown = analysis_markdown(&view, &Zone::utc()).unwrap();
    let report = one("report", "<!-- {{incident.service}} -->\n{{default}}").report(&markdown, news(&view));
    assert_eq!(report.unwrap(), format!("<!-- payment-api -->\n{markdown}"));
}

#[test]
fn without_a_template_everything_stays_as_it_is() {
    let templates = Templates::default();
    let view = sample(Language::Ja);
    let post = slack_post(&view, &Zone::utc(), "#alerts", Buttons::default());
    assert_eq!(templates.slack(&post, news(&view)).unwrap(), post);
    let event = pagerduty_trigger(&view, &Zone::utc(), "firstlook", "k", None);
    assert_eq!(templates.pagerduty(&event, news(&view)).unwrap(), event);
    assert_eq!(templates.preview("pagerduty_summary", &view).unwrap(), event["payload"]["summary"]);
    assert!(templates.is_empty() && templates.rehearse().is_empty());
    assert_eq!(templates.preview("report", &samples::first_look()).unwrap(), "");
}

#[test]
fn a_webhooks_body_is_json_whatever_others_wrote() {
    let text = r#"{"text": "{{incident.title}}", "labels": {{json incident.labels}}, "who": {{json incident.owner}},
        "all": {{json default}}, "id": "{{event_id}}", "{{language}}": [{{#each incident.alerts}}{{#if @index}},{{/if}}"{{source}}"{{/each}}]}"#;
    let hook = one("teams", text);
    assert_eq!(hook.rehearse(), []);
    for text in ["\"}, {\"evil\": \"x", "line\nbreak\u{0}\u{202e}\\", "重大🛑 {{json x}}"] {
        let view = samples::nasty(text, 2);
        let body: Value = serde_json::from_str(&hook.body("teams", news(&view)).unwrap()).unwrap();
        assert_eq!(body["text"], view.title.as_str());
        assert_eq!(body["who"], view.owner.as_ref().unwrap().as_str());
        assert_eq!(body["all"]["incident"], serde_json::to_value(&view).unwrap());
        assert_eq!(body["en"].as_array().unwrap().len(), 2);
        assert_eq!(body.as_object().unwrap().len(), 6, "{body}");
    }
}

#[test]
fn no_template_and_no_text_from_outside_breaks_a_limit_or_becomes_markup() {
    let greedy = "{{#each incident.alerts}}{{json this}} <!channel> @here https://x.example <b>&\n{{/each}}{{json incident}}";
    let all: Vec<_> = Place::ALL
        .iter()
        .map(|place| (place.as_str(), format!("{{{{incident.title}}}} {greedy}\n<@U1> x\n")))
        .collect();
    let all: Vec<_> = all.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let templates = Templates::new(&files(&all), &[], &Zone::utc()).unwrap();
    let zone = Zone::utc();
    for view in samples::all() {
        for language in Language::ALL {
            let view = Incident { language, ..view.clone() };
            let buttons = Buttons { presses: true, analysis: true, declare: true };
            for body in [
                slack_post(&view, &zone, "", buttons),
                slack_update(&view, &zone, "", "", buttons),
                incoming_webhook(&view, &zone),
            ] {
                slack::limits::check(&templates.slack(&body, news(&view)).unwrap());
            }
            let event = pagerduty_trigger(&view, &zone, "", "k", None);
            let payload = &templates.pagerduty(&event, news(&view)).unwrap()["payload"];
            let summary = payload["summary"].as_str().unwrap();
            assert!((1..=1_024).contains(&summary.encode_utf16().count()), "{summary}");
            assert!(!payload.to_string().contains(['<', '>']), "{payload}");
            let ascii = |c: char| if c.is_ascii() { 1 } else { 6 * c.len_utf16() };
            let details: usize = payload["custom_details"].to_string().chars().map(ascii).sum();
            assert!((2..=2_000).contains(&details), "{details} characters of details");
        }
    }
}

#[test]
fn what_others_wrote_makes_no_line_and_no_markdown() {
    let view =
        Incident { analysis: samples::analysed(State::Ready).analysis, ..samples::nasty("a\n9 x: y", 1) };
    let event = pagerduty_trigger(&view, &Zone::utc(), "", "k", None);
    let said = one("pagerduty_details", "1 what: {{incident.title}}").pagerduty(&event, news(&view)).unwrap();
    assert_eq!(said["payload"]["custom_details"], json!({ "1 what": "a 9 x: y" }));
    let view = Incident { analysis: view.analysis, ..samples::nasty("# [x](https://evil.example) <b>", 1) };
    let report = one("report", "{{incident.title}} {{json incident.title}}").report("", news(&view)).unwrap();
    assert_eq!(
        report,
        "\\# \\[x\\](https://evil.example) \\<b\\> \"\\# \\[x\\](https://evil.example) \\<b\\>\""
    );
}

#[test]
fn a_fault_has_its_file_its_line_and_a_remedy() {
    fault("slack_title", "x\n{{#if incident.owner}}", 2, "mend the Handlebars");
    fault("slack_title", "x\n\n{{incident.titel}}", 3, "not every incident has `incident.titel`");
    fault("slack_note", "{{incident.impact.value}}", 1, "`{{#if …}}`");
    fault("slack_note", "x\n{{shout incident.title}}", 2, "shout");
    fault("slack_note", "x\n{{json incident.nothing}}", 2, "incident.nothing");
    fault("slack_note", "{{time incident.title}}", 1, "`time` takes a time");
    fault("slack_note", "{{cut incident.title}}", 1, "a number of columns");
    fault("pagerduty_summary", "{{#if incident.owner}}{{incident.owner}}{{/if}}", 1, "renders nothing");
    fault("report", "a\n{{#if kind}}\n{{{incident.title}}}{{/if}}", 3, "write `{{…}}`");
    fault("report", "{{&default}}", 1, "more than text");
    fault("slack_note", "{{#if kind}}{{else}}{{{kind}}}{{/if}}", 1, "more than text");
    fault("slack_note", "{{> slack_title}}", 1, "not known here");
    fault("slack_note", "{{#*inline \"a\"}}{{> a}}{{/inline}}{{> a}}", 1, "not known here");
    fault("teams", "{\"text\": {{incident.title}}}", 1, "renders no JSON");
    fault("teams", "{\"text\": \"{{json incident.title}}\"}", 1, "renders no JSON");
    fault("slack_note", &"y".repeat(9_000_000), 1, "more than 8388608 bytes");
}

/// As [`fault`], for names alone.
#[test]
fn a_webhooks_template_has_a_file_and_a_name_of_its_own() {
    let said = |files: &[(String, String)], bodies: &[&str]| {
        Templates::new(files, bodies, &Zone::utc()).unwrap_err().pop().unwrap().to_string()
    };
    assert!(
        said(&[], &["teams"])
            .starts_with("teams.hbs:1: is named as `template` of a webhook, and there is no")
    );
    let taken = files(&[("report", "x")]);
    assert!(said(&taken, &["report"]).contains("report is the template of another message"));
    let unknown = said(&files(&[("slack_titel", "x")]), &[]);
    assert!(
        unknown
            .contains("no message is made from a template of this name; call it one of slack_title, slack")
    );
}

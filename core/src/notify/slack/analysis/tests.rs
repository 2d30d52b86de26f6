//! What a thread says of an analysis at each stage, and that no text from outside can break it.

use proptest::prelude::*;

use super::super::super::samples::{self, analysed, nasty_analysis};
use super::super::limits::check;
use super::*;
use crate::summary::analysis::{Shared, State};

const STATES: [State; 7] = [
    State::Waiting,
    State::Running,
    State::Ready,
    State::NothingVerified,
    State::Shared,
    State::OverBudget,
    State::Failed,
];

/// The message as lines: one for each section.
fn lines(body: &Value) -> Vec<String> {
    fn gather(value: &Value, out: &mut Vec<String>) {
        let of = |value: &Value| value["text"].as_str().map(str::to_owned);
        match value["type"].as_str() {
            Some("rich_text_section") => {
                out.push(value["elements"].as_array().unwrap().iter().filter_map(of).collect());
            }
            Some("plain_text") => out.extend(of(value)),
            _ => match value {
                Value::Array(all) => all.iter().for_each(|inner| gather(inner, out)),
                Value::Object(fields) => fields.values().for_each(|inner| gather(inner, out)),
                _ => {}
            },
        }
    }
    let mut out = Vec::new();
    gather(&body["blocks"], &mut out);
    out
}

fn post(view: &Incident) -> Value {
    let body = analysis_post(view, &Zone::utc(), "C0", "1.0", None).unwrap();
    check(&body);
    body
}

#[test]
fn each_stage_is_told() {
    let running = post(&analysed(State::Running));
    assert_eq!(running["text"], "Analysis of #482: step 2 of at most 8.");
    assert_eq!(
        lines(&running),
        [
            "◷ Analysis, step 2 of at most 8 · asked for by Aya Tanaka",
            "✓ log lines of api with \"retrying capture\" L4",
            "– changes",
            "Open #482",
            "Reads only. 21,300 tokens, $0.0123 so far.",
        ]
    );
    assert_eq!(
        (&running["thread_ts"], &running["metadata"]["event_payload"]["kind"]),
        (&json!("1.0"), &json!("analysis"))
    );
    assert!(running.to_string().contains("https://firstlook.example.com/incidents/482#x-L4"), "{running}");

    let ready = post(&analysed(State::Ready));
    assert_eq!(ready["text"], "Analysis of #482: v2.41.0 holds a connection for 11.8 s while it retries.");
    assert_eq!(
        lines(&ready)[..9],
        [
            "✓ Analysis ready, 2 steps, 1 min · asked for by Aya Tanaka",
            "✓ Only kito is slow: 96% of the 412 retries carry psp=kito. L4",
            "? Not verified: The provider has an incident of its own.",
            "Root causes",
            "▮▮▮ High: ✓ v2.41.0 holds a connection for 11.8 s while it retries. C1 L1 T1",
            "▮▮▯ Medium: ✓ kito answers slowly. L4",
            "▮▯▯ Low: ? Not verified: The database has no connections left. L1 Against it: M3",
            "What is not known",
            "• Whether kito knows of it.",
        ]
    );

    for (state, bold) in [
        (State::Failed, "○ Analysis without a report · asked for by Aya Tanaka"),
        (State::OverBudget, "○ Not analysed: the budget is used up · asked for by Aya Tanaka"),
        (
            State::NothingVerified,
            "○ Analysis without a report: nothing could be verified · asked for by Aya Tanaka",
        ),
    ] {
        let body = post(&analysed(state));
        assert_eq!(lines(&body)[..2], [bold, "The model gave no usable answer."], "{state:?}");
        assert_eq!(body["text"], "Analysis of #482 without a report: The model gave no usable answer.");
    }
    assert_eq!(
        lines(&post(&analysed(State::Waiting)))[0],
        "◷ Analysis, about to begin · asked for by Aya Tanaka"
    );
}

#[test]
fn a_shared_one_leads_to_the_other_and_a_repeat_says_that_it_may_be_one() {
    let mut view = analysed(State::Shared);
    let url = "https://firstlook.example.com/incidents/4821".to_owned();
    view.analysis.as_mut().unwrap().shared_with = Some(Shared { number: 4821, url: url.clone() });
    let body = post(&view);
    assert!(
        body["blocks"].to_string().contains(&format!("\"{url}\""))
            && lines(&body).contains(&"Open #4821".into())
    );

    let view = analysed(State::Running);
    let body = analysis_update(&view, &Zone::utc(), "C0", "2.0", Some(samples::start())).unwrap();
    check(
        &json!({"unfurl_links": false, "unfurl_media": false, "text": body["text"], "blocks": body["blocks"]}),
    );
    assert!(
        lines(&body)
            .last()
            .unwrap()
            .starts_with("Possible repeat: Slack did not answer our first try at 18:07:00")
    );
    assert_eq!((&body["ts"], body.get("thread_ts")), (&json!("2.0"), None));
    assert_eq!(analysis_post(&samples::first_look(), &Zone::utc(), "C0", "1.0", None), None);
}

#[test]
fn the_newest_steps_are_shown_and_what_has_no_room_is_said() {
    let mut view = analysed(State::Running);
    let asked = &mut view.analysis.as_mut().unwrap().asked;
    *asked =
        (0..14).map(|n| Asked { words: samples::safe(&format!("step {n}")), ..asked[0].clone() }).collect();
    let told = lines(&post(&view));
    assert_eq!(
        (told[1].as_str(), told[2].as_str(), told.len()),
        ("4 earlier ones on the page", "✓ step 4 L4", 14)
    );

    let mut view = analysed(State::Ready);
    let report = view.analysis.as_mut().unwrap().report.as_mut().unwrap();
    report.overview = vec![report.overview[0].clone(); 40];
    let told = lines(&post(&view));
    let of = |what: &str| told.iter().filter(|line| line.contains(what)).count();
    assert_eq!(
        (of("Only kito"), of("The whole report"), of("▮▮▮ High"), of("Whether kito")),
        (6, 1, 1, 1),
        "{told:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_from_outside_breaks_it(text in super::super::tests::nasty_text(), n in 0usize..12, state in 0usize..7) {
        let view = Incident {
            analysis: Some(nasty_analysis(STATES[state], &text, n)),
            ..samples::nasty(&text, n)
        };
        post(&view);
        super::super::super::analysis_markdown(&view, &Zone::utc());
    }
}

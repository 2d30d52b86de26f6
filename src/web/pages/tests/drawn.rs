//! What firstlook sends, as the inbox draws it: every message, form and page, in each language.

use std::sync::Arc;

use chrono::TimeDelta;
use firstlook_core::Language;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{self, Again, Buttons, Form, NoteOf, Zone, graph, samples};
use firstlook_core::summary::analysis::State;
use regex::Regex;
use serde_json::{Value, json};

use super::keep;
use crate::fonts::Fonts;
use crate::raster;
use crate::web::pages::{File, InboxView, Pages, Received, Sent};

const CHANNEL: &str = "#alerts-critical";
const TS: &str = "1795111620.000100";
const KEY: &str = "firstlook-9c1f";
const BUTTONS: Buttons = Buttons { presses: true, analysis: true, declare: true };

/// What is sent, in its order, a second apart.
#[derive(Default)]
struct Scene(Vec<Received>);

impl Scene {
    fn add(mut self, sent: Sent, body: Value) -> Self {
        let at = samples::start() + TimeDelta::seconds(self.0.len() as i64 + 1);
        self.0.push(Received { at, sent, body });
        self
    }

    /// Under the living message where the body says so.
    fn post(self, body: Value) -> Self {
        let ts = if self.0.is_empty() { TS.to_owned() } else { format!("2.{}", self.0.len()) };
        self.add(Sent::SlackPost { ts }, body)
    }

    fn edit(self, body: Value) -> Self {
        self.add(Sent::SlackUpdate, body)
    }

    fn living(self, view: &Incident) -> Self {
        self.edit(notify::slack_update(view, &zone(), CHANNEL, TS, BUTTONS))
    }

    fn page(self, name: &str, language: Language) -> String {
        let view = InboxView { received: self.0, playing: false, service_url: String::new() };
        let now = samples::start() + TimeDelta::minutes(2);
        let html = Pages::new(language, Zone::utc()).unwrap().inbox(&view, now).unwrap();
        keep(&format!("drawn-{name}-{}", language.as_str()), &html);
        html
    }
}

fn zone() -> Zone {
    Zone::utc()
}

/// The first look, then what it becomes.
fn firing(language: Language) -> Scene {
    let of = |view: Incident| Incident { language, ..view };
    let first = of(samples::first_look());
    Scene::default()
        .post(notify::slack_post(&first, &zone(), CHANNEL, BUTTONS))
        .add(Sent::PagerDuty, notify::pagerduty_trigger(&first, &zone(), "k", KEY, None))
        .living(&of(samples::with_evidence()))
        .living(&of(samples::with_summary()))
}

/// What it is once evidence has come.
fn evidence(language: Language) -> Scene {
    let of = |view: Incident| Incident { language, ..view };
    let first = notify::slack_post(&of(samples::first_look()), &zone(), CHANNEL, BUTTONS);
    Scene::default().post(first).living(&of(samples::with_evidence()))
}

/// It is taken, told again, and over.
fn resolved(language: Language) -> Scene {
    let (taken, over) = (samples::acknowledged(), samples::resolved());
    let (taken, over) = (Incident { language, ..taken }, Incident { language, ..over });
    let mut scene = firing(language);
    for again in [
        Again::Repeated { now: samples::start() + TimeDelta::minutes(40) },
        Again::Reopened,
        Again::Joined,
        Again::Escalated,
        Again::Unpaged,
    ] {
        scene = scene.post(notify::again_line(&taken, &zone(), CHANNEL, TS, again));
    }
    let note = notify::pagerduty_note(&taken, &zone(), NoteOf::Summary).unwrap();
    scene
        .post(notify::acknowledged_line(&taken, CHANNEL, TS))
        .add(Sent::PagerDuty, notify::pagerduty_acknowledge(KEY))
        .add(Sent::PagerDutyNote { key: KEY.to_owned() }, json!({ "content": note }))
        .post(notify::resolved_line(&over, &zone(), CHANNEL, TS))
        .add(Sent::PagerDuty, notify::pagerduty_resolve(KEY))
        .living(&over)
}

/// An analysis in the thread, with its files.
fn analysis(language: Language) -> Scene {
    let of = |state| Incident { language, ..samples::analysed(state) };
    let running = notify::analysis_post(&of(State::Running), &zone(), CHANNEL, TS, None).unwrap();
    let view = of(State::Ready);
    let picture = graph::graph_picture(&view, &zone()).unwrap();
    let bytes = raster::png(&picture.svg, Arc::clone(&Fonts::default().database())).unwrap();
    let graph = File { id: "F1".into(), name: picture.file, title: picture.title, alt: picture.alt, bytes };
    let text = notify::analysis_markdown(&view, &zone()).unwrap().into_bytes();
    let title = notify::analysis_file_title(&view);
    let report =
        File { id: "F2".into(), name: "incident-482.md".into(), title, alt: String::new(), bytes: text };
    let scene = firing(language).post(running);
    let ts = format!("2.{}", scene.0.len() - 1);
    scene.edit(notify::analysis_update(&view, &zone(), CHANNEL, &ts, None).unwrap()).add(
        Sent::SlackFiles { files: vec![graph, report] },
        json!({ "channel_id": CHANNEL, "thread_ts": TS }),
    )
}

/// The form, and what one person alone is told.
fn asked(language: Language) -> Scene {
    let services = ["checkout".to_owned(), "payment-api".to_owned()];
    let form =
        Form { language, now: samples::start(), services: &services, steps: 8, channel: None, under: None };
    let view = Incident { language, ..samples::acknowledged() };
    let said = [
        notify::slack_help(language, "https://firstlook.example.com"),
        notify::slack_open(language, std::slice::from_ref(&view), true, "https://firstlook.example.com"),
        notify::slack_already(&view, firstlook_core::incident::Deed::Acknowledge, "aya in Slack"),
        notify::slack_show(&view, &zone(), BUTTONS),
        notify::slack_silenced(&view, &zone(), "https://firstlook.example.com"),
        notify::slack_not_done(language, "x"),
    ];
    let scene = said.into_iter().fold(Scene::default(), |scene, one| scene.add(Sent::SlackEphemeral, one));
    scene.add(Sent::SlackView, json!({ "view": notify::slack_form(&form) }))
}

/// A storm, and a digest.
fn many(language: Language) -> Scene {
    let mut storm = samples::storm(34);
    storm.language = language;
    let digest =
        notify::slack_digest(language, &storm.top, "https://firstlook.example.com/", &zone(), CHANNEL, None);
    let post = notify::slack_storm(&storm, &zone(), CHANNEL, BUTTONS, None);
    let page = notify::pagerduty_storm(&storm, &zone(), "firstlook", "storm-7");
    Scene::default()
        .post(digest)
        .add(Sent::SlackPost { ts: "7.7".into() }, post)
        .edit(notify::slack_storm_update(&storm, &zone(), CHANNEL, "7.7", BUTTONS))
        .add(Sent::PagerDuty, page)
}

/// Every incident of the samples, odd ones among them.
fn every(language: Language) -> Scene {
    let mut scene = Scene::default();
    for view in samples::all() {
        let view = Incident { language, ..view };
        scene = scene
            .post(notify::slack_post_again(&view, &zone(), CHANNEL, BUTTONS, samples::start()))
            .post(notify::incoming_webhook(&view, &zone()))
            .add(
                Sent::PagerDuty,
                notify::pagerduty_without_store(&view, &zone(), "k", KEY, samples::start()),
            );
        if let Some(body) = notify::analysis_post(&view, &zone(), CHANNEL, TS, None) {
            scene = scene.post(body);
        }
    }
    scene
}

/// The page without its tags: what people read.
fn read(html: &str) -> String {
    Regex::new("(?s)<[^>]*>").unwrap().replace_all(html, "\n").into_owned()
}

#[test]
fn everything_that_is_sent_is_known_and_shown_as_text() {
    let left =
        r"(?m)&lt;(?:[@#!]|https?:|mailto:)|&amp;(?:amp|lt|gt);|^\s*\*[^*\n]+\*\s*$|\{(?:time|date|ago)";
    let left = Regex::new(left).unwrap();
    for language in Language::ALL {
        let scenes = [
            ("evidence", evidence(language)),
            ("firing", firing(language)),
            ("resolved", resolved(language)),
            ("analysis", analysis(language)),
            ("asked", asked(language)),
            ("many", many(language)),
            ("every", every(language)),
        ];
        for (name, scene) in scenes {
            let html = scene.page(name, language);
            assert!(!html.contains("class=\"unknown\""), "{name}: a block, element or span is not known");
            assert!(!html.contains("class=\"mention\""), "{name}: what others wrote rings somebody");
            if name == "every" {
                // Odd texts stand there, as they are.
                continue;
            }
            let text = read(html.split("id=\"h-pd\"").next().unwrap());
            let left = left.find(&text).map(|found| found.as_str());
            assert!(left.is_none(), "{name}: {left:?} is left of mrkdwn, or escaped twice");
        }
    }
}

#[test]
fn a_living_message_shows_its_newest_state_and_what_rang() {
    let html = resolved(Language::En).page("resolved", Language::En);
    super::in_order(
        &html,
        &[
            "On the lock screen:</span> Critical: payment-api: PaymentApi5xxRateHigh",
            "(edited 3 times)",
            "✓ Resolved after 34 min",
            "In the thread",
            "also sent to the channel",
            "Aya Tanaka",
            "st-resolved",
            "Resolved</span>",
            "<h3 class=\"sub\">Notes",
            "trigger</li>",
            "acknowledge</li>",
            "resolve</li>",
        ],
    );
    assert!(!html.contains(">Acknowledge</"), "what the post had is gone");
}

#[test]
fn an_analysis_stands_in_the_thread_with_its_pictures_and_its_text() {
    let html = analysis(Language::En).page("analysis", Language::En);
    super::in_order(
        &html,
        &["In the thread", "(edited once)", "<img src=\"data:image/png;base64,", "incident-482.md"],
    );
    assert!(html.contains("alt=\"") && !html.contains("Step 2 of 8"));
}

#[test]
fn a_form_shows_what_is_asked_and_what_can_be_chosen() {
    let html = asked(Language::En).page("asked", Language::En);
    super::in_order(
        &html,
        &[
            "<div class=\"modal\">",
            "class=\"fill",
            "2026-11-19 17:37",
            "class=\"fill tall",
            "checkout</li>",
            "payment-api</li>",
            "the channel where it is opened ▾",
        ],
    );
    assert_eq!(html.matches("Only whoever asked sees this").count(), 6);
}

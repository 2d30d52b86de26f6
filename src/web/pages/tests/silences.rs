//! The page of silences.

use serde_json::json;

use super::samples::{at, now};
use super::{in_order, keep, pages};
use crate::store::{SilenceState, Silenced};
use crate::web::pages::SilencesView;

/// One in each state, each with other things to say.
pub(super) fn view(words: &str) -> SilencesView {
    let active = Silenced {
        id: 7,
        state: SilenceState::Active,
        matchers: vec!["service=\"api\"".to_owned(), "severity!=\"critical\"".to_owned()],
        incident: None,
        alerts: 0,
        starts_at: at("18:00:00"),
        ends_at: None,
        recurring: Some(json!(["nights", {
            "weekdays": ["saturday", "sunday"], "location": "Asia/Tokyo",
            "times": [{"start_time": "02:00", "end_time": "05:00"}],
        }])),
        holds_from: at("18:00:00"),
        holds_until: at("19:00:00"),
        mirrors: json!([{"source": "alertmanager/main", "id": "a-b", "state": "wanted", "error": "no answer"}]),
        comment: words.to_owned(),
        created_at: at("17:00:00"),
        created_by: "somebody on the page".to_owned(),
        ended_at: None,
        ended_by: None,
        suppressed: 23,
        incidents: vec![482, 480],
    };
    let expired = Silenced {
        id: 5,
        state: SilenceState::Expired,
        matchers: Vec::new(),
        incident: Some(482),
        alerts: 3,
        recurring: None,
        ends_at: Some(at("19:00:00")),
        ended_at: Some(at("18:05:00")),
        ended_by: Some("somebody on the page".to_owned()),
        suppressed: 0,
        incidents: Vec::new(),
        mirrors: json!([]),
        ..active.clone()
    };
    let pending = Silenced { id: 6, state: SilenceState::Pending, ..active.clone() };
    SilencesView {
        silences: vec![active, pending, expired],
        intervals: vec!["nights".to_owned()],
        mirrors: vec!["alertmanager/main".to_owned()],
    }
}

#[test]
fn silences_stand_by_their_state_with_what_nobody_was_told() {
    let html = pages().silences(&view("<b>moving</b>"), now()).unwrap();
    keep("silences", &html);
    in_order(
        &html,
        &[
            "id=\"g-active\"",
            "Silence 7",
            "service=&quot;api&quot;",
            "on its way to alertmanager/main: no answer",
            "18:00:00",
            "19:00:00",
            "within nights; saturday, sunday 02:00–05:00 Asia/Tokyo",
            "&lt;b&gt;moving&lt;/b&gt;",
            "href=\"/incidents/482\"",
            "and 21 more",
            "action=\"/silences/7/end\"",
            "id=\"g-pending\"",
            "id=\"g-expired\"",
            "3 alerts of #482",
            "18:05:00",
            "ended by somebody on the page",
        ],
    );
    assert!(!html.contains("/silences/5/end"), "what is over cannot be ended");
}

#[test]
fn without_silences_the_page_says_what_they_do() {
    let html = pages().silences(&SilencesView::default(), now()).unwrap();
    keep("silences-none", &html);
    in_order(&html, &["New silence", "Nothing is silenced", "told when it ends if it still fires"]);
    assert!(!html.contains("name=\"recurring\""), "no interval is configured");
}

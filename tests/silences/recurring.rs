//! Windows that come again: by spans or by the names of intervals, each told when it is over, and the next one holds.

use serde_json::{Value, json};

use super::{ask, critical, marked, texts};
use crate::harness::{Firstlook, PATIENCE, Setup, body};
use crate::routing::{reroute, sweep};
use crate::support::wait::eventually;

/// Every day of a year that is not over for long, and none of a year that is.
const INTERVALS: &str = r#"
time_intervals:
  - { name: each-night, time_intervals: [{ times: [{ start_time: "00:00", end_time: "24:00" }], weekdays: ["sunday:saturday"] }] }
  - { name: far, time_intervals: [{ years: ["2100"] }] }
route: { receiver: slack-alerts, routes: [{ matchers: ['severity="critical"'], receiver: oncall }] }"#;

/// All of the day's hours on the day that the clock shows now, and on the next: it holds whenever this runs.
fn today() -> Value {
    let now = firstlook::clock::now();
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%A").to_string().to_lowercase();
    json!([{"weekdays": [day(now), day(now + chrono::TimeDelta::days(1))]}])
}

#[tokio::test]
async fn a_window_that_is_over_tells_and_the_next_one_is_known() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    reroute(&mut firstlook, INTERVALS).await;
    let wanted = |recurring: Value| json!({"matchers": ["service=\"api\""], "comment": "patches", "recurring": recurring});
    for (recurring, words) in [
        (json!(["each-night"]), "too far"),
        (json!(["far"]), "never holds"),
        (json!(["nights"]), "there are each-night, far"),
        (json!([{"weekdays": ["someday"]}]), "`weekdays`"),
    ] {
        let refused = ask(&firstlook, &wanted(recurring.clone())).await;
        assert!(refused.status == 400 && refused.text.contains(words), "{recurring}: {}", refused.text);
    }
    let made = ask(&firstlook, &wanted(today())).await;
    assert_eq!(
        (made.status, &made.json()["state"], &made.json()["ends_at"]),
        (201, &json!("active"), &json!(null))
    );
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.idle().await;
    assert!(firstlook.pagerduty.events().is_empty());
    let first = firstlook.get("/api/v1/silences/1").await.json();
    assert_eq!(firstlook.incident(1).await["silenced_until"], first["holds_until"]);

    // The window is over: as if it had been yesterday's, and the next one were a week away.
    firstlook
        .run(
            "UPDATE silence SET recurring = jsonb_build_array(jsonb_build_object('weekdays', jsonb_build_array(
                     lower(trim(to_char((now() AT TIME ZONE 'UTC') + interval '3 days', 'Day')))))),
                 holds_from = now() - interval '2 days', holds_until = now() - interval '1 second';
             UPDATE target SET held_until = now(); UPDATE incident SET silenced_until = now()",
        )
        .await;
    sweep(&firstlook).await;
    eventually(PATIENCE, "it is told", async || (firstlook.pagerduty.events().len() == 1).then_some(()))
        .await;
    let loud = marked(&firstlook, 1, false).await;
    eventually(PATIENCE, "that is said", async || {
        (!texts(&firstlook.incident(1).await, "unsilenced").is_empty()).then_some(())
    })
    .await;
    assert_eq!(loud["status"], "open");
    let next = firstlook.get("/api/v1/silences/1").await.json();
    assert_eq!((&next["state"], &next["ended_at"]), (&json!("pending"), &json!(null)), "{next}");
    assert!(next["holds_from"].as_str() > first["holds_from"].as_str(), "{next}");
    // It is no window of anybody any more.
    firstlook
        .run("UPDATE silence SET recurring = '[\"nights\"]', holds_from = now() - interval '2 days', holds_until = now()")
        .await;
    sweep(&firstlook).await;
    eventually(PATIENCE, "it ends", async || {
        let silence = firstlook.get("/api/v1/silences/1").await.json();
        (silence["state"] == "expired").then_some(())
    })
    .await;
    firstlook.finish().await;
}

//! Who else is told of what nobody takes, of what does not get better, and of a full outage: seen from outside.

use serde_json::Value;

use super::{due, reroute, routed, sweep, told};
use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::wait::eventually;

/// Warnings go to a channel, and to those on call where nobody takes them.
const ESCALATES: &str =
    "route: { receiver: slack-alerts, escalate: { receiver: oncall, at_once: ['alertname=\"AllDown\"'] } }";

fn warning(name: &str) -> Value {
    alert(&[("alertname", name), ("service", "api"), ("severity", "warning")], &format!("{name} of api"))
}

fn texts(incident: &Value, kind: &str) -> Vec<String> {
    let timeline = incident["timeline"].as_array().unwrap().iter();
    timeline.filter(|one| one["kind"] == kind).map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

/// Minutes from when it opened until somebody else is told.
fn minutes(incident: &Value) -> Option<i64> {
    let time = |key: &str| incident[key].as_str()?.parse::<chrono::DateTime<chrono::Utc>>().ok();
    Some((time("escalates_at")? - time("opened_at")?).num_minutes())
}

/// The time of every escalation that is left has come, and what follows is done.
async fn come(firstlook: &Firstlook) {
    firstlook.run("UPDATE escalation SET due_at = now() WHERE state = 'due'").await;
    sweep(firstlook).await;
    let left = "SELECT count(*) FROM escalation WHERE state = 'due' AND NOT waits";
    eventually(PATIENCE, "what is due is looked at", async || (firstlook.sql(left).await == 0).then_some(()))
        .await;
    firstlook.idle().await;
}

async fn act(firstlook: &Firstlook, what: &str) {
    let url = format!("{}/api/v1/incidents/1/{what}", firstlook.url);
    let answer =
        firstlook.send(|client| client.post(url).header("content-type", "application/json").body("{}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    firstlook.idle().await;
}

#[tokio::test]
async fn a_warning_that_nobody_takes_is_told_to_those_on_call_once() {
    let firstlook = routed(ESCALATES).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.idle().await;
    let incident = firstlook.incident(1).await;
    assert_eq!(minutes(&incident), Some(30));
    assert!(firstlook.get("/incidents/1").await.text.contains("escalates at "));
    assert!(firstlook.slack.messages()[0].words().contains("Nobody; escalates at "));
    // Not yet.
    sweep(&firstlook).await;
    assert!(firstlook.pagerduty.events().is_empty());
    come(&firstlook).await;
    let events = firstlook.pagerduty.events();
    assert_eq!(events.len(), 1);
    assert!(events[0].summary().starts_with("Escalated, Warning: Slow of api"), "{}", events[0].summary());
    let incident = firstlook.incident(1).await;
    assert!(incident["escalates_at"].is_null(), "{}", incident["escalates_at"]);
    assert_eq!(texts(&incident, "escalated"), ["oncall is told: nobody has acknowledged it for 30m (route)"]);
    let (what, state, why) =
        told(&incident).into_iter().find(|(what, ..)| what.starts_with("oncall")).unwrap();
    assert_eq!((what.as_str(), state.as_str()), ("oncall escalated", "sent"));
    assert_eq!(why, "escalated: nobody has acknowledged it for 30m (route)");
    let words = firstlook.slack.messages()[0].words();
    assert!(words.contains("Nobody; escalated to oncall"), "{words}");
    assert!(firstlook.get("/incidents/1").await.text.contains("escalated to oncall"));
    come(&firstlook).await;
    assert_eq!(firstlook.pagerduty.events().len(), 1, "once");
    // Who was told by that is told the end as well.
    firstlook.post(body(&[resolved(&warning("Slow"))])).await;
    firstlook.idle().await;
    let actions: Vec<_> = firstlook.pagerduty.events().iter().map(|one| one.action().to_owned()).collect();
    assert_eq!(actions, ["trigger", "resolve"]);
    firstlook.finish().await;
}

#[tokio::test]
async fn who_takes_it_in_time_stops_that_and_something_new_begins_it_again() {
    let firstlook = routed(ESCALATES).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.idle().await;
    act(&firstlook, "acknowledge").await;
    assert!(firstlook.incident(1).await["escalates_at"].is_null());
    come(&firstlook).await;
    assert!(firstlook.pagerduty.events().is_empty());
    assert!(texts(&firstlook.incident(1).await, "escalated").is_empty());
    // What joins rings again, and whoever has it has that as well.
    let labels = [("alertname", "Slow"), ("service", "api"), ("severity", "critical"), ("pod", "b")];
    firstlook.post(body(&[alert(&labels, "Slow of api")])).await;
    firstlook.idle().await;
    assert!(firstlook.incident(1).await["escalates_at"].is_null());
    act(&firstlook, "resolve").await;
    firstlook.post(body(&[alert(&labels, "Slow of api")])).await;
    firstlook.idle().await;
    let open = firstlook.incident(1).await;
    assert_eq!(open["status"], "open");
    assert!((15..29).contains(&minutes(&open).unwrap()), "reopened, and critical: {open}");
    act(&firstlook, "resolve").await;
    come(&firstlook).await;
    assert!(texts(&firstlook.incident(1).await, "escalated").is_empty(), "it is over");
    firstlook.finish().await;
}

/// A runbook that says when to call, and whom.
async fn with_runbook(owner: &str, route: &str) -> Firstlook {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("books")).unwrap();
    let text = format!(
        "---\nmatch: ['alertname=\"Slow\"']\nowner: {owner}\nescalate_after: 45m\n---\n# Slow\n## Check\n1. Is it slow?\n"
    );
    std::fs::write(folder.path().join("books/slow.md"), text).unwrap();
    let setup = Setup { runbooks: folder.path().join("books"), ..Setup::default() };
    let (slack, pagerduty) =
        (crate::support::slack::Slack::start(), crate::support::pagerduty::PagerDuty::start());
    let mut firstlook = Firstlook::beside(setup, slack, pagerduty, Some(folder)).await;
    reroute(&mut firstlook, route).await;
    firstlook
}

#[tokio::test]
async fn what_does_not_get_better_is_told_by_its_runbook_although_somebody_has_it() {
    let firstlook = with_runbook("oncall", "route: { receiver: slack-alerts }").await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.idle().await;
    act(&firstlook, "acknowledge").await;
    assert_eq!(minutes(&firstlook.incident(1).await), Some(45));
    assert!(firstlook.slack.messages()[0].words().contains("; escalates at "));
    come(&firstlook).await;
    let actions: Vec<_> = firstlook.pagerduty.events().iter().map(|one| one.action().to_owned()).collect();
    assert_eq!(actions, ["trigger"]);
    assert_eq!(
        texts(&firstlook.incident(1).await, "escalated"),
        ["oncall is told: it is not over after 45m, and slow.md says so"]
    );
    firstlook.finish().await;
}

#[tokio::test]
async fn an_owner_who_is_no_receiver_leaves_it_to_the_route_and_the_end_stops_it() {
    let firstlook = with_runbook("Aya Tanaka", ESCALATES).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.idle().await;
    let causes = "SELECT count(*) FROM escalation WHERE receiver = 'oncall' AND state = 'due'";
    assert_eq!(firstlook.sql(causes).await, 2, "for want of an answer, and by the runbook");
    firstlook.post(body(&[resolved(&warning("Slow"))])).await;
    firstlook.idle().await;
    assert!(firstlook.incident(1).await["escalates_at"].is_null());
    come(&firstlook).await;
    assert!(firstlook.pagerduty.events().is_empty());
    // It begins again, with both; both at once are one message.
    let mut again = warning("Slow");
    again["startsAt"] = serde_json::json!(firstlook::clock::now());
    firstlook.post(body(&[again])).await;
    firstlook.idle().await;
    assert_eq!(firstlook.sql(causes).await, 2);
    come(&firstlook).await;
    assert_eq!(firstlook.pagerduty.events().len(), 1);
    assert_eq!(
        texts(&firstlook.incident(1).await, "escalated"),
        [
            "oncall is told: nobody has acknowledged it for 30m (route); it is not over after 45m, and slow.md says so"
        ]
    );
    firstlook.finish().await;
}

#[tokio::test]
async fn a_full_outage_is_told_at_once() {
    let firstlook = routed(ESCALATES).await;
    firstlook.post(body(&[warning("AllDown")])).await;
    eventually(PATIENCE, "those on call are told", async || {
        (firstlook.pagerduty.events().len() == 1).then_some(())
    })
    .await;
    let incident = firstlook.incident(1).await;
    assert_eq!(
        texts(&incident, "escalated"),
        ["oncall is told: alertname=\"AllDown\" is a full outage (route)"]
    );
    assert_eq!(minutes(&incident), Some(30), "and nobody has taken it yet");
    firstlook.finish().await;
}

const CLOSED: &str = "
time_intervals: [{ name: never, time_intervals: [{ years: ['1990'] }] }]
route: { receiver: slack-alerts, escalate: { receiver: oncall, active_time_intervals: [never] } }";

#[tokio::test]
async fn who_may_not_be_told_now_waits_for_an_escalation_as_for_anything() {
    let mut firstlook = routed(CLOSED).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.post(body(&[warning("Blip")])).await;
    firstlook.idle().await;
    come(&firstlook).await;
    assert!(firstlook.pagerduty.events().is_empty());
    let incident = firstlook.incident(1).await;
    assert!(texts(&incident, "deferred")[0].starts_with("oncall waits: outside never"), "{incident}");
    assert!(told(&incident).iter().any(|(what, state, _)| what == "oncall escalated" && state == "held"));
    // A look that finds it closed still, also after a restart.
    reroute(&mut firstlook, CLOSED).await;
    due(&firstlook).await;
    assert!(firstlook.pagerduty.events().is_empty());
    firstlook.post(body(&[resolved(&warning("Blip"))])).await;
    firstlook.idle().await;
    reroute(&mut firstlook, ESCALATES).await;
    due(&firstlook).await;
    let events = firstlook.pagerduty.events();
    assert_eq!(events.len(), 1, "what has ended meanwhile is not told");
    assert!(events[0].summary().starts_with("Escalated, Warning: Slow"), "{}", events[0].summary());
    firstlook.finish().await;
}

#[tokio::test]
async fn the_time_to_answer_begins_when_somebody_is_told() {
    let closed = "
time_intervals: [{ name: never, time_intervals: [{ years: ['1990'] }] }]
route:
  receiver: slack-alerts
  escalate: { receiver: oncall, after: 10m }
  routes: [{ active_time_intervals: [never] }]";
    let mut firstlook = routed(closed).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.idle().await;
    come(&firstlook).await;
    assert!(firstlook.pagerduty.events().is_empty(), "nobody can take what nobody was told of");
    firstlook.run("UPDATE incident SET opened_at = opened_at - interval '2 hours', started_at = started_at - interval '2 hours'").await;
    reroute(&mut firstlook, ESCALATES).await;
    due(&firstlook).await;
    assert_eq!(firstlook.slack.messages().len(), 1);
    let expected = minutes(&firstlook.incident(1).await).unwrap();
    assert!((130..145).contains(&expected), "{expected}");
    come(&firstlook).await;
    assert_eq!(firstlook.pagerduty.events().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn two_replicas_and_a_crash_in_between_escalate_once() {
    let mut firstlook = routed(ESCALATES).await;
    for name in ["DiskFull", "Slow", "Full"] {
        firstlook.post(body(&[warning(name)])).await;
    }
    firstlook.idle().await;
    firstlook.fail_at(Some("before-send:1"));
    reroute(&mut firstlook, ESCALATES).await;
    firstlook.run("UPDATE escalation SET due_at = now() WHERE state = 'due'").await;
    sweep(&firstlook).await;
    firstlook.dead().await;
    firstlook.fail_at(None);
    firstlook.launch().await;
    let replica = firstlook.replica().await;
    come(&firstlook).await;
    come(&firstlook).await;
    replica.finish().await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 3);
    for number in 1..=3 {
        assert_eq!(texts(&firstlook.incident(number).await, "escalated").len(), 1, "#{number}");
    }
    assert_eq!(firstlook.sql("SELECT count(*) FROM edge WHERE kind = 'escalated' AND seq = 1").await, 6);
    assert_eq!(firstlook.sql("SELECT count(*) FROM edge WHERE kind = 'escalated'").await, 6);
    firstlook.finish().await;
}

#[test]
fn route_test_shows_who_else_would_be_told_and_by_what() {
    let folder = tempfile::tempdir().unwrap();
    let runbook = "---\nmatch: ['alertname=\"Slow\"']\nowner: oncall\nescalate_after: 45m\n---\n# Slow\n## Check\n1. Is it slow?\n";
    std::fs::create_dir(folder.path().join("books")).unwrap();
    std::fs::write(folder.path().join("books/slow.md"), runbook).unwrap();
    let text = format!(
        "{CLOSED}\nreceivers: [{{ name: slack-alerts }}, {{ name: oncall }}]\nrunbooks: {{ path: books }}\n"
    );
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let arguments = ["route", "test", "--labels", "alertname=Slow", "--at", "2026-11-27T22:00:00Z"];
    let output = crate::harness::command(folder.path(), &arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let expected = [
        "escalates to oncall after 30m, unless somebody acknowledges it\n  when    waits: outside never",
        "escalates to oncall after 45m, unless it is over (by slow.md)",
    ];
    assert!(
        expected.iter().all(|words| said.contains(words)),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

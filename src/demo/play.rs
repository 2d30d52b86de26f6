//! Door: network. Plays the recorded incident: posts to firstlook what Alertmanager would, and tells what arrives where.
//!
//! Knows the order of the play. Everything goes through HTTP, as for any other sender; nothing is set or read inside.

mod peers;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::incident::Action;
use serde_json::Value;

use self::peers::Peers;
use super::alarm::Alert;
use crate::app::StartError;
use crate::clock;
use crate::config::Config;
use crate::web::pages::{Received, Sent};
use crate::web::stand_in::StandIn;

/// How long anything may take to arrive before it counts as missing.
const PATIENCE: Duration = Duration::from_secs(30);
/// The two Alertmanagers, by the addresses that they give themselves.
const FIRST: &str = "http://alertmanager-0:9093";
const SECOND: &str = "http://alertmanager-1:9093";

/// What a play needs.
pub struct Stage<'a> {
    /// The configuration that firstlook runs with.
    pub config: &'a Config,
    /// What was sent to Slack and PagerDuty.
    pub inbox: &'a StandIn,
    /// When the alarm began, by its sender's clock.
    pub alarm: DateTime<Utc>,
    /// 1.0 is made to be watched; less is faster.
    pub pace: f64,
    /// Where its words go, line by line.
    pub say: &'a dyn Fn(&str),
}

/// Plays it all; what did not arrive as it should is what is returned.
///
/// # Errors
/// When firstlook does not answer.
pub async fn play(stage: &Stage<'_>) -> Result<Vec<String>, StartError> {
    let mut play = Play {
        stage,
        peers: Peers::new(stage.config, stage.inbox)?,
        missing: Vec::new(),
        posted: clock::now(),
    };
    play.quiet().await?;
    let errors = Alert::errors(stage.alarm);
    let incident = play.alarm(errors).await?;
    play.evidence(incident).await?;
    play.summary(incident).await?;
    play.duplicate(errors).await?;
    let latency = Alert::latency(clock::now() - TimeDelta::seconds(30));
    play.second(errors, latency).await?;
    play.end(errors, latency).await?;
    play.totals();
    Ok(play.missing)
}

struct Play<'a> {
    stage: &'a Stage<'a>,
    peers: Peers<'a>,
    missing: Vec<String>,
    /// When the last body was posted.
    posted: DateTime<Utc>,
}

impl Play<'_> {
    fn say(&self, text: &str) {
        (self.stage.say)(&format!("{}  {text}", clock::now().format("%H:%M:%S")));
    }

    fn more(&self, text: &str) {
        (self.stage.say)(&format!("          {text}"));
    }

    async fn pause(&self, seconds: f64) {
        tokio::time::sleep(Duration::from_secs_f64(seconds * self.stage.pace.max(0.0))).await;
    }

    fn expect(&mut self, holds: bool, what: &str) {
        if !holds {
            self.more(&format!("MISSING: {what}"));
            self.missing.push(what.to_owned());
        }
    }

    /// Posts and tells the answer.
    async fn post(&mut self, alerts: &[Alert], from: &str, wanted: &[Action]) -> Result<Value, StartError> {
        self.posted = clock::now();
        let (status, answer) = self.peers.post(alerts, from).await?;
        let decisions = answer.get("alerts").and_then(Value::as_array).cloned().unwrap_or_default();
        let word = |decision: &Value, key: &str| {
            decision.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let all: Vec<String> = decisions
            .iter()
            .map(|one| format!("{} ({})", word(one, "action"), word(one, "reason")))
            .collect();
        self.more(&format!("firstlook answered {status}: {}", all.join("; ")));
        let actions: Vec<String> = decisions.iter().map(|one| word(one, "action")).collect();
        let wanted: Vec<&str> = wanted.iter().map(|action| action.as_str()).collect();
        self.expect(actions == wanted, &format!("the decisions {}", wanted.join(", ")));
        Ok(decisions.first().and_then(|one| one.get("incident")).cloned().unwrap_or_default())
    }

    /// Waits for a request that `fits`, among those after the first `seen`.
    async fn arrives(&mut self, seen: usize, what: &str, fits: impl Fn(&Received) -> bool) {
        match self.peers.wait(PATIENCE, seen, fits).await {
            Some(one) => {
                let after = (one.at - self.posted).as_seconds_f64();
                self.more(&format!("{what}: {after:.2} s after the post"));
            }
            None => self.expect(false, what),
        }
    }

    async fn quiet(&mut self) -> Result<(), StartError> {
        self.peers.ready(PATIENCE).await?;
        let incidents = self.peers.get("/api/v1/incidents").await?;
        let none = incidents.get("items").and_then(Value::as_array).is_some_and(Vec::is_empty);
        self.expect(none, "an empty list at the start");
        self.say("firstlook runs. Nothing has happened: no incident, an empty inbox.");
        self.pause(6.0).await;
        Ok(())
    }

    async fn alarm(&mut self, errors: Alert) -> Result<i64, StartError> {
        self.say("58 % of payments fail. Alertmanager posts the alert HighErrorRate, critical.");
        let seen = self.peers.seen();
        let incident = self.post(&[errors], FIRST, &[Action::Opened]).await?;
        self.arrives(seen, "PagerDuty, trigger", |one| is_event(one, "trigger")).await;
        self.arrives(seen, "Slack, a message with the alarm and the runbook's first steps", is_post).await;
        let number = incident.as_i64().unwrap_or_default();
        self.more(&format!("its page: {}/incidents/{number}", self.stage.config.server.external_url));
        Ok(number)
    }

    async fn evidence(&mut self, incident: i64) -> Result<(), StartError> {
        let path = format!("/api/v1/incidents/{incident}");
        let logs = |found: &Value| {
            let items = found.pointer("/evidence/items").and_then(Value::as_array).into_iter().flatten();
            items.filter(|item| item.get("kind").and_then(Value::as_str) == Some("log")).count()
        };
        let found = self.peers.until(PATIENCE, &path, |incident| logs(incident) > 0).await?;
        let gaps = found.pointer("/evidence/gaps").and_then(Value::as_array).map_or(0, Vec::len);
        let logs = logs(&found);
        self.say("The logs of that moment have been read and compared with normal.");
        self.more(&format!("{logs} log patterns that differ, {gaps} gaps"));
        self.expect(logs > 0, "log patterns on the page");
        self.arrives(0, "Slack, the same message edited", is_update).await;
        Ok(())
    }

    async fn summary(&mut self, incident: i64) -> Result<(), StartError> {
        let path = format!("/api/v1/incidents/{incident}");
        let state = |found: &Value| {
            found.pointer("/summary/state").and_then(Value::as_str).unwrap_or("looking").to_owned()
        };
        let found = self.peers.until(PATIENCE, &path, |incident| state(incident) != "looking").await?;
        let headline = found.pointer("/summary/headline").and_then(Value::as_str).unwrap_or_default();
        self.say("The summary has been written and checked against the evidence.");
        self.more("a recorded answer, no model was asked; ids, numbers and quotations were checked for real");
        let verified = found.pointer("/summary/claims").and_then(Value::as_array).into_iter().flatten();
        let verdicts: Vec<&str> = verified.filter_map(|claim| claim.get("verdict")?.as_str()).collect();
        let of = |wanted: &str| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        let (verified, unchecked) = (of("verified"), of("unchecked"));
        self.more(&format!("{headline} ({verified} sentences verified, {unchecked} unchecked)"));
        self.expect(state(&found) == "ready" && verified > 0, "a summary with verified sentences");
        self.arrives(0, "Slack, the same message edited", |one| is_update(one) && says(one, headline)).await;
        self.pause(10.0).await;
        Ok(())
    }

    async fn duplicate(&mut self, errors: Alert) -> Result<(), StartError> {
        self.say("The second Alertmanager of the pair posts the same alert.");
        let seen = self.peers.seen();
        self.post(&[errors], SECOND, &[Action::Duplicate]).await?;
        self.pause(2.0).await;
        let same = self.peers.seen() == seen;
        self.expect(same, "silence: a duplicate must not be told");
        if same {
            self.more("nobody was told again");
        }
        self.pause(4.0).await;
        Ok(())
    }

    async fn second(&mut self, errors: Alert, latency: Alert) -> Result<(), StartError> {
        self.say("A second alert of the service fires: HighLatency, warning.");
        let seen = self.peers.seen();
        self.post(&[errors, latency], FIRST, &[Action::Duplicate, Action::Joined]).await?;
        self.arrives(seen, "Slack, the same message edited", is_update).await;
        let rang = self.peers.count(seen, |one| one.sent == Sent::PagerDuty);
        self.expect(rang == 0, "silence in PagerDuty: the incident has rung already");
        self.pause(8.0).await;
        Ok(())
    }

    async fn end(&mut self, errors: Alert, latency: Alert) -> Result<(), StartError> {
        self.say("The release was rolled back. Alertmanager posts both alerts as resolved.");
        let (seen, now) = (self.peers.seen(), clock::now());
        let over = [errors.ended(now), latency.ended(now)];
        self.post(&over, FIRST, &[Action::AlertResolved, Action::IncidentResolved]).await?;
        self.arrives(seen, "PagerDuty, resolve", |one| is_event(one, "resolve")).await;
        self.arrives(seen, "Slack, the same message edited", is_update).await;
        self.pause(1.0).await;
        Ok(())
    }

    /// One trigger and one resolve under one key, one message.
    fn totals(&mut self) {
        let events = |action: &'static str| self.peers.count(0, move |one| is_event(one, action));
        let (triggers, resolves) = (events("trigger"), events("resolve"));
        let (keys, edits) = (self.peers.keys(), self.peers.count(0, is_update));
        let posts = self.peers.count(0, |one| is_post(one) && one.body.get("thread_ts").is_none());
        self.say(&format!(
            "In all: PagerDuty {triggers} trigger and {resolves} resolve under {keys} key; Slack {posts} message, edited {edits} times."
        ));
        let once = (triggers, resolves, keys, posts) == (1, 1, 1, 1);
        self.expect(once, "one trigger, one resolve, one key and one message");
    }
}

fn is_event(one: &Received, action: &str) -> bool {
    one.sent == Sent::PagerDuty && one.body.get("event_action").and_then(Value::as_str) == Some(action)
}

fn is_post(one: &Received) -> bool {
    matches!(one.sent, Sent::SlackPost { .. })
}

fn is_update(one: &Received) -> bool {
    one.sent == Sent::SlackUpdate
}

fn says(one: &Received, text: &str) -> bool {
    // As it stands in the body: quotation marks are escaped there.
    let escaped = Value::from(text).to_string();
    one.body.to_string().contains(escaped.trim_matches('"'))
}

//! What has to come again and again: where it does not, that is an alarm of firstlook's own, and ends when it comes.
//!
//! Knows when silence is too long. Must not know what comes, nor tell anybody: it goes in by hop 1.

use chrono::{DateTime, Utc};
use firstlook_core::incident::Note;
use serde_json::{Value, json};

use super::Upkeep;
use crate::config::Heartbeat;
use crate::ingest::Arrival;
use crate::sources::alertmanager;
use crate::store::{self, StoreError};

/// The source of these alarms.
pub const SOURCE: &str = "firstlook/heartbeats";

/// What follows from how long a heartbeat has been silent.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// It is missing since then.
    Missing(DateTime<Utc>),
    /// It was, since then, and is not any more, or nobody watches it now.
    Back(DateTime<Utc>),
}

fn turn(configured: Option<&Heartbeat>, known: &store::Heartbeat, now: DateTime<Utc>) -> Option<Turn> {
    match (configured, known.missing_since) {
        (None, Some(since)) => Some(Turn::Back(since)),
        (Some(_), Some(since)) => known.beat_at.is_some_and(|at| at >= since).then_some(Turn::Back(since)),
        (Some(one), None) => (now - known.silent_since() > one.timeout).then_some(Turn::Missing(now)),
        (None, None) => None,
    }
}

impl Upkeep {
    /// Looks after every heartbeat. What is told and not yet marked is told again as the same alert.
    pub(super) async fn listen(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let label = self.ingest.desk().rules.severity.label.as_str();
        let names: Vec<&str> = self.heartbeats.iter().map(|one| one.name.as_str()).collect();
        for known in self.store.heartbeats(&names, now).await? {
            let configured = self.heartbeats.iter().find(|one| one.name == known.name);
            match turn(configured, &known, now) {
                Some(Turn::Missing(since)) => {
                    tracing::warn!(heartbeat = known.name, "a heartbeat is missing");
                    self.tell(&alert(label, configured, &known, since, None), None, now).await?;
                    self.store.heartbeat_told(&known.name, Some(since)).await?;
                }
                Some(Turn::Back(since)) => {
                    let why = match configured {
                        Some(_) => "the heartbeat is heard of again",
                        None => "`heartbeats` of the configuration does not name it any more",
                    };
                    let alert = alert(label, configured, &known, since, Some(now));
                    self.tell(&alert, Some(Note::found(why)), now).await?;
                    self.store.heartbeat_told(&known.name, None).await?;
                }
                None => {}
            }
        }
        Ok(())
    }

    async fn tell(&self, alert: &Value, note: Option<Note>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let body =
            json!({"version": "4", "status": alert["status"], "alerts": [alert]}).to_string().into_bytes();
        let parsed = alertmanager::parse(&body, SOURCE, now);
        let arrival = Arrival {
            source: SOURCE.to_owned(),
            body,
            received_at: now,
            trace_id: String::new(),
            note,
            once: None,
            room: None,
        };
        self.ingest.accept(arrival, parsed).await.map(drop)
    }
}

/// The absence as an alert in Alertmanager's form; `label` is the one that severities stand in.
fn alert(
    label: &str,
    configured: Option<&Heartbeat>,
    known: &store::Heartbeat,
    since: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
) -> Value {
    let severity = configured.map_or("critical", |one| one.severity.as_str());
    let heard = match known.beat_at {
        Some(at) => format!("It was last heard of at {}.", at.format("%Y-%m-%d %H:%M:%S UTC")),
        None => "It has not been heard of since firstlook watches it.".to_owned(),
    };
    let description =
        format!("{heard} Alarms of that sender may not arrive: look at it, and at what lies between.");
    json!({
        "status": if ended.is_some() { "resolved" } else { "firing" },
        "labels": {"alertname": "HeartbeatMissing", "heartbeat": known.name, label: severity},
        "annotations": {"summary": format!("No heartbeat of {}", known.name), "description": description},
        "startsAt": since,
        "endsAt": ended,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use firstlook_core::alert::Severity;
    use firstlook_core::alert::matchers::Matchers;

    use super::*;

    #[test]
    fn silence_is_told_once_and_ends_with_the_next_beat() {
        let now: DateTime<Utc> = "2026-11-20T03:07:00Z".parse().unwrap();
        let ago = |minutes| now - TimeDelta::minutes(minutes);
        let configured = Heartbeat {
            name: "main".into(),
            source: None,
            matchers: Matchers::default(),
            timeout: TimeDelta::minutes(15),
            severity: Severity::Critical,
        };
        let known = |beat: Option<i64>, watched, missing: Option<i64>| store::Heartbeat {
            name: "main".into(),
            beat_at: beat.map(ago),
            watched_since: ago(watched),
            missing_since: missing.map(ago),
        };
        for (what, beat, watched, missing, expected) in [
            ("just heard", Some(1), 600, None, None),
            ("silent, not too long", Some(15), 600, None, None),
            ("silent for too long", Some(16), 600, None, Some(Turn::Missing(now))),
            ("firstlook was away meanwhile", Some(600), 10, None, None),
            ("and is back for long enough", Some(600), 16, None, Some(Turn::Missing(now))),
            ("never heard, not too long", None, 15, None, None),
            ("never heard", None, 16, None, Some(Turn::Missing(now))),
            ("told already", Some(60), 600, Some(40), None),
            ("told, never heard", None, 600, Some(40), None),
            ("told, and heard again", Some(2), 600, Some(40), Some(Turn::Back(ago(40)))),
        ] {
            assert_eq!(turn(Some(&configured), &known(beat, watched, missing), now), expected, "{what}");
        }
        assert_eq!(
            turn(None, &known(None, 600, Some(40)), now),
            Some(Turn::Back(ago(40))),
            "no longer watched"
        );
        assert_eq!(turn(None, &known(None, 600, None), now), None);
        let told = alert("priority", Some(&configured), &known(None, 600, None), now, None);
        assert_eq!(told["labels"]["priority"], "critical", "severities may stand in another label: {told}");
    }
}

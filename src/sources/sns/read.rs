//! From what was said to alerts: alarms and what other services tell of by their own identity, anything else by its text,
//! and the subscription itself.

use chrono::TimeDelta;
use firstlook_core::alert::aws;
use firstlook_core::alert::cloudwatch::{Alarm, State};
use firstlook_core::alert::sns::{Kind, TopicArn, TopicPattern};
use firstlook_core::alert::{AlertId, AlertMessage, AlertStatus, Labels, fingerprint};
use firstlook_core::incident::{Action, Decision};
use serde_json::Value;

use super::super::alertmanager::{MAX_ANNOTATION, MAX_VALUE, Notification, bounded};
use super::super::changes::Reported;
use super::said::Said;
use super::{alarm, changed, event, text};

#[cfg(test)]
mod tests;

/// Longest identity that is kept as it is.
const MOST_IDENTITY: usize = 600;

/// What an alarm with too little data is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InsufficientData {
    /// An alert that fires.
    Incident,
    /// A line in the timeline of the incident that it is part of.
    #[default]
    Note,
    /// Nothing.
    Ignore,
}

/// How a source's messages are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// For alarms with too little data.
    pub insufficient_data: InsufficientData,
    /// The label that carries a severity.
    pub severity_label: String,
    /// The topics that are listened to.
    pub topics: Vec<TopicPattern>,
}

impl Reading {
    /// Whether `action` is a topic that is listened to.
    pub fn hears(&self, action: &str) -> bool {
        TopicArn::parse(action).is_some_and(|topic| self.topics.iter().any(|one| one.matches(&topic)))
    }

    /// Whether nobody here would be told of an alarm's OK. Messages from before 2021 do not say.
    fn endless(&self, message: &Value) -> bool {
        let actions = message.get("OKActions").and_then(Value::as_array);
        let heard =
            |actions: &Vec<Value>| actions.iter().filter_map(Value::as_str).any(|one| self.hears(one));
        actions.is_some_and(|actions| !heard(actions))
    }
}

/// What a message about the subscription itself says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscription {
    /// It was confirmed: alarms of the topic come. How, and so who can end it.
    Confirmed(String),
    /// SNS would not have it, and why.
    Refused(String),
}

/// Reads what was said at `source`. Of a message about the subscription, `subscription` is what came of it.
pub fn notification(
    said: &Said,
    source: &str,
    reading: &Reading,
    subscription: Option<&Subscription>,
) -> Notification {
    let reader = Reader { source, reading, said };
    let heard = match said.kind {
        Kind::Notification => reader.message(),
        _ => Heard { alerts: vec![reader.subscription(subscription)], ..Heard::default() },
    };
    Notification {
        receiver: String::new(),
        group_key: String::new(),
        status: AlertStatus::Firing,
        truncated: 0,
        external_url: None,
        alerts: heard.alerts.into_iter().map(Ok).collect(),
        aside: heard.aside,
        untagged: heard.untagged,
        changes: heard.changes,
    }
}

/// What a message says.
#[derive(Default)]
struct Heard {
    alerts: Vec<AlertMessage>,
    /// What is only noted.
    aside: Vec<Decision>,
    changes: Vec<Reported>,
    /// The ARN of the alarm whose tags were not said.
    untagged: Option<String>,
}

struct Reader<'a> {
    source: &'a str,
    reading: &'a Reading,
    said: &'a Said,
}

impl Reader<'_> {
    fn message(&self) -> Heard {
        let json: Option<Value> = serde_json::from_str(&self.said.message).ok().filter(Value::is_object);
        if let Some(json) = &json {
            if let Some(mut alarm) = alarm::read(json, self.said) {
                alarm.endless = self.reading.endless(json);
                return self.heard(&alarm, None);
            }
            if let Some(event) = event::read(json, self.said) {
                return self.heard(&event.alarm, event.muted);
            }
        }
        if let Some(readings) = aws::read(&self.published(json.as_ref())) {
            return self.service(readings);
        }
        let text = text::read(self.said, json.as_ref());
        let alert = self.alert(&text.fingerprint, AlertStatus::Firing, &text.labels, &text.annotations);
        Heard { alerts: vec![alert], ..Heard::default() }
    }

    fn heard(&self, alarm: &Alarm, muted: Option<String>) -> Heard {
        let untagged = alarm.tags.is_none().then(|| storable(&alarm.arn));
        Heard { untagged, ..self.alarm(alarm, muted) }
    }

    fn published<'b>(&'b self, json: Option<&'b Value>) -> aws::Message<'b> {
        let topic = self.said.topic.as_ref();
        aws::Message {
            text: &self.said.message,
            json,
            account: topic.and_then(|topic| topic.as_str().split(':').nth(4)).unwrap_or_default(),
            region: topic.map_or("", |topic| topic.region()),
        }
    }

    /// What another service tells of; what merely informs is noted. What was changed is kept, also where it failed.
    fn service(&self, readings: Vec<aws::Reading>) -> Heard {
        let (mut alerts, mut aside) = (Vec::new(), Vec::new());
        let change = |one: &aws::Reading| changed::read(self.source, one, self.said.sent_at);
        let changes = readings.iter().filter_map(change).collect();
        for mut one in readings {
            let status = match one.status {
                aws::Status::Fires => AlertStatus::Firing,
                aws::Status::Over => AlertStatus::Resolved,
                aws::Status::Informs(why) => {
                    let reason = format!("{}: {why}", one.labels.get("alertname"));
                    aside.push(self.decision(&one.identity, Action::Noted, &reason));
                    continue;
                }
            };
            if let Some(severity) = one.severity {
                one.labels.set(&self.reading.severity_label, severity.as_str());
            }
            // Nothing was published before it happened.
            let at = one.at.map_or(self.said.sent_at, |at| at.min(self.said.sent_at));
            alerts.push(AlertMessage {
                starts_at: at,
                ends_at: (status == AlertStatus::Resolved).then_some(at),
                ordered: true,
                generator_url: one.link,
                ..self.alert(&one.identity, status, &one.labels, &one.annotations)
            });
        }
        Heard { alerts, aside, changes, untagged: None }
    }

    /// An alarm fires, is over, or says something that changes neither.
    fn alarm(&self, alarm: &Alarm, muted: Option<String>) -> Heard {
        let firing = match (alarm.state, muted, self.reading.insufficient_data) {
            (State::Ok, _, _) => false,
            (_, Some(why), _) => return self.aside(alarm, Action::Noted, &why),
            (State::Alarm, None, _) | (_, _, InsufficientData::Incident) => true,
            (_, _, InsufficientData::Note) => {
                return self.aside(alarm, Action::Noted, "it has too little data to say anything");
            }
            (_, _, InsufficientData::Ignore) => {
                return self.aside(
                    alarm,
                    Action::Ignored,
                    "INSUFFICIENT_DATA is ignored (`insufficient_data`)",
                );
            }
        };
        let status = if firing { AlertStatus::Firing } else { AlertStatus::Resolved };
        let message = AlertMessage {
            starts_at: alarm.changed_at,
            lead: alarm.lead(),
            ends_at: (!firing).then_some(alarm.changed_at),
            ordered: true,
            generator_url: alarm.console(),
            ..self.alert(&alarm.identity(), status, &alarm.labels(), &alarm.annotations())
        };
        let endless = (firing && alarm.endless).then(|| Decision {
            alert: message.id.clone(),
            action: Action::Noted,
            reason: format!(
                "{} has no OK action: CloudWatch will not say when it is over; add one that leads to a topic of this source",
                alarm.name
            ),
        });
        Heard { alerts: vec![message], aside: endless.into_iter().collect(), ..Heard::default() }
    }

    fn aside(&self, alarm: &Alarm, action: Action, why: &str) -> Heard {
        let changed = alarm.changed_at.format("%Y-%m-%d %H:%M:%S UTC");
        let reason = match alarm.reason.trim() {
            "" => format!("{} since {changed}: {why}", alarm.name),
            said => format!("{} since {changed}: {why}; CloudWatch says: {said}", alarm.name),
        };
        Heard { aside: vec![self.decision(&alarm.identity(), action, &reason)], ..Heard::default() }
    }

    /// That alarms of a topic do not come any more is an alarm itself; that they come again ends it.
    fn subscription(&self, subscription: Option<&Subscription>) -> AlertMessage {
        let topic = self.said.topic.as_ref().map_or("", |topic| topic.as_str());
        let name = topic.rsplit(':').next().unwrap_or_default();
        let mut labels = Labels::default();
        labels.set("alertname", "SnsSubscriptionInactive");
        labels.set("topic", name);
        labels.set("region", self.said.topic.as_ref().map_or("", |topic| topic.region()));
        labels.set("account", topic.split(':').nth(4).unwrap_or_default());
        labels.set(&self.reading.severity_label, "critical");
        let (status, description) = match (self.said.kind, subscription) {
            (Kind::SubscriptionConfirmation, Some(Subscription::Refused(why))) => (
                AlertStatus::Firing,
                format!(
                    "SNS did not confirm the subscription to {topic}: {why}. Subscribe this address again."
                ),
            ),
            (Kind::SubscriptionConfirmation, _) => {
                (AlertStatus::Resolved, format!("The subscription to {topic} is confirmed."))
            }
            _ => (
                AlertStatus::Firing,
                format!(
                    "The subscription to {topic} was ended. If nobody here did that, find out who did; then subscribe this address again."
                ),
            ),
        };
        let mut annotations = Labels::default();
        annotations.set("summary", &format!("Alarms from the SNS topic {name} do not come any more"));
        annotations.set("description", &description);
        AlertMessage {
            ordered: true,
            ..self.alert(&format!("subscription/{topic}"), status, &labels, &annotations)
        }
    }

    fn decision(&self, identity: &str, action: Action, reason: &str) -> Decision {
        Decision { alert: self.id(identity), action, reason: storable(reason) }
    }

    fn id(&self, identity: &str) -> AlertId {
        let identity = storable(identity);
        let fingerprint = match identity.len() {
            ..=MOST_IDENTITY => identity,
            _ => fingerprint(&[("identity", identity.as_str())].into_iter().collect()),
        };
        AlertId { source: self.source.to_owned(), fingerprint }
    }

    fn alert(
        &self,
        identity: &str,
        status: AlertStatus,
        labels: &Labels,
        annotations: &Labels,
    ) -> AlertMessage {
        let at = self.said.sent_at;
        AlertMessage {
            id: self.id(identity),
            status,
            labels: bounded(&all_storable(labels), MAX_VALUE),
            annotations: bounded(&all_storable(annotations), MAX_ANNOTATION),
            starts_at: at,
            lead: TimeDelta::zero(),
            ends_at: (status == AlertStatus::Resolved).then_some(at),
            ordered: false,
            generator_url: None,
        }
    }
}

/// Postgres refuses NUL, which JSON inside of a message may well name: no alarm is lost for it.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn all_storable(labels: &Labels) -> Labels {
    let mut clean = Labels::default();
    for (name, value) in labels.iter() {
        clean.set(&storable(name), &storable(value));
    }
    clean
}

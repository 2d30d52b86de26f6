//! From CloudWatch's answer to what it would say of each alarm: the very body that is given to hop 1 is read as any
//! message of SNS, so that both mean the same.

use chrono::{DateTime, Utc};
use firstlook_core::alert::AlertMessage;
use firstlook_core::alert::cloudwatch::AlarmArn;
use firstlook_core::incident::reconcile::{DELIVERED, Here, There};
use serde_json::Value;

use crate::sources::alertmanager::{Notification, Unusable};
use crate::sources::cloudwatch_api::{Answer, Described, contributor_over, gone};
use crate::sources::sns::made;
use crate::sources::sns::read::Reading;

/// How bodies are made and read.
pub struct Voice<'a> {
    pub reading: &'a Reading,
    /// As hop 1 will have it read.
    pub read: &'a dyn Fn(&[u8]) -> Result<Notification, Unusable>,
    /// What hop 1 drops.
    pub drops: &'a dyn Fn(&AlertMessage) -> bool,
    /// How firstlook knows.
    pub note: &'a str,
}

/// What CloudWatch would say of one alarm or contributor.
pub struct Saying {
    pub there: There,
    /// The alarm's name and ARN.
    pub name: String,
    pub arn: String,
    pub body: Vec<u8>,
}

/// Everything that CloudWatch would say, and what follows from what it does not name.
pub fn sayings(here: &[Here], answer: &Answer, now: DateTime<Utc>, voice: &Voice<'_>) -> Vec<Saying> {
    let mut all = Vec::new();
    for alarm in &answer.alarms {
        all.extend(voice.says(alarm, &alarm.message, now));
        for one in alarm.contributors.iter().flatten() {
            all.extend(voice.says(one, &one.message, now));
        }
    }
    // When it ended is not known, but that it was over by then, or is about to be said.
    let by = now - DELIVERED;
    for one in here {
        let identity = one.message.id.fingerprint.as_str();
        if all.iter().any(|said: &Saying| said.there.message.id == one.message.id) {
            continue;
        }
        let Some(arn) = AlarmArn::parse(identity) else { continue };
        // Names may hold a slash: what is an alarm of its own is no contributor of another.
        let parts = identity.rsplit_once('/').filter(|_| of(answer, identity).is_none());
        let alarm = parts.and_then(|(alarm, id)| Some((of(answer, alarm)?, id)));
        match alarm {
            Some((alarm, id)) if alarm.contributors.is_some() || !alarm.in_alarm => {
                all.extend(voice.says(alarm, &contributor_over(alarm, id, by), now));
            }
            None if of(answer, identity).is_none() && is_gone(&one.message, arn, answer) => {
                let message = gone(identity, arn.name, by);
                all.extend(voice.about(Vec::new(), (identity, arn.name), &message, now));
            }
            _ => {}
        }
    }
    all
}

fn of<'a>(answer: &'a Answer, arn: &str) -> Option<&'a Described> {
    answer.alarms.iter().find(|alarm| alarm.arn == arn)
}

/// An alarm of the account that is seen, which was asked for and is not there. A composite alarm may only be hidden:
/// permissions for some alarms alone do not show it (FACTS E).
fn is_gone(message: &AlertMessage, arn: AlarmArn<'_>, answer: &Answer) -> bool {
    answer.of_all_types
        && answer.account.as_deref() == Some(arn.account)
        && message.annotations.get("alarm_rule").is_empty()
}

impl Voice<'_> {
    fn says(&self, alarm: &Described, message: &Value, now: DateTime<Utc>) -> Option<Saying> {
        self.about(alarm.told_to.clone(), (&alarm.arn, &alarm.name), message, now)
    }

    fn about(
        &self,
        told_to: Vec<String>,
        (arn, name): (&str, &str),
        message: &Value,
        now: DateTime<Utc>,
    ) -> Option<Saying> {
        let topic = told_to.iter().find(|action| self.reading.hears(action));
        let body = made::body(message, topic.map(String::as_str), self.note, now);
        let message = (self.read)(&body).ok()?.alerts.into_iter().flatten().next()?;
        let told_to_us = topic.is_some() && !(self.drops)(&message);
        let (name, arn) = (name.to_owned(), arn.to_owned());
        Some(Saying { there: There { message, told_to_us }, name, arn, body })
    }
}

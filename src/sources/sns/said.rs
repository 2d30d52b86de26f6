//! What was said, and when: out of the envelope as it is kept, or a raw delivery.

use chrono::{DateTime, Utc};
use firstlook_core::alert::sns::{Kind, TopicArn};

use super::super::alertmanager::Unusable;
use super::super::json::{Object, string, text};

/// The content of a message. Nothing in it is trusted, but that its sender was let in.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names are SNS's own")]
pub struct Said {
    pub kind: Kind,
    /// Where it was published; a raw delivery may not say.
    pub topic: Option<TopicArn>,
    pub subject: String,
    pub message: String,
    pub sent_at: DateTime<Utc>,
}

impl Said {
    /// Reads an envelope that was let in.
    ///
    /// # Errors
    /// When it is none: the body was kept in another form.
    pub fn read(body: &[u8]) -> Result<Self, Unusable> {
        let text = text(body);
        let object = Object::read(&text).ok();
        let value = |key: &str| object.as_ref().and_then(|object| object.get(key)).map(string);
        let kind = value("Type").and_then(|word| Kind::parse(&word));
        let sent_at = value("Timestamp").and_then(|time| DateTime::parse_from_rfc3339(&time).ok());
        match (kind, sent_at) {
            (Some(kind), Some(sent_at)) => Ok(Self {
                kind,
                topic: value("TopicArn").and_then(|topic| TopicArn::parse(&topic)),
                subject: value("Subject").unwrap_or_default(),
                message: value("Message").unwrap_or_default(),
                sent_at: sent_at.with_timezone(&Utc),
            }),
            _ => Err(Unusable {
                reason: "the body is no envelope of SNS".to_owned(),
                remedy: "subscribe this address to a topic, or set `raw_delivery: true`".to_owned(),
            }),
        }
    }

    /// A raw delivery: the message alone, received `now`.
    pub fn raw(body: &[u8], topic: Option<TopicArn>, now: DateTime<Utc>) -> Self {
        let message = text(body).replace('\0', "\u{fffd}");
        Self { kind: Kind::Notification, topic, subject: String::new(), message, sent_at: now }
    }
}

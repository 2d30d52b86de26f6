//! Plays bodies back through the door of every alarm: signature, list of topics, reading, hop 1. Age alone does not count.
//!
//! Knows which source a body is of. Must not know where bodies are found, nor decide about alerts: what is old is judged
//! by its own times.

pub mod drain;
pub mod queue;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use firstlook_core::alert::AlertStatus;
use firstlook_core::alert::sns::Kind;
use firstlook_core::incident::Note;
use uuid::Uuid;

use crate::ingest::{Answer, Arrival, Ingest};
use crate::sources::alertmanager::{self, Notification};
use crate::sources::sns::read::notification;
use crate::sources::sns::said::Said;
use crate::sources::sns::{Source, is_envelope, without_tokens};
use crate::store::{Rehearsed, StoreError};

/// Plays back.
#[derive(Debug, Clone)]
pub struct Replay {
    ingest: Ingest,
    /// By name.
    sns: BTreeMap<String, Source>,
    alertmanager: BTreeSet<String>,
}

/// A body that was found outside of the database.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// As it was found.
    pub body: &'a [u8],
    /// Where, for people.
    pub place: &'a str,
    /// Its source, `sns/aws`; where absent, the one that listens to its topic.
    pub source: Option<&'a str>,
    /// When it was put there, for what says no time itself.
    pub put_at: Option<DateTime<Utc>>,
    /// A name that it keeps, for what has none itself.
    pub name: Option<&'a str>,
}

/// A body that was let in, and what it says.
#[derive(Debug)]
pub struct Letter {
    arrival: Arrival,
    notification: Notification,
}

impl Letter {
    /// Its source.
    pub fn source(&self) -> &str {
        &self.arrival.source
    }
}

/// Why a body is not played back.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It is not let in, or says nothing.
    #[error("{0}")]
    Body(String),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn refused<T>(why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Body(why.into()))
}

impl Replay {
    /// For these sources, by their names.
    pub fn new(ingest: Ingest, sns: BTreeMap<String, Source>, alertmanager: BTreeSet<String>) -> Self {
        Self { ingest, sns, alertmanager }
    }

    /// A delivery that is kept here; `None` where there is none of that id. It was let in when it came, and what proves it
    /// was not kept: there is nothing left to verify.
    ///
    /// # Errors
    /// When nothing in it can be played back.
    pub async fn kept(&self, id: Uuid, now: DateTime<Utc>) -> Result<Option<Letter>, Refused> {
        let Some((head, body)) = self.ingest.desk().store.delivery(id).await? else { return Ok(None) };
        let at = head.received_at;
        let parsed = match self.known(&head.source)? {
            None => alertmanager::parse(&body, &head.source, at),
            Some(source) => {
                let said = if is_envelope(&body) {
                    Said::read(&body)
                } else {
                    Ok(Said::raw(&body, source.gate.only_topic(), at))
                };
                said.map(|said| (said.kind, notification(&said, &head.source, &source.reading, None))).map(
                    |(kind, notification)| match kind {
                        Kind::SubscriptionConfirmation => Notification {
                            alerts: Vec::new(),
                            aside: Vec::new(),
                            changes: Vec::new(),
                            ..notification
                        },
                        _ => notification,
                    },
                )
            }
        };
        let note = format!("played back: delivery {id}, received {}", at.format("%Y-%m-%d %H:%M:%S UTC"));
        let parsed = parsed.map_err(|unusable| Refused::Body(unusable.reason))?;
        letter(arrival(&head.source, body, note, now), parsed).map(Some)
    }

    /// A body that was found somewhere: let in by its signature, at whatever age.
    ///
    /// # Errors
    /// When it is not let in, or nothing in it can be read.
    pub async fn found(&self, found: Found<'_>, now: DateTime<Utc>) -> Result<Letter, Refused> {
        let name = match found.source {
            Some(name) => name.to_owned(),
            None => self.listener(found.body)?,
        };
        let note = format!("played back from {}", found.place);
        let body = found.body.to_vec();
        match self.known(&name)? {
            None => {
                let parsed = alertmanager::parse(found.body, &name, now);
                let parsed = parsed.map_err(|unusable| Refused::Body(unusable.reason))?;
                letter(arrival(&name, body, note, now), parsed)
            }
            Some(source) if is_envelope(found.body) => {
                let verified = source.gate.of_any_age().verify(found.body, now).await;
                let verified = verified.map_err(|refusal| Refused::Body(refusal.detail))?;
                if verified.kind == Kind::SubscriptionConfirmation {
                    return refused("a confirmation is not played back: subscribe this address again");
                }
                let said = Said::read(&verified.kept).map_err(|unusable| Refused::Body(unusable.reason))?;
                let parsed = notification(&said, &name, &source.reading, None);
                let arrival = arrival(&name, verified.kept, note, now);
                letter(Arrival { once: Some(verified.message_id), ..arrival }, parsed)
            }
            Some(source) if source.raw_delivery && !found.body.trim_ascii().is_empty() => {
                let kept = std::str::from_utf8(found.body).ok().and_then(without_tokens);
                let body = kept.map_or(body, String::into_bytes);
                let said = Said::raw(&body, source.gate.only_topic(), found.put_at.unwrap_or(now));
                let parsed = notification(&said, &name, &source.reading, None);
                let once = found.name.map(|name| format!("sqs:{name}"));
                letter(Arrival { once, ..arrival(&name, body, note, now) }, parsed)
            }
            Some(_) => refused(format!(
                "it is no envelope of SNS, so nothing shows who sent it; only a source with `raw_delivery` takes it, and {name} has none"
            )),
        }
    }

    /// Gives a body to hop 1. Returning means committed.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn take(&self, letter: Letter) -> Result<Answer, StoreError> {
        self.ingest.accept(letter.arrival, Ok(letter.notification)).await
    }

    /// What these bodies would come to, one after another. Nothing is kept.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rehearse(&self, letters: Vec<Letter>) -> Result<Rehearsed, StoreError> {
        let bodies = letters.into_iter().map(|letter| (letter.arrival, letter.notification)).collect();
        self.ingest.rehearse(bodies).await
    }

    /// The SNS source of this name, or none where it is one of Alertmanager.
    fn known(&self, name: &str) -> Result<Option<&Source>, Refused> {
        let known = match name.split_once('/') {
            Some(("sns", name)) => self.sns.get(name).map(Some),
            Some(("alertmanager", name)) => self.alertmanager.contains(name).then_some(None),
            _ => None,
        };
        known.ok_or_else(|| Refused::Body(format!("there is no source {name:?} under `sources`")))
    }

    /// The source that listens to the topic which a body names. That proves nothing: its gate is still to be passed.
    fn listener(&self, body: &[u8]) -> Result<String, Refused> {
        let said = is_envelope(body).then(|| Said::read(body).ok()).flatten();
        let Some(topic) = said.and_then(|said| said.topic) else {
            return refused("it is no envelope of SNS: name its source with --source");
        };
        let listens = |(name, source): (&String, &Source)| {
            source.gate.listens(&topic).is_ok().then(|| format!("sns/{name}"))
        };
        let names: Vec<String> = self.sns.iter().filter_map(listens).collect();
        match names.as_slice() {
            [name] => Ok(name.clone()),
            [] => refused(format!("no source has {} in its `topic_arns`", topic.as_str())),
            _ => refused(format!("{} listen to its topic: name one with --source", names.join(" and "))),
        }
    }
}

fn arrival(source: &str, body: Vec<u8>, note: String, now: DateTime<Utc>) -> Arrival {
    Arrival {
        source: source.to_owned(),
        body,
        received_at: now,
        trace_id: Uuid::new_v4().simple().to_string(),
        note: Some(Note::found(note)),
        once: None,
        room: None,
    }
}

/// What fires in it fires by its own times: what is known to have ended since is not begun again.
fn letter(arrival: Arrival, mut notification: Notification) -> Result<Letter, Refused> {
    for alert in notification.alerts.iter_mut().flatten() {
        alert.ordered |= alert.status == AlertStatus::Firing;
    }
    let faults: Vec<String> =
        notification.alerts.iter().filter_map(|one| one.as_ref().err().map(ToString::to_string)).collect();
    if notification.alerts.len() == faults.len() && notification.aside.is_empty() {
        let why = faults.join("; ");
        return refused(if why.is_empty() { "there is nothing in it to play back".to_owned() } else { why });
    }
    Ok(Letter { arrival, notification })
}

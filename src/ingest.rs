//! Hop 1: a delivery becomes decisions, and the work that follows from them, in one transaction.
//!
//! Knows the rules and the order of things. Must not know HTTP, nor call another hop: it wakes the worker, and the
//! queue in Postgres carries the rest.

mod asked;
mod commit;
mod question;
mod rehearse;
mod rules;
mod tags;
mod unreadable;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::AlertMessage;
use firstlook_core::incident::{Decision, Note};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use uuid::Uuid;

use crate::fail::{self, Step};
use crate::library::Library;
use crate::sources::alertmanager::{self, Notification, Unusable};
use crate::store::{Asking, Batch, DeliveryState, NewDelivery, Store, StoreError};
use crate::worker::Wake;

pub use asked::Look;
pub use commit::Committer;
pub use question::{OpenFindings, Question};
pub use rules::{Rules, annotations};
pub use tags::Tags;
pub use unreadable::OWN;

use commit::Waiting;

/// Longest account of what is wrong with a body, in characters.
const MOST_REASON: usize = 2_000;
/// Bodies that may wait for a writer. Their bytes are bounded where they are read; past this the store is too slow, and
/// a sender does better to come again.
const MOST_WAITING: usize = 4_096;

/// Everything that hop 1 works with.
#[derive(Debug)]
pub struct Desk {
    /// Where it is kept.
    pub store: Store,
    /// What the configuration says.
    pub rules: Arc<Rules>,
    /// The runbooks; without a folder there are none.
    pub library: Option<Arc<Library>>,
    /// Where people edit them.
    pub edit_url: Option<String>,
    /// Has the worker look at once.
    pub wake: Wake,
    /// What is known of alarms' tags beside what their messages say.
    pub tags: Tags,
}

/// The way into hop 1: bodies queue up here, and what has queued up is committed together.
#[derive(Debug, Clone)]
pub struct Ingest {
    desk: Arc<Desk>,
    queue: mpsc::Sender<Waiting>,
}

/// A body on its way in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The configured source: `alertmanager/main`.
    pub source: String,
    /// The bytes, as they came.
    pub body: Vec<u8>,
    /// When the last of them came.
    pub received_at: DateTime<Utc>,
    /// The request's trace id.
    pub trace_id: String,
    /// How firstlook came by it, where no sender posted it just now.
    pub note: Option<Note>,
    /// The sender's name for the message, where it has one: of each source it is taken once.
    pub once: Option<String>,
    /// Its share of the memory that bodies on their way may take, until it is committed or given up.
    pub room: Option<Arc<OwnedSemaphorePermit>>,
}

/// What the sender is answered, once it is committed.
#[derive(Debug)]
pub enum Answer {
    /// 200: at least one alert was understood and is kept.
    Kept {
        /// The delivery's name.
        delivery: Uuid,
        /// What became of each alert, with the number of its incident.
        decisions: Vec<(Decision, Option<i64>)>,
        /// Alerts that could not be understood.
        rejected: Vec<String>,
    },
    /// 200: the same message was taken before.
    Repeat {
        /// The delivery that it was taken with.
        delivery: Uuid,
    },
    /// 400: nothing in it could be used. The body is kept all the same, and somebody is told.
    Unusable {
        /// The delivery's name.
        delivery: Uuid,
        /// What is wrong with it.
        reason: String,
        /// What would put it right.
        remedy: String,
    },
}

impl Ingest {
    /// The way in, and who commits what comes that way; without a running committer nothing is answered.
    pub fn new(desk: Desk) -> (Self, Committer) {
        let (queue, waiting) = mpsc::channel(MOST_WAITING);
        let desk = Arc::new(desk);
        (Self { desk: Arc::clone(&desk), queue }, Committer::new(desk, waiting))
    }

    /// Keeps what a person asks for; answers with the number of the incident that it became.
    ///
    /// # Errors
    /// When the database does not take it; the inner one says what is wrong with what is asked.
    pub async fn ask(&self, look: Look, now: DateTime<Utc>) -> Result<Result<i64, String>, StoreError> {
        let number = match self.look_at(look, now).await? {
            Answer::Kept { decisions, .. } => decisions.into_iter().find_map(|(_, number)| number),
            Answer::Repeat { .. } => None,
            Answer::Unusable { reason, .. } => return Ok(Err(reason)),
        };
        Ok(number.ok_or_else(|| "the question was not understood".to_owned()))
    }

    /// What it works with.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Keeps a body and everything that follows from it. Returning means committed.
    ///
    /// # Errors
    /// When the database does not take it; then the sender must be told to come again, and nothing was promised.
    pub async fn accept(
        &self,
        arrival: Arrival,
        parsed: Result<Notification, Unusable>,
    ) -> Result<Answer, StoreError> {
        self.take(arrival, parsed, None).await
    }

    async fn take(
        &self,
        arrival: Arrival,
        parsed: Result<Notification, Unusable>,
        asking: Option<Asking>,
    ) -> Result<Answer, StoreError> {
        fail::pass(Step::Read);
        let delivery = Uuid::now_v7();
        let (changes, (understood, said, rejected, truncated)) = match parsed {
            Ok(mut notification) => {
                let changes = self.desk.rules.changes(std::mem::take(&mut notification.changes));
                (changes, divide(self.desk.tagged(notification).await?))
            }
            Err(unusable) => return self.reject(delivery, arrival, unusable).await,
        };
        if understood.is_empty() && said.is_empty() {
            let reason = format!("no alert in it could be understood: {}", rejected.join("; "));
            let remedy = "send Alertmanager's own webhook body, version 4".to_owned();
            return self.reject(delivery, arrival, Unusable { reason, remedy }).await;
        }
        let state = if rejected.is_empty() { DeliveryState::Accepted } else { DeliveryState::Partial };
        let (note, source) = (arrival.note.clone(), arrival.source.clone());
        let room = arrival.room.clone();
        let alerts = understood.len();
        let mut messages = understood;
        if !rejected.is_empty() {
            messages.push(unreadable::alert(&self.desk.rules, &arrival, delivery, &rejected.join("; ")));
        }
        let beats = self.desk.rules.beats(&source, &messages);
        let (groups, mut aside) = self.desk.rules.groups(messages);
        aside.extend(said);
        let head = head(delivery, arrival, state, alerts, truncated, &rejected);
        let batch = Batch { delivery: head, note, groups, aside, changes, beats, asking };
        let written = self.keep(batch, room).await?;
        if let Some(delivery) = written.repeat {
            return Ok(Answer::Repeat { delivery });
        }
        if let Some(reason) = written.spoiled {
            let remedy = "this is a fault of firstlook: please report it with this text".to_owned();
            return Ok(Answer::Unusable { delivery, reason, remedy });
        }
        if truncated > 0 {
            // Should that fail, it is asked within the minute.
            let _ = self.desk.store.ask_now(&[&source]).await;
        }
        let ours = |(decision, _): &(Decision, Option<i64>)| decision.alert.source != OWN;
        Ok(Answer::Kept {
            delivery,
            decisions: written.decisions.into_iter().filter(ours).collect(),
            rejected,
        })
    }

    /// Keeps a body that nothing could be read from, and has somebody told: it may be the alarm that matters.
    async fn reject(
        &self,
        delivery: Uuid,
        mut arrival: Arrival,
        unusable: Unusable,
    ) -> Result<Answer, StoreError> {
        // Nothing is decided: who plays it back later must not be told that it was taken.
        arrival.once = None;
        let Unusable { reason, remedy } = unusable;
        let own = unreadable::alert(&self.desk.rules, &arrival, delivery, &format!("{reason}; {remedy}"));
        let (groups, aside) = self.desk.rules.groups(vec![own]);
        tracing::warn!(source = arrival.source, %delivery, reason, "a body could not be read; it is kept");
        let room = arrival.room.clone();
        let head = head(delivery, arrival, DeliveryState::Rejected, 0, 0, std::slice::from_ref(&reason));
        let batch = Batch {
            delivery: head,
            note: None,
            groups,
            aside,
            changes: Vec::new(),
            beats: Vec::new(),
            asking: None,
        };
        self.keep(batch, room).await?;
        Ok(Answer::Unusable { delivery, reason, remedy })
    }

    /// Ends firstlook's own alerts that nothing has renewed for long.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.end_quiet(OWN, unreadable::QUIET, "nothing unreadable has come for an hour", now).await?;
        self.end_quiet(asked::SOURCE, asked::QUIET, "it was asked for a day ago", now).await
    }

    async fn end_quiet(
        &self,
        source: &str,
        after: TimeDelta,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let quiet = self.desk.store.quiet(source, now - after).await?;
        if quiet.is_empty() {
            return Ok(());
        }
        let alert = |(fingerprint, labels, annotations, starts_at)| {
            json!({
                "status": "resolved", "fingerprint": fingerprint, "labels": labels, "annotations": annotations,
                "startsAt": starts_at, "endsAt": now,
            })
        };
        let alerts: Vec<Value> = quiet.into_iter().map(alert).collect();
        let body = json!({"version": "4", "status": "resolved", "alerts": alerts}).to_string().into_bytes();
        let parsed = alertmanager::parse(&body, source, now);
        self.accept(own(source, body, Some(Note::found(why)), now), parsed).await.map(drop)
    }

    async fn keep(
        &self,
        batch: Batch,
        room: Option<Arc<OwnedSemaphorePermit>>,
    ) -> Result<commit::Kept, StoreError> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { batch, reply, _room: room };
        self.queue
            .try_send(waiting)
            .map_err(|_| StoreError::NotKept("too many bodies wait for it".into()))?;
        answer.await.map_err(|_| StoreError::NotKept("firstlook is stopping".into()))?
    }
}

/// A body that firstlook has made itself.
fn own(source: &str, body: Vec<u8>, note: Option<Note>, now: DateTime<Utc>) -> Arrival {
    Arrival {
        source: source.to_owned(),
        body,
        received_at: now,
        trace_id: String::new(),
        note,
        once: None,
        room: None,
    }
}

fn head(
    id: Uuid,
    arrival: Arrival,
    state: DeliveryState,
    alerts: usize,
    truncated: u64,
    faults: &[String],
) -> NewDelivery {
    NewDelivery {
        id,
        received_at: arrival.received_at,
        source: arrival.source,
        body: arrival.body,
        state,
        reason: (!faults.is_empty()).then(|| faults.join("; ").chars().take(MOST_REASON).collect()),
        alerts,
        truncated,
        trace_id: arrival.trace_id,
        once: arrival.once,
    }
}

/// The alerts that were understood, what else was said, what is wrong with the others, and how many the sender left out.
fn divide(notification: Notification) -> (Vec<AlertMessage>, Vec<Decision>, Vec<String>, u64) {
    let mut understood = Vec::new();
    let mut rejected = Vec::new();
    for alert in notification.alerts {
        match alert {
            Ok(message) => understood.push(message),
            Err(fault) => rejected.push(format!("alerts[{}]: {}", fault.index, fault.reason)),
        }
    }
    (understood, notification.aside, rejected, notification.truncated)
}

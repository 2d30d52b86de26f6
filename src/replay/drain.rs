//! Empties a dead-letter queue: what is committed is deleted, what is refused stays, and it ends.
//!
//! Knows the order of things: a message is deleted after its commit, so that a death in between brings it again, and its
//! name is known then. Must not know SQS's protocol.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::queue::{Held, Queue};
use super::{Found, Letter, Refused, Replay};
use crate::clock;
use crate::ingest::Answer;
use crate::sources::sns::said::Said;

/// How long nobody else gets a message: longer than a round takes.
const HIDDEN: Duration = Duration::from_secs(900);
/// The same of a dry run, which somebody wants to follow by a real one.
const HIDDEN_DRY: Duration = Duration::from_secs(30);
/// So many answers in a row with nothing but what was seen before are the end.
const NOTHING_NEW: usize = 3;
/// A round has at most so many messages, so many bytes, and is received within so long; what is left is another's.
const MOST: usize = 10_000;
const MOST_BYTES: usize = 64 * 1024 * 1024;
const RECEIVED_WITHIN: Duration = Duration::from_secs(300);

/// What to take.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Their source; where absent, the one that listens to the topic of each.
    pub source: Option<&'a str>,
    /// At most so many messages.
    pub most: usize,
    /// Whether nothing is taken.
    pub dry_run: bool,
}

/// What became of a message.
#[derive(Debug)]
pub enum Became {
    /// It was committed, and is deleted.
    Taken(Answer),
    /// It would be taken.
    Would(Box<Letter>),
    /// It stays in the queue, and why.
    Stays(String),
}

/// Messages that are judged together.
#[derive(Default)]
struct Round {
    held: Vec<Held>,
    /// That the queue holds no more, or does not answer any more; where there is neither, another round follows.
    end: Option<Result<(), String>>,
}

/// Takes what the queue holds, and says of each message what became of it. What was said last is judged first: an alarm
/// whose end lies in the same queue is known to be over then, and does not ring.
///
/// # Errors
/// When the queue or the database does not answer; what was told until then is so.
pub async fn drain(
    replay: &Replay,
    queue: &Queue,
    wanted: Wanted<'_>,
    mut tell: impl FnMut(&str, Became),
) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    loop {
        let Round { mut held, end } = receive(queue, wanted, &mut seen).await;
        held.sort_by_key(|one| Reverse(said_at(one)));
        for one in held {
            let became = judge(replay, queue, wanted, &one).await?;
            tell(&one.id, became);
        }
        if let Some(end) = end {
            return end;
        }
    }
}

/// Receives before anything is judged. What was `seen` before is left out.
async fn receive(queue: &Queue, wanted: Wanted<'_>, seen: &mut BTreeSet<String>) -> Round {
    let hidden = if wanted.dry_run { HIDDEN_DRY } else { HIDDEN };
    let until = Instant::now() + RECEIVED_WITHIN;
    let mut round = Round::default();
    let (mut bytes, mut idle) = (0, 0);
    while round.held.len() < MOST && bytes < MOST_BYTES && Instant::now() < until {
        if seen.len() >= wanted.most || idle >= NOTHING_NEW {
            round.end = Some(Ok(()));
            break;
        }
        let batch = match queue.receive(wanted.most - seen.len(), hidden).await {
            Ok(batch) if !batch.is_empty() => batch,
            answer => {
                round.end = Some(answer.map(drop));
                break;
            }
        };
        let before = round.held.len();
        for held in batch {
            if seen.insert(held.id.clone()) {
                bytes += held.body.len();
                round.held.push(held);
            } else if let Some(known) = round.held.iter_mut().find(|one| one.id == held.id) {
                // A queue gives a message twice now and then, and only its last receipt is sure to delete it.
                *known = held;
            }
        }
        idle = if round.held.len() == before { idle + 1 } else { 0 };
    }
    round
}

async fn judge(replay: &Replay, queue: &Queue, wanted: Wanted<'_>, held: &Held) -> Result<Became, String> {
    let found = Found {
        body: held.body.as_bytes(),
        place: "a dead-letter queue",
        source: wanted.source,
        put_at: held.put_at,
        name: Some(&held.id),
    };
    let letter = match replay.found(found, clock::now()).await {
        Ok(letter) => letter,
        Err(Refused::Body(why)) => return Ok(Became::Stays(why)),
        Err(Refused::Store(error)) => return Err(error.to_string()),
    };
    if wanted.dry_run {
        return Ok(Became::Would(Box::new(letter)));
    }
    match replay.take(letter).await.map_err(|error| error.to_string())? {
        Answer::Unusable { reason, .. } => Ok(Became::Stays(reason)),
        answer => Ok(match queue.delete(held).await {
            Ok(()) => Became::Taken(answer),
            Err(why) => {
                Became::Stays(format!("it was taken and cannot be deleted, which is harmless: {why}"))
            }
        }),
    }
}

/// When it was said.
fn said_at(held: &Held) -> Option<DateTime<Utc>> {
    Said::read(held.body.as_bytes()).ok().map(|said| said.sent_at).or(held.put_at)
}

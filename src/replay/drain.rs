//! Empties a dead-letter queue: what is committed is deleted, what is refused stays, and it ends.
//!
//! Knows the order of things: a message is deleted after its commit, so that a death in between brings it again, and its
//! name is known then. Must not know SQS's protocol.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::queue::{Held, Queue};
use super::{Found, Letter, Refused, Replay};
use crate::clock;
use crate::ingest::Answer;
use crate::sources::sns::said::Said;

/// How long nobody else gets a message: longer than ten commits take.
const HIDDEN: Duration = Duration::from_secs(300);
/// The same of a dry run, which somebody wants to follow by a real one.
const HIDDEN_DRY: Duration = Duration::from_secs(30);
/// So many answers in a row with nothing but what was seen before are the end.
const NOTHING_NEW: usize = 3;

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

/// Takes what the queue holds, and says of each message what became of it.
///
/// # Errors
/// When the queue or the database does not answer; what was told until then is so.
pub async fn drain(
    replay: &Replay,
    queue: &Queue,
    wanted: Wanted<'_>,
    mut tell: impl FnMut(&str, Became),
) -> Result<(), String> {
    let hidden = if wanted.dry_run { HIDDEN_DRY } else { HIDDEN };
    let mut seen = BTreeSet::new();
    let mut idle = 0;
    while seen.len() < wanted.most && idle < NOTHING_NEW {
        let batch = queue.receive(wanted.most - seen.len(), hidden).await?;
        if batch.is_empty() {
            break;
        }
        let mut new: Vec<Held> = batch.into_iter().filter(|held| seen.insert(held.id.clone())).collect();
        idle = if new.is_empty() { idle + 1 } else { 0 };
        new.sort_by_key(said_at);
        for held in new {
            let became = one(replay, queue, wanted, &held).await?;
            tell(&held.id, became);
        }
    }
    Ok(())
}

async fn one(replay: &Replay, queue: &Queue, wanted: Wanted<'_>, held: &Held) -> Result<Became, String> {
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

/// When it was said, to take what is received at once in that order.
fn said_at(held: &Held) -> Option<DateTime<Utc>> {
    Said::read(held.body.as_bytes()).ok().map(|said| said.sent_at).or(held.put_at)
}

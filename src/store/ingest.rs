//! The one transaction of ingest: deliveries, alerts, incidents, decisions, who must be told, and the work that is left,
//! for all bodies that have queued up.
//!
//! What to decide and whom to tell are arguments; this file only keeps it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::{AlertId, Labels};
use firstlook_core::evidence::changes::ChangeEvent;
use firstlook_core::incident::{
    Action, Decided, Decision, Episodes, GroupKey, Incoming, Known, Note, Recheck, Said, SlotState, Touched,
};
use firstlook_core::runbook::Pinned;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::incidents::Entry;
use super::jobs::{self, JobKind, NewJob};
use super::routing::{Escalator, Inhibition, Router, Walker};
use super::slots::{self, Homes, Wanted};
use super::{
    Asking, NewDelivery, Store, StoreError, alerts, asked, changes, deliveries, heartbeats, incidents, noted,
    seen, told,
};
use crate::fail::{self, Step};

/// How often bodies are tried again that met another transaction head-on; the sender sees nothing of it (FAULTS F8).
const RETRIES: usize = 3;

/// A body as it was understood, ready to be decided about.
#[derive(Debug)]
pub struct Batch {
    /// The body.
    pub delivery: NewDelivery,
    /// How firstlook came by it, where no sender posted it just now.
    pub note: Option<Note>,
    /// Its messages by the hash of their group key.
    pub groups: BTreeMap<[u8; 32], Group>,
    /// Messages that belong to no group, with what became of them.
    pub aside: Vec<Decision>,
    /// What it tells to have been changed.
    pub changes: Vec<ChangeEvent>,
    /// The heartbeats that it is, by name.
    pub beats: Vec<String>,
    /// What a person asks for with it.
    pub asking: Option<Asking>,
}

/// Messages of one group key.
#[derive(Debug)]
pub struct Group {
    /// The labels that they share.
    pub key: GroupKey,
    /// The messages, in the order of the body.
    pub incoming: Vec<Incoming>,
}

/// Pure functions of the configuration, called while the slots are locked.
pub struct Judge<'a> {
    /// What the messages change.
    pub decide: &'a (dyn Fn(&SlotState, &[Said<'_>]) -> Decided + Sync),
    /// Who must be told, where something must be, at a time.
    pub route: Router<'a>,
    /// Who else is told in time.
    pub escalation: Escalator<'a>,
    /// What is not told while other things fire.
    pub inhibition: Inhibition<'a>,
    /// The way through the tree to those who must be told.
    pub walk: Walker<'a>,
    /// The runbook of a new incident.
    pub runbook: &'a (dyn Fn(&Touched, &Labels) -> Option<Pinned> + Sync),
}

/// What a body came to.
#[derive(Debug, Default)]
pub struct Written {
    /// Each decision with the number of its incident, slots in the order of their keys, then what was put aside.
    pub decisions: Vec<(Decision, Option<i64>)>,
    /// The delivery with which the same message was taken before; then nothing of this one is kept.
    pub repeat: Option<Uuid>,
}

/// A touched incident with its address.
pub(super) struct Placed {
    pub id: Uuid,
    pub number: i64,
    pub slot: [u8; 32],
    /// The slot's incident before it, where it is new.
    pub previous: Option<Uuid>,
    pub touched: Touched,
    /// Its alerts that these messages were about.
    pub named: Vec<AlertId>,
    /// When the newest of these messages was received.
    pub at: DateTime<Utc>,
}

/// A decision on its way to the table: which body, and which of the placed incidents.
pub(super) struct Verdict {
    decision: Decision,
    body: usize,
    at: Option<usize>,
}

/// What was decided about all slots.
#[derive(Default)]
pub(super) struct Verdicts {
    pub placed: Vec<Placed>,
    known: BTreeMap<AlertId, Known>,
    episodes: BTreeMap<AlertId, Episodes>,
    decisions: Vec<Verdict>,
    rechecks: Vec<(usize, Recheck)>,
}

impl Batch {
    /// When it is decided about: at once, or when it was brought again.
    fn decided_at(&self) -> DateTime<Utc> {
        let brought_at = self.note.as_ref().and_then(|note| note.brought_at);
        brought_at.unwrap_or(self.delivery.received_at)
    }
}

impl Store {
    /// Keeps bodies and everything that follows from them, or nothing. Returns what became of each, in their order.
    ///
    /// # Errors
    /// When the database does not take them; then nothing of any of them was kept.
    pub async fn ingest(&self, bodies: &[&Batch], judge: &Judge<'_>) -> Result<Vec<Written>, StoreError> {
        self.current().await?;
        for _ in 0..RETRIES {
            match self.ingest_once(bodies, judge).await {
                Err(error) if error.is_conflict() => tracing::info!(%error, "trying again"),
                done => return done,
            }
        }
        self.ingest_once(bodies, judge).await
    }

    async fn ingest_once(&self, bodies: &[&Batch], judge: &Judge<'_>) -> Result<Vec<Written>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let deliveries: Vec<&NewDelivery> = bodies.iter().map(|body| &body.delivery).collect();
        deliveries::insert(&mut tx, &deliveries).await?;
        let taken = seen::remember(&mut tx, &deliveries).await?;
        let all = bodies;
        let new: Vec<&Batch> =
            all.iter().filter(|body| !taken.contains_key(&body.delivery.id)).copied().collect();
        let bodies = new.as_slice();
        let noted = noted::homes(&mut tx, bodies.iter().flat_map(|body| &body.aside)).await?;
        let (wanted, homes) = wanted(&mut tx, bodies).await?;
        let mut verdicts = judged(&mut tx, &wanted, &homes, judge.decide).await?;
        incidents::write(&mut tx, &mut verdicts.placed, judge).await?;
        alerts::write_members(&mut tx, &verdicts.placed).await?;
        alerts::write_known(&mut tx, &verdicts.known, &verdicts.episodes).await?;
        told::tell(&mut tx, &verdicts.placed, judge).await?;
        asked::keep(&mut tx, bodies, &verdicts.placed).await?;
        changes::keep(&mut tx, bodies).await?;
        heartbeats::beat(&mut tx, bodies).await?;
        jobs::enqueue(&mut tx, &rechecks(&verdicts.rechecks, bodies)).await?;
        incidents::record(&mut tx, &entries(&verdicts, bodies, &noted)).await?;
        fail::pass(Step::BeforeCommit);
        tx.commit().await?;
        fail::pass(Step::Committed);
        Ok(in_order(all, &taken, answers(verdicts, bodies)))
    }
}

/// What became of each body; `written` are those that were not taken before.
pub(super) fn in_order(all: &[&Batch], taken: &BTreeMap<Uuid, Uuid>, written: Vec<Written>) -> Vec<Written> {
    let mut written = written.into_iter();
    let one = |body: &&Batch| match taken.get(&body.delivery.id) {
        Some(before) => Written { repeat: Some(*before), ..Written::default() },
        None => written.next().unwrap_or_default(),
    };
    all.iter().map(one).collect()
}

/// What each slot is told, body after body. An alert that fires in an incident is told there although the configuration
/// groups it otherwise by now: its end must find it.
pub(super) async fn wanted<'a>(
    tx: &mut PgConnection,
    bodies: &[&'a Batch],
) -> Result<(BTreeMap<[u8; 32], Wanted<'a>>, Homes), StoreError> {
    let every = bodies.iter().flat_map(|body| body.groups.values()).flat_map(|group| &group.incoming);
    let homes = slots::homes(tx, every.map(|one| &one.message.id)).await?;
    let mut wanted: BTreeMap<[u8; 32], Wanted<'a>> = BTreeMap::new();
    for (number, body) in bodies.iter().enumerate() {
        for (hash, group) in &body.groups {
            for one in &group.incoming {
                let home = homes.get(&one.message.id);
                let (hash, key) = home.map_or_else(|| (*hash, &group.key), |(hash, key)| (*hash, key));
                let slot =
                    wanted.entry(hash).or_insert_with(|| Wanted { key: key.clone(), bodies: Vec::new() });
                match slot.bodies.last_mut().filter(|(last, _)| *last == number) {
                    Some((_, said)) => said.incoming.push(one),
                    None => slot.bodies.push((
                        number,
                        Said { at: body.delivery.received_at, note: body.note.as_ref(), incoming: vec![one] },
                    )),
                }
            }
        }
    }
    Ok((wanted, homes))
}

/// Locks the slots and has each decided about.
pub(super) async fn judged(
    tx: &mut PgConnection,
    wanted: &BTreeMap<[u8; 32], Wanted<'_>>,
    homes: &Homes,
    decide: &(dyn Fn(&SlotState, &[Said<'_>]) -> Decided + Sync),
) -> Result<Verdicts, StoreError> {
    let mut verdicts = Verdicts::default();
    if wanted.is_empty() {
        return Ok(verdicts);
    }
    let locked = slots::lock(tx, wanted).await?;
    // Somebody may have opened or ended an incident of theirs elsewhere before the lock was had; here it does not matter.
    let now = slots::homes(tx, wanted.values().flat_map(Wanted::ids)).await?;
    if slots::moved(wanted, homes, &now) {
        return Err(StoreError::Moved);
    }
    for (hash, wanted) in wanted {
        let Some(slot) = locked.get(hash) else { continue };
        let (numbers, said): (Vec<usize>, Vec<Said<'_>>) = wanted.bodies.iter().cloned().unzip();
        let decided = decide(&slot.state, &said);
        let body = |said: usize| numbers.get(said).copied().unwrap_or_default();
        let base = verdicts.placed.len();
        let mut previous = slot.incident.map(|newest| newest.id);
        for touched in decided.incidents {
            let stored = slot.incident.filter(|_| !touched.new);
            let id = stored.map_or_else(Uuid::now_v7, |incident| incident.id);
            verdicts.placed.push(Placed {
                id,
                number: stored.map_or(0, |incident| incident.number),
                slot: *hash,
                previous: previous.filter(|before| *before != id),
                touched,
                named: Vec::new(),
                at: said.last().map(Said::now).unwrap_or_default(),
            });
            previous = Some(id);
        }
        verdicts.known.extend(decided.known);
        verdicts.episodes.extend(decided.episodes);
        verdicts.rechecks.extend(decided.rechecks.into_iter().map(|one| (body(one.said), one)));
        for judged in decided.decisions {
            let at = judged.place.map(|place| place + base);
            if let Some(one) = at.and_then(|at| verdicts.placed.get_mut(at)) {
                one.named.push(judged.decision.alert.clone());
            }
            verdicts.decisions.push(Verdict { body: body(judged.said), decision: judged.decision, at });
        }
    }
    Ok(verdicts)
}

/// A late firing is looked at again once nothing can have overtaken it: `recheck/<source>/<fingerprint>`, with the
/// delivery that holds the message.
fn rechecks(late: &[(usize, Recheck)], bodies: &[&Batch]) -> Vec<NewJob> {
    let job = |(body, late): &(usize, Recheck)| {
        let delivery = bodies.get(*body)?.delivery.id;
        Some(NewJob {
            kind: JobKind::Upkeep,
            key: format!("recheck/{}/{}", late.alert.source, late.alert.fingerprint),
            incident: None,
            run_at: Some(late.due),
            payload: Some(json!({
                "delivery": delivery, "source": late.alert.source, "fingerprint": late.alert.fingerprint,
                "due": late.due,
            })),
        })
    };
    late.iter().filter_map(job).collect()
}

fn entries<'a>(
    verdicts: &'a Verdicts,
    bodies: &[&'a Batch],
    noted: &BTreeMap<AlertId, Uuid>,
) -> Vec<Entry<'a>> {
    let entry = |body: &'a Batch, decision: &'a Decision, incident| Entry {
        delivery: &body.delivery,
        at: body.decided_at(),
        incident,
        alert: Some(&decision.alert),
        kind: decision.action.as_str(),
        reason: decision.reason.as_str().into(),
    };
    let mut entries = Vec::new();
    let mut cut: BTreeMap<(usize, Uuid), u64> = BTreeMap::new();
    for verdict in &verdicts.decisions {
        let Some(body) = bodies.get(verdict.body) else { continue };
        let incident = verdict.at.and_then(|at| verdicts.placed.get(at)).map(|one| one.id);
        entries.push(entry(body, &verdict.decision, incident));
        let news = verdict.decision.action != Action::Duplicate && body.delivery.truncated > 0;
        if let Some(incident) = incident.filter(|_| news) {
            cut.insert((verdict.body, incident), body.delivery.truncated);
        }
    }
    for (number, body) in bodies.iter().enumerate() {
        let home = |one: &Decision| match told_with(verdicts, number, &one.alert) {
            Some(home) => home,
            None => noted.get(&one.alert).copied(),
        };
        entries.extend(body.aside.iter().map(|one| entry(body, one, home(one))));
    }
    for ((body, incident), count) in cut {
        let Some(body) = bodies.get(body) else { continue };
        let reason = format!(
            "its sender left {count} alerts out of this body (`max_alerts`): nothing is known of them"
        );
        entries.push(Entry {
            delivery: &body.delivery,
            at: body.decided_at(),
            incident: Some(incident),
            alert: None,
            kind: "truncated",
            reason: reason.into(),
        });
    }
    entries
}

/// Where a message went that came with what is noted of its alert, if one did: what neither begins
/// nor ends anything has no place for it.
fn told_with(verdicts: &Verdicts, body: usize, alert: &AlertId) -> Option<Option<Uuid>> {
    let verdict = verdicts.decisions.iter().find(|one| one.body == body && one.decision.alert == *alert)?;
    let changes = !matches!(
        verdict.decision.action,
        Action::Duplicate | Action::Late | Action::Ignored | Action::Noted
    );
    let placed = verdict.at.filter(|_| changes).and_then(|at| verdicts.placed.get(at));
    Some(placed.map(|one| one.id))
}

pub(super) fn answers(verdicts: Verdicts, bodies: &[&Batch]) -> Vec<Written> {
    let mut written: Vec<Written> = bodies.iter().map(|_| Written::default()).collect();
    for verdict in verdicts.decisions {
        let number = verdict.at.and_then(|at| verdicts.placed.get(at)).map(|one| one.number);
        if let Some(one) = written.get_mut(verdict.body) {
            one.decisions.push((verdict.decision, number));
        }
    }
    for (one, body) in written.iter_mut().zip(bodies) {
        one.decisions.extend(body.aside.iter().map(|decision| (decision.clone(), None)));
    }
    written
}

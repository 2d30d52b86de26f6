//! The one transaction of ingest: delivery, alerts, incidents, decisions, who must be told, and the work that is left.
//!
//! What to decide and whom to tell are arguments; this file only keeps it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::{AlertId, Labels};
use firstlook_core::incident::{Decided, Decision, GroupKey, Incoming, SlotState, Touched};
use firstlook_core::runbook::Pinned;
use sqlx::PgConnection;
use uuid::Uuid;

use super::slots::{self, Locked};
use super::{NewDelivery, Store, StoreError, deliveries, incidents, told};

/// A body as it was understood, ready to be decided about.
#[derive(Debug)]
pub struct Batch {
    /// The body.
    pub delivery: NewDelivery,
    /// Its messages by the hash of their group key.
    pub groups: BTreeMap<[u8; 32], Group>,
    /// Messages that belong to no group, with what became of them.
    pub aside: Vec<Decision>,
}

/// Messages of one group key.
#[derive(Debug)]
pub struct Group {
    /// The labels that they share.
    pub key: GroupKey,
    /// The messages, in the order of the body.
    pub incoming: Vec<Incoming>,
}

/// Somebody to be told of an incident, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The receiver's name.
    pub receiver: String,
    /// The kind and its place in the receiver: `pagerduty/0`.
    pub integration: String,
    /// The path through the tree.
    pub reason: String,
}

/// Pure functions of the configuration, called while the slots are locked.
pub struct Judge<'a> {
    /// What the messages change.
    pub decide: &'a dyn Fn(&SlotState, &[Incoming]) -> Decided,
    /// Who must be told, where something must be.
    pub route: &'a dyn Fn(&Touched, &Labels) -> Vec<Route>,
    /// The runbook of a new incident.
    pub runbook: &'a dyn Fn(&Touched, &Labels) -> Option<Pinned>,
}

/// What a body came to.
#[derive(Debug, Default)]
pub struct Written {
    /// Each decision with the number of its incident, slots in the order of their keys, then what was put aside.
    pub decisions: Vec<(Decision, Option<i64>)>,
}

/// A touched incident with its address.
pub(super) struct Placed {
    pub id: Uuid,
    pub number: i64,
    pub slot: [u8; 32],
    pub touched: Touched,
    /// What all of its alerts have in common.
    pub labels: Labels,
    /// Its alerts that these messages were about.
    pub named: Vec<AlertId>,
}

impl Store {
    /// Keeps a body and everything that follows from it, or nothing.
    ///
    /// # Errors
    /// When the database does not take it; then the sender must be told to come again.
    pub async fn ingest(
        &self,
        batch: &Batch,
        judge: &Judge<'_>,
        now: DateTime<Utc>,
    ) -> Result<Written, StoreError> {
        let mut tx = self.pool.begin().await?;
        deliveries::insert(&mut tx, &batch.delivery).await?;
        let mut written = Written::default();
        if !batch.groups.is_empty() {
            self.groups(&mut tx, batch, judge, now, &mut written).await?;
        }
        written.decisions.extend(batch.aside.iter().map(|decision| (decision.clone(), None)));
        let aside: Vec<_> = batch.aside.iter().map(|decision| (decision, None)).collect();
        incidents::record(&mut tx, batch.delivery.id, &batch.delivery.source, &aside, now).await?;
        tx.commit().await?;
        Ok(written)
    }

    async fn groups(
        &self,
        tx: &mut PgConnection,
        batch: &Batch,
        judge: &Judge<'_>,
        now: DateTime<Utc>,
        written: &mut Written,
    ) -> Result<(), StoreError> {
        let keys = batch.groups.iter().map(|(hash, group)| (*hash, group.key.clone())).collect();
        let ids = |group: &Group| group.incoming.iter().map(|one| one.message.id.clone()).collect();
        let alerts = batch.groups.iter().map(|(hash, group)| (*hash, ids(group))).collect();
        let locked = slots::lock(tx, &keys, &alerts).await?;
        let mut placed = Vec::new();
        let mut known = BTreeMap::new();
        let mut decisions: Vec<(Decision, Option<usize>)> = Vec::new();
        for (hash, group) in &batch.groups {
            let Some(slot) = locked.get(hash) else { continue };
            let decided = (judge.decide)(&slot.state, &group.incoming);
            known.extend(decided.known);
            let base = placed.len();
            let places = decided.places.iter().map(|place| place.map(|p| p + base));
            decisions.extend(decided.decisions.into_iter().zip(places));
            placed.extend(decided.incidents.into_iter().map(|touched| place(*hash, slot, touched)));
        }
        for (decision, at) in &decisions {
            if let Some(one) = at.and_then(|at| placed.get_mut(at)) {
                one.named.push(decision.alert.clone());
            }
        }
        incidents::write(tx, &mut placed, judge).await?;
        incidents::write_alerts(tx, &placed, &known).await?;
        told::tell(tx, &placed, judge, now).await?;
        let rows: Vec<(&Decision, Option<Uuid>)> =
            decisions.iter().map(|(d, at)| (d, at.and_then(|at| placed.get(at)).map(|one| one.id))).collect();
        incidents::record(tx, batch.delivery.id, &batch.delivery.source, &rows, now).await?;
        for (decision, at) in decisions {
            let number = at.and_then(|at| placed.get(at)).map(|one| one.number);
            written.decisions.push((decision, number));
        }
        Ok(())
    }
}

fn place(slot: [u8; 32], locked: &Locked, touched: Touched) -> Placed {
    let stored = locked.incident.filter(|_| !touched.new);
    let labels = touched
        .incident
        .members
        .values()
        .map(|member| member.labels.clone())
        .reduce(|one, two| one.common(&two))
        .unwrap_or_default();
    Placed {
        id: stored.map_or_else(Uuid::now_v7, |incident| incident.id),
        number: stored.map_or(0, |incident| incident.number),
        slot,
        touched,
        labels,
        named: Vec::new(),
    }
}

//! Storms: every second it is looked at which receiver has too much to be told singly, what one message tells instead,
//! and whether that is over.
//!
//! Knows what the configuration allows and how the receivers' buckets stand. Must not decide when a storm begins or ends,
//! nor tell anybody: it leaves jobs.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use firstlook_core::notify::rate::Rate;
use firstlook_core::notify::storm::{Form, due};
use firstlook_core::route::length;
use firstlook_core::route::storm::{Limits, Turn, most_severe, turn};

use crate::store::{Keeps, Raging, Sky, Store, StoreError, StormMessage};
use crate::telemetry::labels::StormChange;
use crate::telemetry::metrics::{self, Metric};

/// The key of the job.
pub const STORMS: &str = "storms";
/// How often it is looked: what waits longer than that for its receiver is what a storm is made of.
pub const EVERY: Duration = Duration::from_secs(1);
/// What the receiver takes within so long still goes singly.
const SOON: Duration = Duration::from_secs(10);
/// Messages within that time that are the storm's own.
const OWN: usize = 2;

/// An integration at which a storm can have a message.
#[derive(Debug, Clone)]
pub struct StormWay {
    /// How it is told there.
    pub form: Form,
    /// The bucket's name.
    pub bucket: String,
    /// What that takes.
    pub rate: Rate,
}

/// What storms are judged by.
#[derive(Debug, Clone)]
pub struct Storms {
    /// Where it is kept.
    pub store: Store,
    /// `storm:`.
    pub limits: Limits,
    /// By receiver and integration.
    pub ways: BTreeMap<(String, String), StormWay>,
}

impl Storms {
    /// Looks once; `keeps` says who may not be told when one ends. Returns whether there is something to tell.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look(&self, keeps: Keeps<'_>) -> Result<bool, StoreError> {
        for sky in self.store.skies(self.limits.window).await? {
            self.turn(&sky, keeps).await?;
        }
        let mut tells = false;
        for storm in self.store.storms().await? {
            if storm.lasts {
                self.store.gather(&storm, self.limits.window).await?;
            }
            for message in self.store.storm_messages(&storm).await? {
                tells |= self.message(&storm, &message).await?;
            }
            if !storm.lasts {
                self.store.close_storm(&storm).await?;
            }
        }
        Ok(tells)
    }

    async fn turn(&self, sky: &Sky, keeps: Keeps<'_>) -> Result<(), StoreError> {
        match turn(self.limits, sky.weather, sky.recent, sky.now) {
            Turn::Stays => Ok(()),
            Turn::Calms(since) => self.store.calm_storm(sky, since).await,
            Turn::Begins => {
                let ways = self.ways.keys().filter(|(receiver, _)| *receiver == sky.receiver);
                let ways: Vec<&str> = ways.map(|(_, integration)| integration.as_str()).collect();
                // Machines are told each by itself: there is nobody whom one message would spare.
                if !ways.is_empty()
                    && self.store.begin_storm(&sky.receiver, &ways, self.limits.window).await?
                {
                    metrics::count(Metric::Storms, &[StormChange::Began.into()]);
                    tracing::warn!(receiver = sky.receiver, incidents = sky.recent, "a storm begins");
                }
                Ok(())
            }
            Turn::Ends => {
                self.store.end_storm(sky, self.limits.incidents, keeps).await?;
                metrics::count(Metric::Storms, &[StormChange::Ended.into()]);
                tracing::info!(receiver = sky.receiver, "a storm has ended");
                Ok(())
            }
        }
    }

    /// Folds what cannot go singly into a storm's message, and has that told where it says something new.
    async fn message(&self, storm: &Raging, message: &StormMessage) -> Result<bool, StoreError> {
        let key = (message.receiver.clone(), message.integration.clone());
        let Some(way) = self.ways.get(&key) else { return Ok(false) };
        if storm.lasts {
            self.fold(storm, message, way).await?;
        }
        // What cannot be due yet need not be counted.
        let quiet = message.told.is_some_and(|told| told.ended != storm.lasts)
            && message.age < TimeDelta::seconds(if storm.lasts { 5 } else { 30 });
        if quiet || !due(way.form, message.told.as_ref(), &self.store.figures(message).await?, message.age) {
            return Ok(false);
        }
        self.store.want_storm(message).await?;
        Ok(true)
    }

    async fn fold(&self, storm: &Raging, message: &StormMessage, way: &StormWay) -> Result<(), StoreError> {
        let room = way.rate.within(SOON, self.store.opens_in(&way.bucket).await?).saturating_sub(OWN);
        let queued = self.store.queued(&message.receiver, &message.integration).await?;
        let (_, rest) = most_severe(queued, room);
        if rest.is_empty() {
            return Ok(());
        }
        let why = format!(
            "told by storm {}: more than {} incidents in {}, and more than can be told singly; when it ends, this is told if it is still open",
            storm.number,
            self.limits.incidents,
            length(self.limits.window)
        );
        let folded = self.store.fold(storm, &rest, &why).await?;
        metrics::count_by(Metric::StormIncidents, folded as u64, &[]);
        tracing::info!(
            receiver = message.receiver,
            integration = message.integration,
            storm = storm.number,
            folded,
            "a storm's message tells what cannot be told singly"
        );
        Ok(())
    }
}

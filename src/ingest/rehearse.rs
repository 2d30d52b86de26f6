//! Hop 1 without its commit: what bodies would come to now.

use firstlook_core::incident::decide;
use uuid::Uuid;

use super::{Arrival, Ingest, divide, head};
use crate::sources::alertmanager::Notification;
use crate::store::{Batch, DeliveryState, Rehearsed, StoreError};

impl Ingest {
    /// Decides about bodies, one after another, as [`Ingest::accept`] would. Nothing is kept and nobody is told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rehearse(&self, bodies: Vec<(Arrival, Notification)>) -> Result<Rehearsed, StoreError> {
        let mut tagged = Vec::new();
        for (arrival, notification) in bodies {
            tagged.push((arrival, self.desk.tagged(notification).await?));
        }
        let batch = |(arrival, notification): (Arrival, Notification)| {
            let (understood, said, rejected, truncated) = divide(notification);
            let alerts = understood.len();
            let (groups, mut aside) = self.desk.rules.groups(understood);
            aside.extend(said);
            let note = arrival.note.clone();
            let delivery =
                head(Uuid::now_v7(), arrival, DeliveryState::Accepted, alerts, truncated, &rejected);
            Batch { delivery, note, groups, aside, changes: Vec::new(), beats: Vec::new(), asking: None }
        };
        let batches: Vec<Batch> = tagged.into_iter().map(batch).collect();
        let lifecycle = self.desk.rules.lifecycle;
        let bodies: Vec<&Batch> = batches.iter().collect();
        self.desk.store.rehearse(&bodies, &move |slot, said| decide(slot, said, lifecycle)).await
    }
}

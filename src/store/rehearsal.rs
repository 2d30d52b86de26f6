//! What bodies would come to: decided against everything that is stored, and let go. Nothing of it stays.

use firstlook_core::incident::{Decided, Said, SlotState, Touched};

use super::ingest::{Batch, Written, answers, in_order, judged, wanted};
use super::{NewDelivery, Store, StoreError, seen};

/// What bodies would come to.
#[derive(Debug, Default)]
pub struct Rehearsed {
    /// Of each body, in their order. New incidents have no number.
    pub written: Vec<Written>,
    /// The incidents that would change, as they would be then.
    pub incidents: Vec<Touched>,
}

impl Store {
    /// Decides about bodies in their order as [`Store::ingest`] does, and keeps nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rehearse(
        &self,
        bodies: &[&Batch],
        decide: &(dyn Fn(&SlotState, &[Said<'_>]) -> Decided + Sync),
    ) -> Result<Rehearsed, StoreError> {
        self.current().await?;
        let mut tx = self.pool.begin().await?;
        let deliveries: Vec<&NewDelivery> = bodies.iter().map(|body| &body.delivery).collect();
        let taken = seen::taken(&mut tx, &deliveries).await?;
        let new: Vec<&Batch> =
            bodies.iter().filter(|body| !taken.contains_key(&body.delivery.id)).copied().collect();
        let (wanted, homes) = wanted(&mut tx, &new).await?;
        let verdicts = judged(&mut tx, &wanted, &homes, decide).await?;
        tx.rollback().await?;
        let incidents = verdicts.placed.iter().map(|one| one.touched.clone()).collect();
        Ok(Rehearsed { written: in_order(bodies, &taken, answers(verdicts, &new)), incidents })
    }
}

//! What is known of alarms' tags beside what their messages say: a copy in memory of what the store has, so that neither
//! hop 1 nor a page without the store waits for it.
//!
//! Knows what is known, and joins it in. Must not ask anybody but the store.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use firstlook_core::alert::cloudwatch::{self, tag};
use tokio::sync::Mutex;

use super::Desk;
use crate::sources::alertmanager::{MAX_VALUE, Notification, bounded};
use crate::store::{Store, StoreError};

/// Bytes of tags that are held.
const MOST: i64 = 16 * 1024 * 1024;

/// The tags of alarms.
#[derive(Debug, Default)]
pub struct Tags {
    known: RwLock<Arc<Known>>,
    refreshing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Known {
    /// By which the store says that it has others; `None` before it was asked.
    mark: Option<String>,
    /// By source and ARN.
    tags: BTreeMap<String, BTreeMap<String, cloudwatch::Tags>>,
}

impl Tags {
    /// Takes what the store has by now.
    ///
    /// # Errors
    /// When the database does not answer; then what was known still is.
    pub async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        let _alone = self.refreshing.lock().await;
        let mark = store.tags_mark().await?;
        if self.known().mark.as_ref() == Some(&mark) {
            return Ok(());
        }
        let (rows, left_out) = store.known_tags(MOST).await?;
        if left_out > 0 {
            tracing::warn!(
                alarms = left_out,
                "there is no room for the tags of so many alarms; these have none"
            );
        }
        let mut known = Known { mark: Some(mark), tags: BTreeMap::new() };
        for (source, arn, tags) in rows {
            known.tags.entry(source).or_default().insert(arn, tags);
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }

    /// Adds what is known of an alarm's tags to the labels of a message that does not say them.
    pub fn join(&self, mut notification: Notification) -> Notification {
        let Some(arn) = notification.untagged.take() else { return notification };
        let known = self.known();
        for alert in notification.alerts.iter_mut().flatten() {
            let Some(tags) = known.tags.get(&alert.id.source).and_then(|all| all.get(&arn)) else { continue };
            let mut labels = alert.labels.clone();
            tag(&mut labels, tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            alert.labels = bounded(&labels, MAX_VALUE);
        }
        notification
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Desk {
    /// Joins tags in; where the store was not asked yet, this once.
    pub(super) async fn tagged(&self, notification: Notification) -> Result<Notification, StoreError> {
        if notification.untagged.is_some() && self.tags.known().mark.is_none() {
            match self.tags.refresh(&self.store).await {
                Err(error) if error.is_unavailable() => return Err(error),
                Err(error) => tracing::warn!(%error, "what is known of alarms' tags cannot be read"),
                Ok(()) => {}
            }
        }
        Ok(self.tags.join(notification))
    }
}

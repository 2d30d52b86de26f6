//! The second look at a firing that was received right after its own resolve: was it overtaken, or does it fire again?
//!
//! Where nobody can be asked it counts as firing: better told twice than not at all.

use firstlook_core::alert::{AlertId, AlertMessage, AlertStatus};
use firstlook_core::incident::reconcile::SETTLED;
use firstlook_core::incident::{Action, Decision};
use uuid::Uuid;

use super::{Peer, Resync};
use crate::clock;
use crate::sources::alertmanager;
use crate::sources::alertmanager_api::Snapshot;
use crate::store::{Claim, StoreError};

/// What a job of this kind is about.
#[derive(Debug, serde::Deserialize)]
struct Late {
    /// The delivery that holds the message.
    delivery: Uuid,
    source: String,
    fingerprint: String,
}

/// What asking came to.
enum Answer {
    Fires(String),
    Over(String),
}

impl Resync {
    pub(super) async fn recheck(&self, claim: &Claim) -> Result<(), StoreError> {
        let payload = claim.payload.clone().unwrap_or_default();
        let Ok(late) = serde_json::from_value::<Late>(payload) else {
            tracing::warn!(key = claim.key, "a second look without a delivery is dropped");
            return Ok(());
        };
        let Some(message) = self.still_open(&late).await? else { return Ok(()) };
        let peer = self.peers.get(&late.source);
        let snapshot = match peer {
            Some(peer) => self.ask(&late.source, peer).await,
            None => None,
        };
        let now = clock::now();
        match judge(peer, snapshot, &message.id, now) {
            Answer::Fires(note) => self.tell(&late.source, &[message], "", &note, now).await,
            Answer::Over(reason) => {
                let decision = Decision { alert: message.id, action: Action::Late, reason };
                self.store.record_decision(late.delivery, &decision, now).await
            }
        }
    }

    /// The message, unless something newer was heard of its alert.
    async fn still_open(&self, late: &Late) -> Result<Option<AlertMessage>, StoreError> {
        let Some((head, body)) = self.store.delivery(late.delivery).await? else { return Ok(None) };
        let id = AlertId { source: late.source.clone(), fingerprint: late.fingerprint.clone() };
        let Some(standing) = self.store.standing(&id).await? else { return Ok(None) };
        let newer = standing.resolve_received_at.is_some_and(|at| at > head.received_at);
        if standing.status == AlertStatus::Firing.as_str() || newer {
            return Ok(None);
        }
        let parsed = alertmanager::parse(&body, &late.source, head.received_at);
        let mut alerts = parsed.into_iter().flat_map(|notification| notification.alerts).flatten();
        Ok(alerts.find(|one| one.id == id && one.status == AlertStatus::Firing))
    }
}

fn judge(
    peer: Option<&Peer>,
    snapshot: Option<Snapshot>,
    id: &AlertId,
    now: chrono::DateTime<chrono::Utc>,
) -> Answer {
    const FAIL_OPEN: &str = "it may have been overtaken by its resolve, and nobody could be asked";
    let Some(peer) = peer else { return Answer::Fires(format!("{FAIL_OPEN}: its source has no `api_url`")) };
    let host = peer.api.host();
    let Some(snapshot) = snapshot else {
        return Answer::Fires(format!("{FAIL_OPEN}: Alertmanager at {host} does not answer"));
    };
    if snapshot.firing.iter().any(|one| one.message.id == *id) {
        return Answer::Fires(format!("found by asking Alertmanager at {host}"));
    }
    let settled = snapshot.ready && now - snapshot.up_since >= SETTLED;
    match settled {
        true => Answer::Over(format!("its Alertmanager at {host} says that it does not fire")),
        false => Answer::Fires(format!("{FAIL_OPEN}: Alertmanager at {host} has just started")),
    }
}

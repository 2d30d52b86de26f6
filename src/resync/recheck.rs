//! The second look at a firing that was received right after its own resolve: was it overtaken, or does it fire again?
//!
//! Where nobody can be asked it counts as firing: better told twice than not at all.

use chrono::{DateTime, Utc};
use firstlook_core::alert::{AlertId, AlertMessage, AlertStatus};
use firstlook_core::incident::reconcile::SETTLED;
use firstlook_core::incident::{Action, Decision};
use uuid::Uuid;

use super::{Alertmanager, Peer, Resync};
use crate::clock;
use crate::sources::alertmanager;
use crate::sources::alertmanager_api::Snapshot;
use crate::store::{Claim, Outcome, StoreError};

/// What a job of this kind is about.
#[derive(Debug, serde::Deserialize)]
struct Late {
    /// The delivery that holds the message.
    delivery: Uuid,
    source: String,
    fingerprint: String,
    /// When nothing can have overtaken it any more, by the clock that decides.
    due: DateTime<Utc>,
}

/// What asking came to.
enum Answer {
    Fires(String),
    Over(String),
}

impl Resync {
    pub(super) async fn recheck(&self, claim: &Claim) -> Result<Outcome, StoreError> {
        let payload = claim.payload.clone().unwrap_or_default();
        let Ok(late) = serde_json::from_value::<Late>(payload) else {
            tracing::warn!(key = claim.key, "a second look without a delivery is dropped");
            return Ok(Outcome::Done);
        };
        // The queue goes by the database's clock, which may be ahead of this one: earlier it would be late again.
        if let Ok(wait) = (late.due - clock::now()).to_std() {
            return Ok(Outcome::Wait(wait));
        }
        let Some((message, body, received_at)) = self.still_open(&late).await? else {
            return Ok(Outcome::Done);
        };
        let peer = match self.peers.get(&late.source) {
            Some(Peer::Alertmanager(peer)) => Some(peer),
            // It tells each change with its time: nothing of it is late for want of that.
            Some(Peer::CloudWatch(_)) | None => None,
        };
        let snapshot = match peer {
            Some(peer) => self.ask(&late.source, peer, received_at).await,
            None => None,
        };
        let now = clock::now();
        match judge(peer, snapshot.as_deref(), &message.id, now) {
            Answer::Fires(note) => {
                let body = match self.readings.contains_key(&late.source) {
                    true => body,
                    false => alertmanager::body(&[message], "", &note),
                };
                self.tell(&late.source, body, &note).await?;
            }
            Answer::Over(reason) => {
                let decision = Decision { alert: message.id, action: Action::Late, reason };
                self.store.record_decision(late.delivery, &decision, now).await?;
            }
        }
        Ok(Outcome::Done)
    }

    /// The message, the body that held it and when that was received, unless something newer was heard of its alert.
    async fn still_open(
        &self,
        late: &Late,
    ) -> Result<Option<(AlertMessage, Vec<u8>, DateTime<Utc>)>, StoreError> {
        let Some((head, body)) = self.store.delivery(late.delivery).await? else { return Ok(None) };
        let id = AlertId { source: late.source.clone(), fingerprint: late.fingerprint.clone() };
        let Some(standing) = self.store.standing(&id).await? else { return Ok(None) };
        let newer = standing.resolve_received_at.is_some_and(|at| at > head.received_at);
        if standing.status == AlertStatus::Firing.as_str() || newer {
            return Ok(None);
        }
        let parsed = self.parse(&body, &late.source, head.received_at);
        let mut alerts = parsed.into_iter().flat_map(|notification| notification.alerts).flatten();
        let message = alerts.find(|one| one.id == id && one.status == AlertStatus::Firing);
        Ok(message.map(|message| (message, body, head.received_at)))
    }
}

fn judge(
    peer: Option<&Alertmanager>,
    snapshot: Option<&Snapshot>,
    id: &AlertId,
    now: DateTime<Utc>,
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::sources::alertmanager_api::Api;

    /// What is made of an Alertmanager that runs for so many minutes and knows of nothing that fires.
    fn judged(api: bool, up: Option<(i64, bool)>) -> String {
        let now = DateTime::from_timestamp(1_795_111_620, 0).unwrap();
        let peer = Alertmanager { api: Api::new("http://am:9093", None).unwrap(), receiver: None };
        let snapshot = up.map(|(minutes, ready)| Snapshot {
            firing: Vec::new(),
            up_since: now - TimeDelta::minutes(minutes),
            ready,
            mutes_unseen: false,
        });
        let id = AlertId { source: "alertmanager/main".into(), fingerprint: "c5688262826c92f9".into() };
        match judge(api.then_some(&peer), snapshot.as_ref(), &id, now) {
            Answer::Fires(note) => format!("fires: {note}"),
            Answer::Over(reason) => format!("over: {reason}"),
        }
    }

    #[test]
    fn only_who_runs_for_long_enough_can_say_that_it_is_over() {
        const OPEN: &str = "fires: it may have been overtaken by its resolve, and nobody could be asked";
        assert_eq!(judged(false, None), format!("{OPEN}: its source has no `api_url`"));
        assert_eq!(judged(true, None), format!("{OPEN}: Alertmanager at am:9093 does not answer"));
        let started = format!("{OPEN}: Alertmanager at am:9093 has just started");
        assert_eq!(judged(true, Some((9, true))), started);
        assert_eq!(judged(true, Some((600, false))), started, "its cluster is still settling");
        let over = "over: its Alertmanager at am:9093 says that it does not fire";
        assert_eq!(judged(true, Some((10, true))), over);
    }
}

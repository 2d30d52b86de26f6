//! Has an Alertmanager silence what is silenced here, and ends that there when it is ended here.
//!
//! It is done by a job for each silence and source, tried until it stands or is over. Its fault stands with the silence.

use std::time::Duration;

use serde_json::json;

use super::{Peer, Resync};
use crate::clock;
use crate::sources::alertmanager_api::{Api, NotSilenced};
use crate::store::{Claim, Mirror, Mirrored, Outcome, StoreError};

/// The longest pause between two tries, in seconds.
const LONGEST: f64 = 300.0;

impl Resync {
    pub(super) async fn mirror(&self, claim: &Claim) -> Result<Outcome, StoreError> {
        let Some(mirror) = self.store.mirror(&claim.key).await? else { return Ok(Outcome::Done) };
        let Some(Peer::Alertmanager(peer)) = self.peers.get(&mirror.source) else {
            let why = "its configuration names no `api_url` any more";
            self.store.mirrored(&mirror, Mirrored::Refused(why), clock::now()).await?;
            return Ok(Outcome::Done);
        };
        let tried = if mirror.ended || mirror.ends_at <= clock::now() {
            end(&peer.api, &mirror, &self.instance).await.map(|()| None)
        } else {
            make(&peer.api, &mirror, &self.instance).await.map(Some)
        };
        let now = clock::now();
        match tried {
            Ok(Some(id)) => self.store.mirrored(&mirror, Mirrored::Standing(&id), now).await?,
            Ok(None) => self.store.mirrored(&mirror, Mirrored::Ended, now).await?,
            Err(NotSilenced::Never(why)) => {
                tracing::warn!(
                    silence = mirror.number,
                    source = mirror.source,
                    why,
                    "an Alertmanager does not silence this"
                );
                self.store.mirrored(&mirror, Mirrored::Refused(&why), now).await?;
            }
            Err(NotSilenced::Later(error)) => {
                let error = error.to_string();
                self.store.mirrored(&mirror, Mirrored::Failed(&error), now).await?;
                let after = Duration::from_secs_f64(2f64.powi(claim.attempts.clamp(0, 9)).min(LONGEST));
                return Ok(Outcome::Retry { after, error });
            }
        }
        Ok(Outcome::Done)
    }
}

/// Where it was made already and the answer was lost, that one is taken.
async fn make(api: &Api, mirror: &Mirror, instance: &str) -> Result<String, NotSilenced> {
    if let Some(id) = &mirror.remote {
        return Ok(id.clone());
    }
    let by = by(mirror, instance);
    if let Some(id) = api.silence_of(&by).await? {
        return Ok(id);
    }
    let comment = format!("{} ({})", mirror.comment, mirror.created_by);
    let silence = json!({
        "startsAt": mirror.starts_at, "endsAt": mirror.ends_at, "createdBy": by, "comment": comment,
    });
    api.silence(&mirror.matchers, silence).await
}

async fn end(api: &Api, mirror: &Mirror, instance: &str) -> Result<(), NotSilenced> {
    let id = match &mirror.remote {
        Some(id) => Some(id.clone()),
        None => api.silence_of(&by(mirror, instance)).await?,
    };
    match id {
        Some(id) => Ok(api.end_silence(&id).await?),
        None => Ok(()),
    }
}

/// What it is found again by.
fn by(mirror: &Mirror, instance: &str) -> String {
    format!("firstlook {instance}, silence {}", mirror.number)
}

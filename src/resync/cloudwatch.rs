//! What CloudWatch should have told a topic of ours: region by region, for the account of the credentials.
//!
//! Knows whom to ask for what, and what is said in the log, each thing once. Of alarms that cannot be seen nothing changes.

mod tags;
mod there;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use firstlook_core::alert::AlertStatus;
use firstlook_core::alert::cloudwatch::AlarmArn;
use firstlook_core::incident::reconcile::{Here, changes};

use super::{Found, Resync};
use crate::aws::refusal::{NO_CREDENTIALS, Refusal};
use crate::sources::cloudwatch_api::{Answer, Api, Question};
use crate::sources::sns::read::InsufficientData;
use crate::store::StoreError;
use crate::telemetry::labels::ResyncOutcome;
use there::Saying;

/// Changes of one round; the next one finds the rest.
const MOST: usize = 500;

/// CloudWatch, on behalf of one source.
#[derive(Debug)]
pub struct Peer {
    api: Api,
    /// The regions of the source's topics, where they are written out: alarms tell topics of their own region.
    regions: BTreeSet<String>,
    /// What is wrong, by what it is about: each is logged when it begins.
    troubles: Mutex<BTreeMap<String, String>>,
    /// Until when tags are not asked for, by region, since AWS does not say them to us.
    rests: Mutex<BTreeMap<String, DateTime<Utc>>>,
}

/// What is asked about one region.
struct Region<'a> {
    source: &'a str,
    name: &'a str,
    here: Vec<Here>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Peer {
    /// Asked in `regions`, and where alarms fire.
    pub fn new(api: Api, regions: BTreeSet<String>) -> Self {
        Self { api, regions, troubles: Mutex::default(), rests: Mutex::default() }
    }

    /// Whether there are credentials to ask with.
    pub(super) async fn can_ask(&self, source: &str) -> bool {
        let able = self.api.has_credentials().await;
        let text = format!(
            "there are no AWS credentials: CloudWatch is not asked what is in alarm; {NO_CREDENTIALS}, or write `resync: false`"
        );
        self.trouble(source, "credentials", (!able).then_some(text));
        able
    }

    /// Logs what is wrong when it begins, and that it is over.
    fn trouble(&self, source: &str, about: &str, what: Option<String>) {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        match what {
            Some(text) if troubles.get(about) == Some(&text) => {}
            Some(text) => {
                tracing::warn!(source, about, "{text}");
                troubles.insert(about.to_owned(), text);
            }
            None if troubles.remove(about).is_some() => tracing::info!(source, about, "that is over"),
            None => {}
        }
    }
}

impl Resync {
    pub(super) async fn cloudwatch(
        &self,
        source: &str,
        peer: &Peer,
        here: &[Here],
        now: DateTime<Utc>,
    ) -> Result<Found, StoreError> {
        let since = self.store.known_since(source, now).await?;
        self.ingest.desk().tags.refresh(&self.store).await?;
        let mut regions: BTreeMap<&str, Vec<Here>> =
            peer.regions.iter().map(|name| (name.as_str(), Vec::new())).collect();
        for one in here {
            if let Some(arn) = AlarmArn::parse(&one.message.id.fingerprint) {
                regions.entry(arn.region).or_default().push(one.clone());
            }
        }
        let mut all = Found { outcome: ResyncOutcome::Agreed, confirmed: Vec::new(), bodies: Vec::new() };
        let mut unanswered = false;
        for (name, here) in regions {
            let region = Region { source, name, here, since, now };
            match self.region(peer, &region).await? {
                Some(found) => {
                    all.confirmed.extend(found.confirmed);
                    all.bodies.extend(found.bodies);
                }
                None => unanswered = true,
            }
        }
        if unanswered {
            all.outcome = ResyncOutcome::Unanswered;
        }
        if !all.bodies.is_empty() {
            all.outcome = ResyncOutcome::Differed;
            tracing::warn!(
                source,
                alarms = all.bodies.len(),
                "what is in alarm at CloudWatch differs from what fires here"
            );
        }
        Ok(all)
    }

    /// What one region comes to, where it answers.
    async fn region(&self, peer: &Peer, region: &Region<'_>) -> Result<Option<Found>, StoreError> {
        let Some(reading) = self.readings.get(region.source) else { return Ok(None) };
        let identities = || region.here.iter().map(|one| one.message.id.fingerprint.as_str());
        let question = Question {
            names: identities().filter_map(AlarmArn::parse).flat_map(|arn| arn.names()).collect(),
            here: identities().collect(),
            insufficient_data: reading.insufficient_data == InsufficientData::Incident,
        };
        let answer = peer.api.ask(region.name, &question).await;
        let refusal = answer.as_ref().err().map(Refusal::text);
        let text = refusal.map(|text| {
            format!("CloudWatch cannot be asked what is in alarm, so that lost messages stay lost: {text}")
        });
        peer.trouble(region.source, region.name, text);
        let Ok(answer) = answer else { return Ok(None) };
        self.tell_limits(peer, region, &answer);

        let note = format!("found by asking CloudWatch in {}", region.name);
        let sayings = self.sayings(region, &answer, &note);
        let ids: Vec<_> = sayings.iter().map(|one| &one.there.message.id).collect();
        let over = self.store.over(&ids).await?;
        let there: Vec<_> = sayings.iter().map(|one| one.there.clone()).collect();
        let differences = changes(&region.here, &there, &over, region.since, region.now);
        let mut found = Found {
            outcome: ResyncOutcome::Agreed,
            confirmed: differences.confirmed.into_iter().map(|id| id.fingerprint).collect(),
            bodies: Vec::new(),
        };
        for message in differences.messages.into_iter().take(MOST) {
            let Some(saying) = sayings.iter().find(|one| one.there.message == message) else { continue };
            let quiet = message.status == AlertStatus::Firing && is_muted(peer, region, saying).await;
            if !quiet {
                found.bodies.push((saying.body.clone(), note.clone()));
            }
        }
        found.bodies.extend(self.retagged(region, &sayings).await?);
        Ok(Some(found))
    }

    /// What cannot be seen, each once.
    fn tell_limits(&self, peer: &Peer, region: &Region<'_>, answer: &Answer) {
        let unseen = answer.without_contributors.as_ref().map(|refusal| {
            let text = refusal.text();
            format!("time series of alarms over many end only with the whole alarm: {text}")
        });
        peer.trouble(region.source, &format!("contributors in {}", region.name), unseen);
        let Some(own) = answer.account.as_deref() else { return };
        let arns = region.here.iter().filter_map(|one| AlarmArn::parse(&one.message.id.fingerprint));
        let others: BTreeSet<&str> = arns.map(|arn| arn.account).filter(|account| *account != own).collect();
        for account in others {
            let text = format!(
                "the AWS credentials are of account {own}, which does not see the alarms of account {account}: nothing is known of those but what SNS brings"
            );
            peer.trouble(region.source, &format!("account {account}"), Some(text));
        }
    }

    fn sayings(&self, region: &Region<'_>, answer: &Answer, note: &str) -> Vec<Saying> {
        let Some(reading) = self.readings.get(region.source) else { return Vec::new() };
        let drops = |message: &_| self.ingest.desk().rules.drops(message);
        let read = |body: &[u8]| self.parse(body, region.source, region.now);
        there::sayings(
            &region.here,
            answer,
            region.now,
            &there::Voice { reading, read: &read, drops: &drops, note },
        )
    }
}

/// Whether people have muted it; where that cannot be seen it counts as muted, since they have asked for quiet.
async fn is_muted(peer: &Peer, region: &Region<'_>, saying: &Saying) -> bool {
    let muted = peer.api.is_muted(region.name, &saying.name).await;
    let text = muted.as_ref().err().map(|refusal| {
        format!(
            "what is in alarm and was never heard of is not raised, since it may be muted: {}",
            refusal.text()
        )
    });
    peer.trouble(region.source, &format!("mutes in {}", region.name), text);
    muted.unwrap_or(true)
}

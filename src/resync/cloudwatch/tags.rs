//! Tags of alarms, read ahead of time, since hop 1 waits for nobody: which alarms tell our topics, then one alarm after
//! another, slowly, those first of which nothing is known.
//!
//! Knows whose turn it is. Whatever AWS does not say leaves what is known as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::cloudwatch::{TAG, tag};
use firstlook_core::alert::{AlertStatus, Labels};
use firstlook_core::incident::reconcile::Here;

use super::super::{Resync, WITHOUT_CREDENTIALS};
use super::there::Saying;
use super::{Peer, Region};
use crate::aws::refusal::Refusal;
use crate::clock;
use crate::sources::cloudwatch_api::Described;
use crate::sources::sns::read::Reading;
use crate::store::{Learned, Outcome, StoreError};

/// Between two calls. AWS says of no number how many it takes; its older ones took ten in a second, of all who ask.
const PACE: Duration = Duration::from_millis(500);
/// Alarms of one run: other upkeep waits for it.
const ROUND: i64 = 20;
/// Between two runs, while there is something left to read.
const SOON: Duration = Duration::from_secs(5);
/// How often alarms are listed.
const LIST_EVERY: Duration = Duration::from_secs(600);
/// How old tags may become.
const REFRESH: TimeDelta = TimeDelta::hours(6);
/// For how long nothing is asked in a region where that is not allowed, or not understood.
const REST: TimeDelta = TimeDelta::hours(1);

/// One source in one region.
struct Place<'a> {
    source: &'a str,
    region: &'a str,
    peer: &'a Peer,
    reading: &'a Reading,
}

/// What a run has done so far.
#[derive(Default)]
struct Run {
    asked: i64,
    changed: bool,
}

impl Peer {
    fn rests(&self, region: &str, now: DateTime<Utc>) -> bool {
        let rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        rests.get(region).is_some_and(|until| now < *until)
    }

    fn rest(&self, region: &str, until: DateTime<Utc>) {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner).insert(region.to_owned(), until);
    }
}

impl Resync {
    /// Reads the tags of some alarms.
    pub(in crate::resync) async fn learn(&self, source: &str, peer: &Peer) -> Result<Outcome, StoreError> {
        let Some(reading) = self.readings.get(source) else { return Ok(Outcome::Done) };
        if !peer.can_ask(source).await {
            return Ok(Outcome::Later(WITHOUT_CREDENTIALS));
        }
        let mut regions = peer.regions.clone();
        regions.extend(self.store.alarm_regions(source).await?);
        let mut run = Run::default();
        for region in regions.iter().filter(|region| !peer.rests(region, clock::now())) {
            let place = Place { source, region, peer, reading };
            let refusal = self.learn_in(&place, &mut run).await?;
            if let Some(refusal) = &refusal
                && !matches!(refusal, Refusal::Unavailable(_))
            {
                peer.rest(region, clock::now() + REST);
            }
            let text = refusal.map(|refusal| {
                format!("tags of alarms that do not send them are not read anew: {}", refusal.text())
            });
            peer.trouble(source, &format!("tags in {region}"), text);
        }
        self.ingest.desk().tags.refresh(&self.store).await?;
        if run.changed {
            // What fires already has them at once.
            self.store.ask_now(&[source]).await?;
        }
        Ok(Outcome::Later(if run.asked < ROUND { LIST_EVERY } else { SOON }))
    }

    /// Lists the alarms of a region, where it is time, and reads tags until the run is long enough. Returns why it stopped
    /// before.
    async fn learn_in(&self, place: &Place<'_>, run: &mut Run) -> Result<Option<Refusal>, StoreError> {
        let Place { source, region, peer, .. } = *place;
        let listed = self.store.last_listed(source, region).await?;
        if listed.is_none_or(|at| (clock::now() - at).to_std().is_ok_and(|age| age >= LIST_EVERY))
            && let Some(refusal) = self.list(place).await?
        {
            return Ok(Some(refusal));
        }
        let before = clock::now() - REFRESH;
        for arn in self.store.due_alarms(source, region, before, ROUND - run.asked).await? {
            if run.asked > 0 {
                tokio::time::sleep(PACE).await;
            }
            run.asked += 1;
            match peer.api.tags(region, &arn).await {
                Ok(Some(tags)) => {
                    run.changed |= self.store.keep_tags(source, &arn, &tags, clock::now()).await?
                }
                Ok(None) => self.store.forget_alarm(source, &arn).await?,
                Err(refusal) => {
                    self.store.put_off_alarm(source, &arn, clock::now()).await?;
                    return Ok(Some(refusal));
                }
            }
        }
        Ok(None)
    }

    async fn list(&self, place: &Place<'_>) -> Result<Option<Refusal>, StoreError> {
        let Place { source, region, peer, reading } = *place;
        let topics = reading.topics.iter().filter_map(|topic| topic.begins(region));
        let topics: Vec<String> = topics.collect::<BTreeSet<_>>().into_iter().collect();
        let tells = |alarm: &Described| alarm.actions().any(|action| reading.hears(action));
        let (arns, whole) = match peer.api.telling(region, &topics, &tells).await {
            Ok(listing) => listing,
            Err(refusal) => return Ok(Some(refusal)),
        };
        let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
        self.store.list_alarms(source, region, &arns, whole, clock::now()).await?;
        Ok(None)
    }

    /// What fires here and whose tags have become known, or others, since it was last heard of: said again, it has them.
    /// Tags that a message brought itself stay.
    pub(super) async fn retagged(
        &self,
        region: &Region<'_>,
        sayings: &[Saying],
    ) -> Result<Vec<(Vec<u8>, String)>, StoreError> {
        let here: BTreeMap<&str, &Here> =
            region.here.iter().map(|one| (one.message.id.fingerprint.as_str(), one)).collect();
        let both = |saying: &&Saying| {
            let message = &saying.there.message;
            message.status == AlertStatus::Firing && here.contains_key(message.id.fingerprint.as_str())
        };
        let both: Vec<&Saying> = sayings.iter().filter(both).collect();
        let arns: Vec<&str> =
            both.iter().map(|one| one.arn.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
        if arns.is_empty() {
            return Ok(Vec::new());
        }
        if self.store.name_alarms(region.source, &arns, region.now).await? {
            self.store.learn_now(region.source).await?;
        }
        let learned = self.store.learned(region.source, &arns).await?;
        let again = |saying: &&Saying| {
            let here = here.get(saying.there.message.id.fingerprint.as_str()).copied();
            here.zip(learned.get(&saying.arn)).is_some_and(|(here, learned)| is_news(here, learned))
        };
        let note = format!("its tags were read from CloudWatch in {}", region.name);
        Ok(both.into_iter().filter(again).map(|saying| (saying.body.clone(), note.clone())).collect())
    }
}

/// Whether an alert has the tags that its alarm had before, and was not heard of since.
fn is_news(here: &Here, learned: &Learned) -> bool {
    let labels = |tags: &BTreeMap<String, String>| {
        let mut labels = Labels::default();
        tag(&mut labels, tags.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        labels
    };
    let has: Labels = here.message.labels.iter().filter(|(name, _)| name.starts_with(TAG)).collect();
    learned.changed_at > here.seen_at && has == labels(&learned.before) && has != labels(&learned.tags)
}

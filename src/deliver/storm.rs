//! A storm's message on its way: posted or rung once, then edited or told anew as the storm grows, calms down and ends.
//!
//! Knows the forms of each integration. Must not decide when there is something to tell.

use chrono::{DateTime, Utc};
use firstlook_core::notify::backoff::{self, Next};
use firstlook_core::notify::storm::{Form, Storm, due};
use firstlook_core::notify::{self, storm_key};

use super::send::counted;
use super::sought::Sought;
use super::{Deliver, Integration, Way, chance, tries};
use crate::clock;
use crate::fail::{self, Step};
use crate::receivers::slack::Place;
use crate::receivers::{Class, SendError};
use crate::store::{Address, Claim, Outcome, StoreError, StormMessage};
use crate::telemetry::labels::SendOutcome;
use std::sync::Arc;
use std::time::Duration;

/// Before everything that is told singly: it stands for all of the others.
const FIRST: i16 = -1;

/// How a storm is told at an integration; none for machines, which are told each incident.
pub fn form(integration: &Integration) -> Option<Form> {
    match integration {
        Integration::PagerDuty(_) => Some(Form::Page),
        Integration::Slack { .. } => Some(Form::Living),
        Integration::SlackWebhook(_) => Some(Form::Posts),
        Integration::Webhook { .. } => None,
    }
}

impl Deliver {
    /// Tells a storm's message as the storm stands by now.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub(super) async fn storm(
        &self,
        claim: &Claim,
        mut message: StormMessage,
    ) -> Result<Outcome, StoreError> {
        let Some(way) = self.ways.get(&(message.receiver.clone(), message.integration.clone())) else {
            let reason = "the configuration has no such integration any more";
            self.store.storm_parked(claim, reason).await?;
            return Ok(Outcome::Done);
        };
        let Ok(_place) = Arc::clone(&way.places).try_acquire_owned() else {
            return Ok(Outcome::Throttled { bucket: way.bucket.name.clone(), urgency: FIRST });
        };
        // Asked for more than once while it waited, or told meanwhile: once is enough.
        let Some(form) = form(&way.integration) else { return Ok(Outcome::Done) };
        if !due(form, message.told.as_ref(), &self.store.figures(&message).await?, message.age) {
            return Ok(Outcome::Done);
        }
        if let Some(wait) = self.room(claim, way, FIRST, 1).await? {
            return Ok(wait);
        }
        // Counted once there is room: what came while it waited is in it.
        let (storm, counted_at) = self.store.told_storm(&message, &self.words).await?;
        self.store.storm_sending(claim, &message).await?;
        fail::pass(Step::BeforeSend);
        let answer = self.send_storm(way, &storm, &mut message).await;
        fail::pass(Step::Sent);
        match answer {
            Ok(()) => {
                self.store.storm_sent(claim, &message, &storm.figures, counted_at).await?;
                counted(&way.integration, SendOutcome::Sent);
                tracing::info!(
                    receiver = message.receiver,
                    integration = message.integration,
                    storm = storm.number,
                    incidents = storm.figures.all(),
                    ended = storm.figures.ended,
                    "a storm is told"
                );
                Ok(Outcome::Done)
            }
            Err(error) => self.storm_failed(claim, way, message, &error).await,
        }
    }

    async fn send_storm(
        &self,
        way: &Way,
        storm: &Storm,
        message: &mut StormMessage,
    ) -> Result<(), SendError> {
        let first_try: Option<DateTime<Utc>> = message.doubt.then_some(message.wanted_at);
        match &way.integration {
            Integration::Slack { api, channel } => {
                let key = message.id.to_string();
                let tried = first_try.filter(|_| message.address.is_none());
                let sought = Sought::of(api, Place { channel, thread: None }, tried, &key).await;
                let said = tried.filter(|_| sought.may_be_there());
                if let Sought::There(at) = sought {
                    message.address = Some(at.into());
                }
                let receipt = match &message.address {
                    Some(Address { channel, ts }) => {
                        let body = notify::slack_storm_update(storm, &self.zone, channel, ts, self.buttons);
                        api.update(&notify::keyed(self.storm_worded(body, storm), &key)).await?
                    }
                    None => {
                        let body = notify::slack_storm(storm, &self.zone, channel, self.buttons, said);
                        api.post(&notify::keyed(self.storm_worded(body, storm), &key)).await?
                    }
                };
                message.address = Some(receipt.into());
                Ok(())
            }
            Integration::SlackWebhook(hook) => {
                let body = notify::incoming_storm(storm, &self.zone, first_try);
                hook.post(&self.storm_worded(body, storm)).await
            }
            Integration::PagerDuty(api) => {
                let key = storm_key(&self.name, &message.receiver, storm.number);
                // A key that never rang is not closed.
                let event = match (storm.figures.is_over(), message.told.is_some() || message.doubt) {
                    (true, false) => return Ok(()),
                    (true, true) => notify::pagerduty_resolve(&key),
                    (false, _) => {
                        let event = notify::pagerduty_storm(storm, &self.zone, &self.name, &key);
                        self.storm_page_worded(event, storm)
                    }
                };
                api.send(&event).await
            }
            Integration::Webhook { .. } => {
                let reason = "it takes no storm; this is a fault of firstlook: please report it".to_owned();
                Err(SendError { class: Class::Fail, reason })
            }
        }
    }

    /// It is tried again, and what it counts then is newer; given up, everything that it was to tell is told singly.
    async fn storm_failed(
        &self,
        claim: &Claim,
        way: &Way,
        mut message: StormMessage,
        error: &SendError,
    ) -> Result<Outcome, StoreError> {
        let age = (clock::now() - message.wanted_at).to_std().unwrap_or_default();
        let attempts = tries(message.attempts + 1);
        let next = backoff::next(error.class, attempts, age, backoff::PAGE_PATIENCE, chance());
        let doubt = error.class == Class::Ambiguous && message.address.is_none();
        let after = match next {
            Next::Again(after) => after,
            Next::Replace => {
                message.address = None;
                Duration::ZERO
            }
            Next::Park => {
                counted(&way.integration, SendOutcome::Parked);
                tracing::error!(
                    receiver = message.receiver,
                    integration = message.integration,
                    reason = error.reason,
                    "a storm could not be told; its incidents are told singly"
                );
                self.store.storm_parked(claim, &error.reason).await?;
                return Ok(Outcome::Done);
            }
        };
        counted(&way.integration, SendOutcome::Retried);
        self.store.storm_unsent(claim, &message, doubt, &error.reason).await?;
        self.heed(way, error).await?;
        Ok(Outcome::Retry { after, error: error.reason.clone() })
    }
}

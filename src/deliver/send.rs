//! One message on its way: which request an edge becomes at each kind of integration.
//!
//! Knows the integrations. Must not know what follows from an answer.

use std::borrow::Cow;
use std::sync::Arc;

use firstlook_core::incident::EdgeKind;
use firstlook_core::notify::templates::News;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{self, Again, DigestLine};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::Deliver;
use super::sought::Sought;
use crate::clock;
use crate::receivers::pagerduty::PagerDuty;
use crate::receivers::slack::{IncomingWebhook, Place, Slack};
use crate::receivers::webhook::Webhook;
use crate::receivers::{Class, SendError};
use crate::store::{Address, Bucket, ELSEWHERE, Edge, JobKind, THREAD, Target};
use crate::telemetry::labels::{Integration as Kind, SendOutcome};
use crate::telemetry::metrics::{self, Metric};
use crate::worker::width;

/// An integration, and what bounds its use.
#[derive(Debug, Clone)]
pub struct Way {
    /// Where it leads.
    pub integration: Integration,
    /// How many messages it takes, shared with every other way to the same key.
    pub bucket: Bucket,
    /// How many requests may be under way.
    pub places: Arc<Semaphore>,
}

impl Way {
    /// A way with all of its places free: half of its lane's, so that one that hangs leaves room for the others.
    pub fn new(integration: Integration, bucket: Bucket) -> Self {
        let kind = match integration {
            Integration::PagerDuty(_) => JobKind::Page,
            Integration::Slack { .. } | Integration::SlackWebhook(_) | Integration::Webhook { .. } => {
                JobKind::Message
            }
        };
        Self { integration, bucket, places: Arc::new(Semaphore::new(width(kind) / 2)) }
    }

    /// The same bot in another channel, by its id, or in a thread there. None where the integration has only one.
    pub(super) fn elsewhere(&self, place: &str) -> Option<Self> {
        let channel = place.split(THREAD).next().unwrap_or_default();
        let Integration::Slack { api, .. } = &self.integration else { return None };
        let integration = Integration::Slack { api: api.clone(), channel: channel.to_owned() };
        let bucket = Bucket::new("slack", api.token(), channel, self.bucket.rate);
        Some(Self { integration, bucket, places: Arc::clone(&self.places) })
    }
}

impl Deliver {
    /// How a target is reached. One that no receiver names is reached with what its integration shares with one that does.
    pub(super) fn way(&self, target: &Target) -> Option<Cow<'_, Way>> {
        self.way_of(&target.receiver, &target.integration)
    }

    /// The same by names.
    pub(super) fn way_of(&self, receiver: &str, integration: &str) -> Option<Cow<'_, Way>> {
        let of = |integration: &str| self.ways.get(&(receiver.to_owned(), integration.to_owned()));
        match integration.split_once(ELSEWHERE) {
            None => of(integration).map(Cow::Borrowed),
            Some((integration, channel)) => of(integration)?.elsewhere(channel).map(Cow::Owned),
        }
    }

    /// Receivers and integrations that lead to the same place.
    pub(super) fn beside(&self, way: &Way) -> Vec<(String, String)> {
        let same = self.ways.iter().filter(|(_, other)| other.bucket.name == way.bucket.name);
        same.map(|(key, _)| key.clone()).collect()
    }
}

/// A way to reach somebody.
#[derive(Debug, Clone)]
pub enum Integration {
    /// Events API v2.
    PagerDuty(PagerDuty),
    /// A bot token: posts once and edits in place.
    Slack {
        /// The Web API.
        api: Slack,
        /// Where the first post goes.
        channel: String,
    },
    /// Slack's incoming webhook: posts, and can never edit.
    SlackWebhook(IncomingWebhook),
    /// The incident as JSON.
    Webhook {
        /// Where it is posted.
        hook: Webhook,
        /// Whose words its body has; without one firstlook's own.
        template: Option<String>,
    },
}

impl Deliver {
    /// One edge to one receiver. A new message's address is noted in `target`.
    pub(super) async fn send(
        &self,
        integration: &Integration,
        view: &Incident,
        target: &mut Target,
        edge: &Edge,
    ) -> Result<(), SendError> {
        match integration {
            Integration::PagerDuty(api) => {
                let key = notify::dedup_key(&self.name, &target.slot);
                let event = match edge.kind {
                    EdgeKind::Acknowledge => notify::pagerduty_acknowledge(&key),
                    EdgeKind::Resolve => notify::pagerduty_resolve(&key),
                    _ => {
                        let event =
                            notify::pagerduty_trigger(view, &self.zone, &self.name, &key, again(edge));
                        self.page_worded(event, view, edge.kind.as_str())
                    }
                };
                if ends_first(target, edge) {
                    api.send(&notify::pagerduty_resolve(&key)).await?;
                }
                api.send(&event).await?;
                target.muted = edge.kind == EdgeKind::Acknowledge;
                Ok(())
            }
            Integration::Slack { api, channel } => self.slack(api, channel, view, target, edge).await,
            // It cannot edit, so every post rings: that somebody took it wakes nobody.
            Integration::SlackWebhook(_) if edge.kind == EdgeKind::Acknowledge => Ok(()),
            Integration::SlackWebhook(hook) => {
                let body = notify::incoming_webhook(view, &self.zone);
                hook.post(&self.slack_worded(body, view, edge.kind.as_str())).await
            }
            Integration::Webhook { hook, template } => {
                let event_id = format!("{}/{}", target.id, edge.seq);
                let news = News { view, kind: edge.kind.as_str(), event_id: &event_id };
                hook.post(self.hook_body(template.as_deref(), news)?, &event_id, clock::now()).await
            }
        }
    }

    /// The first edge posts the message; every later one is a line in its thread, while the level edits the message.
    async fn slack(
        &self,
        api: &Slack,
        channel: &str,
        view: &Incident,
        target: &mut Target,
        edge: &Edge,
    ) -> Result<(), SendError> {
        let digest = target.digest.as_ref().filter(|_| target.address.is_none() && !edge.kind.rings());
        let line = match (&target.address, digest) {
            (Some(at), _) => Some((self.line(view, target, at, edge), target.under(at), at)),
            (None, Some(at)) => {
                Some((notify::digest_line(view, &self.zone, &at.channel, &at.ts), at.ts.as_str(), at))
            }
            (None, None) => None,
        };
        let key = format!("{}/{}", target.id, edge.seq);
        let tried = edge.doubt.then_some(edge.created_at);
        if let Some((line, thread, at)) = line {
            let line = self.thread_worded(line, view, edge.kind.as_str());
            let place = Place { channel: &at.channel, thread: Some(thread) };
            return match Sought::of(api, place, tried, &key).await {
                Sought::There(_) => Ok(()),
                _ => api.post(&notify::keyed(line, &key)).await.map(drop),
            };
        }
        let thread = target.thread();
        let sought = Sought::of(api, Place { channel, thread }, tried, &key).await;
        let worded = |body| notify::keyed(self.slack_worded(body, view, edge.kind.as_str()), &key);
        if let Sought::There(at) = sought {
            // It shows what was known then. It keeps its key, for whoever comes after a death before this is noted.
            let body = notify::slack_update(view, &self.zone, &at.channel, &at.ts, self.buttons);
            target.address = Some(api.update(&worded(body)).await?.into());
            return Ok(());
        }
        let mut body = worded(if sought.may_be_there() {
            notify::slack_post_again(view, &self.zone, channel, self.buttons, edge.created_at)
        } else {
            notify::slack_post(view, &self.zone, channel, self.buttons)
        });
        if let Some(thread) = thread {
            body["thread_ts"] = json!(thread);
        }
        target.address = Some(api.post(&body).await?.into());
        Ok(())
    }

    /// What is said under the message.
    fn line(&self, view: &Incident, target: &Target, at: &Address, edge: &Edge) -> Value {
        let under = target.under(at);
        match edge.kind {
            EdgeKind::Resolve => notify::resolved_line(view, &self.zone, &at.channel, under),
            EdgeKind::Acknowledge => notify::acknowledged_line(view, &at.channel, under),
            _ => {
                let again = again(edge).unwrap_or(Again::Reopened);
                notify::again_line(view, &self.zone, &at.channel, under, again)
            }
        }
    }
}

impl Deliver {
    /// Many incidents in one message; where it stands is noted in `target`, which has no message of its own by that.
    pub(super) async fn send_digest(
        &self,
        integration: &Integration,
        lines: &[DigestLine],
        target: &mut Target,
        edge: &Edge,
    ) -> Result<(), SendError> {
        let url = format!("{}/", self.words.external_url);
        let first_try = edge.doubt.then_some(edge.created_at);
        match integration {
            Integration::Slack { api, channel } => {
                let key = format!("{}/{}", target.id, edge.seq);
                let sought = Sought::of(api, Place { channel, thread: None }, first_try, &key).await;
                let said = first_try.filter(|_| sought.may_be_there());
                let body = notify::slack_digest(self.words.language, lines, &url, &self.zone, channel, said);
                let receipt = match sought {
                    Sought::There(receipt) => receipt,
                    _ => api.post(&notify::keyed(self.digest_worded(body, lines), &key)).await?,
                };
                target.digest = Some(receipt.into());
                Ok(())
            }
            Integration::SlackWebhook(hook) => {
                let body = notify::incoming_digest(self.words.language, lines, &url, &self.zone, first_try);
                hook.post(&self.digest_worded(body, lines)).await
            }
            Integration::PagerDuty(_) | Integration::Webhook { .. } => {
                let reason = "it takes no digest; this is a fault of firstlook: please report it".to_owned();
                Err(SendError { class: Class::Fail, reason })
            }
        }
    }
}

/// How many requests an edge takes at its integration.
pub(super) fn sends(integration: &Integration, target: &Target, edge: &Edge) -> u32 {
    match (integration, edge.kind) {
        (Integration::SlackWebhook(_), EdgeKind::Acknowledge) => 0,
        (Integration::PagerDuty(_), _) if ends_first(target, edge) => 2,
        _ => 1,
    }
}

/// What somebody has acknowledged, or what still stands there, does not ring again under its key (FACTS C): it has to
/// end first.
fn ends_first(target: &Target, edge: &Edge) -> bool {
    target.muted && edge.kind.rings()
}

/// Why an edge rings again; `None` for what rings for the first time or not at all.
fn again(edge: &Edge) -> Option<Again> {
    match edge.kind {
        EdgeKind::Retrigger => Some(Again::Reopened),
        EdgeKind::Joined => Some(Again::Joined),
        EdgeKind::Escalated => Some(Again::Escalated),
        EdgeKind::Unpaged => Some(Again::Unpaged),
        EdgeKind::Repeat => Some(Again::Repeated { now: edge.created_at }),
        EdgeKind::SeverityRaised => edge.was.map(|was| Again::Raised { was }),
        EdgeKind::Trigger | EdgeKind::Acknowledge | EdgeKind::Resolve => None,
    }
}

/// The version that a message shows after this edge: a thread line leaves the message itself as it was.
pub(super) fn shows(integration: &Integration, edge: &Edge, view: &Incident) -> i64 {
    match integration {
        Integration::Slack { .. } if edge.kind != EdgeKind::Trigger => 0,
        _ => view.version,
    }
}

/// Counts how an attempt ended.
pub(super) fn counted(integration: &Integration, outcome: SendOutcome) {
    let kind = match integration {
        Integration::PagerDuty(_) => Kind::Pagerduty,
        Integration::Slack { .. } | Integration::SlackWebhook(_) => Kind::Slack,
        Integration::Webhook { .. } => Kind::Webhook,
    };
    metrics::count(Metric::Notifications, &[kind.into(), outcome.into()]);
}

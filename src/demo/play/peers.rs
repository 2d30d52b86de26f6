//! Door: network. What the play talks to: firstlook's own HTTP, and the inbox that it watches.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::super::alarm::{Alert, body};
use crate::app::StartError;
use crate::config::{Authorization, Config};
use crate::http;
use crate::secret::Secret;
use crate::web::pages::{Received, Sent};
use crate::web::stand_in::StandIn;

/// How often the inbox and the API are looked at while something is awaited.
const LOOK: Duration = Duration::from_millis(25);
/// Longer than firstlook itself takes for any request.
const TIMEOUT: Duration = Duration::from_secs(15);

/// firstlook and the inbox.
pub struct Peers<'a> {
    client: reqwest::Client,
    url: String,
    webhook: String,
    token: Secret,
    inbox: &'a StandIn,
}

impl<'a> Peers<'a> {
    /// # Errors
    /// When the configuration has no source with a token.
    pub fn new(config: &Config, inbox: &'a StandIn) -> Result<Self, StartError> {
        let url = config.server.external_url.clone();
        let mut sources = config.alertmanager.iter();
        let (webhook, token) = sources
            .find_map(|source| match &source.authorization {
                Some(Authorization::Header { credentials, .. }) => {
                    Some((format!("{url}/webhooks/alertmanager/{}", source.name), credentials.clone()))
                }
                _ => None,
            })
            .ok_or("the demo's configuration has no source with a token")?;
        Ok(Self { client: http::client(TIMEOUT)?, url, webhook, token, inbox })
    }

    /// Waits until firstlook says that it is ready.
    ///
    /// # Errors
    /// When it does not within `patience`.
    pub async fn ready(&self, patience: Duration) -> Result<(), StartError> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            let answer = self.client.get(format!("{}/readyz", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            sleep(4 * LOOK).await;
        }
        Err("firstlook did not become ready".into())
    }

    /// Posts `alerts` as Alertmanager does, with the source's credentials; status and answer.
    pub async fn post(&self, alerts: &[Alert], from: &str) -> Result<(u16, Value), StartError> {
        let request = self.client.post(&self.webhook).bearer_auth(self.token.expose());
        let answer = request.json(&body(alerts, from)).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// The answer to a GET.
    pub async fn get(&self, path: &str) -> Result<Value, StartError> {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Asks until the answer `fits`, or no longer; the last answer.
    pub async fn until(
        &self,
        patience: Duration,
        path: &str,
        fits: impl Fn(&Value) -> bool,
    ) -> Result<Value, StartError> {
        let deadline = Instant::now() + patience;
        loop {
            let answer = self.get(path).await?;
            if fits(&answer) || Instant::now() >= deadline {
                return Ok(answer);
            }
            sleep(LOOK).await;
        }
    }

    /// How many requests the inbox holds.
    pub fn seen(&self) -> usize {
        self.inbox.received().len()
    }

    /// The first request behind the first `seen` that `fits`.
    pub async fn wait(
        &self,
        patience: Duration,
        seen: usize,
        fits: impl Fn(&Received) -> bool,
    ) -> Option<Received> {
        let deadline = Instant::now() + patience;
        loop {
            let found = self.inbox.received().into_iter().skip(seen).find(&fits);
            if found.is_some() || Instant::now() >= deadline {
                return found;
            }
            sleep(LOOK).await;
        }
    }

    /// How many requests behind the first `seen` fit.
    pub fn count(&self, seen: usize, fits: impl Fn(&Received) -> bool) -> usize {
        self.inbox.received().iter().skip(seen).filter(|one| fits(one)).count()
    }

    /// How many dedup keys PagerDuty was given.
    pub fn keys(&self) -> usize {
        let received = self.inbox.received();
        let events = received.iter().filter(|one| one.sent == Sent::PagerDuty);
        events.filter_map(|one| one.body.get("dedup_key")?.as_str()).collect::<BTreeSet<_>>().len()
    }
}

//! Door: network. Lets somebody outside hear that firstlook works: where that falls silent, they tell people.
//!
//! It goes out by a job of the queue, so that it stops when the database or the worker does. Must not know who listens.

use std::time::Duration;

use reqwest::Client;

use crate::config;
use crate::store::Outcome;

/// The key of its job.
pub const PING: &str = "ping";

/// Who is called, and how.
#[derive(Debug)]
pub struct Ping {
    client: Client,
    settings: config::Ping,
}

impl Ping {
    /// `client`: from [`crate::http::client`].
    pub fn new(client: Client, settings: config::Ping) -> Self {
        Self { client, settings }
    }

    /// Calls the address once. Whoever listens there counts what comes, so what does not arrive is not tried sooner.
    pub(super) async fn send(&self) -> Outcome {
        let answer = self.client.get(self.settings.url.expose()).send().await;
        let fault = match answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answers {}", answer.status().as_u16())),
            Err(error) if error.is_builder() => Some("it is no address that can be called".to_owned()),
            // Without the address, which is a secret.
            Err(error) => Some(error.without_url().to_string()),
        };
        if let Some(fault) = fault {
            tracing::warn!(fault, "`ping.url` does not hear that firstlook works");
        }
        Outcome::Later(self.settings.interval.to_std().unwrap_or(Duration::from_secs(60)))
    }
}

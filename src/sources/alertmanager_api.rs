//! Door: network. Alertmanager's own API, version 2: what fires there, whom it is routed to, and since when it runs
//! (FACTS A7, A8); and its silences.
//!
//! Must not know what fires here, nor what a difference means.

mod read;
mod silences;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use firstlook_core::alert::AlertMessage;
use reqwest::{Client, Response, Url, header};

use crate::config::Authorization;

pub use silences::NotSilenced;

/// How long an answer may take, to its end.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of all alerts together: some 15,000 of them.
const MOST_ALERTS: usize = 16 * 1024 * 1024;
/// Bytes of the status; it holds the whole configuration.
const MOST_STATUS: usize = 4 * 1024 * 1024;

/// An Alertmanager that can be asked.
#[derive(Debug, Clone)]
pub struct Api {
    base: Url,
    authorization: Option<Authorization>,
    client: Client,
}

/// What an Alertmanager knows at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Everything that fires there, whether anybody is told of it or not.
    pub firing: Vec<Firing>,
    /// Since when it runs.
    pub up_since: DateTime<Utc>,
    /// Its cluster is complete as far as it can tell; without one that is so at once.
    pub ready: bool,
    /// Its routes mute by time, and this version of it does not say which alerts.
    pub mutes_unseen: bool,
}

/// An alert that fires there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firing {
    /// As its webhook would say it: fingerprints are the same.
    pub message: AlertMessage,
    /// The receivers that it is routed to, by name.
    pub receivers: Vec<String>,
    /// Nobody is told: it is silenced, inhibited, muted, or not routed yet.
    pub quiet: bool,
}

/// Why an Alertmanager could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; {remedy}")]
pub struct ApiError {
    /// What went wrong. Holds neither address nor answer, which may carry secrets.
    pub reason: String,
    /// What the operator can do.
    pub remedy: &'static str,
}

impl ApiError {
    fn new(reason: impl Into<String>, remedy: &'static str) -> Self {
        Self { reason: reason.into(), remedy }
    }
}

impl Api {
    /// The Alertmanager at `url`: what stands before `/api/v2`.
    ///
    /// # Errors
    /// When the address is none, or the TLS roots of the system cannot be read.
    pub fn new(url: &str, authorization: Option<Authorization>) -> Result<Self, ApiError> {
        let mut base = Url::parse(url)
            .map_err(|_| ApiError::new("`api_url` is not a URL", "write it as http://alertmanager:9093"))?;
        base.set_query(None);
        let client = crate::http::client(TIMEOUT).map_err(|error| {
            ApiError::new(
                format!("no HTTP client: {}", error.without_url()),
                "check the TLS roots of the system",
            )
        })?;
        Ok(Self { base, authorization, client })
    }

    /// Host and port, for people.
    pub fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// What it knows now. `source` is whose alerts these are here.
    ///
    /// # Errors
    /// When it does not answer, or not with everything: a part of its alerts would make the others look ended.
    pub async fn ask(&self, source: &str, now: DateTime<Utc>) -> Result<Snapshot, ApiError> {
        // In this order: an Alertmanager that restarts in between shows by its status that its alerts prove nothing.
        let alerts = self.get("/api/v2/alerts", MOST_ALERTS).await?;
        let status = self.get("/api/v2/status", MOST_STATUS).await?;
        read::snapshot(&alerts, &status, source, now)
    }

    async fn get(&self, path: &str, most: usize) -> Result<Vec<u8>, ApiError> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let request = self.client.get(url).header(header::ACCEPT, "application/json");
        let request = crate::http::authorized(request, self.authorization.as_ref());
        let response = request.send().await.map_err(unreachable)?;
        match response.status().as_u16() {
            200 => body(response, most).await,
            status => Err(refused(status)),
        }
    }
}

fn unreachable(error: reqwest::Error) -> ApiError {
    let remedy = "check `api_url`, the network between, and that Alertmanager runs";
    match error {
        error if error.is_timeout() => {
            ApiError::new(format!("no answer within {} s", TIMEOUT.as_secs()), remedy)
        }
        error if error.is_builder() => {
            ApiError::new("the request cannot be made", "check `api_authorization` for line breaks")
        }
        error => {
            let mut inner: &dyn std::error::Error = &error.without_url();
            while let Some(cause) = inner.source() {
                inner = cause;
            }
            ApiError::new(format!("no answer: {inner}"), remedy)
        }
    }
}

fn refused(status: u16) -> ApiError {
    let remedy = match status {
        300..=399 => "redirects are never followed: set the final address in `api_url`",
        401 | 403 => "check `api_authorization` or `api_basic_auth`",
        404 | 405 => "check `api_url`: it ends before /api/v2",
        _ => "see Alertmanager's log, and whatever stands between",
    };
    ApiError::new(format!("it answers {status}"), remedy)
}

/// The whole body; a cut one would say that the rest does not fire.
async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > most {
            let reason = format!("its answer is larger than {} MiB", most / 1024 / 1024);
            return Err(ApiError::new(reason, "remove `api_url`: that many alerts are not compared"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

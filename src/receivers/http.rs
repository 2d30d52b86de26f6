//! Door: network. One request to a receiver, and what each way of failing means.
//!
//! Knows HTTP. Must not know what any receiver's body says.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::SendError;
use crate::secret::Secret;

/// No receiver's answer is longer; more is not read.
const LONGEST_ANSWER: usize = 64 * 1024;

/// An answer that was read to its end.
pub(super) struct Answer {
    pub status: StatusCode,
    /// Of `Retry-After`, where it is given in seconds (FACTS C, D).
    pub retry_after: Option<Duration>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `None` where it is something else.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The beginning of the body, on one line, for people.
    pub fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        words.chars().take(200).collect()
    }

    /// What the status alone says: `Ok` for 2xx. `who`: the receiver's name and the configuration key of its address.
    pub fn checked(self, who: Who) -> Result<Self, SendError> {
        let Who { name, key } = who;
        let (status, excerpt) = (self.status.as_u16(), self.excerpt());
        match status {
            200..=299 => Ok(self),
            429 => Err(SendError::retry_after(self.retry_after, format!("{name} asks to slow down (429)"))),
            408 | 500..=599 => Err(SendError::retry_after(
                self.retry_after,
                format!("{name} has a fault ({status}): {excerpt}"),
            )),
            300..=399 => Err(SendError::fail(format!(
                "{name} answered with a redirect ({status}), which is never followed: set the final address in `{key}`"
            ))),
            _ => Err(SendError::fail(format!(
                "{name} refused the message ({status}): {excerpt}; check `{key}`"
            ))),
        }
    }
}

/// How a receiver is named to people.
#[derive(Clone, Copy)]
pub(super) struct Who {
    /// `PagerDuty`.
    pub name: &'static str,
    /// The configuration key of its address.
    pub key: &'static str,
}

/// POSTs `body`. An error's text never holds the address, which may itself be a secret, and the answer does not hold
/// `hidden`: it is taken out here, before anybody cuts the answer.
pub(super) async fn post(
    client: &Client,
    url: &str,
    token: Option<&Secret>,
    body: &Value,
    who: Who,
    hidden: &Secret,
) -> Result<Answer, SendError> {
    let mut request = client.post(url).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token.expose());
    }
    answered(request, who, hidden).await
}

/// Sends any request; of its errors and answer as [`post`].
pub(super) async fn answered(
    request: RequestBuilder,
    who: Who,
    hidden: &Secret,
) -> Result<Answer, SendError> {
    let response = request.send().await.map_err(|error| unsent(&error, who))?;
    let status = response.status();
    let headers = response.headers().clone();
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let body = read(response).await.map_err(|error| {
        SendError::ambiguous(format!("{}'s answer ({status}) broke off: {}", who.name, cause(&error)))
    })?;
    let body = hidden.scrub(&String::from_utf8_lossy(&body)).into_bytes();
    Ok(Answer { status, retry_after: seconds.map(Duration::from_secs), headers, body })
}

async fn read(mut response: Response) -> reqwest::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = LONGEST_ANSWER.saturating_sub(body.len());
        body.extend(chunk.iter().take(room));
        if body.len() >= LONGEST_ANSWER {
            break;
        }
    }
    Ok(body)
}

/// Without an answer: not sent when no connection was made, else nobody knows.
fn unsent(error: &reqwest::Error, who: Who) -> SendError {
    let Who { name, key } = who;
    let cause = cause(error);
    if error.is_builder() {
        return SendError::fail(format!(
            "`{key}` of {name} is not an address that can be called, or its secret cannot be sent"
        ));
    }
    if error.is_connect() {
        return SendError::retry(format!("cannot connect to {name}: {cause}; check `{key}` and the network"));
    }
    if error.is_timeout() {
        return SendError::ambiguous(format!("{name} did not answer in time; it may have taken the message"));
    }
    SendError::ambiguous(format!("the connection to {name} broke before its answer: {cause}"))
}

/// The innermost cause, without the address that reqwest's own text begins with.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    let mut text = "no cause given".to_owned();
    while let Some(error) = inner {
        text = error.to_string();
        inner = error.source();
    }
    text
}

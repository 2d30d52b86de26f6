//! Door: network. The HTTP API of an evidence source: an address, who asks, one retry, bounded answers.
//!
//! Knows HTTP. Must not know what is asked, nor what an answer says.

use std::time::Duration;

use reqwest::{Response, StatusCode, Url};

use super::Fault;
use crate::config::Authorization;
use crate::http;
use crate::secret::Secret;

/// What is read of an answer that says what is wrong.
const ERROR_BYTES: usize = 4 * 1024;
/// The longest pause before the one retry.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// An API that is asked with GET.
#[derive(Debug)]
pub(super) struct Api {
    /// `Loki`, `Prometheus`: for people.
    product: &'static str,
    /// Without user information; what stands before the paths of the API.
    base: Url,
    authorization: Option<Authorization>,
    /// `X-Scope-OrgID`.
    tenant: Option<String>,
    client: reqwest::Client,
}

/// An answer of the other side that is no success: for people, and for the door to explain.
pub(super) struct Refusal {
    pub status: StatusCode,
    /// Its own words: one line, at most 200 characters.
    pub words: String,
}

/// What asking came to.
pub(super) enum Answer {
    /// The whole body.
    Whole(Vec<u8>),
    /// It is longer than was allowed.
    TooLong,
    Refused(Refusal),
}

impl Api {
    /// The API of a `product` at `url`; user information in it is taken as basic authorization. `timeout` bounds each
    /// request.
    ///
    /// # Errors
    /// When the URL is none; never shows what stands in it.
    pub fn new(
        product: &'static str,
        url: &str,
        authorization: Option<Authorization>,
        tenant: Option<String>,
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let no_url = || {
            Fault::configuration(
                format!("the address of {product} is not an HTTP URL"),
                "correct `url`: it begins with http:// or https://",
            )
        };
        let mut base = Url::parse(url).map_err(|_| no_url())?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(no_url());
        }
        let authorization = authorization.or_else(|| {
            let password = Secret::new(base.password()?.to_owned());
            Some(Authorization::Basic { username: base.username().to_owned(), password })
        });
        // These fail only for addresses that cannot have user information.
        let _ = base.set_username("");
        let _ = base.set_password(None);
        base.set_query(None);
        let client = http::client(timeout).map_err(|error| {
            Fault::configuration(
                format!("no HTTP client: {}", error.without_url()),
                "check the TLS roots of the system",
            )
        })?;
        Ok(Self { product, base, authorization, tenant, client })
    }

    /// The configured address, for people.
    pub fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Asks for at most `most` bytes, and once more after a refusal that may pass: 429, 5xx, a broken connection.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn get(&self, path: &str, parameters: &[(&str, &str)], most: usize) -> Result<Answer, Fault> {
        let first = self.send(path, parameters).await;
        let pause = match &first {
            Ok(response) if passing(response.status()) => Some(retry_after(response)),
            Err(error) if !error.is_timeout() => Some(Duration::from_millis(500)),
            _ => None,
        };
        let response = match pause {
            None => first,
            Some(pause) => {
                tokio::time::sleep(pause).await;
                self.send(path, parameters).await
            }
        };
        let response = response.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if !status.is_success() {
            let (bytes, _) = read(response, ERROR_BYTES).await.unwrap_or_default();
            let words = one_line(&String::from_utf8_lossy(&bytes));
            return Ok(Answer::Refused(Refusal { status, words }));
        }
        match read(response, most).await.map_err(|error| self.unreachable(&error))? {
            (bytes, true) => Ok(Answer::Whole(bytes)),
            (_, false) => Ok(Answer::TooLong),
        }
    }

    /// The address of a page for people.
    pub fn page(&self, path: &str, parameters: &[(&str, &str)]) -> String {
        self.url(path, parameters).into()
    }

    fn url(&self, path: &str, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url.query_pairs_mut().extend_pairs(parameters);
        url
    }

    async fn send(&self, path: &str, parameters: &[(&str, &str)]) -> Result<Response, reqwest::Error> {
        let url = self.url(path, parameters);
        let request = http::authorized(self.client.get(url), self.authorization.as_ref());
        match &self.tenant {
            None => request.send().await,
            Some(tenant) => request.header("X-Scope-OrgID", tenant).send().await,
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Fault {
        let what = if error.is_timeout() {
            "gave no answer in time"
        } else if error.is_connect() {
            "cannot be reached"
        } else {
            "broke off its answer"
        };
        let product = self.product;
        Fault::unavailable(
            format!("{product} at {} {what}", self.address()),
            format!("check `url`, and that this {product} is up"),
        )
    }

    /// What a refusal is to people; `remedy` is the door's, where it knows a better one than the status tells.
    pub fn refused(&self, refusal: &Refusal, remedy: Option<&str>) -> Fault {
        let product = self.product;
        let remedy = remedy.map(str::to_owned).unwrap_or_else(|| match refusal.status.as_u16() {
            401 | 403 => "check `basic_auth`, `authorization` and `tenant` of this source".to_owned(),
            404 => "check `url` of this source: it ends before /api, or before /loki/api".to_owned(),
            429 => "narrow the query of this source, or raise the limits for this tenant".to_owned(),
            _ => format!("check the log of {product}, and `url` of this source"),
        });
        let colon = if refusal.words.is_empty() { "" } else { ": " };
        Fault::unavailable(
            format!("{product} answered {}{colon}{}", refusal.status.as_u16(), refusal.words),
            remedy,
        )
    }
}

fn passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

fn retry_after(response: &Response) -> Duration {
    let value = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    value.map_or(Duration::from_secs(1), Duration::from_secs).min(LONGEST_PAUSE)
}

/// At most `most` bytes of the body, and whether that is all of it.
async fn read(mut response: Response, most: usize) -> Result<(Vec<u8>, bool), reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = most - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(chunk.get(..room).unwrap_or_default());
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, true))
}

/// The words of the other side: one line, 200 characters.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

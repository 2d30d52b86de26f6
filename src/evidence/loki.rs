//! Door: network. Loki's `query_range` (FACTS E).
//!
//! Knows Loki's pages, limits and errors. Must not know what the lines say.

mod page;
mod query;
#[cfg(test)]
mod tests;

use std::time::Duration;

use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use reqwest::{Response, StatusCode, Url};

use super::template::Template;
use super::{Caps, Fault, Fetched};
use crate::secret::Secret;
use page::{Body, Pager, Step};

/// Loki's default `max_entries_limit_per_query`.
const PAGE_LINES: usize = 5_000;
/// A longer answer is asked for again with fewer lines.
const PAGE_BYTES: usize = 8 * 1024 * 1024;
/// What is read of an answer that says what is wrong.
const ERROR_BYTES: usize = 4 * 1024;
/// The longest pause before the one retry.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How firstlook says who it is.
#[derive(Debug, Clone, Default)]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// `basic_auth`.
    Basic {
        /// `username`.
        username: String,
        /// `password`.
        password: Secret,
    },
    /// `authorization` with a bearer token.
    Bearer(Secret),
}

/// A source of type `loki`.
#[derive(Debug)]
pub struct Loki {
    /// Without user information.
    url: Url,
    query: Template,
    auth: Auth,
    tenant: Option<String>,
    client: reqwest::Client,
}

impl Loki {
    /// A source that asks the Loki at `url` (user information in it is taken as basic authorization) for `query`, in
    /// the name of `tenant` (`X-Scope-OrgID`). `timeout` bounds each request.
    ///
    /// # Errors
    /// When the URL or a placeholder of the query is not understood; never shows what stands in the URL.
    pub fn new(
        url: &str,
        query: &str,
        auth: Auth,
        tenant: Option<String>,
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let bad_url = |_| {
            Fault::configuration(
                "the address of Loki is not a URL",
                "correct `url`, such as http://loki:3100",
            )
        };
        let mut url = Url::parse(url).map_err(bad_url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Fault::configuration(
                "the address of Loki is not an HTTP URL",
                "begin `url` with http:// or https://",
            ));
        }
        let auth = match (auth, url.password()) {
            (Auth::None, Some(password)) => Auth::Basic {
                username: url.username().to_owned(),
                password: Secret::new(password.to_owned()),
            },
            (auth, _) => auth,
        };
        // These fail only for addresses that cannot have user information.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        let path = format!("{}/loki/api/v1/query_range", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let client = crate::http::client(timeout).map_err(|error| {
            Fault::configuration(
                format!("no HTTP client: {}", error.without_url()),
                "check the TLS roots of the system",
            )
        })?;
        let query = Template::parse(query)?;
        query::check(&query)?;
        Ok(Self { url, query, auth, tenant, client })
    }

    /// The lines of `window`, oldest first; where a cap cuts, the newest are missing and `truncated` says from when on.
    ///
    /// # Errors
    /// When no page could be had. A failure after the first page leaves what came, and is among the faults.
    pub async fn fetch(&self, window: Window, labels: &Labels, caps: Caps) -> Result<Fetched, Fault> {
        let query = query::fill(&self.query, labels)?;
        let mut pager = Pager::new(window, caps, PAGE_LINES)?;
        let mut faults = Vec::new();
        while let Some(step) = pager.next() {
            match self.page(&query, step).await {
                Ok(Some(body)) => pager.take(body),
                Ok(None) => pager.too_large(),
                Err(fault) if pager.has_lines() => {
                    faults.push(fault);
                    break;
                }
                Err(fault) => return Err(fault),
            }
        }
        let (lines, truncated) = pager.finish();
        Ok(Fetched { lines, query: query::logcli(&query, window, &self.address()), truncated, faults })
    }

    /// One page; `None` when it is too large.
    async fn page(&self, query: &str, step: Step) -> Result<Option<Body>, Fault> {
        let response = self.ask(query, step).await?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refused(status, &read(response, ERROR_BYTES).await.unwrap_or_default().0));
        }
        let (bytes, whole) = read(response, PAGE_BYTES).await.map_err(|error| self.unreachable(error))?;
        if !whole {
            return Ok(None);
        }
        Body::parse(&bytes).map(Some)
    }

    /// Asks, and once more after a refusal that may pass: 429, 5xx, a broken connection.
    async fn ask(&self, query: &str, step: Step) -> Result<Response, Fault> {
        let first = self.send(query, step).await;
        let pause = match &first {
            Ok(response) if passing(response.status()) => retry_after(response),
            Err(error) if !error.is_timeout() => Duration::from_millis(500),
            _ => return first.map_err(|error| self.unreachable(error)),
        };
        tokio::time::sleep(pause).await;
        self.send(query, step).await.map_err(|error| self.unreachable(error))
    }

    async fn send(&self, query: &str, step: Step) -> Result<Response, reqwest::Error> {
        let (start, end, limit) = (step.start.to_string(), step.end.to_string(), step.limit.to_string());
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs([
            ("query", query),
            ("start", &start),
            ("end", &end),
            ("limit", &limit),
            ("direction", "forward"),
        ]);
        let mut request = self.client.get(url);
        request = match &self.auth {
            Auth::None => request,
            Auth::Basic { username, password } => request.basic_auth(username, Some(password.expose())),
            Auth::Bearer(token) => request.bearer_auth(token.expose()),
        };
        if let Some(tenant) = &self.tenant {
            request = request.header("X-Scope-OrgID", tenant);
        }
        request.send().await
    }

    /// The configured address, for people.
    fn address(&self) -> String {
        self.url.as_str().trim_end_matches("/loki/api/v1/query_range").to_owned()
    }

    fn unreachable(&self, error: reqwest::Error) -> Fault {
        let what = if error.is_timeout() {
            "gave no answer in time"
        } else if error.is_connect() {
            "cannot be reached"
        } else {
            "broke off its answer"
        };
        Fault::unavailable(
            format!("Loki at {} {what}", self.address()),
            "check `url`, and that this Loki is up",
        )
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> Fault {
        let words = one_line(&String::from_utf8_lossy(body));
        let remedy = match status.as_u16() {
            400 | 422 if words.contains("max_entries_limit") => {
                "raise Loki's `max_entries_limit_per_query` to 5000 or more"
            }
            400 | 422 => "correct `query` of this source",
            401 | 403 => "check `basic_auth`, `authorization` and `tenant` of this source",
            404 => "check `url` of this source: it ends before /loki/api",
            429 => "narrow `query` of this source, or raise Loki's limits for this tenant",
            _ => "check the log of Loki, and `url` of this source",
        };
        let colon = if words.is_empty() { "" } else { ": " };
        Fault::unavailable(format!("Loki answered {}{colon}{words}", status.as_u16()), remedy)
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
fn one_line(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

//! Loki's `query_range` (FACTS E).
//!
//! Knows Loki's pages, limits and errors. Must not know HTTP (`api.rs` does), nor what the lines say.

mod page;
mod query;
#[cfg(test)]
mod tests;

use std::time::Duration;

use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;

use super::api::{Answer, Api, Refusal};
use super::quoted;
use super::template::Template;
use super::{Caps, Fault, Fetched};
use crate::config::Authorization;
use page::{Body, Pager, Step};

/// Loki's default `max_entries_limit_per_query`.
const PAGE_LINES: usize = 5_000;
/// A longer answer is asked for again with fewer lines.
const PAGE_BYTES: usize = 8 * 1024 * 1024;

/// A source of type `loki`.
#[derive(Debug)]
pub struct Loki {
    api: Api,
    query: Template,
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
        authorization: Option<Authorization>,
        tenant: Option<String>,
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let api = Api::new("Loki", url, authorization, tenant, timeout)?;
        let query = Template::parse(query)?;
        quoted::check(&query)?;
        Ok(Self { api, query })
    }

    /// The lines of `window`, oldest first; where a cap cuts, the newest are missing and `truncated` says from when on.
    ///
    /// # Errors
    /// When no page could be had. A failure after the first page leaves what came, and is among the faults.
    pub async fn fetch(&self, window: Window, labels: &Labels, caps: Caps) -> Result<Fetched, Fault> {
        let query = quoted::fill(&self.query, labels)?;
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
        Ok(Fetched { lines, query: query::logcli(&query, window, self.api.address()), truncated, faults })
    }

    /// One page; `None` when it is too large.
    async fn page(&self, query: &str, step: Step) -> Result<Option<Body>, Fault> {
        let (start, end, limit) = (step.start.to_string(), step.end.to_string(), step.limit.to_string());
        let parameters =
            [("query", query), ("start", &start), ("end", &end), ("limit", &limit), ("direction", "forward")];
        match self.api.get("/loki/api/v1/query_range", &parameters, PAGE_BYTES).await? {
            Answer::Whole(bytes) => Body::parse(&bytes).map(Some),
            Answer::TooLong => Ok(None),
            Answer::Refused(refusal) => Err(self.api.refused(&refusal, remedy(&refusal))),
        }
    }
}

fn remedy(refusal: &Refusal) -> Option<&'static str> {
    match refusal.status.as_u16() {
        400 | 422 if refusal.words.contains("max_entries_limit") => {
            Some("raise Loki's `max_entries_limit_per_query` to 5000 or more")
        }
        400 | 422 => Some("correct `query` of this source"),
        _ => None,
    }
}

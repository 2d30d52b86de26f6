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
use firstlook_core::evidence::metric::Measured;
use futures_util::future::{join, join_all};

use super::api::{Answer, Api, Refusal};
use super::collect::without_normal;
use super::series::{self, Series};
use super::template::Template;
use super::{Caps, Fault, Fetched, Measurements, Moment, quoted};
use crate::config::Authorization;
use page::{Body, Pager, Step};

/// Loki's default `max_entries_limit_per_query`.
const PAGE_LINES: usize = 5_000;
/// A longer answer is asked for again with fewer lines.
const PAGE_BYTES: usize = 8 * 1024 * 1024;
/// Series of one metric query that are looked at.
const MOST_SERIES: usize = 50;

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

    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        self.query.names(label)
    }

    /// The lines of `window`, oldest first; where a cap cuts, the newest are missing and `truncated` says from when on.
    ///
    /// # Errors
    /// When no page could be had. A failure after the first page leaves what came, and is among the faults.
    pub async fn fetch(&self, window: Window, labels: &Labels, caps: Caps) -> Result<Fetched, Fault> {
        self.lines(&quoted::fill(&self.query, labels)?, window, caps).await
    }

    /// The lines of a query without placeholders, as [`Loki::fetch`] brings them.
    ///
    /// # Errors
    /// As [`Loki::fetch`].
    pub async fn lines(&self, query: &str, window: Window, caps: Caps) -> Result<Fetched, Fault> {
        let mut pager = Pager::new(window, caps, PAGE_LINES)?;
        let mut faults = Vec::new();
        while let Some(step) = pager.next() {
            match self.page(query, step).await {
                Ok(Some(body)) => pager.take(body),
                Ok(None) => pager.too_large(),
                Err(fault) if pager.has_lines() => {
                    faults.push(fault);
                    break;
                }
                Err(fault) => return Err(fault),
            }
        }
        let (lines, truncated) = pager.finish(quoted::is_selector(query));
        let query = query::logcli(query, window, self.api.address());
        Ok(Fetched { lines, query, truncated, faults, ..Fetched::default() })
    }

    /// The values of a metric query without placeholders, called `name`, in the window and in normal times; and how a
    /// person gets the same.
    ///
    /// # Errors
    /// When the window could not be had.
    pub async fn values(
        &self,
        name: &str,
        query: &str,
        moment: &Moment,
    ) -> Result<(Measurements, String), Fault> {
        let step = series::step(moment.window);
        let normal = moment.baselines.iter().map(|window| self.range(query, *window, step));
        let (now, normal) = join(self.range(query, moment.window, step), join_all(normal)).await;
        let (now, mut before, mut faults) = (now?, Vec::new(), Vec::new());
        for (window, answer) in moment.baselines.iter().zip(normal) {
            match answer {
                Ok(series) => before.extend(series),
                Err(fault) => faults.push(without_normal(*window, fault)),
            }
        }
        let command = format!(
            "{} --step={step}s",
            query::logcli(query, moment.window, self.api.address()).replacen(" --forward", "", 1)
        );
        let of = Measured {
            name: name.to_owned(),
            labels: Labels::default(),
            unit: String::new(),
            of_alarm: false,
            window: Vec::new(),
            expected: None,
            normal: Vec::new(),
            limit: None,
            query: command.clone(),
            link: None,
        };
        let measured = series::measured(now.into_iter().take(MOST_SERIES).collect(), &before, &of);
        Ok((Measurements { measured, faults }, command))
    }

    async fn range(&self, query: &str, window: Window, step: i64) -> Result<Vec<Series>, Fault> {
        let (start, end) = series::points(window, step);
        // Nanoseconds: a time of ten digits would be taken for seconds, but only until Loki changes that.
        let nanoseconds = |at: i64| format!("{at}000000000");
        let (start, end, step) = (nanoseconds(start), nanoseconds(end), step.to_string());
        let parameters = [("query", query), ("start", &start), ("end", &end), ("step", &step)];
        match self.api.get("/loki/api/v1/query_range", &parameters, PAGE_BYTES).await? {
            Answer::Whole(bytes) => series::read(&bytes).ok_or_else(|| {
                let remedy = "check that `url` of this source leads to Loki's HTTP API";
                Fault::unavailable("the answer is not a range of Loki", remedy)
            }),
            Answer::TooLong => Err(Fault::unavailable(
                format!("Loki answered with more than {} MiB", PAGE_BYTES / 1024 / 1024),
                "aggregate in the query, such as `sum by (…) (…)`",
            )),
            Answer::Refused(refusal) => Err(self.api.refused(&refusal, remedy(&refusal))),
        }
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
        400 | 422 => Some("correct `query` of this source, or the block of the runbook"),
        _ => None,
    }
}

//! Prometheus: what the alert's own rule watches, and configured queries, over the window and normal times (FACTS E).
//!
//! Knows its API. Must not know HTTP (`api.rs` does), nor what a value means. Never runs an expression that a sender hands
//! us: rules are asked for by name, and their expression is the server's own.

mod list;
mod rules;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::metric::{Limit, Measured, promql};
use firstlook_core::evidence::reach;
use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::api::{Answer, Api, Refusal};
use super::collect::without_normal;
use super::quoted::{self, shell};
use super::series::{self, Series, points, step};
use super::template::{Part, Template};
use super::{Fault, FaultKind, Measurements, Moment, once};
use crate::config::Authorization;

/// An answer of more bytes is a query that is too broad.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// Series of one query that are looked at.
const MOST_SERIES: usize = 50;
/// Answers that are read at once.
const PLACES: usize = 4;
/// Of the time that a collection may take, the share after which this source answers with what it has.
const OWN_SHARE: f64 = 0.9;
/// Rules of an incident that are looked at.
const MOST_RULES: usize = 10;

/// A configured query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What people call its value.
    pub title: String,
    /// PromQL, which may hold `{{labels.NAME}}` within strings.
    pub query: String,
    /// The unit of its value; may be empty.
    pub unit: String,
}

/// A source of type `prometheus`.
#[derive(Debug)]
pub struct Prometheus {
    api: Api,
    /// For a whole collection.
    timeout: Duration,
    /// Answers that are read at once, over all incidents: each may be large.
    places: Semaphore,
    queries: Vec<(String, Template, String)>,
}

/// One quantity to be asked for.
struct Wanted {
    name: String,
    expression: String,
    unit: String,
    limit: Option<Limit>,
    of_alarm: bool,
}

impl Prometheus {
    /// A source that asks the Prometheus at `url` (user information in it is taken as basic authorization), in the name of
    /// `tenant` (`X-Scope-OrgID`, for Mimir and its like). `timeout` is what a collection may take: what is not there a
    /// little earlier is a gap, so that one slow query takes nothing from the others.
    ///
    /// # Errors
    /// When the URL or a placeholder of a query is not understood; never shows what stands in the URL.
    pub fn new(
        url: &str,
        queries: &[Query],
        authorization: Option<Authorization>,
        tenant: Option<String>,
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let api = Api::new("Prometheus", url, authorization, tenant, timeout)?;
        let places = Semaphore::new(PLACES);
        let parsed = |one: &Query| {
            let template = Template::parse(&one.query)?;
            quoted::check(&template)?;
            Ok::<_, Fault>((one.title.clone(), template, one.unit.clone()))
        };
        Ok(Self { api, timeout, places, queries: queries.iter().map(parsed).collect::<Result<_, _>>()? })
    }

    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        self.queries.iter().any(|(_, query, _)| query.names(label))
    }

    /// How far back the configured queries read with their ranges.
    pub fn reach(&self) -> Duration {
        let text = |template: &Template| -> String {
            let part = |part: &Part| if let Part::Text(text) = part { text.clone() } else { "x".to_owned() };
            template.parts().iter().map(part).collect()
        };
        let all = self.queries.iter().filter_map(|(_, template, _)| reach::reach(&text(template)).ok());
        all.max().unwrap_or_default()
    }

    /// What the moment's alerts watch, and the configured queries.
    ///
    /// # Errors
    /// When nothing at all could be had.
    pub async fn measure(&self, moment: &Moment) -> Result<Measurements, Fault> {
        let until = Instant::now() + self.timeout.mul_f64(OWN_SHARE);
        let alerts = moment.alerts_of("alertmanager");
        let mut found = Measurements::default();
        let mut wanted = match self.of_rules(&alerts, until).await {
            Ok(wanted) => wanted,
            Err(fault) => {
                found.faults.push(fault);
                Vec::new()
            }
        };
        for (title, template, unit) in &self.queries {
            match quoted::fill(template, &moment.labels) {
                Ok(expression) => wanted.push(Wanted {
                    name: title.clone(),
                    expression,
                    unit: unit.clone(),
                    limit: None,
                    of_alarm: false,
                }),
                Err(fault) => found.faults.push(fault),
            }
        }
        let step = step(moment.window);
        // Normal times after the window: they lie on slower disks, and must not stand before what happens now.
        let now = wanted.iter().map(|one| self.range(&one.expression, moment.window, step, until));
        let now = join_all(now).await;
        let answers =
            wanted.iter().zip(now).map(|(one, now)| self.quantity(one, now, (moment, step), &alerts, until));
        let answers = join_all(answers).await;
        let mut reached = found.faults.is_empty() && wanted.is_empty();
        for answer in answers {
            match answer {
                Ok(one) => {
                    reached = true;
                    found.measured.extend(one.measured);
                    one.faults.into_iter().for_each(|fault| once(&mut found.faults, fault));
                }
                Err(fault) => once(&mut found.faults, fault),
            }
        }
        match found.faults.first() {
            Some(fault) if !reached => Err(fault.clone()),
            _ => Ok(found),
        }
    }

    /// The values of a query without placeholders, called `name`, in the window and in normal times; and how a person gets
    /// the same.
    ///
    /// # Errors
    /// When the window could not be had.
    pub async fn values(
        &self,
        name: &str,
        query: &str,
        moment: &Moment,
    ) -> Result<(Measurements, String), Fault> {
        let step = step(moment.window);
        let command = self.command(query, moment.window, step);
        Ok((self.stepped((name, query), moment, step).await?, command))
    }

    /// The values of a query of a model over days, one each `step` seconds, and of the time before.
    ///
    /// # Errors
    /// When the days could not be had.
    pub async fn over(&self, query: &str, moment: &Moment, step: i64) -> Result<Measurements, Fault> {
        self.stepped((query, query), moment, step).await
    }

    async fn stepped(
        &self,
        (name, query): (&str, &str),
        moment: &Moment,
        step: i64,
    ) -> Result<Measurements, Fault> {
        let (name, expression, unit) = (name.to_owned(), query.to_owned(), String::new());
        let wanted = Wanted { name, expression, unit, limit: None, of_alarm: false };
        let until = Instant::now() + self.timeout.mul_f64(OWN_SHARE);
        let now = self.range(query, moment.window, step, until).await;
        self.quantity(&wanted, now, (moment, step), &[], until).await
    }

    /// What the rules that fire watch.
    async fn of_rules(&self, alerts: &[Labels], until: Instant) -> Result<Vec<Wanted>, Fault> {
        let names: Vec<&str> = rules::names(alerts);
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut parameters = vec![("type", "alert")];
        parameters.extend(names.iter().map(|name| ("rule_name[]", *name)));
        let bytes = self.get("/api/v1/rules", &parameters, until).await?;
        let all = rules::read(&bytes)?;
        let mut wanted: Vec<Wanted> = Vec::new();
        for rule in rules::that_fire(&all, alerts).take(MOST_RULES) {
            let (expression, limit) = match promql::split(&rule.query) {
                Some((expression, limit)) => (expression, Some(limit)),
                None => (rule.query.clone(), None),
            };
            if wanted.iter().all(|one| one.expression != expression) {
                let unit = String::new();
                wanted.push(Wanted { name: expression.clone(), expression, unit, limit, of_alarm: true });
            }
        }
        match wanted.is_empty() {
            true => Err(Fault::configuration(
                format!("Prometheus at {} has no alerting rule {}", self.api.address(), names.join(", ")),
                "set `url` to the Prometheus that evaluates it, or give this source `matchers` that leave it out",
            )),
            false => Ok(wanted),
        }
    }

    /// One quantity, of which `now` is what the window says, beside normal times.
    async fn quantity(
        &self,
        wanted: &Wanted,
        now: Result<Vec<Series>, Fault>,
        (moment, step): (&Moment, i64),
        alerts: &[Labels],
        until: Instant,
    ) -> Result<Measurements, Fault> {
        let now = now?;
        let normal =
            moment.baselines.iter().map(|window| self.range(&wanted.expression, *window, step, until));
        let normal = join_all(normal).await;
        let mut found = Measurements::default();
        let mut before: Vec<Series> = Vec::new();
        for (window, answer) in moment.baselines.iter().zip(normal) {
            match answer {
                Ok(series) => before.extend(series),
                Err(fault) => found.faults.push(without_normal(*window, fault)),
            }
        }
        let now = now.into_iter().filter(|one| !wanted.of_alarm || one.is_of(alerts));
        let now: Vec<Series> = now.collect();
        if now.len() > MOST_SERIES {
            found.faults.push(Fault::configuration(
                format!("`{}` has {} series; {MOST_SERIES} are looked at", wanted.expression, now.len()),
                "aggregate in the query, such as `sum by (…) (…)`",
            ));
        }
        let of = Measured {
            name: wanted.name.clone(),
            labels: Labels::default(),
            unit: wanted.unit.clone(),
            of_alarm: wanted.of_alarm,
            window: Vec::new(),
            normal: Vec::new(),
            expected: None,
            limit: wanted.limit,
            query: self.command(&wanted.expression, moment.window, step),
            link: Some(self.link(&wanted.expression, moment.window)),
        };
        found.measured = series::measured(now.into_iter().take(MOST_SERIES).collect(), &before, &of);
        Ok(found)
    }

    async fn range(
        &self,
        expression: &str,
        window: Window,
        step: i64,
        until: Instant,
    ) -> Result<Vec<Series>, Fault> {
        let (start, end) = points(window, step);
        let (start, end, step) = (start.to_string(), end.to_string(), step.to_string());
        let parameters = [("query", expression), ("start", &start), ("end", &end), ("step", &step)];
        let bytes = self.get("/api/v1/query_range", &parameters, until).await?;
        series::read(&bytes).ok_or_else(|| {
            let remedy = "check `url` and `queries` of this source";
            Fault::unavailable("the answer is not a range of Prometheus", remedy)
        })
    }

    async fn get(&self, path: &str, parameters: &[(&str, &str)], until: Instant) -> Result<Vec<u8>, Fault> {
        let asked = async {
            let _place = self.places.acquire().await;
            self.api.get(path, parameters, MOST_BYTES).await
        };
        let late = || Fault {
            kind: FaultKind::Timeout,
            reason: format!("Prometheus at {} gave no answer in time", self.api.address()),
            remedy: "raise `evidence.timeout`, or narrow the query of this source".to_owned(),
        };
        match tokio::time::timeout_at(until, asked).await.map_err(|_| late())?? {
            Answer::Whole(bytes) => Ok(bytes),
            Answer::TooLong => Err(Fault::unavailable(
                format!("Prometheus answered with more than {} MiB", MOST_BYTES / 1024 / 1024),
                "narrow the query of this source",
            )),
            Answer::Refused(refusal) => Err(self.api.refused(&refusal, remedy(&refusal))),
        }
    }

    /// The command that brings the same values, for a shell.
    fn command(&self, expression: &str, window: Window, step: i64) -> String {
        let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!(
            "promtool query range --start={} --end={} --step={step}s {} {}",
            time(window.start),
            time(window.end),
            shell(self.api.address()),
            shell(expression)
        )
    }

    /// Its page, with absolute times.
    fn link(&self, expression: &str, window: Window) -> String {
        let minutes = window.length().num_minutes().max(1).to_string() + "m";
        let end = window.end.format("%Y-%m-%d %H:%M:%S").to_string();
        let pairs = [
            ("g0.expr", expression),
            ("g0.tab", "0"),
            ("g0.range_input", &minutes),
            ("g0.end_input", &end),
            ("g0.moment_input", &end),
        ];
        self.api.page("/graph", &pairs)
    }
}

fn remedy(refusal: &Refusal) -> Option<&'static str> {
    match refusal.status.as_u16() {
        400 | 422 => Some("correct `queries` of this source, or the block of the runbook"),
        503 => Some("narrow the query of this source, or raise Prometheus' `--query.timeout`"),
        _ => None,
    }
}

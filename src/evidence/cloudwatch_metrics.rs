//! Door: network. CloudWatch's metrics: what the alarm itself watches, and configured ones, over the window and normal
//! times (FACTS E).
//!
//! Knows its calls and pages. Must not know what a value means.

mod alarms;
mod list;
mod look;
mod series;
mod shown;
mod wanted;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, ScanBy};
use chrono::{DateTime, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::cloudwatch::is_region;
use firstlook_core::evidence::metric::Measured;
use futures_util::future::{join, join_all};
use tokio::time::{Instant, timeout_at};

use super::cloudwatch_logs::refused;
use super::collect::without_normal;
use super::template::{Part, Template, value};
use super::{Fault, Measurements, Moment, once};
use crate::aws::capped::Capped;
use alarms::DESCRIBE;
pub use look::{MINUTE, One};
use series::Series;
use wanted::Wanted;

/// A longer answer breaks off.
const RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// Series of one alarm that are looked at.
const MOST_SERIES: usize = 50;
/// Pages of one answer.
const MOST_PAGES: usize = 20;
const DATA: &str = "cloudwatch:GetMetricData";

/// A configured metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What people call its value.
    pub title: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub metric: String,
    /// All of its dimensions; values may hold `{{labels.NAME}}`.
    pub dimensions: BTreeMap<String, String>,
    /// `Average`, `Sum`, `p99` …
    pub stat: String,
    /// In seconds.
    pub period: i32,
    /// The unit of its value, for people; may be empty.
    pub unit: String,
}

/// A source of type `cloudwatch_metrics`.
#[derive(Debug)]
pub struct CloudWatchMetrics {
    client: Client,
    /// Whether the region is configured: it is the alarm's own otherwise.
    fixed: bool,
    queries: Vec<(Query, Vec<(String, Template)>)>,
    timeout: Duration,
}

impl CloudWatchMetrics {
    /// A source that asks about the alarms of a moment and for `queries`. `sdk` is [`crate::aws::config`]'s; `fixed` says
    /// whether its region is the configured one. What has not come shortly before `timeout` is a gap.
    ///
    /// # Errors
    /// When a placeholder is not understood.
    pub fn new(sdk: &SdkConfig, fixed: bool, queries: &[Query], timeout: Duration) -> Result<Self, Fault> {
        let config =
            aws_sdk_cloudwatch::config::Builder::from(sdk).interceptor(Capped(RESPONSE_BYTES)).build();
        let parsed = |query: &Query| {
            let dimension = |(name, value): (&String, &String)| Ok((name.clone(), Template::parse(value)?));
            let dimensions = query.dimensions.iter().map(dimension).collect::<Result<_, Fault>>()?;
            Ok::<_, Fault>((query.clone(), dimensions))
        };
        let queries = queries.iter().map(parsed).collect::<Result<_, _>>()?;
        Ok(Self { client: Client::from_conf(config), fixed, queries, timeout })
    }

    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        self.queries.iter().flat_map(|(_, dimensions)| dimensions).any(|(_, value)| value.names(label))
    }

    /// What the moment's alarms watch, and the configured metrics.
    ///
    /// # Errors
    /// When nothing at all could be had.
    pub async fn measure(&self, moment: &Moment) -> Result<Measurements, Fault> {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let now = crate::clock::now();
        let mut found = Measurements::default();
        let mut wanted: Vec<(Client, Wanted)> = Vec::new();
        let regions = self.regions(moment);
        for (client, alerts) in &regions {
            match in_time(until, alarms::watched(client, alerts)).await {
                Ok(all) => wanted.extend(all.into_iter().map(|one| (client.clone(), one))),
                Err(fault) => once(&mut found.faults, fault),
            }
        }
        let client = regions.first().map_or(&self.client, |(client, _)| client);
        for (query, dimensions) in &self.queries {
            match configured(query, dimensions, &moment.labels) {
                Ok(one) => wanted.push((client.clone(), one)),
                Err(fault) => once(&mut found.faults, fault),
            }
        }
        let mut reached = found.faults.is_empty() && wanted.is_empty();
        let answers = wanted.iter().map(|(client, one)| quantity(client, one, moment, now, until));
        for answer in join_all(answers).await {
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

    /// The moment's alarms by region, those that fire first before others.
    fn regions(&self, moment: &Moment) -> Vec<(Client, Vec<Labels>)> {
        let mut regions: Vec<(String, Vec<Labels>)> = Vec::new();
        for alert in moment.alerts_of("sns").into_iter().filter(|alert| !alert.get("alertname").is_empty()) {
            let region = if self.fixed { "" } else { alert.get("region") }.to_owned();
            match regions.iter_mut().find(|(known, _)| *known == region) {
                Some((_, alerts)) => alerts.push(alert),
                None => regions.push((region, vec![alert])),
            }
        }
        let client = |region: &str| match is_region(region) {
            false => self.client.clone(),
            true => {
                let config = self.client.config().to_builder().region(Region::new(region.to_owned()));
                Client::from_conf(config.build())
            }
        };
        regions.into_iter().map(|(region, alerts)| (client(&region), alerts)).collect()
    }

    /// Tries each kind of call once, for `check`.
    ///
    /// # Errors
    /// When one of them is refused.
    pub async fn probe(&self) -> Result<String, Fault> {
        let described = self.client.describe_alarms().max_records(1).send().await;
        described.map_err(|error| refused::fault(&error, DESCRIBE))?;
        let metric = Metric::builder().namespace("AWS/Usage").metric_name("CallCount").build();
        let one = Wanted::one(String::new(), metric, "Sum".into(), 60, String::new());
        let end = crate::clock::now();
        let window = Window { start: end - chrono::TimeDelta::minutes(1), end };
        data(&self.client, one.queries, window).await?;
        Ok("answers, and gives alarms and values".into())
    }
}

fn configured(query: &Query, dimensions: &[(String, Template)], labels: &Labels) -> Result<Wanted, Fault> {
    let mut metric = Metric::builder().namespace(&query.namespace).metric_name(&query.metric);
    for (name, template) in dimensions {
        let mut text = String::new();
        for part in template.parts() {
            text.push_str(match part {
                Part::Text(text) => text,
                Part::Label(label) => value(labels, label)?,
            });
        }
        metric = metric.dimensions(Dimension::builder().name(name).value(text).build());
    }
    let (title, stat, unit) = (query.title.clone(), query.stat.clone(), query.unit.clone());
    Ok(Wanted::one(title, metric.build(), stat, query.period, unit))
}

/// One quantity, in the window and in normal times.
async fn quantity(
    client: &Client,
    wanted: &Wanted,
    moment: &Moment,
    now: DateTime<Utc>,
    until: Instant,
) -> Result<Measurements, Fault> {
    let range = |window: Window| async move {
        let (queries, period) = wanted.at(window.start, now);
        let mut all = in_time(until, data(client, queries, window)).await?;
        all.iter_mut().for_each(|one| series::whole(one, period, now));
        Ok::<_, Fault>(all)
    };
    // A band says what is normal; there is nothing to compare with beside it.
    let baselines = if wanted.band.is_some() { &[][..] } else { &moment.baselines };
    let (of_window, of_normal) =
        join(range(moment.window), join_all(baselines.iter().map(|window| range(*window)))).await;
    let (watched, others): (Vec<Series>, Vec<Series>) =
        of_window?.into_iter().partition(|one| one.id == wanted.id);
    let edges: Vec<Series> = others.into_iter().filter(|one| Some(&one.id) == wanted.band.as_ref()).collect();
    let mut found = Measurements::default();
    let mut before: Vec<Series> = Vec::new();
    for (window, answer) in baselines.iter().zip(of_normal) {
        match answer {
            Ok(all) => before.extend(all),
            Err(fault) => found.faults.push(without_normal(*window, fault)),
        }
    }
    if watched.iter().all(|one| one.points.is_empty()) {
        found.faults.push(Fault::unavailable(
            format!("CloudWatch has no values of {} in the window", wanted.name),
            "it may be late, or nothing was measured: look at the graph again in some minutes",
        ));
    } else if watched.iter().any(|one| one.partial) {
        found.faults.push(Fault::unavailable(
            format!("CloudWatch gave only a part of the values of {}", wanted.name),
            "look at the graph: fewer series in the alarm's query may help",
        ));
    }
    let region = client.config().region().map(ToString::to_string).unwrap_or_default();
    let (queries, _) = wanted.at(moment.window.start, now);
    let several = watched.len() > 1;
    for one in watched.into_iter().take(MOST_SERIES) {
        let mut labels = wanted.labels.clone();
        if several {
            labels.set("series", &one.label);
        }
        let same = before.iter().filter(|other| (&other.id, &other.label) == (&one.id, &one.label));
        found.measured.push(Measured {
            name: wanted.name.clone(),
            normal: same.flat_map(|other| other.points.iter().copied()).collect(),
            expected: series::band(&edges),
            labels,
            unit: wanted.unit.clone(),
            of_alarm: wanted.of_alarm,
            window: one.points,
            limit: wanted.limit,
            query: shown::command(&region, &queries, moment.window),
            link: shown::link(&region, &queries, &wanted.id, moment.window),
        });
    }
    Ok(found)
}

/// All pages of an answer.
async fn data(client: &Client, queries: Vec<MetricDataQuery>, window: Window) -> Result<Vec<Series>, Fault> {
    let mut all = Vec::new();
    let (mut next, mut pages, mut again) = (None::<String>, 0, true);
    let time = |at: DateTime<Utc>| aws_sdk_cloudwatch::primitives::DateTime::from_secs(at.timestamp());
    loop {
        let call = client.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let call = call.start_time(time(window.start)).end_time(time(window.end));
        let call = call.scan_by(ScanBy::TimestampAscending).set_next_token(next.clone());
        let output = match call.send().await {
            Ok(output) => output,
            Err(error) if refused::is_throttled(&error) && std::mem::take(&mut again) => {
                tokio::time::sleep(Duration::from_millis(500)).await;
                continue;
            }
            Err(error) => return Err(refused::fault(&error, DATA)),
        };
        series::add(&mut all, output.metric_data_results());
        pages += 1;
        next = output.next_token.filter(|more| Some(more) != next.as_ref());
        if next.is_none() || pages >= MOST_PAGES {
            return Ok(all);
        }
    }
}

async fn in_time<T>(until: Instant, asked: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let late = || Fault::timeout("CloudWatch did not answer in time");
    timeout_at(until, asked).await.unwrap_or_else(|_| Err(late()))
}

//! What an analysis asks of CloudWatch's metrics: one, by its name and dimensions.
//!
//! Knows how a question becomes a query. Must not know the API: its parent does.

use std::time::Duration;

use aws_sdk_cloudwatch::types::{Dimension, Metric};
use tokio::time::Instant;

use super::super::{Fault, Measurements, Moment};
use super::wanted::Wanted;
use super::{CloudWatchMetrics, quantity};

/// Seconds of one value, where CloudWatch still has it so finely.
pub const MINUTE: i32 = 60;

/// One metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One<'a> {
    /// Such as `AWS/Lambda`.
    pub namespace: &'a str,
    /// Its name.
    pub metric: &'a str,
    /// All of its dimensions.
    pub dimensions: &'a [(String, String)],
    /// `Average`, `Sum`, `p99` …
    pub stat: &'a str,
    /// Seconds of one value.
    pub period: i32,
}

impl CloudWatchMetrics {
    /// One metric in the moment's window and in normal times, in the region of the first alarm, or the configured one.
    ///
    /// # Errors
    /// When the window could not be had.
    pub async fn one(&self, moment: &Moment, asked: &One<'_>) -> Result<Measurements, Fault> {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let dimension =
            |(name, value): &(String, String)| Dimension::builder().name(name).value(value).build();
        let metric = Metric::builder().namespace(asked.namespace).metric_name(asked.metric);
        let metric = metric.set_dimensions(Some(asked.dimensions.iter().map(dimension).collect())).build();
        let name = format!("{} ({})", asked.metric, asked.stat);
        let wanted = Wanted::one(name, metric, asked.stat.to_owned(), asked.period, String::new());
        let regions = self.regions(moment);
        let client = regions.first().map_or(&self.client, |(client, _)| client);
        quantity(client, &wanted, moment, crate::clock::now(), until).await
    }
}

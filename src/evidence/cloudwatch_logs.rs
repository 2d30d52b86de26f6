//! Door: network. CloudWatch Logs: the lines of an alarm's log groups, by Logs Insights, else by FilterLogEvents (FACTS E).
//!
//! Knows whom it asks, and for what. Must not know what the lines say.

mod asked;
mod command;
mod events;
mod filter;
mod groups;
mod insights;
mod pieces;
mod query;
pub(super) mod refused;
mod rows;

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudwatchlogs::Client;
use tokio::time::Instant;

use super::scanned::Sum;
use super::template::Template;
use super::{Fault, Moment};
use crate::aws::capped::Capped;
use crate::store::Meter;
pub use asked::Asked;
use filter::Filter;
use insights::{Insights, Wrote};
pub use query::{Counted, Question};

/// What one query gives.
const ROWS: usize = 10_000;
/// A longer answer breaks off.
const RESPONSE_BYTES: usize = 32 * 1024 * 1024;

/// A source of type `cloudwatch_logs`.
#[derive(Debug)]
pub struct CloudWatchLogs {
    client: Client,
    /// Whether the region is configured: it is the alarm's own otherwise.
    fixed: bool,
    groups: Vec<Template>,
    filter: Option<Filter>,
    timeout: Duration,
    /// What may be read in a day; nothing bounds it where there is none.
    meter: Option<Meter>,
}

impl CloudWatchLogs {
    /// A source that asks the groups called `groups`, or those of the alarm where there are none, for what `filter` lets
    /// through. `sdk` is [`crate::aws::config`]'s; `fixed` says whether its region is the configured one. `timeout` bounds
    /// all that is asked about one moment.
    ///
    /// # Errors
    /// When `filter` or a placeholder is not understood.
    pub fn new(
        sdk: &SdkConfig,
        fixed: bool,
        groups: &[String],
        filter: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let config =
            aws_sdk_cloudwatchlogs::config::Builder::from(sdk).interceptor(Capped(RESPONSE_BYTES)).build();
        Ok(Self {
            client: Client::from_conf(config),
            fixed,
            groups: groups.iter().map(|group| Template::parse(group)).collect::<Result<_, _>>()?,
            filter: filter.map(Filter::parse).transpose()?,
            timeout,
            meter: None,
        })
    }

    /// The same source, of which a day's queries read no more than the meter lets them.
    #[must_use]
    pub fn metered(self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self }
    }

    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        self.groups.iter().any(|one| one.names(label))
            || self.filter.as_ref().is_some_and(|one| one.names(label))
    }

    /// Which groups of the moment are asked, and for what.
    ///
    /// # Errors
    /// When there is no such group, or a label is missing.
    pub async fn asked(&self, moment: &Moment) -> Result<Asked, Fault> {
        let filter = self.filter.as_ref().map(|filter| filter.fill(&moment.labels)).transpose()?;
        let wrote = if filter.is_some() { Wrote::Filter } else { Wrote::Firstlook };
        self.ready(moment, command::query(filter.as_deref()), wrote).await
    }

    /// What a query of a runbook asks, which may hold `{{labels.NAME}}` within strings.
    ///
    /// # Errors
    /// As for [`Self::asked`], and when it is no query.
    pub async fn question(&self, text: &str, moment: &Moment) -> Result<Question, Fault> {
        let query = query::filled(text, &moment.labels)?;
        Ok(Question { asked: self.ready(moment, query::sent(&query), Wrote::Runbook).await?, query })
    }

    async fn ready(&self, moment: &Moment, query: String, wrote: Wrote) -> Result<Asked, Fault> {
        let begun = Instant::now();
        let client = self.client(moment);
        let groups = match self.groups.as_slice() {
            [] => groups::usual(&client, moment).await?,
            named => named.iter().map(|one| groups::filled(one, &moment.labels)).collect::<Result<_, _>>()?,
        };
        let region = client.config().region().map(ToString::to_string).unwrap_or_default();
        // What came by then can still be compared before the collector's own deadline.
        let deadline = begun + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let insights = Insights {
            query,
            // What cannot be had in another way may wait longer.
            start_by: begun + self.timeout.mul_f64(if wrote == Wrote::Runbook { 0.8 } else { 0.5 }),
            wrote,
            client,
            deadline,
            meter: self.meter.clone(),
            scanned: Sum::default(),
        };
        Ok(Asked { insights, region, groups, begun })
    }

    /// In the configured region, else in the alarm's.
    fn client(&self, moment: &Moment) -> Client {
        match moment.region().filter(|_| !self.fixed) {
            None => self.client.clone(),
            Some(region) => {
                let config = self.client.config().to_builder().region(Region::new(region));
                Client::from_conf(config.build())
            }
        }
    }

    /// Tries each kind of call once, for `check`: they cost nothing.
    ///
    /// # Errors
    /// When one of them is refused.
    pub async fn probe(&self) -> Result<String, Fault> {
        let call = self.client.describe_log_groups().limit(1).send().await;
        let seen = call.map_err(|error| refused::fault(&error, "logs:DescribeLogGroups"))?;
        let Some(group) = seen.log_groups().first().and_then(|group| group.log_group_name()) else {
            return Ok("answers; there is no log group in this region".into());
        };
        let now = crate::clock::now().timestamp();
        let query =
            self.client.start_query().log_group_name(group).query_string("fields @timestamp").limit(1);
        let started = query.start_time(now - 1).end_time(now).send().await;
        let started = started.map_err(|error| refused::fault(&error, "logs:StartQuery"))?;
        let id = started.query_id().unwrap_or_default();
        let results = self.client.get_query_results().query_id(id).send().await;
        let stopped = self.client.stop_query().query_id(id).send().await;
        results.map_err(|error| refused::fault(&error, "logs:GetQueryResults"))?;
        match stopped.map_err(|error| refused::fault(&error, "logs:StopQuery")) {
            Err(fault) if fault.remedy.contains("logs:StopQuery") => Err(fault),
            // A query that has ended cannot be stopped.
            _ => Ok("answers, and lets queries be started and stopped".into()),
        }
    }
}

//! Door: network. Athena over the access logs of load balancers: which target, path, answer or client stands out.
//!
//! Knows whom it asks, and until when. Must not know what stands out.

mod read;
mod run;
mod statement;

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_athena::Client;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::access::{Access, By};
use firstlook_core::evidence::cloudwatch::console;
use tokio::time::Instant;

use super::quoted::shell;
use super::{Fault, Moment};
use crate::aws::capped::Capped;
use run::Run;

/// A longer answer breaks off.
const RESPONSE_BYTES: usize = 8 * 1024 * 1024;

/// Where the access logs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The database in Athena's data catalogue.
    pub database: String,
    /// The table, with the columns that AWS documents for access logs of Application Load Balancers.
    pub table: String,
    /// Its partition by day, `2026/03/01`.
    pub partition: String,
    /// Who pays, and where results lie; `primary` where none is given.
    pub workgroup: Option<String>,
    /// `s3://…`, where the workgroup does not say it.
    pub output_location: Option<String>,
}

/// A source of type `athena`.
#[derive(Debug)]
pub struct Athena {
    client: Client,
    /// Whether the region is configured: it is the alarm's own otherwise.
    fixed: bool,
    table: Table,
    timeout: Duration,
}

/// What was counted, and what is missing.
#[derive(Debug, Default, PartialEq)]
pub struct Counted {
    /// The requests.
    pub access: Access,
    /// Bytes that Athena read for them.
    pub scanned: u64,
    /// Parts that could not be had.
    pub faults: Vec<Fault>,
}

impl Athena {
    /// A source that counts the requests in `table`. `sdk` is [`crate::aws::config`]'s; `fixed` says whether its region is the
    /// configured one. A query that has not ended shortly before `timeout` is stopped.
    pub fn new(sdk: &SdkConfig, fixed: bool, table: Table, timeout: Duration) -> Self {
        let config = aws_sdk_athena::config::Builder::from(sdk).interceptor(Capped(RESPONSE_BYTES)).build();
        Self { client: Client::from_conf(config), fixed, table, timeout }
    }

    /// The requests of the moment and of normal times, counted by one query, so that each partition is read once. Where the
    /// alarm names a load balancer, its requests alone.
    ///
    /// # Errors
    /// When the query cannot be run, or does not end in time.
    pub async fn count(&self, moment: &Moment) -> Result<Counted, Fault> {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let client = match moment.region().filter(|_| !self.fixed) {
            None => self.client.clone(),
            Some(region) => {
                Client::from_conf(self.client.config().to_builder().region(Region::new(region)).build())
            }
        };
        let region = client.config().region().map(ToString::to_string).unwrap_or_default();
        let balancer = Some(moment.labels.get("dimension.LoadBalancer")).filter(|name| !name.is_empty());
        let statement = statement::of(&self.table, balancer, moment.window, &moment.baselines);
        let run = Run { client, table: &self.table, until };
        let answer = run.answer(&statement).await?;
        let access = Access {
            rows: read::rows(&answer.rows),
            times: moment.baselines.len(),
            query: self.command(&region, &statement),
            link: console::athena(&region, &answer.id),
        };
        let faults = self.missing(&access, answer.cut).into_iter().collect();
        Ok(Counted { access, scanned: answer.scanned, faults })
    }

    fn missing(&self, access: &Access, cut: bool) -> Option<Fault> {
        let seen = access.rows.iter().find(|row| row.by == By::All).map_or(0, |row| row.now.requests);
        if seen == 0 {
            return Some(Fault::unavailable(
                format!("{} has no request of this window", self.table.table),
                "load balancers write their logs every five minutes: look again later, or correct `table` and `partition` of this source",
            ));
        }
        cut.then(|| {
            Fault::unavailable(
                "there are more different paths, targets or clients than were read",
                "open the query in Athena: the link of this source's items leads there",
            )
        })
    }

    /// The command that starts the same query, for a shell.
    fn command(&self, region: &str, statement: &str) -> String {
        let Table { database, workgroup, output_location, .. } = &self.table;
        let option = |name: &str, value: &Option<String>| {
            value.as_ref().map(|value| format!(" {name}{}", shell(value))).unwrap_or_default()
        };
        format!(
            "aws athena start-query-execution --region {region} --query-execution-context Database={}{}{} --query-string {}",
            shell(database),
            option("--work-group ", workgroup),
            option("--result-configuration OutputLocation=", output_location),
            shell(statement)
        )
    }

    /// Tries each kind of call once, for `check`: the query reads no table.
    ///
    /// # Errors
    /// When one of them is refused.
    pub async fn probe(&self, timeout: Duration) -> Result<String, Fault> {
        let until = Instant::now() + timeout - timeout / 10;
        let run = Run { client: self.client.clone(), table: &self.table, until };
        run.answer("SELECT 1").await?;
        run.stopped("SELECT 1").await?;
        Ok("answers, and lets queries be started and stopped".into())
    }
}

/// All windows, the moment's first.
fn all(window: Window, baselines: &[Window]) -> impl Iterator<Item = Window> {
    std::iter::once(window).chain(baselines.iter().copied())
}

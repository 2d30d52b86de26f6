//! Door: network. Athena over the access logs of load balancers: which target, path, answer or client stands out.
//!
//! Knows whom it asks, and until when. Must not know what stands out.

mod asked;
mod look;
mod read;
mod run;
mod statement;
mod tabled;

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_athena::Client;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::access::{Access, By};
use firstlook_core::evidence::cloudwatch::console;
use futures_util::future::join;
use tokio::time::Instant;

use super::quoted::shell;
use super::{Fault, Moment, once};
use crate::aws::capped::Capped;
use crate::store::Meter;
use asked::Asked;
use run::Run;

pub use asked::Query;
pub use look::Groups;
pub use tabled::Tabled;

/// A longer answer breaks off.
const RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// What to do where Athena fails the statement that counts requests.
const REMEDY: &str = "correct `database`, `table` and `partition` of this source: the table must have the columns that AWS documents for ALB logs";

/// Where the access logs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The database in Athena's data catalogue.
    pub database: String,
    /// The table of access logs, with the columns that AWS documents for Application Load Balancers; without one nothing is
    /// counted.
    pub table: Option<String>,
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
    asked: Vec<Asked>,
    timeout: Duration,
    meter: Option<Meter>,
}

/// What was counted, and what is missing.
#[derive(Debug, Default, PartialEq)]
pub struct Counted {
    /// The requests, where the source has a table of them.
    pub access: Option<Access>,
    /// What people's own statements gave.
    pub tables: Vec<Tabled>,
    /// Bytes that Athena read for them.
    pub scanned: u64,
    /// Parts that could not be had.
    pub faults: Vec<Fault>,
}

impl Athena {
    /// A source that counts the requests in `table`, and runs `queries`. `sdk` is [`crate::aws::config`]'s; `fixed` says
    /// whether its region is the configured one. A query that has not ended shortly before `timeout` is stopped.
    ///
    /// # Errors
    /// When a query cannot be run safely.
    pub fn new(
        sdk: &SdkConfig,
        fixed: bool,
        table: Table,
        queries: &[Query],
        timeout: Duration,
    ) -> Result<Self, Fault> {
        let config = aws_sdk_athena::config::Builder::from(sdk).interceptor(Capped(RESPONSE_BYTES)).build();
        let asked = queries.iter().map(Asked::parse).collect::<Result<_, _>>()?;
        Ok(Self { client: Client::from_conf(config), fixed, table, asked, timeout, meter: None })
    }

    /// The same source, of which a day's queries read no more than the meter lets them.
    #[must_use]
    pub fn metered(self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self }
    }

    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        self.asked.iter().any(|one| one.names(label))
    }

    /// Whether it has a table of requests, and not people's own queries alone.
    pub fn counts(&self) -> bool {
        self.table.table.is_some()
    }

    /// The requests of the moment and of normal times, counted by one query, so that each partition is read once. Where the
    /// alarm names a load balancer, its requests alone. Beside them what people's own queries give.
    ///
    /// # Errors
    /// When nothing could be had.
    pub async fn count(&self, moment: &Moment) -> Result<Counted, Fault> {
        let (until, client, region) = self.whom(moment);
        let run = |remedy| self.run(client.clone(), until, remedy);
        let (counting, asking) = (run(REMEDY), run(tabled::REMEDY));
        let (requests, mut all) =
            join(self.requests(&counting, &region, moment), self.tables(&asking, &region, moment)).await;
        match requests {
            Some(Ok(requests)) => {
                all.access = requests.access;
                all.scanned += requests.scanned;
                all.faults.extend(requests.faults);
            }
            Some(Err(fault)) => once(&mut all.faults, fault),
            None => {}
        }
        match all.faults.first() {
            Some(fault) if all.access.is_none() && all.tables.is_empty() => Err(fault.clone()),
            _ => Ok(all),
        }
    }

    async fn requests(&self, run: &Run<'_>, region: &str, moment: &Moment) -> Option<Result<Counted, Fault>> {
        let logs = self.table.table.as_ref()?;
        Some(self.counted(run, logs, region, moment).await)
    }

    async fn counted(
        &self,
        run: &Run<'_>,
        logs: &str,
        region: &str,
        moment: &Moment,
    ) -> Result<Counted, Fault> {
        let statement = statement::of(&self.table, logs, balancer(moment), moment.window, &moment.baselines);
        let answer = run.answer(&statement).await?;
        let access = Access {
            rows: read::rows(&answer.rows),
            times: moment.baselines.len(),
            query: self.command(region, &statement),
            link: console::athena(region, &answer.id),
        };
        let faults = missing(logs, &access, answer.cut).into_iter().collect();
        Ok(Counted { access: Some(access), tables: Vec::new(), scanned: answer.scanned, faults })
    }

    /// Until when to ask, whom, and in which region.
    fn whom(&self, moment: &Moment) -> (Instant, Client, String) {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let client = match moment.region().filter(|_| !self.fixed) {
            None => self.client.clone(),
            Some(region) => {
                Client::from_conf(self.client.config().to_builder().region(Region::new(region)).build())
            }
        };
        let region = client.config().region().map(ToString::to_string).unwrap_or_default();
        (until, client, region)
    }

    fn run(&self, client: Client, until: Instant, remedy: &'static str) -> Run<'_> {
        Run { client, table: &self.table, until, meter: self.meter.as_ref(), remedy }
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
        let (client, meter) = (self.client.clone(), None);
        let run = Run { client, table: &self.table, until, meter, remedy: REMEDY };
        run.answer("SELECT 1").await?;
        run.stopped("SELECT 1").await?;
        Ok("answers, and lets queries be started and stopped".into())
    }
}

/// What of the requests could not be counted.
fn missing(logs: &str, access: &Access, cut: bool) -> Option<Fault> {
    let seen = access.rows.iter().find(|row| row.by == By::All).map_or(0, |row| row.now.requests);
    if seen == 0 {
        return Some(Fault::unavailable(
            format!("{logs} has no request of this window"),
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

/// The load balancer that the alarm names.
fn balancer(moment: &Moment) -> Option<&str> {
    Some(moment.labels.get("dimension.LoadBalancer")).filter(|name| !name.is_empty())
}

/// All windows, the moment's first.
fn all(window: Window, baselines: &[Window]) -> impl Iterator<Item = Window> {
    std::iter::once(window).chain(baselines.iter().copied())
}

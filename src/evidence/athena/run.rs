//! Door: network. One query of Athena: started, asked for until it has ended, and always stopped when it is given up.
//!
//! Knows the cycle of a query's states. Must not know what is counted.

use std::future::Future;
use std::time::Duration;

use aws_sdk_athena::Client;
use aws_sdk_athena::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_athena::types::{QueryExecutionContext, QueryExecutionState, ResultConfiguration, Row};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::super::Fault;
use super::super::api::one_line;
use super::super::cloudwatch_logs::refused;
use super::super::scanned::{ATHENA, Scanned, Sum};
use super::Table;
use super::read::Named;
use super::statement::MOST_ROWS;
use crate::aws::refusal::Refusal;
use crate::store::Meter;

/// Queries of this process at once, over all incidents: an account's places are shared with everybody.
static PLACES: Semaphore = Semaphore::const_new(3);
/// The first pause before a query is asked for, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));
/// How long stopping a query may take.
const STOP: Duration = Duration::from_secs(5);
/// What `GetQueryResults` gives at once.
const PAGE: i32 = 1_000;
const START: &str = "athena:StartQueryExecution";
const STATE: &str = "athena:GetQueryExecution";
const RESULTS: &str = "athena:GetQueryResults";
const STOPPING: &str = "athena:StopQueryExecution";

/// Whom to ask, and until when.
pub(super) struct Run<'a> {
    pub client: Client,
    pub table: &'a Table,
    pub until: Instant,
    pub meter: Option<&'a Meter>,
    /// What to do where Athena fails the statement.
    pub remedy: &'static str,
}

/// What a query gave.
#[derive(Debug)]
pub(super) struct Answer {
    /// The query's.
    pub id: String,
    pub rows: Vec<Named>,
    /// Bytes that Athena read for it.
    pub scanned: u64,
    /// Whether there are more rows.
    pub cut: bool,
}

/// A query that runs. It is stopped when this is dropped before it has ended: also where the future that waits for it is.
struct Running {
    client: Client,
    id: String,
    ended: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.ended {
            return;
        }
        let stop = self.client.stop_query_execution().query_execution_id(&self.id);
        runtime.spawn(async move {
            match timeout(STOP, stop.send()).await {
                Ok(Err(error)) => {
                    let refusal = Refusal::of(&error, STOPPING);
                    tracing::warn!(
                        reason = refusal.text(),
                        "a query of Athena could not be stopped: it runs on"
                    );
                }
                Err(_) => tracing::warn!("a query of Athena could not be stopped in time: it may run on"),
                Ok(Ok(_)) => {}
            }
        });
    }
}

impl Run<'_> {
    /// Runs a statement to its end.
    pub async fn answer(&self, statement: &str) -> Result<Answer, Fault> {
        let late =
            || Fault::timeout("too many queries of firstlook run in Athena at once for another one to begin");
        let Ok(Ok(_place)) = timeout_at(self.until, PLACES.acquire()).await else { return Err(late()) };
        let sum = Sum::default();
        let mut scanned = Scanned::new(&ATHENA, self.meter.cloned(), sum.clone());
        if let Ok(Err(used_up)) = timeout_at(self.until, scanned.now(0)).await {
            return Err(used_up);
        }
        let mut running = self.start(statement).await?;
        self.ended(&mut running, scanned).await?;
        let (rows, cut) = self.rows(&running.id).await?;
        Ok(Answer { id: std::mem::take(&mut running.id), rows, scanned: sum.get(), cut })
    }

    /// Starts a statement and stops it at once, for `check`.
    pub async fn stopped(&self, statement: &str) -> Result<(), Fault> {
        let mut running = self.start(statement).await?;
        running.ended = true;
        let id = running.id.clone();
        let stop = || self.client.stop_query_execution().query_execution_id(&id).send();
        self.asked(stop, STOPPING).await.map(|_| ())
    }

    async fn start(&self, statement: &str) -> Result<Running, Fault> {
        let Table { database, workgroup, output_location, .. } = self.table;
        let place =
            output_location.as_ref().map(|url| ResultConfiguration::builder().output_location(url).build());
        let start = || {
            let context = QueryExecutionContext::builder().database(database).build();
            let call = self.client.start_query_execution().query_string(statement);
            let call = call.query_execution_context(context).set_work_group(workgroup.clone());
            call.set_result_configuration(place.clone()).send()
        };
        let started = self.asked(start, START).await?;
        let id = started.query_execution_id.unwrap_or_default();
        Ok(Running { client: self.client.clone(), id, ended: false })
    }

    /// Waits for the end, or until the budget of the day is used up.
    async fn ended(&self, running: &mut Running, mut scanned: Scanned) -> Result<(), Fault> {
        let begun = Instant::now();
        let late = || {
            let waited = begun.elapsed().as_secs_f64();
            Fault::timeout(format!(
                "Athena had not finished the query after {waited:.1} s, and it was stopped"
            ))
        };
        let mut pause = PAUSES.0;
        loop {
            if timeout_at(self.until, sleep(pause)).await.is_err() {
                return Err(late());
            }
            pause = (pause * 3 / 2).min(PAUSES.1);
            let id = running.id.clone();
            let state = || self.client.get_query_execution().query_execution_id(&id).send();
            let output = self.asked(state, STATE).await?;
            let Some(query) = output.query_execution else { continue };
            let read = query.statistics.and_then(|all| all.data_scanned_in_bytes);
            let read = scanned.now(read.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)).await;
            let status = query.status;
            let words = status.as_ref().and_then(|status| status.state_change_reason()).unwrap_or_default();
            match status.as_ref().and_then(|status| status.state()) {
                Some(QueryExecutionState::Succeeded) => {
                    running.ended = true;
                    return Ok(());
                }
                Some(QueryExecutionState::Failed) => {
                    running.ended = true;
                    return Err(failed(words, self.remedy));
                }
                Some(QueryExecutionState::Cancelled) => {
                    running.ended = true;
                    return Err(Fault::unavailable(
                        "somebody has stopped the query in Athena, or its workgroup's limit of bytes did",
                        "look at the limit of the workgroup, or narrow `evidence.window`",
                    ));
                }
                // Queued, running, or unknown for now.
                _ => read?,
            }
        }
    }

    /// The rows, by the names of their columns, which stand in the first; and whether there are more.
    async fn rows(&self, id: &str) -> Result<(Vec<Named>, bool), Fault> {
        let (mut rows, mut names) = (Vec::new(), None::<Vec<String>>);
        let mut next = None::<String>;
        loop {
            let page = || {
                let call = self.client.get_query_results().query_execution_id(id).max_results(PAGE);
                call.set_next_token(next.clone()).send()
            };
            let output = self.asked(page, RESULTS).await?;
            for row in output.result_set().map(|set| set.rows()).unwrap_or_default() {
                match &names {
                    None => {
                        names = Some(cells(row).map(|cell| cell.unwrap_or_default().to_owned()).collect())
                    }
                    Some(names) => {
                        let there =
                            names.iter().zip(cells(row)).filter_map(|(name, cell)| Some((name, cell?)));
                        rows.push(there.map(|(name, cell)| (name.clone(), cell.to_owned())).collect());
                    }
                }
            }
            next = output.next_token.filter(|more| Some(more) != next.as_ref());
            if next.is_none() || rows.len() >= MOST_ROWS {
                let cut = rows.len() >= MOST_ROWS;
                return Ok((rows, cut));
            }
        }
    }

    /// What a call gives in time; one that asks for patience is tried again.
    async fn asked<T, E, F>(&self, call: impl Fn() -> F, action: &str) -> Result<T, Fault>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        let mut pause = PAUSES.0;
        let asked = async {
            let mut left = 3;
            loop {
                match call().await {
                    Err(error)
                        if left > 0 && matches!(Refusal::of(&error, action), Refusal::Unavailable(_)) =>
                    {
                        left -= 1;
                        sleep(pause).await;
                        pause *= 2;
                    }
                    other => return other,
                }
            }
        };
        let late = || Fault::timeout(format!("Athena did not answer {action} in time"));
        let answer = timeout_at(self.until, asked).await.map_err(|_| late())?;
        answer.map_err(|error| match error.code() {
            Some("InvalidRequestException") => Fault::configuration(
                format!("Athena refuses the query: {}", one_line(error.message().unwrap_or_default())),
                "correct `database`, `table`, `workgroup` and `output_location` of this source",
            ),
            _ => refused::fault(&error, action),
        })
    }
}

fn cells(row: &Row) -> impl Iterator<Item = Option<&str>> {
    row.data().iter().map(|cell| cell.var_char_value())
}

/// A query that Athena ended with these words.
fn failed(words: &str, otherwise: &str) -> Fault {
    let reason = format!("Athena failed to run the query: {}", one_line(words));
    let lower = words.to_lowercase();
    let remedy = if ["permission", "denied", "not authorized"].iter().any(|word| lower.contains(word)) {
        "allow the role of firstlook to read the table in Glue and its files in S3, and to write Athena's results there"
    } else {
        otherwise
    };
    Fault::configuration(reason, remedy)
}

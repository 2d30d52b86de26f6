//! Door: network. One query of Logs Insights: started, asked for until it is complete, and always stopped when it is
//! given up.
//!
//! Knows the cycle of a query's states. Must not know which windows and groups are asked for.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::{QueryStatistics, QueryStatus};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::super::Fault;
use super::super::scanned::{INSIGHTS, Scanned, Sum};
use super::pieces::Piece;
use super::refused::{self, Failed};
use super::rows::FromRow;
use crate::aws::refusal::Refusal;
use crate::store::Meter;

/// Queries of this process at once, over all incidents: an account has 100 places in a region, for everybody.
static PLACES: Semaphore = Semaphore::const_new(5);
/// Of them, those that queries of runbooks may take: the sources' own never wait for them alone.
static RUNBOOK_PLACES: Semaphore = Semaphore::const_new(3);
/// The first pause before results are asked for, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));
/// How long stopping a query may take.
const STOP: Duration = Duration::from_secs(5);

/// What all queries of one collection have in common.
#[derive(Debug)]
pub(super) struct Insights {
    pub client: Client,
    /// Without its limit.
    pub query: String,
    /// Who wrote it, who then has to correct it.
    pub wrote: Wrote,
    /// What has not begun by then is had in another way.
    pub start_by: Instant,
    /// What has come by then is all that comes.
    pub deadline: Instant,
    /// What may be read today, where that is bounded.
    pub meter: Option<Meter>,
    /// What all of them have read.
    pub scanned: Sum,
}

/// Who wrote a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrote {
    /// Firstlook.
    Firstlook,
    /// Firstlook, with the configured `filter` in it.
    Filter,
    /// The author of a runbook.
    Runbook,
}

/// What a query gave.
#[derive(Debug)]
pub(super) struct Answer<R> {
    pub rows: Vec<R>,
    /// Rows that the query would give without a limit.
    pub matched: usize,
    /// Whether it ended by itself; if not, rows are missing anywhere.
    pub complete: bool,
    /// Why it was ended.
    pub fault: Option<Fault>,
}

/// A query that runs. It is stopped when this is dropped before it has ended: also where the future that waits for it is.
struct Running {
    client: Client,
    id: String,
    ended: bool,
    scanned: Scanned,
}

/// One of [`PLACES`]; for a query of a runbook also one of [`RUNBOOK_PLACES`].
type Place = (Option<SemaphorePermit<'static>>, SemaphorePermit<'static>);

impl Drop for Running {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.ended {
            return;
        }
        let stop = self.client.stop_query().query_id(&self.id);
        let (last, mut scanned) = (self.client.get_query_results().query_id(&self.id), self.scanned.clone());
        runtime.spawn(async move {
            let stopped = timeout(STOP, stop.send()).await;
            // It has read more since it was last asked.
            if let Ok(Ok(output)) = timeout(STOP, last.send()).await {
                // What is over the budget then is told to the next query.
                let _ = scanned.now(bytes(output.statistics())).await;
            }
            match stopped {
                Ok(Err(error)) => match Refusal::of(&error, "logs:StopQuery") {
                    // It has ended meanwhile.
                    Refusal::Refused(_) => {}
                    refusal => {
                        tracing::warn!(reason = refusal.text(), "a query could not be stopped: it runs on")
                    }
                },
                Err(_) => tracing::warn!("a query could not be stopped in time: it may run on"),
                Ok(Ok(_)) => {}
            }
        });
    }
}

impl Insights {
    /// The first `limit` rows of a piece in `groups`: the newest, where the query does not sort them otherwise.
    pub async fn ask<R: FromRow>(
        &self,
        groups: &[String],
        piece: Piece,
        limit: usize,
    ) -> Result<Answer<R>, Failed> {
        let Ok(place) = timeout_at(self.start_by, self.place()).await else {
            let reason = "too many queries of firstlook run at once for another one to begin in time";
            return Err(Failed::NoQuery(Fault::timeout(reason)));
        };
        let place = place.map_err(|_| Failed::NoQuery(Fault::timeout("queries have ended")))?;
        let mut scanned = Scanned::new(&INSIGHTS, self.meter.clone(), self.scanned.clone());
        // Behind the wait: what ran meanwhile counts.
        if let Ok(Err(used_up)) = timeout_at(self.deadline, scanned.now(0)).await {
            return Err(Failed::NoQuery(used_up));
        }
        let running = self.start(groups, piece, limit, scanned).await?;
        let answer = self.results(running).await;
        drop(place);
        answer
    }

    async fn place(&self) -> Result<Place, AcquireError> {
        let of_runbook = match self.wrote {
            Wrote::Runbook => Some(RUNBOOK_PLACES.acquire().await?),
            Wrote::Firstlook | Wrote::Filter => None,
        };
        Ok((of_runbook, PLACES.acquire().await?))
    }

    async fn start(
        &self,
        groups: &[String],
        piece: Piece,
        limit: usize,
        scanned: Scanned,
    ) -> Result<Running, Failed> {
        let mut pause = PAUSES.0;
        let (names, arns) = match groups.iter().any(|group| group.starts_with("arn:")) {
            true => (None, Some(groups.to_vec())),
            false => (Some(groups.to_vec()), None),
        };
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let mut again = true;
        loop {
            let call = self.client.start_query().set_log_group_names(names.clone());
            let call = call.set_log_group_identifiers(arns.clone()).query_string(&self.query).limit(limit);
            // Seconds. One more than the last: nobody says whether that one's fractions are included.
            let call = call.start_time(piece.from).end_time(piece.to + 1);
            let (client, scanned) = (self.client.clone(), scanned.clone());
            // On its own, so that a query whose start is not waited for any more is stopped when it has begun.
            let begun = tokio::spawn(async move {
                let id = call.send().await?.query_id.unwrap_or_default();
                Ok(Running { client, id, ended: false, scanned })
            });
            let error = match timeout_at(self.deadline, begun).await {
                Ok(Ok(Ok(running))) => return Ok(running),
                Ok(Ok(Err(error))) => error,
                Ok(Err(_)) | Err(_) => {
                    return Err(Failed::Fault(Fault::timeout("AWS did not answer logs:StartQuery in time")));
                }
            };
            let passing = matches!(Refusal::of(&error, ""), Refusal::Unavailable(_));
            let retried = refused::is_throttled(&error) || (passing && std::mem::take(&mut again));
            if !retried || Instant::now() + pause >= self.start_by {
                return Err(refused::start(&error, self.wrote));
            }
            sleep(pause).await;
            pause = longer(pause);
        }
    }

    /// Waits for the end of a query; at the deadline, what has come so far.
    async fn results<R: FromRow>(&self, mut running: Running) -> Result<Answer<R>, Failed> {
        let mut pause = PAUSES.0;
        let mut partial = Answer { rows: Vec::new(), matched: 0, complete: false, fault: None };
        loop {
            if timeout_at(self.deadline, sleep(pause)).await.is_err() {
                return Ok(partial);
            }
            pause = longer(pause);
            let call = self.client.get_query_results().query_id(&running.id);
            let Ok(answer) = timeout_at(self.deadline, call.send()).await else { return Ok(partial) };
            let output = match answer {
                Ok(output) => output,
                Err(error) => match Refusal::of(&error, "logs:GetQueryResults") {
                    Refusal::Unavailable(_) => continue,
                    _ if refused::is_throttled(&error) => continue,
                    _ => return Err(Failed::Fault(refused::fault(&error, "logs:GetQueryResults"))),
                },
            };
            let next = output.next_token.clone();
            let read_so_far = running.scanned.now(bytes(output.statistics()));
            let used_up = timeout_at(self.deadline, read_so_far).await.ok().and_then(Result::err);
            let failed = match &output.status {
                Some(QueryStatus::Complete) => None,
                Some(QueryStatus::Failed) => Some("Logs Insights failed to run the query"),
                Some(QueryStatus::Cancelled) => Some("somebody has stopped the query"),
                Some(QueryStatus::Timeout) => Some("the query ran longer than Logs Insights allows"),
                // Scheduled, running, or unknown for now; its rows are some of all.
                _ => {
                    partial = Answer { fault: used_up, ..read(&output, false) };
                    if partial.fault.is_some() {
                        return Ok(partial);
                    }
                    continue;
                }
            };
            running.ended = true;
            if let Some(reason) = failed {
                let remedy = "try it in the console: the link of this source's items leads there";
                return Err(Failed::Fault(Fault::unavailable(reason, remedy)));
            }
            return Ok(self.whole(&running.id, read(&output, true), next).await);
        }
    }

    /// The further pages of a complete answer.
    async fn whole<R: FromRow>(
        &self,
        id: &str,
        mut answer: Answer<R>,
        mut next: Option<String>,
    ) -> Answer<R> {
        while let Some(token) = next.take() {
            let call = self.client.get_query_results().query_id(id).next_token(&token);
            match timeout_at(self.deadline, call.send()).await {
                Ok(Ok(output)) => {
                    answer.rows.extend(rows(&output));
                    next = output.next_token.filter(|more| *more != token);
                }
                _ => answer.complete = false,
            }
        }
        answer
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 3 / 2).min(PAUSES.1)
}

fn rows<R: FromRow>(output: &GetQueryResultsOutput) -> impl Iterator<Item = R> {
    output
        .results()
        .iter()
        .filter_map(|fields| R::of(fields.iter().filter_map(|field| Some((field.field()?, field.value()?)))))
}

fn read<R: FromRow>(output: &GetQueryResultsOutput, complete: bool) -> Answer<R> {
    let matched = output.statistics().map_or(0, |all| count(all.records_matched()));
    let matched = usize::try_from(matched).unwrap_or(usize::MAX);
    Answer { rows: rows(output).collect(), matched, complete, fault: None }
}

fn bytes(statistics: Option<&QueryStatistics>) -> u64 {
    statistics.map_or(0, |all| count(all.bytes_scanned()))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts, which AWS gives as such")]
fn count(value: f64) -> u64 {
    value.max(0.0) as u64
}

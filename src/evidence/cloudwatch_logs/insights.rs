//! Door: network. One query of Logs Insights: started, asked for until it is complete, and always stopped when it is
//! given up.
//!
//! Knows the cycle of a query's states. Must not know which windows and groups are asked for.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::QueryStatus;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::super::Fault;
use super::pieces::Piece;
use super::refused::{self, Failed};
use super::rows::Row;
use crate::aws::refusal::Refusal;

/// Queries of this process at once, over all incidents: an account has 100 places in a region, for everybody.
static PLACES: Semaphore = Semaphore::const_new(5);
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
    /// Whether a configured expression is in it.
    pub filtered: bool,
    /// What has not begun by then is had in another way.
    pub start_by: Instant,
    /// What has come by then is all that comes.
    pub deadline: Instant,
}

/// What a query gave.
#[derive(Debug)]
pub(super) struct Answer {
    pub rows: Vec<Row>,
    /// Rows that the query would give without a limit.
    pub matched: usize,
    /// Bytes that AWS read for it.
    pub scanned: u64,
    /// Whether it ended by itself; if not, rows are missing anywhere.
    pub complete: bool,
}

/// A query that runs. It is stopped when this is dropped before it has ended: also where the future that waits for it is.
struct Running {
    client: Client,
    id: String,
    ended: bool,
    _place: SemaphorePermit<'static>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if self.ended {
            return;
        }
        let stop = self.client.stop_query().query_id(&self.id);
        runtime.spawn(async move {
            match timeout(STOP, stop.send()).await {
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
    /// The newest `limit` rows of a piece in `groups`.
    pub async fn ask(&self, groups: &[String], piece: Piece, limit: usize) -> Result<Answer, Failed> {
        let Ok(place) = timeout_at(self.start_by, PLACES.acquire()).await else {
            let reason = "too many queries of firstlook run at once for another one to begin in time";
            return Err(Failed::NoQuery(Fault::timeout(reason)));
        };
        let place = place.map_err(|_| Failed::NoQuery(Fault::timeout("queries have ended")))?;
        let id = self.start(groups, piece, limit).await?;
        let running = Running { client: self.client.clone(), id, ended: false, _place: place };
        self.results(running).await
    }

    async fn start(&self, groups: &[String], piece: Piece, limit: usize) -> Result<String, Failed> {
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
            let Ok(answer) = timeout_at(self.deadline, call.send()).await else {
                return Err(Failed::Fault(Fault::timeout("AWS did not answer logs:StartQuery in time")));
            };
            let error = match answer {
                Ok(output) => return Ok(output.query_id.unwrap_or_default()),
                Err(error) => error,
            };
            let passing = matches!(Refusal::of(&error, ""), Refusal::Unavailable(_));
            let retried = refused::is_throttled(&error) || (passing && std::mem::take(&mut again));
            if !retried || Instant::now() + pause >= self.start_by {
                return Err(refused::start(&error, self.filtered));
            }
            sleep(pause).await;
            pause = longer(pause);
        }
    }

    /// Waits for the end of a query; at the deadline, what has come so far.
    async fn results(&self, mut running: Running) -> Result<Answer, Failed> {
        let mut pause = PAUSES.0;
        let mut partial = Answer { rows: Vec::new(), matched: 0, scanned: 0, complete: false };
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
            let failed = match &output.status {
                Some(QueryStatus::Complete) => None,
                Some(QueryStatus::Failed) => Some("Logs Insights failed to run the query"),
                Some(QueryStatus::Cancelled) => Some("somebody has stopped the query"),
                Some(QueryStatus::Timeout) => Some("the query ran longer than Logs Insights allows"),
                // Scheduled, running, or unknown for now; its rows are some of all.
                _ => {
                    partial = read(&output, false);
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
    async fn whole(&self, id: &str, mut answer: Answer, mut next: Option<String>) -> Answer {
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

fn rows(output: &GetQueryResultsOutput) -> impl Iterator<Item = Row> {
    output.results().iter().filter_map(|fields| {
        Row::of(fields.iter().filter_map(|field| Some((field.field()?, field.value()?))))
    })
}

fn read(output: &GetQueryResultsOutput, complete: bool) -> Answer {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts, which AWS gives as such"
    )]
    let count = |value: f64| value.max(0.0) as u64;
    let statistics = output.statistics();
    Answer {
        rows: rows(output).collect(),
        matched: usize::try_from(statistics.map_or(0, |all| count(all.records_matched())))
            .unwrap_or(usize::MAX),
        scanned: statistics.map_or(0, |all| count(all.bytes_scanned())),
        complete,
    }
}

//! Door: network. The calls of X-Ray: bounded in time, pages and size.
//!
//! Knows that X-Ray takes at most six hours and five traces at once. Must not know what the answers mean.

use std::future::Future;
use std::time::Duration;

use aws_sdk_xray::Client;
use aws_sdk_xray::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_xray::primitives::DateTime as Time;
use aws_sdk_xray::types::TimeRangeType;
use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::evidence::Window;
use firstlook_core::evidence::traces::{self, Calls, Graph, Group, Summary};
use tokio::time::{Instant, sleep, timeout_at};

use super::super::Fault;
use super::super::api::one_line;
use super::super::cloudwatch_logs::refused;
use super::read;
use crate::aws::refusal::Refusal;

/// X-Ray refuses longer ranges.
const LONGEST: TimeDelta = TimeDelta::hours(6);
/// Pages of one answer.
const MOST_PAGES: usize = 20;
/// Requests of one window that are looked at.
const MOST_FOUND: usize = 2_000;
/// What `BatchGetTraces` takes.
const BATCH: usize = 5;
/// Before a call that was throttled is tried again.
const PAUSE: Duration = Duration::from_millis(500);
const GRAPH: &str = "xray:GetServiceGraph";
const SUMMARIES: &str = "xray:GetTraceSummaries";
const TRACES: &str = "xray:BatchGetTraces";
const COURSE: &str = "xray:GetTimeSeriesServiceStatistics";
/// Seconds of one stretch of time: the shortest that there is, and that of windows that would have too many of them.
const PERIODS: (i32, i32) = (60, 300);

/// Whom to ask, and until when.
pub(super) struct Ask {
    pub client: Client,
    pub until: Instant,
}

/// The requests that a filter finds.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub all: Vec<Summary>,
    /// Whether there are more.
    pub cut: bool,
}

impl Ask {
    /// Who calls whom.
    pub async fn graph(&self, window: Window) -> Result<Graph, Fault> {
        let mut graph = Graph::default();
        for part in parts(window) {
            let (mut next, mut services) = (None::<String>, Vec::new());
            for _ in 0..MOST_PAGES {
                let call = || {
                    let call = self.client.get_service_graph().start_time(time(part.start));
                    call.end_time(time(part.end)).set_next_token(next.clone()).send()
                };
                let output = self.answer(call, GRAPH).await?;
                services.extend(output.services.unwrap_or_default());
                next = output.next_token.filter(|more| Some(more) != next.as_ref());
                if next.is_none() {
                    break;
                }
            }
            graph.merge(read::graph(&services));
        }
        Ok(graph)
    }

    /// The requests that `filter` finds.
    pub async fn summaries(&self, window: Window, filter: &str) -> Result<Found, Fault> {
        let mut found = Found::default();
        for part in parts(window) {
            let mut next = None::<String>;
            for page in 1.. {
                let call = || {
                    let call = self.client.get_trace_summaries().start_time(time(part.start));
                    let call = call.end_time(time(part.end)).time_range_type(TimeRangeType::TraceId);
                    call.sampling(false).filter_expression(filter).set_next_token(next.clone()).send()
                };
                let output = self.answer(call, SUMMARIES).await?;
                found.all.extend(output.trace_summaries().iter().filter_map(read::summary));
                next = output.next_token.filter(|more| Some(more) != next.as_ref());
                if next.is_none() {
                    break;
                }
                if page >= MOST_PAGES || found.all.len() >= MOST_FOUND {
                    found.cut = true;
                    break;
                }
            }
        }
        found.cut |= found.all.len() > MOST_FOUND;
        found.all.truncate(MOST_FOUND);
        Ok(found)
    }

    /// The calls that `selector` names, by stretches of time within a window.
    pub async fn course(&self, window: Window, selector: &str) -> Result<Vec<(DateTime<Utc>, Calls)>, Fault> {
        let period = if window.length() > LONGEST { PERIODS.1 } else { PERIODS.0 };
        let mut all = Vec::new();
        for part in parts(window) {
            let mut next = None::<String>;
            for _ in 0..MOST_PAGES {
                let call = || {
                    let call = self.client.get_time_series_service_statistics();
                    let call = call.start_time(time(part.start)).end_time(time(part.end)).period(period);
                    call.entity_selector_expression(selector).set_next_token(next.clone()).send()
                };
                let output = self.answer(call, COURSE).await?;
                all.extend(output.time_series_service_statistics().iter().filter_map(read::stretch));
                next = output.next_token.filter(|more| Some(more) != next.as_ref());
                if next.is_none() {
                    break;
                }
            }
        }
        Ok(all)
    }

    /// Reads the segments of the examples; what is missing.
    pub async fn segments(&self, groups: &mut [Group]) -> Option<Fault> {
        let ids: Vec<String> = groups.iter().map(|group| group.example.id.clone()).take(BATCH).collect();
        if ids.is_empty() {
            return None;
        }
        let documents = match self.documents(&ids).await {
            Ok(documents) => documents,
            Err(fault) => return Some(fault),
        };
        for group in groups {
            let of_it = documents.iter().filter(|(id, _)| *id == group.example.id);
            let texts: Vec<String> = of_it.map(|(_, text)| text.clone()).collect();
            group.shown = traces::read(&texts);
        }
        None
    }

    /// The segment documents of at most five traces, each with its trace's id.
    pub async fn documents(&self, ids: &[String]) -> Result<Vec<(String, String)>, Fault> {
        let (mut next, mut documents) = (None::<String>, Vec::new());
        for _ in 0..MOST_PAGES {
            let call = || {
                let call = self.client.batch_get_traces().set_trace_ids(Some(ids.to_vec()));
                call.set_next_token(next.clone()).send()
            };
            let output = self.answer(call, TRACES).await?;
            for trace in output.traces() {
                let id = trace.id().unwrap_or_default();
                let texts = trace.segments().iter().filter_map(|segment| segment.document());
                documents.extend(texts.map(|text| (id.to_owned(), text.to_owned())));
            }
            next = output.next_token.filter(|more| Some(more) != next.as_ref());
            if next.is_none() {
                break;
            }
        }
        Ok(documents)
    }

    /// What a call gives in time; it is tried again once where too much was asked.
    async fn answer<T, E, F>(&self, call: impl Fn() -> F, action: &str) -> Result<T, Fault>
    where
        E: std::error::Error + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E>>>,
    {
        let asked = async {
            match call().await {
                Err(error) if matches!(Refusal::of(&error, action), Refusal::Unavailable(_)) => {
                    sleep(PAUSE).await;
                    call().await
                }
                other => other,
            }
        };
        let late = || Fault::timeout(format!("X-Ray did not answer {action} in time"));
        let answer = timeout_at(self.until, asked).await.map_err(|_| late())?;
        answer.map_err(|error| match error.code() {
            Some("InvalidRequestException") if action == SUMMARIES => Fault::configuration(
                format!("X-Ray cannot read the filter: {}", one_line(error.message().unwrap_or_default())),
                "correct `filter` of this source",
            ),
            _ => refused::fault(&error, action),
        })
    }
}

fn time(at: DateTime<Utc>) -> Time {
    Time::from_secs(at.timestamp())
}

/// The window in pieces that X-Ray takes.
fn parts(window: Window) -> Vec<Window> {
    let mut parts = Vec::new();
    let mut start = window.start;
    while start < window.end {
        let end = (start + LONGEST).min(window.end);
        parts.push(Window { start, end });
        start = end;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_is_longer_than_six_hours_and_none_is_missing() {
        let start: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        for (minutes, expected) in [(0, vec![]), (15, vec![15]), (360, vec![360]), (800, vec![360, 360, 80])]
        {
            let window = Window { start, end: start + TimeDelta::minutes(minutes) };
            let parts = parts(window);
            let lengths: Vec<i64> = parts.iter().map(|part| part.length().num_minutes()).collect();
            assert_eq!(lengths, expected);
            assert!(parts.windows(2).all(|two| two[0].end == two[1].start));
            assert_eq!(parts.last().map_or(start, |part| part.end), window.end);
        }
    }
}

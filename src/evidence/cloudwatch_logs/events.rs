//! Door: network. `FilterLogEvents`: the lines of a group without Logs Insights, where that may not be asked.
//!
//! Knows its pages. Must not know why it is used.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use chrono::DateTime;
use firstlook_core::evidence::Window;
use tokio::time::{Instant, sleep, timeout_at};

use super::super::Fault;
use super::refused;
use super::rows::{Row, name_of};

/// Many pages in a row may be empty; still there is an end.
const MOST_PAGES: usize = 1_000;
/// The pause when AWS says that it is asked too often.
const PAUSE: Duration = Duration::from_millis(500);

/// What a group gave.
#[derive(Default)]
pub(super) struct Events {
    pub rows: Vec<Row>,
    /// Whether there is more.
    pub cut: bool,
}

/// The newest events of `group` in a window, about `most` of them, oldest first.
///
/// # Errors
/// When not one page could be had.
pub(super) async fn of_group(
    client: &Client,
    group: &str,
    window: Window,
    most: usize,
    deadline: Instant,
) -> Result<Events, Fault> {
    let mut events = newest_first(client, group, window, most, deadline).await?;
    events.rows.reverse();
    Ok(events)
}

async fn newest_first(
    client: &Client,
    group: &str,
    window: Window,
    most: usize,
    deadline: Instant,
) -> Result<Events, Fault> {
    let mut events = Events::default();
    let mut next: Option<String> = None;
    let mut pages = 0;
    loop {
        let call =
            client.filter_log_events().set_next_token(next.clone()).limit(10_000).start_from_head(false);
        // Milliseconds, both included.
        let call =
            call.start_time(window.start.timestamp_millis()).end_time(window.end.timestamp_millis() - 1);
        let call = match group.starts_with("arn:") {
            true => call.log_group_identifier(group),
            false => call.log_group_name(group),
        };
        let output = match timeout_at(deadline, call.send()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) if refused::is_throttled(&error) && Instant::now() + PAUSE < deadline => {
                sleep(PAUSE).await;
                continue;
            }
            Ok(Err(error)) if pages == 0 => return Err(refused::fault(&error, "logs:FilterLogEvents")),
            Err(_) if pages == 0 => {
                return Err(Fault::timeout("AWS did not answer logs:FilterLogEvents in time"));
            }
            _ => return Ok(Events { cut: true, ..events }),
        };
        pages += 1;
        let row = |event: &aws_sdk_cloudwatchlogs::types::FilteredLogEvent| {
            let text = event.message().unwrap_or_default().trim_end_matches(['\r', '\n']).to_owned();
            let at = DateTime::from_timestamp_millis(event.timestamp()?)?;
            let stream = event.log_stream_name().unwrap_or_default().to_owned();
            Some(Row { at, group: name_of(group).to_owned(), stream, text })
        };
        events.rows.extend(output.events().iter().filter_map(row).filter(|row| window.contains(row.at)));
        next = output.next_token.filter(|more| Some(more) != next.as_ref());
        if next.is_none() {
            return Ok(events);
        }
        if events.rows.len() >= most || pages >= MOST_PAGES {
            return Ok(Events { cut: true, ..events });
        }
    }
}

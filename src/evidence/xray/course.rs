//! How calls that differ from normal went over time, minute by minute.
//!
//! Knows how X-Ray is asked for that. Must not know what is drawn of it.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::evidence::Window;
use firstlook_core::evidence::traces::{Calls, Course, Edge};
use futures_util::future::join_all;

use super::super::{Fault, once};
use super::ask::{Ask, MOST_PAGES, parts, time};
use super::{read, shown};

const COURSE: &str = "xray:GetTimeSeriesServiceStatistics";
/// Seconds of one stretch: the shortest that there is, and the one of windows that would have too many of them.
const PERIODS: (i32, i32) = (60, 300);
/// From this length on the longer one is asked for.
const LONG: TimeDelta = TimeDelta::hours(6);

impl Ask {
    /// The calls that `selector` names, by stretches of time within a window.
    pub async fn course(&self, window: Window, selector: &str) -> Result<Vec<(DateTime<Utc>, Calls)>, Fault> {
        let period = if window.length() > LONG { PERIODS.1 } else { PERIODS.0 };
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

    /// Finds the course of an edge in `times`, the window first; what could not be had. One is enough: what fails at the
    /// bottom fails on the whole way up.
    pub async fn course_of(&self, edge: Option<&mut Edge>, times: &[Window]) -> Vec<Fault> {
        let mut faults = Vec::new();
        let Some((edge, selector)) = edge.and_then(|edge| shown::passed(edge).map(|name| (edge, name)))
        else {
            return faults;
        };
        let mut course = Course { all: edge.from.is_client(), ..Course::default() };
        let asked = times.iter().map(|window| self.course(*window, &selector));
        for (n, answer) in join_all(asked).await.into_iter().enumerate() {
            match answer {
                Ok(stretches) if n == 0 => course.now = stretches,
                Ok(stretches) => course.normal.extend(stretches),
                Err(fault) => once(&mut faults, fault),
            }
        }
        edge.course = Some(course).filter(|course| !course.now.is_empty());
        faults
    }
}

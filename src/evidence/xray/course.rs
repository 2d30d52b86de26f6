//! How calls that differ from normal went over time, minute by minute.
//!
//! Knows which calls are asked for. Must not know X-Ray's answers, nor what is drawn of them.

use firstlook_core::evidence::Window;
use firstlook_core::evidence::traces::{Course, Edge};
use futures_util::future::join_all;

use super::super::{Fault, once};
use super::ask::Ask;
use super::shown;

impl Ask {
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

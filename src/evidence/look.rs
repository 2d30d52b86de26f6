//! What an analysis asks of sources beside queries: each within the deadline, and none able to harm the caller.
//!
//! Knows which kind of source answers which question. Must not know what an answer means.

use std::time::Duration;

use super::collect::guarded;
use super::{Door, Fault, Listed, Measurements, Moment, Source, Traced};

pub use super::athena::Groups as Grouped;
pub use super::cloudtrail::Changed;
pub use super::cloudwatch_metrics::{MINUTE, One};

fn other(source: &Source) -> Fault {
    Fault::configuration(format!("the source {} is of another type by now", source.name), "ask another one")
}

/// One metric of CloudWatch.
///
/// # Errors
/// When it could not be had in time.
pub async fn metric(
    source: &Source,
    moment: &Moment,
    deadline: Duration,
    asked: &One<'_>,
) -> Result<Measurements, Fault> {
    let Door::CloudWatchMetrics(door) = &source.door else { return Err(other(source)) };
    guarded(&source.name, deadline, Box::pin(door.one(moment, asked))).await
}

/// The metrics that a source has: of CloudWatch those of one namespace, where one is given.
///
/// # Errors
/// When they could not be had in time.
pub async fn metrics(
    source: &Source,
    moment: &Moment,
    deadline: Duration,
    namespace: Option<&str>,
) -> Result<Listed, Fault> {
    match &source.door {
        Door::CloudWatchMetrics(door) => {
            guarded(&source.name, deadline, Box::pin(door.list(namespace))).await
        }
        Door::Prometheus(door) => guarded(&source.name, deadline, Box::pin(door.list(moment.window))).await,
        _ => Err(other(source)),
    }
}

/// The labels of a few metrics of Prometheus; none of a source that told them with the names.
///
/// # Errors
/// When they could not be had in time.
pub async fn labels_of(
    source: &Source,
    moment: &Moment,
    deadline: Duration,
    names: &[String],
) -> Result<Option<Listed>, Fault> {
    let Door::Prometheus(door) = &source.door else { return Ok(None) };
    guarded(&source.name, deadline, Box::pin(door.labels_of(names, moment.window))).await.map(Some)
}

/// A query of Prometheus over days, with a value each so many seconds.
///
/// # Errors
/// When it could not be had in time.
pub async fn over(
    source: &Source,
    moment: &Moment,
    deadline: Duration,
    (query, step): (&str, i64),
) -> Result<Measurements, Fault> {
    let Door::Prometheus(door) = &source.door else { return Err(other(source)) };
    guarded(&source.name, deadline, Box::pin(door.over(query, moment, step))).await
}

/// The traces of one service or of all, and requests that say some words.
///
/// # Errors
/// When they could not be had in time.
pub async fn traces(
    source: &Source,
    moment: &Moment,
    deadline: Duration,
    (service, words): (Option<&str>, &[String]),
) -> Result<Traced, Fault> {
    let Door::Xray(door) = &source.door else { return Err(other(source)) };
    guarded(&source.name, deadline, Box::pin(door.look(moment, service, words))).await
}

/// Requests to a load balancer, in groups.
///
/// # Errors
/// When they could not be had in time.
pub async fn access(
    source: &Source,
    moment: &Moment,
    deadline: Duration,
    (by, only): (&[String], &[(String, String)]),
) -> Result<Grouped, Fault> {
    let Door::Athena(door) = &source.door else { return Err(other(source)) };
    guarded(&source.name, deadline, Box::pin(door.group(moment, by, only))).await
}

/// Changes by the names of what was changed, of who did it, or of the call.
///
/// # Errors
/// When they could not be had in time.
pub async fn changes(
    source: &Source,
    moment: &Moment,
    deadline: Duration,
    names: &[String],
) -> Result<Changed, Fault> {
    let Door::CloudTrail(door) = &source.door else { return Err(other(source)) };
    guarded(&source.name, deadline, Box::pin(door.named(moment, names))).await
}

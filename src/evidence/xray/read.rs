//! X-Ray's answers as what can be compared.
//!
//! Knows the SDK's types. Must not know whom it asks.

use std::collections::BTreeMap;

use aws_sdk_xray::types::{
    Edge, HistogramEntry, RootCauseException, Service, TimeSeriesServiceStatistics, TraceSummary,
};
use chrono::{DateTime, Utc};
use firstlook_core::evidence::traces::{Calls, Cause, Exception, Graph, Node, Outcome, Summary};

/// Services of one request that count.
const MOST_SERVICES: usize = 50;

/// What the statistics of an edge or of a service count: two types of the SDK with the same fields.
macro_rules! counted {
    ($all:expr, $histogram:expr) => {{
        let (all, errors) = ($all, $all.error_statistics());
        let throttles = count(errors.and_then(|errors| errors.throttle_count()));
        Calls {
            total: count(all.total_count()),
            faults: count(all.fault_statistics().and_then(|faults| faults.total_count())),
            throttles,
            // Throttles are errors as well.
            errors: count(errors.and_then(|errors| errors.total_count())).saturating_sub(throttles),
            times: times($histogram),
        }
    }};
}

/// The services of one answer: an edge names its end by a number that holds within the answer alone.
pub(super) fn graph(services: &[Service]) -> Graph {
    let numbered = services.iter().filter_map(|one| Some((one.reference_id()?, node(one))));
    let nodes: BTreeMap<i32, Node> = numbered.collect();
    let mut graph = Graph::default();
    for service in services {
        for edge in service.edges() {
            if let Some(to) = edge.reference_id().and_then(|id| nodes.get(&id)) {
                graph.add(node(service), to.clone(), calls(edge));
            }
        }
    }
    graph
}

fn node(service: &Service) -> Node {
    let name = service.name().or(service.names().first().map(String::as_str)).unwrap_or_default();
    Node { name: name.to_owned(), kind: service.r#type().unwrap_or_default().to_owned() }
}

fn calls(edge: &Edge) -> Calls {
    match edge.summary_statistics() {
        Some(all) => counted!(all, edge.response_time_histogram()),
        None => Calls { times: times(edge.response_time_histogram()), ..Calls::default() },
    }
}

/// The calls of one stretch of time, with its beginning.
pub(super) fn stretch(one: &TimeSeriesServiceStatistics) -> Option<(DateTime<Utc>, Calls)> {
    let at = DateTime::from_timestamp(one.timestamp()?.secs(), 0)?;
    let histogram = one.response_time_histogram();
    let calls = match (one.edge_summary_statistics(), one.service_summary_statistics()) {
        (Some(all), _) => counted!(all, histogram),
        (None, Some(all)) => counted!(all, histogram),
        (None, None) => return None,
    };
    Some((at, calls))
}

fn count(number: Option<i64>) -> u64 {
    number.and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
}

fn times(histogram: &[HistogramEntry]) -> Vec<(f64, u64)> {
    let entry = |entry: &HistogramEntry| {
        let calls = u64::try_from(entry.count()).ok()?;
        (entry.value().is_finite() && entry.value() >= 0.0 && calls > 0).then_some((entry.value(), calls))
    };
    histogram.iter().filter_map(entry).collect()
}

/// A request; `None` where it has no id that a trace can have.
pub(super) fn summary(one: &TraceSummary) -> Option<Summary> {
    let id = one.id().filter(|id| is_trace(id))?;
    let is = |flag: Option<bool>| flag == Some(true);
    // Of the first two, X-Ray looks at the root alone: a fault below that the caller never saw is a cause without a flag.
    let outcome = match () {
        () if is(one.has_fault) || !one.fault_root_causes().is_empty() => Outcome::Fault,
        () if is(one.has_throttle) => Outcome::Throttle,
        () if is(one.has_error) || !one.error_root_causes().is_empty() => Outcome::Error,
        () => Outcome::Slow,
    };
    let time = |seconds: Option<f64>| seconds.filter(|time| time.is_finite() && *time >= 0.0);
    let http = one.http();
    let words = [http.and_then(|http| http.http_method()), http.and_then(|http| http.http_url())];
    let names = one.service_ids().iter().filter_map(|service| service.name().map(str::to_owned));
    Some(Summary {
        id: id.to_owned(),
        at: u32::from_str_radix(id.get(2..10)?, 16)
            .ok()
            .and_then(|at| DateTime::from_timestamp(at.into(), 0)),
        seconds: time(one.duration).or(time(one.response_time)).unwrap_or_default(),
        outcome,
        answered: is(one.has_fault) || is(one.has_error),
        partial: is(one.is_partial),
        request: words.into_iter().flatten().collect::<Vec<_>>().join(" "),
        cause: cause(one, outcome).unwrap_or_default(),
        services: names.take(MOST_SERVICES).collect(),
    })
}

/// `1-58406520-a006649127e371903a2de979`
fn is_trace(id: &str) -> bool {
    let hex = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    match id.split('-').collect::<Vec<_>>().as_slice() {
        ["1", time, rest] => hex(time, 8) && hex(rest, 24),
        _ => false,
    }
}

/// Where it went wrong: the end of the way that X-Ray blames.
fn cause(one: &TraceSummary, outcome: Outcome) -> Option<Cause> {
    macro_rules! last {
        ($causes:expr, $thrown:expr) => {{
            let service = $causes.first()?.services().last()?;
            let entity = service.entity_path().last();
            Some(Cause {
                service: service.name().unwrap_or_default().to_owned(),
                entity: entity.and_then(|one| one.name()).unwrap_or_default().to_owned(),
                exception: service.entity_path().iter().rev().find_map($thrown),
            })
        }};
    }
    match outcome {
        Outcome::Fault => last!(one.fault_root_causes(), |entity| thrown(entity.exceptions())),
        Outcome::Throttle | Outcome::Error => {
            last!(one.error_root_causes(), |entity| thrown(entity.exceptions()))
        }
        Outcome::Slow => last!(one.response_time_root_causes(), |_| None),
    }
}

fn thrown(exceptions: &[RootCauseException]) -> Option<Exception> {
    let first = exceptions.first()?;
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Some(Exception { kind: text(first.name()), message: text(first.message()), place: String::new() })
}

//! Door: network. X-Ray: the call between services that fails or is slow, and requests that show it (FACTS E).
//!
//! Knows whom it asks, for what, and until when. Must not know what stands out.

mod ask;
mod course;
mod filter;
mod look;
mod read;
mod shown;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_xray::Client;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::traces::{Graph, Summary, Traces, departing, grouped};
use futures_util::future::{join, join_all};
use tokio::time::Instant;

use super::collect::without_normal;
use super::{Fault, Moment, once};
use crate::aws::capped::Capped;
use ask::{Ask, Found};
use filter::Filter;

/// A longer answer breaks off.
const RESPONSE_BYTES: usize = 16 * 1024 * 1024;

/// A source of type `xray`.
#[derive(Debug)]
pub struct Xray {
    client: Client,
    /// Whether the region is configured: it is the alarm's own otherwise.
    fixed: bool,
    filter: Filter,
    timeout: Duration,
}

/// What a source of traces brought, and what is missing.
#[derive(Debug, Default, PartialEq)]
pub struct Traced {
    /// What stands out.
    pub traces: Traces,
    /// Parts that could not be had.
    pub faults: Vec<Fault>,
}

impl Xray {
    /// A source that looks for requests by `filter`, or for those of the moment's service that failed or were slow. `sdk` is
    /// [`crate::aws::config`]'s; `fixed` says whether its region is the configured one. What has not come shortly before
    /// `timeout` is a gap.
    ///
    /// # Errors
    /// When `filter` is not understood.
    pub fn new(sdk: &SdkConfig, fixed: bool, filter: Option<&str>, timeout: Duration) -> Result<Self, Fault> {
        let config = aws_sdk_xray::config::Builder::from(sdk).interceptor(Capped(RESPONSE_BYTES)).build();
        Ok(Self { client: Client::from_conf(config), fixed, filter: Filter::parse(filter)?, timeout })
    }

    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        self.filter.names(label)
    }

    /// What the traces of the moment say against normal.
    ///
    /// # Errors
    /// When nothing at all could be had.
    pub async fn trace(&self, moment: &Moment) -> Result<Traced, Fault> {
        self.found(moment, &self.filter, &[]).await
    }

    /// The same of the requests that `filter` finds and that say one of `words`, if there are any.
    async fn found(&self, moment: &Moment, filter: &Filter, words: &[String]) -> Result<Traced, Fault> {
        let until = Instant::now() + self.timeout - (self.timeout / 10).min(Duration::from_secs(1));
        let ask = Ask { client: self.client(moment), until };
        let service = filter.service(moment)?;
        let mut faults = Vec::new();
        let times: Vec<Window> =
            [moment.window].into_iter().chain(moment.baselines.iter().copied()).collect();
        let graphs = join_all(times.iter().map(|window| ask.graph(*window))).await;
        let (now, normal) = graph_of(graphs, &moment.baselines, &mut faults);
        // What is slow, normal times say; so this comes after them.
        let slow =
            normal.as_ref().zip(service.as_deref()).and_then(|(graph, name)| graph.to(name).time(0.99));
        let filter = filter.fill(moment, service.as_deref(), slow)?;
        let mut found = join_all(times.iter().map(|window| ask.summaries(*window, &filter))).await;
        found.iter_mut().flatten().for_each(|found| look::keep(found, words));
        let (found, before) = summaries_of(found, &moment.baselines, &mut faults);
        let (now, found) = match (now, found) {
            (Err(fault), Err(_)) => return Err(fault),
            (now, found) => (kept(now, &mut faults), kept(found, &mut faults)),
        };
        if let (Some(graph), Some(found)) = (&now, &found) {
            faults.extend(nothing(graph, found, service.as_deref()).filter(|_| words.is_empty()));
        }
        let region = ask.client.config().region().map(ToString::to_string).unwrap_or_default();
        let place = shown::Place { region, window: moment.window, filter };
        let mut services: BTreeSet<String> =
            found.iter().flat_map(|found| &found.all).flat_map(|one| one.services.iter().cloned()).collect();
        if services.is_empty() {
            services.extend(service);
        }
        let mut edges = now.map(|now| departing(&now, normal.as_ref(), &services)).unwrap_or_default();
        let normal = before.as_ref().map(|(all, times)| (all.as_slice(), *times));
        let mut groups = found.map(|found| grouped(found.all, normal)).unwrap_or_default();
        let (segments, courses) =
            join(ask.segments(&mut groups), ask.course_of(edges.first_mut(), &times)).await;
        faults.extend(segments.into_iter().chain(courses));
        let edges =
            edges.into_iter().map(|edge| (place.edge(&edge), edge)).map(|(at, edge)| (edge, at)).collect();
        let groups = groups
            .into_iter()
            .map(|group| (place.trace(&group.example.id), group))
            .map(|(at, one)| (one, at))
            .collect();
        Ok(Traced { traces: Traces { edges, groups }, faults })
    }

    /// In the configured region, else in the alarm's.
    fn client(&self, moment: &Moment) -> Client {
        match moment.region().filter(|_| !self.fixed) {
            None => self.client.clone(),
            Some(region) => {
                Client::from_conf(self.client.config().to_builder().region(Region::new(region)).build())
            }
        }
    }

    /// Tries each kind of call once, for `check`.
    ///
    /// # Errors
    /// When one of them is refused.
    pub async fn probe(&self, timeout: Duration) -> Result<String, Fault> {
        let ask = Ask { client: self.client.clone(), until: Instant::now() + timeout };
        let end = crate::clock::now();
        let window = Window { start: end - chrono::TimeDelta::minutes(1), end };
        let (graph, summaries) = join(ask.graph(window), ask.summaries(window, "fault = true")).await;
        graph?;
        summaries?;
        ask.course(window, "service(\"firstlook\")").await?;
        ask.documents(&["1-00000000-000000000000000000000000".to_owned()]).await?;
        Ok("answers, and gives traces and the service graph".into())
    }
}

/// The calls of the window, and of all normal times together.
fn graph_of(
    graphs: Vec<Result<Graph, Fault>>,
    baselines: &[Window],
    faults: &mut Vec<Fault>,
) -> (Result<Graph, Fault>, Option<Graph>) {
    let mut graphs = graphs.into_iter();
    let now = graphs.next().unwrap_or_else(|| Ok(Graph::default()));
    let mut normal: Option<Graph> = None;
    for (window, graph) in baselines.iter().zip(graphs) {
        match graph {
            Ok(graph) => normal.get_or_insert_default().merge(graph),
            Err(fault) if now.is_ok() => once(faults, without_normal(*window, fault)),
            // There is nothing to compare.
            Err(_) => {}
        }
    }
    (now, normal)
}

/// The requests of normal times, and how many times these are.
type Before = (Vec<Summary>, usize);

/// The requests of the window, and those of normal times with how many of these could be had.
fn summaries_of(
    found: Vec<Result<Found, Fault>>,
    baselines: &[Window],
    faults: &mut Vec<Fault>,
) -> (Result<Found, Fault>, Option<Before>) {
    let mut found = found.into_iter();
    let now = found.next().unwrap_or_else(|| Ok(Found::default()));
    let mut normal: Option<Before> = None;
    for (window, answer) in baselines.iter().zip(found) {
        match answer {
            Ok(one) => {
                let (all, times) = normal.get_or_insert_default();
                all.extend(one.all);
                *times += 1;
            }
            Err(fault) if now.is_ok() => once(faults, without_normal(*window, fault)),
            // There is nothing to compare.
            Err(_) => {}
        }
    }
    if let Ok(Found { all, cut: true }) = &now {
        let reason = format!("only {} of the requests that `filter` finds were looked at", all.len());
        once(faults, Fault::unavailable(reason, "narrow `filter` of this source, or `evidence.window`"));
    }
    (now, normal)
}

fn kept<T>(answer: Result<T, Fault>, faults: &mut Vec<Fault>) -> Option<T> {
    answer.map_err(|fault| faults.insert(0, fault)).ok()
}

/// Why nothing was found at all.
fn nothing(graph: &Graph, found: &Found, service: Option<&str>) -> Option<Fault> {
    let called = graph.called();
    if !found.all.is_empty() || service.is_some_and(|service| called.contains(service)) {
        return None;
    }
    match service {
        _ if called.is_empty() => Some(Fault::unavailable(
            "X-Ray has no traces of this window; it finds nothing when Transaction Search is on",
            "with Transaction Search, spans are log lines: read the log group aws/spans with a source of type `cloudwatch_logs`",
        )),
        Some(service) => {
            let known: Vec<&str> = called.iter().take(5).copied().collect();
            Some(Fault::configuration(
                format!(
                    "X-Ray knows no service {} in this window, but {} others, such as {}",
                    super::api::one_line(service),
                    called.len(),
                    super::api::one_line(&known.join(", "))
                ),
                "map its name in X-Ray to `service` under `labels`, or write `filter` of this source",
            ))
        }
        None => None,
    }
}

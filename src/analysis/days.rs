//! The tools of what is asked about days: which metrics there are, the figures of a series; what is known around findings.
//!
//! Knows which door answers which request. Must not know how a figure is computed: core does.

use std::sync::Arc;

use firstlook_core::alert::Labels;
use firstlook_core::evidence::catalogue::{self, Known};
use firstlook_core::evidence::days::{self as figures, Days};
use firstlook_core::evidence::{About, Item, Kind, Redacted};
use firstlook_core::runbook::Language;
use firstlook_core::summary::analysis::highest;
use firstlook_core::summary::analysis::tools::{Offer, Queried, Request};

use super::changed;
use super::tools::{Answer, item, named};
use super::{Analyze, Work};
use crate::evidence::look::{self, One};
use crate::evidence::{Door, Fault, ask};
use crate::moment::Applied;

/// Names of metrics whose labels are looked at.
const FEW: usize = 3;
/// What can be added up over time.
const TOTALS: [&str; 2] = ["Sum", "SampleCount"];
/// Of what there is instead, characters.
const INSTEAD: usize = 1_500;

/// What the source that was asked last has, by its name and a namespace: a model asks again and again with other words.
#[derive(Debug, Default)]
pub(super) struct Listed(Option<(Key, Arc<All>)>);

type Key = (String, Option<String>);

#[derive(Debug)]
struct All {
    known: Vec<Known>,
    missing: Vec<String>,
}

/// What may be asked about days: sources of metrics, and changes. Logs are not among it.
pub(super) fn offer(applied: &[Applied<'_>], days: Days) -> Offer {
    let mut offer = Offer { about: About::Insight, days: Some(days.count()), ..Offer::default() };
    for Applied { name, source, .. } in applied {
        match &source.door {
            Door::CloudWatchMetrics(_) => offer.metrics.push(name.clone()),
            Door::Prometheus(_) => {
                let (language, reach) = (Language::PromQl, ask::reach(source));
                offer.queries.push(Queried { source: name.clone(), language, reach });
            }
            _ => offer.trail |= changed::has_trail(source),
        }
    }
    offer
}

/// What may be asked about findings, which stand in the evidence: what was changed, and what is known from before.
pub(super) fn around_findings(applied: &[Applied<'_>]) -> Offer {
    let trail = applied.iter().any(|one| changed::has_trail(one.source));
    Offer { about: About::Findings, trail, ..Offer::default() }
}

/// Several items in a line each, before all of them: what is cut can be read on by its id.
pub(super) fn heads<'a>(items: impl Iterator<Item = &'a Item>) -> Redacted {
    let items: Vec<&Item> = items.collect();
    let mut told = Redacted::default();
    for item in items.iter().filter(|_| items.len() > 1) {
        told.push(&Redacted::concat([&item.title, &Redacted::fixed("\n")]));
    }
    told
}

impl Analyze {
    /// Which metrics a source has.
    pub(super) async fn listed(&self, work: &mut Work<'_>, request: &Request) -> Answer {
        let Request::Metrics { source: name, namespace, words } = request else {
            return Answer::Failed("There is no such tool.".to_owned());
        };
        let all = match self.all(work, name, namespace.as_deref()).await {
            Ok(all) => all,
            Err(fault) => return Answer::fault(&fault),
        };
        let redactor = &self.words.redactor;
        let mut found = catalogue::find(&all.known, words, redactor);
        let mut missing = all.missing.clone();
        if found.any
            && let Some(source) = named(work, name)
        {
            let names = catalogue::names(&all.known, words);
            let detailed = match names.len() <= FEW {
                true => look::labels_of(source.source, &source.moment, self.evidence.timeout, &names).await,
                false => Ok(None),
            };
            match detailed {
                Ok(Some(detailed)) => {
                    found.text = catalogue::find(&detailed.known, &[], redactor).text;
                    missing.extend(detailed.truncated);
                }
                Ok(None) => {}
                Err(fault) => missing.push(fault.reason),
            }
        }
        if !found.any {
            let (title, text) = (found.title, found.text);
            let not_all =
                missing.first().map(|why| format!(" Not all was looked at: {why}.")).unwrap_or_default();
            return Answer::Failed(format!("{title}. {text}{not_all}"));
        }
        let asked = redactor.redact_line(&request.words());
        let title = Redacted::concat([&asked, &Redacted::fixed(": "), &found.title]);
        let new = vec![item(work, Kind::Metric, name, title, found.text)];
        Answer::Items { known: Vec::new(), new, missing }
    }

    async fn all(&self, work: &mut Work<'_>, name: &str, namespace: Option<&str>) -> Result<Arc<All>, Fault> {
        let key = (name.to_owned(), namespace.map(str::to_owned));
        if let Some((_, all)) = work.listed.0.as_ref().filter(|(known, _)| *known == key) {
            return Ok(Arc::clone(all));
        }
        let source = named(work, name).ok_or_else(|| gone(name))?;
        let list = |namespace| look::metrics(source.source, &source.moment, self.evidence.timeout, namespace);
        let mut listed = list(namespace).await?;
        let mut missing: Vec<String> = listed.truncated.into_iter().collect();
        if let Some(namespace) = namespace.filter(|_| listed.known.is_empty()) {
            // Its exact name is what a model does not know: all others tell it.
            missing.push(format!("there is no namespace {namespace}; all were looked at instead"));
            listed = list(None).await?;
            missing.extend(listed.truncated);
        }
        let all = Arc::new(All { known: listed.known, missing });
        work.listed = Listed(Some((key, Arc::clone(&all))));
        Ok(all)
    }

    /// The figures of a query or of a metric over the days.
    pub(super) async fn over_days(&self, work: &mut Work<'_>, request: &Request, days: Days) -> Answer {
        match self.series(work, request, days).await {
            Ok(answer) => answer,
            Err(fault) => {
                let instead = self.instead(work, request).await;
                let Answer::Failed(why) = Answer::fault(&fault) else { return Answer::fault(&fault) };
                Answer::Failed(format!("{why}{instead}"))
            }
        }
    }

    async fn series(&self, work: &mut Work<'_>, request: &Request, over: Days) -> Result<Answer, Fault> {
        let deadline = self.evidence.timeout;
        let (name, totals) = match request {
            Request::Query { source, .. } => (source.clone(), false),
            Request::Metric { source, stat, .. } => (source.clone(), TOTALS.contains(&stat.as_str())),
            _ => return Err(gone("that can be asked so")),
        };
        let dimensions = self.meant(work, request).await;
        let source = named(work, &name).ok_or_else(|| gone(&name))?;
        let found = match request {
            Request::Metric { namespace, metric, stat, .. } => {
                #[allow(clippy::cast_possible_truncation, reason = "5 or 10 minutes")]
                let period = over.period as i32;
                let one = One { namespace, metric, dimensions: &dimensions, stat, period };
                look::metric(source.source, &source.moment, deadline, &one).await?
            }
            Request::Query { query, .. } => {
                look::over(source.source, &source.moment, deadline, (query, over.period)).await?
            }
            _ => return Err(gone(&name)),
        };
        let measured: Vec<_> = found.measured.into_iter().filter(|one| !one.window.is_empty()).collect();
        let mut missing: Vec<String> = found.faults.iter().map(|fault| fault.reason.clone()).collect();
        if measured.is_empty() {
            let none = || {
                Fault::unavailable("there are no values of it in these days", "ask which metrics there are")
            };
            return Err(found.faults.into_iter().next().unwrap_or_else(none));
        }
        if measured.len() > figures::MOST_SERIES {
            missing.push(format!(
                "{} series; those {} that differ most from the time before are told: aggregate them, or name labels",
                measured.len(),
                figures::MOST_SERIES
            ));
        }
        let before = highest(&work.items).get(&Kind::Metric).copied().unwrap_or(0);
        let redactor = self.words.redactor.clone();
        // Looking for steps in thousands of values takes a core for a while.
        let told = tokio::task::spawn_blocking(move || {
            figures::items(&name, &measured, (over, totals), before, &redactor)
        });
        let new = told
            .await
            .map_err(|_| Fault::unavailable("computing the figures failed unexpectedly", "ask again"))?;
        Ok(Answer::Items { known: Vec::new(), new, missing })
    }

    /// The dimensions of the metric that is asked for: where what was told of them is redacted, those behind it.
    async fn meant(&self, work: &mut Work<'_>, request: &Request) -> Vec<(String, String)> {
        let Request::Metric { source, namespace, metric, dimensions, .. } = request else {
            return Vec::new();
        };
        if dimensions.iter().all(|(_, value)| !value.contains('<')) {
            return dimensions.clone();
        }
        let asked: Labels = dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let all = self.all(work, source, Some(namespace)).await;
        let redactor = &self.words.redactor;
        let real = all
            .ok()
            .and_then(|all| catalogue::meant(&all.known, (namespace, metric), &asked, redactor).cloned());
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        real.map_or_else(|| dimensions.clone(), |real| real.iter().map(owned).collect())
    }

    /// What there is, for who asked CloudWatch for what there is not.
    async fn instead(&self, work: &mut Work<'_>, request: &Request) -> String {
        let Request::Metric { source, namespace, metric, .. } = request else { return String::new() };
        let Ok(all) = self.all(work, source, Some(namespace)).await else { return String::new() };
        let found = catalogue::find(
            &all.known,
            &[format!("{namespace} {metric}"), metric.clone()],
            &self.words.redactor,
        );
        let told: String = found.text.as_str().chars().take(INSTEAD).collect();
        let missing = all.missing.first().map(|why| format!(" ({why})")).unwrap_or_default();
        if told.is_empty() { missing } else { format!(". What there is{missing}:\n{told}") }
    }
}

fn gone(name: &str) -> Fault {
    Fault::configuration(format!("there is no source {name} any more"), "ask another one")
}

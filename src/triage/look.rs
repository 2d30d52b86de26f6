//! The first step of a triage: what sources say of the window and of normal, compared, as items, gaps and a pack.
//!
//! Knows how sources' answers become evidence. Must not know what a summary is.

use std::time::Duration;

use firstlook_core::evidence::access::{self, Access};
use firstlook_core::evidence::asked::{self, Before};
use firstlook_core::evidence::changes::{self, ChangeEvent};
use firstlook_core::evidence::metric::{self, Measured};
use firstlook_core::evidence::traces::{self, Traces};
use firstlook_core::evidence::{self, Comparison, Finding, Gap, Item, Line, Redactor, Span, Window, compare};

use firstlook_core::notify::view::Impact;
use futures_util::future::{join, join_all};
use tokio::time::Instant;

use super::Triage;
use super::steps::{Answered, Steps};
use crate::evidence::{
    Brought, Caps, Collected, Door, Fault, FaultKind, Source, SourceLines, SourceResult, Tabled, ask, collect,
};
use crate::moment::{self, Applied, Stretch};
use crate::store::{Claim, NewEvidence, StoreError};
use crate::telemetry::labels::{EvidenceKind, FetchOutcome};
use crate::telemetry::metrics::{self, Metric};

impl Triage {
    /// Asks every source that applies for `window` and for normal, and compares. What of the `onset` lies outside is a gap.
    pub(super) async fn look(
        &self,
        claim: &Claim,
        Stretch { window, onset, .. }: Stretch,
    ) -> Result<NewEvidence, StoreError> {
        let begun = Instant::now();
        let moment = moment::moment(&self.store, claim.incident, window, &self.evidence.baseline).await?;
        let applied = moment::applied(&self.store, claim.incident, &self.sources, &moment).await?;
        let asked = applied.len();
        let kinds: Vec<EvidenceKind> = applied.iter().map(|one| kind(one.source)).collect();
        let runbook = self.store.pinned_runbook(claim.incident).await?;
        let services = self.store.asked_services(claim.incident).await?;
        let among = moment::with_services(&moment.labels, &services);
        let steps = Steps::of(runbook.as_ref(), &self.sources, &among);
        let deadline = self.evidence.timeout;
        let (collected, replies) =
            join(collected(&applied, deadline), ask::ask(&steps.questions, &moment, deadline)).await;
        count(kinds, &collected.sources);
        let mut events = self.store.changes(window.start - self.evidence.changes_before, window.end).await?;
        let began = window.start + self.evidence.before;
        let labels = moment.labels.clone();
        let (tokens, took) = (self.evidence.pack_tokens, collected.took);
        let of_sources: u64 = collected.sources.iter().map(|result| result.scanned).sum();
        let scanned = of_sources + replies.iter().map(|reply| reply.scanned).sum::<u64>();
        let (redactor, steps_run) = (self.words.redactor.clone(), steps.run());
        let answered = Answered::of(steps, replies);
        // Comparing 400,000 lines takes half a second of one core: not on the threads that answer senders.
        let found = tokio::task::spawn_blocking(move || {
            let mut gaps: Vec<Gap> =
                collected.sources.iter().flat_map(|result| gaps(result, &redactor)).collect();
            gaps.extend(
                onset
                    .and_then(|onset| onset.out_of_reach())
                    .filter(|_| asked > 0)
                    .map(|reason| out_of_reach(&reason, &redactor)),
            );
            let Answers { logs, measured, changed, traces, access, tables } = Answers::of(collected.sources);
            events.extend(changed);
            let sources_read = logs.len();
            let (comparison, origins) = compared(logs, window);
            let mut metrics = metric::items(&measured, window, &redactor);
            metrics.extend(access::items(&access, metrics.len(), &redactor));
            let traces = traces::items(&traces, window, &redactor);
            let changes = changes::items(&events, &labels, began, &redactor);
            // More findings than these are never told: their ids are free.
            let mut before = Before { metrics: metrics.len(), logs: comparison.findings.len().min(9_000) };
            let tables = asked::tables(&tables, &mut before, window, &redactor);
            let of_steps = answered.found(before, window, &redactor);
            gaps.extend(of_steps.gaps);
            let impact = metrics.iter().find_map(impact);
            let counted = ([metrics.len(), traces.len(), changes.len(), steps_run], scanned);
            let others = metrics.into_iter().chain(tables).chain(traces).chain(of_steps.items).chain(changes);
            let others: Vec<Item> = others.collect();
            let pack = evidence::pack(&others, &comparison, tokens, &redactor);
            let note = noted(&comparison, asked, counted, gaps.len(), took);
            // Each id that the model reads must lead somewhere.
            let logs = items(&comparison, &origins, &redactor, pack.last);
            let items = logs.into_iter().chain(others).collect();
            let (queries, pack) = (of_steps.asked, pack.text);
            NewEvidence { window, items, gaps, impact, sources_read, scanned, queries, pack, note }
        });
        let mut found = found.await.map_err(|error| StoreError::Worker(error.to_string()))?;
        self.remember(claim, &mut found, deadline.saturating_sub(begun.elapsed())).await?;
        Ok(found)
    }

    /// What was known before of incidents like this one: how each ended, and what documents say.
    async fn remember(
        &self,
        claim: &Claim,
        found: &mut NewEvidence,
        left: Duration,
    ) -> Result<(), StoreError> {
        let now = self.traits(claim, &found.items).await?;
        let (alike, documents) = join(self.alike(claim, &now), self.documents(claim, &now, left)).await;
        found.items.extend(alike?);
        documents?.join(found);
        Ok(())
    }
}

/// What all sources bring, each under the name by which it applies. Those of one source share what it may bring.
async fn collected(applied: &[Applied<'_>], deadline: Duration) -> Collected {
    let each = applied.iter().map(|one| {
        let same = applied.iter().filter(|other| std::ptr::eq(other.source, one.source)).count();
        let all = Caps::default();
        let caps = Caps { lines: all.lines / same, bytes: all.bytes / same };
        collect(vec![one.source], &one.moment, deadline, caps)
    });
    let all = join_all(each).await;
    let took = all.iter().map(|one| one.took).max().unwrap_or_default();
    let named = |(one, found): (&Applied<'_>, Collected)| {
        let name = one.name.clone();
        found.sources.into_iter().map(move |result| SourceResult { source: name.clone(), ..result })
    };
    Collected { sources: applied.iter().zip(all).flat_map(named).collect(), took }
}

/// How long each source took.
pub(super) fn count(kinds: Vec<EvidenceKind>, sources: &[SourceResult]) {
    for (kind, result) in kinds.into_iter().zip(sources) {
        metrics::observe(Metric::EvidenceFetch, result.took, &[kind.into(), outcome(result).into()]);
    }
}

/// What all sources brought, each with the name of its source.
#[derive(Default)]
pub(super) struct Answers {
    logs: Vec<(String, SourceLines)>,
    measured: Vec<(String, Measured)>,
    pub changed: Vec<ChangeEvent>,
    traces: Vec<(String, Traces)>,
    access: Vec<(String, Access)>,
    tables: Vec<asked::Reply>,
}

/// A query that is no step's.
fn tabled(source: &str, Tabled { title, table, query, link, truncated }: Tabled) -> asked::Reply {
    let (step, brought) = (String::new(), asked::Brought::Table { table, truncated });
    asked::Reply { step, name: title, source: source.to_owned(), query, link, brought }
}

impl Answers {
    pub fn of(brought: Vec<SourceResult>) -> Self {
        let mut answers = Self::default();
        for SourceResult { source, brought, .. } in brought {
            match brought {
                Ok(Brought::Lines(lines)) => answers.logs.push((source, lines)),
                Ok(Brought::Measured(all)) => {
                    answers.measured.extend(all.into_iter().map(|one| (source.clone(), one)));
                }
                Ok(Brought::Changed(all)) => {
                    let of = |one| ChangeEvent { source: source.clone(), ..one };
                    answers.changed.extend(all.into_iter().map(of));
                }
                Ok(Brought::Traces(traces)) => answers.traces.push((source, traces)),
                Ok(Brought::Counted { access, tables }) => {
                    answers.access.extend(access.map(|access| (source.clone(), access)));
                    answers.tables.extend(tables.into_iter().map(|one| tabled(&source, one)));
                }
                // No source brings rows by itself.
                Ok(Brought::Table(_)) | Err(_) => {}
            }
        }
        answers
    }
}

/// How bad, in the numbers of what the alarm watches.
fn impact(item: &Item) -> Option<Impact> {
    let chart = item.chart.as_ref().filter(|chart| chart.of_alarm && chart.limit.is_some())?;
    Some(Impact {
        value: chart.points.last()?.value,
        threshold: chart.limit.map(|limit| limit.value),
        normal: chart.normal.map(|range| range.median),
        unit: Some(chart.unit.clone()).filter(|unit| !unit.is_empty()),
    })
}

/// Where lines came from.
pub(super) struct Origin {
    source: String,
    query: String,
    link: Option<String>,
}

/// The first `limit` findings, each with the source that brought it and its query.
fn items(comparison: &Comparison, origins: &[Origin], redactor: &Redactor, limit: usize) -> Vec<Item> {
    let mut items = evidence::items(comparison, "", None, redactor, limit);
    for (item, finding) in items.iter_mut().zip(&comparison.findings) {
        if let Some(origin) = origin(origins, finding) {
            item.source = origin.source.clone();
            item.query = Some(redactor.redact(&origin.query));
            item.link = origin.link.as_deref().and_then(|link| redactor.redact_url(link));
        }
    }
    items
}

/// The origin of a finding. Where several sources brought lines, their streams begin with the source's name.
fn origin<'a>(origins: &'a [Origin], finding: &Finding) -> Option<&'a Origin> {
    match origins {
        [one] => Some(one),
        many => {
            // The longest: a name may hold the separator itself.
            let behind = |origin: &&Origin| finding.stream.strip_prefix(&origin.source);
            let its = |origin: &&Origin| behind(origin).is_some_and(|rest| rest.starts_with(SEPARATOR));
            many.iter().filter(its).max_by_key(|origin| origin.source.len())
        }
    }
}

/// Between a source's name and its stream.
const SEPARATOR: char = '/';

/// All lines of all sources, compared as one moment.
pub(super) fn compared(brought: Vec<(String, SourceLines)>, window: Window) -> (Comparison, Vec<Origin>) {
    let several = brought.len() > 1;
    let (mut now, mut before) = (Vec::new(), Vec::new());
    let mut span = Span { window, baselines: Vec::new() };
    let mut origins = Vec::new();
    for (source, lines) in brought {
        origins.push(Origin { source: source.clone(), query: lines.query, link: lines.link });
        let named = |line: Line| match several {
            true => Line { stream: format!("{source}{SEPARATOR}{}", line.stream), ..line },
            false => line,
        };
        now.extend(lines.window.into_iter().map(named));
        for normal in lines.baselines {
            if !span.baselines.contains(&normal.window) {
                span.baselines.push(normal.window);
            }
            before.extend(normal.lines.into_iter().map(named));
        }
    }
    (compare(now.into_iter(), before.into_iter(), Some(&span)), origins)
}

/// What of the trouble is not looked at.
fn out_of_reach(reason: &str, redactor: &Redactor) -> Gap {
    let remedy = "look at the alarm's graph from there on; `evidence.window.before` reads further back";
    Gap {
        source: "evidence.window".to_owned(),
        reason: redactor.redact(reason),
        remedy: redactor.redact(remedy),
    }
}

/// What a source did not bring: faults, and what a cap cut away.
pub(super) fn gaps(result: &SourceResult, redactor: &Redactor) -> Vec<Gap> {
    let gap = |reason: &str, remedy: &str| Gap {
        source: result.source.clone(),
        reason: redactor.redact(reason),
        remedy: redactor.redact(remedy),
    };
    let faults = result.brought.as_ref().err().into_iter().chain(&result.faults);
    let mut gaps: Vec<Gap> = faults.map(|fault: &Fault| gap(&fault.reason, &fault.remedy)).collect();
    if let Ok(Brought::Lines(lines)) = &result.brought {
        let remedy = "narrow the source's query or path, or `evidence.window`";
        gaps.extend(lines.truncated.as_deref().map(|cut| gap(cut, remedy)));
    }
    gaps
}

/// What the timeline has where nobody could be asked about the window.
pub(super) const NO_SOURCE: &str =
    "No evidence source applies: `evidence.sources` names none for these labels.";

fn noted(
    comparison: &Comparison,
    asked: usize,
    ([metrics, traces, changes, steps], scanned): ([usize; 4], u64),
    gaps: usize,
    took: Duration,
) -> String {
    if asked == 0 && changes == 0 {
        return NO_SOURCE.to_owned();
    }
    let some = |count: usize, what: &str| if count > 0 { format!("{count} {what}, ") } else { String::new() };
    let measured = some(metrics, "metrics") + &some(traces, "traces");
    let changed = some(changes, "changes");
    let ran = some(steps, "queries of the runbook");
    #[allow(clippy::cast_precision_loss, reason = "told with one digit")]
    let megabytes = scanned as f64 / 1e6;
    let read = if scanned > 0 { format!("{megabytes:.1} MB scanned, ") } else { String::new() };
    format!(
        "Evidence: {} lines against {} of normal, {} patterns, {measured}{changed}{ran}{read}{gaps} gaps, {:.1} s.",
        comparison.lines,
        comparison.baseline_lines,
        comparison.patterns,
        took.as_secs_f64(),
    )
}

pub(super) fn kind(source: &Source) -> EvidenceKind {
    match source.door {
        Door::LogFile(_) => EvidenceKind::LogFile,
        Door::Loki(_) => EvidenceKind::Loki,
        Door::Prometheus(_) => EvidenceKind::Prometheus,
        Door::CloudWatchLogs(_) => EvidenceKind::CloudWatchLogs,
        Door::CloudWatchMetrics(_) => EvidenceKind::CloudWatchMetrics,
        Door::CloudTrail(_) => EvidenceKind::CloudTrail,
        Door::Xray(_) => EvidenceKind::Xray,
        Door::Athena(_) => EvidenceKind::Athena,
    }
}

fn outcome(result: &SourceResult) -> FetchOutcome {
    match &result.brought {
        Ok(Brought::Lines(lines)) if lines.truncated.is_some() => FetchOutcome::Truncated,
        Ok(_) => FetchOutcome::Ok,
        Err(fault) => match fault.kind {
            FaultKind::Timeout => FetchOutcome::Timeout,
            FaultKind::Configuration => FetchOutcome::Configuration,
            FaultKind::Unavailable => FetchOutcome::Unavailable,
        },
    }
}

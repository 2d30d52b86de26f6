//! The first step of a triage: lines of the window and of normal, compared, as items, gaps and a pack.
//!
//! Knows how sources' answers become evidence. Must not know what a summary is.

use firstlook_core::evidence::{
    self, Comparison, Finding, Gap, Item, Line, Redactor, Span, Window, compare, joined,
};

use super::Triage;
use crate::config::Baseline;
use crate::evidence::{Caps, Door, Fault, FaultKind, Source, SourceResult, collect};
use crate::store::{Claim, NewEvidence, StoreError};
use crate::telemetry::labels::{EvidenceKind, FetchOutcome};
use crate::telemetry::metrics::{self, Metric};

impl Triage {
    /// Asks every source that applies for `window` and for normal, and compares.
    pub(super) async fn look(&self, claim: &Claim, window: Window) -> Result<NewEvidence, StoreError> {
        let labels = self.store.incident_labels(claim.incident).await?;
        let sources: Vec<&Source> = self
            .sources
            .iter()
            .filter(|(matchers, _)| matchers.matches(&labels))
            .map(|(_, source)| source)
            .collect();
        let asked = sources.len();
        let kinds: Vec<EvidenceKind> = sources.iter().map(|source| kind(source)).collect();
        let baselines: Vec<Window> =
            self.evidence.baseline.iter().map(|which| normal(*which, window)).collect();
        let deadline = self.evidence.timeout;
        let collected = collect(sources, &labels, window, baselines, deadline, Caps::default()).await;
        for (kind, result) in kinds.into_iter().zip(&collected.sources) {
            metrics::observe(Metric::EvidenceFetch, result.took, &[kind.into(), outcome(result).into()]);
        }
        let (evidence, took) = (self.evidence.clone(), collected.took);
        let redactor = self.words.redactor.clone();
        let brought = collected.sources;
        // Comparing 400,000 lines takes half a second of one core: not on the threads that answer senders.
        let found = tokio::task::spawn_blocking(move || {
            let gaps: Vec<Gap> = brought.iter().flat_map(|result| gaps(result, &redactor)).collect();
            let sources_read = brought.iter().filter(|result| result.lines.is_ok()).count();
            let (comparison, origins) = compared(brought, window);
            let pack = evidence::pack(&comparison, evidence.pack_tokens, &redactor);
            // Each id that the model reads must lead somewhere.
            let items = items(&comparison, &origins, &redactor, pack.last);
            let note = noted(&comparison, asked, gaps.len(), took);
            NewEvidence { window, items, gaps, sources_read, pack: pack.text, note }
        });
        found.await.map_err(|error| StoreError::Worker(error.to_string()))
    }
}

/// The first `limit` findings, each with the source that brought it and its query.
fn items(
    comparison: &Comparison,
    origins: &[(String, String)],
    redactor: &Redactor,
    limit: usize,
) -> Vec<Item> {
    let mut items = evidence::items(comparison, "", None, redactor, limit);
    for (item, finding) in items.iter_mut().zip(&comparison.findings) {
        if let Some((source, query)) = origin(origins, finding) {
            item.source = source.clone();
            item.query = Some(redactor.redact(query));
        }
    }
    items
}

/// Source and query of a finding. Where several sources brought lines, their streams begin with the source's name.
fn origin<'a>(origins: &'a [(String, String)], finding: &Finding) -> Option<&'a (String, String)> {
    match origins {
        [one] => Some(one),
        many => {
            let name = finding.stream.split(SEPARATOR).next().unwrap_or_default();
            many.iter().find(|(source, _)| source == name)
        }
    }
}

/// Between a source's name and its stream.
const SEPARATOR: char = '/';

/// All lines of all sources, compared as one moment.
fn compared(brought: Vec<SourceResult>, window: Window) -> (Comparison, Vec<(String, String)>) {
    let several = brought.iter().filter(|result| result.lines.is_ok()).count() > 1;
    let (mut now, mut before) = (Vec::new(), Vec::new());
    let mut span = Span { window, baselines: Vec::new() };
    let mut queries = Vec::new();
    for result in brought {
        let Ok(lines) = result.lines else { continue };
        queries.push((result.source.clone(), lines.query));
        let named = |line: Line| match several {
            true => Line { stream: format!("{}{SEPARATOR}{}", result.source, line.stream), ..line },
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
    (compare(joined(now.into_iter()), joined(before.into_iter()), Some(&span)), queries)
}

fn normal(which: Baseline, window: Window) -> Window {
    match which {
        Baseline::Preceding => window.preceding(),
        Baseline::Yesterday => window.yesterday(),
    }
}

/// What a source did not bring: faults, and what a cap cut away.
fn gaps(result: &SourceResult, redactor: &Redactor) -> Vec<Gap> {
    let gap = |reason: &str, remedy: &str| Gap {
        source: result.source.clone(),
        reason: redactor.redact(reason),
        remedy: redactor.redact(remedy),
    };
    let faults = result.lines.as_ref().err().into_iter().chain(&result.faults);
    let mut gaps: Vec<Gap> = faults.map(|fault: &Fault| gap(&fault.reason, &fault.remedy)).collect();
    if let Ok(lines) = &result.lines {
        let remedy = "narrow the source's query or path, or `evidence.window`";
        gaps.extend(lines.truncated.as_deref().map(|cut| gap(cut, remedy)));
    }
    gaps
}

fn noted(comparison: &Comparison, asked: usize, gaps: usize, took: std::time::Duration) -> String {
    if asked == 0 {
        return "No evidence source applies: `evidence.sources` names none for these labels.".to_owned();
    }
    format!(
        "Evidence: {} lines against {} of normal, {} patterns, {gaps} gaps, {:.1} s.",
        comparison.lines,
        comparison.baseline_lines,
        comparison.patterns,
        took.as_secs_f64(),
    )
}

fn kind(source: &Source) -> EvidenceKind {
    match source.door {
        Door::LogFile(_) => EvidenceKind::LogFile,
        Door::Loki(_) => EvidenceKind::Loki,
    }
}

fn outcome(result: &SourceResult) -> FetchOutcome {
    match &result.lines {
        Ok(lines) if lines.truncated.is_some() => FetchOutcome::Truncated,
        Ok(_) => FetchOutcome::Ok,
        Err(fault) => match fault.kind {
            FaultKind::Timeout => FetchOutcome::Timeout,
            FaultKind::Configuration => FetchOutcome::Configuration,
            FaultKind::Unavailable => FetchOutcome::Unavailable,
        },
    }
}

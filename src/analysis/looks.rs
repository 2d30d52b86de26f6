//! The tools that ask one kind of source: a metric, traces, access logs.
//!
//! Knows how an answer becomes items. Must not know a door, nor the loop.

use firstlook_core::evidence::asked::{self, Reply};
use firstlook_core::evidence::traces::{self, Traces};
use firstlook_core::evidence::{Item, Kind, Redacted};
use firstlook_core::summary::analysis::highest;
use firstlook_core::summary::analysis::tools::Request;

use super::tools::{Answer, before, item, named};
use super::{Analyze, Work};
use crate::evidence::Fault;
use crate::evidence::look::{self, MINUTE, One};
use crate::moment::Applied;

impl Analyze {
    pub(super) async fn looked(&self, work: &Work<'_>, request: &Request) -> Answer {
        let (Request::Metric { source: name, .. }
        | Request::Traces { source: name, .. }
        | Request::Access { source: name, .. }) = request
        else {
            return Answer::Failed("There is no such tool.".to_owned());
        };
        let Some(source) = named(work, name) else {
            return Answer::Failed(format!("There is no source {name} any more."));
        };
        let answer = match request {
            Request::Metric { namespace, metric, dimensions, stat, .. } => {
                self.metric(work, source, &One { namespace, metric, dimensions, stat, period: MINUTE }).await
            }
            Request::Traces { service, words, .. } => {
                self.traces(work, source, (service.as_deref(), words), &request.words()).await
            }
            Request::Access { by, only, .. } => self.access(work, source, (by, only)).await,
            _ => return Answer::Failed("There is no such tool.".to_owned()),
        };
        answer.unwrap_or_else(|fault| Answer::fault(&fault))
    }

    async fn metric(&self, work: &Work<'_>, source: &Applied<'_>, one: &One<'_>) -> Result<Answer, Fault> {
        let found = look::metric(source.source, &source.moment, self.evidence.timeout, one).await?;
        let measured: Vec<_> = found.measured.into_iter().filter(|one| !one.window.is_empty()).collect();
        let missing: Vec<String> = found.faults.iter().map(|fault| fault.reason.clone()).collect();
        if measured.is_empty() {
            return Err(found.faults.into_iter().next().unwrap_or_else(|| {
                Fault::unavailable("CloudWatch has no such values", "name all dimensions of the metric")
            }));
        }
        let reply = Reply {
            step: String::new(),
            name: one.metric.to_owned(),
            source: source.name.clone(),
            query: String::new(),
            link: None,
            brought: asked::Brought::Measured(measured),
        };
        let new = asked::of_reply(&reply, before(work), work.moment.window, &self.words.redactor);
        Ok(Answer::Items { known: Vec::new(), new, missing })
    }

    async fn traces(
        &self,
        work: &Work<'_>,
        source: &Applied<'_>,
        asked: (Option<&str>, &[String]),
        words: &str,
    ) -> Result<Answer, Fault> {
        let found = look::traces(source.source, &source.moment, self.evidence.timeout, asked).await?;
        let missing: Vec<String> = found.faults.iter().map(|fault| fault.reason.clone()).collect();
        let redactor = &self.words.redactor;
        if found.traces == Traces::default() {
            // That nothing is wrong with a service is an answer, unless it is one that could not be had.
            if let Some(fault) = found.faults.into_iter().next() {
                return Err(fault);
            }
            let nothing = Redacted::fixed(": no call differs from normal, and no such request went wrong");
            let title = Redacted::concat([&redactor.redact_line(words), &nothing]);
            return Ok(Answer::new(item(work, Kind::Trace, &source.name, title, Redacted::default())));
        }
        let mut new = traces::items(&[(source.name.clone(), found.traces)], work.moment.window, redactor);
        let highest = highest(&work.items).get(&Kind::Trace).copied().unwrap_or(0);
        for (item, number) in new.iter_mut().zip(highest + 1..) {
            item.id = format!("{}{number}", Kind::Trace.letter());
        }
        Ok(Answer::Items { known: Vec::new(), new, missing })
    }

    async fn access(
        &self,
        work: &Work<'_>,
        source: &Applied<'_>,
        asked: (&[String], &[(String, String)]),
    ) -> Result<Answer, Fault> {
        let found = look::access(source.source, &source.moment, self.evidence.timeout, asked).await?;
        let redactor = &self.words.redactor;
        let (title, text) = found.grouped.told(redactor);
        let link = found.link.as_deref().and_then(|link| redactor.redact_url(link));
        let query = Some(redactor.redact(&found.query));
        let item = item(work, Kind::Metric, &source.name, title, text);
        Ok(Answer::new(Item { query, link, ..item }))
    }
}

//! Runs the tools: each reads through the same doors as the first look, and what it brings is an item that can be cited.
//!
//! Knows which door answers which request. Must not know the loop. Nothing here changes anything but the analysis itself;
//! text is redacted before it is anything else.

use firstlook_core::evidence::asked::{self, Before};
use firstlook_core::evidence::{Item, Kind, Redacted};
use firstlook_core::summary::analysis::highest;
use firstlook_core::summary::analysis::logs::{self, Filter};
use firstlook_core::summary::analysis::run::{Action, Event};
use firstlook_core::summary::analysis::tools::Request;

use super::days;
use super::lines::Found;
use super::{Analyze, Work};
use crate::evidence::ask::{self, Question};
use crate::evidence::{Brought, Caps, Door, Fault, Source, collect};
use crate::fail::{self, Step};
use crate::moment::Applied;
use crate::store::StoreError;
use crate::telemetry::labels::{Tool, ToolOutcome};
use crate::telemetry::metrics::{self, Metric};

/// Of an item's text, characters.
const TEXT: usize = 40_000;

/// Whether a source brings lines.
pub(super) fn has_lines(source: &Source) -> bool {
    match source.door {
        Door::LogFile(_) | Door::Loki(_) | Door::CloudWatchLogs(_) => true,
        Door::Prometheus(_)
        | Door::CloudWatchMetrics(_)
        | Door::CloudTrail(_)
        | Door::Xray(_)
        | Door::Athena(_) => false,
    }
}

/// What a tool brought: items, old or new, or why it brought none.
pub(super) enum Answer {
    Items { known: Vec<String>, new: Vec<Item>, missing: Vec<String> },
    Failed(String),
}

impl Answer {
    pub(super) fn known(id: &str) -> Self {
        Self::Items { known: vec![id.to_owned()], new: Vec::new(), missing: Vec::new() }
    }

    pub(super) fn new(item: Item) -> Self {
        Self::Items { known: Vec::new(), new: vec![item], missing: Vec::new() }
    }

    pub(super) fn fault(fault: &Fault) -> Self {
        Self::Failed(format!("{}; {}", fault.reason, fault.remedy))
    }
}

impl Analyze {
    /// Runs a tool, and keeps what it brought.
    pub(super) async fn call(&self, work: &mut Work<'_>, request: &Request) -> Result<Action, StoreError> {
        let answer = self.answer(work, request).await?;
        let outcome =
            if matches!(answer, Answer::Items { .. }) { ToolOutcome::Ok } else { ToolOutcome::Failed };
        metrics::count(Metric::ToolCalls, &[label(request).into(), outcome.into()]);
        let (text, ids, new, ok) = match answer {
            Answer::Failed(why) => (self.words.redactor.redact(&why), Vec::new(), Vec::new(), false),
            Answer::Items { known, new, missing } => {
                let ids: Vec<String> =
                    known.into_iter().chain(new.iter().map(|item| item.id.clone())).collect();
                work.items.extend(new.iter().cloned());
                let items = || work.items.iter().filter(|item| ids.contains(&item.id));
                let mut text = work.days.map(|_| days::heads(items())).unwrap_or_default();
                text.push(&self.told(items(), &missing));
                (text, ids, new, true)
            }
        };
        let (limits, worked) = (self.summary.analysis.limits, work.worked());
        let action = work.run.next(Event::Brought { text: &text, ids, ok }, &work.offer, limits, worked);
        self.keep(work, &new, None).await?;
        fail::pass(Step::Brought);
        Ok(action)
    }

    async fn answer(&self, work: &mut Work<'_>, request: &Request) -> Result<Answer, StoreError> {
        Ok(match request {
            Request::Item { id, .. } | Request::Runbook { step: id } => {
                match (work.items.iter().any(|item| item.id == *id), self.step(work, id)) {
                    (true, _) => Answer::known(id),
                    (false, Some(item)) => Answer::new(item),
                    (false, None) => Answer::Failed(format!("There is no item {id}.")),
                }
            }
            Request::Logs { source, .. } => self.logs(work, source, request).await,
            Request::Metrics { .. } => self.listed(work, request).await,
            Request::Query { source, query } => match work.days {
                Some(days) => self.over_days(work, request, days).await,
                None => self.query(work, source, query).await,
            },
            Request::Metric { .. } | Request::Traces { .. } | Request::Access { .. } => match work.days {
                Some(days) => self.over_days(work, request, days).await,
                None => self.looked(work, request).await,
            },
            Request::Changes { words } => self.changed(work, words).await?,
            Request::History { words } => self.history(work, words).await?,
        })
    }

    /// Items as a model reads them, the title and the text below; and what is missing beside.
    fn told<'a>(&self, items: impl Iterator<Item = &'a Item>, missing: &[String]) -> Redacted {
        let mut told = Redacted::default();
        for item in items {
            told.push(&item.title);
            told.push_fixed("\n");
            told.push(&item.text);
            told.push_fixed("\n");
        }
        for reason in missing {
            told.push_fixed("not all: ");
            told.push(&self.words.redactor.redact_line(reason));
            told.push_fixed("\n");
        }
        told
    }

    /// A step of the runbook, where the evidence does not hold it.
    fn step(&self, work: &Work<'_>, id: &str) -> Option<Item> {
        let runbook = work.runbook.as_ref()?;
        firstlook_core::evidence::known::steps(runbook, &self.words.redactor)
            .into_iter()
            .find(|item| item.id == id)
    }

    async fn logs(&self, work: &mut Work<'_>, source: &str, request: &Request) -> Answer {
        let found = match work.lines.of(source) {
            Some(found) => found,
            None => match self.fetched(work, source).await {
                Ok(found) => work.lines.keep(source, found),
                Err(fault) => return Answer::fault(&fault),
            },
        };
        let (redactor, window, asked) = (self.words.redactor.clone(), work.moment.window, request.clone());
        let (query, link) =
            (redactor.redact(&found.query), found.link.as_deref().and_then(|link| redactor.redact_url(link)));
        // Comparing many lines takes a core for a while: not on the threads that answer senders.
        let looked = tokio::task::spawn_blocking(move || {
            let Request::Logs { contains, excludes, level, .. } = &asked else { return Default::default() };
            let filter = Filter { contains, excludes, level: level.as_deref() };
            logs::looked(&found.brought, filter, window, &redactor)
        });
        let Ok((title, text, at)) = looked.await else {
            return Answer::Failed("comparing the lines failed unexpectedly".to_owned());
        };
        let named = Redacted::concat([
            &self.words.redactor.redact_line(&request.words()),
            &Redacted::fixed(": "),
            &title,
        ]);
        let item = item(work, Kind::Log, source, named, text);
        Answer::new(Item { query: Some(query), link, at, ..item })
    }

    async fn fetched(&self, work: &Work<'_>, name: &str) -> Result<Found, Fault> {
        let gone = || Fault::configuration(format!("there is no source {name} any more"), "ask another one");
        let Applied { source, moment, .. } = named(work, name).ok_or_else(gone)?;
        let collected = collect(vec![*source], moment, self.evidence.timeout, Caps::default()).await;
        let result = collected.sources.into_iter().next().ok_or_else(gone)?;
        let Brought::Lines(lines) = result.brought? else { return Err(gone()) };
        let normal = lines.baselines.into_iter().map(|normal| (normal.window, normal.lines)).collect();
        let brought = logs::Brought { window: lines.window, normal, truncated: lines.truncated };
        Ok(Found { brought, query: lines.query, link: lines.link })
    }

    async fn query(&self, work: &Work<'_>, name: &str, query: &str) -> Answer {
        let Some(Applied { source, moment, .. }) = named(work, name) else {
            return Answer::Failed(format!("There is no source {name} any more."));
        };
        let question = Question { source, name: query.to_owned(), query: query.to_owned(), service: None };
        let replies = ask::ask(std::slice::from_ref(&question), moment, self.evidence.timeout).await;
        let Some(reply) = replies.into_iter().next() else {
            return Answer::Failed("Nothing came.".to_owned());
        };
        let (brought, query) = match reply.brought {
            Ok(brought) => brought,
            Err(fault) => return Answer::fault(&fault),
        };
        let (window, redactor) = (work.moment.window, &self.words.redactor);
        let brought = match brought {
            Brought::Measured(all) => {
                asked::Brought::Measured(all.into_iter().filter(|one| !one.window.is_empty()).collect())
            }
            Brought::Table(table) => asked::Brought::Table { table, truncated: reply.shown.truncated },
            // What knows changes, traces or access logs takes no queries (`ask::language`).
            Brought::Changed(_) | Brought::Traces(_) | Brought::Counted { .. } => {
                asked::Brought::Measured(Vec::new())
            }
            Brought::Lines(lines) => {
                let normal =
                    lines.baselines.into_iter().map(|normal| (normal.window, normal.lines)).collect();
                let brought = logs::Brought { window: lines.window, normal, truncated: lines.truncated };
                let all = Filter { contains: &[], excludes: &[], level: None };
                let (title, text, at) = logs::looked(&brought, all, window, redactor);
                let named =
                    Redacted::concat([&redactor.redact_line(&question.name), &Redacted::fixed(": "), &title]);
                let link = lines.link.as_deref().and_then(|link| redactor.redact_url(link));
                let item = item(work, Kind::Log, name, named, text);
                return Answer::new(Item { query: Some(redactor.redact(&query)), link, at, ..item });
            }
        };
        let before = before(work);
        let missing = reply.faults.iter().map(|fault| fault.reason.clone()).collect();
        let reply = asked::Reply {
            step: String::new(),
            name: question.name,
            source: name.to_owned(),
            query,
            link: reply.shown.link,
            brought,
        };
        Answer::Items { known: Vec::new(), new: asked::of_reply(&reply, before, window, redactor), missing }
    }
}

/// The source that is called so.
pub(super) fn named<'a, 'b>(work: &'b Work<'a>, name: &str) -> Option<&'b Applied<'a>> {
    work.applied.iter().find(|one| one.name == name)
}

/// How many items there are already.
pub(super) fn before(work: &Work<'_>) -> Before {
    let highest = highest(&work.items);
    let before = |kind| highest.get(&kind).copied().unwrap_or(0);
    Before { metrics: before(Kind::Metric), logs: before(Kind::Log) }
}

/// The next item of a kind.
pub(super) fn item(work: &Work<'_>, kind: Kind, source: &str, title: Redacted, text: Redacted) -> Item {
    let number = highest(&work.items).get(&kind).copied().unwrap_or(0) + 1;
    let end = text.as_str().char_indices().nth(TEXT).map(|(end, _)| end);
    Item {
        id: format!("{}{number}", kind.letter()),
        kind,
        source: source.to_owned(),
        title,
        text: end.map_or_else(|| text.clone(), |end| text.pieces(&[(0..end, "…")])),
        query: None,
        link: None,
        at: None,
        frequency: None,
        chart: None,
    }
}

fn label(request: &Request) -> Tool {
    match request {
        Request::Item { .. } => Tool::Item,
        Request::Logs { .. } => Tool::Logs,
        Request::Query { .. } => Tool::Query,
        Request::Metrics { .. } => Tool::Metrics,
        Request::Metric { .. } => Tool::Metric,
        Request::Traces { .. } => Tool::Traces,
        Request::Access { .. } => Tool::AccessLogs,
        Request::Changes { .. } => Tool::Changes,
        Request::History { .. } => Tool::History,
        Request::Runbook { .. } => Tool::Runbook,
    }
}

//! The deeper look: a model asks, tools that read answer, and each of both is kept before the next.
//!
//! Knows the order of the steps, the budget and what is kept. Must not know how a model or a source is reached, nor when
//! enough was asked: core's run says that. It is a hop of its own and tells nobody.

mod changed;
mod days;
mod end;
mod history;
mod lines;
mod looks;
mod tools;

use std::sync::Arc;
use std::time::Duration;

use firstlook_core::alert::matchers::Matchers;
use firstlook_core::evidence::days::Days;
use firstlook_core::evidence::{About, Item, Kind, Redacted};
use firstlook_core::notify::view::Incident;
use firstlook_core::runbook::Pinned;
use firstlook_core::summary::analysis::run::{Action, End, Event, Run, Why};
use firstlook_core::summary::analysis::tools::{Offer, Queried};
use tokio::time::Instant;

use crate::clock;
use crate::config;
use crate::evidence::{Door, KnowledgeBase, Moment, Source, ask, knowledge_base};
use crate::fail::{self, Step};
use crate::models::Models;
use crate::moment::{self, Applied};
use crate::prompt::{of_round, talk};
use crate::store::{Claim, Kept, Outcome, Store, StoreError, ToDo, Took, Words};
use crate::telemetry::labels::{AnalysisOutcome, ModelOutcome, TokenDirection};
use crate::telemetry::metrics::{self, Metric};
use days::Listed;
use lines::Lines;

/// Everything that an analysis needs.
#[derive(Debug)]
pub struct Analyze {
    /// Where it is kept.
    pub store: Store,
    /// Makes stored text fit to be told.
    pub words: Words,
    /// Where evidence is, and for which incidents each source is asked.
    pub sources: Arc<Vec<(Matchers, Source)>>,
    /// Where documents are, and for which incidents each base is asked.
    pub knowledge: Arc<Vec<(Matchers, KnowledgeBase)>>,
    /// `evidence:`.
    pub evidence: config::Evidence,
    /// Who is asked.
    pub models: Arc<Models>,
    /// `summary:`.
    pub summary: config::Summary,
}

/// One analysis while it is worked on.
struct Work<'a> {
    claim: &'a Claim,
    id: i64,
    run: Run,
    items: Vec<Item>,
    offer: Offer,
    moment: Moment,
    /// The sources that apply.
    applied: Vec<Applied<'a>>,
    /// The knowledge bases that apply.
    bases: Vec<&'a KnowledgeBase>,
    runbook: Option<Pinned>,
    lines: Lines,
    /// The days of what a person asked about, and what there is to be asked.
    days: Option<Days>,
    listed: Listed,
    /// When this process began, and what was worked before.
    since: Instant,
    before: Duration,
}

impl Work<'_> {
    fn worked(&self) -> Duration {
        self.before + self.since.elapsed()
    }

    /// Why no model has to be asked.
    fn pointless(&self) -> Option<Why> {
        match self.offer.about {
            About::Moment => None,
            About::Insight => {
                (self.offer.queries.is_empty() && self.offer.metrics.is_empty()).then_some(Why::NoMetrics)
            }
            About::Findings => match self.items.iter().filter(|item| item.kind == Kind::Finding).count() {
                0 => Some(Why::NoFindings),
                // What counts them all is one of them.
                1 => Some(Why::NothingOpen),
                _ => None,
            },
        }
    }
}

impl Analyze {
    /// Works on the open analysis of the claimed incident until it ends. What an earlier try has kept is not done again.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn work(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        let redactor = &self.words.redactor;
        let open = match self.store.open_analysis(&claim, redactor, clock::now()).await? {
            ToDo::Open(open) => *open,
            ToDo::Shared => {
                metrics::count(Metric::Analyses, &[AnalysisOutcome::Shared.into()]);
                return Ok(Outcome::Done);
            }
            ToDo::Nothing => return Ok(Outcome::Done),
        };
        let Some(view) = self.store.told_incident(claim.incident, &self.words).await? else {
            return Ok(Outcome::Done);
        };
        let asked = self.store.asked(claim.incident).await?.filter(|asked| asked.about != About::Moment);
        let about = asked.map_or(About::Moment, |asked| asked.about);
        let days = asked.map(|asked| Days::of(asked.time));
        let moment = self.moment(&claim, &view, days).await?;
        let runbook = self.store.pinned_runbook(claim.incident).await?;
        let applied = moment::applied(&self.store, claim.incident, &self.sources, &moment).await?;
        let chosen_by = moment::chosen_by(&self.store, claim.incident).await?;
        let bases = match about {
            About::Insight => Vec::new(),
            About::Moment | About::Findings => knowledge_base::applying(&self.knowledge, &chosen_by),
        };
        let offer = match (about, days) {
            (About::Insight, Some(days)) => days::offer(&applied, days),
            (About::Findings, _) => days::around_findings(&applied),
            _ => offer(&applied, runbook.as_ref()),
        };
        let offer = Offer { documents: !bases.is_empty(), ..offer };
        let (run, items) = match open.run {
            Some(run) => (run, open.items),
            None => {
                let (run, items) = self.begin(&claim, view, &offer).await?;
                self.store.begin_analysis(&claim, open.id, &run, &items).await?;
                (run, items)
            }
        };
        let before = Duration::from_millis(run.worked_ms);
        let (since, lines, listed) = (Instant::now(), Lines::default(), Listed::default());
        let work = Work {
            claim: &claim,
            id: open.id,
            run,
            items,
            offer,
            moment,
            applied,
            bases,
            runbook,
            lines,
            days,
            listed,
            since,
            before,
        };
        self.follow(work).await
    }

    /// Does what is to be done next, until it ends.
    async fn follow(&self, mut work: Work<'_>) -> Result<Outcome, StoreError> {
        if let Some(why) = work.pointless() {
            self.end(&work, &End::Failed(why)).await?;
            return Ok(Outcome::Done);
        }
        let mut action = work.run.action(&work.offer);
        loop {
            action = match action {
                Action::Ask => self.ask(&mut work).await?,
                Action::Call(request) => self.call(&mut work, &request).await?,
                Action::End(end) => {
                    self.end(&work, &end).await?;
                    return Ok(Outcome::Done);
                }
            };
        }
    }

    /// The incident's window as it was when the evidence was collected; where nothing was, as it is now. Of a question about
    /// days, those and the time before.
    async fn moment(&self, claim: &Claim, view: &Incident, days: Option<Days>) -> Result<Moment, StoreError> {
        if let Some(days) = days {
            let moment = moment::moment(&self.store, claim.incident, days.window, &[]).await?;
            return Ok(Moment { baselines: vec![days.before], ..moment });
        }
        let covered = view.evidence.as_ref().and_then(|evidence| evidence.window);
        let window = match covered {
            Some(window) => window,
            None => {
                let of = (claim.incident, view.started_at);
                moment::stretch(&self.store, of, &self.evidence, clock::now()).await?.window
            }
        };
        moment::moment(&self.store, claim.incident, window, &self.evidence.baseline).await
    }

    /// The first question, and all that it stands on.
    async fn begin(
        &self,
        claim: &Claim,
        mut view: Incident,
        offer: &Offer,
    ) -> Result<(Run, Vec<Item>), StoreError> {
        let redactor = &self.words.redactor;
        let collected = self.store.collected(claim.incident, redactor).await?;
        if let Some(collected) = &collected {
            of_round(&self.store, &mut view, (claim.incident, collected.round), redactor).await?;
        }
        let pack = collected.map_or_else(Redacted::default, |collected| collected.pack);
        let steps = self.summary.analysis.limits.max_steps;
        let architecture = (self.summary.architecture.as_str(), redactor);
        let (talk, guard) = talk(&view, &pack, architecture, (offer, steps), clock::now());
        let mut items = view.evidence.map(|evidence| evidence.items).unwrap_or_default();
        if offer.about != About::Moment {
            // What somebody asks is no evidence of what they ask about.
            items.retain(|item| item.kind != Kind::Alarm);
        }
        Ok((Run::new(talk, guard), items))
    }

    /// Asks a model, where the budget reaches for that, and for the report after it.
    async fn ask(&self, work: &mut Work<'_>) -> Result<Action, StoreError> {
        let config::Analysis { limits, budget, .. } = self.summary.analysis.clone();
        let mut needed = self.models.worst_case_of(&work.run.talk);
        if !work.run.talk.withdrawn {
            (needed.tokens, needed.micro_usd) = (2 * needed.tokens, needed.micro_usd.saturating_mul(2));
        }
        let reserved = self.store.reserve(work.claim.incident, budget, needed, clock::now()).await?;
        let reserved = match reserved {
            Ok(reserved) => reserved,
            Err(over) => {
                metrics::count(Metric::ModelCalls, &[ModelOutcome::OverBudget.into()]);
                let worked = work.worked();
                return Ok(work.run.next(
                    Event::OverBudget(over.told(self.words.language)),
                    &work.offer,
                    limits,
                    worked,
                ));
            }
        };
        // One answer takes no longer than a summary, its repair included, and never longer than is left.
        let left = limits.timeout.saturating_sub(work.worked()).max(Duration::from_secs(1));
        let deadline = Instant::now() + left.min(self.summary.timeout);
        let heard = self.models.converse(&work.run.talk, deadline).await;
        let outcome = if heard.spoken.is_ok() { ModelOutcome::Ok } else { ModelOutcome::Failed };
        metrics::count(Metric::ModelCalls, &[outcome.into()]);
        metrics::count_by(Metric::ModelTokens, heard.tokens.input, &[TokenDirection::Input.into()]);
        metrics::count_by(Metric::ModelTokens, heard.tokens.output, &[TokenDirection::Output.into()]);
        metrics::count_by(Metric::ModelCost, heard.spent.micro_usd, &[]);
        fail::pass(Step::BeforeKept);
        let model = heard.spoken.as_ref().ok().map(|spoken| spoken.model.clone());
        let event = match heard.spoken {
            Ok(spoken) => Event::Said(spoken),
            Err(why) => Event::Unanswered(why),
        };
        let worked = work.worked();
        let action = work.run.next(event, &work.offer, limits, worked);
        let took = Took {
            model,
            tokens: heard.tokens,
            settle: (reserved, heard.spent),
            priced: self.models.priced(),
        };
        self.keep(work, &[], Some(took)).await?;
        fail::pass(Step::Kept);
        Ok(action)
    }

    async fn keep(&self, work: &Work<'_>, new: &[Item], asked: Option<Took>) -> Result<(), StoreError> {
        let max_steps = self.summary.analysis.limits.max_steps;
        let kept = Kept { id: work.id, run: &work.run, max_steps, new, asked };
        self.store.keep_analysis(work.claim, kept).await
    }
}

/// What may be asked of these sources and steps.
fn offer(applied: &[Applied<'_>], runbook: Option<&Pinned>) -> Offer {
    let mut offer = Offer::default();
    for Applied { name, source, moment } in applied {
        if tools::has_lines(source) {
            offer.logs.push(name.clone());
        }
        match &source.door {
            Door::CloudWatchMetrics(_) => offer.metrics.push(name.clone()),
            Door::Xray(_) => offer.traces.push(name.clone()),
            Door::Athena(door) if door.counts() => offer.access.push(name.clone()),
            _ => offer.trail |= changed::has_trail(source),
        }
        let reach = ask::reach(source).max(moment.window.length().to_std().unwrap_or_default());
        let queried = |language| Queried { source: name.clone(), language, reach };
        offer.queries.extend(ask::language(source).map(queried));
    }
    offer.steps = runbook.iter().flat_map(|runbook| &runbook.steps).map(|step| step.id.clone()).collect();
    offer
}

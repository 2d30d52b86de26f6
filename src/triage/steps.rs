//! The queries of the incident's runbook: which source runs each, what each brought, and why another was not run.
//!
//! Knows the pinned runbook and the configured sources. Must not know how a source is asked, nor judge a result.

use std::collections::BTreeMap;

use firstlook_core::alert::Labels;
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::evidence::asked::{self, Asked, Before};
use firstlook_core::evidence::{Gap, Item, Kind, Redactor, Window};
use firstlook_core::runbook::{Block, Language, Pinned};

use super::look::compared;
use crate::evidence::ask::{Question, Reply, Shown, language};
use crate::evidence::{Brought, Fault, Source};

/// Queries of one incident that are run.
const MOST: usize = 10;

/// The queries of a runbook, before they are run.
#[derive(Default)]
pub(super) struct Steps<'a> {
    /// What to ask.
    pub questions: Vec<Question<'a>>,
    /// One for each query of the runbook, in its order.
    plan: Vec<Plan>,
}

/// What is to become of one query.
struct Plan {
    step: String,
    block: usize,
    name: String,
    /// The place among the questions, or why it is none.
    question: Result<usize, String>,
}

impl<'a> Steps<'a> {
    /// Chooses who runs what, for an incident with these labels.
    pub fn of(runbook: Option<&Pinned>, sources: &'a [(Matchers, Source)], labels: &Labels) -> Self {
        let mut steps = Self::default();
        let applies = |(matchers, _): &&(Matchers, Source)| matchers.matches(labels);
        let sources: Vec<&Source> = sources.iter().filter(applies).map(|(_, source)| source).collect();
        for step in runbook.iter().flat_map(|runbook| &runbook.steps) {
            for (place, block) in step.blocks.iter().enumerate() {
                let Some(wanted) = Language::of(&block.language) else { continue };
                let name = asked::heading(step);
                let question = steps.choose(block, wanted, &sources, &name);
                steps.plan.push(Plan { step: step.id.clone(), block: place, name, question });
            }
        }
        steps
    }

    fn choose(
        &mut self,
        block: &Block,
        wanted: Language,
        sources: &[&'a Source],
        name: &str,
    ) -> Result<usize, String> {
        let named = |source: &Source| block.source.as_ref().is_none_or(|name| *name == source.name);
        let fits = |source: &&&Source| named(source) && language(source) == Some(wanted);
        let Some(source) = sources.iter().find(fits) else {
            let called = block.source.as_ref().map(|name| format!(" named `{name}`")).unwrap_or_default();
            return Err(format!("no evidence source of type `{}`{called} applies", wanted.source()));
        };
        if self.questions.len() >= MOST {
            return Err(format!("only the first {MOST} queries of a runbook are run"));
        }
        self.questions.push(Question { source, name: name.to_owned(), query: block.text.clone() });
        Ok(self.questions.len() - 1)
    }

    /// How many are run.
    pub fn run(&self) -> usize {
        self.questions.len()
    }
}

/// What came of the queries.
#[derive(Default)]
pub(super) struct Found {
    pub asked: Vec<Asked>,
    pub items: Vec<Item>,
    pub gaps: Vec<Gap>,
}

/// Without what borrows from the sources, so that it can go to another thread.
pub(super) struct Answered {
    plan: Vec<Plan>,
    replies: Vec<Option<(String, Reply)>>,
}

impl Answered {
    pub fn of(steps: Steps<'_>, replies: Vec<Reply>) -> Self {
        let sources = steps.questions.iter().map(|question| question.source.name.clone());
        Self { plan: steps.plan, replies: sources.zip(replies).map(Some).collect() }
    }

    /// The items, whose ids follow those `before`, and the gaps, each with the steps that it keeps from their results.
    pub fn found(mut self, mut before: Before, window: Window, redactor: &Redactor) -> Found {
        let mut found = Found::default();
        // Whatever is wrong with a source is wrong for all that ask it: said once.
        let mut gaps: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
        for plan in std::mem::take(&mut self.plan) {
            let reply = plan.question.clone().map(|at| self.replies.get_mut(at).and_then(Option::take));
            let mut asked = Asked {
                step: plan.step.clone(),
                block: plan.block,
                source: None,
                items: Vec::new(),
                reason: None,
            };
            match reply {
                Ok(Some((source, Reply { brought, faults, shown, .. }))) => {
                    let failed = brought.as_ref().err().cloned();
                    for Fault { reason, remedy, .. } in failed.iter().chain(&faults) {
                        let key = (source.clone(), reason.clone(), remedy.clone());
                        let steps = gaps.entry(key).or_default();
                        if !steps.contains(&plan.step) {
                            steps.push(plan.step.clone());
                        }
                    }
                    match brought {
                        Ok(brought) => {
                            let reply = reply_of(&plan, &source, brought, shown, window);
                            let items = asked::of_reply(&reply, before, window, redactor);
                            before = after(before, &items);
                            asked.items = items.iter().map(|item| item.id.clone()).collect();
                            asked.source = Some(source);
                            found.items.extend(items);
                        }
                        Err(fault) => {
                            asked.source = Some(source);
                            asked.reason = Some(redactor.redact_line(&fault.reason));
                        }
                    }
                }
                Ok(None) => {}
                Err(why) => asked.reason = Some(redactor.redact_line(&why)),
            }
            found.asked.push(asked);
        }
        let gap = |((source, reason, remedy), steps): ((String, String, String), Vec<String>)| Gap {
            source,
            reason: redactor.redact(&format!("{}: {reason}", steps.join(", "))),
            remedy: redactor.redact(&remedy),
        };
        found.gaps = gaps.into_iter().map(gap).collect();
        found
    }
}

fn reply_of(
    plan: &Plan,
    source: &str,
    (brought, query): (Brought, String),
    shown: Shown,
    window: Window,
) -> asked::Reply {
    let mut link = shown.link;
    let brought = match brought {
        // No language asks for these.
        Brought::Traces(_) | Brought::Counted { .. } => asked::Brought::Measured(Vec::new()),
        Brought::Measured(all) => {
            asked::Brought::Measured(all.into_iter().filter(|one| !one.window.is_empty()).collect())
        }
        Brought::Lines(lines) => {
            let (truncated, some) = (lines.truncated.clone(), !lines.baselines.is_empty());
            link = lines.link.clone();
            let (comparison, _) = compared(vec![(source.to_owned(), lines)], window);
            asked::Brought::Lines { comparison, compared: some, truncated }
        }
        Brought::Table(table) => asked::Brought::Table { table, truncated: shown.truncated },
        // What knows changes takes no queries (`ask::language`).
        Brought::Changed(_) => asked::Brought::Measured(Vec::new()),
    };
    asked::Reply {
        step: plan.step.clone(),
        name: plan.name.clone(),
        source: source.to_owned(),
        query,
        link,
        brought,
    }
}

fn after(before: Before, items: &[Item]) -> Before {
    let of = |kind| items.iter().filter(|item| item.kind == kind).count();
    Before { metrics: before.metrics + of(Kind::Metric), logs: before.logs + of(Kind::Log) }
}

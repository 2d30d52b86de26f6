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
use crate::evidence::ask::{Question, Reply, Shown, language, needs_service};
use crate::evidence::{Brought, Fault, Source};
use crate::moment::SERVICE;

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
    /// The places among the questions, one for each service that it is asked for, or why there is none.
    questions: Result<Vec<usize>, String>,
}

impl<'a> Steps<'a> {
    /// Chooses who runs what, for an incident that has one of these labels, or is about the services of all of them.
    pub fn of(runbook: Option<&Pinned>, sources: &'a [(Matchers, Source)], among: &[Labels]) -> Self {
        let mut steps = Self::default();
        for step in runbook.iter().flat_map(|runbook| &runbook.steps) {
            for (place, block) in step.blocks.iter().enumerate() {
                let Some(wanted) = Language::of(&block.language) else { continue };
                let name = asked::heading(step);
                let questions = steps.choose(block, wanted, (sources, among), &name);
                steps.plan.push(Plan { step: step.id.clone(), block: place, questions });
            }
        }
        steps
    }

    fn choose(
        &mut self,
        block: &Block,
        wanted: Language,
        (sources, among): (&'a [(Matchers, Source)], &[Labels]),
        name: &str,
    ) -> Result<Vec<usize>, String> {
        let named = |source: &Source| block.source.as_ref().is_none_or(|name| *name == source.name);
        let speaks = |source: &Source| named(source) && language(source) == Some(wanted);
        let mut chosen: Vec<(&'a Source, Option<String>)> = Vec::new();
        for labels in among {
            let fits =
                |(matchers, source): &&'a (Matchers, Source)| matchers.matches(labels) && speaks(source);
            let Some((_, source)) = sources.iter().find(fits) else { continue };
            // What does not depend on it would answer the same each time.
            let each = among.len() > 1 && needs_service(source, &block.text);
            let service = each.then(|| labels.get(SERVICE).to_owned());
            if !chosen.iter().any(|(other, of)| std::ptr::eq(*other, source) && *of == service) {
                chosen.push((source, service));
            }
        }
        if chosen.is_empty() {
            let called = block.source.as_ref().map(|name| format!(" named `{name}`")).unwrap_or_default();
            return Err(format!("no evidence source of type `{}`{called} applies", wanted.source()));
        }
        let first = self.questions.len();
        if first + chosen.len() > MOST {
            return Err(format!("only the first {MOST} queries of a runbook are run"));
        }
        for (source, service) in chosen {
            let name = service.as_ref().map_or_else(|| name.to_owned(), |service| for_service(name, service));
            self.questions.push(Question { source, name, query: block.text.clone(), service });
        }
        Ok((first..self.questions.len()).collect())
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
    replies: Vec<Option<Replied>>,
}

/// What came of one question.
struct Replied {
    /// Who was asked, and for which service.
    source: String,
    name: String,
    reply: Reply,
}

impl Answered {
    pub fn of(steps: Steps<'_>, replies: Vec<Reply>) -> Self {
        let asked = steps.questions.into_iter().map(|one| (one.asked_as(), one.name));
        let with = |((source, name), reply)| Some(Replied { source, name, reply });
        Self { plan: steps.plan, replies: asked.zip(replies).map(with).collect() }
    }

    /// The items, whose ids follow those `before`, and the gaps, each with the steps that it keeps from their results.
    pub fn found(mut self, mut before: Before, window: Window, redactor: &Redactor) -> Found {
        let mut found = Found::default();
        // Whatever is wrong with a source is wrong for all that ask it: said once.
        let mut gaps: BTreeMap<(String, String, String), Vec<String>> = BTreeMap::new();
        for Plan { step, block, questions } in std::mem::take(&mut self.plan) {
            let (mut sources, mut items, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
            let places = questions.unwrap_or_else(|why| {
                reasons.push(why);
                Vec::new()
            });
            let several = places.len() > 1;
            let replies: Vec<Replied> =
                places.into_iter().filter_map(|at| self.replies.get_mut(at)?.take()).collect();
            for Replied { source, name, reply: Reply { brought, faults, shown, .. } } in replies {
                for Fault { reason, remedy, .. } in brought.as_ref().err().into_iter().chain(&faults) {
                    let steps = gaps.entry((source.clone(), reason.clone(), remedy.clone())).or_default();
                    if !steps.contains(&step) {
                        steps.push(step.clone());
                    }
                }
                match brought {
                    Ok(brought) => {
                        let reply = reply_of((&step, name), &source, brought, shown, window);
                        let more = asked::of_reply(&reply, before, window, redactor);
                        before = after(before, &more);
                        items.extend(more);
                    }
                    Err(fault) if several => reasons.push(format!("{source}: {}", fault.reason)),
                    Err(fault) => reasons.push(fault.reason),
                }
                sources.push(source);
            }
            let reason = (!reasons.is_empty()).then(|| redactor.redact_line(&reasons.join("; ")));
            let source = (!sources.is_empty()).then(|| sources.join(", "));
            let ids = items.iter().map(|item| item.id.clone()).collect();
            found.asked.push(Asked { step, block, source, items: ids, reason });
            found.items.extend(items);
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

/// What a step is called where it is asked for one of several services: `R3 (api) Is it one pod`.
fn for_service(heading: &str, service: &str) -> String {
    let (id, rest) = heading.split_once(' ').unwrap_or((heading, ""));
    format!("{id} ({service}) {rest}").trim_end().to_owned()
}

fn reply_of(
    (step, name): (&str, String),
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
    asked::Reply { step: step.to_owned(), name, source: source.to_owned(), query, link, brought }
}

fn after(before: Before, items: &[Item]) -> Before {
    let of = |kind| items.iter().filter(|item| item.kind == kind).count();
    Before { metrics: before.metrics + of(Kind::Metric), logs: before.logs + of(Kind::Log) }
}

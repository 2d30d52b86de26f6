//! The loop of an analysis as a state that is stepped: what was said and brought goes in, what is to be done next comes out.
//!
//! Knows the bounds: steps, time, identical calls, turns that bring nothing. Must not know how a model is asked or a tool is
//! run, nor what time it is. It is kept after every event, so that a crash repeats none that was answered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::parse::{self, Written};
use super::prompt::{self, Guard};
use super::talk::{Call, Spoken, Talk, ToolResult};
use super::tools::{Offer, Request};
use crate::evidence::Redacted;
use crate::summary::answer::AnswerError;

mod turn;
mod why;

pub use why::Why;

/// Of the time, the share after which tools are withdrawn, in percent: the report takes time as well.
const LAST_CALLS: u32 = 70;

/// What an analysis may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rounds of tool calls.
    pub max_steps: u32,
    /// For everything together.
    pub timeout: Duration,
}

/// What happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A model answered.
    Said(Spoken),
    /// The tool of [`Action::Call`] brought something, or said why not.
    Brought {
        /// The title and the text of the result, whole; what is too long is cut here.
        text: &'a Redacted,
        /// The ids under which it can be cited.
        ids: Vec<String>,
        /// Whether it did what it was asked.
        ok: bool,
    },
    /// No model answered, and why.
    Unanswered(String),
    /// The budget does not reach for another step and the report, and whose.
    OverBudget(String),
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Ask a model with the talk as it is.
    Ask,
    /// Run a tool.
    Call(Request),
    /// Nothing more.
    End(End),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "end", content = "why", rename_all = "snake_case")]
pub enum End {
    /// With a report that can be read.
    Report,
    /// Without one, and why.
    Failed(Why),
    /// The budget stood against it before there was a report.
    OverBudget(String),
}

/// A call that was made, for people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked<T> {
    /// Counts rounds of calls from 1.
    pub step: u32,
    /// The tool's name.
    pub tool: T,
    /// What was asked of it, in a line.
    pub words: T,
    /// What it brought: ids of items.
    pub items: Vec<String>,
    /// Whether it did what it was asked; false too for what was not run.
    pub ok: bool,
}

/// An analysis on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What was said so far.
    pub talk: Talk,
    /// Every call so far, in order.
    pub asked: Vec<Asked<String>>,
    /// Rounds of calls so far.
    pub steps: u32,
    /// Time that was worked, in milliseconds.
    pub worked_ms: u64,
    guard: Guard,
    /// Calls that were run or answered, by tool and input.
    known: Vec<(String, u32)>,
    /// Rounds in a row that brought nothing new.
    idle: u32,
    fresh: bool,
    repaired: bool,
    /// A tool was called although they are withdrawn.
    insisted: bool,
    shrunk: bool,
    /// Calls of the newest answer that have no result yet, and the results of those before.
    open: Vec<Call>,
    results: Vec<ToolResult>,
    ended: Option<End>,
    /// The report as it was written.
    report: Option<String>,
}

impl Run {
    /// Begins with this talk.
    pub fn new(talk: Talk, guard: Guard) -> Self {
        Self {
            talk,
            asked: Vec::new(),
            steps: 0,
            worked_ms: 0,
            guard,
            known: Vec::new(),
            idle: 0,
            fresh: false,
            repaired: false,
            insisted: false,
            shrunk: false,
            open: Vec::new(),
            results: Vec::new(),
            ended: None,
            report: None,
        }
    }

    /// What is to be done next: the same again for the same state.
    pub fn action(&self, offer: &Offer) -> Action {
        match (&self.ended, self.open.first()) {
            (Some(end), _) => Action::End(end.clone()),
            (None, Some(call)) => match offer.read(call) {
                Ok(request) => Action::Call(request),
                // The configuration has changed since it was read.
                Err(why) => Action::End(End::Failed(Why::Said(why))),
            },
            (None, None) => Action::Ask,
        }
    }

    /// Takes in what happened and says what is to be done. `worked` is the time that went into it so far.
    pub fn next(&mut self, event: Event<'_>, offer: &Offer, limits: Limits, worked: Duration) -> Action {
        self.worked_ms = u64::try_from(worked.as_millis()).unwrap_or(u64::MAX);
        match event {
            Event::Said(spoken) => self.said(spoken, offer, limits),
            Event::Brought { text, ids, ok } => self.brought(text, ids, ok, offer, limits),
            Event::Unanswered(why) => self.end(End::Failed(Why::Said(why))),
            Event::OverBudget(why) if self.talk.withdrawn => self.end(End::OverBudget(why)),
            Event::OverBudget(_) => self.withdraw("The budget allows no further step."),
        }
        if self.ended.is_none() && worked >= limits.timeout {
            let seconds = limits.timeout.as_secs();
            self.end(End::Failed(Why::OutOfTime { seconds }));
        } else if self.ended.is_none() && self.open.is_empty() && worked >= limits.timeout * LAST_CALLS / 100
        {
            self.withdraw("The time is nearly up.");
        }
        self.action(offer)
    }

    /// The report that it ended with.
    ///
    /// # Errors
    /// When there is none.
    pub fn written(&self) -> Result<Written, AnswerError> {
        parse::report(self.report.as_deref().unwrap_or_default(), &|text| self.guard.leaks_into(text))
    }

    /// Tools can be called no more; said once.
    fn withdraw(&mut self, why: &str) {
        if !std::mem::replace(&mut self.talk.withdrawn, true) {
            self.talk.tell(&format!("{why} {}", prompt::WITHDRAWN));
        }
    }

    fn end(&mut self, end: End) {
        self.open.clear();
        self.ended = Some(end);
    }
}

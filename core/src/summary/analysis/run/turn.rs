//! What one answer of a model, and one result of a tool, change in a run.
//!
//! Knows which calls are answered without being run, and when a report is asked for again. Must not know the time.

use super::super::parse;
use super::super::prompt;
use super::super::spelled;
use super::super::talk::{Block, Call, Spoken, Stop, ToolResult, Turn};
use super::super::tools::{Offer, Request};
use super::{Asked, End, Limits, Run, Why};
use crate::evidence::Redacted;
use crate::summary::answer::AnswerError;

/// Calls of one answer that are run.
const CALLS: usize = 4;
/// Of what each tool brought, characters that are kept when the talk has become too long.
const SHRUNK: usize = 600;

impl Run {
    pub(super) fn said(&mut self, spoken: Spoken, offer: &Offer, limits: Limits) {
        match spoken.stop {
            Stop::Filtered => {
                return self.end(End::Failed(Why::Filtered));
            }
            Stop::Overflow if self.shrunk => return self.end(End::Failed(Why::TooLong)),
            Stop::Overflow => {
                self.shrunk = true;
                self.talk.shrink(SHRUNK);
                return self.withdraw("The talk has become too long.");
            }
            Stop::Complete | Stop::Malformed | Stop::Truncated => {}
        }
        let stop = spoken.stop;
        let (text, calls) = self.absorb(spoken, offer);
        if calls.iter().any(|call| self.guard.leaks_into(&call.input.to_string())) {
            return self.end(unusable(&AnswerError::Leak));
        }
        match (calls.is_empty(), stop) {
            (true, Stop::Malformed) => self.unread(limits),
            (true, _) => self.reported(text, stop == Stop::Truncated),
            (false, _) if self.talk.withdrawn => self.refuse(&calls),
            (false, _) => {
                self.steps += 1;
                (self.open, self.fresh) = (calls, false);
                if stop == Stop::Truncated {
                    self.answer_all("Nothing was run: the answer was cut off. Ask for less at once.");
                }
                self.settle(offer, limits);
            }
        }
    }

    /// Keeps what was said as a turn, each call under an id that no other has, and gives the words and the calls in it.
    fn absorb(&mut self, spoken: Spoken, offer: &Offer) -> (String, Vec<Call>) {
        let specs = offer.specs();
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        let mut blocks = spoken.blocks;
        let words = |blocks: &[Block]| -> String {
            blocks
                .iter()
                .filter_map(|block| if let Block::Text { text } = block { Some(text.as_str()) } else { None })
                .collect()
        };
        let text = words(&blocks);
        if !blocks.iter().any(|block| matches!(block, Block::Call(_)))
            && let Some(calls) = spelled::calls(&text, &names)
        {
            blocks.retain(|block| !matches!(block, Block::Text { .. }));
            blocks.extend(calls);
        }
        let mut taken: Vec<String> =
            self.talk.turns.iter().flat_map(Turn::calls).map(|call| call.id.clone()).collect();
        let mut calls = Vec::new();
        for block in &mut blocks {
            let Block::Call(call) = block else { continue };
            if !is_id(&call.id) || taken.contains(&call.id) {
                call.id = format!("call-{}", taken.len() + 1);
            }
            if !is_id(&call.name) {
                "unknown".clone_into(&mut call.name);
            }
            taken.push(call.id.clone());
            calls.push(call.clone());
        }
        if !blocks.iter().any(|block| !matches!(block, Block::Text { text } if text.trim().is_empty())) {
            blocks = vec![Block::Text { text: "(empty)".to_owned() }];
        }
        self.talk.turns.push(Turn::Model { model: spoken.model, blocks });
        (text, calls)
    }

    /// A call that not even the provider could read.
    fn unread(&mut self, limits: Limits) {
        self.steps += 1;
        self.fresh = false;
        self.talk.tell(
            "Your tool call could not be read. Its input has to be one JSON object of the tool's form.",
        );
        self.progress(limits);
    }

    /// An answer without a call is the report.
    fn reported(&mut self, text: String, truncated: bool) {
        let read = parse::report(&text, &|text| self.guard.leaks_into(text));
        let error = match read {
            Ok(_) => {
                self.report = Some(text);
                return self.end(End::Report);
            }
            Err(AnswerError::Leak) => return self.end(unusable(&AnswerError::Leak)),
            Err(_) if truncated => AnswerError::Truncated,
            Err(error) => error,
        };
        if std::mem::replace(&mut self.repaired, true) {
            return self.end(unusable(&error));
        }
        self.talk.tell(&format!("This could not be used: {error}. {}", prompt::ONLY_THE_REPORT));
    }

    /// Calls that come although tools are withdrawn: told once.
    fn refuse(&mut self, calls: &[Call]) {
        let result =
            |call: &Call| ToolResult { call: call.id.clone(), text: prompt::WITHDRAWN.to_owned(), ok: false };
        let results = calls.iter().map(result).collect();
        if std::mem::replace(&mut self.insisted, true) {
            return self.end(End::Failed(Why::Insisted));
        }
        let text = Some(prompt::ONLY_THE_REPORT.to_owned());
        self.talk.turns.push(Turn::Results { results, text });
    }

    /// Answers the calls that need no tool, up to the first that does; behind the last one the turn is over.
    fn settle(&mut self, offer: &Offer, limits: Limits) {
        while let Some(call) = self.open.first() {
            let key = format!("{} {}", call.name, call.input);
            let before = self.known.iter().find(|(known, _)| *known == key).map(|(_, step)| *step);
            let why = match offer.read(call) {
                _ if self.results.len() >= CALLS => {
                    Some(format!("Nothing was run: at most {CALLS} calls are run at once."))
                }
                Err(why) => Some(why),
                Ok(_) if before.is_some() => Some(format!(
                    "You asked exactly this in step {}; its result stands above, and nothing has changed. Ask something else.",
                    before.unwrap_or_default()
                )),
                Ok(_) => None,
            };
            let Some(why) = why else { return };
            let words =
                offer.read(call).map_or_else(|_| "what cannot be run".to_owned(), |request| request.words());
            self.close(&why, words, Vec::new(), false);
        }
        let results = std::mem::take(&mut self.results);
        self.talk.turns.push(Turn::Results { results, text: None });
        self.progress(limits);
    }

    /// What the tool of the first open call brought.
    pub(super) fn brought(
        &mut self,
        text: &Redacted,
        ids: Vec<String>,
        ok: bool,
        offer: &Offer,
        limits: Limits,
    ) {
        let Some(call) = self.open.first() else { return };
        let request = offer.read(call);
        let words = request.as_ref().map(Request::words).unwrap_or_default();
        let shown = prompt::result(&self.guard, &ids, text, request.ok().as_ref());
        self.known.push((format!("{} {}", call.name, call.input), self.steps));
        self.fresh |= ok;
        self.close(&shown, words, ids, ok);
        self.settle(offer, limits);
    }

    /// The first open call has its result.
    fn close(&mut self, text: &str, words: String, items: Vec<String>, ok: bool) {
        let call = self.open.remove(0);
        self.results.push(ToolResult { call: call.id, text: text.to_owned(), ok });
        self.asked.push(Asked { step: self.steps, tool: call.name, words, items, ok });
    }

    fn answer_all(&mut self, why: &str) {
        while !self.open.is_empty() {
            self.close(why, "what was cut off".to_owned(), Vec::new(), false);
        }
    }

    /// After a round: whether another may follow.
    fn progress(&mut self, limits: Limits) {
        self.idle = if self.fresh { 0 } else { self.idle + 1 };
        if self.steps >= limits.max_steps {
            self.withdraw(&format!("All {} steps are used.", limits.max_steps));
        } else if self.idle == 1 {
            self.talk.tell(prompt::NOTHING_NEW);
        } else if self.idle > 1 {
            self.withdraw("Two steps in a row brought nothing new.");
        }
    }
}

impl Turn {
    fn calls(&self) -> impl Iterator<Item = &Call> {
        let blocks = if let Self::Model { blocks, .. } = self { blocks.as_slice() } else { &[] };
        blocks.iter().filter_map(|block| if let Block::Call(call) = block { Some(call) } else { None })
    }
}

fn unusable(error: &AnswerError) -> End {
    End::Failed(Why::Unusable { error: error.to_string() })
}

/// What every provider takes as an id or a name.
fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

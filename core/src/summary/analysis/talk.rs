//! The talk with a model that may call tools, in no provider's form: it is kept in Postgres and goes on from there.
//!
//! Knows turns, calls and what may follow what. Must not know a provider, nor what a tool does.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most tokens that one answer may have, a report included.
pub const ANSWER_TOKENS: u32 = 4_000;

/// A tool, as a model is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// At most 64 letters, digits, `_` and `-`: what all providers take.
    pub name: String,
    /// What it brings, and when to use it.
    pub description: String,
    /// JSON Schema of its input: an object.
    pub input: Value,
}

/// Everything that a request is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Talk {
    /// The rules that are the same for every incident, so that a provider can keep them.
    pub rules: String,
    /// The rules of this talk alone: its fence and its canary.
    pub own: String,
    /// Stay with the request even when they may not be called any more: the history holds calls (FACTS F).
    pub tools: Vec<Spec>,
    /// Whether they may not be called any more.
    pub withdrawn: bool,
    /// Begins and, whenever a model is asked, ends with what the user's side says.
    pub turns: Vec<Turn>,
}

/// What one side said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "turn", rename_all = "snake_case")]
pub enum Turn {
    /// Words of ours.
    User {
        /// Never empty.
        text: String,
    },
    /// What a model answered.
    Model {
        /// Whose words these are: thoughts go back to no other model.
        model: String,
        /// In the order in which they came; never empty.
        blocks: Vec<Block>,
    },
    /// The results of all calls of the turn before, in one turn.
    Results {
        /// One for each call.
        results: Vec<ToolResult>,
        /// What else is to be said.
        text: Option<String>,
    },
}

/// A piece of what a model said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// Its words.
    Text {
        /// May be empty.
        text: String,
    },
    /// A tool that it wants called.
    Call(Call),
    /// What it thought aloud; goes back as it came.
    Thought {
        /// Its words.
        text: String,
        /// By which the provider knows that they were not changed.
        signature: Option<String>,
    },
    /// A thought that only the provider can read, in base64; goes back as it came.
    Sealed {
        /// What came.
        data: String,
    },
}

/// A tool that a model wants called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Unique in the talk.
    pub id: String,
    /// As the model wrote it: there may be no such tool.
    pub name: String,
    /// An object, unless it could not be read.
    pub input: Value,
    /// Why the input could not be read.
    pub fault: Option<String>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The call's id.
    pub call: String,
    /// For the model; never empty.
    pub text: String,
    /// Whether the tool did what it was asked.
    pub ok: bool,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It was done, or wants tools called.
    Complete,
    /// A call in it could not be read by the provider.
    Malformed,
    /// It reached the limit of its length.
    Truncated,
    /// A filter of the provider withheld it.
    Filtered,
    /// The talk is too long for the model.
    Overflow,
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// The model's id.
    pub model: String,
    /// In the order in which they came.
    pub blocks: Vec<Block>,
    /// Why it ended.
    pub stop: Stop,
}

impl Talk {
    /// The tokens that asking may read and write at worst: three bytes to a token, as for summaries.
    pub fn worst_case_tokens(&self) -> (u64, u64) {
        let tools: usize = self.tools.iter().map(|tool| tool.description.len() + json_len(&tool.input)).sum();
        let bytes =
            self.rules.len() + self.own.len() + tools + self.turns.iter().map(Turn::len).sum::<usize>();
        ((bytes as u64).div_ceil(3), u64::from(ANSWER_TOKENS))
    }

    /// Its size in tokens, by the rule of four characters to a token: for servers that do not count.
    pub fn tokens(&self) -> u64 {
        self.worst_case_tokens().0 * 3 / 4
    }

    /// Adds words of ours to what the user's side says last.
    pub fn tell(&mut self, words: &str) {
        match self.turns.last_mut() {
            Some(Turn::User { text }) => *text = format!("{text}\n{words}"),
            Some(Turn::Results { text: Some(text), .. }) => *text = format!("{text} {words}"),
            Some(Turn::Results { text, .. }) => *text = Some(words.to_owned()),
            Some(Turn::Model { .. }) | None => self.turns.push(Turn::User { text: words.to_owned() }),
        }
    }

    /// Cuts what tools brought to its beginnings, `most` characters each.
    pub fn shrink(&mut self, most: usize) {
        for turn in &mut self.turns {
            let Turn::Results { results, .. } = turn else { continue };
            for result in results.iter_mut().filter(|result| result.text.chars().count() > most) {
                let kept: String = result.text.chars().take(most).collect();
                result.text = format!("{kept}\n(cut here, because the talk became too long)");
            }
        }
    }
}

impl Turn {
    fn len(&self) -> usize {
        match self {
            Self::User { text } => text.len(),
            Self::Model { blocks, .. } => blocks.iter().map(Block::len).sum(),
            Self::Results { results, text } => {
                results.iter().map(|result| result.text.len() + result.call.len()).sum::<usize>()
                    + text.as_ref().map_or(0, String::len)
            }
        }
    }
}

impl Block {
    fn len(&self) -> usize {
        match self {
            Self::Text { text } => text.len(),
            Self::Call(call) => call.name.len() + call.id.len() + json_len(&call.input),
            Self::Thought { text, signature } => text.len() + signature.as_ref().map_or(0, String::len),
            Self::Sealed { data } => data.len(),
        }
    }
}

fn json_len(value: &Value) -> usize {
    value.to_string().len()
}

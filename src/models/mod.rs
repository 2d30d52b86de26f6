//! Door: network. The models that may be asked, and what can go wrong with them.
//!
//! Knows providers. Must not know incidents: a prompt comes in, text goes out.

mod bedrock;
mod openai;
mod summarise;
#[cfg(test)]
mod tests;

use std::time::Duration;

use firstlook_core::summary::prompt::Prompt;
use tokio::time::{Instant, timeout_at};

pub use bedrock::Bedrock;
pub use openai::{OpenAi, OpenAiSettings};
pub use summarise::{Job, summarise};

/// The longest response that is read, in bytes.
const RESPONSE_BYTES: usize = 1024 * 1024;
/// How much of a server's own words an error repeats, in characters.
const QUOTED_CHARS: usize = 200;

/// A model that can be asked.
#[derive(Debug, Clone)]
pub enum Model {
    /// Through the Converse API.
    Bedrock(Bedrock),
    /// Through `/chat/completions`.
    OpenAi(OpenAi),
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its words; may be empty.
    pub text: String,
    /// Tokens of the prompt; estimated where the server does not say.
    pub input_tokens: u64,
    /// Tokens of the answer; estimated where the server does not say.
    pub output_tokens: u64,
    /// Why it ended.
    pub stop: Stop,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It was done.
    Complete,
    /// It reached the limit of its length.
    Truncated,
    /// A filter of the provider withheld it.
    Filtered,
    /// The prompt was too long for the model.
    Overflow,
}

/// Whether asking again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It may: throttled, overloaded, a broken connection (FACTS F).
    Retry,
    /// It will not.
    Fail,
    /// There is no time left.
    Deadline,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ModelError {
    /// Whether asking again may help.
    pub class: Class,
    /// One sentence for people, with the remedy where there is one.
    pub reason: String,
    /// How long the server asks to be left alone.
    pub after: Option<Duration>,
}

impl ModelError {
    fn retry(reason: impl Into<String>) -> Self {
        Self { class: Class::Retry, reason: reason.into(), after: None }
    }

    fn fail(reason: impl Into<String>) -> Self {
        Self { class: Class::Fail, reason: reason.into(), after: None }
    }
}

impl Model {
    /// The configured id.
    pub fn id(&self) -> &str {
        match self {
            Self::Bedrock(model) => model.id(),
            Self::OpenAi(model) => model.id(),
        }
    }

    /// Asks once, without a retry, until `deadline`.
    ///
    /// # Errors
    /// When there is no answer in time, or what came is none.
    pub async fn ask(&self, prompt: &Prompt, deadline: Instant) -> Result<Answer, ModelError> {
        // Boxed: the SDK's futures are tens of kilobytes.
        let asked: std::pin::Pin<Box<dyn Future<Output = Result<Answer, ModelError>> + Send + '_>> =
            match self {
                Self::Bedrock(model) => Box::pin(model.ask(prompt)),
                Self::OpenAi(model) => Box::pin(model.ask(prompt)),
            };
        let reason = "The model did not answer in time.".to_owned();
        let late = ModelError { class: Class::Deadline, reason, after: None };
        timeout_at(deadline, asked).await.unwrap_or(Err(late))
    }
}

/// Four characters are a token (DESIGN section 4).
fn estimated_tokens(text: &str) -> u64 {
    (text.chars().count() as u64).div_ceil(4)
}

/// Whether a status is worth another try: both kinds of servers mean the same by them (FACTS F).
fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 424 | 425 | 429) || status >= 500
}

/// A server's own words, on one line and bounded.
fn quoted(words: &str) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(QUOTED_CHARS).collect()
}

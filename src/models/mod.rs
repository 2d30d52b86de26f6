//! Door: network. The models that may be asked, and what can go wrong with them.
//!
//! Knows providers. Must not know incidents: a prompt comes in, text goes out.

mod bedrock;
mod breaker;
mod converse;
mod extras;
mod openai;
mod summarise;
#[cfg(test)]
mod tests;

use std::time::Duration;

use breaker::Breaker;
use firstlook_core::summary::analysis::talk::{Spoken, Talk};
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::price::{Prices, Tokens};
use firstlook_core::summary::prompt::Prompt;
use rand::Rng;
use tokio::time::{Instant, timeout_at};

pub use bedrock::{Bedrock, BedrockSettings};
pub use converse::Heard;
pub use openai::{OpenAi, OpenAiSettings};
pub use summarise::{Job, summarise};

/// The longest response that is read, in bytes.
const RESPONSE_BYTES: usize = 1024 * 1024;
/// How much of a server's own words an error repeats, in characters.
const QUOTED_CHARS: usize = 200;
/// Pauses are up to so much longer, so that replicas do not come back together.
const JITTER: f64 = 0.25;
/// Of the time that is left, what a model may take while another stands behind it.
const SHARE: f64 = 0.6;
/// With less than this left, no further model is asked.
const LEAST: Duration = Duration::from_secs(3);
/// Said of a model behind others that took all the time.
const NO_TIME: &str = "No time was left to ask it.";
/// Said of a prompt that does not fit, however the provider tells it.
const TOO_LONG: &str = "The prompt is too long for the model. Lower evidence.pack_tokens.";

/// A model that can be asked.
#[derive(Debug, Clone)]
pub enum Model {
    /// Through the Converse API.
    Bedrock(Bedrock),
    /// Through `/chat/completions`.
    OpenAi(OpenAi),
}

/// The models that may be asked, in this order.
#[derive(Debug, Default)]
pub struct Models(Vec<Asked>);

/// One of them.
#[derive(Debug)]
struct Asked {
    model: Model,
    prices: Option<Prices>,
    breaker: Breaker,
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its words; may be empty.
    pub text: String,
    /// What it took; estimated where the server does not say.
    pub tokens: Tokens,
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

/// Whether asking again may help, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It asks for patience: 429, and a model that is being loaded (FACTS F).
    Throttled,
    /// It may be another time: overloaded, failed within, a broken connection.
    Passing,
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

impl Class {
    /// The seconds before each further try, where the server does not ask for others.
    fn pauses(self) -> &'static [u64] {
        match self {
            Self::Throttled => &[2, 5],
            Self::Passing => &[1],
            Self::Fail | Self::Deadline => &[],
        }
    }
}

impl ModelError {
    /// When to ask again after so many further tries; `None` where that does not help, or would be after the `deadline`.
    fn again(&self, tries: usize, deadline: Instant) -> Option<Instant> {
        let pause = self.class.pauses().get(tries).copied().map(Duration::from_secs)?;
        let pause = self.after.unwrap_or_else(|| pause.mul_f64(1.0 + rand::rng().random_range(0.0..JITTER)));
        // A server may ask for a wait that no clock can hold: that, too, is past the deadline.
        Instant::now().checked_add(pause).filter(|again| *again < deadline)
    }

    fn throttled(reason: impl Into<String>) -> Self {
        Self { class: Class::Throttled, reason: reason.into(), after: None }
    }

    fn passing(reason: impl Into<String>) -> Self {
        Self { class: Class::Passing, reason: reason.into(), after: None }
    }

    fn fail(reason: impl Into<String>) -> Self {
        Self { class: Class::Fail, reason: reason.into(), after: None }
    }
}

impl Models {
    /// These models, each with what its tokens cost.
    pub fn new(models: impl IntoIterator<Item = (Model, Option<Prices>)>) -> Self {
        let asked = |(model, prices)| Asked { model, prices, breaker: Breaker::default() };
        Self(models.into_iter().map(asked).collect())
    }

    /// The id of the one that is asked first; `None` where there is none.
    pub fn first(&self) -> Option<&str> {
        self.0.first().map(|asked| asked.model.id())
    }

    /// Until when the model at `place` may take, where all together have until `deadline`; `None` where too little is left
    /// to ask another one.
    fn turn(&self, place: usize, deadline: Instant) -> Option<Instant> {
        let now = Instant::now();
        let left = deadline.saturating_duration_since(now);
        match place + 1 == self.0.len() {
            _ if place > 0 && left < LEAST => None,
            true => Some(deadline),
            false => Some(now + left.mul_f64(SHARE)),
        }
    }

    /// What a summary may use at worst: all of them are asked in vain, one after another.
    pub fn worst_case(&self, prompt: &Prompt) -> Spent {
        self.worst_of(prompt.worst_case_tokens())
    }

    /// What one answer in a talk may use at worst, as for a summary.
    pub fn worst_case_of(&self, talk: &Talk) -> Spent {
        self.worst_of(talk.worst_case_tokens())
    }

    fn worst_of(&self, (input, output): (u64, u64)) -> Spent {
        self.0.iter().fold(Spent::default(), |spent, asked| Spent {
            tokens: spent.tokens + input + output,
            micro_usd: spent
                .micro_usd
                .saturating_add(asked.prices.map_or(0, |prices| prices.worst(input, output))),
        })
    }
}

/// Why there is no answer; whose reason it is, where several were asked.
fn told(failed: &[(&str, String)]) -> String {
    match failed {
        [(_, reason)] => reason.clone(),
        _ => failed.iter().map(|(id, reason)| format!("{id}: {reason}")).collect::<Vec<_>>().join(" "),
    }
}

/// Boxed: the SDK's futures are tens of kilobytes.
type Asking<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, ModelError>> + Send + 'a>>;

/// What a model said in a talk, and the tokens that it took.
struct Said {
    spoken: Spoken,
    tokens: Tokens,
}

fn late() -> ModelError {
    ModelError { class: Class::Deadline, reason: "The model did not answer in time.".to_owned(), after: None }
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
        let asked: Asking<'_, Answer> = match self {
            Self::Bedrock(model) => Box::pin(model.ask(prompt)),
            Self::OpenAi(model) => Box::pin(model.ask(prompt)),
        };
        timeout_at(deadline, asked).await.unwrap_or_else(|_| Err(late()))
    }

    /// Asks what comes next in `talk`, as [`Model::ask`] does.
    ///
    /// # Errors
    /// As [`Model::ask`]; a talk that is too long is an answer.
    async fn talk(&self, talk: &Talk, deadline: Instant) -> Result<Said, ModelError> {
        let asked: Asking<'_, Said> = match self {
            Self::Bedrock(model) => Box::pin(model.talk(talk)),
            Self::OpenAi(model) => Box::pin(model.talk(talk)),
        };
        timeout_at(deadline, asked).await.unwrap_or_else(|_| Err(late()))
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

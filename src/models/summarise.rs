//! Asks a model for the summary of an incident: one call, at most one retry and one repair, one deadline.
//!
//! Knows how often and how long to ask. Must not know what makes a sentence true (core's grounding does). It always
//! returns a summary: every failure is one, in words for people.

use std::time::Duration;

use chrono::{DateTime, Utc};
use firstlook_core::evidence::{Item, Redactor};
use firstlook_core::summary::Summary;
use firstlook_core::summary::answer::{self, AnswerError};
use firstlook_core::summary::grounding::ground;
use firstlook_core::summary::outcome::{Outcome, Usage};
use firstlook_core::summary::prompt::Prompt;
use tokio::time::{Instant, sleep_until};

use super::{Answer, Class, Model, ModelError, Stop};

/// Before a retry, where the server does not say how long to wait.
const PAUSE: Duration = Duration::from_secs(1);

/// What is to be summarised.
#[derive(Debug)]
pub struct Job<'a> {
    /// What to ask.
    pub prompt: Prompt,
    /// The evidence that answers are held against.
    pub items: &'a [Item],
    /// For all that is told.
    pub redactor: &'a Redactor,
    /// `en` or `ja`.
    pub language: &'a str,
    /// For everything together: `summary.timeout`.
    pub timeout: Duration,
    /// When the hop began.
    pub now: DateTime<Utc>,
}

/// Asks `model` and holds its answer against the evidence.
pub async fn summarise(model: &Model, job: Job<'_>) -> Summary {
    let started = Instant::now();
    let deadline = started + job.timeout;
    let mut talk = Talk { model, deadline, usage: Usage::default(), may_retry: true };
    let answered = talk.answer(&job.prompt).await;
    let took = started.elapsed();
    let outcome = Outcome {
        language: job.language,
        model: Some(model.id()),
        usage: Usage { duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX), ..talk.usage },
        written_at: job.now + took,
        redactor: job.redactor,
    };
    match answered {
        Ok(answer) => outcome.answered(ground(&answer, job.items, job.redactor)),
        Err(Failure::Late) => {
            outcome.failed(&format!("The model did not answer within {} s.", job.timeout.as_secs_f32()))
        }
        Err(Failure::Because(reason)) => outcome.failed(&reason),
    }
}

/// Why there is no answer that could be read.
enum Failure {
    Late,
    Because(String),
}

struct Talk<'a> {
    model: &'a Model,
    deadline: Instant,
    usage: Usage,
    may_retry: bool,
}

impl Talk<'_> {
    /// Asks, and once more with what was wrong where the answer cannot be read.
    async fn answer(&mut self, prompt: &Prompt) -> Result<answer::Answer, Failure> {
        let (said, error) = match self.read(prompt).await? {
            Ok(answer) => return Ok(answer),
            Err((_, AnswerError::Leak)) => return Err(unusable(&AnswerError::Leak)),
            Err(unread) => unread,
        };
        match self.read(&prompt.repair(&said, &error)).await? {
            Ok(answer) => Ok(answer),
            Err((_, error)) => Err(unusable(&error)),
        }
    }

    /// One answer, parsed; else its words and what is wrong with them.
    async fn read(
        &mut self,
        prompt: &Prompt,
    ) -> Result<Result<answer::Answer, (String, AnswerError)>, Failure> {
        let said = self.asked(prompt).await?;
        match said.stop {
            Stop::Filtered => return Err(because("The provider's filter withheld the model's answer.")),
            Stop::Overflow => {
                return Err(because("The prompt is too long for the model. Lower evidence.pack_tokens."));
            }
            Stop::Complete | Stop::Truncated => {}
        }
        Ok(answer::parse(&said.text, prompt).map_err(|error| match (error, said.stop) {
            (AnswerError::Leak, _) => (said.text, AnswerError::Leak),
            (_, Stop::Truncated) => (said.text, AnswerError::Truncated),
            (error, _) => (said.text, error),
        }))
    }

    /// One answer, after a retry where that may help and nothing has been retried yet.
    async fn asked(&mut self, prompt: &Prompt) -> Result<Answer, Failure> {
        loop {
            let error = match self.model.ask(prompt, self.deadline).await {
                Ok(said) => {
                    self.usage.input_tokens += said.input_tokens;
                    self.usage.output_tokens += said.output_tokens;
                    return Ok(said);
                }
                Err(error) => error,
            };
            let again = self.again(&error, prompt)?;
            self.may_retry = false;
            sleep_until(again).await;
        }
    }

    /// When to ask again after `error`.
    fn again(&mut self, error: &ModelError, prompt: &Prompt) -> Result<Instant, Failure> {
        if error.class == Class::Deadline {
            // It may be writing still, and will be paid for.
            self.usage.input_tokens += prompt.tokens();
            return Err(Failure::Late);
        }
        // A server may ask for a wait that no clock can hold: that, too, is past the deadline.
        let again = Instant::now().checked_add(error.after.unwrap_or(PAUSE));
        let again =
            again.filter(|again| error.class != Class::Fail && self.may_retry && *again < self.deadline);
        again.ok_or_else(|| because(&error.reason))
    }
}

fn because(reason: &str) -> Failure {
    Failure::Because(reason.trim().to_owned())
}

fn unusable(error: &AnswerError) -> Failure {
    because(&format!("The model's answer could not be used: {error}."))
}

//! Asks the models for the summary of an incident, one after another: one call, a few retries, one repair, one deadline.
//!
//! Knows how often and how long to ask, and whom. Must not know what makes a sentence true (core's grounding does). It
//! always returns a summary: every failure is one, in words for people.

use std::time::Duration;

use chrono::{DateTime, Offset, Utc};
use firstlook_core::Language;
use firstlook_core::evidence::{Item, Redacted, Redactor};
use firstlook_core::summary::Summary;
use firstlook_core::summary::answer::{self, AnswerError};
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::grounding::{Evidence, ground};
use firstlook_core::summary::outcome::{Outcome, Usage};
use firstlook_core::summary::price::Tokens;
use firstlook_core::summary::prompt::Prompt;
use tokio::time::{Instant, sleep_until};

use super::{Answer, Asked, Class, ModelError, Models, NO_TIME, Stop, TOO_LONG, told};

/// What is to be summarised.
#[derive(Debug)]
pub struct Job<'a> {
    /// What to ask.
    pub prompt: Prompt,
    /// The evidence that answers are held against.
    pub items: &'a [Item],
    /// What the prompt tells of it.
    pub pack: &'a Redacted,
    /// For all that is told.
    pub redactor: &'a Redactor,
    /// In which all that is told is told.
    pub language: Language,
    /// For everything together: `summary.timeout`.
    pub timeout: Duration,
    /// When the hop began.
    pub now: DateTime<Utc>,
}

/// Asks `models` in their order until one answers, and holds its answer against the evidence. Beside the summary: what
/// asking took.
pub async fn summarise(models: &Models, job: Job<'_>) -> (Summary, Spent) {
    let started = Instant::now();
    let deadline = started + job.timeout;
    let mut usage = Usage { micro_usd: Some(0), ..Usage::default() };
    let mut failed: Vec<(&str, String)> = Vec::new();
    let mut answered = None;
    for (place, asked) in models.0.iter().enumerate() {
        let Some(until) = models.turn(place, deadline) else {
            failed.push((asked.model.id(), NO_TIME.to_owned()));
            continue;
        };
        match ask(asked, &job.prompt, until, &mut usage).await {
            Ok(answer) => {
                answered = Some((asked.model.id(), answer));
                break;
            }
            Err(reason) => failed.push((asked.model.id(), reason)),
        }
    }
    let took = started.elapsed();
    usage.duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let model = answered.as_ref().map_or(models.first(), |(id, _)| Some(id));
    let written_at = job.now + took;
    let spent = Spent { tokens: usage.tokens.all(), micro_usd: usage.micro_usd.unwrap_or(0) };
    let outcome = Outcome { language: job.language, model, usage, written_at, redactor: job.redactor };
    let summary = match answered {
        Some((_, answer)) => {
            let instead = (!failed.is_empty()).then(|| told(&failed));
            // Times are told in UTC alone yet.
            let evidence =
                Evidence { items: job.items, pack: job.pack, zone: Utc.fix(), language: job.language };
            outcome.answered(ground(&answer, &evidence, job.redactor), instead.as_deref())
        }
        None => outcome.failed(&told(&failed)),
    };
    (summary, spent)
}

/// One model's answer, and what it took.
async fn ask(
    asked: &Asked,
    prompt: &Prompt,
    deadline: Instant,
    usage: &mut Usage,
) -> Result<answer::Answer, String> {
    asked.breaker.pass(Instant::now())?;
    let timeout = deadline.saturating_duration_since(Instant::now());
    let mut talk = Talk { asked, deadline, tokens: Tokens::default(), tries: 0 };
    let answered = talk.answer(prompt).await;
    usage.tokens += talk.tokens;
    let cost = asked.prices.map(|prices| prices.of(talk.tokens));
    usage.micro_usd = usage.micro_usd.zip(cost).map(|(all, cost)| all.saturating_add(cost));
    match answered {
        Err(Failure::Unreached(reason)) => {
            asked.breaker.failed(Instant::now(), &reason);
            Err(reason)
        }
        Err(Failure::Late) => {
            let reason = format!("The model did not answer within {:.3} s.", timeout.as_secs_f64());
            let reason = reason.replace(".000 s", " s");
            asked.breaker.failed(Instant::now(), &reason);
            Err(reason)
        }
        Err(Failure::Useless(reason)) => {
            asked.breaker.answered();
            Err(reason)
        }
        Ok(answer) => {
            asked.breaker.answered();
            Ok(answer)
        }
    }
}

/// Why there is no answer that could be read.
enum Failure {
    /// It hung.
    Late,
    /// It did not answer: its breaker counts that.
    Unreached(String),
    /// It answered, and that is of no use.
    Useless(String),
}

struct Talk<'a> {
    asked: &'a Asked,
    deadline: Instant,
    tokens: Tokens,
    /// Further tries so far, over the question and its repair.
    tries: usize,
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
            Stop::Filtered => return Err(useless("The provider's filter withheld the model's answer.")),
            Stop::Overflow => return Err(useless(TOO_LONG)),
            Stop::Complete | Stop::Truncated => {}
        }
        Ok(answer::parse(&said.text, prompt).map_err(|error| match (error, said.stop) {
            (AnswerError::Leak, _) => (said.text, AnswerError::Leak),
            (_, Stop::Truncated) => (said.text, AnswerError::Truncated),
            (error, _) => (said.text, error),
        }))
    }

    /// One answer, after further tries where they may help.
    async fn asked(&mut self, prompt: &Prompt) -> Result<Answer, Failure> {
        loop {
            let error = match self.asked.model.ask(prompt, self.deadline).await {
                Ok(said) => {
                    self.tokens += said.tokens;
                    return Ok(said);
                }
                Err(error) => error,
            };
            let again = self.again(&error, prompt)?;
            self.tries += 1;
            sleep_until(again).await;
        }
    }

    /// When to ask again after `error`.
    fn again(&mut self, error: &ModelError, prompt: &Prompt) -> Result<Instant, Failure> {
        if error.class == Class::Deadline {
            // It may be writing still, and will be paid for.
            self.tokens += Tokens::plain(prompt.tokens(), 0);
            return Err(Failure::Late);
        }
        error
            .again(self.tries, self.deadline)
            .ok_or_else(|| Failure::Unreached(error.reason.trim().to_owned()))
    }
}

fn useless(reason: &str) -> Failure {
    Failure::Useless(reason.to_owned())
}

fn unusable(error: &AnswerError) -> Failure {
    useless(&format!("The model's answer could not be used: {error}."))
}

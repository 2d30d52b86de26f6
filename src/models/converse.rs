//! Asks the models what comes next in a talk, one after another: a few retries, one deadline.
//!
//! Knows how often and how long to ask, and whom. Must not know what the talk is about.

use firstlook_core::summary::analysis::talk::{Spoken, Talk};
use firstlook_core::summary::budget::Spent;
use tokio::time::{Instant, sleep_until};

use super::{Asked, Class, Models, NO_TIME, Said, told};

/// What came of asking.
#[derive(Debug)]
pub struct Heard {
    /// What the first model that answered said; else why none did.
    pub spoken: Result<Spoken, String>,
    /// Tokens that went in, whoever was asked.
    pub input_tokens: u64,
    /// Tokens that came out.
    pub output_tokens: u64,
    /// Both, and what they cost where prices are known.
    pub spent: Spent,
}

impl Models {
    /// What comes next in `talk`, until `deadline`.
    pub async fn converse(&self, talk: &Talk, deadline: Instant) -> Heard {
        let nobody = Err("No model is configured. Set summary.provider.".to_owned());
        let mut heard = Heard { spoken: nobody, input_tokens: 0, output_tokens: 0, spent: Spent::default() };
        let mut failed: Vec<(&str, String)> = Vec::new();
        for (place, asked) in self.0.iter().enumerate() {
            let spoken = match self.turn(place, deadline) {
                Some(until) => asked.converse(talk, until, &mut heard).await,
                None => Err(NO_TIME.to_owned()),
            };
            match spoken {
                Ok(spoken) => {
                    heard.spoken = Ok(spoken);
                    return heard;
                }
                Err(reason) => failed.push((asked.model.id(), reason)),
            }
            heard.spoken = Err(told(&failed));
        }
        heard
    }

    /// Whether prices of all of them are known.
    pub fn priced(&self) -> bool {
        self.0.iter().all(|asked| asked.prices.is_some())
    }
}

impl Asked {
    async fn converse(&self, talk: &Talk, deadline: Instant, heard: &mut Heard) -> Result<Spoken, String> {
        self.breaker.pass(Instant::now())?;
        let mut tries = 0;
        loop {
            let error = match self.model.talk(talk, deadline).await {
                Ok(Said { spoken, input_tokens, output_tokens }) => {
                    self.breaker.answered();
                    self.charge(heard, input_tokens, output_tokens);
                    return Ok(spoken);
                }
                Err(error) => error,
            };
            if error.class == Class::Deadline {
                // It may be writing still, and will be paid for.
                self.charge(heard, talk.tokens(), 0);
            }
            let Some(again) = error.again(tries, deadline) else {
                let reason = error.reason.trim();
                self.breaker.failed(Instant::now(), reason);
                return Err(reason.to_owned());
            };
            tries += 1;
            sleep_until(again).await;
        }
    }

    fn charge(&self, heard: &mut Heard, input: u64, output: u64) {
        heard.input_tokens += input;
        heard.output_tokens += output;
        heard.spent.tokens += input + output;
        let cost = self.prices.map_or(0, |prices| prices.of(input, output));
        heard.spent.micro_usd = heard.spent.micro_usd.saturating_add(cost);
    }
}

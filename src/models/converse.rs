//! Asks the models what comes next in a talk, one after another: a few retries, one deadline.
//!
//! Knows how often and how long to ask, and whom. Must not know what the talk is about.

use firstlook_core::summary::analysis::talk::{Spoken, Talk};
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::price::Tokens;
use tokio::time::{Instant, sleep_until};

use super::{Asked, Class, Models, NO_TIME, Said, told};

/// What came of asking.
#[derive(Debug)]
pub struct Heard {
    /// What the first model that answered said; else why none did.
    pub spoken: Result<Spoken, String>,
    /// What went in and came out, whoever was asked.
    pub tokens: Tokens,
    /// Both, and what they cost where prices are known.
    pub spent: Spent,
}

impl Models {
    /// What comes next in `talk`, until `deadline`.
    pub async fn converse(&self, talk: &Talk, deadline: Instant) -> Heard {
        let nobody = Err("No model is configured. Set summary.provider.".to_owned());
        let mut heard = Heard { spoken: nobody, tokens: Tokens::default(), spent: Spent::default() };
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
                Ok(Said { spoken, tokens }) => {
                    self.breaker.answered();
                    self.charge(heard, tokens);
                    return Ok(spoken);
                }
                Err(error) => error,
            };
            if error.class == Class::Deadline {
                // It may be writing still, and will be paid for.
                self.charge(heard, Tokens::plain(talk.tokens(), 0));
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

    fn charge(&self, heard: &mut Heard, tokens: Tokens) {
        heard.tokens += tokens;
        heard.spent.tokens = heard.spent.tokens.saturating_add(tokens.all());
        let cost = self.prices.map_or(0, |prices| prices.of(tokens));
        heard.spent.micro_usd = heard.spent.micro_usd.saturating_add(cost);
    }
}

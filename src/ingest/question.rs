//! What is asked about days, as the API and the commands take it: what it has to be, and the look that it becomes.
//!
//! Knows its limits. Must not know who asks, nor what the answer is.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::evidence::days::{Days, MOST_DAYS};
use firstlook_core::evidence::{About, Window};
use firstlook_core::notify::{all_findings, days_of, services_of};
use serde::Deserialize;
use uuid::Uuid;

use super::Look;

/// Characters of a question, as many as a form of Slack's takes.
const CHARACTERS: usize = 1_000;
/// What was first seen in so many days is new, where nobody says another number.
const USUAL_DAYS: u32 = 7;

/// A question about metrics.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// In the words of whoever asks.
    pub question: String,
    /// About so many days until now.
    pub days: u32,
    /// About these services, where somebody knows.
    #[serde(default)]
    pub services: Vec<String>,
}

/// What security services have found that is open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFindings {
    /// What began in so many days until now is new; a week where nothing is said.
    #[serde(default)]
    pub days: Option<u32>,
    /// What matters in particular, where somebody says so.
    #[serde(default)]
    pub question: String,
}

impl Question {
    /// What is looked at for it, as of `now`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn look(self, actor: &str, now: DateTime<Utc>) -> Result<Look, String> {
        let seen = said(&self.question);
        if seen.is_empty() || seen.chars().count() > CHARACTERS {
            return Err(format!("`question` has to have 1 to {CHARACTERS} characters"));
        }
        let (_, time) = until_now(self.days, now)?;
        let services = services_of(&self.services);
        if services.len() != self.services.len() {
            return Err("`services` takes at most five different names".to_owned());
        }
        Ok(look(About::Insight, actor, seen, services, time))
    }
}

impl OpenFindings {
    /// What is looked at for it, as of `now`; `language` says what is asked where nobody does.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn look(self, actor: &str, language: Language, now: DateTime<Utc>) -> Result<Look, String> {
        let (days, time) = until_now(self.days.unwrap_or(USUAL_DAYS), now)?;
        let mut seen = said(&self.question);
        if seen.chars().count() > CHARACTERS {
            return Err(format!("`question` has to have at most {CHARACTERS} characters"));
        }
        if seen.is_empty() {
            seen = all_findings(language, days);
        }
        Ok(look(About::Findings, actor, seen, Vec::new(), time))
    }
}

fn said(question: &str) -> String {
    question.replace('\0', "\u{fffd}").trim().to_owned()
}

fn until_now(days: u32, now: DateTime<Utc>) -> Result<(u32, Window), String> {
    let days = days_of(&days.to_string()).ok_or_else(|| format!("`days` has to be from 1 to {MOST_DAYS}"))?;
    Ok((days, Days::back(days, now).window))
}

fn look(about: About, actor: &str, seen: String, services: Vec<String>, time: Window) -> Look {
    let id = format!("{}-{}", about.name(), Uuid::now_v7());
    Look { id, actor: actor.to_owned(), seen, services, time, route: None, about }
}

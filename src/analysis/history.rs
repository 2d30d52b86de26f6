//! What was known before: earlier incidents that share words, and what documents say of them.
//!
//! Knows who remembers. Must not know the loop.

use std::collections::BTreeSet;

use firstlook_core::evidence::passages::{self, Answer as Passages};
use firstlook_core::evidence::similar::Traits;
use firstlook_core::evidence::{Item, Kind, Redacted};

use super::tools::{Answer, item};
use super::{Analyze, Work};
use crate::evidence::knowledge_base;
use crate::store::StoreError;

/// Earlier incidents that are told.
const MOST_EARLIER: usize = 10;

impl Analyze {
    /// Incidents of other groups that share these words, and passages that are near to them.
    pub(super) async fn history(&self, work: &Work<'_>, words: &[String]) -> Result<Answer, StoreError> {
        let mut new: Vec<Item> = self.earlier(work, words).await?.into_iter().collect();
        let (documents, missing) = self.documents(work, words).await;
        let first = item(work, Kind::History, "", Redacted::default(), Redacted::default());
        let first: usize = first.id.get(1..).and_then(|number| number.parse().ok()).unwrap_or(1);
        // An item that was brought before is the same one.
        let known =
            |text: &Redacted| work.items.iter().find(|item| item.text == *text).map(|item| item.id.clone());
        let mut told = Vec::new();
        for document in documents {
            match known(&document.text) {
                Some(id) => told.push(id),
                None => {
                    let id = format!("{}{}", Kind::History.letter(), first + new.len());
                    new.push(Item { id, ..document });
                }
            }
        }
        if new.is_empty() && told.is_empty() {
            let nothing = "No earlier incident of another group shares these words.".to_owned();
            return Ok(Answer::Failed(missing.into_iter().fold(nothing, |all, one| format!("{all} {one}"))));
        }
        Ok(Answer::Items { known: told, new, missing })
    }

    async fn documents(&self, work: &Work<'_>, words: &[String]) -> (Vec<Item>, Vec<String>) {
        let redactor = &self.words.redactor;
        let asked = Traits { title: words.join(" "), ..Traits::default() };
        let Some(question) = passages::question(&asked, &[], redactor).filter(|_| !work.bases.is_empty())
        else {
            return (Vec::new(), Vec::new());
        };
        let heard = knowledge_base::ask_all(&work.bases, &question, self.evidence.timeout).await;
        let mut missing = Vec::new();
        let mut found: Vec<Passages> = Vec::new();
        for one in heard {
            match one.answer {
                Ok(answer) => found.push(answer),
                Err(fault) => missing.push(format!("{}: {}; {}", one.source, fault.reason, fault.remedy)),
            }
        }
        (passages::items(&found, redactor), missing)
    }

    async fn earlier(&self, work: &Work<'_>, words: &[String]) -> Result<Option<Item>, StoreError> {
        let split = |word: &String| {
            let parts = word.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() || c.is_whitespace());
            parts.filter(|part| part.chars().count() > 1).map(str::to_lowercase).collect::<Vec<_>>()
        };
        let asked: BTreeSet<String> = words.iter().flat_map(split).collect();
        let past = self.store.past_with(work.claim.incident, &asked).await?;
        if past.is_empty() {
            return Ok(None);
        }
        let redactor = &self.words.redactor;
        let mut text = Redacted::default();
        for (one, _) in past.iter().take(MOST_EARLIER) {
            let minutes = (one.resolved_at - one.opened_at).num_minutes();
            let line = format!(
                "#{} {}, {minutes} min: {}\n{}",
                one.number,
                one.opened_at.format("%Y-%m-%d %H:%M"),
                one.title,
                one.ended_by
            );
            text.push(&redactor.redact(&line));
            text.push_fixed("\n");
        }
        let title = redactor.redact_line(&format!(
            "{} earlier incidents with {}",
            past.len().min(MOST_EARLIER),
            words.join(", ")
        ));
        Ok(Some(item(work, Kind::History, "history", title, text)))
    }
}

//! The tool that finds changes: those that firstlook was told of, and those of CloudTrail by name.
//!
//! Knows which are asked for and which the evidence has already. Must not know a door.

use firstlook_core::evidence::Kind;
use firstlook_core::evidence::changes::{self, ChangeEvent};
use firstlook_core::summary::analysis::highest;
use futures_util::future::join_all;

use super::tools::Answer;
use super::{Analyze, Work};
use crate::evidence::{Door, Source, look};
use crate::moment::Applied;
use crate::store::StoreError;

/// Whether a source knows changes by name.
pub(super) fn has_trail(source: &Source) -> bool {
    matches!(source.door, Door::CloudTrail(_))
}

impl Analyze {
    pub(super) async fn changed(&self, work: &Work<'_>, words: &[String]) -> Result<Answer, StoreError> {
        let window = work.moment.window;
        let from = match work.days {
            Some(_) => window.start,
            None => window.start - self.evidence.changes_before,
        };
        let mut events = self.store.changes(from, window.end).await?;
        let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let fits = |event: &ChangeEvent| {
            let text = format!("{} {} {:?}", event.summary, event.origin, event.details).to_lowercase();
            lower.is_empty() || lower.iter().any(|word| text.contains(word))
        };
        events.retain(fits);
        let (trail, missing) = self.of_trails(work, words).await;
        events.extend(trail);
        let began = window.start + self.evidence.before;
        let found = match work.days {
            Some(_) => changes::dated(&events, window.end, &self.words.redactor),
            None => changes::items(&events, &work.moment.labels, began, &self.words.redactor),
        };
        let (mut known, mut new) = (Vec::new(), Vec::new());
        for item in found {
            let same = |one: &&_| same(one, &item);
            match work.items.iter().find(same) {
                Some(same) => known.push(same.id.clone()),
                None => new.push(item),
            }
        }
        let highest = highest(&work.items).get(&Kind::Change).copied().unwrap_or(0);
        for (item, number) in new.iter_mut().zip(highest + 1..) {
            item.id = format!("{}{number}", Kind::Change.letter());
        }
        if known.is_empty() && new.is_empty() {
            let mut why = "No such change is known around the window.".to_owned();
            missing.iter().for_each(|missing| why.push_str(&format!(" Not looked at all of it: {missing}.")));
            return Ok(Answer::Failed(why));
        }
        Ok(Answer::Items { known, new, missing })
    }

    /// What CloudTrail has by these names, and what is missing of it. Without a name the first look has asked already.
    async fn of_trails(&self, work: &Work<'_>, names: &[String]) -> (Vec<ChangeEvent>, Vec<String>) {
        let (mut events, mut missing) = (Vec::new(), Vec::new());
        if names.is_empty() {
            return (events, missing);
        }
        let trails: Vec<&Applied<'_>> = work.applied.iter().filter(|one| has_trail(one.source)).collect();
        let asked =
            trails.iter().map(|one| look::changes(one.source, &one.moment, self.evidence.timeout, names));
        for (one, answer) in trails.iter().zip(join_all(asked).await) {
            let faults = match answer {
                Ok(found) => {
                    let of = |event| ChangeEvent { source: one.name.clone(), ..event };
                    events.extend(found.events.into_iter().map(of));
                    found.faults
                }
                Err(fault) => vec![fault],
            };
            missing.extend(faults.into_iter().map(|fault| fault.reason));
        }
        (events, missing)
    }
}

/// Whether an item says the same: how it was found may differ.
fn same(one: &firstlook_core::evidence::Item, other: &firstlook_core::evidence::Item) -> bool {
    one.kind == Kind::Change && one.title == other.title && one.text == other.text
}

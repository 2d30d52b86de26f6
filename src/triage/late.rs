//! The last look: what sources have that get to know of things minutes later, once they must have it.
//!
//! Knows which sources those are. Must not look at anything anew: it adds to what people see.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::evidence::{Gap, Redacted, amended, changes, cloudtrail};

use super::look::{Answers, count, gaps, kind};
use super::{SETTLE, Triage};
use crate::clock;
use crate::evidence::{Caps, Door, Source, collect};
use crate::moment;
use crate::store::{Claim, Collected, NewLate, StoreError};

/// So long after something happened it is known.
const LAG: TimeDelta = cloudtrail::LAG;

impl Triage {
    /// The sources that lag, of those that these labels choose.
    fn lagging(&self, chosen_by: &[Labels]) -> Vec<&Source> {
        let lags = |source: &&Source| matches!(source.door, Door::CloudTrail(_));
        let fits = |matchers: &Matchers| chosen_by.iter().any(|labels| matchers.matches(labels));
        let applies = self.sources.iter().filter(|(matchers, _)| fits(matchers));
        applies.map(|(_, source)| source).filter(lags).collect()
    }

    /// When what happened up to `closes` is known to all sources, where one of them lags and it was not so at `looked`.
    pub(super) fn known_at(
        &self,
        chosen_by: &[Labels],
        closes: DateTime<Utc>,
        looked: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        (looked < closes + LAG && !self.lagging(chosen_by).is_empty()).then_some(closes + LAG + SETTLE)
    }

    /// Adds what came late to what people see. What is decisive is a round whose summary is still to be written, and the
    /// pack for it. A source that does not answer leaves its gap as it was.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub(super) async fn late(
        &self,
        claim: &Claim,
        newest: Option<Collected>,
    ) -> Result<Option<(i32, Redacted)>, StoreError> {
        let redactor = &self.words.redactor;
        let shown = self.store.shown_round(claim.incident, redactor).await?;
        let (Some(newest), Some(shown)) = (newest, shown) else { return Ok(None) };
        let Some(window) = shown.evidence.window else { return Ok(None) };
        // It was asked, and the process died behind that.
        if newest.collected_at >= window.end + LAG {
            return Ok(None);
        }
        let moment = moment::moment(&self.store, claim.incident, window, &[]).await?;
        let chosen_by = moment::chosen_by(&self.store, claim.incident).await?;
        let sources = self.lagging(&chosen_by);
        let kinds = sources.iter().map(|source| kind(source)).collect();
        let collected = collect(sources, &moment, self.evidence.timeout, Caps::default()).await;
        count(kinds, &collected.sources);
        let answered = |gap: &Gap| {
            collected.sources.iter().any(|result| result.source == gap.source && result.brought.is_ok())
        };
        let mut left = shown.evidence.gaps;
        left.retain(|gap| !answered(gap));
        let read: Vec<_> = collected.sources.into_iter().filter(|result| result.brought.is_ok()).collect();
        if read.is_empty() {
            return Ok(None);
        }
        left.extend(read.iter().flat_map(|result| gaps(result, redactor)));
        let mut events = self.store.changes(window.start - self.evidence.changes_before, window.end).await?;
        events.extend(Answers::of(read).changed);
        let began = window.start + self.evidence.before;
        let mut items = shown.evidence.items;
        let more = changes::late(&events, &moment.labels, began, &items, redactor);
        let pack = amended(&more.items, &shown.pack, self.evidence.pack_tokens, redactor);
        let note = noted(more.items.len(), left.len(), more.decisive);
        items.extend(more.items);
        let decisive = more.decisive;
        let new = NewLate { to: shown.round, items, gaps: left, pack, decisive, note };
        let round = newest.round + 1;
        self.store.keep_late(claim, round, &new, clock::now()).await?;
        self.wake.all();
        Ok(decisive.then_some((round, new.pack)))
    }
}

fn noted(more: usize, gaps: usize, decisive: bool) -> String {
    let what = match (more, decisive) {
        (0, _) => "no change more".to_owned(),
        (more, true) => format!("{more} changes more, of what the alarm names"),
        (more, false) => format!("{more} changes more, none of what the alarm names"),
    };
    format!("Evidence: asked again for what CloudTrail has late: {what}, {gaps} gaps.")
}

//! Incidents of other groups that resemble the one that is looked at, with how each ended, and runbooks that may help.
//!
//! Knows which of the evidence is telling. Must not judge likeness: core does.

use firstlook_core::evidence::similar::Traits;
use firstlook_core::evidence::{Change, Item, related, similar};

use super::Triage;
use crate::store::{Claim, StoreError};

/// Log lines that likeness is judged by.
const LINES: usize = 8;

impl Triage {
    /// What the incident is known by: its name and labels, and the most telling of the log lines that were `found`.
    pub(super) async fn traits(&self, claim: &Claim, found: &[Item]) -> Result<Traits, StoreError> {
        let mut now = self.store.traits(claim.incident).await?;
        let telling = |item: &&Item| {
            let change = item.frequency.as_ref().map(|frequency| frequency.change);
            use Change::{New, Rare, Severe, Surged, Value};
            matches!(change, Some(New | Rare | Surged | Severe | Value))
        };
        let lines = found.iter().filter(telling).take(LINES);
        now.lines = lines.map(|item| item.title.to_string()).collect();
        Ok(now)
    }

    /// What is like the incident.
    pub(super) async fn alike(&self, claim: &Claim, now: &Traits) -> Result<Vec<Item>, StoreError> {
        let past = self.store.past_with(claim.incident, &now.words()).await?;
        let url = |number: i64| format!("{}/incidents/{number}", self.words.external_url);
        let mut items = similar::items(now, &past, &self.words.redactor, &url);
        let runbooks = self.library.as_deref().map(|library| library.snapshot().runbooks).unwrap_or_default();
        let chosen = self.store.pinned_runbook(claim.incident).await?.map(|pinned| pinned.path);
        let page =
            |path: &str| self.edit_url.as_ref().map(|base| format!("{}/{path}", base.trim_end_matches('/')));
        items.extend(related::items(now, &runbooks, chosen.as_deref(), &self.words.redactor, &page));
        Ok(items)
    }
}

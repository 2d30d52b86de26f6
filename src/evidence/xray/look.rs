//! What an analysis asks of X-Ray: one service or all, and requests that say some words.
//!
//! Knows how a question becomes a filter. Must not know the API, nor take a filter from anybody.

use firstlook_core::evidence::traces::Summary;

use super::super::{Fault, Moment};
use super::ask::Found;
use super::filter::Filter;
use super::{Traced, Xray};

/// What went wrong anywhere.
const WRONG: &str = "fault = true OR throttle = true OR error = true";

impl Xray {
    /// What the traces of the moment say of `service`, or of all services, against normal. Where there are `words`, of the
    /// requests that say one of them.
    ///
    /// # Errors
    /// When nothing at all could be had, or no filter can hold the service's name.
    pub async fn look(
        &self,
        moment: &Moment,
        service: Option<&str>,
        words: &[String],
    ) -> Result<Traced, Fault> {
        let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        let Some(service) = service else {
            return self.found(moment, &Filter::parse(Some(WRONG))?, &words).await;
        };
        let mut moment = moment.clone();
        moment.labels.set("service", service);
        self.found(&moment, &Filter::OfService, &words).await
    }
}

/// Keeps the requests that say at least one of `words`, if there are any.
pub(super) fn keep(found: &mut Found, words: &[String]) {
    found.all.retain(|one| words.is_empty() || says(one, words));
}

fn says(one: &Summary, words: &[String]) -> bool {
    let thrown = one.cause.exception.iter().flat_map(|thrown| [&thrown.kind, &thrown.message]);
    let texts =
        [&one.request, &one.cause.service, &one.cause.entity].into_iter().chain(&one.services).chain(thrown);
    let texts: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
    words.iter().any(|word| texts.iter().any(|text| text.contains(word)))
}

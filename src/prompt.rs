//! The question that a model is asked about an incident, from what is kept of it.
//!
//! Knows which parts of an incident go into a prompt. Must not know what a prompt says of them: core does.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::{Redacted, Redactor, known::is_found};
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::analysis::prompt::{Guard, begin};
use firstlook_core::summary::analysis::talk::Talk;
use firstlook_core::summary::analysis::tools::Offer;
use firstlook_core::summary::prompt::{Facts, Nonce, Prompt, build};
use rand::Rng;
use rand::distr::Alphanumeric;
use uuid::Uuid;

use crate::store::{Store, StoreError};

/// Length of a nonce: 24 letters and digits hold more than 140 bits.
const NONCE: usize = 24;

/// Puts one round's evidence in place of the one that people see meanwhile.
///
/// # Errors
/// When the database does not answer, or there is no such round.
pub async fn of_round(
    store: &Store,
    view: &mut Incident,
    (incident, round): (Uuid, i32),
    redactor: &Redactor,
) -> Result<(), StoreError> {
    let mut evidence = store.round(incident, round, redactor).await?;
    let known = view.evidence.take().map(|shown| shown.items).unwrap_or_default();
    let known = known.into_iter().filter(|item| item.kind.is_known() && !is_found(item));
    evidence.items = known.chain(evidence.items).collect();
    view.evidence = Some(evidence);
    Ok(())
}

/// The question, as of `now`. `architecture` is `summary.architecture`.
pub fn prompt(
    view: &Incident,
    pack: &Redacted,
    architecture: &str,
    redactor: &Redactor,
    now: DateTime<Utc>,
) -> Prompt {
    let told = redactor.redact(architecture);
    build(&facts(view, pack, &told, now), nonce(), nonce())
}

/// The talk with which an analysis begins, with as many steps, and what must never come back from it.
pub fn talk(
    view: &Incident,
    pack: &Redacted,
    (architecture, redactor): (&str, &Redactor),
    (offer, steps): (&Offer, u32),
    now: DateTime<Utc>,
) -> (Talk, Guard) {
    let told = redactor.redact(architecture);
    let guard = Guard::new(nonce(), nonce());
    (begin(&facts(view, pack, &told, now), offer, steps, &guard), guard)
}

fn facts<'a>(
    view: &'a Incident,
    pack: &'a Redacted,
    architecture: &'a Redacted,
    now: DateTime<Utc>,
) -> Facts<'a> {
    let evidence = view.evidence.as_ref();
    Facts {
        title: &view.title,
        severity: view.severity,
        labels: &view.labels,
        started_at: view.started_at,
        asked_at: now,
        items: evidence.map_or(&[], |evidence| &evidence.items),
        gaps: evidence.map_or(&[], |evidence| &evidence.gaps),
        pack,
        architecture: (!architecture.as_str().is_empty()).then_some(architecture),
        language: view.language,
    }
}

/// What nobody can guess, so that no log line can close the fence that it stands in.
fn nonce() -> Nonce {
    loop {
        let letters: String = rand::rng().sample_iter(Alphanumeric).take(NONCE).map(char::from).collect();
        if let Some(nonce) = Nonce::parse(&letters) {
            return nonce;
        }
    }
}

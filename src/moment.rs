//! What sources of evidence are asked about an incident, and the time that it is about.
//!
//! Knows what the store keeps of it. Must not know a source, nor what is looked for.

mod applied;

use chrono::{DateTime, Utc};
use firstlook_core::evidence::{About, Onset, Window};
use uuid::Uuid;

use crate::config::{self, Baseline};
use crate::evidence::{Alert, Moment};
use crate::store::{Meant, Store, StoreError};
pub use applied::{Applied, SERVICE, applied, chosen_by, with_services};

/// The time that an incident is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// What is looked at, as far as it has passed.
    pub window: Window,
    /// When an alarm's trouble began; none for what a person asked about, who has said it.
    pub onset: Option<Onset>,
    /// What a person asks for; of an alarm its moment.
    pub about: About,
}

impl Stretch {
    /// When nothing is added any more to a window of which `covered` was looked at.
    pub fn closes(&self, covered: Window, evidence: &config::Evidence) -> DateTime<Utc> {
        // Where the sender's clock runs ahead, it fired when it was looked at.
        self.onset.map_or(covered.end, |onset| onset.fired_at.min(covered.end) + evidence.after)
    }
}

/// The time that an incident is about: that which a person named, else that of its alarms. `started_at`: the incident's, for
/// one of which no alert is left to say.
///
/// # Errors
/// When the database does not answer.
pub async fn stretch(
    store: &Store,
    (incident, started_at): (Uuid, DateTime<Utc>),
    evidence: &config::Evidence,
    now: DateTime<Utc>,
) -> Result<Stretch, StoreError> {
    if let Some(Meant { time, about }) = store.asked(incident).await? {
        let start = if about == About::Moment { time.start - evidence.before } else { time.start };
        return Ok(Stretch { window: Window { start, ..time }, onset: None, about });
    }
    let onset = store.onset(incident).await?;
    let onset = onset.unwrap_or(Onset { began_at: started_at, fired_at: started_at });
    let window = Window::of_alarm(onset, evidence.before, evidence.after, now);
    Ok(Stretch { window, onset: Some(onset), about: About::Moment })
}

/// What sources are asked about.
///
/// # Errors
/// When the database does not answer.
pub async fn moment(
    store: &Store,
    incident: Uuid,
    window: Window,
    baselines: &[Baseline],
) -> Result<Moment, StoreError> {
    let alerts = store.alert_labels(incident).await?;
    Ok(Moment {
        labels: store.incident_labels(incident).await?,
        alerts: alerts.into_iter().map(|(source, labels)| Alert { source, labels }).collect(),
        window,
        baselines: baselines.iter().map(|which| normal(*which, window)).collect(),
    })
}

fn normal(which: Baseline, window: Window) -> Window {
    match which {
        Baseline::Preceding => window.preceding(),
        Baseline::Yesterday => window.yesterday(),
    }
}

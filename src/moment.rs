//! What sources of evidence are asked about an incident.
//!
//! Knows what the store keeps of it. Must not know a source, nor what is looked for.

use firstlook_core::evidence::Window;
use uuid::Uuid;

use crate::config::Baseline;
use crate::evidence::{Alert, Moment};
use crate::store::{Store, StoreError};

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

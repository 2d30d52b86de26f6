//! firstlook's own alert: a sender's alarm could not be read. It may be the alarm that matters, so it counts as critical;
//! being an incident like any other, it rings once while it lasts, however many such bodies come.

use chrono::TimeDelta;
use firstlook_core::alert::{AlertId, AlertMessage, AlertStatus, Labels, fingerprint};
use uuid::Uuid;

use super::{Arrival, Rules};

/// The source of what firstlook says of itself.
pub const OWN: &str = "firstlook";

/// An hour without another such body ends the alert.
pub(super) const QUIET: TimeDelta = TimeDelta::hours(1);

/// Says that something of `arrival`, kept as `delivery`, could not be read. One alert for each sender.
pub(super) fn alert(rules: &Rules, arrival: &Arrival, delivery: Uuid, reason: &str) -> AlertMessage {
    let mut labels = Labels::default();
    labels.set("alertname", "UnreadableAlarm");
    labels.set("sender", &arrival.source);
    labels.set(&rules.severity.label, "critical");
    let mut annotations = Labels::default();
    annotations.set("summary", &format!("{} sent an alarm that cannot be read", arrival.source));
    let reason: String = reason.chars().take(super::MOST_REASON).collect();
    annotations.set("description", &format!("{reason}. The body is kept as delivery {delivery}."));
    AlertMessage {
        id: AlertId { source: OWN.to_owned(), fingerprint: fingerprint(&labels) },
        status: AlertStatus::Firing,
        labels,
        annotations,
        starts_at: arrival.received_at,
        lead: TimeDelta::zero(),
        ends_at: None,
        ordered: false,
        generator_url: None,
    }
}

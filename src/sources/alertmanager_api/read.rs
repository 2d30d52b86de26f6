//! The answers of Alertmanager's API, read strictly: of half an answer nothing is believed.

use chrono::{DateTime, Utc};
use firstlook_core::alert::AlertStatus;

use super::{ApiError, Firing, Snapshot};
use crate::sources::alertmanager::Reader;
use crate::sources::json::{Elements, Object, string, text};

/// More than fit into the bytes that are read.
const MOST: usize = 100_000;

/// Reads both answers of one moment.
pub(super) fn snapshot(
    alerts: &[u8],
    status: &[u8],
    source: &str,
    now: DateTime<Utc>,
) -> Result<Snapshot, ApiError> {
    let (alerts, status) = (text(alerts), text(status));
    let status = Status::read(&status).ok_or_else(|| strange("status"))?;
    let elements: Elements<'_, MOST> = serde_json::from_str(&alerts).map_err(|_| strange("alerts"))?;
    let reader = Reader { source, now, group: Some(AlertStatus::Firing) };
    let mut snapshot = Snapshot {
        firing: Vec::with_capacity(elements.first.len()),
        up_since: status.up_since,
        ready: status.ready,
        mutes_unseen: false,
    };
    for raw in elements.first {
        let (firing, says_muted) = firing(&reader, raw.get()).ok_or_else(|| strange("alerts"))?;
        snapshot.mutes_unseen |= status.mutes && !says_muted;
        snapshot.firing.push(firing);
    }
    Ok(snapshot)
}

fn strange(what: &str) -> ApiError {
    ApiError::new(
        format!("its {what} cannot be read"),
        "check that `api_url` is an Alertmanager of version 0.22 or later",
    )
}

/// An alert, and whether its status would say that it is muted by time.
fn firing(reader: &Reader<'_>, raw: &str) -> Option<(Firing, bool)> {
    let object = Object::read(raw).ok()?;
    // Without it the alert could not be recognised here.
    object.get("fingerprint")?;
    let message = reader.alert(raw).ok()?;
    let status = Object::read(object.get("status")?).ok()?;
    let names = |name: &str| status.get(name).map(list).unwrap_or_default();
    let quieted = ["silencedBy", "inhibitedBy", "mutedBy"].iter().any(|by| !names(by).is_empty());
    let active = status.get("state").map(string).as_deref() == Some("active");
    let receivers: Vec<Object<'_>> = serde_json::from_str(object.get("receivers")?).ok()?;
    let receivers = receivers.iter().filter_map(|one| one.get("name")).map(string).collect();
    Some((Firing { message, receivers, quiet: quieted || !active }, status.get("mutedBy").is_some()))
}

fn list(raw: &str) -> Vec<String> {
    serde_json::from_str(raw).unwrap_or_default()
}

struct Status {
    up_since: DateTime<Utc>,
    ready: bool,
    mutes: bool,
}

impl Status {
    fn read(raw: &str) -> Option<Self> {
        let object = Object::read(raw).ok()?;
        let up_since = DateTime::parse_from_rfc3339(&string(object.get("uptime")?)).ok()?;
        let cluster = object.get("cluster").and_then(|raw| Object::read(raw).ok());
        let state = cluster.and_then(|cluster| cluster.get("status").map(string));
        let config = object.get("config").and_then(|raw| Object::read(raw).ok());
        let original = config.and_then(|config| config.get("original").map(string)).unwrap_or_default();
        // Where they are used, in a route, they are indented; where they are defined, they are not.
        let in_a_route = |line: &str| {
            let word = line.trim_start_matches([' ', '-']);
            word.len() < line.len()
                && (word.starts_with("mute_time_intervals:") || word.starts_with("active_time_intervals:"))
        };
        Some(Self {
            up_since: up_since.with_timezone(&Utc),
            ready: state.as_deref() != Some("settling"),
            mutes: original.lines().any(in_a_route),
        })
    }
}

//! ElastiCache: an object with one key, the event, whose value is the cluster or node.

use serde_json::Value;

use super::pick::word;
use super::{Place, Reading, Status};

/// Nothing is wrong, and nothing is over.
const INFORM: [&str; 7] = [
    "CacheClusterParametersChanged",
    "CacheClusterSecurityGroupModified",
    "NodeReplacementScheduled",
    "NodeReplacementRescheduled",
    "NodeReplacementCanceled",
    "ServiceUpdateAvailable",
    "ServiceUpdateAvailableForNode",
];
/// Complete, and yet worth a look: nothing was said of its beginning.
const NEWS: [&str; 2] = ["FailoverComplete", "DeleteCacheClusterComplete"];

/// The event that a body is.
pub fn read(json: &Value, here: &Place) -> Option<Vec<Reading>> {
    let key = json.as_object()?.keys().find(|key| key.starts_with("ElastiCache:"))?;
    let node = word(json, &format!("/{}", key.replace('~', "~0").replace('/', "~1")))?;
    let event = key.strip_prefix("ElastiCache:").filter(|event| !event.is_empty() && event.len() <= 100)?;
    let (what, status) = if INFORM.contains(&event) {
        (event, Status::Informs(format!("it only informs: {event}")))
    } else if NEWS.contains(&event) {
        (event, Status::Fires)
    } else if let Some(what) = event.strip_suffix("Complete") {
        (what, Status::Over)
    } else {
        let what = event.strip_suffix("Failed").or_else(|| event.strip_suffix("Started"));
        (what.unwrap_or(event), Status::Fires)
    };
    let reading = here
        .of("aws.elasticache", "", "")
        .reading("cluster", &[&node, what], status)
        .called(&format!("ElastiCache: {node}"), &format!("ElastiCache {node}: {event}"))
        .label("resource", &node)
        .label("event", event);
    Some(vec![reading])
}

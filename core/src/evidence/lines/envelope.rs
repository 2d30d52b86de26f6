//! What shippers of logs put around a line: Fluent Bit's and Fluentd's record with `kubernetes`, that of ECS' FireLens, of Vector,
//! and Promtail's `pack`.
//!
//! Knows their fields, and which container they name. Must not take the object of a program for one of theirs.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::wrapper::{DOCKER_PIECE, Output};

/// How far a piece of Docker's may be longer than what was read: a letter that was cut is replaced.
const REPLACED: usize = 8;
/// Fields that are the shipper's own, whatever else stands beside them.
const SHIPPERS: [&str; 13] = [
    "kubernetes",
    "docker",
    "stream",
    "_p",
    "logtag",
    "time",
    "timestamp",
    "@timestamp",
    "tag",
    "file",
    "source_type",
    "log_processed",
    "log",
];

/// A line, and what was around it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::evidence) struct Enveloped {
    /// The container, told apart from all others; empty where the shipper does not say.
    pub container: String,
    /// What people call who wrote it: pod, task, container.
    pub name: Option<String>,
    /// Where it was written.
    pub output: Option<Output>,
    /// Whether its line goes on in the next one of the same container and output.
    pub goes_on: bool,
    /// Of a line in numbered parts, which this is.
    pub ordinal: u64,
    /// What was written, without the line's end. It may have a wrapper of its own.
    pub text: String,
}

/// Takes a line out of its shipper's record; nothing where it is none.
pub(in crate::evidence) fn enveloped(text: &str) -> Option<Enveloped> {
    let marks = ["\"log\"", "\"kubernetes\"", "\"logtag\"", "\"_entry\""];
    if !text.starts_with('{') || !marks.iter().any(|mark| text.contains(mark)) {
        return None;
    }
    let object: Map<String, Value> = serde_json::from_str(text).ok()?;
    packed(&object).or_else(|| of_container(&object))
}

/// Promtail's `pack`: the line, and the labels that were taken from its stream.
fn packed(object: &Map<String, Value>) -> Option<Enveloped> {
    let text = object.get("_entry")?.as_str()?;
    let labels = object.iter().filter(|(name, _)| *name != "_entry");
    let labels: Vec<String> = labels.map(|(name, value)| format!("{name}={value}")).collect();
    let name = ["pod", "container", "app"].iter().find_map(|name| word(object, name));
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    Some(Enveloped { container: labels.join(","), name, text, ..Enveloped::default() })
}

/// The record of a container's line.
fn of_container(object: &Map<String, Value>) -> Option<Enveloped> {
    let pod = object.get("kubernetes").and_then(Value::as_object);
    let pod = pod.filter(|pod| pod.contains_key("pod_name") || pod.contains_key("container_name"));
    let output = |name: &str| Output::named(object.get(name)?.as_str()?);
    let tag = ["_p", "logtag"].iter().find_map(|name| object.get(*name)?.as_str());
    let tag = tag.filter(|_| output("stream").is_some());
    let task = word(object, "container_id").filter(|_| output("source").is_some());
    let docker = output("stream").is_some() && object.contains_key("time") && object.len() <= 4;
    if pod.is_none() && tag.is_none() && task.is_none() && !docker {
        return None;
    }
    let log = object.get("log").and_then(Value::as_str).filter(|log| !log.is_empty());
    let text = match log {
        Some(log) => Cow::Borrowed(log),
        None if pod.is_some() || tag.is_some() => rest(object),
        None => return None,
    };
    let piece = log.is_some_and(|log| {
        (DOCKER_PIECE..=DOCKER_PIECE + REPLACED).contains(&log.len()) && !log.ends_with('\n')
    });
    let goes_on = match tag {
        Some(tag) => tag.starts_with('P'),
        None => is(object, "partial_message") && !is(object, "partial_last") || (task.is_none() && piece),
    };
    let written = output("stream").or_else(|| output("source").filter(|_| task.is_some()));
    let (container, name) = pod.map_or_else(|| of_task(object, task.unwrap_or_default()), of_pod);
    let ordinal = object.get("partial_ordinal").map(|value| value.as_str().unwrap_or_default());
    Some(Enveloped {
        container,
        name,
        output: written,
        goes_on,
        ordinal: ordinal.and_then(|ordinal| ordinal.parse().ok()).unwrap_or(0),
        text: text.trim_end_matches(['\r', '\n']).to_owned(),
    })
}

fn of_pod(pod: &Map<String, Value>) -> (String, Option<String>) {
    let of = |name: &str| word(pod, name).unwrap_or_default();
    let all = ["namespace_name", "pod_name", "container_name", "docker_id", "container_id"].map(of);
    (all.join("/"), word(pod, "pod_name").or_else(|| word(pod, "container_name")))
}

/// Of ECS the task's family is what stays the same when it is deployed again.
fn of_task(object: &Map<String, Value>, id: String) -> (String, Option<String>) {
    let family =
        word(object, "ecs_task_definition").and_then(|task| Some(task.split(':').next()?.to_owned()));
    let container = || word(object, "container_name").map(|name| name.trim_start_matches('/').to_owned());
    (id.clone(), family.or_else(container).filter(|_| !id.is_empty()))
}

/// What the program wrote where a shipper has read it: the object within, the message, or the fields beside the shipper's.
fn rest(object: &Map<String, Value>) -> Cow<'_, str> {
    let within = ["log_processed", "log"].iter().filter_map(|name| object.get(*name));
    if let Some(within) = within.into_iter().find(|value| value.is_object()) {
        return Cow::Owned(within.to_string());
    }
    let own = object.iter().filter(|(name, _)| !SHIPPERS.contains(&name.as_str()));
    let own: Map<String, Value> = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    match own.get("message").and_then(Value::as_str).filter(|_| own.len() == 1) {
        Some(message) => Cow::Owned(message.to_owned()),
        None if own.is_empty() => Cow::Borrowed(""),
        None => Cow::Owned(Value::Object(own).to_string()),
    }
}

fn word(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name)?.as_str().filter(|word| !word.is_empty()).map(str::to_owned)
}

/// Fluentd writes these as text.
fn is(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).is_some_and(|value| value == true || value == "true")
}

#[cfg(test)]
mod tests;

//! The line of a declared incident: who declared it, where people work on it, and what could not be done.
//!
//! Knows Slack's addresses. Must not know how a channel is opened.

use firstlook_core::notify::view::Incident;
use serde::Serialize;

use super::times::{self, Local, When};
use super::words;

/// Where the people work on it.
#[derive(Serialize)]
pub(super) struct Declared {
    by: String,
    at: When,
    name: Option<String>,
    url: Option<String>,
    undone: Vec<String>,
}

/// None of an incident that nobody declared.
pub(super) fn line(incident: &Incident, now: Local) -> Option<Declared> {
    let one = incident.declared.as_ref()?;
    // Slack's addresses of messages begin as those of channels do.
    let workspace = one.link.as_deref().and_then(|link| link.split_once("/archives/")).map(|(base, _)| base);
    let url =
        workspace.zip(one.channel.as_deref()).map(|(base, channel)| format!("{base}/archives/{channel}"));
    Some(Declared {
        by: words::declared_by(incident.language, one.actor.as_str()),
        at: times::minute(one.at, now),
        name: one.name.clone().filter(|_| one.channel.is_some()),
        url,
        undone: one.undone.iter().map(ToString::to_string).collect(),
    })
}

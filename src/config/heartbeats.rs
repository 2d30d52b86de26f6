//! `heartbeats:` and `ping:`: what has to come again and again, and what firstlook itself lets somebody hear.

use chrono::TimeDelta;
use firstlook_core::alert::Severity;
use firstlook_core::alert::matchers::Matchers;

use super::section::Section;
use super::{Error, route};
use crate::secret::Secret;

/// One of `heartbeats:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// Unique; a label of the alert that tells its absence.
    pub name: String,
    /// The only source that counts, `alertmanager/main`; any where absent.
    pub source: Option<String>,
    /// Which alerts it is; with none, whatever the source sends.
    pub matchers: Matchers,
    /// Silence for longer is told.
    pub timeout: TimeDelta,
    /// How bad that is.
    pub severity: Severity,
}

/// `ping:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ping {
    /// What is called; whoever knows it can pretend to be us.
    pub url: Secret,
    /// How often.
    pub interval: TimeDelta,
}

/// Reads `heartbeats:`. `sources`: the names of all that are configured.
pub fn read(top: &Section<'_>, sources: &[String]) -> Result<Vec<Heartbeat>, Error> {
    let mut heartbeats: Vec<Heartbeat> = Vec::new();
    for (path, node) in top.list("heartbeats")? {
        let known = ["name", "source", "matchers", "timeout", "severity"];
        let item = Section::open(top.context, node, &path, &known, &[])?;
        let name = item.required("name", "it tells people what has fallen silent")?;
        if heartbeats.iter().any(|one| one.name == name) {
            return Err(item.error("name", format!("{name:?} is taken: each heartbeat needs its own")));
        }
        let source = item.text("source")?;
        if let Some(wrong) = source.as_ref().filter(|name| !sources.contains(name)) {
            let there = if sources.is_empty() { "none".to_owned() } else { sources.join(", ") };
            let text = format!("{wrong:?} is none of the sources: there are {there}");
            return Err(item.error("source", text));
        }
        let matchers = route::matchers(&item)?;
        if matchers.is_empty() && source.is_none() {
            let text = "is missing: name the alert, such as ['alertname=\"Watchdog\"'], or a `source` that is never silent";
            return Err(item.error("matchers", text));
        }
        let timeout = item.delta("timeout", TimeDelta::minutes(15))?;
        if timeout < TimeDelta::minutes(1) {
            return Err(item.error("timeout", "is shorter than any sender repeats: write 1m or more"));
        }
        let severity = item.text("severity")?.unwrap_or_else(|| "critical".to_owned());
        let severity = Severity::parse(&severity).ok_or_else(|| {
            item.error("severity", format!("{severity:?} is none of: critical, warning, info"))
        })?;
        heartbeats.push(Heartbeat { name, source, matchers, timeout, severity });
    }
    Ok(heartbeats)
}

/// Reads `ping:`.
pub fn ping(top: &Section<'_>) -> Result<Option<Ping>, Error> {
    let Some(section) = top.section("ping", &["url", "url_file", "interval"], &[])? else { return Ok(None) };
    let url = section.secret("url")?.ok_or_else(|| {
        section.error("url", "is missing: the address that has to hear from us, or `url_file`")
    })?;
    let interval = section.delta("interval", TimeDelta::minutes(1))?;
    if interval < TimeDelta::seconds(10) {
        return Err(section.error("interval", "is too short: write 10s or more"));
    }
    Ok(Some(Ping { url, interval }))
}

//! Alertmanager's webhook bodies (FACTS A1 to A3), read leniently and alert by alert.
//!
//! Version 4 is expected, 3 and Grafana's variant are read as far as they agree. Of equal keys the last wins, keys
//! are read in any case, and unknown ones are skipped. Must not know which alerts matter.

use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};
use firstlook_core::alert::{AlertId, AlertMessage, AlertStatus, Labels, fingerprint};
use firstlook_core::incident::Decision;

use super::changes::Reported;
use super::json::{Elements, Object, string, text};

mod made;
#[cfg(test)]
mod tests;

pub use made::body;

/// Alerts read of one body; more are counted in [`Notification::truncated`].
pub const MAX_ALERTS: usize = 10_000;
/// Labels, and annotations, kept of one alert, in order of their names (`alertname` and `severity` first).
pub const MAX_LABELS: usize = 256;
/// Bytes kept of a name; a longer one ends in `…`.
pub const MAX_NAME: usize = 256;
/// Bytes kept of a label's value, a URL or a group key; a longer one ends in `…`.
pub const MAX_VALUE: usize = 4096;
/// Bytes kept of an annotation; a longer one ends in `…`.
pub const MAX_ANNOTATION: usize = 16_384;
/// Bytes of a sender's fingerprint; in place of a longer one it is computed.
const MAX_FINGERPRINT: usize = 128;

/// How far a sender's clock may be ahead of ours.
const MOST_AHEAD: TimeDelta = TimeDelta::days(366);

/// One body of a webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Notification {
    /// The receiver's name in Alertmanager's configuration, without the regular expression's backslashes.
    pub receiver: String,
    /// Alertmanager's `groupKey`: opaque, and unique only together with sender and receiver (FACTS A2).
    pub group_key: String,
    /// The group's status. Where alerts were truncated, "resolved" proves nothing (FACTS A1).
    pub status: AlertStatus,
    /// Alerts that the sender left out of the body, and those past [`MAX_ALERTS`].
    pub truncated: u64,
    /// The sender's own address. Untrusted; often not reachable from here.
    pub external_url: Option<String>,
    /// Each alert, or why it could not be read.
    pub alerts: Vec<Result<AlertMessage, Rejected>>,
    /// What was understood and says nothing about whether an alert fires.
    pub aside: Vec<Decision>,
    /// The ARN of the CloudWatch alarm that it is about, where it does not say the alarm's tags.
    pub untagged: Option<String>,
    /// What it tells to have been changed.
    pub changes: Vec<Reported>,
}

/// One alert of a body that says too little to be an alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("alert {index} of the body: {reason}")]
pub struct Rejected {
    /// Its place in `alerts`, from 0.
    pub index: usize,
    /// Why, for people.
    pub reason: String,
}

/// A body with nothing in it that could be an alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; {remedy}")]
pub struct Unusable {
    /// What is wrong with it.
    pub reason: String,
    /// What the operator of the sender can do.
    pub remedy: String,
}

/// Reads a body that `source` (such as `alertmanager/main`) sent. `now` stands in for a start or an end that the sender
/// left out. Times are cut to microseconds, as Postgres keeps them.
///
/// # Errors
/// When the body is not JSON, not an object, or has no alerts. Alerts that cannot be read are [`Rejected`] one by one.
pub fn parse(body: &[u8], source: &str, now: DateTime<Utc>) -> Result<Notification, Unusable> {
    let text = text(body);
    let object = Object::read(&text).map_err(|error| unreadable(&text, &error))?;
    let raw = object.get("alerts").ok_or_else(|| {
        unusable(
            "the body has no `alerts`",
            "remove `payload:` from the webhook receiver, so that version 4 is sent",
        )
    })?;
    let elements: Elements<'_, MAX_ALERTS> = serde_json::from_str(raw)
        .map_err(|_| unusable("`alerts` is not an array", "send Alertmanager's version 4 body"))?;
    if elements.first.is_empty() {
        return Err(unusable("`alerts` is empty", "a body needs at least one alert"));
    }
    let group = object.get("status").and_then(status);
    let reader = Reader { source, now, group };
    let mut alerts: Vec<_> = elements
        .first
        .iter()
        .enumerate()
        .map(|(index, raw)| reader.alert(raw.get()).map_err(|reason| Rejected { index, reason }))
        .collect();
    if elements.more > 0 {
        let reason = format!("{} more were not read: a body may have {MAX_ALERTS}", elements.more);
        alerts.push(Err(Rejected { index: MAX_ALERTS, reason }));
    }
    let left_out = object.get("truncatedAlerts").and_then(|raw| string(raw).parse().ok()).unwrap_or(0u64);
    Ok(Notification {
        receiver: unquoted(&field(&object, "receiver")),
        group_key: field(&object, "groupKey"),
        status: group.unwrap_or_else(|| any_firing(&alerts)),
        truncated: left_out.saturating_add(elements.more),
        external_url: Some(field(&object, "externalURL")).filter(|url| !url.is_empty()),
        alerts,
        aside: Vec::new(),
        untagged: None,
        changes: Vec::new(),
    })
}

/// The receiver that a kept body is addressed to, where it names one.
pub fn receiver(body: &[u8]) -> Option<String> {
    let text = text(body);
    let object = Object::read(&text).ok()?;
    Some(unquoted(&field(&object, "receiver"))).filter(|name| !name.is_empty())
}

/// What a compressed body is: never inflated, so that a small one cannot become a large one.
///
/// # Errors
/// Always.
pub fn compressed(_: &[u8], _: &str, _: DateTime<Utc>) -> Result<Notification, Unusable> {
    Err(unusable("a compressed body is not read", "send it without Content-Encoding"))
}

fn unusable(reason: &str, remedy: &str) -> Unusable {
    Unusable { reason: reason.to_owned(), remedy: remedy.to_owned() }
}

/// Says where the JSON breaks. Its text is not repeated: it may carry secrets.
fn unreadable(text: &str, error: &serde_json::Error) -> Unusable {
    let remedy = "send Alertmanager's version 4 body to this address";
    if text.trim().is_empty() {
        unusable("the body is empty", remedy)
    } else if error.is_data() {
        unusable("the body is JSON, but not an object", remedy)
    } else {
        unusable(&format!("the body is not JSON (line {}, column {})", error.line(), error.column()), remedy)
    }
}

fn any_firing(alerts: &[Result<AlertMessage, Rejected>]) -> AlertStatus {
    let all_over = alerts.iter().all(|a| matches!(a, Ok(alert) if alert.status == AlertStatus::Resolved));
    if all_over { AlertStatus::Resolved } else { AlertStatus::Firing }
}

/// What the alerts of one body share.
pub(super) struct Reader<'a> {
    pub source: &'a str,
    pub now: DateTime<Utc>,
    /// The status of those that do not say their own.
    pub group: Option<AlertStatus>,
}

impl Reader<'_> {
    pub fn alert(&self, raw: &str) -> Result<AlertMessage, String> {
        let object = Object::read(raw).map_err(|_| "it is not an object".to_owned())?;
        let labels = map(&object, "labels")?.ok_or("it has no `labels`")?;
        // Annotations decide nothing: where they cannot be read, the alert is told without them.
        let annotations = map(&object, "annotations").ok().flatten().unwrap_or_default();
        // What lies far ahead is no time that anything began or ended, whatever the sender's clock says.
        let near = |at: &DateTime<Utc>| *at <= self.now + MOST_AHEAD;
        let start = object.get("startsAt").and_then(time).filter(near);
        let end = object.get("endsAt").and_then(time).filter(near);
        let status = object.get("status").and_then(status).or(self.group).unwrap_or_else(|| {
            if end.is_some_and(|end| end <= self.now) { AlertStatus::Resolved } else { AlertStatus::Firing }
        });
        // While an alert fires, an end is only the time when it would expire (FACTS A3).
        let end = (status == AlertStatus::Resolved).then(|| end.unwrap_or(self.now));
        let starts_at = start.or(end).unwrap_or(self.now);
        let given = object.get("fingerprint").map(string).map(|f| f.trim().to_owned());
        let fingerprint = given
            .filter(|f| !f.is_empty() && f.len() <= MAX_FINGERPRINT)
            .unwrap_or_else(|| fingerprint(&labels));
        let url = field(&object, "generatorURL");
        Ok(AlertMessage {
            id: AlertId { source: self.source.to_owned(), fingerprint },
            status,
            labels: bounded(&labels, MAX_VALUE),
            annotations: bounded(&annotations, MAX_ANNOTATION),
            starts_at,
            // `for` has passed by then, and nobody says how long it is.
            lead: TimeDelta::zero(),
            ends_at: end.map(|end| end.max(starts_at)),
            ordered: false,
            generator_url: (!url.is_empty()).then_some(url),
        })
    }
}

fn field(object: &Object<'_>, name: &str) -> String {
    object.get(name).map(|raw| cut(&string(raw), MAX_VALUE)).unwrap_or_default()
}

/// The map `name`: `None` where the key is absent, empty where it is null (as Go writes an empty map). Values
/// that are no strings are taken as they are written.
fn map(object: &Object<'_>, name: &str) -> Result<Option<Labels>, String> {
    let Some((_, raw)) = object.0.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)) else {
        return Ok(None);
    };
    if raw.get() == "null" {
        return Ok(Some(Labels::default()));
    }
    let members = Object::read(raw.get()).map_err(|_| format!("its `{name}` are not an object"))?;
    let mut labels = Labels::default();
    for (key, value) in &members.0 {
        let value = if value.get() == "null" { String::new() } else { string(value.get()) };
        labels.set(&key.replace('\0', "\u{fffd}"), &value);
    }
    Ok(Some(labels))
}

/// `labels` within the limits. The fingerprint is computed before, so that what is cut still tells alerts apart.
pub(crate) fn bounded(labels: &Labels, max_value: usize) -> Labels {
    let leading = |name: &str| name == "alertname" || name == "severity";
    let first = labels.iter().filter(|(name, _)| leading(name));
    let rest = labels.iter().filter(|(name, _)| !leading(name));
    let mut kept = Labels::default();
    for (name, value) in first.chain(rest).take(MAX_LABELS) {
        kept.set(&cut(name, MAX_NAME), &cut(value, max_value));
    }
    kept
}

fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let kept = text.get(..text.floor_char_boundary(max)).unwrap_or_default();
    format!("{kept}…")
}

fn status(raw: &str) -> Option<AlertStatus> {
    let word = string(raw);
    [AlertStatus::Firing, AlertStatus::Resolved].into_iter().find(|s| s.as_str().eq_ignore_ascii_case(&word))
}

/// An RFC 3339 time. Go's zero time, an empty string and what is no time at all count as absent: a bad clock
/// must not silence an alarm.
fn time(raw: &str) -> Option<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(string(raw).trim()).ok()?;
    let utc = parsed.with_timezone(&Utc).trunc_subsecs(6);
    // Postgres and RFC 3339 end with year 9999, which another offset can pass.
    (2..=9999).contains(&utc.year()).then_some(utc)
}

/// Takes away the backslashes of Go's `QuoteMeta` (FACTS A1).
fn unquoted(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && r"\.+*?()|[]{}^$".contains(*next) => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    plain
}

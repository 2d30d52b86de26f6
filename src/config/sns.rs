//! `sources.sns`: which topics are listened to, whose signature is believed, and what their messages mean.

use std::sync::Arc;

use chrono::TimeDelta;
use firstlook_core::alert::Severity;
use firstlook_core::alert::sns::TopicPattern;

use super::section::Section;
use super::{Authorization, Error, alerts};
use crate::sources::sns::certificate::Certificate;
use crate::sources::sns::read::InsufficientData;

/// Longest that a message is remembered, and so the oldest that can be told from a replay.
const OLDEST: TimeDelta = TimeDelta::hours(24);

/// One of `sources.sns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnsSource {
    /// The last part of its address, `/webhooks/sns/{name}`.
    pub name: String,
    /// The topics that are listened to.
    pub topics: Vec<TopicPattern>,
    /// Of alarms whose labels name none.
    pub default_severity: Severity,
    /// What an alarm with too little data is.
    pub insufficient_data: InsufficientData,
    /// The oldest message that is taken.
    pub max_age: TimeDelta,
    /// Whether SHA-1 does not do.
    pub version_2_only: bool,
    /// Believed in the place of AWS's certificates.
    pub pinned: Option<Arc<Certificate>>,
    /// Where subscriptions are confirmed in the place of AWS.
    pub endpoint_url: Option<String>,
    /// Whether CloudWatch is asked what is in alarm, where there are AWS credentials.
    pub resync: bool,
    /// What fires and is not heard of for so long is stale; without it only alarms without an OK action ever are.
    pub stale_after: Option<TimeDelta>,
    /// Whether messages without an envelope are taken, on the strength of `basic_auth` alone.
    pub raw_delivery: bool,
    /// What its requests must carry beside the signature.
    pub authorization: Option<Authorization>,
}

/// Reads `sources.sns`.
pub fn sources(top: &Section<'_>) -> Result<Vec<SnsSource>, Error> {
    let Some(section) = top.section("sources", &super::SOURCES, &[])? else { return Ok(Vec::new()) };
    let mut sources: Vec<SnsSource> = Vec::new();
    for (path, node) in section.list("sns")? {
        let known = [
            "name",
            "topic_arns",
            "default_severity",
            "insufficient_data",
            "max_age",
            "require_signature_version",
            "signing_certificate_file",
            "endpoint_url",
            "resync",
            "stale_after",
            "raw_delivery",
            "authorization",
            "basic_auth",
        ];
        let item = Section::open(top.context, node, &path, &known, &[])?;
        if item.node("authorization").is_some() {
            let text = "is nothing that SNS can send: write `basic_auth`, and put name and password into the subscription's address";
            return Err(item.error("authorization", text));
        }
        let source = source(&item)?;
        if sources.iter().any(|one| one.name == source.name) {
            return Err(item.error("name", format!("{:?} is taken: each source needs its own", source.name)));
        }
        alone(&item, &source, &sources)?;
        sources.push(source);
    }
    Ok(sources)
}

/// A topic of two sources would be an alarm of each, and ring twice.
fn alone(item: &Section<'_>, source: &SnsSource, others: &[SnsSource]) -> Result<(), Error> {
    let shared =
        |other: &&SnsSource| source.topics.iter().any(|one| other.topics.iter().any(|two| one.meets(two)));
    match others.iter().find(shared) {
        None => Ok(()),
        Some(other) => {
            let text = format!(
                "of {:?} has topics that {:?} has as well, so each alarm would ring twice: let one source alone have each topic",
                source.name, other.name
            );
            Err(item.error("topic_arns", text))
        }
    }
}

fn source(item: &Section<'_>) -> Result<SnsSource, Error> {
    let word = item.required(
        "default_severity",
        "CloudWatch has no severities, so write critical, warning or info for alarms that no `labels` rule gives one",
    )?;
    let default_severity = Severity::parse(&word).ok_or_else(|| {
        item.error("default_severity", format!("{word:?} is no severity: write critical, warning or info"))
    })?;
    let version = item.integer("require_signature_version", 1, 1..=2)?;
    let max_age = item.delta("max_age", TimeDelta::hours(2))?;
    if max_age < TimeDelta::hours(1) || max_age > OLDEST {
        let text =
            "must be from 1h, since SNS tries for so long, to 24h, since a message is remembered that long";
        return Err(item.error("max_age", text));
    }
    let stale_after = item.node("stale_after").map(|_| item.delta("stale_after", OLDEST)).transpose()?;
    if stale_after.is_some_and(|after| after < TimeDelta::minutes(1)) {
        return Err(item.error("stale_after", "is shorter than any alarm changes: write 1m or more"));
    }
    let authorization = alerts::authorization(item)?;
    let raw_delivery = item.boolean("raw_delivery", false)?;
    if raw_delivery && authorization.is_none() {
        let text = "has no signature, so it needs another secret: add `basic_auth` and put it into the subscription's address";
        return Err(item.error("raw_delivery", text));
    }
    Ok(SnsSource {
        name: alerts::name(item)?,
        topics: topics(item)?,
        default_severity,
        insufficient_data: insufficient_data(item)?,
        max_age,
        version_2_only: version == 2,
        pinned: pinned(item)?,
        endpoint_url: item.url("endpoint_url")?,
        resync: item.boolean("resync", true)?,
        stale_after,
        raw_delivery,
        authorization,
    })
}

fn topics(item: &Section<'_>) -> Result<Vec<TopicPattern>, Error> {
    let texts = item.texts("topic_arns")?.unwrap_or_default();
    if texts.is_empty() {
        return Err(
            item.error("topic_arns", "is missing: name the topics; `*` stands for any characters of a part")
        );
    }
    let topic = |(text, line): (String, usize)| {
        let pattern = TopicPattern::parse(&text);
        pattern.map_err(|fault| {
            item.context.error(line, format!("`{}`: {text:?} {fault}", item.name("topic_arns")))
        })
    };
    texts.into_iter().map(topic).collect()
}

fn insufficient_data(item: &Section<'_>) -> Result<InsufficientData, Error> {
    match item.text("insufficient_data")?.as_deref() {
        None | Some("note") => Ok(InsufficientData::Note),
        Some("incident") => Ok(InsufficientData::Incident),
        Some("ignore") => Ok(InsufficientData::Ignore),
        Some(other) => Err(item
            .error("insufficient_data", format!("{other:?} is not known: write incident, note or ignore"))),
    }
}

fn pinned(item: &Section<'_>) -> Result<Option<Arc<Certificate>>, Error> {
    let key = "signing_certificate_file";
    let Some(path) = item.path(key)? else { return Ok(None) };
    let wrong = |why: String| item.error(key, format!("{} cannot be used: {why}", path.display()));
    let text = (item.context.around.read)(&path).map_err(wrong)?;
    let certificate = Certificate::read(text.as_bytes()).map_err(wrong)?;
    Ok(Some(Arc::new(certificate)))
}

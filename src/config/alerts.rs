//! What comes in and what it means: `sources:`, `labels:`, `severity:`, `incidents:`.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use firstlook_core::alert::{LabelRule, Severity, SeverityRule};
use firstlook_core::incident::{Flapping, Lifecycle};

use super::section::Section;
use super::{Error, Server};
use crate::secret::Secret;

/// How a peer proves who it is, to us or we to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorization {
    /// `Authorization: <scheme> <credentials>`.
    Header {
        /// `Bearer` unless configured otherwise.
        scheme: String,
        /// What follows it.
        credentials: Secret,
    },
    /// HTTP basic authentication.
    Basic {
        /// The name.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// One of `sources.alertmanager`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertmanagerSource {
    /// The last part of its address, `/webhooks/alertmanager/{name}`.
    pub name: String,
    /// What its requests must carry; `None` is possible on loopback alone.
    pub authorization: Option<Authorization>,
    /// Where it can be asked what fires.
    pub api: Option<AlertmanagerApi>,
    /// What fires and is not heard of for so long is stale.
    pub stale_after: TimeDelta,
}

/// How an Alertmanager is asked: `api_url` and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertmanagerApi {
    /// What stands before `/api/v2`.
    pub url: String,
    /// What it wants to see.
    pub authorization: Option<Authorization>,
    /// The receiver in its configuration that posts to this source; learned from what comes where absent.
    pub receiver: Option<String>,
}

/// `incidents:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incidents {
    /// Labels whose values join alerts of one source.
    pub group_by: Vec<String>,
    /// Labels whose values, where all are present, join alerts of any source.
    pub correlate_by: Vec<String>,
    /// When an incident goes on, which messages may have overtaken each other, and what is a flap.
    pub lifecycle: Lifecycle,
    /// An incident that nobody takes is told again so often; zero means never.
    pub repeat_interval: TimeDelta,
}

/// Reads `sources:`.
pub fn sources(top: &Section<'_>, server: &Server) -> Result<Vec<AlertmanagerSource>, Error> {
    let Some(section) = top.section("sources", &super::SOURCES, &[])? else { return Ok(Vec::new()) };
    let mut sources: Vec<AlertmanagerSource> = Vec::new();
    for (path, node) in section.list("alertmanager")? {
        let known = [
            "name",
            "authorization",
            "basic_auth",
            "stale_after",
            "api_url",
            "api_authorization",
            "api_basic_auth",
            "receiver",
        ];
        let item = Section::open(top.context, node, &path, &known, &[])?;
        let name = name(&item)?;
        if sources.iter().any(|source| source.name == name) {
            return Err(item.error("name", format!("{name:?} is taken: each source needs its own")));
        }
        let authorization = authorization(&item)?;
        if authorization.is_none() && server.webhooks_exposed() {
            let text = "has no `authorization`, and other machines reach the webhooks: add `authorization: { credentials_file: … }` or `basic_auth`";
            return Err(top.context.error(item.line, format!("`{path}` {text}")));
        }
        let stale_after = item.delta("stale_after", TimeDelta::hours(12))?;
        if stale_after < TimeDelta::minutes(1) {
            return Err(item.error("stale_after", "is shorter than any sender repeats: write 1m or more"));
        }
        sources.push(AlertmanagerSource { name, authorization, api: api(&item)?, stale_after });
    }
    Ok(sources)
}

/// Reads the name of a source.
pub fn name(item: &Section<'_>) -> Result<String, Error> {
    let name = item.required("name", "it is the last part of the webhook's address")?;
    match name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        true => Ok(name),
        false => Err(item
            .error("name", format!("{name:?} stands in an address: use letters, digits, `-`, `_` and `.`"))),
    }
}

fn api(item: &Section<'_>) -> Result<Option<AlertmanagerApi>, Error> {
    let authorization = credentials(item, "api_authorization", "api_basic_auth")?;
    let receiver = item.text("receiver")?;
    match item.url("api_url")? {
        Some(url) => Ok(Some(AlertmanagerApi { url, authorization, receiver })),
        None => match ["api_authorization", "api_basic_auth", "receiver"]
            .iter()
            .find(|key| item.node(key).is_some())
        {
            Some(key) => {
                Err(item.error(key, "says how Alertmanager is asked, and there is no `api_url`: add it"))
            }
            None => Ok(None),
        },
    }
}

/// Reads `authorization:` or `basic_auth:` of `item`.
pub fn authorization(item: &Section<'_>) -> Result<Option<Authorization>, Error> {
    credentials(item, "authorization", "basic_auth")
}

fn credentials(item: &Section<'_>, header: &str, basic: &str) -> Result<Option<Authorization>, Error> {
    let both = || item.error(basic, format!("and `{header}` are both given: keep one"));
    let header = item.section(header, &["type", "credentials", "credentials_file"], &[])?;
    let basic = item.section(basic, &["username", "password", "password_file"], &[])?;
    match (header, basic) {
        (Some(_), Some(_)) => Err(both()),
        (None, None) => Ok(None),
        (Some(header), None) => {
            let credentials = header
                .secret("credentials")?
                .ok_or_else(|| header.error("credentials", "is missing: add it or `credentials_file`"))?;
            let scheme = header.text("type")?.unwrap_or_else(|| "Bearer".to_owned());
            if scheme.eq_ignore_ascii_case("basic") {
                return Err(
                    header.error("type", "Basic has its own key: write `basic_auth: { username, password }`")
                );
            }
            Ok(Some(Authorization::Header { scheme, credentials }))
        }
        (None, Some(basic)) => {
            let username = basic.required("username", "write the name that is sent")?;
            let password = basic
                .secret("password")?
                .ok_or_else(|| basic.error("password", "is missing: add it or `password_file`"))?;
            Ok(Some(Authorization::Basic { username, password }))
        }
    }
}

/// Reads `labels:`.
pub fn labels(top: &Section<'_>) -> Result<Vec<LabelRule>, Error> {
    let mut rules = Vec::new();
    for (path, node) in top.list("labels")? {
        let item = Section::open(top.context, node, &path, &["source", "from", "regex", "to"], &[])?;
        let from = item.required("from", "name the label to read")?;
        let to = item.required("to", "name the label to set")?;
        let (source, regex) = (item.text("source")?, item.text("regex")?);
        let rule = LabelRule::new(source.as_deref(), &from, regex.as_deref(), &to)
            .map_err(|error| item.error("regex", format!("is no regular expression: {error}")))?;
        rules.push(rule);
    }
    Ok(rules)
}

/// Reads `severity:`.
pub fn severity(top: &Section<'_>) -> Result<SeverityRule, Error> {
    let words = [
        ("page", Severity::Critical),
        ("error", Severity::Critical),
        ("P1", Severity::Critical),
        ("P3", Severity::Warning),
        ("none", Severity::Info),
    ];
    let map: BTreeMap<_, _> = words.into_iter().map(|(word, severity)| (word.to_owned(), severity)).collect();
    let mut rule = SeverityRule { label: "severity".to_owned(), map, default: Severity::Warning };
    let Some(section) = top.section("severity", &["label", "map", "default"], &[])? else { return Ok(rule) };
    if let Some(label) = section.text("label")? {
        rule.label = label;
    }
    if let Some(word) = section.text("default")? {
        rule.default = level(&section, "default", &word)?;
    }
    if let Some(node) = section.node("map") {
        let words: Vec<&str> = match &node.value {
            super::yaml::Value::Map(members) => members.iter().map(|m| m.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let map = Section::open(top.context, node, "severity.map", &words, &[])?;
        rule.map = BTreeMap::new();
        for word in words {
            let severity = level(&map, word, &map.required(word, "write critical, warning or info")?)?;
            rule.map.insert(word.to_owned(), severity);
        }
    }
    Ok(rule)
}

fn level(section: &Section<'_>, key: &str, word: &str) -> Result<Severity, Error> {
    Severity::parse(word).ok_or_else(|| {
        section.error(key, format!("{word:?} is no severity: write critical, warning or info"))
    })
}

/// Reads `incidents:`.
pub fn incidents(top: &Section<'_>) -> Result<Incidents, Error> {
    let known =
        ["group_by", "correlate_by", "reopen_within", "reorder_window", "repeat_interval", "flapping"];
    let mut incidents = Incidents {
        group_by: ["cluster", "namespace", "service", "alertname"].map(str::to_owned).to_vec(),
        correlate_by: Vec::new(),
        lifecycle: Lifecycle::default(),
        repeat_interval: TimeDelta::hours(4),
    };
    let Some(section) = top.section("incidents", &known, &[])? else { return Ok(incidents) };
    let names = |key: &str| -> Result<Option<Vec<String>>, Error> {
        Ok(section.texts(key)?.map(|texts| texts.into_iter().map(|(text, _)| text).collect()))
    };
    incidents.group_by = names("group_by")?.unwrap_or(incidents.group_by);
    if incidents.group_by.is_empty() {
        return Err(section.error("group_by", "is empty: name the labels that tell incidents apart"));
    }
    incidents.correlate_by = names("correlate_by")?.unwrap_or_default();
    incidents.repeat_interval = section.delta("repeat_interval", incidents.repeat_interval)?;
    let Lifecycle { reopen_within, reorder_window, flapping } = incidents.lifecycle;
    incidents.lifecycle = Lifecycle {
        reopen_within: section.delta("reopen_within", reopen_within)?,
        reorder_window: section.delta("reorder_window", reorder_window)?,
        flapping: match section.section("flapping", &["transitions", "window"], &[])? {
            None => flapping,
            Some(flap) => Flapping {
                transitions: flap.integer("transitions", flapping.transitions as u64, 2..=100)? as usize,
                window: flap.delta("window", flapping.window)?,
            },
        },
    };
    Ok(incidents)
}

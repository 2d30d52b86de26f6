//! `evidence:`: where the logs of a moment are, and how much of them is read.

mod aws;
mod cloudtrail;
mod cloudwatch;
mod security;

use std::time::Duration;

use chrono::TimeDelta;
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::evidence::known;

use super::alerts::{Authorization, authorization};
use super::route::matchers;
use super::section::Section;
use super::{Error, Warning};
use crate::evidence::prometheus::Query;
pub use aws::{Athena, KnowledgeBase, Xray};
pub use cloudtrail::CloudTrail;
pub use cloudwatch::{CloudWatchLogs, CloudWatchMetrics};
pub use security::Findings;

/// `evidence:`.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// How long before the alert's start the window begins.
    pub before: TimeDelta,
    /// How long after the alert's start the window ends.
    pub after: TimeDelta,
    /// What counts as normal, in the order of preference.
    pub baseline: Vec<Baseline>,
    /// For all sources together.
    pub timeout: Duration,
    /// The pack's size; a token counts as 4 characters.
    pub pack_tokens: usize,
    /// How long before an alarm changes are looked for.
    pub changes_before: TimeDelta,
    /// `evidence.sources`, names unique.
    pub sources: Vec<EvidenceSource>,
}

/// A time that the window is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// The time just before the window.
    Preceding,
    /// The same time a day before.
    Yesterday,
}

/// One of `evidence.sources`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceSource {
    /// Unique; shown with each item.
    pub name: String,
    /// It is asked where all match; none asks it always.
    pub matchers: Matchers,
    /// What it is.
    pub kind: EvidenceKind,
}

/// What a source is. Texts may hold `{{labels.NAME}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceKind {
    /// Files on this machine.
    LogFile {
        /// A path with `*`; a relative one begins at the folder of the configuration file.
        path: String,
    },
    /// Grafana Loki.
    Loki {
        /// Its base, without a slash at the end.
        url: String,
        /// LogQL.
        query: String,
        /// What requests carry.
        authorization: Option<Authorization>,
        /// `X-Scope-OrgID`.
        tenant: Option<String>,
    },
    /// Prometheus, or what speaks its API.
    Prometheus {
        /// What stands before `/api/v1`.
        url: String,
        /// What is asked for beside the alert's own expression.
        queries: Vec<Query>,
        /// What requests carry.
        authorization: Option<Authorization>,
        /// `X-Scope-OrgID`.
        tenant: Option<String>,
    },
    /// CloudWatch Logs.
    CloudWatchLogs(CloudWatchLogs),
    /// CloudWatch.
    CloudWatchMetrics(CloudWatchMetrics),
    /// CloudTrail.
    CloudTrail(CloudTrail),
    /// X-Ray.
    Xray(Xray),
    /// Athena.
    Athena(Athena),
    /// A knowledge base of Bedrock.
    KnowledgeBase(KnowledgeBase),
    /// Security Hub.
    SecurityHub(Findings),
    /// GuardDuty.
    GuardDuty(Findings),
}

impl EvidenceKind {
    /// As `type` says it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LogFile { .. } => "log_file",
            Self::Loki { .. } => "loki",
            Self::Prometheus { .. } => "prometheus",
            Self::CloudWatchLogs(_) => "cloudwatch_logs",
            Self::CloudWatchMetrics(_) => "cloudwatch_metrics",
            Self::CloudTrail(_) => "cloudtrail",
            Self::Xray(_) => "xray",
            Self::Athena(_) => "athena",
            Self::KnowledgeBase(_) => "bedrock_knowledge_base",
            Self::SecurityHub(_) => "security_hub",
            Self::GuardDuty(_) => "guardduty",
        }
    }
}

/// The types, for people.
const TYPES: &str = "log_file, loki, prometheus, cloudwatch_logs, cloudwatch_metrics, cloudtrail, xray, athena, bedrock_knowledge_base, security_hub or guardduty";

/// Reads `evidence:`.
pub fn read(top: &Section<'_>) -> Result<Evidence, Error> {
    let mut evidence = Evidence {
        before: TimeDelta::minutes(15),
        after: TimeDelta::minutes(2),
        baseline: vec![Baseline::Preceding, Baseline::Yesterday],
        timeout: Duration::from_secs(20),
        pack_tokens: 4000,
        changes_before: TimeDelta::hours(4),
        sources: Vec::new(),
    };
    let known = ["window", "baseline", "timeout", "pack_tokens", "changes", "sources"];
    let Some(section) = top.section("evidence", &known, &[])? else { return Ok(evidence) };
    if let Some(window) = section.section("window", &["before", "after"], &[])? {
        evidence.before = window.delta("before", evidence.before)?;
        evidence.after = window.delta("after", evidence.after)?;
        if evidence.before.is_zero() && evidence.after.is_zero() {
            return Err(section.error("window", "is empty: give `before` or `after` a length"));
        }
    }
    if let Some(words) = section.texts("baseline")? {
        evidence.baseline = words.iter().map(|word| baseline(&section, word)).collect::<Result<_, _>>()?;
    }
    if let Some(changes) = section.section("changes", &["before"], &[])? {
        evidence.changes_before = changes.delta("before", evidence.changes_before)?;
    }
    evidence.timeout = section.duration("timeout", evidence.timeout)?;
    if evidence.timeout.is_zero() {
        return Err(section.error("timeout", "is zero: no source could answer"));
    }
    // More than the default is refused: it is the hard size of a prompt (DESIGN section 4).
    evidence.pack_tokens = usize::try_from(section.integer("pack_tokens", 4000, 100..=4000)?).unwrap_or(4000);
    for (path, node) in section.list("sources")? {
        if let Some(source) = source(&section, &path, node)? {
            if evidence.sources.iter().any(|other| other.name == source.name) {
                let text = format!("`{path}.name` {:?} is taken: each source needs its own", source.name);
                return Err(top.context.error(node.line, text));
            }
            evidence.sources.push(source);
        }
    }
    Ok(evidence)
}

fn baseline(section: &Section<'_>, (word, line): &(String, usize)) -> Result<Baseline, Error> {
    match word.as_str() {
        "preceding" => Ok(Baseline::Preceding),
        "yesterday" => Ok(Baseline::Yesterday),
        _ => {
            let text = format!("`evidence.baseline` {word:?} is unknown: write preceding or yesterday");
            Err(section.context.error(*line, text))
        }
    }
}

fn source(
    section: &Section<'_>,
    path: &str,
    node: &super::yaml::Node,
) -> Result<Option<EvidenceSource>, Error> {
    let context = section.context;
    let common = ["name", "type", "matchers"];
    let (kind, line) = kind(section, path, node)?;
    let own: &[&str] = match kind.as_str() {
        "log_file" => &["path"],
        "loki" => &["url", "query", "basic_auth", "authorization", "tenant"],
        "prometheus" => &["url", "queries", "basic_auth", "authorization", "tenant"],
        "cloudwatch_logs" => &cloudwatch::LOGS,
        "cloudwatch_metrics" => &cloudwatch::METRICS,
        "cloudtrail" => &cloudtrail::KEYS,
        "xray" => &aws::XRAY,
        "athena" => &aws::ATHENA,
        "bedrock_knowledge_base" => &aws::KNOWLEDGE_BASE,
        "security_hub" | "guardduty" => &security::KEYS,
        "knowledge" => {
            let text = "similar incidents are always looked for, without a source: remove it".to_owned();
            context.warnings.borrow_mut().push(Warning { line, key: format!("{path}.type"), text });
            return Ok(None);
        }
        _ => {
            let text = format!("`{path}.type` {kind:?} is unknown: write {TYPES}");
            return Err(context.error(line, text));
        }
    };
    let known: Vec<&str> = common.iter().chain(own).copied().collect();
    let item = Section::open(context, node, path, &known, &[])?;
    let kind = match kind.as_str() {
        "log_file" => {
            let file = item.required("path", "name the files, such as /var/log/{{labels.service}}/*.log")?;
            EvidenceKind::LogFile { path: context.base.join(file).display().to_string() }
        }
        "loki" => EvidenceKind::Loki {
            url: address(&item, "Loki")?,
            query: item.required("query", "write LogQL, such as {namespace=\"{{labels.namespace}}\"}")?,
            authorization: authorization(&item)?,
            tenant: item.text("tenant")?,
        },
        "cloudwatch_logs" => EvidenceKind::CloudWatchLogs(cloudwatch::logs(&item)?),
        "cloudwatch_metrics" => EvidenceKind::CloudWatchMetrics(cloudwatch::metrics(&item)?),
        "cloudtrail" => EvidenceKind::CloudTrail(cloudtrail::read(&item)?),
        "xray" => EvidenceKind::Xray(aws::xray(&item)?),
        "athena" => EvidenceKind::Athena(aws::athena(&item)?),
        "bedrock_knowledge_base" => EvidenceKind::KnowledgeBase(aws::knowledge_base(&item)?),
        "security_hub" => EvidenceKind::SecurityHub(security::read(&item)?),
        "guardduty" => EvidenceKind::GuardDuty(security::read(&item)?),
        _ => EvidenceKind::Prometheus {
            url: address(&item, "Prometheus")?,
            queries: queries(&item)?,
            authorization: authorization(&item)?,
            tenant: item.text("tenant")?,
        },
    };
    let name = item.required("name", "pages and gaps call the source by it")?;
    if matches!(kind, EvidenceKind::KnowledgeBase(_)) && known::is_reserved(&name) {
        return Err(item.error("name", "is what firstlook calls its own knowledge: choose another"));
    }
    Ok(Some(EvidenceSource { name, matchers: matchers(&item)?, kind }))
}

fn address(item: &Section<'_>, product: &str) -> Result<String, Error> {
    item.url("url")?.ok_or_else(|| item.error("url", format!("is missing: write {product}'s address")))
}

/// `queries` of a source of metrics.
fn queries(item: &Section<'_>) -> Result<Vec<Query>, Error> {
    let query = |(path, node): (String, &super::yaml::Node)| {
        let one = Section::open(item.context, node, &path, &["title", "query", "unit"], &[])?;
        Ok(Query {
            title: one.required("title", "pages and messages call the value by it")?,
            query: one.required(
                "query",
                "write PromQL, such as sum(rate(errors_total{service=\"{{labels.service}}\"}[5m]))",
            )?,
            unit: one.text("unit")?.unwrap_or_default(),
        })
    };
    item.list("queries")?.into_iter().map(query).collect()
}

/// The `type` of a source, before its other keys are known, and its line.
fn kind(section: &Section<'_>, path: &str, node: &super::yaml::Node) -> Result<(String, usize), Error> {
    let super::yaml::Value::Map(members) = &node.value else {
        return Err(section
            .context
            .error(node.line, format!("`{path}` must be a mapping of keys to values")));
    };
    let member = members.iter().find(|member| member.key == "type");
    let text = member
        .map(|member| section.context.text(&format!("{path}.type"), &member.node))
        .transpose()?
        .flatten();
    let line = member.map_or(node.line, |member| member.line);
    let missing = || section.context.error(line, format!("`{path}.type` is missing: write {TYPES}"));
    text.map(|text| (text, line)).ok_or_else(missing)
}

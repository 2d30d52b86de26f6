//! The keys of evidence sources of CloudWatch.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::Error;
use super::super::section::Section;
use super::super::size::size;
use super::super::yaml::{Node, Value};
use crate::evidence::cloudwatch_metrics::Query;

/// What a source of type `cloudwatch_logs` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudWatchLogs {
    /// The alarm's, else the environment's, where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// Names or ARNs, which may hold `{{labels.NAME}}`; the alarm's own groups where there are none.
    pub log_groups: Vec<String>,
    /// An expression of Logs Insights, which may hold `{{labels.NAME}}` within strings.
    pub filter: Option<String>,
    /// Bytes that Logs Insights may read for it on a day (UTC), over all replicas.
    pub scan_budget: u64,
}

/// Its keys.
pub(super) const LOGS: [&str; 5] = ["region", "endpoint_url", "log_groups", "filter", "scan_budget"];
/// About 0.50 USD a day where a GB costs 0.005 USD (FACTS E).
const SCAN_BUDGET: u64 = 100 << 30;
/// What one query takes.
const MOST_GROUPS: usize = 50;

pub(super) fn logs(item: &Section<'_>) -> Result<CloudWatchLogs, Error> {
    let groups = item.texts("log_groups")?;
    if groups.as_ref().is_some_and(|groups| groups.is_empty() || groups.len() > MOST_GROUPS) {
        return Err(item.error("log_groups", format!("must name 1 to {MOST_GROUPS} groups, or be left out")));
    }
    Ok(CloudWatchLogs {
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        log_groups: groups.unwrap_or_default().into_iter().map(|(group, _)| group).collect(),
        filter: item.text("filter")?,
        scan_budget: size(item, "scan_budget", SCAN_BUDGET)?,
    })
}

/// What a source of type `cloudwatch_metrics` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudWatchMetrics {
    /// The alarm's, else the environment's, where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// What is asked for beside what the alarm watches.
    pub queries: Vec<Query>,
}

/// Its keys.
pub(super) const METRICS: [&str; 3] = ["region", "endpoint_url", "queries"];

pub(super) fn metrics(item: &Section<'_>) -> Result<CloudWatchMetrics, Error> {
    let queries = item.list("queries")?.into_iter().map(|(path, node)| query(item, &path, node));
    Ok(CloudWatchMetrics {
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        queries: queries.collect::<Result<_, _>>()?,
    })
}

fn query(item: &Section<'_>, path: &str, node: &Node) -> Result<Query, Error> {
    let known = ["title", "namespace", "metric", "dimensions", "stat", "period", "unit"];
    let one = Section::open(item.context, node, path, &known, &[])?;
    let mut dimensions = BTreeMap::new();
    if let Some(node) = one.node("dimensions") {
        let names: Vec<&str> = match &node.value {
            Value::Map(members) => members.iter().map(|member| member.key.as_str()).collect(),
            _ => Vec::new(),
        };
        let map = Section::open(item.context, node, &one.name("dimensions"), &names, &[])?;
        for name in names {
            dimensions.insert(name.to_owned(), map.required(name, "write the dimension's value")?);
        }
    }
    let period = one.duration("period", Duration::from_secs(60))?.as_secs();
    let whole = i32::try_from(period).ok().filter(|period| *period > 0 && period % 60 == 0);
    Ok(Query {
        title: one.required("title", "pages and messages call the value by it")?,
        namespace: one.required("namespace", "write the metric's namespace, such as AWS/ApplicationELB")?,
        metric: one.required("metric", "write the metric's name, such as TargetResponseTime")?,
        dimensions,
        stat: one.required("stat", "write how values are taken together: Average, Sum, Maximum, p99 …")?,
        period: whole.ok_or_else(|| one.error("period", "must be whole minutes"))?,
        unit: one.text("unit")?.unwrap_or_default(),
    })
}

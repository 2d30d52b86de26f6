//! The keys of evidence sources of AWS other than CloudWatch.

use super::super::Error;
use super::super::section::Section;
use super::super::size::size;
use super::super::yaml::Node;
use crate::evidence::athena::{Query, Table};

/// What a source of type `xray` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xray {
    /// The alarm's, else the environment's, where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// A filter expression, which may hold `{{labels.NAME}}` within strings; what failed or was slow where there is none.
    pub filter: Option<String>,
}

/// Its keys.
pub(super) const XRAY: [&str; 3] = ["region", "endpoint_url", "filter"];

pub(super) fn xray(item: &Section<'_>) -> Result<Xray, Error> {
    Ok(Xray {
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        filter: item.text("filter")?,
    })
}

/// What a source of type `bedrock_knowledge_base` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeBase {
    /// Its id.
    pub id: String,
    /// Where it is; the environment's where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// Passages of one answer.
    pub max_results: u8,
}

/// Its keys.
pub(super) const KNOWLEDGE_BASE: [&str; 4] = ["knowledge_base_id", "region", "endpoint_url", "max_results"];

pub(super) fn knowledge_base(item: &Section<'_>) -> Result<KnowledgeBase, Error> {
    let remedy = "write the id of the knowledge base, such as ABCDEFGHIJ";
    let id = item.required("knowledge_base_id", remedy)?;
    if id.len() > 10 || !id.chars().all(|c| c.is_ascii_alphanumeric()) {
        let text = "is no id of a knowledge base: at most 10 letters and digits, such as ABCDEFGHIJ";
        return Err(item.error("knowledge_base_id", text));
    }
    Ok(KnowledgeBase {
        id,
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        max_results: u8::try_from(item.integer("max_results", 5, 1..=10)?).unwrap_or(5),
    })
}

/// What a source of type `athena` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Athena {
    /// The alarm's, else the environment's, where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// Where the access logs are.
    pub table: Table,
    /// What is asked for beside the requests.
    pub queries: Vec<Query>,
    /// Bytes that Athena may read for it on a day (UTC), over all replicas.
    pub scan_budget: u64,
}

/// Its keys.
pub(super) const ATHENA: [&str; 9] = [
    "region",
    "endpoint_url",
    "database",
    "table",
    "partition",
    "workgroup",
    "output_location",
    "queries",
    "scan_budget",
];
/// About 0.50 USD a day where a TB costs 5 USD.
const SCAN_BUDGET: u64 = 100 << 30;

pub(super) fn athena(item: &Section<'_>) -> Result<Athena, Error> {
    let output_location = item.text("output_location")?;
    if output_location.as_ref().is_some_and(|place| !place.starts_with("s3://")) {
        return Err(item.error("output_location", "must be a place in S3: s3://BUCKET/FOLDER/"));
    }
    let queries = item.list("queries")?.into_iter().map(|(path, node)| query(item, &path, node));
    let queries = queries.collect::<Result<Vec<_>, _>>()?;
    let table = item.text("table")?;
    if table.is_none() && queries.is_empty() {
        let text = "is missing: name the table of the load balancer's access logs, or write `queries`";
        return Err(item.error("table", text));
    }
    Ok(Athena {
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        table: Table {
            database: item.required("database", "name the database of Athena that has the table")?,
            table,
            partition: item.text("partition")?.unwrap_or_else(|| "day".into()),
            workgroup: item.text("workgroup")?,
            output_location,
        },
        queries,
        scan_budget: size(item, "scan_budget", SCAN_BUDGET)?,
    })
}

fn query(item: &Section<'_>, path: &str, node: &Node) -> Result<Query, Error> {
    let one = Section::open(item.context, node, path, &["title", "query", "by"], &[])?;
    Ok(Query {
        title: one.required("title", "pages and messages call the result by it")?,
        query: one.required("query", "write a SELECT with `at >= {{start}} AND at < {{end}}`")?,
        by: one.texts("by")?.unwrap_or_default().into_iter().map(|(name, _)| name).collect(),
    })
}

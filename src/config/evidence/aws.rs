//! The keys of evidence sources of AWS other than CloudWatch.

use super::super::Error;
use super::super::section::Section;
use crate::evidence::athena::Table;

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

/// What a source of type `athena` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Athena {
    /// The alarm's, else the environment's, where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// Where the access logs are.
    pub table: Table,
}

/// Its keys.
pub(super) const ATHENA: [&str; 7] =
    ["region", "endpoint_url", "database", "table", "partition", "workgroup", "output_location"];

pub(super) fn athena(item: &Section<'_>) -> Result<Athena, Error> {
    let output_location = item.text("output_location")?;
    if output_location.as_ref().is_some_and(|place| !place.starts_with("s3://")) {
        return Err(item.error("output_location", "must be a place in S3: s3://BUCKET/FOLDER/"));
    }
    Ok(Athena {
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        table: Table {
            database: item.required("database", "name the database of Athena that has the table")?,
            table: item.required("table", "name the table of the load balancer's access logs")?,
            partition: item.text("partition")?.unwrap_or_else(|| "day".into()),
            workgroup: item.text("workgroup")?,
            output_location,
        },
    })
}

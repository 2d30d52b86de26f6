//! The keys of evidence sources of CloudTrail.

use super::super::Error;
use super::super::section::Section;

/// What a source of type `cloudtrail` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudTrail {
    /// The alarm's, else the environment's, where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// Whether IAM, CloudFront, Route 53 and others without a region are asked about as well, in `us-east-1`.
    pub global_services: bool,
}

/// Its keys.
pub(super) const KEYS: [&str; 3] = ["region", "endpoint_url", "global_services"];

pub(super) fn read(item: &Section<'_>) -> Result<CloudTrail, Error> {
    Ok(CloudTrail {
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        global_services: item.boolean("global_services", true)?,
    })
}

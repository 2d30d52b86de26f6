//! The keys of evidence sources of CloudWatch.

use super::super::Error;
use super::super::section::Section;

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
}

/// Its keys.
pub(super) const LOGS: [&str; 4] = ["region", "endpoint_url", "log_groups", "filter"];
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
    })
}

//! Door: network. What CloudWatch and its logs refuse, and what that is to people.
//!
//! Knows the SDK's errors. Must not know what is done about them.

use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};

use super::super::Fault;
use super::super::api::one_line;
use super::insights::Wrote;
use crate::aws::refusal::Refusal;

/// Why Logs Insights gave nothing.
#[derive(Debug)]
pub(super) enum Failed {
    /// It may not be asked, or not now: `FilterLogEvents` may do.
    NoQuery(Fault),
    /// A group does not exist; AWS's words, which name it.
    NoGroup(String),
    /// Anything else.
    Fault(Fault),
}

/// Why a call failed that needs the IAM action `action`.
pub(in crate::evidence) fn fault<E>(error: &SdkError<E>, action: &str) -> Fault
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let refusal = Refusal::of(error, action);
    let (what, remedy) = refusal.parts();
    let remedy = match &refusal {
        Refusal::Denied(_) if !what.contains("credentials") => {
            format!("allow `{action}` to the role of firstlook")
        }
        _ => remedy.unwrap_or("check `region` and `endpoint_url` of this source").to_owned(),
    };
    Fault::unavailable(what, remedy)
}

/// Whether the same call may be answered in a moment: too many calls or queries, for now.
pub(in crate::evidence) fn is_throttled<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    matches!(error.code(), Some("LimitExceededException" | "ThrottlingException" | "Throttling"))
}

/// Why a query could not be started.
pub(super) fn start<E>(error: &SdkError<E>, wrote: Wrote) -> Failed
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    let action = "logs:StartQuery";
    let words = one_line(error.message().unwrap_or_default());
    match error.code() {
        Some("ResourceNotFoundException") => Failed::NoGroup(words),
        Some("MalformedQueryException") if wrote != Wrote::Firstlook => Failed::Fault(Fault::configuration(
            format!("Logs Insights cannot read the query: {words}"),
            match wrote {
                Wrote::Runbook => "correct the block of the runbook",
                Wrote::Firstlook | Wrote::Filter => "correct `filter` of this source",
            },
        )),
        _ if is_throttled(error) => Failed::NoQuery(Fault::unavailable(
            format!(
                "AWS answers {} to {action}: other queries take all places",
                error.code().unwrap_or_default()
            ),
            "raise the quota of concurrent Logs Insights queries, or let dashboards and scheduled queries ask less often",
        )),
        _ => match Refusal::of(error, action) {
            Refusal::Denied(_) => Failed::NoQuery(fault(error, action)),
            _ => Failed::Fault(fault(error, action)),
        },
    }
}

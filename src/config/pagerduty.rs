//! `pagerduty_configs`: an Events v2 integration, and what PagerDuty is told beside pages.

use super::Error;
use super::receivers::per_minute;
use super::section::Section;
use crate::secret::Secret;

/// One of `pagerduty_configs`: an Events v2 integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagerDuty {
    /// The integration's key.
    pub routing_key: Secret,
    /// Where events are posted.
    pub url: String,
    /// Events in any minute, over all replicas.
    pub max_per_minute: u32,
    /// What its webhooks are signed with, where it tells what people do there.
    pub webhook_secret: Option<Secret>,
    /// Who writes notes, where somebody does.
    pub notes: Option<PagerDutyNotes>,
    /// Where change events are posted, if it wants them.
    pub changes_url: Option<String>,
}

/// Who writes notes through PagerDuty's REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagerDutyNotes {
    /// The base of the methods, without a slash at the end.
    pub api_url: String,
    /// A key of the REST API that may write.
    pub token: Secret,
    /// The mail address of the user as whom they are written.
    pub from: String,
}

/// What PagerDuty takes by one routing key (FACTS C).
const PER_MINUTE: u32 = 120;
/// How the address of events ends.
const EVENTS: &str = "/v2/enqueue";

/// Its keys.
pub const KEYS: [&str; 12] = [
    "routing_key",
    "routing_key_file",
    "region",
    "url",
    "max_per_minute",
    "webhook_secret",
    "webhook_secret_file",
    "api_token",
    "api_token_file",
    "api_url",
    "from",
    "change_events",
];

/// Reads one.
pub fn read(section: &Section<'_>) -> Result<PagerDuty, Error> {
    let routing_key = section
        .secret("routing_key")?
        .ok_or_else(|| section.error("routing_key", "is missing: add it or `routing_key_file`"))?;
    let host = match section.text("region")?.as_deref() {
        None | Some("us") => "pagerduty.com",
        Some("eu") => "eu.pagerduty.com",
        Some(other) => {
            return Err(
                section.error("region", format!("{other:?} is no service region: write `us` or `eu`"))
            );
        }
    };
    let url = section.url("url")?.unwrap_or_else(|| format!("https://events.{host}{EVENTS}"));
    let changes_url = match (section.boolean("change_events", false)?, url.strip_suffix(EVENTS)) {
        (false, _) => None,
        (true, Some(base)) => Some(format!("{base}/v2/change/enqueue")),
        (true, None) => {
            let text = format!("needs a `url` that ends in {EVENTS}: change events go beside it");
            return Err(section.error("change_events", text));
        }
    };
    Ok(PagerDuty {
        max_per_minute: per_minute(section)?.unwrap_or(PER_MINUTE),
        webhook_secret: section.secret("webhook_secret")?,
        notes: notes(section, host)?,
        routing_key,
        url,
        changes_url,
    })
}

fn notes(section: &Section<'_>, host: &str) -> Result<Option<PagerDutyNotes>, Error> {
    let (token, from, api_url) =
        (section.secret("api_token")?, section.text("from")?, section.url("api_url")?);
    match (token, from) {
        (Some(token), Some(from)) => {
            let api_url = api_url.unwrap_or_else(|| format!("https://api.{host}"));
            Ok(Some(PagerDutyNotes { api_url, token, from }))
        }
        (Some(_), None) => {
            let text =
                "is missing: notes are written as a user of PagerDuty, so give the mail address of one";
            Err(section.error("from", text))
        }
        (None, Some(_)) => {
            Err(section.error("from", "has no effect without `api_token`: add it, or take this out"))
        }
        (None, None) => Ok(None),
    }
}

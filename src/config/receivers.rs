//! `receivers:`: whom firstlook tells, and how.

use super::Error;
use super::declare::{self, Declare};
use super::pagerduty::{self, PagerDuty};
use super::section::Section;
use super::templates;
use crate::secret::Secret;

/// One of `receivers:`. One without integrations is told nothing, as in Alertmanager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Unique.
    pub name: String,
    /// `pagerduty_configs`.
    pub pagerduty: Vec<PagerDuty>,
    /// `slack_configs`.
    pub slack: Vec<Slack>,
    /// `webhook_configs`.
    pub webhook: Vec<Webhook>,
}

/// One of `slack_configs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slack {
    /// The channel's name or id, as configured; an incoming webhook has its own.
    pub channel: Option<String>,
    /// Which of Slack's two doors.
    pub via: SlackVia,
    /// Posts and edits in any minute, over all replicas.
    pub max_per_minute: u32,
    /// What an incident gets that somebody declares; nothing where this is not to open channels.
    pub declare: Option<Declare>,
}

/// How Slack is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlackVia {
    /// A bot's token: messages can be edited in place.
    Bot {
        /// Begins with `xoxb-`.
        token: Secret,
        /// The base of the methods, without a slash at the end.
        api_url: String,
    },
    /// An incoming webhook: messages cannot be edited.
    IncomingWebhook {
        /// The whole address, which is the secret.
        url: Secret,
    },
}

/// One of `webhook_configs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Where the incident is posted; may carry a token.
    pub url: Secret,
    /// What posts are signed with.
    pub secret: Option<Secret>,
    /// The template of its body, by the name of its file without `.hbs`; without one it is firstlook's own.
    pub template: Option<String>,
    /// Posts in any minute, over all replicas; without it there is no limit.
    pub max_per_minute: Option<u32>,
}

/// What Slack takes for one channel: about one a second (FACTS D).
const SLACK_PER_MINUTE: u32 = 60;

/// Reads `receivers:`.
pub fn read(top: &Section<'_>) -> Result<Vec<Receiver>, Error> {
    let mut receivers: Vec<Receiver> = Vec::new();
    for (path, node) in top.list("receivers")? {
        let known = ["name", "pagerduty_configs", "slack_configs", "webhook_configs"];
        let section = Section::open(top.context, node, &path, &known, &[])?;
        let name = section.required("name", "routes refer to a receiver by it")?;
        if receivers.iter().any(|receiver| receiver.name == name) {
            return Err(section.error("name", format!("{name:?} is taken: each receiver needs its own")));
        }
        receivers.push(Receiver {
            name,
            pagerduty: each(&section, "pagerduty_configs", &pagerduty::KEYS, pagerduty::read)?,
            slack: each(&section, "slack_configs", &SLACK, slack)?,
            webhook: each(&section, "webhook_configs", &WEBHOOK, webhook)?,
        });
    }
    Ok(receivers)
}

const SLACK: [&str; 8] = [
    "channel",
    "bot_token",
    "bot_token_file",
    "api_url",
    "incoming_webhook_url",
    "incoming_webhook_url_file",
    "max_per_minute",
    "declare",
];
const WEBHOOK: [&str; 6] = ["url", "url_file", "secret", "secret_file", "template", "max_per_minute"];

fn each<T>(
    section: &Section<'_>,
    key: &str,
    known: &[&str],
    read: fn(&Section<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let open = |(path, node): (String, _)| Section::open(section.context, node, &path, known, &[]);
    section.list(key)?.into_iter().map(|item| read(&open(item)?)).collect()
}

fn slack(section: &Section<'_>) -> Result<Slack, Error> {
    let channel = section.text("channel")?;
    let api_url = section.url("api_url")?;
    let (token, hook) = (section.secret("bot_token")?, section.secret("incoming_webhook_url")?);
    let via = match (token, hook) {
        (Some(_), Some(_)) => {
            return Err(section.error("incoming_webhook_url", "and `bot_token` are both given: keep one"));
        }
        (None, None) => {
            let text = "is missing: add it, `bot_token_file`, or an `incoming_webhook_url`";
            return Err(section.error("bot_token", text));
        }
        (None, Some(url)) => {
            section.check_url("incoming_webhook_url", url.expose())?;
            if section.node("declare").is_some() {
                return Err(
                    section.error("declare", "needs a `bot_token`: an incoming webhook cannot open channels")
                );
            }
            SlackVia::IncomingWebhook { url }
        }
        (Some(_), None) if channel.is_none() => {
            return Err(section.error("channel", "is missing: name where the bot posts, such as \"#alerts\""));
        }
        (Some(token), None) => {
            SlackVia::Bot { token, api_url: api_url.unwrap_or_else(|| "https://slack.com/api".to_owned()) }
        }
    };
    let max_per_minute = per_minute(section)?.unwrap_or(SLACK_PER_MINUTE);
    let declare = match via {
        SlackVia::Bot { .. } => declare::read(section)?,
        SlackVia::IncomingWebhook { .. } => None,
    };
    Ok(Slack { channel, via, max_per_minute, declare })
}

fn webhook(section: &Section<'_>) -> Result<Webhook, Error> {
    let url =
        section.secret("url")?.ok_or_else(|| section.error("url", "is missing: add it or `url_file`"))?;
    section.check_url("url", url.expose())?;
    let template = section.text("template")?;
    if template.as_deref().is_some_and(|name| !templates::is_name(name)) {
        let text = "is no name: write that of a file in `templates.path`, without `.hbs`, of small letters, digits, - and _";
        return Err(section.error("template", text));
    }
    let secret = section.secret("secret")?;
    Ok(Webhook { url, secret, template, max_per_minute: per_minute(section)? })
}

/// `max_per_minute`, if it is there.
pub(super) fn per_minute(section: &Section<'_>) -> Result<Option<u32>, Error> {
    if section.node("max_per_minute").is_none() {
        return Ok(None);
    }
    let most = section.integer("max_per_minute", 1, 1..=1_000_000)?;
    Ok(u32::try_from(most).ok())
}

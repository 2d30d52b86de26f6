//! The configuration file: YAML in Alertmanager's vocabulary (DESIGN section 5), read into types.
//!
//! Every fault has a line and a remedy; what belongs to a later version is accepted with a warning, so that a file
//! written for one still starts. Must not open sockets or judge whether peers answer; that is `check`.

mod alerts;
mod changes;
mod declare;
mod evidence;
mod heartbeats;
mod inhibit;
mod intervals;
mod load;
mod pagerduty;
mod receivers;
mod route;
mod section;
mod server;
mod size;
mod slack;
mod sns;
mod storm;
mod summary;
mod templates;
#[cfg(test)]
mod tests;
mod yaml;

use std::path::{Path, PathBuf};

use firstlook_core::Language;
use firstlook_core::alert::{LabelRule, SeverityRule};
use firstlook_core::notify::Zone;
use firstlook_core::route::Tree;
use firstlook_core::route::storm::Limits;

pub use alerts::{AlertmanagerApi, AlertmanagerSource, Authorization, Incidents};
pub use changes::ChangeSource;
pub use declare::Declare;
pub use evidence::{
    Athena, Baseline, CloudTrail, CloudWatchLogs, CloudWatchMetrics, Evidence, EvidenceKind, EvidenceSource,
    Findings, KnowledgeBase, Xray,
};
pub use heartbeats::{Heartbeat, Ping};
pub use load::{MINIMAL, load};
pub use pagerduty::{PagerDuty, PagerDutyNotes};
pub use receivers::{Receiver, Slack, SlackVia, Webhook};
pub use section::{Surroundings, duration};
pub use server::Server;
pub use slack::SlackApp;
pub use sns::SnsSource;
pub use summary::{Analysis, Guardrail, ModelSettings, Provider, Summary};

use crate::secret::Secret;
use section::{Context, Section};

/// A whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// `server:`.
    pub server: Server,
    /// `database.url`; absent, a private Postgres under [`Config::data_dir`] is used.
    pub database_url: Option<Secret>,
    /// `language:`, of pages, messages and summaries.
    pub language: Language,
    /// `time_zone:`, of pages and messages.
    pub zone: Zone,
    /// Where the private Postgres lives.
    pub data_dir: PathBuf,
    /// `sources.alertmanager`, names unique.
    pub alertmanager: Vec<AlertmanagerSource>,
    /// `sources.sns`, names unique.
    pub sns: Vec<SnsSource>,
    /// `sources.changes`, names unique.
    pub changes: Vec<ChangeSource>,
    /// `labels:`, in order.
    pub labels: Vec<LabelRule>,
    /// `severity:`.
    pub severity: SeverityRule,
    /// `incidents:`.
    pub incidents: Incidents,
    /// `storm:`.
    pub storm: Limits,
    /// `inhibit_rules:`.
    pub inhibition: Vec<firstlook_core::route::inhibit::Rule>,
    /// `heartbeats:`, names unique.
    pub heartbeats: Vec<Heartbeat>,
    /// `ping:`.
    pub ping: Option<Ping>,
    /// `route:` with `time_intervals:`; whatever it names exists.
    pub route: Tree,
    /// `receivers:`, names unique.
    pub receivers: Vec<Receiver>,
    /// `slack:`.
    pub slack: Option<SlackApp>,
    /// `templates.path`.
    pub templates: Option<PathBuf>,
    /// `runbooks:`.
    pub runbooks: Option<Runbooks>,
    /// `evidence:`.
    pub evidence: Evidence,
    /// `summary:`.
    pub summary: Summary,
    /// Keys that have no effect in this version, in order of their lines.
    pub warnings: Vec<Warning>,
}

impl Config {
    /// The names of everything that sends alarms: `alertmanager/main`, `sns/aws`.
    fn senders(&self) -> Vec<String> {
        let alertmanager = self.alertmanager.iter().map(|one| format!("alertmanager/{}", one.name));
        alertmanager.chain(self.sns.iter().map(|one| format!("sns/{}", one.name))).collect()
    }

    /// The receiver that is called `name`.
    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.receivers.iter().find(|receiver| receiver.name == name)
    }
}

/// `runbooks:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runbooks {
    /// A folder of Markdown files.
    pub path: PathBuf,
    /// Where a person edits them; a file's path is appended.
    pub edit_url: Option<String>,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{}{text}", line.map_or(" ".to_owned(), |line| format!("{line}: ")))]
pub struct Error {
    /// The file, as it was named.
    pub file: String,
    /// From 1; absent where the file itself is the fault.
    pub line: Option<usize>,
    /// What is wrong and what to write. Never a secret's value.
    pub text: String,
}

/// A key that is understood and has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// From 1.
    pub line: usize,
    /// The key in full, such as `incidents.repeat_interval`.
    pub key: String,
    /// For people.
    pub text: String,
}

/// What sends alarms, and what tells of changes.
const SOURCES: [&str; 3] = ["alertmanager", "sns", "changes"];

const KEYS: [&str; 21] = [
    "server",
    "database",
    "data_dir",
    "language",
    "time_zone",
    "sources",
    "labels",
    "severity",
    "incidents",
    "storm",
    "heartbeats",
    "inhibit_rules",
    "ping",
    "time_intervals",
    "route",
    "receivers",
    "slack",
    "templates",
    "runbooks",
    "evidence",
    "summary",
];

/// Reads the `text` of `file`. `around` gives environment variables and the files that `…_file` keys name.
///
/// # Errors
/// At the first fault, with its line and a remedy.
pub fn parse(text: &str, file: &str, around: &Surroundings<'_>) -> Result<Config, Error> {
    let base = Path::new(file).parent().unwrap_or(Path::new(""));
    let context = Context { file, base, around, warnings: Vec::new().into() };
    let text = text.trim_start_matches('\u{feff}');
    let root = yaml::parse(text).map_err(|(line, fault)| {
        // `{ url: ${X} }` is the usual mistake: the braces belong to YAML there.
        let braces = text.lines().nth(line.saturating_sub(1)).is_some_and(|line| line.contains(": ${"));
        context.error(line, if braces { format!("{fault}; write \"${{VAR}}\" with quotes") } else { fault })
    })?;
    let top = Section::open(&context, &root, "", &KEYS, &["briefings"])?;
    let language = language(&top)?;
    let server = server::read(&top)?;
    let database = top.section("database", &["url", "url_file"], &[])?;
    let receivers = receivers::read(&top)?;
    let mut config = Config {
        database_url: database.map(|section| section.secret("url")).transpose()?.flatten(),
        language,
        zone: zone(&top)?,
        data_dir: top.path("data_dir")?.unwrap_or_else(|| base.join("data")),
        alertmanager: alerts::sources(&top, &server)?,
        sns: sns::sources(&top)?,
        changes: changes::sources(&top, &server)?,
        labels: alerts::labels(&top)?,
        severity: alerts::severity(&top)?,
        incidents: alerts::incidents(&top)?,
        storm: storm::read(&top)?,
        inhibition: inhibit::read(&top)?,
        heartbeats: Vec::new(),
        ping: heartbeats::ping(&top)?,
        route: route::read(&top, &receivers)?,
        slack: slack::read(&top)?,
        templates: templates::read(&top, &receivers)?,
        runbooks: runbooks(&top)?,
        evidence: evidence::read(&top)?,
        summary: summary::read(&top)?,
        warnings: Vec::new(),
        server,
        receivers,
    };
    config.heartbeats = heartbeats::read(&top, &config.senders())?;
    able_to_offer(&top, &config)?;
    config.warnings = context.warnings.take();
    config.warnings.sort_by_key(|warning| warning.line);
    Ok(config)
}

/// An analysis is offered by a bot, and made by a model.
fn able_to_offer(top: &Section<'_>, config: &Config) -> Result<(), Error> {
    if config.slack.as_ref().is_none_or(|slack| slack.offers.is_none()) {
        return Ok(());
    }
    let slack = config.receivers.iter().flat_map(|receiver| &receiver.slack);
    if !slack.into_iter().any(|one| matches!(one.via, SlackVia::Bot { .. })) {
        let text = "has `offer_analysis`, which needs a bot: give one of `slack_configs` a `bot_token`";
        return Err(top.error("slack", text));
    }
    if config.summary.models.is_empty() {
        let text = "has `offer_analysis`, which needs a model: set `summary.provider`";
        return Err(top.error("slack", text));
    }
    Ok(())
}

fn language(top: &Section<'_>) -> Result<Language, Error> {
    let Some(name) = top.text("language")? else { return Ok(Language::default()) };
    Language::of(&name)
        .ok_or_else(|| top.error("language", format!("{name:?} is not spoken: write `en` or `ja`")))
}

fn zone(top: &Section<'_>) -> Result<Zone, Error> {
    let Some(name) = top.text("time_zone")? else { return Ok(Zone::utc()) };
    Zone::named(&name).ok_or_else(|| {
        top.error("time_zone", format!("{name:?} is no time zone: write a name such as Asia/Tokyo or UTC"))
    })
}

fn runbooks(top: &Section<'_>) -> Result<Option<Runbooks>, Error> {
    let Some(section) = top.section("runbooks", &["path", "edit_url"], &["git"])? else { return Ok(None) };
    let edit_url = section.url("edit_url")?;
    Ok(section.path("path")?.map(|path| Runbooks { path, edit_url }))
}

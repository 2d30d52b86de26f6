//! Door: network. `check`: the configuration, the runbooks and the templates; with `--online` each dependency, as a table.
//!
//! Never tells anybody anything: receivers are only asked, not written to.

mod cloudwatch;
mod evidence;
mod pagers;
mod routes;
mod slack;
mod subscriptions;
mod templates;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use firstlook::app::{self, StartError};
use firstlook::config::{self, Config, EvidenceKind, Provider, SlackVia};
use firstlook::library::read_folder;
use firstlook::receivers::slack::Slack;
use firstlook::secret::Secret;
use firstlook::sources::alertmanager_api::{Api, Snapshot};
use firstlook::store::Store;
use firstlook::web::pages::Pages;
use firstlook::{clock, http};

use super::serve::runtime;

/// Longest a dependency may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How a check ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Ok,
    Note,
    Fault,
}

/// The lines of the table.
#[derive(Default)]
struct Table(Vec<(Mark, String, String)>);

impl Table {
    fn add(&mut self, mark: Mark, what: impl Into<String>, said: impl Into<String>) {
        self.0.push((mark, what.into(), said.into()));
    }

    fn result(&mut self, what: impl Into<String>, result: Result<String, String>) {
        match result {
            Ok(said) => self.add(Mark::Ok, what, said),
            Err(said) => self.add(Mark::Fault, what, said),
        }
    }

    /// Prints it; true where nothing is at fault.
    fn print(&self) -> bool {
        let wide = self.0.iter().map(|(_, what, _)| what.chars().count()).max().unwrap_or(0);
        for (mark, what, said) in &self.0 {
            let mark = match mark {
                Mark::Ok => "ok   ",
                Mark::Note => "note ",
                Mark::Fault => "FAULT",
            };
            println!("{mark}  {what:wide$}  {said}");
        }
        self.0.iter().all(|(mark, _, _)| *mark != Mark::Fault)
    }
}

/// Checks and prints; exits 1 where something is at fault.
pub fn run(path: &Path, online: bool) -> Result<ExitCode, StartError> {
    let mut table = Table::default();
    let config = match config::load(path) {
        Ok(config) => config,
        Err(error) => {
            table.add(Mark::Fault, "configuration", error.to_string());
            table.print();
            return Ok(ExitCode::FAILURE);
        }
    };
    let counts = format!(
        "{} sources, {} receivers",
        config.alertmanager.len() + config.sns.len(),
        config.receivers.len()
    );
    table.add(Mark::Ok, "configuration", counts);
    for warning in &config.warnings {
        table.add(Mark::Note, format!("line {}", warning.line), warning.text.clone());
    }
    offline(&config, online, &mut table);
    if online {
        runtime()?.block_on(dependencies(&config, &mut table))?;
    }
    Ok(if table.print() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn offline(config: &Config, online: bool, table: &mut Table) {
    sns(config, online, table);
    routes::routes(config, clock::now(), table);
    table.result(
        "pages",
        Pages::new(config.language, config.zone)
            .map(|_| "every template is well formed".into())
            .map_err(|e| e.to_string()),
    );
    pagers::pagers(config, table);
    templates::templates(config, table);
    let Some(runbooks) = &config.runbooks else {
        table.add(Mark::Note, "runbooks", "no `runbooks.path`: incidents have no runbook");
        return;
    };
    match read_folder(&runbooks.path) {
        Err(error) => table.add(Mark::Fault, "runbooks", error.to_string()),
        Ok((read, faults)) => {
            table.add(Mark::Ok, "runbooks", format!("{} files in {}", read.len(), runbooks.path.display()));
            for fault in faults {
                let place = format!("{}:{}", fault.path, fault.fault.line);
                table.add(Mark::Fault, place, format!("{}; {}", fault.fault.what, fault.fault.remedy));
            }
        }
    }
}

/// What each SNS source believes, and what nobody but a person can check.
fn sns(config: &Config, online: bool, table: &mut Table) {
    let now = clock::now();
    for source in &config.sns {
        let name = format!("sns/{}", source.name);
        let severity = source.default_severity.as_str();
        match &source.pinned {
            None => table.add(
                Mark::Ok,
                &name,
                format!("signed by AWS; {severity} unless `labels` says otherwise"),
            ),
            Some(pinned) => {
                let (mark, until) = match pinned.valid_at(now) {
                    true => (Mark::Note, "valid until"),
                    false => (Mark::Fault, "NOT valid now: every message will be refused; it ends"),
                };
                let end = pinned.until().format("%Y-%m-%d");
                table.add(
                    mark,
                    &name,
                    format!("`signing_certificate_file` stands in for AWS's certificates; {until} {end}"),
                );
            }
        }
        if source.raw_delivery {
            table.add(
                Mark::Note,
                &name,
                "`raw_delivery`: what has its credentials is believed without a signature",
            );
        }
        if !online {
            let advice = "SNS gives an alarm up after a minute unless its subscription has a delivery policy and a dead-letter queue; `check --online` looks: see docs/SNS.md";
            table.add(Mark::Note, &name, advice);
        }
    }
}

async fn dependencies(config: &Config, table: &mut Table) -> Result<(), StartError> {
    match &config.database_url {
        None => table.add(Mark::Note, "database", "no `database.url`: `serve` starts a private Postgres"),
        Some(url) => table.result("database", database(url.expose()).await),
    }
    let client = http::client(TIMEOUT)?;
    for (what, url) in addresses(config) {
        // Any answer shows that the host is there and its certificate is good; what it says to a bare GET does not matter.
        let answer = client.get(&url).send().await;
        let said = answer.map(|answer| format!("answers ({})", answer.status().as_u16()));
        table.result(what, said.map_err(|error| reason(&error.without_url())));
    }
    let connect = |api_url: &str, token: &Secret| Slack::new(client.clone(), api_url, token.clone());
    slack::check(config, connect, table).await;
    for (source, signer) in app::signers(config).await {
        subscriptions::check(source, &signer, &config.server.external_url, table).await;
    }
    for source in &config.sns {
        cloudwatch::check(source, table).await;
    }
    for source in &config.evidence.sources {
        evidence::check(source, table).await;
    }
    for source in &config.alertmanager {
        if let Some(settings) = &source.api {
            let api = Api::new(&settings.url, settings.authorization.clone())?;
            alertmanager(&api, &format!("alertmanager/{}", source.name), table).await;
        }
    }
    Ok(())
}

/// Asks what resynchronisation asks.
async fn alertmanager(api: &Api, source: &str, table: &mut Table) {
    let answer = api.ask(source, clock::now()).await;
    let unseen = answer.as_ref().is_ok_and(|snapshot| snapshot.mutes_unseen);
    let said = |snapshot: Snapshot| format!("answers; alerts that fire there: {}", snapshot.firing.len());
    table.result(source, answer.map(said).map_err(|error| error.to_string()));
    if unseen {
        let text = "its routes mute by time and it does not say what: what fires there and not here is not raised; upgrade Alertmanager";
        table.add(Mark::Note, source, text);
    }
}

async fn database(url: &str) -> Result<String, String> {
    let store = Store::new(url, 1).map_err(|error| error.to_string())?;
    let ready = store.ready().await;
    store.close().await;
    match ready {
        Ok(()) => Ok("answers, and its schema is there".into()),
        Err(error) => Err(format!("{error}; run `firstlook migrate` where only the schema is missing")),
    }
}

/// Every address that the service would call, by what it is for. Never one that holds a secret.
fn addresses(config: &Config) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for receiver in &config.receivers {
        for (n, one) in receiver.pagerduty.iter().enumerate() {
            all.push((format!("{} pagerduty/{n}", receiver.name), one.url.clone()));
            let notes = one.notes.as_ref().map(|notes| notes.api_url.clone());
            all.extend(notes.map(|url| (format!("{} pagerduty/{n}, notes", receiver.name), url)));
        }
        for (n, one) in receiver.slack.iter().enumerate() {
            if let SlackVia::Bot { api_url, .. } = &one.via {
                all.push((format!("{} slack/{n}", receiver.name), format!("{api_url}/api.test")));
            }
        }
    }
    for source in &config.sns {
        let hosts: BTreeSet<String> = match &source.endpoint_url {
            Some(url) => [url.clone()].into(),
            None => source
                .topics
                .iter()
                .filter_map(|topic| topic.host())
                .map(|host| format!("https://{host}"))
                .collect(),
        };
        all.extend(hosts.into_iter().map(|url| (format!("sns/{}", source.name), url)));
    }
    for source in &config.evidence.sources {
        let ready = match &source.kind {
            EvidenceKind::LogFile { .. } => continue,
            EvidenceKind::Loki { url, .. } => format!("{url}/ready"),
            EvidenceKind::Prometheus { url, .. } => format!("{url}/-/ready"),
            EvidenceKind::CloudWatchLogs(_)
            | EvidenceKind::CloudWatchMetrics(_)
            | EvidenceKind::CloudTrail(_)
            | EvidenceKind::Xray(_)
            | EvidenceKind::Athena(_)
            | EvidenceKind::KnowledgeBase(_)
            | EvidenceKind::SecurityHub(_)
            | EvidenceKind::GuardDuty(_) => continue,
        };
        all.push((format!("evidence {}", source.name), ready));
    }
    for one in &config.summary.models {
        if let Provider::OpenAi { base_url, .. } = &one.provider {
            all.push((format!("model {}", one.model), format!("{base_url}/models")));
        }
    }
    all
}

/// The whole chain of an error, since reqwest's first line only says that something failed.
fn reason(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

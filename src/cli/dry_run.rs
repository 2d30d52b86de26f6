//! Door: files, terminal. `triage --payload`: what a body would do, and whom it would tell, decided by the same functions as in
//! the service, against a store that knows nothing. Sends nothing, writes nothing.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook::app::{self, StartError};
use firstlook::clock;
use firstlook::config::Config;
use firstlook::ingest::{Rules, annotations};
use firstlook::library::{Library, Snapshot};
use firstlook::sources::alertmanager::{Notification, Unusable, parse};
use firstlook::sources::sns::read::notification;
use firstlook::sources::sns::{self, is_envelope};
use firstlook_core::evidence::Redactor;
use firstlook_core::incident::{EdgeKind, Judged, Said, SlotState, Touched, decide};
use firstlook_core::route::escalation::ByRunbook;
use firstlook_core::runbook::Pinned;

use super::serve::runtime;

/// Reads `payload` as a body of `source` and prints the decisions.
pub fn run(config: &Config, payload: &Path, source: Option<&str>) -> Result<ExitCode, StartError> {
    let source = source_name(config, source)?;
    let body = read(payload)?;
    let now = clock::now();
    let notification = match understand(config, &body, &source, now) {
        Ok(notification) => notification,
        Err(unusable) => {
            println!("400: {}; {}", unusable.reason, unusable.remedy);
            return Ok(ExitCode::FAILURE);
        }
    };
    let runbooks = match &config.runbooks {
        Some(runbooks) => runtime()?.block_on(Library::open(&runbooks.path))?.snapshot(),
        None => Snapshot::default(),
    };
    let rules = app::rules(config)?;
    let mut understood = Vec::new();
    for alert in notification.alerts {
        match alert {
            Ok(message) => understood.push(message),
            Err(fault) => println!("rejected  alerts[{}]: {}", fault.index, fault.reason),
        }
    }
    if understood.is_empty() && notification.aside.is_empty() {
        println!("400: no alert in it could be understood");
        return Ok(ExitCode::FAILURE);
    }
    if notification.truncated > 0 {
        println!("truncated: the sender left out {} alerts (its `max_alerts`)", notification.truncated);
    }
    let changes = rules.changes(notification.changes);
    let (groups, aside) = rules.groups(understood);
    for decision in notification.aside.into_iter().chain(aside) {
        println!("{}  {}: {}", decision.action.as_str(), decision.alert.fingerprint, decision.reason);
    }
    for change in &changes {
        println!("changed  {} at {}", change.summary, change.at.format("%Y-%m-%d %H:%M:%S UTC"));
    }
    for group in groups.values() {
        let said = Said { at: now, note: None, incoming: group.incoming.iter().collect() };
        let decided = decide(&SlotState::default(), &[said], rules.lifecycle);
        println!("\ngroup {}", group.key.labels());
        for Judged { decision, .. } in &decided.decisions {
            println!("  {}  {}: {}", decision.action.as_str(), decision.alert.fingerprint, decision.reason);
        }
        for touched in &decided.incidents {
            tell(&rules, &runbooks, touched);
        }
    }
    println!("\nNothing was sent, and nothing was written.");
    Ok(ExitCode::SUCCESS)
}

/// What would be told of an incident, and to whom.
pub(super) fn tell(rules: &Rules, runbooks: &Snapshot, touched: &Touched) {
    let redactor = Redactor::default();
    let incident = &touched.incident;
    println!("  incident: {} ({})", redactor.redact(&incident.title), incident.severity.as_str());
    let runbook = runbooks.pin(&incident.labels, &annotations(incident), None);
    match &runbook {
        Some(runbook) => println!("  runbook: {} ({})", runbook.path, runbook.reason),
        None => println!("  runbook: none matches"),
    }
    let edges: Vec<&str> = touched.edges.iter().map(|edge| edge.as_str()).collect();
    if !touched.edges.contains(&EdgeKind::Trigger) {
        println!("  nobody would be told");
        return;
    }
    for route in rules.routes(incident, &incident.labels, incident.opened_at, None) {
        if route.escalation {
            continue;
        }
        let (told, to, way) = (edges.join(", "), route.receiver, route.integration);
        println!("  {told} to {to} ({way}), because {}", route.reason);
        for timing in route.hold.map(|hold| hold.reason).into_iter().chain(route.waived) {
            println!("    {timing}");
        }
    }
    for one in rules.escalations(incident, &incident.labels, runbook.as_ref().and_then(by_runbook).as_ref()) {
        println!("  escalates to {} {}", one.receiver, one.unless());
    }
}

/// What a runbook says of escalation, where it does.
fn by_runbook(pinned: &Pinned) -> Option<ByRunbook> {
    let after = TimeDelta::try_seconds(i64::try_from(pinned.escalate_after?).ok()?)?;
    Some(ByRunbook { path: pinned.path.clone(), receiver: pinned.owner.clone(), after })
}

/// Reads a body as its source would, but for signatures: a file may be old, or made up.
fn understand(
    config: &Config,
    body: &[u8],
    source: &str,
    now: DateTime<Utc>,
) -> Result<Notification, Unusable> {
    let Some(sns) = config.sns.iter().find(|one| source == format!("sns/{}", one.name)) else {
        return parse(body, source, now);
    };
    let said = match is_envelope(body) {
        true => sns::said::Said::read(body)?,
        false => sns::said::Said::raw(body, None, now),
    };
    println!("The signature is not checked here.");
    let notification = notification(&said, source, &app::reading(config, sns), None);
    if notification.untagged.is_some() && sns.resync {
        println!(
            "The alarm does not send its tags along; those that `serve` has read from CloudWatch are not known here."
        );
    }
    Ok(notification)
}

fn source_name(config: &Config, given: Option<&str>) -> Result<String, StartError> {
    let mut known: Vec<String> =
        config.alertmanager.iter().map(|one| format!("alertmanager/{}", one.name)).collect();
    known.extend(config.sns.iter().map(|one| format!("sns/{}", one.name)));
    match given {
        None => known.first().cloned().ok_or_else(|| "no source is configured under `sources`".into()),
        Some(name) if known.iter().any(|one| one == name) => Ok(name.to_owned()),
        Some(name) => {
            Err(format!("{name:?} is no configured source; there are: {}", known.join(", ")).into())
        }
    }
}

fn read(payload: &Path) -> Result<Vec<u8>, StartError> {
    if payload == Path::new("-") {
        let mut body = Vec::new();
        std::io::stdin().read_to_end(&mut body)?;
        return Ok(body);
    }
    std::fs::read(payload).map_err(|error| format!("cannot read {}: {error}", payload.display()).into())
}

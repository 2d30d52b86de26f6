//! `route test`: who would be told of an alert with these labels, when, and why.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use chrono::TimeDelta;
use firstlook::app::{self, StartError};
use firstlook::clock;
use firstlook::config::Config;
use firstlook::library::read_folder;
use firstlook_core::alert::{Labels, Severity};
use firstlook_core::notify;
use firstlook_core::route::escalation::{ByRunbook, Cause};
use firstlook_core::route::{Told, When};
use firstlook_core::runbook::choose;

use super::files;
use super::serve::runtime;

/// Prints the receivers with the path through the tree, as it would be at that time, now where none is given. The labels
/// are those after `labels:`; `severity` becomes the word of the configuration's map, as it does in the service.
pub fn test(config: &Config, labels: &str, at: Option<&str>) -> Result<ExitCode, StartError> {
    let mut labels = parse(labels)?;
    let now = match at {
        None => clock::now(),
        Some(text) => text.parse().map_err(|_| -> StartError {
            format!("`--at`: {text:?} is not a time; write 2026-01-31T22:00:00Z or 2026-01-31T22:00:00+09:00")
                .into()
        })?,
    };
    let (severity, unknown) = config.severity.judge(&labels);
    let word = labels.get(&config.severity.label).to_owned();
    labels.set("severity", severity.as_str());
    files::print(|out| {
        let because = match (word.is_empty(), unknown) {
            (true, _) => "the default".to_owned(),
            (_, true) => format!("{word:?} is in no `severity.map`, and counts as the worst"),
            _ => format!("{} is {word:?}", config.severity.label),
        };
        writeln!(out, "severity  {} ({because})", severity.as_str())?;
        let when = When { now, since: now, critical: severity == Severity::Critical, suppressed: None };
        for told in config.route.told(&labels, when) {
            let Told { decision, hold, waived } = told;
            let integrations = config
                .receiver(&decision.receiver)
                .map_or(0, |one| one.pagerduty.len() + one.slack.len() + one.webhook.len());
            let nobody = if integrations == 0 { " (which has no integration: nobody is told)" } else { "" };
            writeln!(
                out,
                "{}{nobody}\n  path    {}\n  because {}",
                decision.receiver, decision.path, decision.reason
            )?;
            if !decision.timing.is_always() {
                let when =
                    hold.map(|hold| hold.reason).or(waived).unwrap_or_else(|| "told at once".to_owned());
                writeln!(out, "  when    {when}")?;
            }
        }
        Ok(escalations(config, out, &labels, when)?)
    })
}

/// Prints why an incident was told to whom, or was not, from what was recorded.
pub fn explain(config: &Config, incident: &str) -> Result<ExitCode, StartError> {
    let found = runtime()?.block_on(app::incident(config, incident))?;
    let found = found.ok_or_else(|| StartError::from(format!("there is no incident {incident}")))?;
    files::print(|out| Ok(write!(out, "{}", notify::explain(&found))?))
}

/// Who else would be told in time: by the route, and by the runbook that fits best.
fn escalations(config: &Config, out: &mut dyn Write, labels: &Labels, when: When) -> io::Result<()> {
    let severity = Severity::parse(labels.get("severity")).unwrap_or(Severity::Critical);
    let runbook = config.runbooks.as_ref().and_then(|folder| by_runbook(config, &folder.path, labels));
    for one in config.route.escalations(labels, severity, runbook.as_ref()) {
        let then = When { now: when.now + one.after, ..when };
        let to = config.route.escalates_to(labels, then);
        let to = to.into_iter().find(|told| told.decision.receiver == one.receiver);
        let by = match (one.cause, &runbook) {
            (Cause::Lasting, Some(runbook)) => format!(" (by {})", runbook.path),
            _ => String::new(),
        };
        writeln!(out, "escalates to {} {}{by}", one.receiver, one.unless())?;
        if let Some(hold) = to.and_then(|told| told.hold) {
            writeln!(out, "  when    {}", hold.reason)?;
        }
    }
    Ok(())
}

/// What the runbook of an alert with these labels says of escalation; one that annotations would name is not known here.
fn by_runbook(config: &Config, folder: &Path, labels: &Labels) -> Option<ByRunbook> {
    let (runbooks, _) = read_folder(folder).ok()?;
    let (runbook, _) = choose(&runbooks, labels, &Labels::default())?;
    Some(ByRunbook {
        path: runbook.path.clone(),
        receiver: runbook.owner.clone().filter(|owner| config.receiver(owner).is_some()),
        after: TimeDelta::from_std(runbook.escalate_after?).ok()?,
    })
}

/// Reads `alertname=Down,service="api, web"`: names and values, the values in double quotes where they hold a comma.
pub fn parse(text: &str) -> Result<Labels, StartError> {
    let mut labels = Labels::default();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once('=').ok_or_else(|| {
            StartError::from(format!("`--labels`: {rest:?} has no `=`; write --labels name=value,name=value"))
        })?;
        let (value, behind) = value_of(value)?;
        if name.trim().is_empty() {
            return Err(
                format!("`--labels`: ={value} has no name; write --labels name=value,name=value").into()
            );
        }
        labels.set(name.trim(), &value);
        rest = behind.trim_start();
    }
    Ok(labels)
}

/// The value with which the text begins, and what comes behind its comma.
fn value_of(text: &str) -> Result<(String, &str), StartError> {
    let Some(quoted) = text.trim_start().strip_prefix('"') else {
        let (value, behind) = text.split_once(',').unwrap_or((text, ""));
        return Ok((value.trim().to_owned(), behind));
    };
    let (value, behind) = quoted.split_once('"').ok_or_else(|| {
        StartError::from(format!("`--labels`: the quote before {quoted:?} is never closed"))
    })?;
    let behind = behind.trim_start();
    match behind.strip_prefix(',') {
        Some(next) => Ok((value.to_owned(), next)),
        None if behind.is_empty() => Ok((value.to_owned(), "")),
        None => {
            Err(format!("`--labels`: {behind:?} stands behind a closed quote; a comma belongs there").into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_with_and_without_quotes() {
        for (text, expected) in [
            ("", vec![]),
            ("a=1", vec![("a", "1")]),
            (" a = 1 , b=x=y,", vec![("a", "1"), ("b", "x=y")]),
            ("a=\"1, 2\",b=", vec![("a", "1, 2")]),
            ("a=\"1\" , b=2", vec![("a", "1"), ("b", "2")]),
        ] {
            let read = parse(text).unwrap();
            assert_eq!(read.iter().collect::<Vec<_>>(), expected, "{text}");
        }
        for (text, words) in [
            ("down", "has no `=`"),
            ("=x", "has no name"),
            ("a=\"x", "never closed"),
            ("a=\"x\"y", "a comma"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}

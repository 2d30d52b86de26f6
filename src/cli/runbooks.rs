//! Door: files. `runbooks lint`, `match` and `new`: for those who write runbooks.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use firstlook::app::StartError;
use firstlook::config::{self, EvidenceSource};
use firstlook::library::read_folder;
use firstlook_core::runbook::{Query, Runbook, choose};

use super::{files, route};

/// Where runbooks lie: what was said, or what the configuration says, or `./runbooks`. A configuration that is
/// there but faulty is an error, so that no other folder is taken in silence.
pub fn folder(given: Option<PathBuf>, configuration: &Path) -> Result<PathBuf, StartError> {
    if let Some(given) = given {
        return Ok(given);
    }
    let configured = configuration.try_exists()?.then(|| config::load(configuration)).transpose()?;
    let path = configured.and_then(|config| config.runbooks).map(|runbooks| runbooks.path);
    Ok(path.unwrap_or_else(|| PathBuf::from("runbooks")))
}

/// The evidence sources of the configuration, if it is there. Where the folder was `given`, a faulty configuration is
/// none.
pub fn sources(given: bool, configuration: &Path) -> Result<Option<Vec<EvidenceSource>>, StartError> {
    let read = configuration.try_exists()?.then(|| config::load(configuration));
    let read = if given { read.and_then(Result::ok) } else { read.transpose()? };
    Ok(read.map(|config| config.evidence.sources))
}

/// Why no source runs the query, and what to do about it.
fn unrun(query: &Query, sources: &[EvidenceSource]) -> Option<String> {
    let (wanted, named) = (query.language.source(), query.source.as_deref());
    let fits = |one: &EvidenceSource| one.kind.name() == wanted && named.is_none_or(|name| name == one.name);
    let called = named.map(|name| format!(" named {name:?}")).unwrap_or_default();
    let what =
        format!("no evidence source of type `{wanted}`{called} is configured, so this block is not run");
    (!sources.iter().any(fits)).then(|| format!("{what}; add one to `evidence.sources`, or remove the block"))
}

/// Names every fault as `file:line: what; remedy`, and exits 1 where there is one. Queries that none of the `sources` can
/// run are warned about, and are no faults: another installation may run them.
pub fn lint(folder: &Path, sources: Option<&[EvidenceSource]>) -> Result<ExitCode, StartError> {
    let (runbooks, faults) = read_folder(folder)?;
    let of = |one: &Runbook| -> Vec<String> {
        let place = folder.join(&one.path);
        let warning = |query: &Query| {
            let why = unrun(query, sources?)?;
            Some(format!("{}:{}: warning: {why}", place.display(), query.line))
        };
        one.queries.iter().filter_map(warning).collect()
    };
    let warnings: Vec<String> = runbooks.iter().flat_map(of).collect();
    let code = files::print(|out| {
        for warning in &warnings {
            writeln!(out, "{warning}")?;
        }
        for one in &faults {
            let (place, fault) = (folder.join(&one.path), &one.fault);
            writeln!(out, "{}:{}: {}; {}", place.display(), fault.line, fault.what, fault.remedy)?;
        }
        let mut said =
            if faults.is_empty() { "no fault".to_owned() } else { format!("{} faults", faults.len()) };
        if !warnings.is_empty() {
            said += &format!(", {} warnings", warnings.len());
        }
        Ok(writeln!(out, "{} runbooks in {}, {said}", runbooks.len(), folder.display())?)
    })?;
    Ok(if faults.is_empty() { code } else { ExitCode::FAILURE })
}

/// Prints which file an alert with these labels would get, and why; exits 1 where there is none.
pub fn matching(folder: &Path, labels: &str) -> Result<ExitCode, StartError> {
    let labels = route::parse(labels)?;
    let (runbooks, _) = read_folder(folder)?;
    // On the command line an annotation is said like a label.
    let Some((runbook, reason)) = choose(&runbooks, &labels, &labels) else {
        let said = format!("none of the {} runbooks in {} matches", runbooks.len(), folder.display());
        files::print(|out| {
            Ok(writeln!(out, "{said}; `firstlook runbooks new NAME` writes one to begin with")?)
        })?;
        return Ok(ExitCode::FAILURE);
    };
    let place = folder.join(&runbook.path);
    files::print(|out| {
        Ok(writeln!(out, "{}\n  title   {}\n  because {reason}", place.display(), runbook.title)?)
    })
}

/// Writes a runbook to begin with; never over one that is there.
pub fn new(folder: &Path, name: &str) -> Result<ExitCode, StartError> {
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let named = stem.chars().any(|c| c.is_ascii_alphanumeric());
    if !named || stem.starts_with('.') || !stem.chars().all(plain) {
        let remedy = "take letters, digits and dashes, as in high-error-rate";
        return Err(format!("{name:?} cannot be a runbook's name; {remedy}").into());
    }
    let path = folder.join(format!("{stem}.md"));
    let fault = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => format!("{} is there already; take another name", path.display()),
        _ => format!("cannot write {}: {error}", path.display()),
    };
    std::fs::create_dir_all(folder).map_err(fault)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(fault)?;
    file.write_all(skeleton(stem).as_bytes()).map_err(fault)?;
    files::print(|out| {
        Ok(writeln!(out, "{}\n  fill it in, then run `firstlook runbooks lint`", path.display())?)
    })
}

/// `high-error-rate` becomes the title "High error rate" and the matcher `alertname="HighErrorRate"`.
fn skeleton(stem: &str) -> String {
    let words: Vec<&str> = stem.split(['-', '_', '.']).filter(|word| !word.is_empty()).collect();
    let alert: String = words.iter().map(|word| capital(word)).collect();
    let title = capital(&words.join(" "));
    format!(
        r#"---
match: ['alertname="{alert}"']
owner: platform
escalate_after: 30m
---
# {title}

## Impact

What users notice, and how bad it gets if nobody acts.

## Check

1. What changed in the last hour? Look at deployments and configuration first.
2. Is it one instance, or all of them?

## Respond

1. If a release went out just before, roll it back.

## Escalate

1. Call the owner if it is not better after 30 minutes, and say what you have tried.
"#
    )
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use firstlook_core::runbook::{Runbook, faults};

    #[test]
    fn a_skeleton_is_free_of_faults_and_matches_by_its_name() {
        for (stem, alert) in
            [("high-error-rate", "HighErrorRate"), ("DiskFull", "DiskFull"), ("a_b.c", "ABC")]
        {
            let text = skeleton(stem);
            let (runbook, _) = Runbook::parse("x.md", &text);
            assert_eq!(
                (faults(&text), runbook.matchers.to_string()),
                (vec![], format!("alertname=\"{alert}\""))
            );
        }
        assert_eq!(Runbook::parse("x.md", &skeleton("high-error-rate")).0.title, "High error rate");
    }
}

//! Door: files. Reads the folder of a person's templates.
//!
//! Knows how much a folder may hold. Must not know what a template says: `firstlook_core::notify::templates` reads it.

use std::path::Path;

use firstlook_core::notify::templates::{Fault, News, Templates};
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{Zone, analysis_markdown};

use crate::config::Config;

/// Bytes of one template.
const LARGEST: u64 = 64 * 1024;
/// Templates of a folder.
const MOST: usize = 100;

/// What is wrong with a folder of templates.
#[derive(Debug, thiserror::Error)]
pub enum TemplatesError {
    /// It, or a file of it, cannot be read.
    #[error("`templates.path`: {path}: {why}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// What happened, and what to do.
        why: String,
    },
    /// Templates that are at fault.
    #[error("`templates.path`: {}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faults {
        /// One per file.
        faults: Vec<Fault>,
    },
}

/// The templates that the configuration names, each tried on every sample incident.
///
/// # Errors
/// When the folder cannot be read, or a template is at fault.
pub fn open(config: &Config) -> Result<Templates, TemplatesError> {
    let templates = load(config)?;
    match templates.rehearse() {
        faults if faults.is_empty() => Ok(templates),
        faults => Err(TemplatesError::Faults { faults }),
    }
}

/// The templates that the configuration names, read and not tried.
///
/// # Errors
/// When the folder cannot be read, or a template is not well formed.
pub fn load(config: &Config) -> Result<Templates, TemplatesError> {
    let Some(folder) = &config.templates else { return Ok(Templates::default()) };
    let webhooks = config.receivers.iter().flat_map(|receiver| &receiver.webhook);
    let bodies: Vec<&str> = webhooks.filter_map(|one| one.template.as_deref()).collect();
    Templates::new(&read(folder)?, &bodies, &config.zone).map_err(|faults| TemplatesError::Faults { faults })
}

/// The report of an incident's analysis as a file, where there is one. As in Slack, a template that fails on this incident
/// leaves the report as it is.
pub fn report(templates: &Templates, incident: &Incident, zone: &Zone) -> Option<String> {
    let report = analysis_markdown(incident, zone)?;
    let news = News { view: incident, kind: "level", event_id: "" };
    Some(templates.report(&report, news).unwrap_or(report))
}

/// The names without `.hbs` and the texts of a folder's templates, in order of their names.
fn read(folder: &Path) -> Result<Vec<(String, String)>, TemplatesError> {
    let unread =
        |path: &Path, why: String| TemplatesError::Unreadable { path: path.display().to_string(), why };
    let entries = std::fs::read_dir(folder).map_err(|error| unread(folder, error.to_string()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unread(folder, error.to_string()))?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
        let Some(name) = name.filter(|_| path.extension().is_some_and(|end| end == "hbs")) else { continue };
        let long =
            std::fs::metadata(&path).map_err(|error| unread(&path, error.to_string()))?.len() > LARGEST;
        if long || files.len() == MOST {
            let most = format!("there is room for {MOST} templates of {LARGEST} bytes each");
            return Err(unread(&path, most));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| unread(&path, error.to_string()))?;
        files.push((name, text));
    }
    files.sort();
    Ok(files)
}

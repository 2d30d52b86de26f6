//! `templates:`: the folder of a person's own wording of messages.

use std::path::PathBuf;

use super::section::Section;
use super::{Error, Receiver};

/// Reads `templates.path`. Without it no webhook can name a template.
pub fn read(top: &Section<'_>, receivers: &[Receiver]) -> Result<Option<PathBuf>, Error> {
    let path = match top.section("templates", &["path"], &[])? {
        Some(section) => Some(section.path("path")?.ok_or_else(|| {
            section.error("path", "is missing: name the folder of your templates, such as ./templates")
        })?),
        None => None,
    };
    let named = receivers.iter().flat_map(|receiver| &receiver.webhook).find_map(|one| one.template.as_ref());
    match (&path, named) {
        (None, Some(name)) => Err(top.error(
            "templates",
            format!("is missing, and a webhook has the template {name:?}: write `templates: {{ path: ./templates }}`"),
        )),
        _ => Ok(path),
    }
}

/// Whether a template can be called this: it is the name of a file and of nothing else.
pub fn is_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(fine)
}

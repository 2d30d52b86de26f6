//! `evidence`: the pack that a model would get of two files, and the items that its ids name.

use std::path::Path;
use std::process::ExitCode;

use firstlook::app::StartError;
use firstlook_core::evidence::{Redactor, compare, items, pack};
use serde_json::json;

use super::Format;
use super::files::{self, Logs};

/// Compares the files and prints at most `tokens` tokens.
pub fn run(
    window: &Path,
    baseline: Option<&Path>,
    tokens: usize,
    format: Format,
) -> Result<ExitCode, StartError> {
    let (mut lines, mut normal) = (Logs::default(), Logs::default());
    let comparison = compare(lines.read(Some(window))?, normal.read(baseline)?, None);
    lines.whole()?;
    normal.whole()?;
    let redactor = Redactor::default();
    let pack = pack(&[], &comparison, tokens, &redactor);
    let source = redactor.redact_line(&window.display().to_string());
    files::print(|out| match format {
        // Not one character more than the pack, which is never over its budget.
        Format::Text => Ok(write!(out, "{}", pack.text)?),
        Format::Json => {
            let items = items(&comparison, source.as_str(), None, &redactor, pack.last);
            let all = json!({
                "pack": pack.text,
                "items": items,
                "lines": comparison.lines,
                "baseline_lines": comparison.baseline_lines,
            });
            Ok(writeln!(out, "{all:#}")?)
        }
    })
}

//! `patterns`: what the lines of a log file have in common, and how that differs from another file.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use firstlook::app::StartError;
use firstlook_core::evidence::lines::{Output, Parts, Taken};
use firstlook_core::evidence::{Assigner, Assignment, Listed, Redactor, list};
use serde_json::json;

use super::Format;
use super::files::{self, Logs};

/// Prints the pattern of each line, one row per line: `<pattern id>\t<pattern>`. Nothing is redacted: the rows are as
/// confidential as the file.
pub fn assign(file: &Path) -> Result<ExitCode, StartError> {
    let mut input = files::open(file)?;
    let (mut rows, mut line) = (Rows::new(), Vec::new());
    while files::next(&mut *input, &mut line)? {
        rows.add(&line);
    }
    let (found, whose) = rows.finish();
    let row = |(id, template): (&u32, &String)| (*id, format!("{id}\t{}\n", one_line(template)));
    let rows: HashMap<u32, String> = found.templates.iter().map(row).collect();
    files::print(|out| {
        for line in whose {
            let id = found.ids.get(line as usize).unwrap_or(&0);
            match rows.get(id) {
                Some(row) => out.write_all(row.as_bytes())?,
                None => writeln!(out, "{id}\t")?,
            }
        }
        Ok(())
    })
}

/// The lines of a file, of which some are parts of one: each part has the pattern of the whole.
struct Rows {
    assigner: Assigner,
    parts: Parts,
    /// For each line of the file, which of the lines that were assigned it is.
    whose: Vec<u32>,
    assigned: u32,
    /// The parts that wait, by their place in the file.
    standard: Vec<usize>,
    error: Vec<usize>,
}

impl Rows {
    fn new() -> Self {
        let (parts, whose) = (Parts::default(), Vec::new());
        Self { assigner: Assigner::new(), parts, whose, assigned: 0, standard: Vec::new(), error: Vec::new() }
    }

    fn add(&mut self, line: &[u8]) {
        let text = files::lossy(line);
        let here = self.whose.len();
        self.whose.push(self.assigned);
        match self.parts.push(&text) {
            // The bytes themselves: what is no UTF-8 is replaced where it is mined.
            Taken::Whole(_) => self.assign(line),
            Taken::Held(output) => self.held(output).push(here),
            Taken::Joined(output, text) => self.end(output, &text),
        }
    }

    fn held(&mut self, output: Output) -> &mut Vec<usize> {
        match output {
            Output::Standard => &mut self.standard,
            Output::Error => &mut self.error,
        }
    }

    fn end(&mut self, output: Output, text: &str) {
        for part in std::mem::take(self.held(output)) {
            if let Some(row) = self.whose.get_mut(part) {
                *row = self.assigned;
            }
        }
        self.assign(text.as_bytes());
    }

    fn assign(&mut self, line: &[u8]) {
        self.assigner.add(line);
        self.assigned += 1;
    }

    fn finish(mut self) -> (Assignment, Vec<u32>) {
        for (output, text) in self.parts.finish().collect::<Vec<_>>() {
            self.end(output, &text);
        }
        (self.assigner.finish(), self.whose)
    }
}

/// Prints a table of the patterns, the most frequent first, redacted.
pub fn table(file: &Path, baseline: Option<&Path>, format: Format) -> Result<ExitCode, StartError> {
    let (mut window, mut normal) = (Logs::default(), Logs::default());
    let found = list(window.read(Some(file))?, normal.read(baseline)?);
    window.whole()?;
    normal.whole()?;
    let redactor = Redactor::default();
    let compared = baseline.is_some();
    files::print(|out| match format {
        Format::Json => {
            let patterns: Vec<_> =
                found.patterns.iter().map(|one| object(one, compared, &redactor)).collect();
            let all =
                json!({ "patterns": patterns, "lines": found.lines, "baseline_lines": found.baseline_lines });
            Ok(writeln!(out, "{all:#}")?)
        }
        Format::Text => {
            let (before, head) = if compared { ("baseline  ", "change   ") } else { ("", "") };
            writeln!(out, "   count  {before}{head}level  pattern")?;
            found.patterns.iter().try_for_each(|one| row(out, one, compared, &redactor))
        }
    })
}

fn row(out: &mut dyn Write, one: &Listed, compared: bool, redactor: &Redactor) -> Result<(), StartError> {
    write!(out, "{:>8}  ", one.now)?;
    if compared {
        write!(out, "{:>8}  {:<9}", one.before, word(one))?;
    }
    let level = if one.level.is_known() { one.level.as_str() } else { "-" };
    Ok(writeln!(out, "{level:<5}  {}", redactor.redact_line(&one.template))?)
}

fn object(one: &Listed, compared: bool, redactor: &Redactor) -> serde_json::Value {
    let text = |text: &str| redactor.redact_line(text);
    let mut object = json!({
        "count": one.now,
        "level": one.level.is_known().then(|| one.level.as_str()),
        "stream": text(&one.stream),
        "logger": text(&one.logger),
        "pattern": text(&one.template),
    });
    if compared && let Some(fields) = object.as_object_mut() {
        fields.insert("baseline".to_owned(), json!(one.before));
        fields.insert("change".to_owned(), json!(one.change));
    }
    object
}

/// As the API calls a change.
fn word(one: &Listed) -> String {
    serde_json::to_value(one.change)
        .ok()
        .and_then(|word| word.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A pattern is one line of text, whatever the log held.
fn one_line(template: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    template.replace(breaks, " ")
}

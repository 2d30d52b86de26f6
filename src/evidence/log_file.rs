//! Door: files. Log files of this machine: `path: "/var/log/{{labels.service}}/*.log"`.
//!
//! Knows how to find files and the part of them that a window needs. Must not know what the lines say beyond their
//! times. Nothing outside the folder before the first placeholder or glob character is ever read.

mod find;
mod read;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::SecondsFormat;
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;

use super::template::{Part, Template, value};
use super::{Caps, Fault, Fetched};

/// A source of type `log_file`.
#[derive(Debug)]
pub struct LogFile {
    path: Template,
    /// Where every file that is read must lie.
    root: PathBuf,
}

/// Tells the thread that reads to stop: set when the future that waits for it is dropped.
#[derive(Clone, Default)]
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl LogFile {
    /// A source that reads what `path` (placeholders, then glob) leads to.
    ///
    /// # Errors
    /// When a placeholder of `path` is not understood.
    pub fn new(path: &str) -> Result<Self, Fault> {
        let fixed = path.find(['{', '*', '?', '[']).map_or(path, |at| path.get(..at).unwrap_or_default());
        let root = match fixed.rfind('/') {
            Some(0) => "/",
            Some(at) => fixed.get(..at).unwrap_or_default(),
            None => ".",
        };
        Ok(Self { path: Template::parse(path)?, root: PathBuf::from(root) })
    }

    /// Whether what it asks depends on this label of an incident.
    pub fn names(&self, label: &str) -> bool {
        self.path.names(label)
    }

    /// The lines of `window`. Files whose lines carry no time count for the window in which they were last written.
    ///
    /// # Errors
    /// When no file could be read.
    pub async fn fetch(&self, window: Window, labels: &Labels, caps: Caps) -> Result<Fetched, Fault> {
        let pattern = self.fill(labels)?;
        let root = self.root.clone();
        let stop = Stop::default();
        let _stop_on_drop = StopOnDrop(stop.clone());
        let read = tokio::task::spawn_blocking(move || collect(&pattern, &root, window, caps, &stop));
        read.await.map_err(|_| {
            Fault::unavailable(
                "reading the files failed unexpectedly",
                "see the log of firstlook for the cause",
            )
        })?
    }

    fn fill(&self, labels: &Labels) -> Result<String, Fault> {
        let mut pattern = String::new();
        for part in self.path.parts() {
            match part {
                Part::Text(text) => pattern.push_str(text),
                Part::Label(name) => pattern.push_str(harmless(name, value(labels, name)?)?),
            }
        }
        Ok(pattern)
    }
}

/// A label's value comes from a sender: it may name one folder or file, never a path or a pattern.
fn harmless<'a>(name: &str, value: &'a str) -> Result<&'a str, Fault> {
    let odd = |letter: char| {
        matches!(letter, '/' | '\\' | '*' | '?' | '[' | ']' | '{' | '}') || letter.is_control()
    };
    if value.contains(odd) || value.contains("..") || value == "." {
        return Err(Fault::configuration(
            format!("the value of the label `{name}` cannot be part of a path"),
            format!("map a plain name to `{name}` under `labels`: no slash, `..` or glob character"),
        ));
    }
    Ok(value)
}

fn collect(
    pattern: &str,
    root: &std::path::Path,
    window: Window,
    caps: Caps,
    stop: &Stop,
) -> Result<Fetched, Fault> {
    let found = find::files(pattern, root, stop)?;
    let mut fetched = Fetched { query: query(pattern, window), faults: found.faults, ..Fetched::default() };
    let (mut left, mut some_file_read, mut undatable) = (caps, false, Vec::new());
    for file in found.files {
        if stop.is_set() {
            break;
        }
        match read::read(&file, window, left, stop) {
            Ok(part) => {
                some_file_read = true;
                left.lines = left.lines.saturating_sub(part.lines_taken);
                left.bytes = left.bytes.saturating_sub(part.bytes_taken);
                fetched.lines.extend(part.lines);
                if part.undatable {
                    undatable.push(file.stream);
                }
                // The first cut is the one nearest to the window; what follows from it says nothing new.
                fetched.truncated = fetched.truncated.or(part.truncated);
            }
            Err(error) => fetched.faults.push(unreadable(&file.stream, &error)),
        }
    }
    if let Some(first) = undatable.first() {
        fetched.faults.push(Fault::configuration(
            format!(
                "the lines of {first}{} carry no times, so what was said then is unknown",
                find::others(&undatable)
            ),
            "let the application write a time at the beginning of each line",
        ));
    }
    if !some_file_read && let Some(fault) = fetched.faults.first() {
        return Err(fault.clone());
    }
    // Stable: lines of one file keep their order where their times are equal; those without a time stand first.
    fetched.lines.sort_by_key(|line| line.at);
    Ok(fetched)
}

fn unreadable(file: &str, error: &std::io::Error) -> Fault {
    let remedy = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "let the user that runs firstlook read it",
        _ => "check the file and its disk",
    };
    Fault::unavailable(format!("{file} could not be read: {error}"), remedy)
}

fn query(pattern: &str, window: Window) -> String {
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    format!("{pattern} from {} to {}", time(window.start), time(window.end))
}

//! Door: files. Which files a pattern leads to.
//!
//! Knows globs and symbolic links. Must not know what is in the files.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::super::Fault;
use super::Stop;

/// Files that one fetch reads at most; the ones written last are taken.
const MOST_FILES: usize = 200;
/// Directory entries that one fetch looks at.
const MOST_ENTRIES: usize = 20_000;
/// Suffixes of packed files, which are not read.
const PACKED: [&str; 5] = ["gz", "zst", "bz2", "xz", "zip"];

/// A file to read.
pub(super) struct File {
    /// Without symbolic links.
    pub path: PathBuf,
    /// Its name below the root, for people.
    pub stream: String,
    /// When it was last written.
    pub modified: SystemTime,
}

/// What was found, the file written last first.
pub(super) struct Found {
    pub files: Vec<File>,
    /// What was left out, and why.
    pub faults: Vec<Fault>,
}

/// # Errors
/// When no file can be read at all.
pub(super) fn files(pattern: &str, root: &Path, stop: &Stop) -> Result<Found, Fault> {
    let real_root = root.canonicalize().map_err(|error| {
        Fault::configuration(
            format!("the folder {} cannot be opened: {error}", root.display()),
            "check `path` of this source, and that firstlook may read that folder",
        )
    })?;
    let options = glob::MatchOptions {
        require_literal_separator: true,
        require_literal_leading_dot: true,
        case_sensitive: true,
    };
    let entries = glob::glob_with(pattern, options).map_err(|error| {
        Fault::configuration(
            format!("`{pattern}` is not a pattern: {}", error.msg),
            "correct `path` of this source",
        )
    })?;
    let mut found = Found { files: Vec::new(), faults: Vec::new() };
    let mut left_out = LeftOut::default();
    for entry in entries.take(MOST_ENTRIES) {
        if stop.is_set() {
            break;
        }
        match entry {
            Ok(path) => look_at(&path, &real_root, &mut found.files, &mut left_out),
            Err(error) => {
                found.faults.push(super::unreadable(&error.path().display().to_string(), error.error()))
            }
        }
    }
    found.files.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.path.cmp(&b.path)));
    // One file may be reached by its name and by a link such as `current.log`.
    let mut seen = std::collections::BTreeSet::new();
    found.files.retain(|file| seen.insert(file.path.clone()));
    if found.files.len() > MOST_FILES {
        left_out.older = found.files.len() - MOST_FILES;
        found.files.truncate(MOST_FILES);
    }
    found.faults.extend(left_out.faults());
    if found.files.is_empty() && found.faults.is_empty() {
        return Err(Fault::configuration(
            format!("no file matches {pattern}"),
            "check `path` of this source, and that firstlook may read that folder",
        ));
    }
    Ok(found)
}

fn look_at(path: &Path, real_root: &Path, files: &mut Vec<File>, left_out: &mut LeftOut) {
    // A link to nowhere, or a file that was rotated away since: as if it were not there.
    let Ok(real) = path.canonicalize() else { return };
    let Ok(below) = real.strip_prefix(real_root) else {
        left_out.outside.push(path.display().to_string());
        return;
    };
    let Ok(metadata) = real.metadata() else { return };
    if !metadata.is_file() {
        return;
    }
    let is_packed =
        |path: &Path| path.extension().and_then(|end| end.to_str()).is_some_and(|end| PACKED.contains(&end));
    if is_packed(&real) {
        left_out.packed.push(path.display().to_string());
        return;
    }
    let stream = below.to_string_lossy().into_owned();
    let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    files.push(File { path: real, stream, modified });
}

/// What was left out, said once per cause and not once per file.
#[derive(Default)]
struct LeftOut {
    outside: Vec<String>,
    packed: Vec<String>,
    older: usize,
}

impl LeftOut {
    fn faults(self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(first) = self.outside.first() {
            faults.push(Fault::configuration(
                format!(
                    "{first}{} leads out of the configured folder by a symbolic link",
                    others(&self.outside)
                ),
                "name the real folder in `path` of this source",
            ));
        }
        if let Some(first) = self.packed.first() {
            faults.push(Fault::configuration(
                format!("{first}{} is packed, which is not supported", others(&self.packed)),
                "leave packed files out of `path`, or keep rotated logs unpacked for a day (logrotate `delaycompress`)",
            ));
        }
        if self.older > 0 {
            faults.push(Fault::configuration(
                format!("{} files match; the {MOST_FILES} written last were read", self.older + MOST_FILES),
                "narrow `path` of this source",
            ));
        }
        faults
    }
}

/// ` (and 3 more)` after the first of several names.
pub(super) fn others(names: &[String]) -> String {
    match names.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    }
}

//! Door: files, processes. The folder of runbooks: read as a whole, kept as an unchanging copy, replaced when it is read again.
//!
//! Knows where runbooks lie and what may be read there. Must not know what a runbook says, nor when to read again.

#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use firstlook_core::alert::Labels;
use firstlook_core::runbook::{Fault, Pinned, Runbook, choose};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// The most runbooks that a folder may hold.
const MAX_FILES: usize = 10_000;
/// The most folder entries that are looked at, runbooks or not, so that a wrong path (`/`) ends soon.
const MAX_ENTRIES: usize = 200_000;
/// The most folders inside each other.
const MAX_DEPTH: usize = 32;
/// How long git may take to name the commit.
const GIT_TIMEOUT: Duration = Duration::from_secs(5);

/// A fault and the file that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// Relative to the folder; characters that are no UTF-8 are shown as `\u{FFFD}`.
    pub path: String,
    /// What is wrong there.
    pub fault: Fault,
}

/// The folder as it was when it was last read well. It never changes; whoever holds it keeps what they hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// In the order of their paths.
    pub runbooks: Arc<Vec<Runbook>>,
    /// What is wrong in them, and which files could not be read.
    pub faults: Arc<Vec<FileFault>>,
    /// The commit of the git work tree that the folder lies in, if it is one.
    pub commit: Option<String>,
}

/// Why the folder as a whole could not be read; the last good copy stays.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The folder is missing or may not be read.
    #[error("cannot read the runbooks' folder {}: {cause}; check runbooks.path and its permissions", path.display())]
    Folder {
        /// The configured folder.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// There are too many files.
    #[error("the folder {} holds more than {limit} {what}; point runbooks.path to the runbooks alone", path.display())]
    TooMany {
        /// The configured folder.
        path: PathBuf,
        /// How many may be there.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
    /// The task that reads was ended.
    #[error("reading the runbooks' folder was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// The runbooks of one folder.
#[derive(Debug)]
pub struct Library {
    root: PathBuf,
    current: RwLock<Snapshot>,
}

impl Library {
    /// Reads the folder `root` and what is below it.
    ///
    /// # Errors
    /// When the folder itself cannot be read. Single faulty files are in [`Snapshot::faults`].
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self, LibraryError> {
        let library = Self { root: root.into(), current: RwLock::default() };
        library.reload().await?;
        Ok(library)
    }

    /// The last good copy.
    pub fn snapshot(&self) -> Snapshot {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the folder again and, if that succeeds, puts the new copy in place of the old one. Returns whether
    /// anything changed.
    ///
    /// # Errors
    /// When the folder cannot be read; the last good copy stays.
    pub async fn reload(&self) -> Result<bool, LibraryError> {
        let root = self.root.clone();
        // Named before the files are read: if a pull comes between, the next reading puts it right.
        let commit = commit_of(&root).await;
        let (runbooks, faults) = tokio::task::spawn_blocking(move || read_folder(&root)).await??;
        let fresh = Snapshot { runbooks: Arc::new(runbooks), faults: Arc::new(faults), commit };
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let changed = *current != fresh;
        *current = fresh;
        Ok(changed)
    }
}

impl Snapshot {
    /// The runbook for an alert with these (mapped) labels and annotations, as it is now. `edit_url` is where people
    /// edit the files; a file's path is appended.
    pub fn pin(&self, labels: &Labels, annotations: &Labels, edit_url: Option<&str>) -> Option<Pinned> {
        let (runbook, reason) = choose(&self.runbooks, labels, annotations)?;
        Some(Pinned {
            path: runbook.path.clone(),
            title: runbook.title.clone(),
            commit: self.commit.clone(),
            url: edit_url.map(|base| format!("{}/{}", base.trim_end_matches('/'), runbook.path)),
            reason,
            owner: runbook.owner.clone(),
            escalate_after: runbook.escalate_after.map(|after| after.as_secs()),
            steps: runbook.steps.clone(),
        })
    }
}

/// Reads all runbooks below `root`, in the order of their paths, and names every fault: `runbooks lint`.
///
/// Hidden entries, `README.md` and what does not end in `.md` are passed over. No symbolic link is followed below the root.
///
/// # Errors
/// When the folder itself cannot be read, or holds too much.
pub fn read_folder(root: &Path) -> Result<(Vec<Runbook>, Vec<FileFault>), LibraryError> {
    let mut walk = Walk { root, files: Vec::new(), faults: Vec::new(), entries: 0 };
    walk.folder(root, "", 0)?;
    let Walk { mut files, mut faults, .. } = walk;
    files.sort();
    let mut runbooks = Vec::with_capacity(files.len());
    for (path, file) in files {
        match read_text(&file) {
            Ok(text) => {
                let (runbook, found) = Runbook::parse(&path, &text);
                faults.extend(found.into_iter().map(|fault| FileFault { path: path.clone(), fault }));
                runbooks.push(runbook);
            }
            Err((what, remedy)) => faults.push(file_fault(path, what, remedy)),
        }
    }
    faults.sort_by(|a, b| (&a.path, a.fault.line).cmp(&(&b.path, b.fault.line)));
    Ok((runbooks, faults))
}

struct Walk<'a> {
    root: &'a Path,
    /// The path below the root, and the whole path.
    files: Vec<(String, PathBuf)>,
    faults: Vec<FileFault>,
    entries: usize,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, below: &str, depth: usize) -> Result<(), LibraryError> {
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(cause) if depth == 0 => {
                return Err(LibraryError::Folder { path: self.root.to_owned(), cause });
            }
            Err(cause) => {
                let what = format!("this folder cannot be read: {cause}");
                self.faults.push(file_fault(below.to_owned(), what, "check its permissions"));
                return Ok(());
            }
        };
        self.entries = self.entries.saturating_add(entries.len());
        if self.entries > MAX_ENTRIES {
            return Err(self.too_many(MAX_ENTRIES, "entries"));
        }
        for entry in entries {
            self.entry(&entry, below, depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &fs::DirEntry, below: &str, depth: usize) -> Result<(), LibraryError> {
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        if shown.starts_with('.') {
            return Ok(());
        }
        let path = if below.is_empty() { shown.to_string() } else { format!("{below}/{shown}") };
        let Ok(kind) = entry.file_type() else {
            self.faults.push(file_fault(path, "it vanished while it was read", "lint again"));
            return Ok(());
        };
        if kind.is_dir() {
            if depth >= MAX_DEPTH {
                let what = format!("folders are nested deeper than {MAX_DEPTH}");
                self.faults.push(file_fault(path, what, "move its runbooks up"));
                return Ok(());
            }
            return self.folder(&entry.path(), &path, depth.saturating_add(1));
        }
        if !is_runbook(&name) {
            return Ok(());
        }
        if name.to_str().is_none() {
            self.faults.push(file_fault(path, "its name is not valid UTF-8", "rename it"));
        } else if kind.is_symlink() {
            let what = "it is a symbolic link, which is not followed";
            self.faults.push(file_fault(path, what, "put the file itself here"));
        } else if self.files.len() >= MAX_FILES {
            return Err(self.too_many(MAX_FILES, "runbooks"));
        } else if kind.is_file() {
            self.files.push((path, entry.path()));
        }
        Ok(())
    }

    fn too_many(&self, limit: usize, what: &'static str) -> LibraryError {
        LibraryError::TooMany { path: self.root.to_owned(), limit, what }
    }
}

/// A README tells about the folder; it is no runbook.
fn is_runbook(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    name.ends_with(".md") && name != "readme.md"
}

fn file_fault(path: String, what: impl Into<String>, remedy: &str) -> FileFault {
    FileFault { path, fault: Fault { line: 1, what: what.into(), remedy: remedy.to_owned() } }
}

/// Reads one file whole, refusing what became a link or grew since the folder was listed.
fn read_text(file: &Path) -> Result<String, (String, &'static str)> {
    let unreadable = |cause: io::Error| (format!("it cannot be read: {cause}"), "check its permissions");
    let opened = open_plain(file).map_err(unreadable)?;
    let mut bytes = Vec::new();
    opened.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err((
            format!("it is larger than {MAX_BYTES} bytes"),
            "a runbook is short; move the rest elsewhere",
        ));
    }
    String::from_utf8(bytes).map_err(|fault| {
        let at = fault.utf8_error().valid_up_to();
        (format!("it is not valid UTF-8 from byte {at} on"), "save it as UTF-8")
    })
}

/// Opens without following a link in the last part, and without waiting for the other end of a pipe.
fn open_plain(file: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    options.read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC).open(file)
}

/// The commit that is checked out in `root`; nothing where git or a work tree is missing, or git takes too long.
async fn commit_of(root: &Path) -> Option<String> {
    let mut git = tokio::process::Command::new("git");
    git.arg("-C").arg(root).args(["rev-parse", "--verify", "HEAD"]);
    git.env("GIT_TERMINAL_PROMPT", "0").env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    git.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(GIT_TIMEOUT, git.output()).await.ok()?.ok()?;
    let commit = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    let plausible = commit.len() >= 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
    (output.status.success() && plausible).then_some(commit)
}

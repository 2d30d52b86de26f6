//! Door: processes, files, environment. Where Postgres is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs that a private cluster needs.
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// Folders with all the programs, the preferred first: what `PATH` and `pg_config` say, then Debian's, Red Hat's and
/// Homebrew's places, newest first.
pub fn installed() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for entry in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        // A link to `postgres` alone still leads to the folder where the others are.
        folders
            .extend(entry.join("postgres").canonicalize().ok().and_then(|p| p.parent().map(Path::to_owned)));
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    folders.extend(below("/usr/lib/postgresql", ""));
    folders.extend(below("/usr", "pgsql-"));
    folders.extend(below("/opt/homebrew/opt", "postgresql"));
    folders.extend(below("/usr/local/opt", "postgresql"));
    let mut complete: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if PROGRAMS.iter().all(|program| folder.join(program).is_file()) && !complete.contains(&folder) {
            complete.push(folder);
        }
    }
    complete
}

/// The `bin` folders of what begins with `prefix` in `parent`, the highest version first.
fn below(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| (number(&entry.file_name().to_string_lossy()), entry.path().join("bin")))
        .collect();
    found.sort_by(|one, two| two.cmp(one));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// The major version of the programs in `folder`, as `PG_VERSION` of a cluster has it.
pub fn major(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    // "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().nth(2).map(number).filter(|major| *major > 0)
}

/// The first number in `text`, 0 where there is none.
pub fn number(text: &str) -> u32 {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, expected) in
            [("15.14", 15), ("postgresql@17", 17), ("pgsql-9", 9), ("", 0), ("x", 0), ("17beta1", 17)]
        {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_found_is_whole_and_has_a_version() {
        for folder in installed() {
            assert!(major(&folder).is_some_and(|major| major >= 9), "{folder:?}");
        }
    }
}

//! The corpora of `tests/corpora`, as they lie there.
//!
//! Knows files. Must not know what is measured on them.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The folder.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/corpora")
}

/// A text of the folder.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A file of one JSON object per line.
pub fn objects(name: &str) -> Vec<Value> {
    text(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A file of the archive of incidents, read with the system's `tar`.
pub fn incident(case: &str, name: &str) -> String {
    let member = format!("incidents/{case}/{name}");
    let archive = folder().join("incidents.tar.gz");
    let output = Command::new("tar").arg("-xzOf").arg(archive).arg(&member).output().unwrap();
    assert!(output.status.success(), "{member}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

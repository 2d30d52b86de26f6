//! Big inputs, the same in every run: lines of the systems of `tests/corpora/systems.txt`.
//!
//! Knows how long they are. Must not know what is done with them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::measure::corpora;
use crate::measure::systems::{System, Written, systems};
use crate::measure::values::{Values, fill};

/// Lines of one side.
pub const LINES: usize = 200_000;
/// What makes a line long, as request dumps do.
const LONG: &str = r#" request={id={uuid}, user={user}, client={addr}, path={path}, agent=okhttp/4.12.0, referrer={url}, attempt={d}, queue={word}, region=eu-west-1, shard={n}, trace={hex}{hex}, span={hex}, upstream={host}, elapsed={ms}, bytes={n}, retries={d}, tenant={id}, plan=standard, feature=checkout, cache=miss, backend={addr}, tls=TLSv1.3, cipher=TLS_AES_128_GCM_SHA256}"#;

/// So many lines, of all systems in turn.
pub fn drawn(count: usize, seed: u64) -> impl Iterator<Item = (Written, Values)> {
    let systems: Vec<System> = systems().into_iter().filter(|system| system.name != "mongodb").collect();
    let mut values = Values::new(seed);
    (0..count).map(move |_| {
        let system = values.below(systems.len() as u64) as usize;
        let line = systems[system].draw(&mut values);
        (line, values.clone())
    })
}

/// Writes a side as `<RFC 3339>\t<stream>\t<message>`; where it lies, and its bytes per message.
pub fn side(folder: &Path, name: &str, seed: u64, long: bool) -> (PathBuf, usize) {
    let mut text = String::new();
    let mut bytes = 0;
    for (n, (line, mut values)) in drawn(LINES, seed).enumerate() {
        let more = if long { fill(LONG, &mut values, "", "", "") } else { String::new() };
        bytes += line.raw.len() + more.len();
        let message = line.raw.replace('\\', "\\\\").replace('\t', "\\t");
        let time = values.now.format("%Y-%m-%dT%H:%M:%S%.3fZ");
        let _ = writeln!(text, "{time}\tapi-6cdbf9b4cc-h7mq{}\t{message}{more}", n % 8);
    }
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    (path, bytes / LINES)
}

/// Writes a side of a recorded incident, its lines again and again; where it lies, and its bytes per line.
pub fn recorded(folder: &Path, case: &str, name: &str) -> (PathBuf, usize) {
    let lines = corpora::incident(case, name);
    let text: String = lines.lines().cycle().take(LINES).flat_map(|line| [line, "\n"]).collect();
    let path = folder.join(name);
    std::fs::write(&path, &text).unwrap();
    (path, text.len() / LINES)
}

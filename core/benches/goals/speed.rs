//! Lines per second on one core, beside Drain3 over the same lines in the same run.
//!
//! Knows how to call both. Must not change either's settings to look good: ours masks values, so the fair figure is the one
//! against Drain3 with masks; the other is told too.

use std::path::Path;
use std::process::Command;

use firstlook_core::evidence::Assigner;

use crate::{Row, clock, inputs, loghub};

/// Drain3 gets a part of the lines; it is told in lines per second all the same.
const FOR_DRAIN: usize = 40_000;
const TIMES: usize = 3;

/// Lines of one corpus, as they stand in files and without their headers.
pub struct Lines {
    name: &'static str,
    raw: Vec<String>,
    content: Vec<String>,
}

/// The rows of this file. Of Loghub, where its folder is given, each line counts once: what comes again is remembered, and
/// would flatter.
pub fn rows(loghub: Option<&Path>) -> Vec<Row> {
    let drawn: Vec<_> = inputs::drawn(inputs::LINES, 7).map(|(line, _)| line).collect();
    let (raw, content) = drawn.into_iter().map(|line| (line.raw, line.content)).unzip();
    let ours = Lines { name: "systems.txt", raw, content };
    let loghub = loghub.map(|folder| {
        let (raw, content) = loghub::all(folder);
        Lines { name: "Loghub", raw, content }
    });
    [Some(ours), loghub].into_iter().flatten().flat_map(|lines| of(&lines)).collect()
}

fn of(lines: &Lines) -> Vec<Row> {
    let Lines { name, raw, content } = lines;
    let bytes = |of: &[String]| of.iter().map(String::len).sum::<usize>() / of.len();
    let show = |rate: f64| format!("{:.2} M/s", rate / 1e6);
    let reached = rate(content.iter().map(String::as_bytes));
    let whole = format!("lines on one core, {name}: header, mask, group ({} bytes)", bytes(raw));
    let mut rows = vec![
        Row::new(whole, show(rate(raw.iter().map(String::as_bytes))), "≥ 2 M/s"),
        Row::new(format!("  without headers ({} bytes)", bytes(content)), show(reached), "≥ 2 M/s"),
    ];
    let drained = content.iter().take(FOR_DRAIN).map(String::as_str).collect::<Vec<_>>().join("\n");
    for (masks, how, goal) in
        [("yes", "with the masks of its example", "≥ 40 ×"), ("no", "without any mask", "-")]
    {
        let what = format!("  as a ratio to Drain3 {how}");
        rows.push(match drain(&drained, masks) {
            Ok(rate) => Row::new(what, format!("{:.0} × ({:.0} k/s)", reached / rate, rate / 1e3), goal),
            Err(why) => Row::new(what, why, goal),
        });
    }
    rows
}

/// The best of a few rounds: what else runs can only slow it.
fn rate<'a>(lines: impl ExactSizeIterator<Item = &'a [u8]> + Clone) -> f64 {
    let round = || {
        let (seconds, found) = clock::seconds(|| {
            let mut assigner = Assigner::new();
            lines.clone().for_each(|line| assigner.add(line));
            assigner.finish()
        });
        assert_eq!(found.ids.len(), lines.len());
        lines.len() as f64 / seconds
    };
    (0..TIMES).map(|_| round()).fold(0.0, f64::max)
}

/// Lines per second of Drain3, by the Python that `scripts/bench.sh` has prepared.
fn drain(lines: &str, masks: &str) -> Result<f64, String> {
    let python = std::env::var("DRAIN3_PYTHON").map_err(|_| "no Python with drain3".to_owned())?;
    let file = std::env::temp_dir().join(format!("drain3-{}.log", std::process::id()));
    std::fs::write(&file, lines).map_err(|error| error.to_string())?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/drain3_rate.py");
    let output =
        Command::new(python).arg(script).arg(&file).arg(masks).output().map_err(|error| error.to_string())?;
    let _ = std::fs::remove_file(&file);
    let told = String::from_utf8_lossy(&output.stdout);
    told.trim().parse().map_err(|_| format!("failed: {}", String::from_utf8_lossy(&output.stderr)))
}

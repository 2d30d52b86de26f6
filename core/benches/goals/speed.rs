//! Lines per second on one core, beside Drain3 over the same lines in the same run.
//!
//! Knows how to call both. Must not change either's settings to look good: ours masks values, so the fair figure is the one
//! against Drain3 with masks; the other is told too.

use std::process::Command;

use firstlook_core::evidence::Assigner;

use crate::{Row, clock, inputs};

/// Drain3 gets a part of the lines; it is told in lines per second all the same.
const FOR_DRAIN: usize = 40_000;
const TIMES: usize = 3;

/// The rows of this file.
pub fn rows() -> Vec<Row> {
    let lines: Vec<_> = inputs::drawn(inputs::LINES, 7).map(|(line, _)| line).collect();
    let raw = rate(lines.iter().map(|line| line.raw.as_bytes()));
    let content = rate(lines.iter().map(|line| line.content.as_bytes()));
    let bytes = |of: fn(&crate::measure::systems::Written) -> usize| {
        lines.iter().map(of).sum::<usize>() / lines.len()
    };
    let (raw_bytes, content_bytes) = (bytes(|line| line.raw.len()), bytes(|line| line.content.len()));
    let show = |rate: f64| format!("{:.2} M/s", rate / 1e6);
    let mut rows = vec![
        Row::new(format!("lines on one core: header, mask, group ({raw_bytes} bytes)"), show(raw), "≥ 2 M/s"),
        Row::new(format!("the same without headers ({content_bytes} bytes)"), show(content), "≥ 2 M/s"),
    ];
    let drained =
        lines.iter().take(FOR_DRAIN).map(|line| line.content.as_str()).collect::<Vec<_>>().join("\n");
    for (masks, how, goal) in
        [("yes", "with the masks of its example", "≥ 40 ×"), ("no", "without any mask", "-")]
    {
        let what = format!("as a ratio to Drain3 {how}, no headers");
        rows.push(match drain(&drained, masks) {
            Ok(rate) => Row::new(what, format!("{:.0} × ({:.0} k/s)", content / rate, rate / 1e3), goal),
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

//! A full window and a full baseline into a pack: how long, in how much memory, and whether twice the same.
//!
//! Knows files and a process of its own for each run, so that its memory is its own.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Command;

use firstlook_core::evidence::{Line, Redactor, TOKEN, compare, joined, pack};

use crate::{Row, clock, inputs};

/// A recorded incident with long lines.
const RECORDED: &str = "n8b-route-exception";
/// Budgets from 500 to 8,000.
const TOKENS: [usize; 6] = [500, 1_000, 2_000, 4_000, 6_000, 8_000];

/// The rows of this file: lines of the project's systems, short and long, and the minutes of a recorded incident again
/// and again.
pub fn rows() -> Vec<Row> {
    let folder = std::env::temp_dir().join(format!("firstlook-goals-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut rows = Vec::new();
    for (long, seconds_goal) in [(false, "≤ 0.5 s, ≤ 100 MB"), (true, "≤ 1.2 s, ≤ 100 MB")] {
        let baseline = inputs::side(&folder, "baseline.tsv", 11, long);
        let window = inputs::side(&folder, "window.tsv", 12, long);
        rows.extend(of("", &window, &baseline, seconds_goal));
    }
    let side = |name| inputs::recorded(&folder, RECORDED, name);
    rows.extend(of(
        " of a recorded incident",
        &side("window.tsv"),
        &side("baseline.tsv"),
        "≤ 1.2 s, ≤ 100 MB",
    ));
    let _ = std::fs::remove_dir_all(&folder);
    rows
}

/// Each side: where it lies, and its bytes per message.
fn of(
    kind: &str,
    (window, bytes): &(PathBuf, usize),
    (baseline, _): &(PathBuf, usize),
    goal: &'static str,
) -> [Row; 2] {
    let runs: Vec<_> = (0..3).map(|_| run(window, baseline)).collect();
    let best = runs.iter().map(|(seconds, ..)| *seconds).fold(f64::MAX, f64::min);
    let memory = runs.iter().map(|(_, memory, ..)| *memory).max().unwrap_or(0);
    let packs: BTreeSet<&String> = runs.iter().map(|(.., packs)| packs).collect();
    let over = runs.iter().map(|(_, _, over, _)| over).sum::<usize>();
    let what = format!("200,000 + 200,000 lines{kind} of {bytes} bytes, redacted");
    let differ = format!("{over}, {}", packs.len() - 1);
    [
        Row::new(what, format!("{best:.2} s, {} MB", memory / 1024), goal),
        Row::new("  packs over their budget, runs that differ", differ, "0, 0"),
    ]
}

/// Seconds, kilobytes, packs over their budget, and a digest of all packs.
fn run(window: &std::path::Path, baseline: &std::path::Path) -> (f64, u64, usize, String) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).arg("pack").args([window, baseline]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    let mut lines = told.splitn(4, '\n');
    let mut next = || lines.next().unwrap_or_default().to_owned();
    (next().parse().unwrap(), next().parse().unwrap(), next().parse().unwrap(), next())
}

/// What the process of one run does: as `firstlook evidence`, then further packs from what was found.
pub fn pack_and_report(window: &str, baseline: &str) {
    let redactor = Redactor::default();
    let (seconds, (comparison, told)) = clock::seconds(|| {
        let comparison = compare(joined(lines(window)), joined(lines(baseline)), None);
        let told = pack(&[], &comparison, 4_000, &redactor).text.to_string();
        (comparison, told)
    });
    let memory = peak();
    let packs: Vec<String> =
        TOKENS.iter().map(|tokens| pack(&[], &comparison, *tokens, &redactor).text.to_string()).collect();
    let over =
        TOKENS.iter().zip(&packs).filter(|(tokens, pack)| pack.chars().count() > **tokens * TOKEN).count();
    assert_eq!((comparison.lines, comparison.baseline_lines), (inputs::LINES as u64, inputs::LINES as u64));
    println!("{seconds}\n{memory}\n{over}\n{told}{}", packs.concat());
}

/// As the command reads a file.
fn lines(path: &str) -> impl Iterator<Item = Line> {
    let mut input = BufReader::with_capacity(1 << 18, File::open(path).unwrap());
    let mut line = Vec::new();
    std::iter::from_fn(move || {
        line.clear();
        let read = input.read_until(b'\n', &mut line).unwrap() > 0;
        read.then(|| Line::read(std::str::from_utf8(&line).unwrap()))
    })
}

/// The most memory that this process ever held, in kilobytes, as Linux counts it; else 0.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

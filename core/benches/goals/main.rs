//! Prints what the evidence stage reaches beside what it is to reach, all in one run: `scripts/bench.sh`.
//!
//! Knows the goals. Must not fail when one is missed: the tests of `core/tests/figures` hold what was reached.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a benchmark may fail by panic")]

mod clock;
mod inputs;
mod loghub;
#[path = "../../tests/figures/measure/mod.rs"]
mod measure;
mod quality;
mod speed;
mod tokens;
mod volume;

use std::path::PathBuf;

/// One line of the table.
pub struct Row {
    what: String,
    reached: String,
    goal: &'static str,
}

impl Row {
    fn new(what: impl Into<String>, reached: impl Into<String>, goal: &'static str) -> Self {
        Self { what: what.into(), reached: reached.into(), goal }
    }
}

fn main() {
    // What cargo adds is no argument of ours.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [command, window, baseline] = arguments.as_slice()
        && command == "pack"
    {
        return volume::pack_and_report(window, baseline);
    }
    let loghub = arguments.first().map(PathBuf::from);
    println!("{:<58}{:>26}   goal", "measure", "reached");
    let all: [&dyn Fn() -> Vec<Row>; 5] = [
        &|| quality::grouping(loghub.as_deref()),
        &quality::corpora,
        &tokens::rows,
        &|| speed::rows(loghub.as_deref()),
        &volume::rows,
    ];
    for rows in all {
        rows().iter().for_each(|row| println!("{:<58}{:>26}   {}", row.what, row.reached, row.goal));
    }
}

//! What log mining, pack and redaction reach on the corpora. Each figure is held: a test fails when it drops.
//!
//! All of it is deterministic, so the constants have no margin. `scripts/bench.sh` prints the same figures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panic")]

mod asked;
mod grouping;
mod groups;
mod hostile;
mod incidents;
mod measure;
mod prompts;
mod redaction;

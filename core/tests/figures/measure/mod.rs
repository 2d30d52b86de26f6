//! How the figures of the evidence stage are taken, for the tests that hold them and for the benchmark that prints them.
//!
//! Knows corpora and what is true of them. Must not know which figure is good enough.

pub mod corpora;
pub mod grouping;
pub mod hostile;
pub mod incidents;
pub mod prompts;
pub mod redaction;
pub mod systems;
pub mod values;

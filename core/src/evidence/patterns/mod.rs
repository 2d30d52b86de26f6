//! What lines have in common: header cut, tokens with masked values, patterns.
//!
//! Knows text only. Must not know windows, baselines or incidents: `delta` compares.

pub mod bytes;
pub mod chunks;
pub mod header;
pub mod level;
mod mask;
mod memo;
pub mod merge;
pub mod miner;
pub mod tokens;
pub mod vocabulary;

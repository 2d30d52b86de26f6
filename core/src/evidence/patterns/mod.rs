//! What lines have in common: header cut, tokens with masked values, patterns.
//!
//! Knows text only. Must not know windows, baselines or incidents: `delta` compares.

pub mod bytes;
mod mask;
pub mod tokens;
pub mod vocabulary;

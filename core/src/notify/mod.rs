//! What is told, word by word: the incident as people see it, and the messages made from it.
//!
//! Knows every earlier stage. Must not know sockets, retries or rates.

mod assemble;
pub mod view;

pub use assemble::{Parts, Told, assemble};

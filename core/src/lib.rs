//! What firstlook thinks: pure functions and types, without I/O, async or a clock.
//!
//! `now` is always an argument. The stages stand in reading order, and each uses only those before it:
//! [`alert`] → [`incident`] → [`runbook`] → [`evidence`] → [`summary`] → [`route`] → [`notify`].
//!
//! `Cargo.toml` of this crate names nothing that could open a socket, a file or a database, so that a
//! reader of a decision needs to know only its arguments.

pub mod alert;
pub mod incident;
pub mod runbook;

pub mod evidence;
pub mod summary;

pub mod notify;
pub mod route;

mod language;

pub use language::{Language, Word, word};

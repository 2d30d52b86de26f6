//! What senders send, read into core types. Pure: bytes in, [`firstlook_core::alert::AlertMessage`] out.
//!
//! Knows the senders' JSON. Must not know HTTP, the database, or what becomes of an alert.

pub mod alertmanager;
mod json;

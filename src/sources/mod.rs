//! What senders send, or say when they are asked, read into core types: [`firstlook_core::alert::AlertMessage`].
//!
//! Knows the senders' JSON. Must not know the database, or what becomes of an alert.

pub mod alertmanager;
pub mod alertmanager_api;
pub mod changes;
pub mod cloudwatch_api;
mod json;
pub mod pagerduty;
pub mod sns;

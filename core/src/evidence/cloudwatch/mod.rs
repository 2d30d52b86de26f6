//! What is known of CloudWatch without asking it: where services write their logs, and where its console shows what.
//!
//! Knows names and addresses. Must not know the API.

pub mod console;
pub mod log_groups;

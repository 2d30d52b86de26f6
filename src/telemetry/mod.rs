//! What firstlook says about itself: logs for queries and people, metrics for Prometheus.
//!
//! Knows forms and names. Must not know why anything happened: the hops say so.

pub mod labels;
pub mod logs;
pub mod metrics;

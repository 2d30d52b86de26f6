//! The peers of the tests. Servers that we cannot have (Slack, PagerDuty, a model, Loki) are fakes that check
//! what the real ones check; what Debian packages (Postgres, Prometheus, Alertmanager, Chromium) is the real thing.
//!
//! Nothing here knows the product's inside: it speaks HTTP, SQL addresses and files only.

pub mod athena;
pub mod browser;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod cloudwatch_logs;
pub mod gate;
pub mod hook;
pub mod knowledge_base;
pub mod loki;
pub mod model;
pub mod pagerduty;
pub mod plan;
pub mod postgres;
pub mod process;
pub mod prometheus;
pub mod proxy;
pub mod security;
pub mod server;
pub mod slack;
pub mod sns;
pub mod sqs;
pub mod wait;
pub mod xray;

//! The one integration binary: one link step for all integration tests, and one private Postgres for the run.
//!
//! `support` holds the peers (fakes of the services that cannot be had, real ones of those that can);
//! `support_tests` proves that the fakes refuse what the real ones refuse.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "the whole crate is a test: a broken expectation has to stop it with a message"
)]

mod alertmanager;
mod alike;
mod analysis;
mod athena;
mod budgets;
mod cancelled;
mod changes;
mod charts;
mod cloudtrail;
mod cloudwatch_logs;
mod cloudwatch_metrics;
mod commands;
mod containers;
mod declare;
mod demo;
mod elsewhere;
mod events;
mod evidence;
mod faults;
mod feedback;
mod findings;
mod flaps;
mod forms;
mod given_up;
mod harness;
mod heartbeats;
mod hooks;
mod hostile;
mod insight;
mod kills;
mod knowledge_base;
mod languages;
mod lifecycle;
mod notes;
mod outage;
mod pages;
mod poison;
mod proxy;
mod queue;
mod rates;
mod receivers;
mod related;
mod resync;
mod routing;
mod schedules;
mod schema;
mod scopes;
mod secrets;
mod security;
mod silences;
mod sns;
mod sought;
mod spine;
mod steps;
mod storms;
mod support;
mod support_tests;
mod tidy;
mod tools;
mod webhooks;
mod window;
mod xray;

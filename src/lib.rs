//! firstlook: the doors around [`firstlook_core`], and the hops that call it.

pub mod clock;
pub mod config;
pub mod http;
pub mod secret;
pub mod telemetry;

pub mod app;
pub mod aws;
pub mod deliver;
pub mod demo;
pub mod evidence;
pub mod ingest;
pub mod library;
pub mod models;
pub mod receivers;
pub mod sources;
pub mod store;
pub mod triage;
pub mod web;
pub mod worker;

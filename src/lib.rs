//! firstlook: the doors around [`firstlook_core`], and the hops that call it.
//!
//! # The walk of one alert
//!
//! A sender posts a body. [`web`] checks who it is and reads it within bounds; [`sources`] turns it into alerts, one by one.
//! [`ingest`], the first hop, maps and groups them, and in one transaction of [`store`] the body is kept, the slot of
//! each group is locked, [`firstlook_core::incident::decide`] says what changes and why, the runbook of a new incident
//! is pinned, the tree of [`firstlook_core::route`] names who is told, and what follows is enqueued. Then, and not before,
//! the sender is answered.
//!
//! [`worker`] claims what was enqueued, lane by lane, under leases. [`deliver`], the third hop, tells: a page and a message
//! with what Postgres alone knows, through [`receivers`]. [`triage`], the second, looks: [`mod@evidence`] brings the lines of
//! the moment and of normal, core compares, redacts and packs them, and [`models`] asks for a summary, of which only
//! what stands in the evidence is told. Each step makes a new version of the incident, and [`deliver`] edits the message.
//!
//! [`analysis`] looks deeper where that is asked for: a model calls tools that read, within bounds that core keeps, and every
//! answer is kept before the next question.
//!
//! While the store is away, [`outage`] stands before the first hop: it holds what is refused, rings what is critical, and
//! brings the bodies back to [`ingest`] afterwards. What lies elsewhere is given to it by [`replay`].
//!
//! No hop calls another: Postgres stands between them. `docs/ARCHITECTURE.md` has the same with the file names.

pub mod clock;
pub mod config;
pub mod evaluate;
pub mod fail;
pub mod fonts;
pub mod http;
pub mod raster;
pub mod secret;
pub mod telemetry;

pub mod analysis;
pub mod app;
pub mod aws;
pub mod deliver;
pub mod demo;
pub mod evidence;
pub mod ingest;
pub mod library;
pub mod models;
pub mod moment;
pub mod outage;
pub mod prompt;
pub mod receivers;
pub mod replay;
pub mod resync;
pub mod sources;
pub mod store;
pub mod templates;
pub mod triage;
pub mod upkeep;
pub mod web;
pub mod worker;

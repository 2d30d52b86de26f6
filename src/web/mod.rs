//! Door: network. HTTP in: the route table, on one screen, and the servers that serve it.
//!
//! Knows actix. Must not decide anything: each handler reads a request, calls one function, and writes its answer.

mod access;
mod api;
mod body;
mod changes;
mod charts;
mod declare;
mod deeds;
mod events;
mod feedback;
mod findings;
mod forms;
mod gate;
mod health;
mod host;
mod html;
mod insights;
mod menu;
pub mod origin;
mod pagerduty;
pub mod pages;
mod problem;
mod replay;
mod signed;
mod silences;
mod slack;
mod sns;
pub mod stand_in;
mod storms;
mod trace;
mod webhooks;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::{App as Actix, HttpServer, web};
use firstlook_core::notify::templates::Templates;
use firstlook_core::notify::{Answers, Zone};
use firstlook_core::summary::analysis::run::Limits;

use crate::config::{Authorization, ChangeSource, Declare};
use crate::fonts::Fonts;
use crate::ingest::Ingest;
use crate::library::Library;
use crate::outage::Outage;
use crate::replay::Replay;
use crate::secret::Secret;
use crate::sources;
use crate::store::{Store, Words};
use crate::telemetry::metrics::Exporter;
use crate::worker::Wake;
pub use body::Room;
pub use forms::Forms;
pub use gate::Gate;
use pages::Pages;
use problem::Problem;
pub use silences::Silencing;
pub use slack::SlackApp;

/// No script, no frame, no outside picture, font or form target (FAULTS S4, S6).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Headers must have come by then: what slow clients can hold.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection may be idle: senders keep theirs between two messages of a group, and one that is closed in the
/// moment of its use is a failed delivery.
const IDLE: Duration = Duration::from_secs(75);
/// How long a drain waits for answers, in seconds.
const DRAIN_S: u64 = 8;

/// What takes questions that come by API.
pub struct Asking {
    /// Hop 1.
    pub ingest: Ingest,
    /// What there is to answer them.
    pub answers: Answers,
}

/// What the handlers share.
pub struct App {
    /// Closes when this process stops.
    pub gate: Gate,
    /// What bodies on their way share.
    pub room: Room,
    /// Everything stored.
    pub store: Store,
    /// Hop 1, and what stands before it.
    pub outage: Arc<Outage>,
    /// Plays kept deliveries back.
    pub replay: Replay,
    /// Makes stored text fit to be told.
    pub words: Words,
    /// The Alertmanager sources by name, with what they must show.
    pub sources: BTreeMap<String, Option<Authorization>>,
    /// The SNS sources by name.
    pub sns: BTreeMap<String, sources::sns::Source>,
    /// The sources of changes by name.
    pub changes: BTreeMap<String, ChangeSource>,
    /// This installation's name, in dedup keys.
    pub name: String,
    /// The Slack app whose presses are heard.
    pub slack: Option<SlackApp>,
    /// The receivers that PagerDuty tells of, by name, each with its secrets.
    pub pagerduty: BTreeMap<String, Vec<Secret>>,
    /// Where people see this installation.
    pub external_url: String,
    /// The runbooks.
    pub library: Option<Arc<Library>>,
    /// Has the worker look at once.
    pub wake: Wake,
    /// The pages' templates.
    pub pages: Pages,
    /// How times are written in pictures.
    pub zone: Zone,
    /// A person's own words for messages and reports.
    pub templates: Arc<Templates>,
    /// What pictures are written in.
    pub fonts: Fonts,
    /// The metrics of this process.
    pub exporter: Exporter,
    /// What silences may name.
    pub silencing: Silencing,
    /// The receivers and integrations whose bots may open channels, in their order, each with what it gives an incident.
    pub declarers: Vec<((String, String), Declare)>,
    /// What an analysis may take; nothing where there is no model to ask.
    pub analysis: Option<Limits>,
    /// For questions that come by API.
    pub asking: Asking,
}

/// What senders use.
fn senders(routes: &mut web::ServiceConfig) {
    routes
        .service(webhooks::from_alertmanager)
        .service(sns::from_sns)
        .service(changes::from_changes)
        .service(pagerduty::from_pagerduty)
        .service(slack::interactions)
        .service(slack::commands)
        .service(events::events)
        .service(health::healthz)
        .service(health::readyz)
        .default_service(web::to(html::unknown));
}

/// What people and their tools use, and senders too.
fn everything(routes: &mut web::ServiceConfig) {
    routes
        .service(webhooks::from_alertmanager)
        .service(sns::from_sns)
        .service(changes::from_changes)
        .service(pagerduty::from_pagerduty)
        .service(slack::interactions)
        .service(slack::commands)
        .service(events::events)
        .service(health::healthz)
        .service(health::readyz)
        .service(html::list)
        .service(html::incident)
        .service(charts::one)
        .service(html::act)
        .service(feedback::by_form)
        .service(silences::all)
        .service(silences::by_form)
        .service(silences::end_by_form)
        .service(silences::incident_by_form)
        .service(html::deliveries)
        .service(html::delivery)
        .service(html::runbooks)
        .service(html::style)
        .service(api::list)
        .service(api::one)
        .service(api::act)
        .service(insights::ask)
        .service(findings::ask)
        .service(feedback::by_api)
        .service(storms::by_form)
        .service(storms::by_api)
        .service(silences::list)
        .service(silences::show)
        .service(silences::make)
        .service(silences::end)
        .service(silences::incident)
        .service(api::analysis)
        .service(api::deliveries)
        .service(api::delivery)
        .service(replay::replay)
        .service(health::metrics_page)
        .default_service(web::to(html::missing));
}

/// Largest body of a form or an API call, in bytes.
const MOST_BODY: usize = 64 * 1024;

fn unread(error: &dyn std::fmt::Display) -> actix_web::Error {
    Problem::bad_request(format!("the query cannot be read: {error}")).into()
}

/// Which routes a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// All of them.
    Everything,
    /// Webhooks and health alone.
    Senders,
}

/// A server on `listener`; it runs when it is awaited, and its handle stops it.
///
/// # Errors
/// When the listener cannot be used.
pub fn server(listener: TcpListener, app: web::Data<App>, serves: Serves) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add(("content-security-policy", CONTENT_SECURITY_POLICY))
            .add(("x-content-type-options", "nosniff"))
            .add(("referrer-policy", "same-origin"))
            .add(("cache-control", "no-store"));
        Actix::new()
            .app_data(app.clone())
            .wrap(Compress::default())
            .wrap(headers)
            .wrap(from_fn(host::own))
            .wrap(from_fn(gate::pass))
            .wrap(from_fn(trace::follow))
            .app_data(
                web::PathConfig::default().error_handler(|_, _| Problem::not_found("such thing").into()),
            )
            .app_data(web::QueryConfig::default().error_handler(|error, _| unread(&error)))
            .app_data(web::PayloadConfig::new(MOST_BODY))
            .configure(if serves == Serves::Everything { everything } else { senders })
    });
    Ok(server
        .listen(listener)?
        .workers(2)
        .keep_alive(IDLE)
        .client_request_timeout(HEADERS_WITHIN)
        .client_disconnect_timeout(Duration::from_secs(1))
        .shutdown_timeout(DRAIN_S)
        .disable_signals()
        .run())
}

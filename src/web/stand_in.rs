//! Door: network. The trial's stand-in for Slack, PagerDuty and a model: keeps what it is sent, and shows it on a page.
//!
//! Knows the requests that firstlook makes and the answers that it needs. Must not know the played incident.

mod files;
mod pager;

use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App as Actix, HttpRequest, HttpResponse, HttpServer, get, post, web};
use serde_json::{Value, json};

use super::pages::{File, InboxView, Pages, Received, Sent};
use super::{CONTENT_SECURITY_POLICY, html};
use crate::clock;
use crate::secret::Secret;

/// Largest body: a prompt has at most 48,000 characters.
const MOST_BYTES: usize = 1024 * 1024;

/// What the stand-in asks for and answers with.
pub struct Settings {
    /// What Slack's requests have to carry.
    pub bot_token: Secret,
    /// What PagerDuty's events have to carry.
    pub routing_key: Secret,
    /// Where firstlook itself is served, for the page's links.
    pub service_url: String,
    /// The model's answer to a prompt; none where it has none.
    pub answer: fn(&str) -> Option<String>,
    /// How long the model takes.
    pub thinking: Duration,
}

/// The stand-in; clones share what was received.
#[derive(Clone)]
pub struct StandIn(Arc<Shared>);

struct Shared {
    settings: Settings,
    pages: Pages,
    inbox: Mutex<InboxView>,
    /// Files that nobody sees yet.
    uploads: Mutex<Vec<File>>,
}

impl StandIn {
    /// One that has received nothing, before the play.
    pub fn new(settings: Settings, pages: Pages) -> Self {
        let service_url = settings.service_url.clone();
        let empty = InboxView { received: Vec::new(), playing: true, service_url };
        Self(Arc::new(Shared { settings, pages, inbox: Mutex::new(empty), uploads: Mutex::default() }))
    }

    /// Everything that came, in its order.
    pub fn received(&self) -> Vec<Received> {
        self.inbox().received.clone()
    }

    /// Its page need not reload itself any more.
    pub fn played(&self) {
        self.inbox().playing = false;
    }

    fn inbox(&self) -> MutexGuard<'_, InboxView> {
        // A handler that fell over in between has left a list that is still a list.
        self.0.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, sent: Sent, mut body: Value) {
        // Nobody needs to see the key on the page.
        if let Some(fields) = body.as_object_mut() {
            fields.remove("routing_key");
        }
        self.inbox().received.push(Received { at: clock::now(), sent, body });
    }

    fn is_posted(&self, channel: &str, wanted: &str) -> bool {
        let posted = |one: &Received| {
            matches!(&one.sent, Sent::SlackPost { ts } if ts == wanted) && channel_of(&one.body) == channel
        };
        self.inbox().received.iter().any(posted)
    }
}

/// A server on `listener`; it runs when it is awaited.
///
/// # Errors
/// When the listener cannot be used.
pub fn server(listener: TcpListener, stand_in: StandIn) -> std::io::Result<Server> {
    let shared = web::Data::new(stand_in);
    let server = HttpServer::new(move || {
        let headers = DefaultHeaders::new()
            .add(("content-security-policy", CONTENT_SECURITY_POLICY))
            .add(("x-content-type-options", "nosniff"))
            .add(("cache-control", "no-store"));
        Actix::new()
            .app_data(shared.clone())
            .app_data(web::JsonConfig::default().limit(MOST_BYTES))
            .wrap(headers)
            .service(page)
            .service(html::style)
            .service(post_message)
            .service(update)
            .service(delete)
            .service(ephemeral)
            .service(open)
            .configure(files::routes)
            .service(pager::enqueue)
            .service(complete)
    });
    Ok(server.listen(listener)?.workers(1).shutdown_timeout(1).disable_signals().run())
}

#[get("/")]
async fn page(stand_in: web::Data<StandIn>) -> HttpResponse {
    let view = stand_in.inbox().clone();
    match stand_in.0.pages.inbox(&view, clock::now()) {
        Ok(page) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page),
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn is_from_the_bot(stand_in: &StandIn, request: &HttpRequest) -> bool {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    stand_in.0.settings.bot_token.matches(token.as_bytes())
}

/// Slack answers with the id of the channel; here its name is its id.
fn channel_of(body: &Value) -> &str {
    body.get("channel").and_then(Value::as_str).unwrap_or_default()
}

/// Slack refuses with 200 and a word.
fn refused(word: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "ok": false, "error": word }))
}

#[post("/api/chat.postMessage")]
async fn post_message(
    stand_in: web::Data<StandIn>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> HttpResponse {
    if !is_from_the_bot(&stand_in, &request) {
        return refused("invalid_auth");
    }
    let now = clock::now();
    let ts = format!("{}.{:06}", now.timestamp(), now.timestamp_subsec_micros());
    let channel = channel_of(&body).to_owned();
    if channel.is_empty() {
        return refused("channel_not_found");
    }
    stand_in.keep(Sent::SlackPost { ts: ts.clone() }, body.into_inner());
    HttpResponse::Ok().json(json!({ "ok": true, "channel": channel, "ts": ts }))
}

#[post("/api/chat.update")]
async fn update(stand_in: web::Data<StandIn>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    change(&stand_in, &request, Sent::SlackUpdate, body.into_inner())
}

#[post("/api/chat.delete")]
async fn delete(stand_in: web::Data<StandIn>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    change(&stand_in, &request, Sent::SlackDelete, body.into_inner())
}

/// What changes a message has to name one that was posted.
fn change(stand_in: &StandIn, request: &HttpRequest, sent: Sent, body: Value) -> HttpResponse {
    if !is_from_the_bot(stand_in, request) {
        return refused("invalid_auth");
    }
    let ts = body.get("ts").and_then(Value::as_str).unwrap_or_default().to_owned();
    let channel = channel_of(&body).to_owned();
    if !stand_in.is_posted(&channel, &ts) {
        return refused("message_not_found");
    }
    stand_in.keep(sent, body);
    HttpResponse::Ok().json(json!({ "ok": true, "channel": channel, "ts": ts }))
}

#[post("/api/chat.postEphemeral")]
async fn ephemeral(
    stand_in: web::Data<StandIn>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> HttpResponse {
    if !is_from_the_bot(&stand_in, &request) {
        return refused("invalid_auth");
    }
    stand_in.keep(Sent::SlackEphemeral, body.into_inner());
    HttpResponse::Ok().json(json!({ "ok": true, "message_ts": "0.0" }))
}

#[post("/api/views.open")]
async fn open(stand_in: web::Data<StandIn>, request: HttpRequest, body: web::Json<Value>) -> HttpResponse {
    if !is_from_the_bot(&stand_in, &request) {
        return refused("invalid_auth");
    }
    let view = body.get("view").cloned();
    stand_in.keep(Sent::SlackView, body.into_inner());
    HttpResponse::Ok().json(json!({ "ok": true, "view": view }))
}

#[post("/v1/chat/completions")]
async fn complete(stand_in: web::Data<StandIn>, body: web::Json<Value>) -> HttpResponse {
    let turns = body.get("messages").and_then(Value::as_array).into_iter().flatten();
    let text = |turn: &Value| turn.get("content").and_then(Value::as_str).map(str::to_owned);
    let prompt: Vec<String> = turns.filter_map(text).collect();
    tokio::time::sleep(stand_in.0.settings.thinking).await;
    match (stand_in.0.settings.answer)(&prompt.join("\n")) {
        Some(answer) => HttpResponse::Ok().json(json!({
            "model": body.get("model"),
            "choices": [{ "message": { "role": "assistant", "content": answer }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 0, "completion_tokens": 0 },
        })),
        None => HttpResponse::BadRequest().json(json!({ "error": {
            "message": "This is a stand-in: it has a recorded answer for the demo's own incident, and none for this one."
        }})),
    }
}

#[cfg(test)]
mod tests;

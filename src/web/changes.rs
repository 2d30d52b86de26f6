//! Where deployments and the like are told: kept as evidence for alarms to come, and never an alarm.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;

use super::App;
use super::problem::Problem;
use super::webhooks;
use crate::clock;
use crate::sources::changes;
use crate::telemetry::labels::SenderKind;

/// A change event in PagerDuty's form (FACTS C), answered as PagerDuty answers it.
#[post("/webhooks/changes/{source}")]
pub async fn from_changes(
    app: web::Data<App>,
    request: HttpRequest,
    source: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    webhooks::within(SenderKind::Changes, take(&app, &request, &source, payload)).await
}

async fn take(
    app: &App,
    request: &HttpRequest,
    name: &str,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Some(source) = app.changes.get(name) else {
        return Err(Problem::not_found("source of this name under `sources.changes`"));
    };
    if webhooks::from_browser(request) {
        return Err(Problem::foreign());
    }
    if !webhooks::authorized(source.authorization.as_ref(), request) {
        return Err(Problem::unauthorized(source.authorization.as_ref()));
    }
    let (body, _room) = app.room.read(request, payload).await?;
    if !webhooks::plain(request) {
        return Err(Problem::bad_request("a compressed body is not read; send it without Content-Encoding"));
    }
    let now = clock::now();
    let told = changes::read(&body, &format!("changes/{name}"), now);
    let key = told.as_ref().ok().map(|told| told.routing_key.clone());
    let opens =
        |wanted: &crate::secret::Secret| key.is_some_and(|key| wanted.matches(key.expose().as_bytes()));
    // Before anything is said of the body: who has no key learns nothing from it.
    if source.routing_key.as_ref().is_some_and(|wanted| !opens(wanted)) {
        return Err(Problem::unauthorized(source.authorization.as_ref()));
    }
    let told = told.map_err(Problem::bad_request)?;
    app.store.keep_change(&told.event, now).await?;
    tracing::info!(source = name, "a change was told");
    Ok(HttpResponse::Accepted().json(json!({"status": "success", "message": "Change event processed"})))
}

//! Where Slack tells what happens in channels: alarms of other apps, under which an analysis is offered (FACTS D).
//!
//! Must not believe anything before the signature is checked. The answer says that it is kept; what follows is a job. What
//! Slack tells again, because an answer was late, is known by its name.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::notify::{self, Event};

use super::App;
use super::problem::Problem;
use super::{slack, webhooks};
use crate::clock;
use crate::store::Offered;
use crate::telemetry::labels::SenderKind;

/// Slack gives up after 3 s, and tells it again.
const WITHIN: Duration = Duration::from_millis(2_300);

/// An event.
#[post("/slack/events")]
pub async fn events(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    webhooks::within(SenderKind::Slack, told(&app, &request, payload)).await
}

async fn told(app: &App, request: &HttpRequest, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let body = slack::signed_body(app, request, payload).await?;
    let event = notify::slack_event(&body)
        .map_err(|error| Problem::bad_request(format!("the event cannot be read: {error}")))?;
    let posted = match event {
        Event::Challenge(text) => return Ok(HttpResponse::Ok().content_type("text/plain").body(text)),
        Event::Posted(posted) => posted,
        Event::Other => return Ok(HttpResponse::Ok().finish()),
    };
    let offers = app.slack.as_ref().and_then(|slack| slack.offers.as_ref());
    if !offers.is_some_and(|offers| offers.want(&posted)) {
        return Ok(HttpResponse::Ok().finish());
    }
    let kept = tokio::time::timeout(WITHIN, app.store.keep_offer(&posted, clock::now())).await;
    match kept.map_err(|_| Problem::unavailable("the database does not answer in time"))?? {
        Offered::New => app.wake.all(),
        Offered::Again | Offered::Off => {}
        Offered::TooMany => {
            tracing::info!(channel = posted.channel, "too many alarms there for an offer under each");
        }
    }
    Ok(HttpResponse::Ok().finish())
}

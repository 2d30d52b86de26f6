//! Where PagerDuty knocks: what people do to a page there happens here too (webhooks v3, FACTS C).
//!
//! Must not believe anything before the signature is checked. Status and speed are its policy: it tries again after 5xx, and
//! gives the subscription up after several other refusals.

use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::incident::Deed;
use firstlook_core::notify::{dedup_key, storm_key};

use super::App;
use super::problem::Problem;
use super::{deeds, signed, webhooks};
use crate::clock;
use crate::secret::Secret;
use crate::sources::pagerduty::{self, Event, News};
use crate::telemetry::labels::SenderKind;

/// An event of PagerDuty's.
#[post("/webhooks/pagerduty/{receiver}")]
pub async fn from_pagerduty(
    app: web::Data<App>,
    request: HttpRequest,
    receiver: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    webhooks::within(SenderKind::Pagerduty, take(&app, &request, &receiver, payload)).await
}

async fn take(
    app: &App,
    request: &HttpRequest,
    receiver: &str,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Some(secrets) = app.pagerduty.get(receiver) else {
        let what = "receiver of this name with `webhook_secret` in its `pagerduty_configs`";
        return Err(Problem::not_found(what));
    };
    let (body, _room) = app.room.read(request, payload).await?;
    if !signed_by_any(secrets, request, &body) {
        tracing::warn!(receiver, "an event that is not signed with `webhook_secret` is refused");
        return Err(Problem::unsigned("the event is not signed with `webhook_secret` of this receiver"));
    }
    let event = pagerduty::read(&body)
        .map_err(|error| Problem::bad_request(format!("no event of webhooks v3: {error}")))?;
    if let Some(event) = event {
        follow(app, receiver, &event).await?;
    }
    Ok(HttpResponse::Ok().finish())
}

/// While a secret is changed, an event carries a signature by each: any of them will do.
fn signed_by_any(secrets: &[Secret], request: &HttpRequest, body: &[u8]) -> bool {
    let header = request.headers().get("x-pagerduty-signature").and_then(|value| value.to_str().ok());
    let given = header.unwrap_or_default().split(',').filter_map(|one| one.trim().strip_prefix("v1="));
    let all: Vec<&str> = given.take(8).collect();
    secrets.iter().any(|secret| all.iter().any(|hex| signed::signs(secret, body, hex)))
}

/// Does here what was done there. An event that comes twice, or tells of what firstlook did itself, changes nothing.
async fn follow(app: &App, receiver: &str, event: &Event) -> Result<(), Problem> {
    if let Some(number) = storm(app, receiver, event).await? {
        return of_storm(app, number, event).await;
    }
    let paged = app.store.paged(receiver).await?;
    let Some(found) = paged.into_iter().find(|one| dedup_key(&app.name, &one.slot) == event.key) else {
        tracing::info!(receiver, "an event of PagerDuty is about nothing that is open here");
        return Ok(());
    };
    // It rang again after that, so the deed was about what stood there before.
    if event.at < found.rang_at {
        tracing::info!(
            receiver,
            incident = found.number,
            "an event of PagerDuty is older than the last page"
        );
        return Ok(());
    }
    let id = found.number.to_string();
    match &event.news {
        News::Acknowledged => deeds::known(app, &id, Deed::Acknowledge, &event.actor, "").await,
        News::Resolved => deeds::known(app, &id, Deed::Resolve, &event.actor, "ended it").await,
        News::Reassigned(to) => {
            app.store.reassigned(&id, &event.actor, to, (event.at, clock::now())).await?;
            app.wake.all();
            Ok(())
        }
    }
}

/// The storm whose own page an event is about.
async fn storm(app: &App, receiver: &str, event: &Event) -> Result<Option<i64>, Problem> {
    let storms = app.store.storms().await?;
    let is = |number| storm_key(&app.name, receiver, number) == event.key;
    Ok(storms
        .into_iter()
        .filter(|one| one.receiver == receiver)
        .map(|one| one.number)
        .find(|number| is(*number)))
}

/// Who takes a storm's page has all of it that nobody has. That somebody ended the page, or gave it away, says nothing of
/// the incidents that it stands for.
async fn of_storm(app: &App, number: i64, event: &Event) -> Result<(), Problem> {
    match event.news {
        News::Acknowledged => deeds::take_storm(app, number, &event.actor).await.map(drop),
        News::Resolved | News::Reassigned(_) => {
            tracing::info!(
                storm = number,
                "what was done to a storm's page at PagerDuty changes no incident"
            );
            Ok(())
        }
    }
}

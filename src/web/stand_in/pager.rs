//! PagerDuty's part of the stand-in: events.
//!
//! Knows the Events API v2 (FACTS C). Must not know Slack.

use actix_web::{HttpResponse, post, web};
use serde_json::{Value, json};

use super::StandIn;
use crate::web::pages::Sent;

#[post("/v2/enqueue")]
pub(super) async fn enqueue(stand_in: web::Data<StandIn>, body: web::Json<Value>) -> HttpResponse {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let key = text("dedup_key").to_owned();
    if !stand_in.0.settings.routing_key.matches(text("routing_key").as_bytes()) || key.is_empty() {
        let errors = ["a routing key of this stand-in and a dedup key are needed"];
        return HttpResponse::BadRequest().json(json!({ "status": "invalid event", "errors": errors }));
    }
    stand_in.keep(Sent::PagerDuty, body.into_inner());
    let answer = json!({ "status": "success", "message": "Event processed", "dedup_key": key });
    HttpResponse::Accepted().json(answer)
}

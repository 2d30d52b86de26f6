//! Where senders knock: authorization first, then a bounded body within the deadline, then hop 1.
//!
//! The status is the sender's retry policy (DESIGN section 4): 200 committed, 400 nothing usable in it, 401 not who
//! they say, 413 too large, 503 come again.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;

use super::App;
use super::access;
use super::problem::Problem;
use crate::clock;
use crate::config::Authorization;
use crate::ingest::{Answer, Arrival};
use crate::outage::Parse;
use crate::sources::alertmanager;
use crate::telemetry::labels::{SenderKind, WebhookStatus};
use crate::telemetry::metrics::{self, Metric};

/// Everything a request may take; SNS gives 15 s, so 10 leave room (DESIGN section 4).
const DEADLINE: Duration = Duration::from_secs(10);

/// Alertmanager's webhook (FACTS A1).
#[post("/webhooks/alertmanager/{source}")]
pub async fn from_alertmanager(
    app: web::Data<App>,
    request: HttpRequest,
    source: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    within(SenderKind::Alertmanager, take(&app, &request, &source, payload)).await
}

/// Answers within the deadline, and counts what is answered.
pub(super) async fn within(
    kind: SenderKind,
    work: impl Future<Output = Result<HttpResponse, Problem>>,
) -> Result<HttpResponse, Problem> {
    let answer = tokio::time::timeout(DEADLINE, work).await.unwrap_or_else(|_| {
        Err(Problem::unavailable("the alarm could not be kept within 10 s; sending it again is harmless"))
    });
    let status = answer.as_ref().map_or_else(|problem| problem.status(), HttpResponse::status);
    metrics::count(Metric::WebhookRequests, &[kind.into(), WebhookStatus::of(status.as_u16()).into()]);
    answer
}

async fn take(
    app: &App,
    request: &HttpRequest,
    source: &str,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Some(authorization) = app.sources.get(source) else {
        return Err(Problem::not_found("source of this name under `sources.alertmanager`"));
    };
    if from_browser(request) {
        return Err(Problem::foreign());
    }
    if !authorized(authorization.as_ref(), request) {
        return Err(Problem::unauthorized(authorization.as_ref()));
    }
    let (body, room) = app.room.read(request, payload).await?;
    let parse: Parse =
        if plain(request) { Arc::new(alertmanager::parse) } else { Arc::new(alertmanager::compressed) };
    let arrival = Arrival {
        source: format!("alertmanager/{source}"),
        body,
        received_at: clock::now(),
        trace_id: super::trace::of(request),
        note: None,
        once: None,
        room: Some(Arc::new(room)),
    };
    answer(app, arrival, parse).await
}

/// Gives a body to hop 1, and tells its sender what became of it.
pub(super) async fn answer(app: &App, arrival: Arrival, parse: Parse) -> Result<HttpResponse, Problem> {
    answered(app.outage.accept(arrival, parse).await?)
}

/// What a sender is told of what became of its body.
pub(super) fn answered(answer: Answer) -> Result<HttpResponse, Problem> {
    match answer {
        Answer::Unusable { delivery, reason, remedy } => {
            Err(Problem::bad_request(format!("{reason}; {remedy}. The body is kept as delivery {delivery}.")))
        }
        Answer::Repeat { delivery } => Ok(HttpResponse::Ok()
            .json(json!({"delivery": delivery, "repeat": true, "alerts": [], "rejected": []}))),
        Answer::Kept { delivery, decisions, rejected } => {
            let decided: Vec<_> = decisions
                .iter()
                .map(|(decision, incident)| {
                    json!({
                        "fingerprint": decision.alert.fingerprint, "action": decision.action.as_str(),
                        "reason": decision.reason, "incident": incident,
                    })
                })
                .collect();
            Ok(HttpResponse::Ok()
                .json(json!({"delivery": delivery, "alerts": decided, "rejected": rejected})))
        }
    }
}

/// Bearer or basic credentials, compared in constant time. A source without any takes everybody; the configuration
/// allows that on loopback alone.
pub(super) fn authorized(wanted: Option<&Authorization>, request: &HttpRequest) -> bool {
    let Some(wanted) = wanted else { return true };
    let given = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    given.is_some_and(|given| access::allows(wanted, given))
}

/// Whether a page in a browser sent it: no sender of alarms is one, and a source without credentials must not take
/// alarms from whatever site somebody visits.
pub(super) fn from_browser(request: &HttpRequest) -> bool {
    request.headers().contains_key(header::ORIGIN) || request.headers().contains_key("sec-fetch-site")
}

/// Whether the body is what it seems: it is never inflated, so that a small one cannot become a large one.
pub(super) fn plain(request: &HttpRequest) -> bool {
    let encoding = request.headers().get(header::CONTENT_ENCODING).map_or(&b""[..], |value| value.as_bytes());
    encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity")
}

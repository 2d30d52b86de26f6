//! Questions about metrics over days, by API: kept as an incident by itself, which is answered with.
//!
//! Must not believe a body. What the answer is, its analysis says later.

use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::notify::FormKind;

use super::problem::Problem;
use super::{App, origin};
use crate::clock;
use crate::ingest::{Look, Question};

/// Who asks where nobody says a name.
pub(super) const CLIENT: &str = "an API client";

/// Asks; answers with the incident that the question became. What comes of it stands in its `analysis`.
#[post("/api/v1/insights")]
pub async fn ask(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    answerable(&app, &request, FormKind::Insight)?;
    let question: Question = serde_json::from_slice(&body).map_err(|error| {
        let form = "{\"question\": \"…\", \"days\": 7, \"services\": [\"…\"]}";
        Problem::bad_request(format!("the body takes {form}: {error}"))
    })?;
    kept(&app, question.look(CLIENT, clock::now())).await
}

/// Refuses who may not ask, and what nothing is configured for.
pub(super) fn answerable(app: &App, request: &HttpRequest, kind: FormKind) -> Result<(), Problem> {
    if !origin::allowed(request, &app.external_url) {
        return Err(Problem::foreign());
    }
    app.asking.answers.lack(kind).map_or(Ok(()), |lack| Err(Problem::bad_request(lack.en)))
}

/// Keeps what was asked; answers with the incident that it became.
pub(super) async fn kept(app: &App, look: Result<Look, String>) -> Result<HttpResponse, Problem> {
    let look = look.map_err(Problem::bad_request)?;
    let number = app.asking.ingest.ask(look, clock::now()).await?.map_err(Problem::bad_request)?.to_string();
    let incident = app.store.incident(&number, &app.words).await?;
    let incident = incident.ok_or_else(|| Problem::not_found("incident of this id or number"))?;
    let location = format!("/api/v1/incidents/{number}");
    Ok(HttpResponse::Created().insert_header(("location", location)).json(incident))
}

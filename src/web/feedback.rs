//! Right or wrong: what people say of the causes that a summary names, from the page and by API.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::Deserialize;

use super::problem::Problem;
use super::{App, html, origin};
use crate::clock;
use crate::store::Judged;

/// The longest cause that is kept, in characters.
const MOST_CAUSE: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Feedback {
    /// Whether the first cause was right.
    right: bool,
    /// What it was, where it was another, or in better words.
    #[serde(default)]
    cause: String,
}

/// By API; answers with the incident.
#[post("/api/v1/incidents/{id}/feedback")]
pub async fn by_api(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if !origin::allowed(&request, &app.external_url) {
        return Err(Problem::foreign());
    }
    let said: Feedback = serde_json::from_slice(&body).map_err(|error| {
        Problem::bad_request(format!("the body takes {{\"right\": true, \"cause\": \"…\"}}: {error}"))
    })?;
    keep(&app, &id, &said, "an API client").await?;
    let incident = app.store.incident(&id, &app.words).await?;
    Ok(HttpResponse::Ok().json(incident.ok_or_else(|| Problem::not_found("incident of this id or number"))?))
}

/// From the page.
#[post("/incidents/{id}/feedback")]
pub async fn by_form(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    form: web::Form<Feedback>,
) -> HttpResponse {
    if !origin::allowed(&request, &app.external_url) {
        return html::answer(&app, Err(Problem::foreign()));
    }
    match keep(&app, &id, &form, "somebody on the page").await {
        // The id was found, so it is a number or a UUID: nothing that could break out of the header.
        Ok(()) => {
            HttpResponse::SeeOther().insert_header((LOCATION, format!("/incidents/{id}#summary"))).finish()
        }
        Err(problem) => html::answer(&app, Err(problem)),
    }
}

async fn keep(app: &App, id: &str, said: &Feedback, actor: &str) -> Result<(), Problem> {
    // Postgres keeps no NUL; and a cause is a sentence, not a file.
    let cause: String = said.cause.replace('\0', "\u{fffd}").trim().chars().take(MOST_CAUSE).collect();
    match app.store.judge(id, said.right, &cause, actor, clock::now()).await? {
        Judged::Kept => Ok(()),
        Judged::Unknown => Err(Problem::not_found("incident of this id or number")),
        Judged::NothingToJudge => Err(Problem::conflict("this incident has no summary that names a cause")),
    }
}

//! Right or wrong: what people say of the causes that a summary names, from the page and by API.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::incident::Deed;
use serde::Deserialize;

use super::problem::Problem;
use super::{App, deeds, html, origin};

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
    let deed = if said.right { Deed::Right } else { Deed::Wrong };
    deeds::known(app, id, deed, actor, &said.cause).await
}

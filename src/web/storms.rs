//! All of a storm is taken at once, on the page and by API.
//!
//! Knows how it is answered. Must not know what taking is.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, post, web};
use serde_json::json;

use super::problem::Problem;
use super::{App, deeds, html, origin};

/// What of a storm nobody has is taken by whoever calls; answers with how many incidents that were.
#[post("/api/v1/storms/{number}/acknowledge")]
pub async fn by_api(
    app: web::Data<App>,
    request: HttpRequest,
    number: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    let taken = taken(&app, &request, *number, "an API client").await?;
    Ok(HttpResponse::Ok().json(json!({ "storm": *number, "acknowledged": taken })))
}

/// The same from the list of incidents.
#[post("/storms/{number}/acknowledge")]
pub async fn by_form(app: web::Data<App>, request: HttpRequest, number: web::Path<i64>) -> HttpResponse {
    match taken(&app, &request, *number, "somebody on the page").await {
        Ok(_) => HttpResponse::SeeOther().insert_header((LOCATION, format!("/?storm={number}"))).finish(),
        Err(problem) => html::answer(&app, Err(problem)),
    }
}

async fn taken(app: &App, request: &HttpRequest, number: i64, actor: &str) -> Result<usize, Problem> {
    if !origin::allowed(request, &app.external_url) {
        return Err(Problem::foreign());
    }
    let taken = deeds::take_storm(app, number, actor).await?;
    taken.ok_or_else(|| Problem::not_found("storm of this number"))
}

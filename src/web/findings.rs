//! Open security findings, by API: kept as an incident by itself, which is answered with.
//!
//! Must not believe a body. What was found, its evidence says, and what of it matters its analysis.

use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::notify::FormKind;

use super::App;
use super::insights::{CLIENT, answerable, kept};
use super::problem::Problem;
use crate::clock;
use crate::ingest::OpenFindings;

/// Asks; answers with the incident that it became. What is open stands in its `evidence`, the rest in its `analysis`.
#[post("/api/v1/findings")]
pub async fn ask(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    answerable(&app, &request, FormKind::Findings)?;
    let asked: OpenFindings = serde_json::from_slice(&body).map_err(|error| {
        let form = "{\"days\": 7, \"question\": \"…\"}";
        Problem::bad_request(format!("the body takes {form}, both may be left out: {error}"))
    })?;
    kept(&app, asked.look(CLIENT, app.words.language, clock::now())).await
}

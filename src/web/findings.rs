//! Open security findings, by API: kept as an incident by itself, which is answered with.
//!
//! Must not believe a body. What was found, its evidence says, and what of it matters its analysis.

use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::evidence::About;
use firstlook_core::evidence::days::{Days, MOST_DAYS};
use firstlook_core::notify::{FormKind, all_findings, days_of};
use serde::Deserialize;
use uuid::Uuid;

use super::insights::{CLIENT, QUESTION, kept};
use super::problem::Problem;
use super::{App, origin};
use crate::clock;
use crate::ingest::Look;

/// What was first seen in so many days is new, where nobody says another number.
const USUAL_DAYS: u32 = 7;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    days: Option<u32>,
    #[serde(default)]
    question: String,
}

/// Asks; answers with the incident that it became. What is open stands in its `evidence`, the rest in its `analysis`.
#[post("/api/v1/findings")]
pub async fn ask(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if !origin::allowed(&request, &app.external_url) {
        return Err(Problem::foreign());
    }
    let look = wanted(&app, &body)?;
    kept(&app, look).await
}

fn wanted(app: &App, body: &[u8]) -> Result<Look, Problem> {
    if let Some(lack) = app.asking.answers.lack(FormKind::Findings) {
        return Err(Problem::bad_request(lack.en));
    }
    let asked: Asked = serde_json::from_slice(body).map_err(|error| {
        let form = "{\"days\": 7, \"question\": \"…\"}";
        Problem::bad_request(format!("the body takes {form}, both may be left out: {error}"))
    })?;
    let days = days_of(&asked.days.unwrap_or(USUAL_DAYS).to_string());
    let days = days.ok_or_else(|| Problem::bad_request(format!("`days` has to be from 1 to {MOST_DAYS}")))?;
    let question = asked.question.replace('\0', "\u{fffd}").trim().to_owned();
    if question.chars().count() > QUESTION {
        return Err(Problem::bad_request(format!("`question` has to have at most {QUESTION} characters")));
    }
    let nothing = question.is_empty();
    let seen = if nothing { all_findings(app.words.language, days) } else { question };
    Ok(Look {
        id: format!("findings-{}", Uuid::now_v7()),
        actor: CLIENT.to_owned(),
        seen,
        services: Vec::new(),
        time: Days::back(days, clock::now()).window,
        route: None,
        about: About::Findings,
    })
}

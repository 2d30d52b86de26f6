//! Questions about metrics over days, by API: kept as an incident by itself, which is answered with.
//!
//! Must not believe a body. What the answer is, its analysis says later.

use actix_web::{HttpRequest, HttpResponse, post, web};
use firstlook_core::evidence::About;
use firstlook_core::evidence::days::{Days, MOST_DAYS};
use firstlook_core::notify::{FormKind, days_of, services_of};
use serde::Deserialize;
use uuid::Uuid;

use super::problem::Problem;
use super::{App, origin};
use crate::clock;
use crate::ingest::{Answer, Look};

/// Who asks where nobody says a name.
pub(super) const CLIENT: &str = "an API client";
/// Characters of a question, as many as a form of Slack's takes.
pub(super) const QUESTION: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    question: String,
    days: u32,
    #[serde(default)]
    services: Vec<String>,
}

/// Asks; answers with the incident that the question became. What comes of it stands in its `analysis`.
#[post("/api/v1/insights")]
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

/// Keeps what was asked; answers with the incident that it became.
pub(super) async fn kept(app: &App, look: Look) -> Result<HttpResponse, Problem> {
    let answer = app.asking.ingest.look_at(look, clock::now()).await?;
    let number = match answer {
        Answer::Kept { decisions, .. } => decisions.into_iter().find_map(|(_, number)| number),
        Answer::Repeat { .. } => None,
        Answer::Unusable { reason, .. } => return Err(Problem::bad_request(reason)),
    };
    let number = number.ok_or_else(|| Problem::bad_request("the question was not understood"))?.to_string();
    let incident = app.store.incident(&number, &app.words).await?;
    let incident = incident.ok_or_else(|| Problem::not_found("incident of this id or number"))?;
    let location = format!("/api/v1/incidents/{number}");
    Ok(HttpResponse::Created().insert_header(("location", location)).json(incident))
}

fn wanted(app: &App, body: &[u8]) -> Result<Look, Problem> {
    if let Some(lack) = app.asking.answers.lack(FormKind::Insight) {
        return Err(Problem::bad_request(lack.en));
    }
    let asked: Asked = serde_json::from_slice(body).map_err(|error| {
        let form = "{\"question\": \"…\", \"days\": 7, \"services\": [\"…\"]}";
        Problem::bad_request(format!("the body takes {form}: {error}"))
    })?;
    let question = asked.question.replace('\0', "\u{fffd}").trim().to_owned();
    if question.is_empty() || question.chars().count() > QUESTION {
        return Err(Problem::bad_request(format!("`question` has to have 1 to {QUESTION} characters")));
    }
    let days = days_of(&asked.days.to_string());
    let days = days.ok_or_else(|| Problem::bad_request(format!("`days` has to be from 1 to {MOST_DAYS}")))?;
    let services = services_of(&asked.services);
    if services.len() != asked.services.len() {
        return Err(Problem::bad_request("`services` takes at most five different names"));
    }
    Ok(Look {
        id: format!("insight-{}", Uuid::now_v7()),
        actor: CLIENT.to_owned(),
        seen: question,
        services,
        time: Days::back(days, clock::now()).window,
        route: None,
        about: About::Insight,
    })
}

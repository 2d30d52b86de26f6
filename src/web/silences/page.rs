//! Silences on their page, by its forms, and by the form of an incident.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::super::pages::{PageError, SilencesView};
use super::super::problem::Problem;
use super::super::{App, html, origin};
use super::asked::Wanted;
use super::{PAGE, SilenceState, ended, kept, of_incident};
use crate::clock;

/// Who does this.
const SOMEBODY: &str = "somebody on the page";

type Fields = web::Form<Vec<(String, String)>>;

/// What is silenced now, what will be, what was.
#[get("/silences")]
pub async fn all(app: web::Data<App>) -> HttpResponse {
    let page = page(&app).await;
    html::answer(&app, page)
}

async fn page(app: &App) -> Result<Result<String, PageError>, Problem> {
    let now = clock::now();
    let (active, pending) = ([SilenceState::Active], [SilenceState::Pending]);
    let mut rows = app.store.silences(&active, None, PAGE, now).await?;
    rows.extend(app.store.silences(&pending, None, PAGE, now).await?);
    rows.extend(app.store.silences(&[SilenceState::Expired], None, PAGE, now).await?);
    let silences = rows.into_iter().map(|one| super::told(app, one)).collect();
    let intervals = app.silencing.intervals.keys().cloned().collect();
    let mirrors = app.silencing.mirrors.clone();
    Ok(app.pages.silences(&SilencesView { silences, intervals, mirrors }, now))
}

/// Makes one.
#[post("/silences")]
pub async fn by_form(app: web::Data<App>, request: HttpRequest, form: Fields) -> HttpResponse {
    let done = async {
        own(&app, &request)?;
        kept(&app, Wanted::of_form(&form, app.zone)?, SOMEBODY, clock::now()).await.map(drop)
    };
    back(&app, done.await, "/silences".to_owned())
}

/// Ends one.
#[post("/silences/{id}/end")]
pub async fn end_by_form(app: web::Data<App>, request: HttpRequest, id: web::Path<i64>) -> HttpResponse {
    let done = async {
        own(&app, &request)?;
        ended(&app, *id, SOMEBODY, clock::now()).await
    };
    back(&app, done.await, "/silences".to_owned())
}

/// Silences the alerts of an incident.
#[post("/incidents/{id}/silence")]
pub async fn incident_by_form(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    form: Fields,
) -> HttpResponse {
    let done = async {
        own(&app, &request)?;
        let said = Wanted::of_form(&form, app.zone)?;
        let mut wanted = Wanted::of_button();
        wanted.asked.duration = said.asked.duration.or(wanted.asked.duration);
        wanted.comment(&said.asked.comment);
        wanted.author = said.author;
        of_incident(&app, &id, wanted, SOMEBODY, clock::now()).await.map(drop)
    };
    // The id was found, so it is a number or a UUID: nothing that could break out of the header.
    back(&app, done.await, format!("/incidents/{id}"))
}

fn own(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    origin::allowed(request, &app.external_url).then_some(()).ok_or_else(Problem::foreign)
}

fn back(app: &App, done: Result<(), Problem>, to: String) -> HttpResponse {
    match done {
        Ok(()) => HttpResponse::SeeOther().insert_header((LOCATION, to)).finish(),
        Err(problem) => html::answer(app, Err(problem)),
    }
}

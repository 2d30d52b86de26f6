//! Silences by API: listed, made, ended; and for the alerts of one incident.

mod asked;
mod page;

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use chrono::{DateTime, Utc};
use firstlook_core::route::silence::{self, MOST};
use firstlook_core::route::{Intervals, interval};
use serde_json::json;

use super::problem::Problem;
use super::{App, origin};
use crate::clock;
use crate::store::{Made, NewSilence, SilenceState, Silenced};

pub(super) use asked::Wanted;
pub use page::{all, by_form, end_by_form, incident_by_form};

/// What silences may name.
#[derive(Debug, Clone, Default)]
pub struct Silencing {
    /// The configured `time_intervals`.
    pub intervals: Intervals,
    /// The sources whose Alertmanagers can have silences as well.
    pub mirrors: Vec<String>,
}

/// Who does this where nobody says a name.
const CLIENT: &str = "an API client";
/// Rows of a list.
const PAGE: i64 = 100;

/// Silences, the newest first.
#[get("/api/v1/silences")]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (states, before, limit) = asked::query(request.query_string())?;
    let items = app.store.silences(&states, before, limit, clock::now()).await?;
    let full = i64::try_from(items.len()).is_ok_and(|count| count == limit);
    let next = items.last().filter(|_| full).map(|last| last.id.to_string());
    let items: Vec<Silenced> = items.into_iter().map(|one| told(&app, one)).collect();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next_cursor": next})))
}

/// One of them.
#[get("/api/v1/silences/{id}")]
pub async fn show(app: web::Data<App>, id: web::Path<i64>) -> Result<HttpResponse, Problem> {
    answer(&app, *id, clock::now()).await.map(|silence| HttpResponse::Ok().json(silence))
}

/// Makes one by matchers; answers with it.
#[post("/api/v1/silences")]
pub async fn make(
    app: web::Data<App>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if !origin::allowed(&request, &app.external_url) {
        return Err(Problem::foreign());
    }
    let now = clock::now();
    let number = kept(&app, Wanted::of_json(&body)?, CLIENT, now).await?;
    let location = format!("/api/v1/silences/{number}");
    let silence = answer(&app, number, now).await?;
    Ok(HttpResponse::Created().insert_header(("location", location)).json(silence))
}

/// Ends one; that it was over already is no error.
#[delete("/api/v1/silences/{id}")]
pub async fn end(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, Problem> {
    if !origin::allowed(&request, &app.external_url) {
        return Err(Problem::foreign());
    }
    let now = clock::now();
    ended(&app, *id, CLIENT, now).await?;
    answer(&app, *id, now).await.map(|silence| HttpResponse::Ok().json(silence))
}

/// Silences the alerts that an incident has now; answers with the incident.
#[post("/api/v1/incidents/{id}/silence")]
pub async fn incident(
    app: web::Data<App>,
    request: HttpRequest,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if !origin::allowed(&request, &app.external_url) {
        return Err(Problem::foreign());
    }
    of_incident(&app, &id, Wanted::of_incident(&body)?, CLIENT, clock::now()).await?;
    let incident = app.store.incident(&id, &app.words).await?;
    Ok(HttpResponse::Ok().json(incident.ok_or_else(|| Problem::not_found("incident of this id or number"))?))
}

async fn answer(app: &App, number: i64, now: DateTime<Utc>) -> Result<Silenced, Problem> {
    let found = app.store.silence_of(number, now).await?;
    Ok(told(app, found.ok_or_else(|| Problem::not_found("silence of this id"))?))
}

/// What people wrote may hold what must not be told.
fn told(app: &App, silence: Silenced) -> Silenced {
    Silenced { comment: app.words.redactor.redact(&silence.comment).to_string(), ..silence }
}

/// Keeps what is asked for.
async fn kept(app: &App, wanted: Wanted, by: &str, now: DateTime<Utc>) -> Result<i64, Problem> {
    let Wanted { mut asked, recurring, mut mirror, author } = wanted;
    mirror.sort();
    mirror.dedup();
    mirrorable(app, &mirror, recurring.is_some())?;
    if let Some(written) = &recurring {
        let read = interval::read(written, &app.silencing.intervals);
        asked.recurring = Some(read.map_err(|what| Problem::bad_request(format!("`recurring` {what}")))?);
    }
    let planned = silence::plan(&asked, now).map_err(|fault| refused(&fault))?;
    let actor = asked::actor(&author, by);
    let new = NewSilence { planned: &planned, recurring: recurring.as_ref(), mirror: &mirror, actor: &actor };
    made(app, app.store.silence(new, now).await?).map(|(number, _)| number)
}

/// Whether these sources' Alertmanagers can have it.
fn mirrorable(app: &App, mirror: &[String], recurring: bool) -> Result<(), Problem> {
    if recurring && !mirror.is_empty() {
        return Err(Problem::bad_request(
            "`mirror` cannot have what recurs: Alertmanager's silences hold once",
        ));
    }
    match mirror.iter().find(|source| !app.silencing.mirrors.contains(source)) {
        Some(_) if app.silencing.mirrors.is_empty() => Err(Problem::bad_request(
            "`mirror` needs a source of Alertmanager with an `api_url`: there is none",
        )),
        Some(source) => Err(Problem::bad_request(format!(
            "`mirror` names {source:?}, which is none of the sources with an `api_url`: {}",
            app.silencing.mirrors.join(", ")
        ))),
        None => Ok(()),
    }
}

/// Silences an incident. Returns the silence's number, and how many alerts it names.
pub(super) async fn of_incident(
    app: &App,
    id: &str,
    wanted: Wanted,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(i64, i64), Problem> {
    let planned = silence::plan(&wanted.asked, now).map_err(|fault| refused(&fault))?;
    let actor = asked::actor(&wanted.author, by);
    let new = NewSilence { planned: &planned, recurring: None, mirror: &[], actor: &actor };
    made(app, app.store.silence_incident(id, new, now).await?)
}

async fn ended(app: &App, number: i64, actor: &str, now: DateTime<Utc>) -> Result<(), Problem> {
    let known = app.store.end_silence(number, actor, now).await?;
    app.wake.all();
    known.map(drop).ok_or_else(|| Problem::not_found("silence of this id"))
}

fn made(app: &App, made: Made) -> Result<(i64, i64), Problem> {
    app.wake.all();
    match made {
        Made::Kept { number, alerts } => Ok((number, alerts)),
        Made::Full => {
            Err(Problem::conflict(format!("there are {MOST} silences that are not over: end some first")))
        }
        Made::Over => Err(Problem::conflict("this incident is resolved: nothing of it is told")),
        Made::Unknown => Err(Problem::not_found("incident of this id or number")),
    }
}

fn refused(fault: &silence::Fault) -> Problem {
    Problem::bad_request(format!("`{}` {}", fault.field, fault.what))
}

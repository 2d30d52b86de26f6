//! The pages' routes: each reads, renders, and turns an error into a page for people.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, post, web};
use chrono::{DateTime, Utc};
use firstlook_core::incident::{Deed, Status};
use firstlook_core::{Word, word};
use serde::Deserialize;
use uuid::Uuid;

use super::pages::{
    DeliveriesView, DeliveryDetail, DeliveryRow, ErrorView, Filter, IncidentView, ListView, PageError,
    RunbookRow, RunbooksView, STYLE, TraceLine,
};
use super::problem::Problem;
use super::{App, api, deeds, origin};
use crate::clock;
use crate::store::DeliveryHead;

/// Where no page can say it.
const CANNOT_RENDER: Word = word(
    "a fault in firstlook: this page cannot be rendered",
    "firstlookの内部エラー：このページを表示できません",
);

/// Deliveries on one page.
const DELIVERIES: i64 = 50;

/// A page, or the page of the problem that kept it away.
pub(super) fn answer(app: &App, page: Result<Result<String, PageError>, Problem>) -> HttpResponse {
    let rendered = match page {
        Ok(Ok(page)) => return html(StatusCode::OK, page),
        Ok(Err(error)) => {
            tracing::error!(%error, "a page cannot be rendered");
            return HttpResponse::InternalServerError().body(CANNOT_RENDER.of(app.words.language));
        }
        Err(problem) => (problem.status(), problem_page(app, &problem)),
    };
    match rendered {
        (status, Ok(page)) => html(status, page),
        (status, Err(_)) => HttpResponse::build(status).finish(),
    }
}

fn problem_page(app: &App, problem: &Problem) -> Result<String, PageError> {
    let (title, what) = problem.words(app.words.language);
    let view =
        ErrorView { status: problem.status().as_u16(), title: title.to_owned(), what, remedies: Vec::new() };
    app.pages.error(&view)
}

fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page)
}

/// Incidents that are not over, or what the form asks for.
#[get("/")]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let page = listed(&app, request.query_string()).await;
    answer(&app, page)
}

async fn listed(app: &App, query: &str) -> Result<Result<String, PageError>, Problem> {
    let mut asked = api::asked(query)?;
    let default_filter = asked.filter.status.is_empty();
    if default_filter && asked.filter.storm.is_none() {
        // Who opens the page wants what is not over; all statuses ticked shows everything.
        asked.filter.status = vec![Status::Open, Status::Acknowledged];
    }
    // Whoever searches, or asks for the storm itself, sees each of its incidents.
    asked.filter.fold_storms = asked.filter.storm.is_none() && asked.filter.q.is_none();
    let storms = if asked.filter.fold_storms { app.store.banners().await? } else { Vec::new() };
    let page = app.store.incidents(&asked.filter, &app.words).await?;
    let ever = !page.items.is_empty() || app.store.any_incident().await?;
    let source = app.sources.keys().next().map_or("NAME", String::as_str);
    let view = ListView {
        incidents: &page.items,
        filter: Filter {
            status: asked.filter.status.clone(),
            severity: asked.filter.severity.clone(),
            q: asked.filter.q.clone().unwrap_or_default(),
            storm: asked.filter.storm,
        },
        default_filter: default_filter && asked.filter.severity.is_empty() && asked.filter.fold_storms,
        storms,
        next_cursor: page.next.map(|number| number.to_string()),
        ever,
        webhook_url: format!("{}/webhooks/alertmanager/{source}", app.external_url),
    };
    Ok(app.pages.list(&view, clock::now()))
}

/// One incident.
#[get("/incidents/{id}")]
pub async fn incident(app: web::Data<App>, id: web::Path<String>) -> HttpResponse {
    let page = async {
        let incident = app.store.incident(&id, &app.words).await?;
        let incident = incident.ok_or_else(|| Problem::not_found("incident of this number"))?;
        let rates = app.store.hit_rates().await?;
        let view = IncidentView {
            incident: &incident,
            actions: true,
            analysis: app.analysis.is_some(),
            declare: !app.declarers.is_empty(),
            rates: &rates,
        };
        Ok(app.pages.incident(&view, clock::now()))
    };
    let page = page.await;
    answer(&app, page)
}

#[derive(Debug, Default, Deserialize)]
struct Ended {
    /// How it ended, in the resolver's words.
    #[serde(default)]
    text: String,
}

/// What a person does to an incident, from its page.
#[post("/incidents/{id}/{deed:acknowledge|resolve|analyze|declare}")]
pub async fn act(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    form: Option<web::Form<Ended>>,
) -> HttpResponse {
    if !origin::allowed(&request, &app.external_url) {
        return answer(&app, Err(Problem::foreign()));
    }
    let (id, deed) = path.into_inner();
    let text = form.map(|form| form.into_inner().text).unwrap_or_default();
    let done = match Deed::parse(&deed) {
        Some(deed) => deeds::known(&app, &id, deed, "somebody on the page", &text).await,
        None => Err(Problem::not_found("such deed")),
    };
    match done {
        // The id was found, so it is a number or a UUID: nothing that could break out of the header.
        Ok(()) => HttpResponse::SeeOther().insert_header((LOCATION, format!("/incidents/{id}"))).finish(),
        Err(problem) => answer(&app, Err(problem)),
    }
}

#[derive(Debug, Deserialize)]
struct Older {
    cursor: Option<DateTime<Utc>>,
}

/// What senders delivered.
#[get("/deliveries")]
pub async fn deliveries(app: web::Data<App>, query: web::Query<Older>) -> HttpResponse {
    let page = async {
        let heads = app.store.deliveries(query.cursor, DELIVERIES).await?;
        let full = i64::try_from(heads.len()).is_ok_and(|count| count == DELIVERIES);
        let next_cursor = heads.last().filter(|_| full).map(|last| last.received_at.to_rfc3339());
        let rows = heads.into_iter().map(|head| row(&app, head)).collect();
        Ok(app.pages.deliveries(&DeliveriesView { rows, next_cursor }, clock::now()))
    };
    let page = page.await;
    answer(&app, page)
}

/// One delivery: what became of it, and its body.
#[get("/deliveries/{id}")]
pub async fn delivery(app: web::Data<App>, id: web::Path<Uuid>) -> HttpResponse {
    let page = async {
        let found = app.store.delivery(*id).await?;
        let (head, body) = found.ok_or_else(|| Problem::not_found("delivery of this id"))?;
        let decisions = app.store.delivery_decisions(*id).await?;
        let words = |text: &str| app.words.redactor.redact(text);
        let trace = decisions
            .into_iter()
            .map(|decision| TraceLine {
                action: decision.kind,
                alert: words(&decision.fingerprint),
                reason: words(&decision.reason),
                incident: decision.incident,
            })
            .collect();
        let body = Some(app.words.redactor.redact_beginning(&body, api::BODY_SHOWN));
        Ok(app.pages.delivery(&DeliveryDetail { row: row(&app, head), trace, body }))
    };
    let page = page.await;
    answer(&app, page)
}

fn row(app: &App, head: DeliveryHead) -> DeliveryRow {
    let rejected = head.state == "rejected";
    DeliveryRow {
        id: head.id.to_string(),
        received_at: head.received_at,
        source: head.source,
        status: if rejected { 400 } else { 200 },
        reason: app.words.redactor.redact(&head.reason.unwrap_or_default()),
        alerts: (!rejected).then(|| u32::try_from(head.alerts).unwrap_or(0)),
        incidents: head.incidents,
        size: u64::try_from(head.bytes).unwrap_or(0),
    }
}

/// The runbooks that are loaded, and their faults.
#[get("/runbooks")]
pub async fn runbooks(app: web::Data<App>) -> HttpResponse {
    let language = app.words.language;
    let snapshot = app.library.as_deref().map(|library| library.snapshot()).unwrap_or_default();
    let rows = snapshot.runbooks.iter().map(|runbook| RunbookRow {
        path: runbook.path.clone(),
        title: runbook.title.clone(),
        matchers: runbook.matchers.iter().map(ToString::to_string).collect(),
        owner: runbook.owner.clone(),
        steps: runbook.steps.len(),
        faults: snapshot
            .faults
            .iter()
            .filter(|fault| fault.path == runbook.path)
            .map(|fault| {
                let (line, what, remedy) = (fault.fault.line, &fault.fault.what, &fault.fault.remedy);
                language
                    .pick(format!("line {line}: {what}; {remedy}"), format!("{line}行目：{what}; {remedy}"))
            })
            .collect(),
    });
    let origin = match (&app.library, &snapshot.commit) {
        (None, _) => {
            word("no `runbooks.path` is configured", "`runbooks.path`は未設定").of(language).to_owned()
        }
        (Some(_), Some(commit)) => language.pick(format!("commit {commit}"), format!("コミット{commit}")),
        (Some(_), None) => word("a folder without git", "gitを使わないフォルダー").of(language).to_owned(),
    };
    let page = app.pages.runbooks(&RunbooksView { origin, runbooks: rows.collect() });
    answer(&app, Ok(page))
}

/// The one style sheet.
#[get("/static/style.css")]
pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header(("cache-control", "max-age=300"))
        .body(STYLE)
}

/// What no route takes, for people.
pub async fn missing(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    if request.path().starts_with("/api/") || request.path().starts_with("/webhooks/") {
        return unknown().await;
    }
    answer(&app, Err(Problem::not_found("page of this name")))
}

/// What no route takes, for programs.
pub async fn unknown() -> HttpResponse {
    Problem::not_found("path of this name and method").error_response()
}

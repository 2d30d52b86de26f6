//! The JSON API of the contract: incidents to read and to act on, deliveries to read.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chrono::{DateTime, Utc};
use firstlook_core::alert::Severity;
use firstlook_core::evidence::Redactor;
use firstlook_core::incident::{Deed, Status};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::problem::Problem;
use super::{App, deeds, origin};
use crate::store::{DeliveryHead, Filter};
use crate::templates;

/// Rows of a list where the caller does not say.
const PAGE: i64 = 50;
/// Most rows of a list.
const MOST: i64 = 200;

/// What a list is asked for. Several values of one key are separated by commas, or the key is repeated.
#[derive(Debug, Default)]
pub struct Asked {
    /// The filter.
    pub filter: Filter,
    /// The words of `status`, as asked, for the page's form.
    pub status: Vec<String>,
    /// The words of `severity`.
    pub severity: Vec<String>,
}

/// Most of a delivery's body that is shown, in bytes.
pub const BODY_SHOWN: usize = 256 * 1024;

/// Reads the query of a list.
///
/// # Errors
/// 400 with the key and the values it takes.
pub fn asked(query: &str) -> Result<Asked, Problem> {
    let mut asked = Asked { filter: Filter { limit: PAGE, ..Filter::default() }, ..Asked::default() };
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|error| Problem::bad_request(format!("the query cannot be read: {error}")))?
        .into_inner();
    for (key, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        match key.as_str() {
            "status" => asked.status.extend(value.split(',').map(str::to_owned)),
            "severity" => asked.severity.extend(value.split(',').map(str::to_owned)),
            "q" => asked.filter.q = Some(value),
            "storm" => asked.filter.storm = Some(number("storm", &value)?),
            "since" => asked.filter.since = Some(time(&value)?),
            "cursor" => asked.filter.before = Some(number("cursor", &value)?),
            "limit" => asked.filter.limit = number("limit", &value)?.clamp(1, MOST),
            _ => {
                return Err(Problem::bad_request(format!(
                    "{key:?} is none of: status, severity, q, storm, since, cursor, limit"
                )));
            }
        }
    }
    for word in &asked.status {
        let all = [Status::Open, Status::Acknowledged, Status::Resolved];
        let status = all.into_iter().find(|status| status.as_str() == word);
        asked.filter.status.push(status.ok_or_else(|| {
            Problem::bad_request(format!("status={word:?} is none of: open, acknowledged, resolved"))
        })?);
    }
    for word in &asked.severity {
        let severity = Severity::parse(word);
        asked.filter.severity.push(severity.ok_or_else(|| {
            Problem::bad_request(format!("severity={word:?} is none of: critical, warning, info"))
        })?);
    }
    Ok(asked)
}

fn time(value: &str) -> Result<DateTime<Utc>, Problem> {
    DateTime::parse_from_rfc3339(value).map(|at| at.to_utc()).map_err(|_| {
        Problem::bad_request(format!("since={value:?} is no RFC 3339 time such as 2026-11-20T03:07:00Z"))
    })
}

fn number(key: &str, value: &str) -> Result<i64, Problem> {
    value.parse().map_err(|_| Problem::bad_request(format!("{key}={value:?} is no number")))
}

/// A page of incidents, the newest first.
#[get("/api/v1/incidents")]
pub async fn list(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let asked = asked(request.query_string())?;
    let page = app.store.incidents(&asked.filter, &app.words).await?;
    let next = page.next.map(|number| number.to_string());
    Ok(HttpResponse::Ok().json(json!({"items": page.items, "next_cursor": next})))
}

/// One incident, whole.
#[get("/api/v1/incidents/{id}")]
pub async fn one(app: web::Data<App>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let incident = app.store.incident(&id, &app.words).await?;
    Ok(HttpResponse::Ok().json(incident.ok_or_else(|| Problem::not_found("incident of this id or number"))?))
}

/// The report of an incident's analysis, as a file.
#[get("/api/v1/incidents/{id}/analysis.md")]
pub async fn analysis(app: web::Data<App>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let incident = app.store.incident(&id, &app.words).await?;
    let incident = incident.ok_or_else(|| Problem::not_found("incident of this id or number"))?;
    let report = templates::report(&app.templates, &incident, &app.zone);
    let report = report.ok_or_else(|| Problem::not_found("report of this incident"))?;
    Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(report))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Resolve {
    /// How it ended, in the resolver's words.
    text: String,
}

/// What a person does to an incident.
#[post("/api/v1/incidents/{id}/{deed:acknowledge|resolve|analyze|declare}")]
pub async fn act(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    if !origin::allowed(&request, &app.external_url) {
        return Err(Problem::foreign());
    }
    let (id, deed) = path.into_inner();
    let resolve: Resolve = match body.is_empty() {
        true => Resolve::default(),
        false => serde_json::from_slice(&body)
            .map_err(|error| Problem::bad_request(format!("the body takes {{\"text\": \"…\"}}: {error}")))?,
    };
    let deed = Deed::parse(&deed).ok_or_else(|| Problem::not_found("such deed"))?;
    deeds::known(&app, &id, deed, "an API client", &resolve.text).await?;
    let incident = app.store.incident(&id, &app.words).await?;
    Ok(HttpResponse::Ok().json(incident.ok_or_else(|| Problem::not_found("incident of this id or number"))?))
}

#[derive(Debug, Deserialize)]
struct Older {
    cursor: Option<DateTime<Utc>>,
    limit: Option<i64>,
}

/// A page of deliveries, the newest first.
#[get("/api/v1/deliveries")]
pub async fn deliveries(app: web::Data<App>, query: web::Query<Older>) -> Result<HttpResponse, Problem> {
    let limit = query.limit.unwrap_or(PAGE).clamp(1, MOST);
    let items = app.store.deliveries(query.cursor, limit).await?;
    let full = i64::try_from(items.len()).is_ok_and(|count| count == limit);
    let next = items.last().filter(|_| full).map(|last| last.received_at);
    let items: Vec<DeliveryHead> = items.into_iter().map(|head| told(head, &app.words.redactor)).collect();
    Ok(HttpResponse::Ok().json(json!({"items": items, "next_cursor": next})))
}

/// A sender's words stand in the reason.
fn told(head: DeliveryHead, redactor: &Redactor) -> DeliveryHead {
    DeliveryHead { reason: head.reason.map(|reason| redactor.redact(&reason).to_string()), ..head }
}

/// One delivery with the beginning of its body, redacted: nobody is known to be an administrator.
#[get("/api/v1/deliveries/{id}")]
pub async fn delivery(app: web::Data<App>, id: web::Path<Uuid>) -> Result<HttpResponse, Problem> {
    let Some((head, body)) = app.store.delivery(*id).await? else {
        return Err(Problem::not_found("delivery of this id"));
    };
    let mut answer = json!(told(head, &app.words.redactor));
    answer["body"] = json!(app.words.redactor.redact_beginning(&body, BODY_SHOWN));
    Ok(HttpResponse::Ok().json(answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_refused_by_name() {
        let read =
            asked("status=open,acknowledged&status=resolved&severity=critical&q=a%20b&limit=9999&cursor=7")
                .unwrap();
        assert_eq!(read.filter.status.len(), 3);
        assert_eq!((read.filter.limit, read.filter.before), (MOST, Some(7)));
        assert_eq!(read.filter.q.as_deref(), Some("a b"));
        for (query, key) in [
            ("status=gone", "status"),
            ("severity=sev1", "severity"),
            ("since=yesterday", "since"),
            ("limit=x", "limit"),
            ("sort=1", "sort"),
        ] {
            let problem = asked(query).unwrap_err();
            assert!(problem.status() == 400 && problem.to_string().contains(key), "{problem}");
        }
    }

    #[test]
    fn an_empty_field_of_the_form_asks_for_nothing() {
        let read = asked("q=&status=&severity=").unwrap();
        assert!(read.filter.q.is_none() && read.filter.status.is_empty());
    }
}

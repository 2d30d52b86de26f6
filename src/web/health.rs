//! Whether this process lives, whether it can work, and its metrics.

use actix_web::{HttpResponse, get, web};
use serde_json::json;

use super::App;
use super::problem::Problem;
use crate::telemetry::metrics::{self, Metric};

/// Alive: the process answers. Says nothing of the database, so that an orchestrator does not kill what would recover.
#[get("/healthz")]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// Ready: the database answers and has its schema.
#[get("/readyz")]
pub async fn readyz(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    app.store.ready().await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
}

/// In Prometheus's text form. The queue's gauges are read when they are asked for.
#[get("/metrics")]
pub async fn metrics_page(app: web::Data<App>) -> HttpResponse {
    match app.store.job_counts().await {
        Ok(counts) => metrics::jobs(counts.iter().map(|row| (row.kind.as_str(), row.state.as_str(), row.count))),
        Err(error) => tracing::warn!(%error, "the queue could not be counted"),
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics::render())
}

//! Whether this process lives, whether it can work, and its metrics.

use actix_web::{HttpResponse, get, web};
use serde_json::json;

use super::App;
use super::problem::Problem;
use crate::store::{JobCounts, JobKind};
use crate::telemetry::labels::JobState;
use crate::telemetry::metrics::{self, Metric};
use crate::worker;

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
        Ok(counts) => show(&counts),
        Err(error) => tracing::warn!(%error, "the queue could not be counted"),
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(app.exporter.render())
}

/// Every kind and state, so that a count that fell to nothing is shown as 0 and not as its last value.
fn show(counts: &[JobCounts]) {
    for kind in JobKind::ALL {
        for state in JobState::ALL {
            let row = counts.iter().find(|row| row.kind == kind.as_str() && row.state == state.as_str());
            let count = row.map_or(0.0, |row| row.count as f64);
            metrics::gauge(Metric::Jobs, count, &[worker::label(kind).into(), (*state).into()]);
        }
    }
}

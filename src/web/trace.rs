//! A trace id for each request: in its log lines, and with what it leaves in the database.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use tracing::Instrument;

use crate::telemetry::labels::{Route, StatusClass};
use crate::telemetry::metrics::{self, Metric};

/// The request's id: 32 lower-case hex digits, as W3C Trace Context has them.
#[derive(Debug, Clone)]
struct TraceId(String);

/// Gives the request a trace id (the caller's, where it sends a valid `traceparent`), a span, a metric and a log line.
pub async fn follow(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let given = request.headers().get("traceparent").and_then(|value| value.to_str().ok()).and_then(caller);
    let id = given.unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
    request.extensions_mut().insert(TraceId(id.clone()));
    let span =
        tracing::info_span!("request", trace_id = id, method = %request.method(), path = request.path());
    let started = tokio::time::Instant::now();
    async move {
        let response = next.call(request).await;
        let took = started.elapsed();
        match &response {
            Ok(response) => {
                let status = response.status().as_u16();
                // The pattern and not the path: paths are for ever new, labels must not be.
                let route = Route::of(&response.request().match_pattern().unwrap_or_default());
                let labels = [route.into(), StatusClass::of(status).into()];
                metrics::observe(Metric::HttpRequestDuration, took, &labels);
                tracing::debug!(status, took_s = took.as_secs_f64(), "answered");
            }
            Err(error) => tracing::debug!(%error, took_s = took.as_secs_f64(), "refused"),
        }
        response
    }
    .instrument(span)
    .await
}

/// The request's trace id.
pub fn of(request: &HttpRequest) -> String {
    request.extensions().get::<TraceId>().map_or_else(String::new, |id| id.0.clone())
}

/// The trace id of a `traceparent` header: version, 32 hex digits that are not all zero, span, flags.
fn caller(header: &str) -> Option<String> {
    let mut parts = header.split('-');
    let (version, id) = (parts.next()?, parts.next()?);
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let valid =
        version.len() == 2 && hex(version) && id.len() == 32 && hex(id) && id.bytes().any(|b| b != b'0');
    (valid && parts.count() >= 2).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_valid_traceparent_is_taken_over() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(caller(&format!("00-{id}-00f067aa0ba902b7-01")).as_deref(), Some(id));
        for bad in
            ["", "00", &format!("00-{id}"), "00-00000000000000000000000000000000-1-1", "00-<script>-1-1"]
        {
            assert_eq!(caller(bad), None, "{bad}");
        }
    }
}

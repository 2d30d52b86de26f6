//! By which name this service is asked. A page of another site can make its own name point at this machine, and would
//! then read what only this machine may (DNS rebinding, FAULTS S15): the Host it sends is still its own.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

use super::App;
use super::problem::Problem;

/// Refuses pages and API under a name that is not ours. Senders and probes may use any: they carry credentials, or
/// learn nothing.
pub async fn own(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let open = ["/webhooks/", "/slack/", "/healthz", "/readyz", "/metrics"];
    let guarded = !open.iter().any(|path| request.path().starts_with(path));
    let external =
        request.app_data::<web::Data<App>>().map(|app| app.external_url.clone()).unwrap_or_default();
    // Not `connection_info`, which believes X-Forwarded-Host: only what the client itself sent counts here.
    let host = request.headers().get("host").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if guarded && !is_own(host, &external) {
        return Err(Problem::misdirected().into());
    }
    next.call(request).await
}

fn is_own(host: &str, external_url: &str) -> bool {
    let name = name_of(host);
    let external = external_url.split_once("://").map_or(external_url, |(_, rest)| rest);
    let external = external.split('/').next().unwrap_or_default();
    ["localhost", "127.0.0.1", "[::1]"].contains(&name.as_str()) || name == name_of(external)
}

/// The host without its port, in lower case and without the root's dot.
fn name_of(host: &str) -> String {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_the_configured_name_are_ours() {
        let cases = [
            ("127.0.0.1:8080", true),
            ("localhost", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("fl.example.com", true),
            ("FL.example.com.:443", true),
            ("evil.example.com", false),
            ("evil.example.com:8080", false),
            ("fl.example.com.evil.com", false),
            ("", false),
        ];
        for (host, expected) in cases {
            assert_eq!(is_own(host, "https://fl.example.com:8443/x"), expected, "{host}");
        }
    }
}

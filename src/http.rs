//! Door: network. The one way to make an HTTP client: bounded in time, no redirects, ring's TLS.

use std::sync::Once;
use std::time::Duration;

use crate::config::Authorization;

static PROVIDER: Once = Once::new();

/// Makes ring the TLS provider of the process. The binary calls it first; doing it again changes nothing.
pub fn install_tls() {
    PROVIDER.call_once(|| {
        // The error means that one is installed already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A client that gives up after `timeout`, connecting included, and follows no redirect: a configured
/// address is the only one that is ever called (FAULTS S16).
///
/// # Errors
/// When the TLS roots of the system cannot be read.
pub fn client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    install_tls();
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("firstlook/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// The request with what a person has configured that it must show.
pub fn authorized(request: reqwest::RequestBuilder, by: Option<&Authorization>) -> reqwest::RequestBuilder {
    match by {
        None => request,
        Some(Authorization::Basic { username, password }) => {
            request.basic_auth(username, Some(password.expose()))
        }
        Some(Authorization::Header { scheme, credentials }) => {
            let value = format!("{scheme} {}", credentials.expose());
            request.header(reqwest::header::AUTHORIZATION, value)
        }
    }
}

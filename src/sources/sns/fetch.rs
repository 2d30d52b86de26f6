//! Door: network. Brings signing certificates from where they must lie, each once.
//!
//! Knows the cache and its bounds. Must not decide which address is right: it is given one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::certificate::Certificate;
use crate::http;

/// Longest that a fetch may take, connecting included: SNS waits 15 s, and a commit follows.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Largest certificate.
const MOST_BYTES: usize = 64 * 1024;
/// Certificates kept.
const MOST_KNOWN: usize = 10;
/// Addresses whose failure is remembered.
const MOST_TRIED: usize = 100;
/// How long a failure is remembered.
const FAILED_FOR: Duration = Duration::from_secs(10);
/// Fetches at once, of all addresses: a stranger who makes up addresses does not have us ask more.
const PLACES: usize = 4;

/// Why a certificate cannot be had now, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub String);

/// One address: who asks waits for who asked first.
type Asked = Arc<tokio::sync::Mutex<Option<(Instant, Unavailable)>>>;

/// Fetches certificates and keeps them.
#[derive(Debug)]
pub struct Fetcher {
    client: reqwest::Client,
    known: Mutex<VecDeque<(String, Arc<Certificate>)>>,
    tried: Mutex<VecDeque<(String, Asked)>>,
    places: Semaphore,
}

impl Fetcher {
    /// With a client that follows no redirect.
    ///
    /// # Errors
    /// When the TLS roots of the system cannot be read.
    pub fn new() -> Result<Self, reqwest::Error> {
        Ok(Self::with(http::client(TIMEOUT)?))
    }

    fn with(client: reqwest::Client) -> Self {
        Self { client, known: Mutex::default(), tried: Mutex::default(), places: Semaphore::new(PLACES) }
    }

    /// Knows one certificate, and can fetch no other.
    #[cfg(test)]
    pub fn knowing(url: &str, certificate: Certificate) -> Self {
        let fetcher = Self { places: Semaphore::new(0), ..Self::new().unwrap() };
        locked(&fetcher.known).push_back((url.to_owned(), Arc::new(certificate)));
        fetcher
    }

    /// The certificate at `url`, from the cache where it is there.
    ///
    /// # Errors
    /// When it cannot be had now.
    pub async fn get(&self, url: &str) -> Result<Arc<Certificate>, Unavailable> {
        if let Some(known) = self.known(url) {
            return Ok(known);
        }
        let asked = self.asked(url);
        let mut failure = asked.lock().await;
        if let Some(known) = self.known(url) {
            return Ok(known);
        }
        if let Some((_, why)) = failure.as_ref().filter(|(at, _)| at.elapsed() < FAILED_FOR) {
            return Err(why.clone());
        }
        let Ok(_place) = self.places.try_acquire() else {
            return Err(Unavailable("too many certificates are being fetched".to_owned()));
        };
        match self.fetch(url).await {
            Ok(certificate) => {
                let certificate = Arc::new(certificate);
                let mut known = locked(&self.known);
                known.push_back((url.to_owned(), Arc::clone(&certificate)));
                if known.len() > MOST_KNOWN {
                    known.pop_front();
                }
                *failure = None;
                Ok(certificate)
            }
            Err(why) => {
                tracing::warn!(url, why = why.0, "a signing certificate cannot be had; senders are told 503");
                *failure = Some((Instant::now(), why.clone()));
                Err(why)
            }
        }
    }

    async fn fetch(&self, url: &str) -> Result<Certificate, Unavailable> {
        let failed = |error: reqwest::Error| {
            let how = if error.is_timeout() { "does not answer in time" } else { "cannot be reached" };
            Unavailable(format!("its host {how}: {}", cause(&error.without_url())))
        };
        let mut response = self.client.get(url).send().await.map_err(failed)?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(Unavailable(format!("its host answers {status}; redirects are not followed")));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(Unavailable(format!("it has more than {MOST_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Certificate::read(&body).map_err(Unavailable)
    }

    /// The certificate where it is kept, which makes it the last to be given up.
    fn known(&self, url: &str) -> Option<Arc<Certificate>> {
        let mut known = locked(&self.known);
        let at = known.iter().position(|(own, _)| own == url)?;
        let entry = known.remove(at)?;
        let certificate = Arc::clone(&entry.1);
        known.push_back(entry);
        Some(certificate)
    }

    fn asked(&self, url: &str) -> Asked {
        let mut tried = locked(&self.tried);
        if let Some((_, asked)) = tried.iter().find(|(own, _)| own == url) {
            return Arc::clone(asked);
        }
        let asked = Asked::default();
        tried.push_back((url.to_owned(), Arc::clone(&asked)));
        if tried.len() > MOST_TRIED {
            tried.pop_front();
        }
        asked
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The innermost cause: reqwest's own words only say that something failed.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests;

//! Somebody's own server for webhooks: believes what is signed as docs/WEBHOOKS.md says, and knows a repeat by its key.

use std::sync::{Arc, Mutex, PoisonError};

use ring::hmac;

use super::plan::Plan;
use super::server::{Answer, Protocol, Request, Server};

/// What posts are signed with.
pub const SECRET: &str = "whsec-0f-the-tests";
/// How old a post may be, in seconds.
const WINDOW: i64 = 300;

#[derive(Debug, Default)]
struct Desk {
    /// The keys that were taken, in order.
    taken: Mutex<Vec<String>>,
    refused: Mutex<Vec<&'static str>>,
}

/// The server.
#[derive(Debug)]
pub struct Hook {
    server: Server,
    desk: Arc<Desk>,
}

impl Hook {
    /// Starts it.
    pub fn start() -> Self {
        let desk = Arc::new(Desk::default());
        Self { server: Server::start(desk.clone()), desk }
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url() + "/in"
    }

    /// What the next requests meet.
    pub fn plan(&self) -> &Plan {
        self.server.plan()
    }

    /// Every request, refused and unanswered ones among them.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// The keys of what was new, in order.
    pub fn taken(&self) -> Vec<String> {
        self.desk.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why posts were refused.
    pub fn refused(&self) -> Vec<&'static str> {
        self.desk.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is wrong with a post at `now`, in seconds since 1970.
pub fn fault(header: Option<&str>, body: &[u8], now: i64) -> Option<&'static str> {
    let Some(header) = header else { return Some("it is not signed") };
    let parts: Vec<_> = header.split(',').filter_map(|part| part.split_once('=')).collect();
    let sent = parts.iter().find(|(name, _)| *name == "t").map_or("", |(_, value)| value);
    let Ok(at) = sent.parse::<i64>() else { return Some("it says no time") };
    if (now - at).abs() > WINDOW {
        return Some("it is too old");
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, &[sent.as_bytes(), b".", body].concat());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    (!parts.contains(&("v1", hex.as_str()))).then_some("its signature is another's")
}

impl Protocol for Desk {
    fn answer(&self, request: &Request) -> Answer {
        let header = request.header("x-firstlook-signature");
        let fault = fault(header, &request.body, firstlook::clock::now().timestamp());
        let json = request.header("content-type") == Some("application/json") && !request.json().is_null();
        let key = request.header("idempotency-key").unwrap_or_default().to_owned();
        let lacks = (!json).then_some("it is no JSON").or(key.is_empty().then_some("it has no key"));
        if let Some(fault) = fault.or(lacks) {
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
            return Answer::text(401, fault);
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if !taken.contains(&key) {
            taken.push(key);
        }
        Answer::text(204, "")
    }
}

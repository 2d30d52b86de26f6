//! A gate between two servers: it passes requests on, and can be shut by its plan (503 refuses, 200 swallows). Before
//! an Alertmanager it can make that look as if it had run for long.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::plan::Behaviour;
use super::server::{Answer, Protocol, Request, Server};

/// Longer than anything behind a gate takes.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Default)]
struct Way {
    /// `host:port` and a path that every request goes to, or its own where that is empty.
    to: Mutex<Option<(String, String)>>,
    aged: bool,
}

/// The gate. Until it leads somewhere it answers 502.
#[derive(Debug)]
pub struct Gate {
    server: Server,
    way: Arc<Way>,
}

impl Gate {
    /// A gate that passes on what comes as it is.
    pub fn start() -> Self {
        Self::leading(Way::default())
    }

    /// Before an Alertmanager: its status says that it runs since an hour.
    pub fn aged() -> Self {
        Self::leading(Way { aged: true, ..Way::default() })
    }

    fn leading(way: Way) -> Self {
        let way = Arc::new(way);
        Self { server: Server::start(way.clone()), way }
    }

    /// Its address, `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// `127.0.0.1:PORT`.
    pub fn target(&self) -> String {
        self.url().trim_start_matches("http://").to_owned()
    }

    /// Leads to `url` from now on; a path in it takes every request.
    pub fn lead(&self, url: &str) {
        let rest = url.trim_start_matches("http://");
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let to = Some((host.to_owned(), path.to_owned()));
        *self.way.to.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    /// Answers everything with `status`, and passes nothing on.
    pub fn shut(&self, status: u16) {
        self.server.plan().repeat(Behaviour::status(status));
    }

    /// Passes everything on again.
    pub fn open(&self) {
        self.server.plan().heal();
    }

    /// Every request that came.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

impl Protocol for Way {
    fn answer(&self, request: &Request) -> Answer {
        let to = self.to.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let passed = to.and_then(|(host, path)| pass(request, &host, &path).ok());
        let Some((status, body)) = passed else { return Answer::text(502, "") };
        let body = if self.aged && request.path.ends_with("/status") { aged(&body) } else { body };
        Answer::text(status, &body)
    }
}

/// HTTP/1.0, so that the answer ends with the connection and is not in chunks.
fn pass(request: &Request, host: &str, path: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let path = if path.is_empty() { &request.path } else { path };
    let mut head = format!("{} {path}?{} HTTP/1.0\r\nhost: {host}\r\n", request.method, request.query);
    for name in ["authorization", "content-type"] {
        if let Some(value) = request.header(name) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", request.body.len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(502);
    Ok((status, body.to_owned()))
}

fn aged(status: &str) -> String {
    let mut status: Value = serde_json::from_str(status).unwrap();
    status["uptime"] = json!(firstlook::clock::now() - chrono::TimeDelta::hours(1));
    status.to_string()
}

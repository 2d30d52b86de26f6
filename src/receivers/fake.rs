//! Door: network. For the tests of the doors: a server that gives one prepared answer, or fails in a prepared way.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with each request, once it was read.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Status, further header lines, body.
    Answer(u16, String, String),
    /// Never answers.
    Hang,
    /// Closes the connection without an answer.
    Reset,
    /// Promises a body and closes within it.
    Half,
}

impl Reply {
    pub fn json(status: u16, body: &str) -> Self {
        Self::Answer(status, String::new(), body.to_owned())
    }

    pub fn header(self, line: &str) -> Self {
        match self {
            Self::Answer(status, headers, body) => Self::Answer(status, format!("{headers}{line}\r\n"), body),
            other => other,
        }
    }
}

/// The server; it ends with the test's runtime.
pub struct Fake {
    pub url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    pub async fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, reply.clone(), log.clone()));
            }
        });
        Self { url, seen }
    }

    /// Head and body of each request, as they came.
    pub fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(mut stream: TcpStream, reply: Reply, log: Arc<Mutex<Vec<String>>>) {
    let Some(request) = request(&mut stream).await else { return };
    log.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    let answer = match reply {
        Reply::Answer(status, headers, body) => {
            format!(
                "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
        }
        Reply::Hang => return tokio::time::sleep(Duration::from_secs(60)).await,
        Reply::Reset => return,
        Reply::Half => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned(),
    };
    // The other side may be gone already; then there is nobody to tell.
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// One request with a `Content-Length`; `None` when the other side closed first.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A client as `serve` makes them, with little patience.
pub fn client() -> reqwest::Client {
    crate::http::client(Duration::from_millis(400)).unwrap()
}

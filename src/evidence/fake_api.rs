//! A local server that answers as a test says: the answers are the test's, the protocol is HTTP's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What was asked: the path, the decoded query string, and the head of the request.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub path: String,
    pub params: HashMap<String, String>,
    pub head: String,
}

impl Asked {
    pub(super) fn number(&self, name: &str) -> i64 {
        self.params[name].parse().unwrap()
    }
}

/// A header that is never sent: what would have it is never answered.
pub(super) const HANGS: &str = "x-hangs: ";

/// Status, further header lines, body.
pub(super) type Answer = (u16, &'static str, String);

/// Serves on a port of its own; gives the address and the list of what was asked.
pub(super) async fn serve(
    answer: impl Fn(usize, &Asked) -> Answer + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<Asked>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let all = Arc::new(Mutex::new(Vec::new()));
    let (asked, answer) = (Arc::clone(&all), Arc::new(answer));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else { return };
                    head.push(byte);
                }
                let head = String::from_utf8(head).unwrap();
                let target = head.split(' ').nth(1).unwrap();
                let url = reqwest::Url::parse(&format!("http://x{target}")).unwrap();
                let params = url.query_pairs().into_owned().collect();
                let one = Asked { path: url.path().to_owned(), params, head: head.clone() };
                let index = {
                    let mut asked = asked.lock().unwrap();
                    asked.push(one.clone());
                    asked.len() - 1
                };
                let (status, headers, body) = answer(index, &one);
                if headers.contains(HANGS) {
                    return std::future::pending().await;
                }
                let text = format!(
                    "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(text.as_bytes()).await;
            });
        }
    });
    (address, all)
}

/// An answer with these entries, one stream per app.
pub(super) fn streams(entries: &[(i64, &str, String)]) -> String {
    let mut apps: Vec<&str> = entries.iter().map(|entry| entry.1).collect();
    apps.sort_unstable();
    apps.dedup();
    let result: Vec<_> = apps
        .into_iter()
        .map(|app| {
            let own = entries.iter().filter(|entry| entry.1 == app);
            let values: Vec<_> = own.map(|(at, _, line)| serde_json::json!([at.to_string(), line])).collect();
            serde_json::json!({"stream": {"app": app, "pod": "p"}, "values": values})
        })
        .collect();
    serde_json::json!({"status": "success", "data": {"resultType": "streams", "result": result, "stats": {}}})
        .to_string()
}

/// What Loki does with `query_range`, forward: entries of the window in order of time, `limit` of them.
pub(super) fn query_range(all: &[(i64, &str, String)], asked: &Asked) -> Answer {
    if asked.number("limit") > 5_000 {
        return (
            400,
            "",
            "max entries limit per query exceeded, limit > max_entries_limit (5001 > 5000)".to_owned(),
        );
    }
    let (start, end) = (asked.number("start"), asked.number("end"));
    let mut found: Vec<_> = all.iter().filter(|entry| start <= entry.0 && entry.0 < end).cloned().collect();
    found.sort_by_key(|entry| entry.0);
    found.truncate(usize::try_from(asked.number("limit")).unwrap());
    (200, "", streams(&found))
}

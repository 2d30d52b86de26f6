//! Requests that are hostile below the body: ambiguous lengths, broken chunks, giant heads, half-closed connections.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Firstlook, Setup, TOKEN, alert, body};

pub const LABELS: [(&str, &str); 3] = [("alertname", "DiskFull"), ("service", "db"), ("severity", "warning")];

pub async fn connect(firstlook: &Firstlook) -> TcpStream {
    TcpStream::connect(firstlook.url.trim_start_matches("http://")).await.unwrap()
}

/// Sends bytes, ends the sending side where asked to, and gives all that is answered until the connection ends or is quiet.
async fn exchange(firstlook: &Firstlook, bytes: &[u8], half_close: bool) -> String {
    let mut connection = connect(firstlook).await;
    let _ = connection.write_all(bytes).await;
    if half_close {
        connection.shutdown().await.unwrap();
    }
    let mut answer = Vec::new();
    while let Ok(Ok(read)) =
        tokio::time::timeout(Duration::from_secs(3), connection.read_buf(&mut answer)).await
    {
        if read == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

pub fn head(more: &str) -> String {
    format!(
        "POST /webhooks/alertmanager/main HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n{more}\r\n"
    )
}

/// The statuses of all the answers.
fn statuses(answer: &str) -> Vec<u16> {
    answer.split("HTTP/1.1 ").skip(1).filter_map(|one| one.get(..3)?.parse().ok()).collect()
}

#[tokio::test]
async fn ambiguous_or_broken_framing_is_refused_and_whole_requests_are_taken() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let good = body(&[alert(&LABELS, "disk 93% full")]);
    let length = format!("Content-Length: {}\r\n", good.len());
    let chunked = "Transfer-Encoding: chunked\r\n";
    let chunk = format!("{:x}\r\n{good}\r\n0\r\n\r\n", good.len());
    let long = |size: usize| head(&format!("X-Long: {}\r\n{length}", "a".repeat(size))) + &good;
    let rows: Vec<(&str, String, &[u16])> = vec![
        ("two lengths", head(&format!("{length}Content-Length: 5\r\n")) + &good, &[400]),
        ("the same length twice", head(&format!("{length}{length}")) + &good, &[400]),
        ("a length and chunks", head(&format!("{length}{chunked}")) + &chunk, &[400]),
        ("a negative length", head("Content-Length: -1\r\n") + &good, &[400]),
        ("a length that is no number", head("Content-Length: ten\r\n") + &good, &[400]),
        ("a length for no type", head("Content-Length: 99999999999999999999999\r\n"), &[400]),
        ("a length of a terabyte", head("Content-Length: 1099511627776\r\n"), &[413]),
        ("another transfer encoding", head("Transfer-Encoding: gzip, chunked\r\n") + &chunk, &[400]),
        ("a chunk of no size", head(chunked) + "xyz\r\n{}\r\n0\r\n\r\n", &[400]),
        ("a chunk of a size for no type", head(chunked) + "fffffffffffffffff\r\n{}\r\n0\r\n\r\n", &[400]),
        ("good chunks", head(chunked) + &chunk, &[200]),
        ("a head of 64 KB", long(64 * 1024), &[200]),
        ("a head of 200 KB", long(200 * 1024), &[431]),
        ("200 headers", head(&("X-A: 1\r\n".repeat(200) + &length)) + &good, &[431]),
        ("a header with a line break", head(&format!("X-A: 1\r\n X-B: 2\r\n{length}")) + &good, &[400]),
        ("a NUL in a header", head(&format!("X-A: a\0b\r\n{length}")) + &good, &[400]),
        ("pipelined", (head(&length) + &good).repeat(3), &[200, 200, 200]),
        ("another protocol", "\x16\x03\x01\x02\0\x01\0\x01\u{7f}".repeat(20), &[400]),
        ("no version", "GET /\r\n\r\n".to_owned(), &[400]),
        ("GET", head(&length).replace("POST", "GET") + &good, &[404]),
        ("PUT", head(&length).replace("POST", "PUT") + &good, &[404]),
        ("a path that climbs", head(&length).replace("/main", "/..%2f..%2fmain") + &good, &[404]),
        (
            "no token, and a body that never comes",
            head("Content-Length: 1000000\r\n").replace(TOKEN, "x"),
            &[401],
        ),
    ];
    for (name, bytes, wanted) in rows {
        let answer = exchange(&firstlook, bytes.as_bytes(), false).await;
        assert_eq!(statuses(&answer), wanted, "{name}: {answer:.300}");
    }
    let kept = firstlook.sql("SELECT count(*) FROM delivery").await;
    assert_eq!(kept, 5, "what was answered 200, and nothing else");
    let half = exchange(&firstlook, (head(&length) + &good).as_bytes(), true).await;
    assert_eq!(statuses(&half), [200], "half-closed: {half}");
    exchange(&firstlook, (head(&length) + &good[..20]).as_bytes(), true).await;
    assert_eq!(firstlook.sql("SELECT count(*) FROM delivery").await, 6, "half a body is none");
    firstlook.finish().await;
}

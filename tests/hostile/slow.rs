//! Senders that hold connections and memory: a thousand that trickle, and many giant bodies at once.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::framing::{LABELS, connect, head};
use crate::harness::{Firstlook, Setup, TOKEN, alert, body};

/// The longest of a hundred healthy deliveries, one after another.
async fn slowest(firstlook: &Firstlook) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..100 {
        let asked = Instant::now();
        let answer = firstlook.post(body(&[alert(&LABELS, "disk 93% full")])).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        slowest = slowest.max(asked.elapsed());
    }
    slowest
}

/// Sends a beginning, then a byte each second, until it is cut off. Gives what it was told, and when.
async fn trickle(mut connection: TcpStream, beginning: String) -> (String, Duration) {
    let begun = Instant::now();
    let mut answer = Vec::new();
    let _ = connection.write_all(beginning.as_bytes()).await;
    while begun.elapsed() < Duration::from_secs(30) {
        let read = connection.read_buf(&mut answer);
        match tokio::time::timeout(Duration::from_secs(1), read).await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(_)) => {}
            Err(_) if connection.write_all(b"1").await.is_err() => break,
            Err(_) => {}
        }
    }
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_slow_connections_are_cut_off_and_stop_nobody() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let usual = slowest(&firstlook).await;
    let before = firstlook.memory();
    let unfinished = head("X-A: 1").trim_end().to_owned();
    let known = head("Content-Length: 1000\r\n") + "{";
    let unknown = head("Content-Length: 1000\r\n").replace(TOKEN, "wrong");
    let kinds = [(unfinished, 400, 408, 7), (known, 400, 503, 12), (unknown, 200, 401, 3)];
    let mut slow = Vec::new();
    for (beginning, count, status, within) in kinds {
        for _ in 0..count {
            let connection = connect(&firstlook).await;
            slow.push((tokio::spawn(trickle(connection, beginning.clone())), status, within));
        }
    }
    let meanwhile = slowest(&firstlook).await;
    let grown = firstlook.memory().saturating_sub(before);
    for (slow, status, within) in slow {
        let (answer, took) = slow.await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{status}: {answer:.200}");
        // What is refused at once is read no further: nobody waits for a body that is not wanted.
        assert!(took < Duration::from_secs(within + 3), "{status}: {took:?}");
    }
    assert!(meanwhile < 2 * usual + Duration::from_millis(250), "{meanwhile:?}, usually {usual:?}");
    assert!(grown < 64 << 20, "{} MiB", grown >> 20);
    assert_eq!(firstlook.sql("SELECT count(*) FROM delivery").await, 200, "the healthy ones alone");
    firstlook.finish().await;
}

#[tokio::test]
async fn giant_bodies_at_once_are_asked_to_come_again_before_memory_grows() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[alert(&LABELS, "disk 93% full")])).await;
    let before = firstlook.memory();
    let giant = body(&[alert(&LABELS, &"x".repeat(7 << 20))]);
    let posts = (0..16).map(|_| firstlook.post(giant.clone()));
    let peak = async {
        let mut peak = 0;
        for _ in 0..100 {
            peak = peak.max(firstlook.memory());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        peak
    };
    let (answers, peak) = futures_util::future::join(futures_util::future::join_all(posts), peak).await;
    let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(!taken.is_empty(), "there is room for four at once");
    assert!(!refused.is_empty(), "and not for sixteen");
    for answer in &refused {
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.text);
    }
    assert!(peak - before < 160 << 20, "{} MiB", (peak - before) >> 20);
    assert_eq!(firstlook.post(giant).await.status, 200, "there is room again");
    firstlook.finish().await;
}

//! Loki's pages, refusals and garbage, over HTTP.

use std::time::Instant;

use chrono::DateTime;

use super::super::fake_api::{query_range, serve, streams};
use super::*;
use crate::evidence::FaultKind;
use crate::secret::Secret;

const QUERY: &str = r#"{namespace="{{labels.namespace}}"}"#;
/// 2026-03-01T10:00:00Z.
const START: i64 = 1_772_359_200_000_000_000;

fn window() -> Window {
    let start = DateTime::from_timestamp_nanos(START);
    Window { start, end: start + chrono::TimeDelta::minutes(15) }
}

fn loki(url: &str) -> Loki {
    Loki::new(url, QUERY, None, None, Duration::from_secs(5)).unwrap()
}

async fn fetch_with(loki: &Loki, caps: Caps) -> Result<Fetched, Fault> {
    loki.fetch(window(), &[("namespace", "prod")].into_iter().collect(), caps).await
}

async fn fetch(url: &str) -> Result<Fetched, Fault> {
    fetch_with(&loki(url), Caps::default()).await
}

#[tokio::test]
async fn streams_are_merged_in_order_of_time() {
    let (url, asked) = serve(|_, asked| {
        let entries = [(2, "b", "two"), (1, "a", "one"), (3, "a", "three")];
        query_range(&entries.map(|(at, app, text)| (START + at, app, text.to_owned())), asked)
    })
    .await;
    let fetched = fetch(&url).await.unwrap();
    let lines: Vec<_> = fetched.lines.iter().map(|line| (line.stream.as_str(), line.text.as_str())).collect();
    assert_eq!(lines, [("a", "one"), ("b", "two"), ("a", "three")]);
    assert_eq!(fetched.lines[0].at, Some(DateTime::from_timestamp_nanos(START + 1)));
    assert_eq!((fetched.truncated, fetched.faults), (None, vec![]));
    assert!(fetched.query.starts_with(&format!("logcli query --addr='{url}'")), "{}", fetched.query);
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].params["query"], r#"{namespace="prod"}"#);
    assert_eq!((asked[0].number("start"), asked[0].number("end")), (START, START + 900_000_000_000));
    assert_eq!((asked[0].number("limit"), asked[0].params["direction"].as_str()), (5_000, "forward"));
}

#[tokio::test]
async fn no_line_is_lost_or_doubled_where_a_page_ends_between_equal_times() {
    // 12,000 lines, 70 per instant: both page ends fall between equal times, also within one text.
    let (url, asked) = serve(|_, asked| {
        let entries: Vec<_> = (0..12_000)
            .map(|index| (START + index / 70, ["a", "b"][index as usize % 2], format!("line {index}")))
            .collect();
        query_range(&entries, asked)
    })
    .await;
    let fetched = fetch(&url).await.unwrap();
    let mut numbers: Vec<u32> = fetched.lines.iter().map(|line| line.text[5..].parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..12_000).collect::<Vec<_>>());
    assert!(fetched.lines.is_sorted_by_key(|line| line.at));
    assert_eq!(fetched.truncated, None);
    assert_eq!(asked.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn more_lines_in_one_instant_than_a_page_holds_are_said_to_be_missing() {
    let (url, _) = serve(|_, asked| {
        let mut entries: Vec<_> = (0..6_000).map(|index| (START + 5, "a", format!("{index}"))).collect();
        entries.push((START + 6, "a", "after".to_owned()));
        query_range(&entries, asked)
    })
    .await;
    let fetched = fetch(&url).await.unwrap();
    assert_eq!(fetched.lines.len(), 5_001);
    assert_eq!(fetched.lines[5_000].text, "after");
    assert!(fetched.truncated.unwrap().contains("same time"));
}

#[tokio::test]
async fn caps_hold_and_are_said() {
    let (url, _) = serve(|_, asked| {
        let entries: Vec<_> =
            (0..20_000).map(|index| (START + index, "a", format!("{index:0100}"))).collect();
        query_range(&entries, asked)
    })
    .await;
    let fetched = fetch_with(&loki(&url), Caps { lines: 7_000, bytes: 10_000_000 }).await.unwrap();
    assert_eq!(fetched.lines.len(), 7_000);
    assert!(fetched.truncated.unwrap().contains("2026-03-01T10:00:00.000007"));
    let fetched = fetch_with(&loki(&url), Caps { lines: 100_000, bytes: 50_000 }).await.unwrap();
    assert_eq!(fetched.lines.len(), 500);
    assert!(fetched.truncated.is_some());
}

#[tokio::test]
async fn a_server_that_pages_without_end_is_left() {
    let page: Vec<_> = (0..5_000).map(|index| (START + index, "a", format!("{index}"))).collect();
    let body = streams(&page);
    let (url, asked) = serve(move |_, _| (200, "", body.clone())).await;
    let fetched = fetch(&url).await.unwrap();
    assert_eq!(fetched.lines.len(), 5_000);
    assert!(fetched.truncated.unwrap().contains("lead nowhere"));
    assert!(asked.lock().unwrap().len() <= 4);
}

#[tokio::test]
async fn a_page_that_is_too_large_is_asked_for_in_smaller_ones() {
    let (url, asked) = serve(|_, asked| {
        let entries: Vec<_> = (0..400).map(|index| (START + index, "a", "x".repeat(24_000))).collect();
        query_range(&entries, asked)
    })
    .await;
    let patient = Loki::new(&url, QUERY, None, None, Duration::from_secs(60)).unwrap();
    let fetched = fetch_with(&patient, Caps::default()).await.unwrap();
    assert_eq!((fetched.lines.len(), fetched.truncated), (400, None));
    let limits: Vec<_> = asked.lock().unwrap().iter().map(|one| one.number("limit")).collect();
    assert_eq!(limits[..3], [5_000, 625, 78]);
}

#[tokio::test]
async fn refusals_say_lokis_words_and_the_key_to_turn() {
    for (status, body, words, remedy) in [
        (400, "parse error at line 1,\n col 5: syntax error", "400: parse error at line 1, col 5", "`query`"),
        (
            400,
            "max entries limit per query exceeded, limit > max_entries_limit",
            "exceeded",
            "max_entries_limit_per_query",
        ),
        (401, "no org id", "401: no org id", "`tenant`"),
        (404, "", "Loki answered 404", "`url`"),
        (302, "", "Loki answered 302", "`url`"),
    ] {
        let (url, asked) =
            serve(move |_, _| (status, "location: http://127.0.0.1:1/\r\n", body.to_owned())).await;
        let fault = fetch(&url).await.unwrap_err();
        assert!(fault.reason.contains(words) && fault.remedy.contains(remedy), "{fault:?}");
        assert_eq!(asked.lock().unwrap().len(), 1, "{status} is not asked again");
    }
    let (url, _) = serve(|_, _| (400, "", "x".repeat(1_000_000))).await;
    assert!(fetch(&url).await.unwrap_err().reason.chars().count() < 250);
}

#[tokio::test]
async fn what_may_pass_is_asked_once_more() {
    for status in [429, 500, 503] {
        let (url, asked) = serve(move |index, asked| match index {
            0 => (status, "retry-after: 0\r\n", String::new()),
            _ => query_range(&[(START, "a", "x".to_owned())], asked),
        })
        .await;
        assert_eq!(fetch(&url).await.unwrap().lines.len(), 1);
        assert_eq!(asked.lock().unwrap().len(), 2);
    }
    let (url, asked) =
        serve(|_, _| (429, "retry-after: 0\r\n", "too many outstanding requests".to_owned())).await;
    let fault = fetch(&url).await.unwrap_err();
    assert!(fault.reason.contains("429: too many") && fault.remedy.contains("limits"), "{fault:?}");
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_failure_after_the_first_page_keeps_what_came() {
    let (url, _) = serve(|index, asked| match index {
        0 => query_range(&(0..9_000).map(|i| (START + i, "a", format!("{i}"))).collect::<Vec<_>>(), asked),
        _ => (400, "", "gone".to_owned()),
    })
    .await;
    let fetched = fetch(&url).await.unwrap();
    assert_eq!((fetched.lines.len(), fetched.faults.len()), (5_000, 1));
}

#[tokio::test]
async fn garbage_and_numbers_are_named() {
    for (body, words) in [
        ("<html>", "not one of Loki"),
        (r#"{"data":{"resultType":"streams","result":[{"values":[[1,"x"]]}]}}"#, "not one of Loki"),
        (r#"{"data":{"resultType":"streams","result":[{"values":[["a","x"]]}]}}"#, "not one of Loki"),
        (r#"{"data":{"resultType":"streams","result":[{"values":[[]]}]}}"#, "not one of Loki"),
        (r#"{"data":{"resultType":"matrix","result":[]}}"#, "numbers, not lines"),
    ] {
        let (url, _) = serve(move |_, _| (200, "", body.to_owned())).await;
        let fault = fetch(&url).await.unwrap_err();
        assert!(fault.reason.contains(words), "{fault:?}");
    }
}

#[tokio::test]
async fn credentials_are_sent_and_never_shown() {
    let (url, asked) = serve(|_, _| (401, "", "who?".to_owned())).await;
    let with_user = url.replace("http://", "http://me:hunter2@");
    let basic = Loki::new(&with_user, QUERY, None, Some("a|b".to_owned()), Duration::from_secs(5)).unwrap();
    let token =
        Authorization::Header { scheme: "Bearer".to_owned(), credentials: Secret::new("hunter2".to_owned()) };
    let bearer = Loki::new(&url, QUERY, Some(token), None, Duration::from_secs(5)).unwrap();
    for loki in [&basic, &bearer] {
        let fault = fetch_with(loki, Caps::default()).await.unwrap_err();
        assert!(!format!("{fault:?} {loki:?}").contains("hunter2"), "{fault:?} {loki:?}");
    }
    let heads: Vec<_> = asked.lock().unwrap().iter().map(|one| one.head.to_lowercase()).collect();
    assert!(heads[0].contains("authorization: basic bwu6ahvudgvymg=="), "{}", heads[0]);
    assert!(heads[0].contains("x-scope-orgid: a|b"));
    assert!(heads[1].contains("authorization: bearer hunter2"));

    let dead = loki("http://me:hunter2@127.0.0.1:1");
    let fault = fetch_with(&dead, Caps::default()).await.unwrap_err();
    assert!(fault.reason.contains("http://127.0.0.1:1 cannot be reached"), "{fault:?}");
    assert!(!format!("{fault:?}").contains("hunter2"));
    let fault = Loki::new("me:hunter2@loki", QUERY, None, None, Duration::from_secs(5)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Configuration);
    assert!(!format!("{fault:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_slow_server_is_not_waited_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let slow = Loki::new(&url, QUERY, None, None, Duration::from_millis(300)).unwrap();
    let begun = Instant::now();
    let fault = fetch_with(&slow, Caps::default()).await.unwrap_err();
    assert!(fault.reason.contains("no answer in time"), "{fault:?}");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

//! Loki's fake: which lines come, in which order, and what is refused.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::client;
use crate::support::loki::{Loki, Query};
use crate::support::plan::Behaviour;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + seconds, 0).unwrap()
}

fn filled() -> Loki {
    let loki = Loki::start();
    for (second, pod, line) in
        [(0, "a", "error one"), (1, "b", "fine"), (2, "a", "error two"), (3, "a", "after the end")]
    {
        loki.push(&[("namespace", "shop"), ("pod", pod)], at(second), line);
    }
    loki.push(&[("namespace", "other")], at(1), "error elsewhere");
    loki
}

async fn get(loki: &Loki, parameters: &[(&str, &str)]) -> (u16, String) {
    let query = parameters.iter().map(|(n, v)| {
        let coded: String = v.bytes().map(|b| format!("%{b:02X}")).collect();
        format!("{n}={coded}")
    });
    let url = format!("{}/loki/api/v1/query_range?{}", loki.url(), query.collect::<Vec<_>>().join("&"));
    let response = client().get(url).header("X-Scope-OrgID", "team-a").send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Lines with their streams' pods, as they came.
fn lines(body: &str) -> Vec<(String, String)> {
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["status"], &body["data"]["resultType"]), (&"success".into(), &"streams".into()));
    let streams = body["data"]["result"].as_array().unwrap().clone();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let of = |s: Value| {
        s["values"].as_array().unwrap().iter().map(|v| (text(&s["stream"]["pod"]), text(&v[1]))).collect()
    };
    streams.into_iter().flat_map::<Vec<_>, _>(of).collect()
}

#[tokio::test]
async fn a_range_has_its_start_and_not_its_end() {
    let loki = filled();
    let (start, end) = (at(0).timestamp_nanos_opt().unwrap().to_string(), at(3).to_rfc3339());
    let all = [("query", r#"{namespace="shop"}"#), ("start", &start), ("end", &end)];
    let (status, body) = get(&loki, &all).await;
    let pair = |pod: &str, line: &str| (pod.to_owned(), line.to_owned());
    let (one, two, fine) = (pair("a", "error one"), pair("a", "error two"), pair("b", "fine"));
    assert_eq!((status, lines(&body)), (200, vec![two.clone(), one.clone(), fine.clone()]));
    let forward = [&all[..], &[("direction", "forward"), ("limit", "2")]].concat();
    assert_eq!(lines(&get(&loki, &forward).await.1), [one.clone(), fine], "the limit goes over all streams");
    let newest = [&all[..], &[("limit", "1")]].concat();
    assert_eq!(lines(&get(&loki, &newest).await.1), std::slice::from_ref(&two));
    let filtered = [&[("query", r#"{namespace=~"sh.p", pod!="b"} |= "error" !~ `on.`"#)], &all[1..]].concat();
    assert_eq!(lines(&get(&loki, &filtered).await.1), [two]);
    assert_eq!(loki.requests()[0].header("x-scope-orgid"), Some("team-a"));
    assert_eq!(loki.requests()[0].parameters()["query"], r#"{namespace="shop"}"#);
}

#[tokio::test]
async fn what_loki_refuses_is_refused_in_its_words() {
    let loki = filled();
    let good = r#"{namespace="shop"}"#;
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[], "parse error at line 1, col 1: syntax error: unexpected $end"),
        (&[("query", "{}")], "parse error : queries require at least one"),
        (&[("query", r#"{a!="b"}"#)], "parse error : queries require at least one"),
        (&[("query", r#"{a=~".*"}"#)], "parse error : queries require at least one"),
        (&[("query", r#"{a="b"} | json"#)], "parse error at line 1, col 9: syntax error: unexpected |"),
        (
            &[("query", good), ("limit", "5001")],
            "max entries limit per query exceeded, limit > max_entries_limit_per_query (5001 > 5000)",
        ),
        (&[("query", good), ("limit", "0")], "limit must be a positive value"),
        (&[("query", good), ("start", "20"), ("end", "10")], "end timestamp must not be before"),
        (&[("query", good), ("direction", "up")], "invalid direction"),
    ];
    for (parameters, text) in cases {
        let (status, body) = get(&loki, parameters).await;
        assert_eq!(status, 400, "{parameters:?}");
        assert!(body.starts_with(text), "{parameters:?}: {body}");
    }
    let url = loki.url();
    assert_eq!(client().get(url.clone() + "/loki/api/v1/query").send().await.unwrap().status(), 404);
    assert_eq!(client().get(url + "/ready").send().await.unwrap().text().await.unwrap(), "ready\n");
    loki.plan().then(Behaviour::status(429)).then(Behaviour::Slow(Duration::from_millis(1)));
    assert_eq!(get(&loki, &[("query", good)]).await, (429, "too many outstanding requests".to_owned()));
    assert_eq!(get(&loki, &[("query", good)]).await.0, 200, "an hour back by default");
}

#[tokio::test]
async fn tenants_see_their_own() {
    let loki = filled();
    let (start, end) = (at(0).timestamp().to_string(), format!("{}.5", at(3).timestamp()));
    let query = [("query", r#"{namespace="shop"}"#), ("start", start.as_str()), ("end", end.as_str())];
    loki.require_tenant("team-b");
    assert_eq!(lines(&get(&loki, &query).await.1), []);
    loki.require_tenant("team-a");
    assert_eq!(lines(&get(&loki, &query).await.1).len(), 4);
    let response = client().get(loki.url() + "/loki/api/v1/query_range").send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap()), (401, "no org id\n".to_owned()));
}

#[test]
fn selectors_and_filters_are_read_as_go_strings() {
    for good in ["{a=\"b\",}", "{ a = `b` , c=~\"d|e\" }", r#"{a="\"\\\n"} |= "x" |~ "y+" != "z""#] {
        assert!(Query::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "a",
        "{a}",
        "{a=b}",
        "{a=\"b}",
        "{a=\"b\" c=\"d\"}",
        r#"{a="\x"}"#,
        r#"{a=~"("}"#,
        r#"{1="b"}"#,
        r#"{a="b"} |= x"#,
        "{a=`b",
    ] {
        let error = Query::parse(bad).unwrap_err();
        assert!(error.starts_with("parse error"), "{bad}: {error}");
    }
    let query = Query::parse(r#"{a=~"b.*", c="", d!~"x"} |~ "^y""#).unwrap();
    let labels =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    assert!(query.selects(&labels(&[("a", "bc")])) && query.passes("yes"));
    assert!(!query.selects(&labels(&[("a", "cb")])) && !query.passes("oh yes"));
    assert!(
        !query.selects(&labels(&[("a", "b"), ("c", "d")]))
            && !query.selects(&labels(&[("a", "b"), ("d", "x")]))
    );
}

//! The tools that ask one kind of source: what they take, in the forms in which models write it, and what they refuse.

use super::*;

fn read(name: &str, input: &Value) -> Result<Request, String> {
    let call = Call { id: "a".into(), name: name.into(), input: input.clone(), fault: None };
    offer().read(&call)
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[test]
fn a_source_is_offered_only_where_there_is_one() {
    let names = |offer: &Offer| offer.specs().into_iter().map(|spec| spec.name).collect::<Vec<_>>();
    assert_eq!(names(&Offer::default()), ["item", "changes", "history"]);
    assert!(!json!(Offer::default().specs()).to_string().contains("CloudTrail"));
    let all = offer().specs();
    assert!(
        json!(all).to_string().contains("prom takes PromQL with ranges of at most 1h; loki takes LogQL with")
    );
    for spec in &all {
        assert_eq!(spec.input["additionalProperties"], false, "{}", spec.name);
        for time in ["start", "end", "time", "from", "since", "period", "filter"] {
            assert!(spec.input["properties"].get(time).is_none(), "{} takes {time}", spec.name);
        }
    }
}

#[test]
fn around_findings_only_changes_and_what_was_before_are_looked_at() {
    let names = |offer: &Offer| offer.specs().into_iter().map(|spec| spec.name).collect::<Vec<_>>();
    let all = Offer { about: About::Findings, ..offer() };
    assert_eq!(names(&all), ["item", "changes", "history"], "whatever else there is");
    let call = Call { id: "a".into(), name: "logs".into(), input: json!({"source": "api"}), fault: None };
    assert!(all.read(&call).unwrap_err().contains("no such tool"));
}

#[test]
fn what_they_are_asked_for_is_read_and_told_in_a_line() {
    let metric = json!({"source": "CWM", "namespace": "AWS/Lambda", "metric": "Errors", "stat": "sum",
        "dimensions": {"FunctionName": "pay", "Shard": 7}});
    let traces = json!({"source": "xray", "service": "orders db", "words": "timeout"});
    let access = json!({"source": "alb", "by": ["Status", "path"], "status": 502, "path": "GET /it's"});
    for (name, input, expected, words) in [
        (
            "metric",
            metric,
            Request::Metric {
                source: "cwm".into(),
                namespace: "AWS/Lambda".into(),
                metric: "Errors".into(),
                dimensions: pairs(&[("FunctionName", "pay"), ("Shard", "7")]),
                stat: "Sum".into(),
            },
            r#"cwm: AWS/Lambda Errors {FunctionName="pay", Shard="7"} (Sum)"#,
        ),
        (
            "traces",
            traces,
            Request::Traces {
                source: "xray".into(),
                service: Some("orders db".into()),
                words: vec!["timeout".into()],
            },
            r#"traces of xray, service "orders db" with "timeout""#,
        ),
        (
            "traces",
            json!({"source": "xray"}),
            Request::Traces { source: "xray".into(), service: None, words: vec![] },
            "traces of xray",
        ),
        (
            "access_logs",
            access,
            Request::Access {
                source: "alb".into(),
                by: vec!["path".into(), "status".into()],
                only: pairs(&[("path", "GET /it's"), ("status", "502")]),
            },
            r#"requests of alb by path, status {path="GET /it's", status="502"}"#,
        ),
    ] {
        let request = read(name, &input).unwrap();
        assert_eq!((request.words().as_str(), &request), (words, &expected));
    }
}

#[test]
fn what_no_source_should_be_asked_is_refused() {
    let long = "x".repeat(501);
    let many: serde_json::Map<String, Value> = (0..31).map(|n| (format!("d{n}"), json!("v"))).collect();
    for (name, input, says) in [
        (
            "metric",
            json!({"source": "cwm", "namespace": "a", "metric": "b", "stat": "p99.9"}),
            "one of: Average, Sum",
        ),
        ("metric", json!({"source": "cwm", "namespace": "a", "stat": "Sum"}), "`metric` is missing"),
        (
            "metric",
            json!({"source": "cwm", "namespace": "a", "metric": "b", "stat": "Sum", "period": 1}),
            "no input `period`",
        ),
        (
            "metric",
            json!({"source": "cwm", "namespace": "a", "metric": "b", "stat": "Sum", "dimensions": ["x"]}),
            "an object",
        ),
        (
            "metric",
            json!({"source": "cwm", "namespace": "a", "metric": "b", "stat": "Sum", "dimensions": many}),
            "at most 30",
        ),
        (
            "metric",
            json!({"source": "cwm", "namespace": "a", "metric": "b", "stat": "Sum", "dimensions": {"x": {}}}),
            "an object",
        ),
        (
            "traces",
            json!({"source": "xray", "service": "a\") OR ok = true OR service(\"b"}),
            "without quotes",
        ),
        ("traces", json!({"source": "xray", "filter": "ok = true"}), "no input `filter`"),
        ("traces", json!({"source": "cwm"}), "one of: xray"),
        ("access_logs", json!({"source": "alb"}), "one to 3 of: target, path"),
        ("access_logs", json!({"source": "alb", "by": ["time"]}), "one to 3 of"),
        ("access_logs", json!({"source": "alb", "by": ["path", "1; DROP TABLE alb"]}), "one to 3 of"),
        (
            "access_logs",
            json!({"source": "alb", "by": ["path", "status", "target", "client"]}),
            "one to 3 of",
        ),
        ("access_logs", json!({"source": "alb", "by": ["path"], "status": long}), "at most 500"),
        ("access_logs", json!({"source": "alb", "by": ["path"], "status": ["502"]}), "has to be a string"),
        ("access_logs", json!({"source": "alb", "by": ["path"], "elb": "x"}), "no input `elb`"),
    ] {
        let why = read(name, &input).unwrap_err();
        assert!(why.contains(says), "{name} {input}: {why}");
    }
}

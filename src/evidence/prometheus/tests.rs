//! What is asked of Prometheus, and what becomes of its answers, over HTTP. A real one is asked in `tests/evidence.rs`.

use firstlook_core::alert::Labels;
use firstlook_core::evidence::metric::Relation;
use serde_json::{Value, json};

use super::super::fake_api::{Asked, HANGS, serve};
use super::*;
use crate::evidence::{Alert, Door, FaultKind, Source, ask};

fn moment(alerts: &[&[(&str, &str)]]) -> Moment {
    let start: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
    let window = Window { start, end: start + chrono::TimeDelta::minutes(17) };
    let labels = |pairs: &&[(&str, &str)]| pairs.iter().copied().collect::<Labels>();
    Moment {
        labels: [("service", "api")].into_iter().collect(),
        alerts: alerts
            .iter()
            .map(|one| Alert { source: "alertmanager/main".into(), labels: labels(one) })
            .collect(),
        window,
        baselines: vec![window.preceding()],
    }
}

fn prometheus(url: &str, queries: &[Query]) -> Prometheus {
    Prometheus::new(url, queries, None, None, Duration::from_secs(5)).unwrap()
}

fn query(title: &str, query: &str) -> Query {
    Query { title: title.into(), query: query.into(), unit: "%".into() }
}

#[test]
fn the_configured_queries_say_how_far_back_another_may_read() {
    let hours = |queries: &[Query]| prometheus("http://127.0.0.1", queries).reach().as_secs_f64() / 3_600.0;
    let (short, long) = (
        query("a", "rate(x[5m])"),
        query("b", r#"max_over_time(rate(x{a="{{labels.service}}"}[6h])[1h:5m])"#),
    );
    assert_eq!(hours(&[short.clone(), long]), 7.0);
    assert_eq!(hours(&[query("c", "rate(x[$range])")]), 0.0, "what cannot be read allows nothing");
    let door = Door::Prometheus(prometheus("http://127.0.0.1", &[short]));
    let source = Source { name: "prom".into(), door };
    assert_eq!(ask::reach(&source), Duration::from_secs(3_600), "an hour at least");
}

fn rules(all: &[Value]) -> String {
    json!({"status": "success", "data": {"groups": [{"name": "g", "rules": all}]}}).to_string()
}

fn rule(name: &str, query: &str, severity: &str) -> Value {
    json!({"type": "alerting", "name": name, "query": query, "labels": {"severity": severity, "team": "{{ $x }}"}})
}

/// Labels and values.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a [f64]);

fn matrix(series: &[Row<'_>], asked: &Asked) -> String {
    let start = asked.number("start");
    let step = asked.number("step");
    let one = |(labels, values): &Row<'_>| {
        let metric: Value = labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let values: Vec<Value> = (0..)
            .zip(*values)
            .map(|(n, value)| json!([(start + n * step) as f64, value.to_string()]))
            .collect();
        json!({"metric": metric, "values": values})
    };
    let result: Vec<Value> = series.iter().map(one).collect();
    json!({"status": "success", "data": {"resultType": "matrix", "result": result}}).to_string()
}

const ALERT: &[(&str, &str)] = &[("alertname", "Errors"), ("service", "api"), ("severity", "critical")];

#[tokio::test]
async fn the_alerts_own_rule_is_asked_without_its_limit() {
    let (url, asked) = serve(|_, asked| match asked.path.as_str() {
        "/prom/api/v1/rules" => {
            let own = rule("Errors", "rate(errors[5m]) > 0.05", "critical");
            let milder = rule("Errors", "rate(errors[5m]) > 0.01", "warning");
            (200, "", rules(&[milder, own, rule("Other", "up == 0", "critical")]))
        }
        _ => {
            let of = |service| [("service", service), ("__name__", "errors")];
            (200, "", matrix(&[(&of("api"), &[0.1, f64::NAN, 0.3]), (&of("web"), &[9.0])], asked))
        }
    })
    .await;
    let door = prometheus(&format!("{url}/prom/"), &[]);
    let found = door.measure(&moment(&[ALERT])).await.unwrap();
    assert_eq!((found.measured.len(), &found.faults), (1, &vec![]), "the other service is not what fires");
    let one = &found.measured[0];
    assert_eq!(
        (one.name.as_str(), one.labels.to_string()),
        ("rate(errors[5m])", r#"{service="api"}"#.into())
    );
    assert_eq!(one.limit, Some(Limit { relation: Relation::Above, value: 0.05 }));
    assert!(one.of_alarm);
    let values = |points: &[firstlook_core::evidence::metric::Point]| {
        points.iter().map(|p| p.value).collect::<Vec<_>>()
    };
    assert_eq!((values(&one.window), one.normal.len()), (vec![0.1, 0.3], 2), "what is no number is left out");
    assert_eq!(one.window[1].at.to_rfc3339(), "2026-03-01T10:00:30+00:00");
    let command = format!(
        "promtool query range --start=2026-03-01T10:00:00Z --end=2026-03-01T10:17:00Z --step=15s '{url}/prom' 'rate(errors[5m])'"
    );
    assert_eq!(one.query, command);
    let link = one.link.as_deref().unwrap();
    assert!(link.contains("/prom/graph?g0.expr=rate%28errors%5B5m%5D%29&g0.tab=0&g0.range_input=17m&g0.end_input=2026-03-01+10%3A17%3A00"), "{link}");
    let asked = asked.lock().unwrap();
    let ranges: Vec<_> = asked.iter().filter(|one| one.path.ends_with("query_range")).collect();
    assert_eq!(ranges.len(), 2);
    let mut starts: Vec<_> =
        ranges.iter().map(|range| (range.number("start"), range.number("step"))).collect();
    starts.sort_unstable();
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp();
    // The last point is the window's end.
    assert_eq!(starts, [(at("2026-03-01T09:43:00Z"), 15), (at("2026-03-01T10:00:00Z"), 15)]);
}

#[tokio::test]
async fn what_cannot_be_had_is_said_and_the_rest_is_kept() {
    let (url, _) =
        serve(|_, asked| match (asked.path.as_str(), asked.params.get("query").map(String::as_str)) {
            ("/api/v1/rules", _) => (200, "", rules(&[])),
            (_, Some(r#"cpu{service="api"}"#)) => (200, "", matrix(&[(&[], &[50.0, 51.0])], asked)),
            _ => (400, "", r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#.into()),
        })
        .await;
    let queries = [
        query("CPU", r#"cpu{service="{{labels.service}}"}"#),
        query("bad", "sum("),
        query("pod", "x{pod='{{labels.pod}}'}"),
    ];
    let found = prometheus(&url, &queries).measure(&moment(&[ALERT])).await.unwrap();
    let names: Vec<_> =
        found.measured.iter().map(|one| (one.name.as_str(), one.unit.as_str(), one.of_alarm)).collect();
    assert_eq!(names, [("CPU", "%", false)]);
    let said: Vec<_> =
        found.faults.iter().map(|fault| (fault.reason.as_str(), fault.remedy.as_str())).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].0.ends_with("has no alerting rule Errors") && said[0].1.contains("`url`"), "{said:?}");
    assert!(said[1].0.contains("no label `pod`"), "{said:?}");
    assert!(
        said[2].0.contains("Prometheus answered 400: {\"status\":\"error\"")
            && said[2].1.contains("`queries`"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_baseline_that_cannot_be_had_leaves_the_window() {
    let first = moment(&[]).window.start.timestamp();
    let (url, _) = serve(move |_, asked| match asked.number("start") >= first {
        true => (200, "", matrix(&[(&[], &[1.0])], asked)),
        false => (422, "", "too far back".into()),
    })
    .await;
    let found = prometheus(&url, &[query("CPU", "cpu")]).measure(&moment(&[])).await.unwrap();
    assert_eq!((found.measured.len(), found.measured[0].normal.len(), found.faults.len()), (1, 0, 1));
    let reason = &found.faults[0].reason;
    assert!(
        reason.starts_with("no comparison with 2026-03-01 09:43 UTC: Prometheus answered 422"),
        "{reason}"
    );
}

#[tokio::test]
async fn garbage_and_refusals_are_faults() {
    for (status, body, said) in [
        (200, "<html>", "not a range of Prometheus"),
        (200, r#"{"data":{"resultType":"vector","result":[]}}"#, "not a range of Prometheus"),
        (401, "", "Prometheus answered 401"),
        (302, "", "Prometheus answered 302"),
    ] {
        let (url, _) = serve(move |_, _| (status, "", body.to_owned())).await;
        let fault = prometheus(&url, &[query("CPU", "cpu")]).measure(&moment(&[])).await.unwrap_err();
        assert!(fault.reason.contains(said), "{fault:?}");
    }
    let dead = prometheus("http://me:hunter2@127.0.0.1:1", &[query("CPU", "cpu")]);
    let fault = dead.measure(&moment(&[ALERT])).await.unwrap_err();
    assert!(fault.reason.contains("http://127.0.0.1:1 cannot be reached"), "{fault:?}");
    assert!(!format!("{fault:?} {dead:?}").contains("hunter2"));
    let fault = Prometheus::new("x", &[query("CPU", "cpu{{labels.x}}")], None, None, Duration::from_secs(1))
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Configuration);
}

#[tokio::test]
async fn many_series_are_bounded() {
    let (url, _) = serve(|_, asked| {
        let names: Vec<String> = (0..80).map(|n| format!("pod-{n}")).collect();
        let labels: Vec<[(&str, &str); 1]> = names.iter().map(|name| [("pod", name.as_str())]).collect();
        let series: Vec<Row<'_>> = labels.iter().map(|one| (&one[..], &[1.0][..])).collect();
        (200, "", matrix(&series, asked))
    })
    .await;
    let found = prometheus(&url, &[query("CPU", "cpu")]).measure(&moment(&[])).await.unwrap();
    assert_eq!((found.measured.len(), found.faults.len()), (MOST_SERIES, 1));
    assert!(found.faults[0].reason.contains("`cpu` has 80 series; 50 are looked at"), "{:?}", found.faults);
}

#[tokio::test]
async fn one_slow_query_takes_nothing_from_the_others() {
    let first = moment(&[]).window.start.timestamp();
    let (url, _) = serve(move |_, asked| {
        let slow = asked.number("start") < first || asked.params["query"] == "slow";
        match slow {
            true => (200, HANGS, String::new()),
            false => (200, "", matrix(&[(&[], &[2.0])], asked)),
        }
    })
    .await;
    let queries = [query("slow", "slow"), query("CPU", "cpu")];
    let door = Prometheus::new(&url, &queries, None, None, Duration::from_secs(2)).unwrap();
    let found =
        tokio::time::timeout(Duration::from_secs(2), door.measure(&moment(&[]))).await.unwrap().unwrap();
    let names: Vec<_> = found.measured.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["CPU"], "{:?}", found.faults);
    assert!(found.faults.iter().all(|fault| fault.kind == FaultKind::Timeout) && !found.faults.is_empty());
}

#[tokio::test]
async fn alerts_of_other_senders_are_no_rules_here() {
    let (url, asked) = serve(|_, _| (404, "", String::new())).await;
    let mut moment = moment(&[ALERT]);
    moment.alerts[0].source = "sns/aws".into();
    let found = prometheus(&url, &[]).measure(&moment).await.unwrap();
    assert_eq!(found, Measurements::default());
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_hung_server_is_not_waited_for() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let slow = Prometheus::new(&url, &[query("CPU", "cpu")], None, None, Duration::from_millis(200)).unwrap();
    let fault = slow.measure(&moment(&[])).await.unwrap_err();
    assert!(fault.reason.contains("no answer in time"), "{fault:?}");
}

//! Evidence that is no log, from real peers: what the alarm itself watches, compared with normal, on the page.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, TOKEN};
use crate::support::gate::Gate;
use crate::support::prometheus::{Alertmanager, Exporter, Prometheus, Timing, Webhook};

const RULE: &str = r#"
- name: checkout
  interval: 1s
  rules:
  - alert: HighErrorRate
    expr: http_requests_5xx_ratio > 0.05
    labels: { severity: critical }
    annotations: { summary: "{{ $labels.service }} fails" }
"#;
const RATIO: &str = r#"http_requests_5xx_ratio{service="checkout"}"#;
const OTHER: &str = r#"http_requests_5xx_ratio{service="search"}"#;
const LATENCY: &str = r#"latency_seconds{service="checkout"}"#;

/// Samples each 15 s: an hour of yesterday and the last hour, up to a minute ago.
fn history(now: DateTime<Utc>, target: &str) -> String {
    // As they are after a scrape.
    let scraped =
        |series: &str| format!("{},instance=\"{target}\",job=\"test\"}}", series.trim_end_matches('}'));
    let mut text = String::from("# TYPE http_requests_5xx_ratio gauge\n");
    let steps = || (4..240).map(|n| now - TimeDelta::seconds(n * 15));
    let times = || steps().map(|at| at - TimeDelta::days(1)).chain(steps());
    let mut times: Vec<DateTime<Utc>> = times().collect();
    times.sort();
    for (series, from, width) in [(RATIO, 0.002, 0.004), (OTHER, 0.01, 0.02)] {
        for at in &times {
            let value = from + width * ((at.timestamp() / 15 % 7) as f64) / 7.0;
            writeln!(text, "{} {value} {}", scraped(series), at.timestamp()).unwrap();
        }
    }
    text.push_str("# TYPE latency_seconds gauge\n");
    for at in &times {
        writeln!(text, "{} 0.2 {}", scraped(LATENCY), at.timestamp()).unwrap();
    }
    text.push_str("# EOF\n");
    text
}

fn metrics(incident: &Value) -> Vec<&Value> {
    let items = incident["evidence"]["items"].as_array().unwrap();
    items.iter().filter(|item| item["kind"] == "metric").collect()
}

#[tokio::test]
async fn what_the_alarm_watches_is_compared_with_normal() {
    let exporter = Exporter::start();
    for (series, value) in [(RATIO, 0.004), (OTHER, 0.02), (LATENCY, 0.2)] {
        exporter.set(series, value);
    }
    let gate = Gate::start();
    let url = format!("{}/webhooks/alertmanager/main", gate.url());
    let webhook = Webhook { url, credentials: Some(TOKEN.to_owned()) };
    let alertmanager = Alertmanager::start(std::slice::from_ref(&webhook), &Timing::default()).await;
    let history = history(firstlook::clock::now(), &exporter.target());
    let prometheus =
        Prometheus::with_history(&history, RULE, &[exporter.target()], &[alertmanager.target()]).await;
    let evidence = format!(
        "  window: {{ before: 5m, after: 5s }}\n  sources: [{{ name: prom, type: prometheus, url: \"{}\", queries: [\
           {{ title: latency, query: 'latency_seconds{{service=\"{{{{labels.service}}}}\"}}', unit: s }},\
           {{ title: broken, query: 'sum(' }}] }}]",
        prometheus.url()
    );
    let firstlook = Firstlook::start(Setup { evidence, ..Setup::default() }).await;
    gate.lead(&firstlook.url);
    exporter.set(RATIO, 0.38);
    let looked = |one: &Value| one["timeline"].to_string().matches("Evidence: ").count() > 1;
    let incident = firstlook.until("it has looked twice", looked).await;
    firstlook.idle().await;
    let incident = firstlook.incident(incident["number"].as_i64().unwrap()).await;

    let found = metrics(&incident);
    let titles: Vec<&str> = found.iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 3, "search is no part of it: {titles:?}");
    assert!(titles[2].starts_with("R3 ") && titles[2].ends_with(": no value in this window"), "{titles:?}");
    let words = "http_requests_5xx_ratio: 0.38, normally 0.0";
    assert!(titles[0].starts_with(words) && titles[0].contains(", above since "), "{titles:?}");
    assert_eq!(titles[1], "latency: 0.2 s, as usual: normally 0.2 s (0.2 s to 0.2 s)");
    let text = found[0]["text"].as_str().unwrap();
    assert!(
        text.contains("alarm above 0.05, reached at ")
            && text.contains("peak 0.38")
            && text.contains("service=\"checkout\""),
        "{text}"
    );
    let normal = &found[0]["chart"]["normal"];
    assert!(normal["low"].as_f64() < Some(0.003) && normal["high"].as_f64() < Some(0.006), "{normal:?}");
    let impact = &incident["impact"];
    assert_eq!((&impact["value"], &impact["threshold"]), (&json!(0.38), &json!(0.05)));
    assert_eq!(firstlook.incidents().await[0]["impact"], *impact, "the list says it as well");
    let command = found[0]["query"].as_str().unwrap();
    assert!(
        command.starts_with("promtool query range --start=") && command.contains("http_requests_5xx_ratio'"),
        "{command}"
    );
    let gaps = incident["evidence"]["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0]["reason"].as_str().unwrap().contains("Prometheus answered 400"), "{gaps:?}");
    shown(&firstlook, incident["number"].as_i64().unwrap()).await;
    firstlook.finish().await;
}

/// Slack tells it, and the page draws it.
async fn shown(firstlook: &Firstlook, number: i64) {
    let messages = firstlook.slack.messages();
    let told = messages[0].words();
    assert!(told.contains("0.38, normally 0.0"), "{told}");
    assert!(told.contains("0.38 (alarm 0.05, normal 0.0"), "{told}");
    let page = firstlook.get(&format!("/incidents/{number}")).await.text;
    let chart = page.split("<svg class=\"spark tall\"").nth(1).unwrap().split("</svg>").next().unwrap();
    for part in ["class=\"band\"", "class=\"ser\" d=\"M", "class=\"thr\"", "class=\"mk\""] {
        assert!(chart.contains(part), "{part}: {chart}");
    }
}

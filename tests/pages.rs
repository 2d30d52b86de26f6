//! Pages and API as people and their tools use them, hostile text included.

use serde_json::json;

use crate::harness::{Firstlook, Setup, alert, body};
use crate::support::browser;

const WARNING: [(&str, &str); 3] = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];

#[tokio::test]
async fn an_incident_is_acknowledged_and_resolved_by_people() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let labels = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];
    firstlook.post(body(&[alert(&labels, "api answers 0 of 12 probes.")])).await;
    let incident = firstlook.until("there is one", |_| true).await;
    let number = incident["number"].as_i64().unwrap();
    let form = format!("{}/incidents/{number}/acknowledge", firstlook.url);
    let foreign =
        firstlook.send(|client| client.post(&form).header("origin", "https://evil.example.com")).await;
    assert_eq!(foreign.status, 403);
    assert_eq!(firstlook.incident(number).await["status"], "open");
    let own = firstlook.send(|client| client.post(&form).header("origin", &firstlook.url)).await;
    assert_eq!((own.status, own.header("location")), (303, format!("/incidents/{number}").as_str()));
    let taken = firstlook.incident(number).await;
    assert_eq!((&taken["status"], &taken["owner"]), (&json!("acknowledged"), &json!("somebody on the page")));
    let api = format!("{}/api/v1/incidents/{}/resolve", firstlook.url, incident["id"].as_str().unwrap());
    let over = firstlook.send(|client| client.post(&api).json(&json!({"text": "rolled back\u{0}"}))).await;
    assert_eq!(over.json()["status"], "resolved");
    firstlook.idle().await;
    let actions: Vec<_> =
        firstlook.pagerduty.events().iter().map(|event| event.action().to_owned()).collect();
    assert_eq!(actions, ["trigger", "acknowledge", "resolve"]);
    let timeline = firstlook.incident(number).await["timeline"].to_string();
    assert!(timeline.contains("rolled back") && timeline.contains("somebody on the page"), "{timeline}");
    firstlook.finish().await;
}

#[tokio::test]
async fn lists_filter_page_and_refuse_by_name() {
    let firstlook = Firstlook::start(Setup::default()).await;
    for n in 0..5 {
        let service = format!("svc-{n}");
        let labels = [("alertname", "Slow"), ("service", service.as_str()), ("severity", "warning")];
        firstlook.post(body(&[alert(&labels, &format!("p90 of {service} is 100% over"))])).await;
    }
    let page = firstlook.get("/api/v1/incidents?limit=2").await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert!(page["items"][0].get("evidence").is_none() && page["items"][0].get("timeline").is_none());
    let next = page["next_cursor"].as_str().unwrap();
    let rest = firstlook.get(&format!("/api/v1/incidents?limit=10&cursor={next}")).await.json();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (3, &json!(null)));
    let count = async |query: &str| {
        let found = firstlook.get(&format!("/api/v1/incidents?{query}")).await.json();
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(count("q=SVC-3").await, 1);
    assert_eq!(count("q=100%25").await, 5, "a wildcard of LIKE is a letter here");
    assert_eq!(count("q=%25svc%25").await, 0);
    assert_eq!(count("severity=critical").await, 0);
    assert_eq!(count("status=open&since=2020-01-01T00:00:00Z").await, 5);
    let refused = firstlook.get("/api/v1/incidents?status=gone").await;
    assert!(refused.status == 400 && refused.text.contains("acknowledged"), "{}", refused.text);
    for path in ["/", "/?status=resolved", "/runbooks", "/deliveries", "/static/style.css", "/metrics"] {
        assert_eq!(firstlook.get(path).await.status, 200, "{path}");
    }
    let rebound = firstlook
        .send(|client| client.get(format!("{}/", firstlook.url)).header("host", "evil.example.com"))
        .await;
    assert_eq!(rebound.status, 421);
    for path in ["/api/v1/deliveries?limit=x", "/api/v1/deliveries?cursor=1"] {
        let refused = firstlook.get(path).await;
        assert_eq!(
            (refused.status, refused.header("content-type")),
            (400, "application/problem+json"),
            "{path}"
        );
    }
    for path in ["/incidents/999", "/nowhere", "/api/v1/incidents/999", "/api/v1/nowhere", "/incidents/x'--"]
    {
        assert_eq!(firstlook.get(path).await.status, 404, "{path}");
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn hostile_text_is_text_in_a_browser() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.slack.tolerate("link");
    let nasty = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> 100% \u{202e}<!here>";
    let labels =
        [("alertname", "X\"><script>"), ("service", "a'b"), ("severity", "warning"), ("nul", "a\u{0}b")];
    let answer = firstlook.post(body(&[alert(&labels, nasty)])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let incident = firstlook.until("it is told", |one| one["notifications"][0]["state"] == "sent").await;
    let page = format!("{}/incidents/{}", firstlook.url, incident["number"]);
    for url in [page, firstlook.url.clone()] {
        let dom = browser::dom(&url).await.unwrap();
        assert!(dom.contains("&lt;script&gt;"), "the text is shown as text");
        assert!(!dom.contains("<title>owned") && !dom.contains("<img src=\"x\""), "{dom}");
    }
    let message = firstlook.slack.messages()[0].now().blocks.to_string();
    assert!(!message.contains("<!here>"), "{message}");
    firstlook.finish().await;
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[alert(&WARNING, "p90 is 4 s.")])).await;
    firstlook.until("it is told", |one| one["notifications"][0]["state"] == "sent").await;
    firstlook.idle().await;
    let text = firstlook.get("/metrics").await.text;
    for line in [
        r#"firstlook_webhook_requests_total{source="alertmanager",status="200"} 1"#,
        r#"firstlook_alerts_total{action="opened"} 1"#,
        r#"firstlook_incidents_total{change="opened"} 1"#,
        r#"firstlook_jobs{kind="triage",state="ready"} 0"#,
        r#"firstlook_notifications_total{integration="slack",outcome="sent"} 1"#,
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line} is not in\n{text}");
    }
    firstlook.finish().await;
}

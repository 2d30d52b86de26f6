//! X-Ray as evidence, from the outside: the call that fails, and requests that show why.

use std::time::Duration;

use aws_sdk_xray::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, TimeDelta, Utc};
use firstlook::evidence::{Fault, Moment, Traced, Xray as Door};
use firstlook_core::evidence::Window;
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, alert, body, command};
use crate::support::plan::Behaviour;
use crate::support::sns::CREDENTIALS;
use crate::support::xray::{Hop, Xray};

fn hop(name: &'static str, seconds: f64, status: u16) -> Hop {
    let kind = if name == "orders-db" { "Database::SQL" } else { "AWS::ECS::Container" };
    Hop { name, kind, seconds, status }
}

/// A request that is served as always.
fn served(n: i64) -> Vec<Hop> {
    let quick = 0.02 + (n % 5) as f64 / 100.0;
    vec![hop("web", quick + 0.02, 200), hop("api", quick + 0.01, 200), hop("orders-db", quick, 200)]
}

fn failed() -> Vec<Hop> {
    vec![hop("web", 5.2, 502), hop("api", 5.1, 500), hop("orders-db", 5.0, 500)]
}

const THROWN: (&str, &str) =
    ("java.sql.SQLTransientConnectionException", "no connection within 5000 ms for bob@example.com");

/// A request every 5 s in the last 40 minutes and yesterday; the database fails in the last five minutes.
pub fn traffic(xray: &Xray, now: DateTime<Utc>) {
    for day in [0, 1] {
        for n in 1..480 {
            let at = now - TimeDelta::days(day) - TimeDelta::seconds(5 * n);
            match day == 0 && n < 60 && n % 2 == 0 {
                true => xray.trace(at, &failed(), Some(THROWN)),
                false => xray.trace(at, &served(n), None),
            };
            xray.trace(at, &[hop("newsletter", 0.1, if n < 24 { 500 } else { 200 })], None);
        }
    }
}

fn moment(now: DateTime<Utc>, labels: &[(&str, &str)], minutes: i64) -> Moment {
    let window = Window { start: now - TimeDelta::minutes(minutes), end: now };
    let baselines = vec![window.preceding(), window.yesterday()];
    Moment { labels: labels.iter().copied().collect(), alerts: vec![], window, baselines }
}

async fn traced(xray: &Xray, filter: Option<&str>, moment: &Moment) -> Result<Traced, Fault> {
    let credentials = Credentials::new(CREDENTIALS[0].1, CREDENTIALS[1].1, None, None, "test");
    let sdk = firstlook::aws::config(Some("eu-west-1"), Some(&xray.server().url())).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    Door::new(&sdk, true, filter, Duration::from_secs(4))?.trace(moment).await
}

fn reasons(found: &Traced) -> Vec<&str> {
    found.faults.iter().map(|fault| fault.reason.as_str()).collect()
}

#[tokio::test]
async fn the_failing_call_and_a_request_that_shows_why_stand_on_the_page() {
    let (xray, now) = (Xray::start(), firstlook::clock::now());
    traffic(&xray, now);
    xray.page(10);
    let evidence = format!(
        "  window: {{ before: 10m, after: 1s }}\n  sources: [{{ name: tr, type: xray, region: eu-west-1, endpoint_url: \"{}\" }}]",
        xray.server().url()
    );
    let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let firstlook = Firstlook::start(Setup { evidence, environment, ..Setup::default() }).await;
    let labels = [("alertname", "HighErrorRate"), ("service", "api"), ("severity", "warning")];
    firstlook.post(body(&[alert(&labels, "many errors")])).await;
    let has = |one: &Value| one["evidence"]["items"].to_string().contains("\"T1\"");
    let incident = firstlook.until("there is evidence", has).await;
    firstlook.idle().await;
    let items: Vec<&Value> = incident["evidence"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["kind"] == "trace")
        .collect();
    let title = |n: usize| items[n]["title"].as_str().unwrap();
    assert!(title(0).starts_with("api → orders-db: faults "), "the deepest first: {items:#?}");
    assert!(title(0).contains(" %), normally 0 %; p95 5 s, normally 0.06 s"), "{}", title(0));
    assert_eq!(incident["evidence"]["gaps"], json!([]));
    assert!(!incident.to_string().contains("newsletter"), "what other services do is not told");
    let shown =
        items.iter().find(|item| item["title"].as_str().unwrap().starts_with("GET https://")).unwrap();
    let (head, text) = (shown["title"].as_str().unwrap(), shown["text"].as_str().unwrap());
    assert!(
        head.contains("5.2 s: fault in orders-db, java.sql.SQLTransientConnectionException: no connection"),
        "{head}"
    );
    assert!(
        head.ends_with(" such requests, normally 0")
            && text.contains("way: web 5.2 s fault > api 5.1 s fault > "),
        "{head} {text}"
    );
    assert!(!incident.to_string().contains("bob@example.com"), "what was thrown is redacted");
    let query = shown["query"].as_str().unwrap();
    let asked =
        "--filter-expression 'service(\"api\") { fault = true OR throttle = true OR responsetime > 0.070 }'";
    assert!(
        query.starts_with("aws xray get-trace-summaries --region eu-west-1") && query.contains(asked),
        "{query}"
    );
    let link = shown["link"].as_str().unwrap();
    assert!(link.contains("#xray:traces/1-") && link.contains("timeRange~(end~'20"), "{link}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(
        page.contains("api → orders-db: faults") && page.contains("#xray:traces/query?"),
        "the page has both"
    );
    assert!(incident["timeline"].to_string().contains(" traces, "), "{}", incident["timeline"]);
    drawn(&firstlook, &incident, items[0], &page).await;
    let pack =
        firstlook.sql("SELECT count(*) FROM evidence WHERE pack LIKE '%T1 api → orders-db: faults%'").await;
    assert!(pack >= 1, "a model reads it");
    firstlook.finish().await;
}

/// The share of faults by the minute, beside normal: on the page, as a picture, and in the thread of the message.
async fn drawn(firstlook: &Firstlook, incident: &Value, item: &Value, page: &str) {
    let chart = &item["chart"];
    assert_eq!((&chart["unit"], &chart["of_alarm"]), (&json!("% of traced calls"), &json!(false)));
    let points = chart["points"].as_array().unwrap();
    let highest = points.iter().filter_map(|point| point["value"].as_f64()).fold(0.0, f64::max);
    assert!(points.len() >= 8 && (40.0..=60.0).contains(&highest), "half of the calls fail: {chart:#}");
    assert_eq!(chart["normal"]["high"], 0.0);
    assert!(
        item["at"].is_string() && item["text"].as_str().unwrap().contains("that were traced"),
        "{item:#}"
    );
    let path = format!("/incidents/{}/charts/T1.png", incident["number"]);
    assert!(page.contains(&path), "the drawing leads to its picture");
    assert_eq!(firstlook.get(&path).await.status, 200);
    let posts = firstlook.slack.file_posts();
    assert!(
        posts.iter().flat_map(|post| &post.files).any(|(file, _)| file.name.ends_with("-T1.png")),
        "{posts:?}"
    );
}

#[tokio::test]
async fn what_may_not_be_asked_is_named_and_the_rest_is_told() {
    let (xray, now) = (Xray::start(), firstlook::clock::now());
    traffic(&xray, now);
    let moment = moment(now, &[("service", "api")], 10);
    for (action, edges, groups, examples) in [
        ("GetServiceGraph", 0, 1, 1),
        ("GetTraceSummaries", 2, 0, 0),
        ("BatchGetTraces", 3, 1, 0),
        ("GetTimeSeriesServiceStatistics", 3, 1, 1),
    ] {
        xray.deny(&[action]);
        let found = traced(&xray, None, &moment).await.unwrap();
        let shown = found.traces.groups.iter().filter(|(group, _)| group.shown.is_some()).count();
        let told = (found.traces.edges.len(), found.traces.groups.len(), shown);
        assert_eq!(told, (edges, groups, examples), "{action}");
        let remedy = format!("allow `xray:{action}` to the role of firstlook");
        assert!(found.faults.len() == 1 && found.faults[0].remedy == remedy, "{action}: {:?}", found.faults);
        assert!(
            reasons(&found)[0].starts_with(&format!("AWS does not allow xray:{action}")),
            "{:?}",
            found.faults
        );
    }
    xray.deny(&["GetServiceGraph", "GetTraceSummaries"]);
    assert!(traced(&xray, None, &moment).await.unwrap_err().remedy.contains("xray:GetServiceGraph"));
}

#[tokio::test]
async fn nothing_found_says_why() {
    let (xray, now) = (Xray::start(), firstlook::clock::now());
    let api = moment(now, &[("service", "api")], 10);
    let found = traced(&xray, None, &api).await.unwrap();
    assert!(reasons(&found)[0].contains("it finds nothing when Transaction Search is on"), "{found:?}");
    assert!(found.faults[0].remedy.contains("aws/spans"), "{found:?}");
    traffic(&xray, now);
    let found = traced(&xray, None, &moment(now, &[("service", "apy")], 10)).await.unwrap();
    assert!(
        reasons(&found)[0].contains("no service apy in this window, but 4 others, such as api, newsletter"),
        "{found:?}"
    );
    assert!(
        traced(&xray, None, &moment(now, &[], 10)).await.unwrap_err().reason.contains("no label `service`")
    );
    // Where all is well there is nothing to tell, and no gap.
    let calm = moment(now - TimeDelta::minutes(15), &[("service", "api")], 5);
    let found = traced(&xray, None, &calm).await.unwrap();
    assert_eq!((found.traces.edges.len(), reasons(&found)), (0, vec![]));
    let found = traced(&xray, Some("service(\"{{labels.service}}\") { wrong"), &api).await.unwrap();
    let said = "X-Ray cannot read the filter: Filter expression is not valid: service(\"api\") { wrong";
    assert_eq!((found.traces.edges.len(), reasons(&found)), (3, vec![said]), "what can be had is told");
    let own = traced(&xray, Some("service(\"{{labels.service}}\") { fault = true }"), &api).await.unwrap();
    assert_eq!((own.traces.groups.len(), reasons(&own)), (1, vec![]));
}

#[tokio::test]
async fn long_windows_throttling_and_hanging_are_borne() {
    let (xray, now) = (Xray::start(), firstlook::clock::now());
    traffic(&xray, now);
    let long = moment(now, &[("service", "api")], 13 * 60);
    xray.server().plan().then_on("ServiceGraph", Behaviour::status(429));
    xray.server().plan().then_on("TraceSummaries", Behaviour::status(500));
    let found = traced(&xray, None, &long).await.unwrap();
    assert_eq!(reasons(&found), Vec::<&str>::new(), "each was tried again");
    assert_eq!(found.traces.edges[0].0.now.faults, 29);
    assert_eq!(xray.asked("/ServiceGraph").len(), 3 * 3 + 1, "in parts of at most six hours");
    xray.server().plan().repeat_on("/Traces", Behaviour::Hang);
    let found = traced(&xray, None, &moment(now, &[("service", "api")], 10)).await.unwrap();
    assert_eq!(reasons(&found), ["X-Ray did not answer xray:BatchGetTraces in time"]);
    assert!(!found.traces.edges.is_empty() && !found.traces.groups.is_empty(), "what came is told");
}

#[tokio::test]
async fn odd_documents_and_answers_harm_nothing() {
    let (xray, now) = (Xray::start(), firstlook::clock::now());
    traffic(&xray, now);
    let moment = moment(now, &[("service", "api")], 10);
    for text in ["{", "[[", "{\"name\":{},\"subsegments\":[[]]}", "\u{0}"] {
        xray.document(text);
        let found = traced(&xray, None, &moment).await.unwrap();
        assert_eq!((found.traces.groups.len(), reasons(&found)), (1, vec![]), "{text}");
    }
    xray.server().plan().repeat_on("ServiceGraph", Behaviour::Garbage("{\"Services\": 7".into()));
    let found = traced(&xray, None, &moment).await.unwrap();
    assert!(found.traces.edges.is_empty() && !found.faults.is_empty(), "{found:?}");
}

#[test]
fn check_online_names_the_action_that_is_missing() {
    let xray = Xray::start();
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "route: {{ receiver: x }}\nreceivers: [{{ name: x }}]\nevidence: {{ sources: [{{ name: tr, type: xray, \
         region: eu-west-1, endpoint_url: \"{}\" }}] }}\n",
        xray.server().url()
    );
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let said = || {
        let output = command(folder.path(), &["check", "--online"]).envs(CREDENTIALS).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("evidence tr")).unwrap_or(&text).to_owned()
    };
    assert!(said().starts_with("ok"), "{}", said());
    for action in ["GetServiceGraph", "GetTraceSummaries", "BatchGetTraces", "GetTimeSeriesServiceStatistics"]
    {
        xray.deny(&[action]);
        let refused = said();
        assert!(refused.starts_with("FAULT") && refused.contains(&format!("`xray:{action}`")), "{refused}");
    }
}

//! Charts as pictures: in the thread of the incident's message once, whatever dies, hangs or is refused; and by their address.

use std::fmt::Write;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use resvg::tiny_skia::Pixmap;
use serde_json::Value;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::plan::Behaviour;
use crate::support::prometheus::Prometheus;
use crate::support::slack::FilePost;
use crate::support::wait::{eventually, stays};

const LABELS: [(&str, &str); 3] =
    [("alertname", "QueueDeep"), ("service", "checkout"), ("severity", "warning")];
/// What the alarm watches, as Prometheus knows it.
const RULE: &str = "  - { name: queue, rules: [ { alert: QueueDeep, expr: 'queue_depth > 50', labels: { severity: warning } } ] }\n";
/// Drawn for the line, normal, the alarm's limit and instant, and the time since.
const COLOURS: [[u8; 3]; 4] =
    [[0x1a, 0x5b, 0xb8], [0xcf, 0xe5, 0xd6], [0xb0, 0x12, 0x1b], [0xfb, 0xec, 0xec]];

/// A Prometheus in which a queue of depth 10 has 400 for two minutes.
async fn prometheus() -> Prometheus {
    let now = firstlook::clock::now();
    let mut text = "# TYPE queue_depth gauge\n".to_owned();
    let steps = || (0..240).rev().map(|n| now - TimeDelta::seconds(n * 15));
    for at in steps().map(|at| at - TimeDelta::days(1)).chain(steps()) {
        let value = if now - at < TimeDelta::minutes(2) { 400 } else { 10 + at.timestamp() / 15 % 3 };
        writeln!(text, "queue_depth{{service=\"checkout\",queue=\"pay\"}} {value} {}", at.timestamp())
            .unwrap();
    }
    text.push_str("# EOF\n");
    Prometheus::with_history(&text, RULE, &[], &[]).await
}

/// The alarm fires since a minute: with a window until `after` it is looked at again when that is over.
async fn start(prometheus: &Prometheus, after: &str, environment: &[(&str, &str)]) -> Firstlook {
    let evidence = format!(
        "  window: {{ before: 10m, after: {after} }}\n  sources: [{{ name: prom, type: prometheus, url: \"{}\" }}]",
        prometheus.url()
    );
    let environment =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Firstlook::start(Setup { evidence, environment, ..Setup::default() }).await
}

fn alarm() -> Value {
    alert(&LABELS, "The queue is deep.")
}

/// The state of the charts among the notifications, and why.
fn state(incident: &Value) -> Option<(String, String)> {
    let told = incident["notifications"].as_array().unwrap().iter().find(|told| told["kind"] == "charts")?;
    Some((told["state"].as_str()?.to_owned(), told["reason"].as_str()?.to_owned()))
}

async fn until(firstlook: &Firstlook, wanted: &str) -> Value {
    firstlook.until(wanted, |one| state(one).is_some_and(|(state, _)| state == wanted)).await
}

fn calls(firstlook: &Firstlook, method: &str) -> usize {
    firstlook.slack.requests().iter().filter(|request| request.path.contains(method)).count()
}

/// How many pixels have each of [`COLOURS`].
fn pixels(png: &[u8]) -> [usize; 4] {
    let picture = Pixmap::decode_png(png).unwrap();
    assert_eq!((picture.width(), picture.height()), (1600, 640));
    COLOURS.map(|colour| {
        let same = |pixel: &resvg::tiny_skia::PremultipliedColorU8| {
            [pixel.red(), pixel.green(), pixel.blue()] == colour
        };
        picture.pixels().iter().filter(|pixel| same(pixel)).count()
    })
}

fn only(posts: &[FilePost]) -> &FilePost {
    assert_eq!(posts.len(), 1, "charts are posted once: {posts:?}");
    &posts[0]
}

#[tokio::test]
async fn the_alarms_chart_is_in_the_thread_once_and_has_an_address() {
    let prometheus = prometheus().await;
    let firstlook = start(&prometheus, "64s", &[]).await;
    firstlook.post(body(&[alarm()])).await;
    let looked = |one: &Value| one["timeline"].to_string().matches("Evidence: ").count() > 1;
    firstlook.until("it has looked twice", looked).await;
    until(&firstlook, "sent").await;
    firstlook.idle().await;
    let (posts, messages) = (firstlook.slack.file_posts(), firstlook.slack.messages());
    let post = only(&posts);
    assert_eq!((&post.thread_ts, post.channel.as_str()), (&messages[0].ts, "C0ALERTS"));
    let [(file, title)] = &post.files[..] else { panic!("one quantity is one chart: {post:?}") };
    assert_eq!(file.name, "incident-1-M1.png");
    assert!(title.starts_with("queue_depth: 400, normally 1"), "{title}");
    assert!(
        file.alt.starts_with("Line chart from 20") && file.alt.contains("alarm above 50, reached at "),
        "{}",
        file.alt
    );
    let drawn = pixels(file.bytes.as_deref().unwrap());
    assert!(drawn[0] > 1000 && drawn[1] > 1000 && drawn[2] > 500, "line, normal, alarm: {drawn:?}");
    // In a second life, and by another replica, nothing is posted again.
    let replica = firstlook.replica().await;
    firstlook.post(body(&[resolved(&alarm())])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    replica.finish().await;
    only(&firstlook.slack.file_posts());

    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("<a href=\"/incidents/1/charts/M1.png\">As a picture</a>"), "the page leads to it");
    let png = reqwest::get(format!("{}/incidents/1/charts/M1.png", firstlook.url)).await.unwrap();
    assert_eq!((png.status().as_u16(), png.headers()["content-type"].to_str().unwrap()), (200, "image/png"));
    assert!(pixels(&png.bytes().await.unwrap()).iter().take(3).all(|count| *count > 500));
    for path in ["/incidents/1/charts/M9.png", "/incidents/1/charts/A1.png", "/incidents/7/charts/M1.png"] {
        assert_eq!(firstlook.get(path).await.status, 404, "{path}");
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn a_missing_scope_is_named_with_its_remedy_and_asked_for_once() {
    let prometheus = prometheus().await;
    let firstlook = start(&prometheus, "1s", &[]).await;
    firstlook.slack.forbid_files();
    firstlook.post(body(&[alarm()])).await;
    let incident = until(&firstlook, "parked").await;
    let (_, reason) = state(&incident).unwrap();
    assert!(
        reason.contains("(missing_scope) [needed scope: files:write]: add the scope files:write"),
        "{reason}"
    );
    let timeline = incident["timeline"].to_string();
    assert!(timeline.contains("the charts are not in the thread of slack-alerts (slack/0)"), "{timeline}");
    firstlook.idle().await;
    let messages = firstlook.slack.messages();
    assert!(messages[0].words().contains("queue_depth: 400"), "words are told all the same");
    assert!(!messages[0].words().contains("files:write"), "nobody was told less: {}", messages[0].words());
    assert_eq!((calls(&firstlook, "getUploadURLExternal"), calls(&firstlook, "completeUpload")), (1, 0));
    assert!(firstlook.get("/incidents/1").await.text.contains("charts in its thread"));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_death_posts_no_chart_twice() {
    let prometheus = prometheus().await;
    for (step, ends) in [("charts-uploaded:1", "sent"), ("charts-posted:1", "parked")] {
        let mut firstlook = start(&prometheus, "1s", &[(firstlook::fail::VARIABLE, step)]).await;
        firstlook.fail_at(None);
        firstlook.post(body(&[alarm()])).await;
        firstlook.dead().await;
        let before = firstlook.slack.file_posts().len();
        assert_eq!(before, usize::from(ends == "parked"), "{step}: nobody sees what is only uploaded");
        firstlook.launch().await;
        let incident = until(&firstlook, ends).await;
        firstlook.idle().await;
        only(&firstlook.slack.file_posts());
        let (_, reason) = state(&incident).unwrap();
        assert!(
            ends == "sent" || reason.contains("they may stand there, and are not posted again"),
            "{reason}"
        );
        firstlook.finish().await;
    }
}

#[tokio::test]
async fn a_lost_answer_posts_no_chart_twice_and_what_is_not_seen_is_tried_again() {
    let prometheus = prometheus().await;
    let firstlook = start(&prometheus, "1s", &[]).await;
    let plan = firstlook.slack.plan();
    plan.then_on("getUploadURL", Behaviour::Half).then_on("/upload/v1/", Behaviour::Reset);
    plan.then_on("completeUpload", Behaviour::retry_after(429, 1)).then_on("completeUpload", Behaviour::Half);
    firstlook.post(body(&[alarm()])).await;
    let incident = until(&firstlook, "parked").await;
    firstlook.idle().await;
    assert_eq!(firstlook.slack.plan().left(), 0);
    only(&firstlook.slack.file_posts());
    let (_, reason) = state(&incident).unwrap();
    assert!(reason.contains("broke before its answer") && reason.contains("not posted again"), "{reason}");
    firstlook.finish().await;
}

#[tokio::test]
async fn words_do_not_wait_for_pictures() {
    let prometheus = prometheus().await;
    let firstlook = start(&prometheus, "1s", &[]).await;
    for call in ["files.", "/upload/v1/"] {
        firstlook.slack.plan().repeat_on(call, Behaviour::Hang);
    }
    firstlook.post(body(&[alarm()])).await;
    eventually(PATIENCE, "a place for the chart is asked for", async || {
        (calls(&firstlook, "getUploadURL") > 0).then_some(())
    })
    .await;
    let begun = Instant::now();
    firstlook.post(body(&[resolved(&alarm())])).await;
    eventually(PATIENCE, "the end is told", async || {
        firstlook.slack.messages().first()?.text().starts_with("Resolved").then_some(())
    })
    .await;
    assert!(begun.elapsed() < Duration::from_millis(7_500), "it took {:?}", begun.elapsed());
    assert!(firstlook.slack.file_posts().is_empty());
    firstlook.slack.plan().heal();
    until(&firstlook, "sent").await;
    stays(Duration::from_millis(500), "once", async || firstlook.slack.file_posts().len() == 1).await;
    firstlook.finish().await;
}

//! How silences are asked for: by API, with faults that name their field, and by the forms of the pages.

use serde_json::{Value, json};

use super::{ask, critical, marked, texts};
use crate::harness::{Firstlook, Setup, body, form};

#[tokio::test]
async fn what_cannot_be_silenced_is_refused_with_the_field() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let wanted = |change: Value| {
        let mut all = json!({"matchers": ["service=\"api\""], "duration": "1h", "comment": "x"});
        for (key, value) in change.as_object().unwrap() {
            all[key] = value.clone();
        }
        all
    };
    for (change, words) in [
        (json!({"matchers": []}), "`matchers` are missing"),
        (json!({"matchers": ["service=~\"(\""]}), "`matchers` cannot be used"),
        (json!({"matchers": ["alertname=~\".*\""]}), "set `confirm`"),
        (json!({"duration": "91d"}), "`ends_at` is too far"),
        (json!({"ends_at": "2020-01-01T00:00:00Z"}), "`duration` stands beside `ends_at`"),
        (json!({"comment": "\u{0}".repeat(2_000)}), "`comment` is longer"),
        (
            json!({"recurring": ["nights"]}),
            "`recurring` \"nights\" is none of `time_intervals`: there are none",
        ),
        (json!({"until": "tomorrow"}), "`until` is none of: matchers"),
    ] {
        let refused = ask(&firstlook, &wanted(change.clone())).await;
        assert_eq!(
            (refused.status, refused.header("content-type")),
            (400, "application/problem+json"),
            "{change}"
        );
        assert!(refused.json()["detail"].as_str().unwrap().contains(words), "{change}: {}", refused.text);
    }
    assert_eq!(firstlook.sql("SELECT count(*) FROM silence").await, 0);
    let all = wanted(json!({"matchers": ["alertname=~\".*\""], "confirm": true}));
    assert_eq!(ask(&firstlook, &all).await.status, 201);
    firstlook
        .run("INSERT INTO silence (matchers, starts_at, ends_at, holds_from, holds_until, comment, created_at, created_by)
              SELECT '{a=b}', now(), now() + interval '1 day', now(), now() + interval '1 day', 'x', now(), 'x'
              FROM generate_series(1, 499)")
        .await;
    let full = ask(&firstlook, &all).await;
    assert!(full.status == 409 && full.text.contains("500 silences"), "{}", full.text);
    let page = firstlook.get("/api/v1/silences?limit=200").await.json();
    let next = page["next_cursor"].as_str().unwrap();
    let rest = firstlook.get(&format!("/api/v1/silences?limit=200&cursor={next}")).await.json();
    assert_eq!(
        (page["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()),
        (200, 200)
    );
    for (path, status) in [("/api/v1/silences/9999", 404), ("/api/v1/silences?state=gone", 400)] {
        assert_eq!(firstlook.get(path).await.status, status, "{path}");
    }
    let foreign = firstlook
        .send(|client| {
            let url = format!("{}/api/v1/silences/1", firstlook.url);
            client.delete(url).header("origin", "https://evil.example.com")
        })
        .await;
    assert_eq!(foreign.status, 403);
    firstlook.finish().await;
}

#[tokio::test]
async fn the_pages_make_and_end_silences_and_one_can_begin_later() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let post = async |path: &str, fields: &[(&str, &str)]| {
        let url = format!("{}{path}", firstlook.url);
        let form = form(fields);
        let kind = "application/x-www-form-urlencoded";
        firstlook.send(|client| client.post(url).header("content-type", kind).body(form)).await
    };
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.idle().await;
    let done = post("/incidents/1/silence", &[("duration", "2h"), ("comment", "being looked at")]).await;
    assert_eq!((done.status, done.header("location")), (303, "/incidents/1"), "{}", done.text);
    let incident = marked(&firstlook, 1, true).await;
    let said = texts(&incident, "silenced");
    assert!(
        said[0].starts_with("somebody on the page: ") && said[0].ends_with("being looked at"),
        "{said:?}"
    );
    let later = [
        ("matchers", "service=\"db\"\r\nseverity=\"critical\""),
        ("starts_at", "2999-01-01T00:00"),
        ("ends_at", "2999-01-02T00:00"),
        ("duration", "1h"),
        ("comment", "<b>move</b>"),
        ("author", "aya"),
    ];
    let made = post("/silences", &later).await;
    assert_eq!((made.status, made.header("location")), (303, "/silences"), "{}", made.text);
    let page = firstlook.get("/silences").await.text;
    for shown in ["Pending", "&lt;b&gt;move&lt;/b&gt;", "aya on the page", "1 alert of #1", "1 Jan 2999"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    firstlook.post(body(&[critical("Down", "db")])).await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.events().len(), 2, "it does not hold yet");
    let refused = post("/silences", &[("matchers", "service="), ("comment", "x"), ("duration", "1h")]).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("matchers"), "{}", refused.text);
    let ended = post("/silences/2/end", &[]).await;
    assert_eq!((ended.status, ended.header("location")), (303, "/silences"));
    let ended = firstlook.get("/api/v1/silences/2").await.json();
    assert_eq!((&ended["state"], &ended["ended_by"]), (&json!("expired"), &json!("somebody on the page")));
    let decided = "SELECT count(*) FROM decision WHERE kind IN ('silence_made', 'silence_ended')";
    assert_eq!(firstlook.sql(decided).await, 2);
    firstlook.finish().await;
}

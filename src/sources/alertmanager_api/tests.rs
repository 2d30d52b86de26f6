//! The answers as a real Alertmanager 0.25 gives them, and everything else that may come from that address.

use super::*;
use crate::receivers::fake::{Fake, Reply};
use crate::secret::Secret;

const ALERTS: &str = r#"[
    {"annotations":{"s":"t"},"endsAt":"2026-11-25T20:11:42.373Z","fingerprint":"c5688262826c92f9",
     "receivers":[{"name":"web.hook"},{"name":"pager"}],"startsAt":"2026-11-25T20:06:42.373Z",
     "status":{"inhibitedBy":[],"silencedBy":[],"state":"active"},
     "updatedAt":"2026-11-25T20:06:42.373Z","generatorURL":"http://p/graph","labels":{"a":"b","alertname":"x"}}]"#;
const STATUS: &str = r#"{"cluster":{"peers":[],"status":"disabled"},
    "config":{"original":"route:\n  receiver: web.hook\ntime_intervals: []\n"},
    "uptime":"2026-11-25T20:06:40.375Z","versionInfo":{"version":"0.25.0"}}"#;

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-25T20:10:00Z").unwrap().into()
}

fn snapshot(alerts: &str, status: &str) -> Result<Snapshot, ApiError> {
    read::snapshot(alerts.as_bytes(), status.as_bytes(), "alertmanager/main", now())
}

#[test]
fn an_alert_is_read_as_its_webhook_would_say_it() {
    let snapshot = snapshot(ALERTS, STATUS).unwrap();
    assert_eq!(snapshot.up_since.to_rfc3339(), "2026-11-25T20:06:40.375+00:00");
    assert!(snapshot.ready && !snapshot.mutes_unseen);
    let Firing { message, receivers, quiet } = &snapshot.firing[0];
    assert_eq!((receivers.join(" ").as_str(), *quiet), ("web.hook pager", false));
    let webhook = r#"{"alerts":[{"status":"firing","labels":{"a":"b","alertname":"x"},"annotations":{"s":"t"},
        "startsAt":"2026-11-25T20:06:42.373Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p/graph",
        "fingerprint":"c5688262826c92f9"}]}"#;
    let said = crate::sources::alertmanager::parse(webhook.as_bytes(), "alertmanager/main", now()).unwrap();
    assert_eq!(said.alerts[0].as_ref().unwrap(), message);
}

#[test]
fn what_nobody_is_told_of_is_quiet() {
    let quiet = |from: &str, to: &str| {
        assert!(ALERTS.contains(from));
        snapshot(&ALERTS.replace(from, to), STATUS).unwrap().firing[0].quiet
    };
    assert!(quiet(r#""silencedBy":[]"#, r#""silencedBy":["0b22"]"#));
    assert!(quiet(r#""inhibitedBy":[]"#, r#""inhibitedBy":["c568"]"#));
    assert!(quiet(r#""inhibitedBy":[]"#, r#""mutedBy":["nights"]"#));
    assert!(quiet("active", "suppressed") && quiet("active", "unprocessed"));
}

#[test]
fn an_old_version_that_mutes_by_time_does_not_say_which() {
    let muting = STATUS.replace(r"  receiver: web.hook\n", r"  routes:\n  - mute_time_intervals:\n    - x\n");
    assert_ne!(muting, STATUS);
    assert!(snapshot(ALERTS, &muting).unwrap().mutes_unseen);
    let newer = ALERTS.replace(r#""inhibitedBy":[]"#, r#""inhibitedBy":[],"mutedBy":[]"#);
    assert!(!snapshot(&newer, &muting).unwrap().mutes_unseen);
}

#[test]
fn half_an_answer_is_none() {
    let broken = ALERTS.replace("}]", "");
    let nameless = ALERTS.replace(r#""fingerprint":"c5688262826c92f9","#, "");
    let stateless = ALERTS.replace("\"status\":{", "\"was\":{");
    for alerts in [&broken, &nameless, &stateless, "{}", "", "<html>"] {
        let error = snapshot(alerts, STATUS).unwrap_err().to_string();
        assert!(error.contains("its alerts cannot be read; check that `api_url`"), "{alerts}: {error}");
    }
    for status in ["{}", "", r#"{"uptime":"yesterday"}"#] {
        assert!(snapshot("[]", status).unwrap_err().reason.contains("its status cannot be read"));
    }
    let settling = STATUS.replace("disabled", "settling");
    assert!(!snapshot("[]", &settling).unwrap().ready);
}

async fn asked(reply: Reply) -> String {
    let fake = Fake::start(reply).await;
    let secret = Authorization::Header { scheme: "Bearer".into(), credentials: Secret::new("s3cret-token") };
    let api = Api::new(&format!("{}/prefix/", fake.url), Some(secret)).unwrap();
    let error = api.ask("alertmanager/main", now()).await.unwrap_err().to_string();
    assert!(!error.contains("s3cret") && !error.contains("127.0.0.1"), "{error}");
    let requests = fake.requests();
    assert!(requests[0].starts_with("GET /prefix/api/v2/alerts HTTP/1.1\r\n"), "{}", requests[0]);
    assert!(requests[0].contains("authorization: Bearer s3cret-token"));
    error
}

#[tokio::test]
async fn every_refusal_has_its_remedy() {
    let answer = |status, body: &str| Reply::json(status, body);
    assert!(asked(answer(401, "s3cret-token")).await.contains("answers 401; check `api_authorization`"));
    assert!(asked(answer(404, "")).await.contains("it ends before /api/v2"));
    let away = answer(302, "").header("location: http://169.254.169.254/");
    assert!(asked(away).await.contains("set the final address in `api_url`"));
    assert!(asked(answer(503, "")).await.contains("answers 503"));
    assert!(asked(answer(200, "<html>")).await.contains("cannot be read"));
    assert!(asked(Reply::Reset).await.contains("no answer"));
    assert!(asked(Reply::Half).await.contains("no answer"));
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let huge = format!("[{}]", " ".repeat(MOST_ALERTS));
    assert!(asked(Reply::json(200, &huge)).await.contains("larger than 16 MiB"));
}

#[test]
fn the_host_is_named_without_what_opens_it() {
    let host = |url: &str| Api::new(url, None).unwrap().host();
    assert_eq!(host("http://user:secret@am.example:9093/prefix?token=x"), "am.example:9093");
    assert_eq!(host("https://am.example"), "am.example");
    assert!(Api::new("http://", None).is_err());
}

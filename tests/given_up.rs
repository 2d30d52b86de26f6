//! A look that fails each time is given up, and the incident says so instead of promising for ever that somebody looks.

use std::time::Duration;

use firstlook::store::{JobKind, Outcome, Store, Words};
use firstlook_core::Language;
use firstlook_core::evidence::Redactor;
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::State;
use sqlx::{Connection, PgConnection};

use crate::support::postgres::fresh_database;

/// A slot, its incident, and the job to look at it.
const INCIDENT: &str = r#"
    INSERT INTO slot (key_hash, key) VALUES (decode(repeat('00', 32), 'hex'), '{"alertname":"ApiDown"}');
    INSERT INTO incident (id, slot, status, severity, told_severity, title, labels, opened_at, started_at, version)
        VALUES ('00000000-0000-7000-8000-000000000001', decode(repeat('00', 32), 'hex'), 'open', 'critical',
                'critical', 'ApiDown', '{"alertname":"ApiDown"}', now(), now(), 1);
    INSERT INTO job (kind, key, incident, state, run_at)
        VALUES ('triage', 'x', '00000000-0000-7000-8000-000000000001', 'ready', now());"#;
/// What a first look has brought.
const EVIDENCE: &str =
    "INSERT INTO evidence (incident, round, collected_at, window_start, window_end, items, gaps,
        pack, sources_read)
    SELECT id, 1, now(), now(), now(), '[]', '[]', '', 0 FROM incident";
/// What was written from it.
const SUMMARY: &str = r#"INSERT INTO summary (incident, round, written_at, state, body, input_tokens, output_tokens)
    SELECT id, 1, now(), 'no_model', '{"state":"no_model","reason":null,"language":"en","headline":null,"claims":[],
        "causes":[],"ruled_out":[],"next_steps":[],"model":null,"input_tokens":0,"output_tokens":0,"cost_usd":null,
        "duration_ms":0,"written_at":"2026-11-20T00:00:00Z"}', 0, 0 FROM incident"#;

/// The incident after its look has failed as often as it may.
async fn given_up(before: &[&'static str]) -> Incident {
    let database = fresh_database().await;
    let store = Store::new(&database, 2).unwrap();
    store.migrate().await.unwrap();
    let mut connection = PgConnection::connect(&database).await.unwrap();
    for sql in [INCIDENT].iter().chain(before) {
        sqlx::raw_sql(*sql).execute(&mut connection).await.unwrap();
    }
    let mut tries = 0;
    loop {
        let claim =
            store.claim(JobKind::Triage, 1, &[]).await.unwrap().pop().expect("the job is there to be tried");
        tries += 1;
        let error = "no room on password=hunter2 disk".to_owned();
        if store.finish(claim, &Outcome::Retry { after: Duration::ZERO, error }).await.unwrap() {
            break;
        }
        assert!(tries < 20, "it is tried for ever");
    }
    assert!(store.claim(JobKind::Triage, 1, &[]).await.unwrap().is_empty(), "a parked job is not tried");
    let words = Words {
        redactor: Redactor::default(),
        external_url: "http://localhost".into(),
        language: Language::En,
    };
    let incident = store.incident("1", &words).await.unwrap().unwrap();
    store.close().await;
    incident
}

#[tokio::test]
async fn a_look_that_was_given_up_says_so_and_why() {
    for before in [&[][..], &[EVIDENCE]] {
        let incident = given_up(before).await;
        let summary = incident.summary.expect("no incident is looked at for ever");
        let reason = summary.reason.unwrap();
        assert_eq!(summary.state, State::Failed);
        assert!(
            reason.as_str().contains("given up: no room on") && !reason.as_str().contains("hunter2"),
            "{reason}"
        );
        assert!(incident.version > 1, "messages show it");
        assert!(incident.timeline.unwrap().iter().any(|entry| entry.text.as_str().contains("given up")));
    }
}

#[tokio::test]
async fn a_summary_that_was_written_outlives_a_later_look_that_failed() {
    let incident = given_up(&[EVIDENCE, SUMMARY]).await;
    assert_eq!(incident.summary.unwrap().state, State::NoModel);
    assert!(incident.timeline.unwrap().iter().any(|entry| entry.text.as_str().contains("given up")));
}

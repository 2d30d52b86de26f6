//! Hostile senders: each body of a table has a clear answer, is kept as it should be, and harms neither the pages nor the
//! messages; ambiguous framing is refused; slow connections stop nobody.

mod bodies;
mod framing;
mod slow;

use serde_json::Value;

use crate::harness::{Firstlook, PATIENCE, Setup, TOKEN};
use crate::support::wait::eventually;

/// What is to be in the database afterwards.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kept {
    /// A delivery, accepted whole, of so many alerts.
    Alerts(usize),
    /// A delivery of which so many alerts were understood.
    Partial(usize),
    /// A delivery of which nothing was understood.
    Rejected,
    /// Nothing.
    Nothing,
}

/// A line of the table.
struct Row {
    name: &'static str,
    why: &'static str,
    body: Vec<u8>,
    headers: Vec<(&'static str, &'static str)>,
    status: u16,
    kept: Kept,
}

impl Row {
    fn new(name: &'static str, why: &'static str, body: Vec<u8>, status: u16, kept: Kept) -> Self {
        Self { name, why, body, headers: Vec::new(), status, kept }
    }

    fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

async fn newest(firstlook: &Firstlook) -> Value {
    firstlook.get("/api/v1/deliveries?limit=1").await.json()["items"][0].clone()
}

/// What a person may look at is still there.
async fn renders(firstlook: &Firstlook, delivery: &Value, said: &str) {
    let mut paths = vec!["/".to_owned(), "/deliveries".to_owned(), "/api/v1/incidents".to_owned()];
    if let Some(id) = delivery["id"].as_str() {
        paths.extend([format!("/deliveries/{id}"), format!("/api/v1/deliveries/{id}")]);
    }
    if let Some(number) = firstlook.incidents().await.first().and_then(|one| one["number"].as_i64()) {
        paths.extend([format!("/incidents/{number}"), format!("/api/v1/incidents/{number}")]);
    }
    for path in paths {
        // Ten thousand alerts on a busy machine may take longer than a statement may.
        let page = eventually(PATIENCE, &path, async || {
            Some(firstlook.get(&path).await).filter(|page| page.status != 503)
        })
        .await;
        assert_eq!(page.status, 200, "{said}: {path}: {}", page.text);
        let json = page.header("content-type").starts_with("application/json");
        assert_eq!(json, path.starts_with("/api/"), "{said}: {path}");
        let markup = ["<script>alert", "<img src=x", "<svg/onload"];
        assert!(json || !markup.iter().any(|one| page.text.contains(one)), "{said}: {path}");
    }
}

#[tokio::test]
async fn each_hostile_body_has_a_clear_answer_and_harms_nothing() {
    let setup = Setup { incidents: "{ group_by: [alertname] }".into(), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let url = firstlook.webhook();
    let rows = bodies::rows();
    assert!(rows.len() >= 60, "{}", rows.len());
    let mut before = String::new();
    for row in rows {
        let said = format!("{} ({})", row.name, row.why);
        let request = |client: &reqwest::Client| {
            let request = client.post(&url).bearer_auth(TOKEN).body(row.body.clone());
            row.headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
        };
        // What a busy machine cannot keep in time is to come again.
        let answer = eventually(PATIENCE, &said, async || {
            Some(firstlook.send(request).await).filter(|answer| answer.status != 503)
        })
        .await;
        assert_eq!(answer.status, row.status, "{said}: {:.400}", answer.text);
        let delivery = newest(&firstlook).await;
        let id = delivery["id"].as_str().unwrap_or_default().to_owned();
        assert_eq!(id == before, row.kept == Kept::Nothing, "{said}: whether it is kept");
        before = id;
        let (state, alerts) = match row.kept {
            Kept::Alerts(alerts) => ("accepted", alerts),
            Kept::Partial(alerts) => ("partial", alerts),
            Kept::Rejected => ("rejected", 0),
            Kept::Nothing => continue,
        };
        assert_eq!((&delivery["state"], &delivery["alerts"]), (&state.into(), &alerts.into()), "{said}");
        renders(&firstlook, &delivery, &said).await;
    }
    firstlook.idle().await;
    let untold = firstlook.sql("SELECT count(*) FROM edge WHERE state <> 'sent'").await;
    assert_eq!(untold, 0, "every message went out whole");
    assert!(firstlook.log().iter().all(|line| !line.to_string().contains("panicked")));
    firstlook.finish().await;
}

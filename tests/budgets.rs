//! What models may cost: held over all replicas and incidents at once, and said on each incident. `FIRSTLOOK_STORM=N` plays N
//! alarms in place of the usual (`scripts/storm.sh`).

use std::time::Duration;

use firstlook::store::Store;
use firstlook_core::summary::budget::{Budget, Limit, Purpose, Spent};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, alert, body};
use crate::support::model::{API_KEY, Model};
use crate::support::plan::Behaviour;
use crate::support::wait::eventually;

/// What the alarm says.
fn says(_: &str) -> String {
    let claim = json!({"text": "It fails 38% of requests.", "citations": ["A1"]});
    json!({"headline": "38% of requests fail", "claims": [claim]}).to_string()
}

fn summary_of(model: &Model, more: &str) -> String {
    let url = model.openai_url();
    format!(
        "{{ provider: openai, model: test-model, base_url: \"{url}\", api_key: {API_KEY}, timeout: 20s, {more} }}"
    )
}

fn alarm(n: usize) -> Value {
    let service = format!("service-{n}");
    alert(
        &[("alertname", "HighErrorRate"), ("service", &service), ("severity", "warning")],
        "38% of requests fail",
    )
}

fn state(incident: &Value) -> &str {
    incident["summary"]["state"].as_str().unwrap_or_default()
}

fn written(incident: &Value) -> bool {
    !["", "looking"].contains(&state(incident))
}

/// All incidents, page after page, once each of them has a summary and nothing is left to be done.
async fn all_written(firstlook: &Firstlook, count: usize) -> Vec<Value> {
    let summaries = "SELECT count(DISTINCT incident) FROM summary";
    eventually(Duration::from_secs(150), "all are looked at", async || {
        (firstlook.sql(summaries).await == count as i64).then_some(())
    })
    .await;
    firstlook.idle().await;
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = firstlook.get(&format!("/api/v1/incidents?limit=100{cursor}")).await.json();
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn a_storm_costs_at_most_the_budget_of_the_day_and_who_goes_without_says_so() {
    const BUDGET: i64 = 40_000;
    let storm: usize = std::env::var("FIRSTLOOK_STORM").map_or(60, |count| count.parse().unwrap());
    let model = Model::start(says);
    // Slow enough that many would be asked at once.
    model.plan().repeat(Behaviour::Slow(Duration::from_millis(700)));
    let more = format!("budget: {{ tokens_per_day: {BUDGET} }}");
    let setup = Setup { summary: summary_of(&model, &more), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let replica = firstlook.replica().await;
    let alarms: Vec<Value> = (0..storm).map(alarm).collect();
    assert_eq!(firstlook.post(body(&alarms)).await.status, 200);
    let incidents = all_written(&firstlook, storm).await;
    let of = |wanted: &str| incidents.iter().filter(|one| state(one) == wanted).count();
    let (ready, over) = (of("ready"), of("over_budget"));
    assert!(incidents.len() == storm && ready > 0 && over > 0 && ready + over == storm, "{ready} and {over}");
    assert_eq!(model.prompts().len(), ready, "who goes without asks nobody");
    for one in incidents.iter().filter(|one| state(one) == "over_budget") {
        let reason = one["summary"]["reason"].as_str().unwrap();
        assert!(reason.contains("Today's token budget") && reason.contains("tokens_per_day"), "{reason}");
    }
    let without = incidents.iter().find(|one| state(one) == "over_budget").unwrap();
    let page = firstlook.get(&format!("/incidents/{}", without["number"])).await.text;
    assert!(page.contains("budget is used up") && page.contains("tokens_per_day"), "{page}");
    let used: u64 = incidents
        .iter()
        .map(|one| {
            one["summary"]["input_tokens"].as_u64().unwrap()
                + one["summary"]["output_tokens"].as_u64().unwrap()
        })
        .sum();
    assert_eq!(firstlook.sql("SELECT sum(tokens)::bigint FROM spending WHERE settled").await, used as i64);
    assert_eq!(firstlook.sql("SELECT count(*) FROM spending WHERE NOT settled").await, 0);
    assert!(used as i64 <= BUDGET, "{used}");
    replica.finish().await;
    firstlook.finish().await;
}

#[tokio::test]
async fn what_it_costs_is_said_and_bounds_the_incident() {
    let model = Model::start(says);
    let more = "prices: { input: 2, output: 10 }, budget: { usd_per_incident: 0.06 }";
    let setup = Setup { summary: summary_of(&model, more), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    firstlook.post(body(&[alarm(1)])).await;
    let incident = firstlook.until("the summary is written", written).await;
    let summary = &incident["summary"];
    assert_eq!(summary["state"], "ready", "{summary}");
    let tokens = |key: &str| summary[key].as_f64().unwrap();
    let cost = (2.0 * tokens("input_tokens") + 10.0 * tokens("output_tokens")) / 1e6;
    assert!((summary["cost_usd"].as_f64().unwrap() - cost).abs() < 1e-9, "{summary}");
    let taken = (tokens("input_tokens") + tokens("output_tokens")) as u64;
    assert_eq!(
        (&incident["spent"]["calls"], &incident["spent"]["tokens"]),
        (&json!(1), &json!(taken)),
        "{incident}"
    );
    assert!((incident["spent"]["cost_usd"].as_f64().unwrap() - cost).abs() < 1e-9, "{incident}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(
        page.contains(&format!("out, ${cost:.4}")) && page.contains("Models have taken 1 call, "),
        "{page}"
    );
    let metrics = firstlook.get("/metrics").await.text;
    let counted = format!("firstlook_model_cost_micro_usd_total {:.0}", cost * 1e6);
    assert!(metrics.contains(&counted), "{counted} is not in {metrics}");
    assert!(metrics.contains(r#"firstlook_claims_total{verdict="verified"} 1"#), "{metrics}");
    firstlook.finish().await;

    for (key, whose) in [("usd_per_incident", "This incident's budget"), ("usd_per_day", "Today's budget")] {
        let asked = model.prompts().len();
        let more = format!("prices: {{ input: 2, output: 10 }}, budget: {{ {key}: 0.01 }}");
        let setup = Setup { summary: summary_of(&model, &more), ..Setup::default() };
        let firstlook = Firstlook::start(setup).await;
        firstlook.post(body(&[alarm(1)])).await;
        let incident = firstlook.until("it goes without", written).await;
        assert_eq!(state(&incident), "over_budget", "{incident}");
        let reason = incident["summary"]["reason"].as_str().unwrap();
        let remedy = format!("aise summary.budget.{key}.");
        assert!(
            reason.starts_with(whose) && reason.contains("of $0.01;") && reason.ends_with(&remedy),
            "{reason}"
        );
        assert_eq!(model.prompts().len(), asked, "nobody is asked");
        firstlook.finish().await;
    }
}

#[tokio::test]
async fn what_a_dead_process_had_set_aside_stays_used() {
    let model = Model::start(says);
    model.plan().repeat(Behaviour::Hang);
    let setup =
        Setup { summary: summary_of(&model, "budget: { tokens_per_incident: 12000 }"), ..Setup::default() };
    let mut firstlook = Firstlook::start(setup).await;
    firstlook.post(body(&[alarm(1)])).await;
    eventually(Duration::from_secs(20), "it is asked", async || (!model.requests().is_empty()).then_some(()))
        .await;
    firstlook.kill();
    model.plan().repeat(Behaviour::Ok);
    firstlook.launch().await;
    let incident = firstlook.until("it is looked at again", written).await;
    assert_eq!(state(&incident), "over_budget", "{}", incident["summary"]);
    let reason = incident["summary"]["reason"].as_str().unwrap();
    assert!(reason.contains("tokens_per_incident"), "{reason}");
    assert_eq!(firstlook.sql("SELECT count(*) FROM spending WHERE NOT settled").await, 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn what_is_set_aside_at_the_same_moment_fits_together() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[alarm(1)])).await;
    let incident = firstlook.until("it is there", written).await;
    let incident = incident["id"].as_str().unwrap().parse().unwrap();
    let limit = |tokens| Limit { tokens, micro_usd: None };
    let budget = Budget { purpose: Purpose::Summary, incident: limit(u64::MAX), day: limit(1_000) };
    let needed = Spent { tokens: 99, micro_usd: 0 };
    let (store, now) = (Store::new(&firstlook.database, 16).unwrap(), firstlook::clock::now());
    let reserve = || store.reserve(incident, budget, needed, now);
    let mut all = join_all((0..64).map(|_| reserve())).await;
    let taken = all.iter().filter(|one| one.as_ref().unwrap().is_ok()).count();
    assert_eq!(taken, 10, "of 1,000 tokens");
    // What was not used can be had again; what nobody settles cannot.
    let one = all.iter().position(|one| one.as_ref().unwrap().is_ok()).unwrap();
    store.settle(all.remove(one).unwrap().unwrap(), Spent { tokens: 10, micro_usd: 0 }).await.unwrap();
    assert!(reserve().await.unwrap().is_ok() && reserve().await.unwrap().is_err());
    let tomorrow = now + chrono::TimeDelta::days(1);
    assert!(store.reserve(incident, budget, needed, tomorrow).await.unwrap().is_ok(), "a day begins anew");
    firstlook.finish().await;
}

//! A question about several services runs a runbook's query for each of those that it needs one for.

use std::fmt::Write;

use super::*;
use crate::support::loki::Loki;

/// The runbook of what is asked: a step for each block.
fn runbook(blocks: &[(&str, &str)]) -> String {
    let mut text = "---\nmatch: ['alertname=\"Asked\"']\n---\n# Asked\n\n## Check\n\n".to_owned();
    for (source, query) in blocks {
        writeln!(text, "1. What do logs say?\n   ```logql {source}\n   {query}\n   ```").unwrap();
    }
    text
}

fn pushed(loki: &Loki, now: DateTime<Utc>) {
    for (app, text, lines) in [
        ("api", "ERROR Pool: connection refused", 4),
        ("pay", "ERROR Ledger: account is locked", 3),
        ("cart", "ERROR Cart: not asked about", 9),
        ("gateway", "WARN Gateway: upstream is slow", 2),
    ] {
        for n in 0..lines {
            loki.push(&[("app", app)], now - TimeDelta::minutes(160) + TimeDelta::seconds(n), text);
        }
    }
}

async fn asked(folder: &Path, blocks: &[(&str, &str)], services: &[&str]) -> (Firstlook, Loki) {
    let (now, loki, model) = (firstlook::clock::now(), Loki::start(), Model::start(summary));
    pushed(&loki, now);
    model.talk(reports);
    let mut setup = setup(folder, &model);
    std::fs::write(folder.join("runbooks/asked.md"), runbook(blocks)).unwrap();
    let source = |name: &str, services: &str| {
        format!(
            "\n  - {{ name: {name}, type: loki, url: \"{}\", query: '{{app=\"{{{{labels.service}}}}\"}}', \
             matchers: ['service=~\"{services}\"'] }}",
            loki.url()
        )
    };
    setup.evidence = format!(
        "  window: {{ before: 10m, after: 2m }}\n  sources:{}{}",
        source("k8s", "api|pay|cart"),
        source("ledger", "pay")
    );
    let firstlook = Firstlook::start(setup).await;
    firstlook.asks("aya", "analyse", "C0ALERTS", &firstlook.slack.trigger()).await;
    let view = firstlook.slack.views().remove(0);
    let mut values = filled(now, 170, 150);
    values[3].1 = chosen(services);
    assert_eq!(firstlook.submits("aya", &view, &values).await.text, "");
    let over = |one: &Value| {
        one["analysis"]["state"].as_str().is_some_and(|state| !["waiting", "running"].contains(&state))
    };
    firstlook.until("it is analysed", over).await;
    firstlook.idle().await;
    (firstlook, loki)
}

const OF_SERVICE: (&str, &str) = ("k8s", "{app=\"{{labels.service}}\"} |= \"ERROR\"");

#[tokio::test]
async fn each_result_stands_with_the_step_and_names_its_service() {
    let folder = tempfile::tempdir().unwrap();
    let blocks = [
        OF_SERVICE,
        ("k8s", "{app=\"gateway\"}"),
        ("ledger", OF_SERVICE.1),
        OF_SERVICE,
        OF_SERVICE,
        ("k8s", "{app=\"gateway\"}"),
        OF_SERVICE,
    ];
    let (firstlook, _loki) = asked(folder.path(), &blocks, &["api", "pay"]).await;
    let incident = firstlook.incident(1).await;
    let items = incident["evidence"]["items"].as_array().unwrap();
    let titles = |step: &Value| -> Vec<&str> {
        let of = |id: &Value| items.iter().find(|item| item["id"] == *id).unwrap()["title"].as_str().unwrap();
        step["items"].as_array().unwrap().iter().map(of).collect()
    };
    let queries = incident["evidence"]["queries"].as_array().unwrap();
    let seen: Vec<(&str, Vec<&str>)> =
        queries.iter().map(|one| (one["source"].as_str().unwrap_or(""), titles(one))).collect();
    let (api, pay) =
        ("(api) What do logs say: 4 lines, normally 0", "(pay) What do logs say: 3 lines, normally 0");
    assert_eq!(
        seen[0],
        ("k8s:api, k8s:pay", vec![&*format!("R1 {api}"), &*format!("R1 {pay}")]),
        "{seen:#?}"
    );
    assert_eq!(seen[1], ("k8s", vec!["R2 What do logs say: 2 lines, normally 0"]), "it needs none: once");
    assert_eq!(seen[2], ("ledger:pay", vec![&*format!("R3 {pay}")]), "no other service has that source");
    assert_eq!((seen[4].1.len(), seen[5].1.len()), (2, 1), "{seen:#?}");
    // It would be the tenth and the eleventh: half a block would look like the whole.
    let left = &queries[6];
    assert_eq!((&left["items"], &left["source"]), (&json!([]), &json!(null)));
    assert_eq!(left["reason"], "only the first 10 queries of a runbook are run");
    let of = |source: &str| items.iter().filter(|item| item["source"] == source).count();
    assert!(of("k8s:api") >= 4 && of("k8s:pay") >= 4, "{items:#?}");
    assert!(!incident.to_string().contains("not asked about"), "{incident:#}");
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains(api) && page.contains(pay), "both stand below the step");
    firstlook.finish().await;
}

//! Statements that people wrote, run for the window and for normal times, and what stops them.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::BALANCER;
use crate::harness::{Firstlook, Setup, command};
use crate::support::athena::{Athena, Rows};
use crate::support::sns::{CREDENTIALS, Sns, alarm};

/// Refusals by API key and status: more of one key in the last hour than ever before.
fn refusals(sql: &str) -> Rows {
    let row =
        |cells: [&str; 3]| cells.map(|cell| Some(cell.to_owned()).filter(|cell| cell != "null")).to_vec();
    let end = sql.split_once("at < TIMESTAMP '").unwrap().1.get(..19).unwrap();
    let end = NaiveDateTime::parse_from_str(end, "%Y-%m-%d %H:%M:%S").unwrap().and_utc();
    let today = end > firstlook::clock::now() - TimeDelta::hours(12);
    let mut rows = vec![row(["refused", "key", "status"])];
    if today {
        rows.push(row(["38", "partner-7", "429"]));
        rows.push(row(["3", "null", "403"]));
    } else {
        rows.push(row(["2", "partner-7", "429"]));
    }
    rows
}

const QUERY: &str = "SELECT count(*) AS refused, key, status FROM api WHERE at >= {{start}} AND at < {{end}} \
    AND day = '{{start}}' AND lb = '{{labels.service}}' GROUP BY key, status";

fn source(athena: &Athena, more: &str) -> String {
    format!(
        "{{ name: asked, type: athena, database: logs, workgroup: oncall, endpoint_url: \"{}\", queries: [{{ title: refusals, \
         by: [status], query: \"{QUERY}\" }}]{more} }}",
        athena.server().url()
    )
}

async fn looked(athena: &Athena, more: &str) -> (Firstlook, Value) {
    let sns = Sns::start();
    let evidence = format!(
        "  window: {{ before: 10m, after: 1s }}\n  baseline: [yesterday]\n  sources: [{}]",
        source(athena, more)
    );
    let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let labels = "[{ source: sns/aws, from: dimension.LoadBalancer, to: service }]".to_owned();
    let setup =
        Setup { evidence, sns: sns.source(", resync: false"), environment, labels, ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let mut message = alarm("web", "ALARM", firstlook::clock::now() - TimeDelta::seconds(30));
    message["Trigger"]["Dimensions"] =
        json!([{"name": "LoadBalancer", "value": format!("{BALANCER}' OR '1' = '1")}]);
    let body = sns.notification(None, &message.to_string()).to_string();
    let url = format!("{}/webhooks/sns/aws", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(url).body(body)).await.status, 200);
    let incident = firstlook.until("it has looked", |one| !one["evidence"]["collected_at"].is_null()).await;
    firstlook.idle().await;
    (firstlook, incident)
}

#[tokio::test]
async fn rows_stand_beside_what_they_normally_are() {
    let athena = Athena::start();
    athena.gives(refusals);
    let (firstlook, incident) = looked(&athena, "").await;
    let items = incident["evidence"]["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["source"] == "asked").unwrap_or_else(|| panic!("{incident:#}"));
    assert_eq!((&item["kind"], &item["id"]), (&json!("metric"), &json!("M1")));
    let title = item["title"].as_str().unwrap();
    assert_eq!(title, "refusals: 2 rows, first refused=38 (normally 2), key=partner-7, status=429");
    let text = item["text"].as_str().unwrap();
    assert!(text.ends_with("\nrefused=3 (normally none), status=403"), "{text}");
    assert!(item["link"].as_str().unwrap().contains("/athena/home?region="), "{item}");
    assert_eq!(incident["evidence"]["gaps"], json!([]));
    let asked = athena.asked("StartQueryExecution");
    assert_eq!(asked.len(), 2, "the window and yesterday, and nothing is counted without a table");
    for one in &asked {
        let sql = one["QueryString"].as_str().unwrap();
        assert!(sql.contains("AND lb = 'app/web/123'' OR ''1'' = ''1' GROUP BY"), "{sql}");
        assert!(sql.contains("at >= TIMESTAMP '2") && sql.contains(" UTC' AND at < TIMESTAMP '2"), "{sql}");
        assert!(item["query"].as_str().unwrap().contains("aws athena start-query-execution"), "{item}");
    }
    let told =
        "SELECT count(*) FROM evidence WHERE pack LIKE '%refusals: 2 rows, first refused=38 (normally 2)%'";
    assert!(firstlook.sql(told).await >= 1, "a model reads it");
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("38 (normally 2), key"));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_budget_that_is_used_up_and_a_query_that_fails_are_gaps() {
    let athena = Athena::start();
    athena.gives(refusals);
    let (firstlook, incident) = looked(&athena, ", scan_budget: 1MB").await;
    // What is read is known only behind the first one.
    let gaps = incident["evidence"]["gaps"].to_string();
    assert!(gaps.contains("what Athena may read for this source in a day (UTC)"), "{gaps}");
    assert!(gaps.contains("`scan_budget`") && athena.asked("StartQueryExecution").len() <= 2, "{gaps}");
    firstlook.finish().await;

    let athena = Athena::start();
    athena.gives(refusals);
    athena.end("FAILED", "TYPE_MISMATCH: line 1:9: varchar and bigint");
    let (firstlook, incident) = looked(&athena, "").await;
    let gap = &incident["evidence"]["gaps"][0];
    let reason = "refusals: Athena failed to run the query: TYPE_MISMATCH: line 1:9: varchar and bigint";
    assert_eq!(gap["reason"], reason, "{incident:#}");
    assert_eq!(gap["remedy"], "correct this query under `queries` of this source");
    firstlook.finish().await;
}

#[test]
fn a_statement_that_is_not_safe_is_a_fault_of_the_configuration() {
    let athena = Athena::start();
    let folder = tempfile::tempdir().unwrap();
    for (from, to, said) in [
        ("'{{labels.service}}'", "{{labels.service}}", "has `service` outside of a string"),
        ("{{end}}", "now()", "is not bound to a time"),
        ("SELECT count", "DROP TABLE api; SELECT count", "does not begin with SELECT or WITH"),
    ] {
        let source = source(&athena, "").replace(from, to);
        let text = format!(
            "route: {{ receiver: x }}\nreceivers: [{{ name: x }}]\nevidence: {{ sources: [{source}] }}\n"
        );
        std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
        let output = command(folder.path(), &["check", "--online"]).envs(CREDENTIALS).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(said), "{text}");
    }
}

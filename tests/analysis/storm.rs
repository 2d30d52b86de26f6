//! Many like incidents at once: one analysis stands for those that begin by themselves, and they say so.

use std::time::Duration;

use super::*;
use crate::support::plan::Behaviour;

#[tokio::test]
async fn one_analysis_serves_many_like_incidents_and_the_others_lead_to_it() {
    let folder = tempfile::tempdir().unwrap();
    write_log(folder.path());
    let model = Model::start(summary);
    model.talk(|_| Said::text(r#"{"overview":[{"text":"38% of requests fail.","citations":["A1"]}]}"#));
    model.plan().repeat(Behaviour::Slow(Duration::from_millis(300)));
    let firstlook = Firstlook::start(setup(folder.path(), openai(&model, BY_ITSELF))).await;
    let alarms: Vec<Value> = (0..9).map(|n| alarm(&format!("api-{n}"))).collect();
    firstlook.post(body(&alarms)).await;
    firstlook.idle().await;
    let mut shared = Vec::new();
    let mut ready = Vec::new();
    for number in 1..=9 {
        let incident = firstlook.incident(number).await;
        match incident["analysis"]["state"].as_str() {
            Some("shared") => shared.push(incident),
            Some("ready") => ready.push(number),
            other => panic!("{other:?}: {:#}", incident["analysis"]),
        }
    }
    assert_eq!((ready.len(), shared.len()), (1, 8), "{ready:?}");
    assert_eq!(talks(&model).len(), 1);
    let one = &shared[0];
    assert_eq!(one["analysis"]["shared_with"]["number"], ready[0]);
    let words: Vec<String> = firstlook.slack.all().iter().map(|message| message.words()).collect();
    let said = words.iter().filter(|words| words.starts_with("○ One analysis for many"));
    let lead = format!("the analysis of #{} stands for them", ready[0]);
    assert_eq!(said.filter(|words| words.contains(&lead)).count(), 8, "{words:#?}");
    let page = firstlook.get(&format!("/incidents/{}", one["number"])).await.text;
    assert!(
        page.contains("One analysis for many") && page.contains(&format!("href=\"/incidents/{}\"", ready[0])),
        "{page}"
    );
    let metrics = firstlook.get("/metrics").await.text;
    assert!(metrics.contains(r#"firstlook_analyses_total{outcome="shared"} 8"#), "{metrics}");

    // Who asks for one has one.
    let url = format!("{}/api/v1/incidents/{}/analyze", firstlook.url, one["number"]);
    firstlook.send(|http| http.post(&url)).await;
    firstlook.idle().await;
    let asked = firstlook.incident(one["number"].as_i64().unwrap()).await;
    assert_eq!(asked["analysis"]["state"], "ready", "{:#}", asked["analysis"]);
    firstlook.finish().await;
}

//! Why somebody was told of an incident or was not: what was recorded, by command and on the page.

use super::{due, reroute, routed};
use crate::harness::{Firstlook, alert, body, command};

const ROUTE: &str = "
time_intervals: [{ name: never, time_intervals: [{ years: ['1990'] }] }]
route:
  receiver: slack-alerts
  escalate: { receiver: oncall }
  routes:
    - { matchers: ['severity=\"critical\"', 'service=\"api\"'], receiver: oncall }
    - { matchers: ['service=\"api\"'], active_time_intervals: [never], continue: true }
    - { matchers: ['service=\"shop\"'], receiver: oncall }";

fn explained(firstlook: &Firstlook, incident: &str) -> (bool, String) {
    let output = command(firstlook.folder.path(), &["route", "explain", incident]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test]
async fn the_way_through_the_tree_is_told_as_it_was_then() {
    let mut firstlook = routed(ROUTE).await;
    let labels = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];
    firstlook.post(body(&[alert(&labels, "Slow of api")])).await;
    firstlook.idle().await;
    let (done, said) = explained(&firstlook, "1");
    assert!(done, "{said}");
    for words in [
        "#1 Slow of api",
        "\n  route: asks its routes (takes all)",
        "route.routes[0]: no (severity=\"critical\" does not hold: it is \"warning\", service=\"api\" holds)",
        "route.routes[1]: tells slack-alerts, waits: outside never, and that does not change within a year (service=\"api\" holds)",
        "route.routes[2]: no (service=\"shop\" does not hold: it is \"api\")",
        "slack-alerts (slack/0) trigger: held; ",
        "oncall is told once somebody could have answered: nobody has acknowledged it for 30m (route.routes[1])",
        "deferred: slack-alerts waits: outside never",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let page = firstlook.get("/incidents/1").await.text;
    for words in
        ["Its way through the routes", "✗ severity=", "does not match", "tells slack-alerts", "outside never"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Another tree changes nothing of what was recorded, and what follows is added.
    reroute(&mut firstlook, "route: { receiver: slack-alerts }").await;
    due(&firstlook).await;
    let id = firstlook.incident(1).await["id"].as_str().unwrap().to_owned();
    let (_, said) = explained(&firstlook, &id);
    assert!(said.contains("route.routes[2]: no"), "{said}");
    assert!(said.contains("slack-alerts (slack/0) trigger: sent 20"), "{said}");
    assert!(said.contains("oncall is told 20"), "{said}");
    let (done, said) = explained(&firstlook, "7");
    assert!(!done && said.contains("there is no incident 7"), "{said}");
    firstlook.finish().await;
}

//! What is not told of one incident while another fires that explains it: kept, shown, and told when that is over.

mod real;

use super::{due, routed, told};
use crate::harness::{Firstlook, alert, body, resolved};

const ROUTE: &str = "
inhibit_rules:
  - source_matchers: ['alertname=\"NodeDown\"']
    target_matchers: ['severity=~\"warning|info\"']
    equal: [node]
route:
  receiver: slack-alerts
  routes: [{ matchers: ['severity=\"critical\"'], receiver: oncall }]";

fn down(node: &str) -> serde_json::Value {
    let labels = [("alertname", "NodeDown"), ("service", "nodes"), ("severity", "critical"), ("node", node)];
    alert(&labels, "a node is down")
}

fn slow(service: &str, node: &str) -> serde_json::Value {
    let labels = [("alertname", "Slow"), ("service", service), ("severity", "warning"), ("node", node)];
    alert(&labels, &format!("Slow of {service}"))
}

/// State and reason of the one notification of the service's incident.
async fn first(firstlook: &Firstlook, number: i64) -> (String, String) {
    let (_, state, reason) = told(&firstlook.incident(number).await).remove(0);
    (state, reason)
}

#[tokio::test]
async fn what_a_firing_incident_explains_is_told_when_that_is_over() {
    let firstlook = routed(ROUTE).await;
    firstlook.post(body(&[down("n1")])).await;
    // Of the node, of another one, and of the node once more, which ends before the node is back.
    firstlook.post(body(&[slow("api", "n1")])).await;
    firstlook.post(body(&[slow("shop", "n2")])).await;
    firstlook.post(body(&[slow("cart", "n1")])).await;
    firstlook.idle().await;
    for number in [2, 4] {
        let (state, reason) = first(&firstlook, number).await;
        assert_eq!(state, "held", "{reason}");
        assert!(reason.contains("waits while #1 fires: inhibit_rules[0]"), "{reason}");
        let page = firstlook.get(&format!("/incidents/{number}")).await.text;
        assert!(page.contains("waits while #1 fires"), "{page}");
    }
    assert_eq!(first(&firstlook, 3).await.0, "sent", "it is of another node");
    // It is looked at again and again, and waits on while the other fires.
    due(&firstlook).await;
    assert_eq!(first(&firstlook, 2).await.0, "held");
    let deferred = firstlook.incident(2).await["timeline"].to_string().matches("waits while #1").count();
    assert_eq!(deferred, 1, "that it waits on for the same is no news");
    firstlook.post(body(&[resolved(&slow("cart", "n1"))])).await;
    firstlook.post(body(&[resolved(&down("n1"))])).await;
    due(&firstlook).await;
    assert_eq!(first(&firstlook, 2).await.0, "sent");
    assert_eq!(first(&firstlook, 4).await.0, "untold", "it was over before it was to be told");
    let posted = firstlook.slack.messages().into_iter().filter(|one| one.text().contains("Slow of"));
    assert_eq!(posted.count(), 2, "api and shop, once each");
    firstlook.finish().await;
}

#[tokio::test]
async fn an_incident_with_anything_that_is_not_explained_is_told() {
    let firstlook = routed(ROUTE).await;
    firstlook.post(body(&[down("n1")])).await;
    firstlook.post(body(&[slow("api", "n1"), slow("api", "n2")])).await;
    firstlook.idle().await;
    assert_eq!(first(&firstlook, 2).await.0, "sent", "one of its two alerts is of a node that is up");
    firstlook.finish().await;
}
